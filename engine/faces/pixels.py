"""From a picture that Pillow opened to upright sRGB pixels, in little memory however large the picture is."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from PIL import Image

ENOUGH = 1600  # pixels of the longest side; nothing in the program shows or keeps more
ROWS = 256  # how many are converted at once
MOST_PROFILE_BYTES = 4 << 20


def pixels(image: Image.Image, *, keeps_alpha: bool) -> npt.NDArray[np.uint8]:
    """Return the first frame of an opened picture, (height, width, 3) or, with opacity, 4.

    A picture that is at least twice ENOUGH is made smaller by 2, 4 or 8, so that its longest side stays at least
    ENOUGH; a JPEG is so decoded in the first place.
    """
    _ask_for_less(image)
    image.load()
    profile = image.info.get("icc_profile")
    upright = _upright(_smaller(_to_8_bit(image)), image)
    if keeps_alpha and upright.has_transparency_data:
        return np.array(upright.convert("RGBA"), dtype=np.uint8)
    rgb = _to_srgb(upright, profile)
    return np.array(rgb.convert("RGBA") if keeps_alpha else rgb, dtype=np.uint8)


def _ask_for_less(image: Image.Image) -> None:
    """Let the JPEG decoder leave out the detail that nobody needs: a quarter of the pixels costs half the time."""
    if image.format in ("JPEG", "MPO"):
        share = ENOUGH / max(image.size)
        if share <= 0.5:
            image.draft(None, (max(1, int(image.width * share)), max(1, int(image.height * share))))


def _smaller(image: Image.Image) -> Image.Image:
    factor = 1
    while max(image.size) // (2 * factor) >= ENOUGH:
        factor *= 2
    if factor == 1:
        return image
    if image.mode in ("P", "PA", "1"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    transparency = image.info.get("transparency")
    smaller = image.reduce(factor)
    if transparency is not None:
        smaller.info["transparency"] = transparency
    return smaller


def _upright(image: Image.Image, opened: Image.Image) -> Image.Image:
    """Turn a picture as the EXIF orientation of the opened one asks."""
    from PIL import ExifTags, Image

    try:
        orientation = opened.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # malformed EXIF raises anything, and says nothing about the pixels, which are sound
        return image
    turn = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }.get(orientation)
    return image if turn is None else image.transpose(turn)


def _to_8_bit(image: Image.Image) -> Image.Image:
    """Bring 16-bit, 32-bit and floating grey down to 8 bits; leave other modes."""
    from PIL import Image

    if image.mode not in ("I", "F") and not image.mode.startswith("I;16"):
        return image
    values = np.asarray(image)
    top = max((_highest(values[row : row + ROWS]) for row in range(0, len(values), ROWS)), default=0.0)
    white = next((limit for limit in (1.0, 255.0, 65535.0) if top <= limit), top)
    if image.mode != "F":
        white = max(white, 65535.0)
    grey = np.empty(values.shape, np.uint8)
    for row in range(0, len(values), ROWS):
        part = _finite(values[row : row + ROWS])
        grey[row : row + ROWS] = np.clip(part * (255.0 / white), 0, 255).round()
    return Image.fromarray(grey, "L")


def _finite(values: npt.NDArray[np.generic]) -> npt.NDArray[np.float64]:
    return np.nan_to_num(np.asarray(values, np.float64), posinf=0.0, neginf=0.0)


def _highest(values: npt.NDArray[np.generic]) -> float:
    return float(_finite(values).max(initial=0.0))


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Lay transparency on white and convert to sRGB, by the embedded colour profile where it can be used."""
    from PIL import Image

    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        white = Image.new("RGBA", rgba.size, "white")
        image = Image.alpha_composite(white, rgba).convert("RGB")
    if image.mode in ("P", "PA", "1", "La", "LA", "YCbCr", "HSV", "RGBX", "RGBa"):
        image = image.convert("RGB")
    if profile and len(profile) <= MOST_PROFILE_BYTES and image.mode in ("RGB", "CMYK"):
        image = _by_profile(image, profile)
    return image if image.mode == "RGB" else image.convert("RGB")


def _by_profile(image: Image.Image, profile: bytes) -> Image.Image:
    """Convert to sRGB by the profile; a profile that cannot be used changes nothing."""
    from PIL import ImageCms

    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "srgb" in (source.profile.profile_description or "").lower():
            return image
        target = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, source, target, outputMode="RGB") or image
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
