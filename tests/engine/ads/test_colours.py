"""Colour roles, brand kits, contrast."""

from __future__ import annotations

import pytest

from engine.ads import BrandKit, LayerCache, TemplateFamily, compose
from engine.ads.colours import Palette, contrast, full_hex, replace_colours
from engine.ads.template import recoloured
from engine.errors import InputError
from tests.engine.ads.conftest import EN, pixels


def rgb(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert contrast("#123456", "#123456") == 1


def test_colours_are_read_however_a_program_writes_them():
    assert full_hex("fill:#FA0;stroke:rgb(18, 21 ,29)") == "fill:#ffaa00;stroke:#12151d"
    assert full_hex("url(#fade1)") == "url(#fade1)"
    assert full_hex("#F8F4EC") == "#f8f4ec"


def test_swapped_colours_do_not_meet():
    old = Palette((("ground", "#111111"), ("accent", "#222222"), ("wave", "#333333")))
    new = Palette((("ground", "#222222"), ("accent", "#333333"), ("wave", "#111111")))
    text = 'fill="#111111" stroke="#222222" style="stop-color:#333333" fill="#444444"'
    assert (
        replace_colours(text, old, new) == 'fill="#222222" stroke="#333333" style="stop-color:#111111" fill="#444444"'
    )


def test_a_kit_recolours_drawing_and_text(shipped: dict[str, TemplateFamily], layers: LayerCache):
    family = shipped["cut"]
    kit = BrandKit.from_colours(
        "green",
        {"panel": "#0B5640", "on_panel": "#FFFFFF", "accent": "#FFC83D", "on_accent": "#1A1206", "nose": "#ff0000"},
    )
    plain = compose(family, "1080x1080", EN, None, layers=layers)
    green = compose(family, "1080x1080", EN, None, kit=kit, layers=layers)
    assert pixels(plain.image)[10, 10].tolist() == rgb("#2A2BD4")
    assert pixels(green.image)[10, 10].tolist() == rgb("#0B5640")
    assert pixels(green.image)[1070, 20].tolist() == rgb("#FFC83D")
    assert {line.slot: line.colour for line in green.lines}["headline"] == "#ffffff"
    assert {line.slot: line.colour for line in green.lines}["price"] == "#1a1206"
    assert [line.text for line in green.lines] == [line.text for line in plain.lines]


def test_swapping_ground_and_text_gives_the_negative(shipped: dict[str, TemplateFamily], layers: LayerCache):
    family = shipped["cover"]
    swap = BrandKit.from_colours(
        "negative",
        {"ground": "#F8F4EC", "on_ground": "#12151D", "muted": "#505050", "accent": "#8A3B00", "on_accent": "#FFFFFF"},
    )
    ad = compose(family, "1200x628", EN, None, kit=swap, layers=layers)
    assert pixels(ad.image)[5, 5].tolist() == rgb("#F8F4EC")
    assert {line.slot: line.colour for line in ad.lines}["headline"] == "#12151d"
    assert ad.faults == ()


def test_a_kit_that_makes_text_unreadable_is_refused_by_its_pair(shipped: dict[str, TemplateFamily]):
    kit = BrandKit.from_colours("pale", {"accent": "#FFF4B0"})
    with pytest.raises(InputError, match=r'"pale".*on_accent \(#fff9f5\) on accent|accent \(#fff4b0\) on card'):
        compose(shipped["shelf"], "300x250", EN, None, kit=kit)


def test_a_kit_at_the_edge_of_the_rule(shipped: dict[str, TemplateFamily]):
    family = shipped["loud"]  # on_ground on ground: 4.5 : 1 is enough, less is not
    enough = BrandKit.from_colours("edge", {"ground": "#FFFFFF", "on_ground": "#767676", "wave": "#FFFFFE"})
    assert recoloured(family, enough)["on_ground"] == "#767676"
    with pytest.raises(InputError, match=r"4\.48 : 1, and at least 4\.5 : 1"):
        recoloured(family, BrandKit.from_colours("edge", {"ground": "#FFFFFF", "on_ground": "#777777"}))


def test_a_kit_with_a_colour_that_is_none_is_refused():
    with pytest.raises(InputError, match='sets ground to "red"'):
        BrandKit.from_colours("names", {"ground": "red"})
