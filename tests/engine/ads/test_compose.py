"""Whole ads: every drawing with every kind of words, what is seen in them, and what is said about them."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage

from engine.ads import AdCopy, FaultKind, LayerCache, Logo, Portrait, TemplateFamily, compose, load_family
from engine.ads.geometry import Box
from engine.ads.layers import AT_ONCE, bake, layer, render
from engine.ads.template import Align, Sheet
from engine.resources import ROOT
from tests.engine.ads.conftest import COPIES, EN, HU, LONG, SHIPPED, TINY, edit, pixels, with_alpha


def only(family: TemplateFamily, sheet: Sheet) -> TemplateFamily:
    return replace(family, sheets=(sheet,))


def flat(portrait: Portrait, value: int) -> Portrait:
    return Portrait(np.full_like(portrait.rgb, value), portrait.box, portrait.hair_top)


@pytest.mark.parametrize("words", COPIES)
@pytest.mark.parametrize("key", SHIPPED)
def test_every_drawing_takes_every_kind_of_words_without_a_fault(
    shipped: dict[str, TemplateFamily], person: Portrait, layers: LayerCache, key: str, words: str
):
    family = shipped[key]
    for sheet in family.sheets:
        ad = compose(only(family, sheet), sheet.size, COPIES[words], person, layers=layers)
        assert (ad.image.width(), ad.image.height()) == (sheet.width, sheet.height)
        assert {(fault.kind, fault.slot) for fault in ad.faults} == set(), sheet.file
        assert {line.slot for line in ad.lines} == {slot.name for slot in sheet.texts}


@pytest.mark.parametrize("key", SHIPPED)
@pytest.mark.parametrize("grey", [0, 255])
def test_text_can_be_read_on_an_all_white_and_an_all_black_photo(
    shipped: dict[str, TemplateFamily], person: Portrait, layers: LayerCache, key: str, grey: int
):
    family = shipped[key]
    for sheet in family.sheets:
        ad = compose(only(family, sheet), sheet.size, LONG, flat(person, grey), layers=layers)
        assert FaultKind.CONTRAST not in {fault.kind for fault in ad.faults}, sheet.file


@pytest.mark.parametrize("key", SHIPPED)
def test_every_slot_s_ink_is_really_there(shipped: dict[str, TemplateFamily], layers: LayerCache, key: str):
    family = shipped[key]
    for sheet in family.sheets:
        one = only(family, sheet)
        ad = compose(one, sheet.size, HU, None, layers=layers)
        empty = compose(one, sheet.size, AdCopy("", has_handset=True), None, layers=layers)
        changed = (pixels(ad.image) != pixels(empty.image)).any(axis=2)
        outside = changed.copy()
        for line in ad.lines:
            ink = line.ink
            rows, columns = slice(int(ink.y), int(ink.bottom) + 1), slice(int(ink.x), int(ink.right) + 1)
            assert changed[rows, columns].mean() > 0.12, (sheet.file, line.slot)
            margin = int(0.3 * line.size) + 2  # accents on capitals, overhanging letters
            rows = slice(max(0, int(ink.y) - margin), int(ink.bottom) + margin)
            outside[rows, max(0, int(ink.x) - margin) : int(ink.right) + margin] = False
        assert not outside.any()


def test_accents_are_drawn(shipped: dict[str, TemplateFamily], layers: LayerCache):
    with_accents = compose(shipped["loud"], "1080x1080", replace(HU, headline="őű"), None, layers=layers)
    without = compose(shipped["loud"], "1080x1080", replace(HU, headline="ou"), None, layers=layers)
    ink = with_accents.lines[0].ink
    top = slice(int(ink.y), int(ink.y + 0.2 * with_accents.lines[0].size))
    area = np.s_[top, int(ink.x) : int(ink.right)]
    assert (pixels(with_accents.image)[area] != pixels(without.image)[area]).any(axis=2).mean() > 0.1


@pytest.mark.parametrize("key", SHIPPED)
def test_lines_stand_where_the_sample_says(shipped: dict[str, TemplateFamily], layers: LayerCache, key: str):
    for sheet in shipped[key].sheets:
        ad = compose(only(shipped[key], sheet), sheet.size, EN, None, layers=layers)
        for slot in sheet.texts:
            lines = [line for line in ad.lines if line.slot == slot.name]
            steps = np.diff([line.baseline for line in lines])
            assert steps == pytest.approx(slot.leading * lines[0].size)
            if slot.follows_price:
                continue
            above = lines[0].baseline - 0.727 * lines[0].size - slot.box.y
            below = slot.box.bottom - lines[-1].baseline
            white = (
                (slot.leading - 0.727) / 2 * lines[0].size
            )  # in a line box, over the capitals and under the baseline
            assert {
                Align.TOP: above - white,
                Align.MIDDLE: above - below,
                Align.BOTTOM: below - white,
            }[slot.align] == pytest.approx(0, abs=0.1)


def test_a_drawing_s_own_words_come_back_to_their_baselines(shipped: dict[str, TemplateFamily], layers: LayerCache):
    """The drawing's first price baseline, 449.2 of the 108 px sample, is met to a pixel."""
    ad = compose(shipped["shelf"], "1200x628", EN, None, layers=layers)
    price = next(line for line in ad.lines if line.slot == "price")
    assert (price.size, price.x) == (108, 90)
    assert price.baseline == pytest.approx(449.2, abs=0.5)


@pytest.mark.parametrize("key", SHIPPED)
@pytest.mark.parametrize("words", COPIES)
def test_the_unit_follows_the_price_on_its_baseline(
    shipped: dict[str, TemplateFamily], layers: LayerCache, key: str, words: str
):
    for sheet in shipped[key].sheets:
        unit_slot, price_slot = sheet.text("unit"), sheet.text("price")
        assert unit_slot and price_slot
        ad = compose(only(shipped[key], sheet), sheet.size, COPIES[words], None, layers=layers)
        price, unit = (next(line for line in ad.lines if line.slot == name) for name in ("price", "unit"))
        if unit_slot.follows_price:
            assert unit.baseline == price.baseline
            assert unit.x == pytest.approx(price.x + price.width + 0.3 * unit.size)
            assert unit.x + unit.width <= price_slot.box.right + 1
        else:
            assert unit.baseline > price.baseline


def test_text_on_a_bare_photo_is_said_to_be_hard_to_read(own_family: Path, person: Portrait):
    edit(own_family / "1080x1080.svg", 'x="480" y="64" width="536"', 'x="64" y="64" width="952"')
    family = load_family(own_family)
    one = only(family, family.variants("1080x1080")[0])
    on_white = compose(one, "1080x1080", HU, flat(person, 255))
    on_black = compose(one, "1080x1080", HU, flat(person, 0))
    assert FaultKind.CONTRAST not in {fault.kind for fault in on_white.faults}
    found = {fault.slot: fault.words for fault in on_black.faults if fault.kind is FaultKind.CONTRAST}
    assert set(found) == {"headline", "body"}
    assert found["headline"].startswith("The headline is hard to read on its ground: 1.")
    assert not on_black.is_blocked


def test_words_that_fit_nowhere_block_the_ad(shipped: dict[str, TemplateFamily], layers: LayerCache):
    copy = replace(EN, cta="A button that says far too much to be pressed")
    ad = compose(shipped["cover"], "1080x1080", copy, None, layers=layers)
    assert ad.is_blocked
    fault = next(fault for fault in ad.faults if fault.kind is FaultKind.OVERSET)
    assert fault.slot == "cta"
    assert fault.words == "The button does not fit, even at 24 px. Shorten it."


def test_a_letter_that_the_font_lacks_blocks_the_ad(shipped: dict[str, TemplateFamily], layers: LayerCache):
    ad = compose(shipped["cut"], "1080x1080", replace(EN, headline="李, your next phone"), None, layers=layers)
    assert ad.is_blocked
    assert [(fault.kind, fault.slot) for fault in ad.faults] == [(FaultKind.NO_GLYPH, "headline")]
    assert ad.variant == "text-left"  # no variant would help


def test_a_cover_without_a_face_has_a_drawing_of_its_own(
    shipped: dict[str, TemplateFamily], person: Portrait, layers: LayerCache
):
    for size in ("1080x1080", "1200x628"):
        faceless = compose(shipped["cover"], size, EN, None, layers=layers)
        assert faceless.is_drawn_without_photo
        assert faceless.faults == ()
        with_face = compose(shipped["cover"], size, EN, person, layers=layers)
        assert not with_face.is_drawn_without_photo
        headlines = [next(line.size for line in ad.lines if line.slot == "headline") for ad in (faceless, with_face)]
        assert headlines[0] > 1.4 * headlines[1], "the words take the room of the face"


def test_a_blank_button_is_said_and_does_not_block(shipped: dict[str, TemplateFamily], layers: LayerCache):
    ad = compose(shipped["cut"], "1080x1080", AdCopy("Hello"), None, layers=layers)
    assert [(fault.kind, fault.slot) for fault in ad.faults] == [(FaultKind.EMPTY, "cta")]
    assert not ad.is_blocked


def test_an_empty_short_form_is_filled_by_the_full_one(shipped: dict[str, TemplateFamily], layers: LayerCache):
    ad = compose(
        shipped["cut"], "320x50", replace(TINY, headline_short="", cta_short="", cta="Go"), None, layers=layers
    )
    assert [line.text for line in ad.lines if line.slot in ("headline", "cta")] == ["Hi, Bo", "Go"]


def test_tall_hair_takes_the_variant_that_has_room_for_it(
    shipped: dict[str, TemplateFamily], person: Portrait, layers: LayerCache
):
    family = shipped["cover"]
    assert compose(family, "1080x1080", HU, person, layers=layers).variant == "text-bottom"
    tall = Portrait(person.rgb, person.box, 20.0)
    first = compose(only(family, family.variants("1080x1080")[0]), "1080x1080", HU, tall, layers=layers)
    assert FaultKind.ON_FACE in {fault.kind for fault in first.faults}
    chosen = compose(family, "1080x1080", HU, tall, layers=layers)
    assert chosen.variant == "text-left"
    assert chosen.faults == ()


def test_where_no_variant_is_without_fault_the_first_is_taken(
    shipped: dict[str, TemplateFamily], person: Portrait, layers: LayerCache
):
    x, y, width, height = person.box
    small = Portrait(person.rgb[::4, ::4], (x / 4, y / 4, width / 4, height / 4), person.hair_top / 4)
    ad = compose(shipped["cover"], "1080x1080", HU, small, layers=layers)
    assert ad.variant == "text-bottom"
    assert {fault.kind for fault in ad.faults} == {FaultKind.UPSCALE}
    assert "5." in next(iter(ad.faults)).words
    assert not ad.is_blocked


def test_a_head_at_the_photo_s_edge_is_said_to_be_hidden_or_cut(
    shipped: dict[str, TemplateFamily], person: Portrait, layers: LayerCache
):
    x, y, width, height = person.box
    left = int(x)
    at_the_edge = Portrait(person.rgb[:, left:], (0.0, y, width, height), person.hair_top)
    ad = compose(
        only(shipped["cut"], shipped["cut"].variants("1080x1080")[0]), "1080x1080", HU, at_the_edge, layers=layers
    )
    found = {(fault.kind, fault.slot) for fault in ad.faults}
    assert found == {(FaultKind.ON_FACE, "photo"), (FaultKind.ON_FACE, "headline")}


def test_a_photo_that_cuts_the_hair_is_said_so(
    shipped: dict[str, TemplateFamily], person: Portrait, layers: LayerCache
):
    """The face fills the photo so far that the slot cannot hold it."""
    x, y, width, height = (int(side) for side in person.box)
    close = Portrait(person.rgb[y + 40 : y + height, x : x + width].copy(), (0.0, -40.0, width, height), -80.0)
    ad = compose(shipped["loud"], "1080x1080", HU, close, layers=layers)
    assert FaultKind.HEAD_CUT in {fault.kind for fault in ad.faults}


def test_the_photo_is_placed_where_the_crop_says(
    shipped: dict[str, TemplateFamily], person: Portrait, layers: LayerCache
):
    marked = person.rgb.copy()
    x, y, width, height = (round(side) for side in person.box)
    marked[y : y + height, x : x + width] = (0, 255, 0)
    ad = compose(shipped["shelf"], "1080x1080", HU, Portrait(marked, person.box, person.hair_top), layers=layers)
    green = (pixels(ad.image) == (0, 255, 0)).all(axis=2)
    rows, columns = np.flatnonzero(green.any(axis=1)), np.flatnonzero(green.any(axis=0))
    target = shipped["shelf"].variants("1080x1080")[0].photo.face
    assert rows[-1] == pytest.approx(target.bottom, abs=2)
    assert (columns[0] + columns[-1]) / 2 == pytest.approx(target.x + target.width / 2, abs=2)
    assert rows[-1] - rows[0] == pytest.approx(target.height, abs=3)


def test_the_photo_is_clipped_by_the_slot_s_corners(
    shipped: dict[str, TemplateFamily], person: Portrait, layers: LayerCache
):
    white = pixels(compose(shipped["loud"], "1080x1080", HU, flat(person, 255), layers=layers).image)
    black = pixels(compose(shipped["loud"], "1080x1080", HU, flat(person, 0), layers=layers).image)
    changed = (white != black).any(axis=2)
    assert changed.sum() == pytest.approx(np.pi * 244**2, rel=0.01)
    rows, columns = np.mgrid[: changed.shape[0], : changed.shape[1]]
    assert not changed[np.hypot(columns + 0.5 - 772, rows + 0.5 - 780) > 246].any()


def test_the_handset_is_drawn_only_for_offers_with_one(shipped: dict[str, TemplateFamily], layers: LayerCache):
    with_phone = pixels(compose(shipped["shelf"], "1080x1080", EN, None, layers=layers).image)
    without = pixels(compose(shipped["shelf"], "1080x1080", replace(EN, has_handset=False), None, layers=layers).image)
    changed = (with_phone != without).any(axis=2)
    assert changed[470:810, 850:1000].mean() > 0.5
    assert not changed[:, :780].any()


def test_a_brand_s_logo_takes_the_place_of_the_sample(shipped: dict[str, TemplateFamily], layers: LayerCache):
    red, blue = QImage(400, 100, QImage.Format.Format_ARGB32), QImage(400, 100, QImage.Format.Format_ARGB32)
    red.fill(QColor("#ff0000"))
    blue.fill(QColor("#0000ff"))
    logo = Logo(on_dark=red, on_light=blue)
    for key, colour in (("cut", (255, 0, 0)), ("shelf", (0, 0, 255))):
        sheet = shipped[key].variants("1080x1080")[0]
        image = pixels(compose(shipped[key], "1080x1080", EN, None, logo=logo, layers=layers).image)
        marked = (image == colour).all(axis=2)
        rows, columns = np.flatnonzero(marked.any(axis=1)), np.flatnonzero(marked.any(axis=0))
        assert sheet.logo is not None
        drawn = Box(columns[0], rows[0], columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1)
        assert sheet.logo.contains(drawn, 1.0)
        assert drawn.x == pytest.approx(sheet.logo.x, abs=1)
        assert drawn.width / drawn.height == pytest.approx(4, rel=0.05)


def test_nothing_of_the_sample_mark_stays_under_a_brand_s_logo(shipped: dict[str, TemplateFamily], layers: LayerCache):
    nothing = QImage(10, 10, QImage.Format.Format_ARGB32)
    nothing.fill(0)
    logo = Logo(on_dark=nothing, on_light=nothing)
    image = pixels(compose(shipped["cut"], "1080x1080", EN, None, logo=logo, layers=layers).image)
    assert (image[60:108, 64:259] == (0x2A, 0x2B, 0xD4)).all()


@pytest.mark.parametrize("key", SHIPPED)
def test_a_preview_is_the_export_in_small(
    shipped: dict[str, TemplateFamily], person: Portrait, layers: LayerCache, key: str
):
    for size in ("1080x1080", "1200x628"):
        export = compose(shipped[key], size, HU, person, layers=layers)
        preview = compose(shipped[key], size, HU, person, scale=0.35, layers=layers)
        assert preview.lines == export.lines
        assert (preview.variant, preview.faults) == (export.variant, export.faults)
        width, height = (round(0.35 * side) for side in (export.image.width(), export.image.height()))
        assert (preview.image.width(), preview.image.height()) == (width, height)
        small = pixels(export.image.scaled(width, height, mode=_smooth())).astype(int)
        assert np.abs(small - pixels(preview.image)).mean() < 4


def _smooth():
    from PySide6.QtCore import Qt

    return Qt.TransformationMode.SmoothTransformation


def test_still_layers_are_drawn_once_per_look(shipped: dict[str, TemplateFamily]):
    family, cache = shipped["loud"], LayerCache(limit_bytes=1_300_000)
    sheet = family.variants("300x250")[0]

    def layers(**changes):
        wanted = {"has_handset": True, "scale": 1.0, "logo": None} | changes
        return cache.layers(sheet, family.palette, family.palette, **wanted)

    first = layers()
    assert first.size_in_bytes == 2 * 300 * 250 * 4
    assert layers() is first
    half = layers(scale=0.5)
    assert (half.below.width(), half.below.height()) == (150, 125)
    assert layers() is first
    assert layers(has_handset=False) is not first  # together over the limit: the half, unused for longest, has to go
    assert layers() is first
    assert layers(scale=0.5) is not half


def test_the_layers_hold_neither_photo_nor_text(shipped: dict[str, TemplateFamily]):
    family = shipped["cut"]
    still = bake(family.variants("1080x1080")[0], family.palette, family.palette, has_handset=True, scale=1, logo=None)
    assert pixels(still.below)[200, 800].tolist() == [0x2A, 0x2B, 0xD4]  # panel, not the photo's place
    assert still.above.pixelColor(800, 200).alpha() == 0
    assert still.above.pixelColor(100, 900).name() == "#d8ff45"  # the slab where the price will stand


@pytest.mark.parametrize("scale", [1.0, 0.37])
@pytest.mark.parametrize("key", SHIPPED)
def test_layers_drawn_in_strips_look_as_if_drawn_at_once(shipped: dict[str, TemplateFamily], key: str, scale: float):
    family = shipped[key]
    for sheet in family.variants("1080x1080"):
        for above in (False, True):
            drawing = layer(sheet, family.palette, family.palette, above=above, has_handset=True, with_logo=True)
            strips, whole = render(drawing, sheet, scale), render(drawing, sheet, scale, at_once=10_000_000)
            assert strips.size() == whole.size()
            apart = np.abs(with_alpha(strips).astype(int) - with_alpha(whole)).max(axis=2)
            assert (apart > 16).mean() < 0.001  # where a curve is cut by a strip, its edge is smoothed a little apart
            assert (apart > 64).sum() == 0
            assert (apart > 16).mean(axis=1).max() < 0.1  # no seam from side to side
    assert 8 * AT_ONCE < 1080 * 1080


@pytest.mark.parametrize("key", SHIPPED)
def test_without_a_portrait_the_artwork_stands_alone(shipped: dict[str, TemplateFamily], layers: LayerCache, key: str):
    family = shipped[key]
    placeholder = np.array(list(bytes.fromhex(family.palette["photo"][1:])))
    for size in ("1080x1080", "1200x628"):
        ad = compose(family, size, EN, None, layers=layers)
        assert ad.faults == ()
        assert not (np.abs(pixels(ad.image).astype(int) - placeholder).max(axis=2) < 3).any()


def test_threads_compose_the_same_ads(shipped: dict[str, TemplateFamily], person: Portrait):
    cache = LayerCache()
    wanted = [(key, size) for key in SHIPPED for size in ("300x250", "320x50", "160x600")]

    def made(one: tuple[str, str]) -> bytes:
        return pixels(compose(shipped[one[0]], one[1], HU, person, layers=cache).image).tobytes()

    alone = [made(one) for one in wanted]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(made, wanted * 3))
    assert together == alone * 3


def test_an_ad_is_composed_without_a_screen_or_an_application():
    script = (
        "from engine.ads import *\n"
        "from engine.resources import resource\n"
        "ad = compose(load_family(resource('templates', 'loud')), '300x250', AdCopy('Hello', cta='Go'), None)\n"
        "print(ad.image.width(), ad.faults, len(encode_jpeg(ad.image)) > 5000)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
        env={"PATH": "/usr/bin:/bin", "HOME": "/tmp", "SYSTEMROOT": "C:\\Windows"},
    )  # fmt: skip
    assert done.stdout.strip() == "300 () True", done.stderr
