"""JPEG export."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, JpegImagePlugin
from PySide6.QtGui import QImage

from engine.ads import WEIGHT_LIMITS, LayerCache, Portrait, TemplateFamily, compose, encode_jpeg
from tests.engine.ads.conftest import HU, SHIPPED, pixels

FULL, HALF = 0, 2  # 4:4:4 and 4:2:0


def opened(data: bytes) -> JpegImagePlugin.JpegImageFile:
    image = Image.open(io.BytesIO(data))
    image.load()
    assert isinstance(image, JpegImagePlugin.JpegImageFile)
    return image


def noise(width: int, height: int) -> QImage:
    rgb = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    return QImage(rgb.data, width, height, width * 3, QImage.Format.Format_RGB888).copy()


def test_a_jpeg_shows_the_ad_in_full_colour(shipped: dict[str, TemplateFamily], person: Portrait, layers: LayerCache):
    ad = compose(shipped["shelf"], "1200x628", HU, person, layers=layers)
    image = opened(encode_jpeg(ad.image))
    assert (image.size, image.mode) == ((1200, 628), "RGB")
    assert JpegImagePlugin.get_sampling(image) == FULL
    assert np.abs(np.asarray(image).astype(int) - pixels(ad.image)).mean() < 1.0


def test_a_jpeg_says_that_it_is_a_composite_and_nothing_else(shipped: dict[str, TemplateFamily], layers: LayerCache):
    image = opened(encode_jpeg(compose(shipped["loud"], "300x250", HU, None, layers=layers).image))
    assert b"digitalsourcetype/composite" in image.info["xmp"]
    assert not image.getexif()
    assert {name for name, _ in image.applist} == {"APP0", "APP1"}
    assert sum(name == "APP1" for name, _ in image.applist) == 1


@pytest.mark.parametrize("key", SHIPPED)
def test_every_banner_stays_under_its_weight_limit(
    shipped: dict[str, TemplateFamily], person: Portrait, layers: LayerCache, key: str
):
    for size in set(WEIGHT_LIMITS) & set(shipped[key].sizes):
        ad = compose(shipped[key], size, HU, person, layers=layers)
        assert len(encode_jpeg(ad.image, WEIGHT_LIMITS[size])) <= WEIGHT_LIMITS[size]


def test_quality_falls_before_colour_and_never_more_than_needed():
    image = noise(300, 250)
    free = encode_jpeg(image)
    slightly = encode_jpeg(image, int(len(free) * 0.8))
    much = encode_jpeg(image, int(len(free) * 0.25))
    assert int(len(free) * 0.75) < len(slightly) <= int(len(free) * 0.8)
    assert JpegImagePlugin.get_sampling(opened(slightly)) == FULL
    assert len(much) <= int(len(free) * 0.25)
    assert JpegImagePlugin.get_sampling(opened(much)) == HALF


def test_the_same_ad_gives_the_same_bytes(shipped: dict[str, TemplateFamily], person: Portrait):
    one, two = (encode_jpeg(compose(shipped["cover"], "300x250", HU, person).image, 150_000) for _ in range(2))
    assert one == two
