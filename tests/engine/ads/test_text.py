"""Setting text: glue, balance, sizes that fit, and letters that are really Inter's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QRawFont

from engine.ads import TemplateFamily
from engine.ads.fonts import FONT_FILES, inter
from engine.ads.geometry import Box
from engine.ads.setting import set_copy
from engine.ads.template import Align, Anchor, TextSlot
from engine.ads.text import MeasuredText, fit, fits_down, glue, layout_line, missing_characters, sizes
from engine.resources import resource
from tests.engine.ads.conftest import EN, HU, LONG, pixels

SLOT = TextSlot(
    "headline", Box(0, 0, 400, 300), 60, 30, 800, "#000000", -0.025, 1.06, Anchor.START, Align.MIDDLE, "headline"
)


def slot(width: float, height: float = 300, **changes: object) -> TextSlot:
    return replace(SLOT, box=Box(0, 0, width, height), **changes)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("őrült gyors 5G-re váltanál", "5G-re"),
        ("most 12 990 Ft havonta", "12 990 Ft"),
        ("1 299 900 Ft", "1 299 900 Ft"),
        ("már 0 Ft kezdővel", "0 Ft"),
        ("a 24 hónapos hűség", "24 hónapos"),
        ("december 31-ig érvényes", "31-ig"),
        ("with a 24 month contract", "24 month"),
        ("100 GB adat", "100 GB"),
        ("csak 20 % felár", "20 %"),
        ("a 24-month contract", "24-month"),
    ],
)
def test_what_belongs_together_is_never_broken(text: str, kept: str):
    for width in range(1, 40):
        measured = MeasuredText(text, 400, 0)
        ends = measured.greedy(max(float(width) / 2, *(measured.width(i, i) for i in range(len(measured.pieces)))))
        assert ends is not None
        starts = [0, *(end + 1 for end in ends[:-1])]
        lines = [measured.line(start, end) for start, end in zip(starts, ends, strict=True)]
        assert any(kept in line for line in lines)


def test_glue_leaves_ordinary_words_apart():
    assert glue("2026 with  two\nwords, 24 bored phones") == "2026 with two words, 24 bored phones"
    assert MeasuredText("Krisztián-Maximilián jön", 400, 0).pieces == ("Krisztián-", "Maximilián", "jön")


@given(st.lists(st.text("abcdefő-0123 é", min_size=1, max_size=12), min_size=1, max_size=12), st.floats(80, 900))
@settings(max_examples=60, deadline=None)
def test_no_word_is_lost_or_changed(words: list[str], width: float):
    text = " ".join(words)
    if not text.strip():
        return
    fitted = fit(text, slot(width, 2000, minimum=8.0))
    joined = "".join(fitted.lines).replace(" ", "")
    assert joined == text.replace(" ", "")
    assert all(line and line == line.strip() for line in fitted.lines)
    if not fitted.is_overset:
        assert max(fitted.widths) <= width + 0.51
        assert fits_down(len(fitted.lines), fitted.size, slot(width, 2000))


@given(st.floats(120, 900))
@settings(max_examples=40, deadline=None)
def test_balancing_takes_no_more_lines_and_leaves_no_short_last_word(width: float):
    measured = MeasuredText(EN.body, 400, 0)
    plain, balanced = measured.greedy(width / 24), measured.balanced(width / 24)
    if plain is None:
        return
    assert balanced is not None and len(balanced) == len(plain)
    if len(balanced) in (2, 3):
        starts = [0, *(end + 1 for end in balanced[:-1])]
        assert balanced[-1] > starts[-1], "today. stands alone"


def test_lines_are_balanced_as_in_the_samples(shipped: dict[str, TemplateFamily]):
    wanted = {
        ("cover", "1080x1080", "headline"): ["Zsófi, őrült gyors", "5G-re váltanál?"],
        ("cut", "1080x1080", "headline"): ["Zsófi,", "őrült gyors", "5G-re", "váltanál?"],
        ("cut", "1080x1080", "body"): ["Korlátlan net, űrgyors", "feltöltés és új készülék", "0 Ft induló részlettel."],
        ("loud", "1080x1350", "headline"): ["Zsófi, őrült", "gyors 5G-re", "váltanál?"],
        ("loud", "1200x628", "headline"): ["Zsófi, őrült gyors", "5G-re váltanál?"],
        ("shelf", "1200x628", "body"): ["Korlátlan net, űrgyors feltöltés és", "új készülék 0 Ft induló részlettel."],
        ("shelf", "1080x1080", "legal"): [
            "Az ajánlat 2026. december 31-ig,",
            "24 hónapos hűségidővel érvényes.",
            "Az ár bruttó. Részletek az üzletekben.",
        ],
    }
    for (family, size, name), lines in wanted.items():
        placed, _ = set_copy(shipped[family].variants(size)[0], HU)
        assert [line.text for line in placed if line.slot == name] == lines


def test_a_single_last_word_gets_company_from_the_line_above(shipped: dict[str, TemplateFamily]):
    placed, _ = set_copy(shipped["shelf"].variants("300x250")[0], HU)
    lines = [line.text for line in placed if line.slot == "legal"]
    assert lines == ["24 hónap hűségidővel.", "Részletek", "az üzletekben."]


def test_text_takes_the_largest_size_that_fits():
    fitted = fit("One two three four five six seven", slot(300, 150))
    assert not fitted.is_overset and fitted.size < 60
    larger = fit("One two three four five six seven", slot(300, 150, minimum=fitted.size + 1))
    assert larger.is_overset


def test_sizes_go_down_in_steps_of_one_and_of_half_below_twenty():
    assert sizes(slot(100, size=22.5, minimum=17.8)) == [22.5, 21.5, 20.5, 19.5, 19.0, 18.5, 18.0, 17.8]


def test_text_goes_down_to_the_smallest_size_and_then_is_overset():
    at_minimum = fit("Wonderful", slot(400, 300, minimum=30))
    assert not at_minimum.is_overset
    width = at_minimum.widths[0] / at_minimum.size * 30
    just = fit("Wonderful", slot(width, 300, minimum=30))
    assert (just.size, just.is_overset) == (30, False)
    too_narrow = fit("Wonderful", slot(width - 1, 300, minimum=30))
    assert (too_narrow.size, too_narrow.is_overset) == (30, True)


def test_a_block_may_stand_out_of_its_box_by_six_hundredths_of_a_line():
    line = 60 * 1.06
    assert fits_down(2, 60, slot(400, 2 * line - 0.059 * line))
    assert not fits_down(2, 60, slot(400, 2 * line - 0.061 * line))


def test_price_unit_and_button_stay_on_one_line():
    fitted = fit("See the whole offer now", slot(150, 300, name="cta", minimum=10))
    assert len(fitted.lines) == 1 and not fitted.is_overset and fitted.size < 20


def test_a_short_word_alone_is_worth_a_slightly_smaller_size():
    alone = MeasuredText("barátságos áron", 800, -0.025).width(0, 1)
    narrow = fit("Őrült gyors telefon, barátságos áron", slot(alone * 50, 400, size=60.0))
    assert narrow.lines[-1] == "barátságos áron"
    assert 48 <= narrow.size <= 50


def test_long_text_stays_over_the_smallest_size_in_every_shipped_headline(shipped: dict[str, TemplateFamily]):
    for family in shipped.values():
        for sheet in family.sheets:
            placed, faults = set_copy(sheet, LONG)
            headline = sheet.text("headline")
            assert headline is not None and faults == ()
            assert {line.size for line in placed if line.slot == "headline"} <= {
                size for size in sizes(headline) if size >= headline.minimum
            }


@pytest.mark.parametrize("weight", [400, 600, 800])
def test_each_weight_is_its_own_font_file_and_not_faux_bold(weight: int):
    raw = QRawFont.fromFont(inter(weight, 100))
    assert (raw.familyName(), raw.weight()) == ("Inter", weight)
    file = QRawFont(str(resource("fonts", FONT_FILES[weight])), 100, inter(weight, 100).hintingPreference())
    text = "Hűs őr 5G"
    glyphs = file.glyphIndexesForString(text)
    drawn = QImage(700, 160, QImage.Format.Format_RGB32)
    drawn.fill(QColor("white"))
    outline = drawn.copy()
    painter = QPainter(drawn)
    layout = layout_line(text, inter(weight, 100))
    layout.draw(painter, QPointF(10, 120 - layout.lineAt(0).ascent()))
    painter.end()
    path, x = QPainterPath(), 10.0
    for glyph, step in zip(glyphs, file.advancesForGlyphIndexes(glyphs), strict=True):
        path.addPath(file.pathForGlyph(glyph).translated(x, 120))
        x += step.x()
    painter = QPainter(outline)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillPath(path, Qt.GlobalColor.black)
    painter.end()
    ink, expected = ((255 - pixels(image)[:, :, 0].astype(int)).sum() for image in (drawn, outline))
    assert ink == pytest.approx(expected, rel=0.03)


def test_hungarian_letters_are_inters_own():
    raw = QRawFont.fromFont(inter(800, 100))
    glyphs = raw.glyphIndexesForString("őűŐŰoö")
    assert 0 not in glyphs and len(set(glyphs)) == 6
    assert missing_characters("Őrült tűz – €24,90 „árvíztűrő”") == ""


def test_what_inter_cannot_draw_is_named():
    assert missing_characters("李, hello 李😀") == "李😀"


def test_width_grows_evenly_with_size():
    measured = MeasuredText("Zsófi, őrült gyors", 800, -0.025)
    last = len(measured.pieces) - 1
    layout = layout_line("Zsófi, őrült gyors", inter(800, 71, -0.025))
    assert measured.width(0, last) * 71 == pytest.approx(layout.lineAt(0).naturalTextWidth(), abs=0.7)


def test_a_character_outside_the_basic_plane_does_not_shift_the_rest():
    measured = MeasuredText("😀 ab cd", 400, 0)
    plain = MeasuredText("ab cd", 400, 0)
    assert measured.width(1, 2) == pytest.approx(plain.width(0, 1), abs=0.01)
    assert np.isclose(measured.width(2, 2), plain.width(1, 1), atol=0.01)
