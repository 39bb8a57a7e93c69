"""Families: what is read from the drawings, and what is refused."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.ads import TemplateFamily, load_family
from engine.ads.geometry import Box
from engine.ads.template import Align, Anchor
from engine.errors import InputError, TemplateError
from engine.resources import resource
from tests.engine.ads.conftest import SHIPPED, edit

SIZES = {"1080x1080", "1080x1350", "1080x1920", "1200x628", "300x250", "728x90", "160x600", "320x50"}
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="1080" height="1080" viewBox="0 0 1080 1080">'


def test_four_families_come_in_eight_sizes_each(shipped: dict[str, TemplateFamily]):
    assert SHIPPED == ("cover", "cut", "loud", "shelf")
    assert all(set(family.sizes) == SIZES for family in shipped.values())
    assert sum(len(family.sheets) for family in shipped.values()) == 49


def test_no_shipped_drawing_has_a_paint_outside_the_palette(shipped: dict[str, TemplateFamily]):
    assert [sheet.file for family in shipped.values() for sheet in family.sheets if sheet.stray_paints] == []


def test_a_slot_is_read_as_its_sample_stands(shipped: dict[str, TemplateFamily]):
    sheet = shipped["shelf"].variants("1080x1080")[0]
    headline, price, unit, cta = (sheet.text(name) for name in ("headline", "price", "unit", "cta"))
    assert headline and price and unit and cta
    assert (headline.box, headline.size, headline.minimum, headline.weight) == (Box(64, 144, 384, 320), 62, 40, 800)
    assert headline.spacing == pytest.approx(-1.55 / 62)
    assert headline.leading == pytest.approx((322.2 - 256.5) / 62)
    assert headline.align is Align.BOTTOM  # 67.4 px above the capitals, 10.4 below the last line
    assert (cta.anchor, price.anchor) == (Anchor.MIDDLE, Anchor.START)
    assert unit.follows_price and not headline.follows_price
    assert sheet.photo.box == Box(480, 64, 536, 640)
    assert (sheet.photo.radius, sheet.photo.top, sheet.photo.face) == (40, 90, Box(613, 228, 221.9, 292))


def test_a_unit_with_a_line_of_its_own_does_not_follow_the_price(shipped: dict[str, TemplateFamily]):
    unit = shipped["cut"].variants("1080x1080")[0].text("unit")
    assert unit is not None and not unit.follows_price


def test_one_line_samples_take_the_default_line_spacing(shipped: dict[str, TemplateFamily]):
    sheet = shipped["cover"].variants("1080x1080")[0]
    body, legal = sheet.text("body"), sheet.text("legal")
    assert body and legal and (body.leading, legal.leading) == (1.32, 1.28)


def test_a_size_says_which_field_fills_a_slot_and_what_it_leaves_out(shipped: dict[str, TemplateFamily]):
    sheet = shipped["loud"].variants("320x50")[0]
    assert {slot.name: slot.field for slot in sheet.texts} == {
        "headline": "headline_short",
        "price": "price",
        "unit": "unit",
        "cta": "cta_short",
    }
    assert sheet.logo is None


def test_the_default_variant_comes_first(shipped: dict[str, TemplateFamily]):
    variants = [sheet.variant for sheet in shipped["cover"].variants("1080x1080")]
    assert variants == ["text-bottom", "text-left", "text-right"]


def test_an_unknown_size_is_refused_with_those_there_are(shipped: dict[str, TemplateFamily]):
    with pytest.raises(InputError, match=r"no size 970x250.*1080x1080"):
        shipped["cover"].variants("970x250")


def test_names_are_found_where_drawing_programs_put_them(own_family: Path):
    drawing = own_family / "1080x1080.svg"
    edit(drawing, 'id="slot-headline"', 'id="g1" data-name="slot-headline"')
    edit(drawing, 'id="slot-body"', 'id="slot_x2D_body_2_"')
    edit(drawing, "<svg ", '<svg xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" ')
    edit(drawing, 'id="slot-price"', 'inkscape:label="slot-price" id="g7"')
    sheet = load_family(own_family).variants("1080x1080")[0]
    assert {slot.name for slot in sheet.texts} == {"headline", "body", "price", "unit", "cta", "legal"}


def test_a_drawing_that_an_editor_rewrote_keeps_its_meaning(own_family: Path):
    before = load_family(own_family).variants("1080x1080")[0]
    drawing = own_family / "1080x1080.svg"
    text = drawing.read_text(encoding="utf-8")
    text = text.replace('fill="#F5E9DC"', 'style="fill:rgb(245, 233, 220);stroke:none"').replace("#2A1A24", "#2a1a24")
    text = text.replace('font-size="62"', 'style="font-size:62px"').replace("<defs>", "<metadata>x</metadata><defs>")
    drawing.write_text("<?xml version='1.0' encoding='UTF-8'?>\n<!-- made elsewhere -->\n" + text, encoding="utf-8")
    after = load_family(own_family).variants("1080x1080")[0]
    assert after.texts == before.texts
    assert after.stray_paints == ()
    assert "fill:#f5e9dc" in after.svg


def test_a_paint_outside_the_palette_is_reported(own_family: Path):
    edit(own_family / "1080x1080.svg", 'fill="#F2C3A9"', 'fill="#12ab34"')
    assert load_family(own_family).variants("1080x1080")[0].stray_paints == ("#12ab34",)


HOSTILE = {
    "doctype": ("<svg ", '<!DOCTYPE svg [<!ENTITY x "y">]><svg ', "DOCTYPE"),
    "lower-case doctype": ("<svg ", "<!doctype svg><svg ", "DOCTYPE"),
    "style sheet": ("<svg ", '<?xml-stylesheet href="http://x.test/a.css"?><svg ', "processing instruction"),
    "image": ('<g id="furniture">', '<image href="file:///etc/passwd"/><g id="furniture">', "<image>"),
    "script": ('<g id="furniture">', '<script>alert(1)</script><g id="furniture">', "<script>"),
    "style element": ('<g id="furniture">', "<style>*{fill:red}</style>" + '<g id="furniture">', "<style>"),
    "html": ('<g id="furniture">', '<foreignObject/><g id="furniture">', "<foreignObject>"),
    "use": ('<g id="furniture">', '<use href="#furniture"/><g id="furniture">', "<use>"),
    "filter": ('<g id="furniture">', '<filter/><g id="furniture">', "<filter>"),
    "event": ('<g id="furniture">', '<g id="furniture" onload="x()">', "onload"),
    "link out": (
        '<g id="furniture">',
        '<linearGradient href="http://x.test/a.svg#g"/><g id="furniture">',
        "only a gradient may refer",
    ),
    "paint out": ('<g id="furniture">', '<g id="furniture" fill="url(http://x.test/a.svg#g)">', "reaches outside"),
    "quoted paint out": ('<g id="furniture">', '<g id="furniture" fill="url(\'a.svg#g\')">', "reaches outside"),
    "style out": ('<g id="furniture">', '<g id="furniture" style="fill:u\\72l(x)">', "reaches outside"),
    "import": ('<g id="furniture">', '<g id="furniture" style="@import x">', "reaches outside"),
    "base": ('<g id="furniture">', '<g id="furniture" xml:base="http://x.test/">', "base"),
    "class": ('<g id="furniture">', '<g id="furniture" class="a">', "class"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_drawing_is_refused_with_its_name_and_the_rule(own_family: Path, name: str):
    old, new, words = HOSTILE[name]
    edit(own_family / "1080x1080.svg", old, new)
    with pytest.raises(TemplateError) as caught:
        load_family(own_family)
    assert "ours/1080x1080.svg" in str(caught.value)
    assert words in str(caught.value)


BROKEN = {
    "slot missing": ('id="slot-headline"', 'id="headline"', "text outside a slot"),
    "no rect": ('<rect id="slot-photo-top"', '<path id="slot-photo-top"', "no <rect>"),
    "slot twice": ('id="slot-body"', 'id="slot-headline"', "slot-headline is there twice"),
    "unknown slot": ('id="slot-body"', 'id="slot-sticker"', 'no slot "slot-sticker"'),
    "moved slot": ('id="slot-body"', 'id="slot-body" transform="scale(2)"', "has a transform"),
    "moved sample": (
        '<text font-family="Inter" font-size="62"',
        '<text transform="scale(2)" font-size="62"',
        "transform",
    ),
    "other font": ('font-family="Inter" font-size="62"', 'font-family="Arial" font-size="62"', "not set in Inter"),
    "other weight": ('font-size="62" font-weight="800"', 'font-size="62" font-weight="700"', "not set in Inter"),
    "other size": ('viewBox="0 0 1080 1080"', 'viewBox="0 0 100 100"', "must all say 1080 x 1080"),
    "not a number": ('x="480" y="64"', 'x="nan" y="64"', "not a number of pixels"),
    "huge number": ('x="480" y="64"', 'x="1e300" y="64"', "not a number of pixels"),
    "unsafe slot": ('<rect x="64" y="144"', '<rect x="20" y="144"', "leaves the safe area"),
    "target outside": ('x="613.0" y="228"', 'x="13.0" y="228"', "must lie inside slot-photo"),
    "broken xml": ("</svg>", "", "well-formed"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_drawing_that_breaks_a_convention_is_refused(own_family: Path, name: str):
    old, new, words = BROKEN[name]
    edit(own_family / "1080x1080.svg", old, new)
    with pytest.raises(TemplateError, match=r"ours/1080x1080\.svg") as caught:
        load_family(own_family)
    assert words in str(caught.value)


def test_a_missing_slot_is_named(own_family: Path):
    drawing = own_family / "1080x1080.svg"
    lines = drawing.read_text(encoding="utf-8").splitlines()
    drawing.write_text("\n".join(line for line in lines if 'id="slot-price"' not in line), encoding="utf-8")
    with pytest.raises(TemplateError, match="slot-price is missing"):
        load_family(own_family)


def test_a_drawing_may_be_neither_huge_nor_deep_nor_crowded(own_family: Path):
    drawing = own_family / "1080x1080.svg"
    whole = drawing.read_text(encoding="utf-8")
    for filling, words in (
        ("<g>" * 60 + "</g>" * 60, "nested"),
        ("<g/>" * 6_000, "elements"),
        ("<!--" + "x" * 1_100_000 + "-->", "larger than"),
    ):
        drawing.write_text(whole.replace("</svg>", filling + "</svg>"), encoding="utf-8")
        with pytest.raises(TemplateError, match=words):
            load_family(own_family)
    drawing.write_bytes(whole.encode("utf-16"))
    with pytest.raises(TemplateError, match="not UTF-8"):
        load_family(own_family)


JUNK = [
    "<g>",
    "</g>",
    "nan",
    "-1",
    "1e999",
    "url(#x)",
    '"',
    "'",
    ">",
    "<",
    "slot-body",
    'transform="x"',
    "\0",
    "",
    "<rect/>",
]


@given(st.integers(0, 60_000), st.integers(0, 60), st.sampled_from(JUNK))
@settings(max_examples=80, deadline=None)
def test_a_damaged_drawing_is_read_or_refused_and_nothing_else(at: int, cut: int, junk: str):
    whole = resource("templates", "shelf", "1080x1080.svg").read_text(encoding="utf-8")
    toml = resource("templates", "shelf", "template.toml").read_text(encoding="utf-8")
    at %= len(whole)
    with TemporaryDirectory() as folder:
        Path(folder, "template.toml").write_text(toml[: toml.index('[size."1080x1350"]')], encoding="utf-8")
        shutil.copy(resource("templates", "shelf", "1080x1080.text-right.svg"), folder)
        Path(folder, "1080x1080.svg").write_text(whole[:at] + junk + whole[at + cut :], encoding="utf-8")
        with contextlib.suppress(TemplateError):
            assert len(load_family(Path(folder)).sheets) == 2


TOML = {
    "role twice": ('on_card = "#2B1B25"', 'on_card = "#2a1A24"', "colour of another role"),
    "pure white": ('card = "#FFFEFC"', 'card = "#FFFFFF"', "pure white or black"),
    "no colour": ('card = "#FFFEFC"', 'card = "snow"', "not a colour"),
    "weak": ('muted = "#6A5862"', 'muted = "#C0C0C0"', "muted (#c0c0c0) on card"),
    "way out": ('"1080x1080.svg"', '"../../secret.svg"', "same folder"),
    "absolute": ('"1080x1080.svg"', '"/etc/passwd.svg"', "same folder"),
    "missing drawing": ('"1080x1080.svg"', '"nowhere.svg"', "cannot be read"),
    "giant": ('[size."1080x1080"]', '[size."9000x9000"]', "not a size of"),
    "no smallest size": ("headline = 40, ", "", "needs a smallest size"),
    "unknown field": ('headline = "headline_short"', 'headline = "slogan"', "does not exist"),
    "unknown role": ('["muted", "card"]', '["muted", "table"]', "does not name two roles"),
    "tone": ('tone = "on-light"', 'tone = "pink"', "tone"),
    "not toml": ("[roles]", "[roles", "not valid TOML"),
}


@pytest.mark.parametrize("name", TOML)
def test_a_template_toml_that_breaks_a_rule_is_refused(own_family: Path, name: str):
    old, new, words = TOML[name]
    edit(own_family / "template.toml", old, new)
    with pytest.raises(TemplateError) as caught:
        load_family(own_family)
    assert words in str(caught.value)
    assert "ours" in str(caught.value) or "nowhere.svg" in str(caught.value)


def test_a_drawing_behind_a_link_out_of_the_folder_is_refused(own_family: Path, tmp_path: Path):
    drawing = own_family / "1080x1080.svg"
    elsewhere = tmp_path / "elsewhere.svg"
    drawing.rename(elsewhere)
    drawing.symlink_to(elsewhere)
    with pytest.raises(TemplateError, match="outside"):
        load_family(own_family)


def test_a_folder_without_template_toml_is_no_family(tmp_path: Path):
    with pytest.raises(TemplateError, match="is no template family"):
        load_family(tmp_path)


def test_a_family_is_loaded_by_its_toml_too(own_family: Path):
    assert load_family(own_family / "template.toml") == load_family(own_family)
