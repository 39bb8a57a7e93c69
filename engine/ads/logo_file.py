"""A brand's own logo: read from a picture, kept as PNG, toned for dark and for light grounds."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PySide6.QtGui import QImage

from engine.ads.colours import hex_to_rgb, relative_luminance
from engine.ads.layers import Logo
from engine.errors import InputError
from engine.faces.photo import RgbaArray, decode_picture

INK, PAPER = "#16181d", "#f7f8fa"  # what a logo that would not show is drawn in
TOO_DARK, TOO_LIGHT = 0.18, 0.6  # mean relative luminance beyond which it vanishes on a dark, or a light, ground
LONGEST = 1200  # pixels kept of a side
VISIBLE = 16  # of 255: fainter pixels are no part of the mark


def read_logo(path: Path) -> bytes:
    """Read a logo from outside; return it as a PNG without its empty margins, at most LONGEST pixels on a side.

    Raises PhotoError if the picture is refused, InputError if nothing can be seen on it.
    """
    from PIL import Image

    pixels = decode_picture(path)
    seen = pixels[..., 3] >= VISIBLE
    if not seen.any():
        raise InputError(f"{path.name} is wholly transparent. Choose a picture that shows the logo.")
    rows, columns = (np.flatnonzero(seen.any(axis=axis)) for axis in (1, 0))
    cut = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    if not seen.all():  # a hairline of the margin stays, so that a square mark is not taken for an opaque picture
        cut = np.pad(cut, ((1, 1), (1, 1), (0, 0)))
    image = Image.fromarray(np.ascontiguousarray(cut), "RGBA")
    image.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def logo_of(png: bytes) -> Logo:
    """Return the logo that ``read_logo`` made, as it is drawn on dark and on light grounds.

    A transparent logo too dark for a dark ground is drawn there in one light colour, and the other way round.
    """
    pixels = decode_picture(png)
    opacity = pixels[..., 3] / 255.0
    if float(opacity.min()) > 0.99:
        return Logo(_image(pixels), _image(pixels))
    light = float((relative_luminance(pixels[..., :3]) * opacity).sum() / opacity.sum())
    on_dark = _in_one_colour(pixels, PAPER) if light < TOO_DARK else pixels
    on_light = _in_one_colour(pixels, INK) if light > TOO_LIGHT else pixels
    return Logo(_image(on_dark), _image(on_light))


def _in_one_colour(pixels: RgbaArray, colour: str) -> RgbaArray:
    """Keep the shape, and give it one colour."""
    painted = pixels.copy()
    painted[..., :3] = hex_to_rgb(colour)
    return painted


def _image(pixels: RgbaArray) -> QImage:
    height, width = pixels.shape[:2]
    data = np.ascontiguousarray(pixels)
    return QImage(data.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()
