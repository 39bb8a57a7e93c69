"""Placing a portrait."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.ads import Portrait, TemplateFamily
from engine.ads.crop import PhotoSlot, crop_portrait
from engine.ads.geometry import Box

SLOT = PhotoSlot(Box(420, 0, 660, 900), 0, Box(650, 176, 312, 410), 36)


def portrait(width: int, height: int, box: tuple[float, float, float, float], hair: float) -> Portrait:
    return Portrait(np.zeros((height, width, 3), np.uint8), box, hair)


def test_the_face_takes_the_target_s_height_with_the_chin_on_its_lower_edge():
    crop = crop_portrait(SLOT, portrait(1600, 1600, (650, 700, 300, 400), 620))
    assert crop.face.height == pytest.approx(410)
    assert crop.face.bottom == pytest.approx(586)
    assert crop.face.x + crop.face.width / 2 == pytest.approx(806)
    assert crop.scale == pytest.approx(410 / 400)
    assert crop.hair_top == pytest.approx(586 - 480 * 410 / 400)


def test_tall_hair_makes_the_face_smaller_until_it_is_under_the_limit():
    crop = crop_portrait(SLOT, portrait(1600, 1600, (650, 700, 300, 400), 400))
    assert crop.hair_top == pytest.approx(36)
    assert crop.face.bottom == pytest.approx(586)
    assert crop.scale == pytest.approx((586 - 36) / (1100 - 400))


def test_a_small_photo_still_fills_the_slot_and_the_hair_keeps_its_limit():
    crop = crop_portrait(SLOT, portrait(500, 600, (150, 200, 200, 260), 10))
    assert crop.scale == pytest.approx(900 / 600)
    assert crop.source.height == pytest.approx(600)


def test_a_face_at_the_photo_s_edge_leaves_the_target_rather_than_the_photo():
    crop = crop_portrait(SLOT, portrait(1600, 1600, (0, 700, 300, 400), 560))
    assert crop.source.x == 0
    assert crop.face.x == pytest.approx(420)


@given(
    st.integers(60, 3000),
    st.integers(60, 3000),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0.05, 1),
    st.floats(0, 1),
)
def test_a_crop_never_leaves_the_photo_and_always_fills_the_slot(
    width: int, height: int, across: float, down: float, size: float, hair: float
):
    face_height = max(8.0, size * height)
    face_width = min(face_height * 0.76, width)
    x, y = across * (width - face_width), down * (height - face_height)
    crop = crop_portrait(SLOT, portrait(width, height, (x, y, face_width, face_height), hair * y))
    photo = Box(0, 0, width, height)
    assert photo.contains(crop.source, 1e-6)
    assert crop.source.width * crop.scale == pytest.approx(SLOT.box.width)
    assert crop.source.height * crop.scale == pytest.approx(SLOT.box.height)
    cover = max(SLOT.box.width / width, SLOT.box.height / height)
    assert crop.scale >= cover - 1e-9
    assert crop.face.height <= SLOT.face.height + 1e-6 or crop.scale == pytest.approx(cover)
    if crop.source.y > 1e-6:  # the photo's own top did not get in the way
        assert crop.hair_top >= SLOT.top - 1e-6 or crop.source.bottom > height - 1e-6


def test_studio_portraits_reach_the_target_in_every_drawing(shipped: dict[str, TemplateFamily], person: Portrait):
    for family in shipped.values():
        for sheet in family.sheets:
            crop = crop_portrait(sheet.photo, person)
            assert crop.scale <= 1.5
            assert crop.hair_top >= sheet.photo.top - 0.01
            cover = max(sheet.photo.box.width / 800, sheet.photo.box.height / 800)
            is_free = crop.scale > cover and crop.source.y > 0 and crop.source.bottom < 799.9  # of the photo's edges
            slack = 0.01 if is_free else 0.15 * sheet.photo.face.height
            assert crop.face.bottom == pytest.approx(sheet.photo.face.bottom, abs=slack)
            assert crop.face.height <= sheet.photo.face.height + 0.01 or crop.scale == cover
            assert crop.face.height >= 0.7 * sheet.photo.face.height
