"""A brand's own logo: from a picture of the user's to the mark in the ad."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from engine.ads import TemplateFamily, compose, logo_of, read_logo
from engine.errors import InputError, PhotoError
from engine.faces.photo import decode_picture
from tests.engine.ads.conftest import EN, pixels


def mark(path: Path, colour: tuple[int, int, int, int], size: tuple[int, int] = (400, 200)) -> Path:
    """Draw a bar in the middle of a transparent picture."""
    image = Image.new("RGBA", size, (0, 0, 0, 0))
    ImageDraw.Draw(image).rectangle((100, 50, 299, 149), fill=colour)
    image.save(path)
    return path


def test_empty_margins_are_cut_off_and_transparency_stays(tmp_path: Path):
    found = decode_picture(read_logo(mark(tmp_path / "logo.png", (200, 30, 60, 128))))
    assert found.shape == (102, 202, 4)
    assert found[51, 101].tolist() == [200, 30, 60, 128]


def test_a_large_logo_is_kept_smaller(tmp_path: Path):
    Image.new("RGB", (4000, 2000), "red").save(tmp_path / "logo.png")
    assert decode_picture(read_logo(tmp_path / "logo.png")).shape == (600, 1200, 4)


def test_nothing_of_where_the_picture_came_from_is_kept(tmp_path: Path):
    image = Image.new("RGBA", (64, 64), "red")
    exif = image.getexif()
    exif[0x010E] = "made by somebody"
    image.save(tmp_path / "logo.png", exif=exif)
    with Image.open(io.BytesIO(read_logo(tmp_path / "logo.png"))) as kept:
        assert not kept.getexif()


@pytest.mark.parametrize(
    ("colour", "on_dark", "on_light"),
    [
        ((20, 22, 30, 255), "#f7f8fa", "#14161e"),  # dark: light on dark grounds
        ((250, 250, 250, 255), "#fafafa", "#16181d"),  # white: dark on light grounds
        ((230, 60, 40, 255), "#e63c28", "#e63c28"),  # a colour that shows on both
    ],
)
def test_a_logo_that_would_vanish_is_drawn_in_one_colour_that_shows(
    tmp_path: Path, colour: tuple[int, int, int, int], on_dark: str, on_light: str
):
    logo = logo_of(read_logo(mark(tmp_path / "logo.png", colour)))
    assert logo.toned("on-dark").pixelColor(100, 50).name() == on_dark
    assert logo.toned("on-light").pixelColor(100, 50).name() == on_light


def test_an_opaque_logo_stays_as_it_is(tmp_path: Path):
    Image.new("RGB", (200, 100), (10, 10, 10)).save(tmp_path / "logo.jpg")
    logo = logo_of(read_logo(tmp_path / "logo.jpg"))
    assert logo.toned("on-dark").pixelColor(100, 50).lightness() < 20


def test_the_ad_bears_the_logo_and_not_the_samples(shipped: dict[str, TemplateFamily], tmp_path: Path):
    logo = logo_of(read_logo(mark(tmp_path / "logo.png", (230, 60, 250, 255))))
    for family in shipped.values():
        plain, own = (compose(family, "1200x628", EN, None, logo=each).image for each in (None, logo))
        box = family.variants("1200x628")[0].logo
        assert box is not None
        part = np.s_[round(box.y) : round(box.bottom), round(box.x) : round(box.right)]
        assert (pixels(own)[part] == (230, 60, 250)).all(axis=-1).any()
        assert not np.array_equal(pixels(own)[part], pixels(plain)[part])


def test_a_picture_that_is_none_is_refused_and_one_that_shows_nothing(tmp_path: Path):
    Image.new("RGBA", (64, 64), (0, 0, 0, 0)).save(tmp_path / "empty.png")
    with pytest.raises(InputError, match=r"empty\.png is wholly transparent"):
        read_logo(tmp_path / "empty.png")
    (tmp_path / "logo.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    with pytest.raises(PhotoError, match="SVG"):
        read_logo(tmp_path / "logo.svg")
