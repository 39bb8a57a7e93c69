"""Pictures from outside: decode them safely, and encode them without what they tell about a person."""

from __future__ import annotations

import io
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from engine.errors import PhotoError

if TYPE_CHECKING:
    from PIL import Image

RgbArray = npt.NDArray[np.uint8]
RgbaArray = npt.NDArray[np.uint8]

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF")
SUFFIXES = frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".avif"})
MOST_BYTES = 40 << 20
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 20_000
SHORTEST_SIDE = 16
MOST_PROFILE_BYTES = 4 << 20


def photo_name(photo: Path | bytes) -> str:
    """Return what a sentence to the user calls this photo."""
    return "The photo" if isinstance(photo, bytes) else photo.name


def decode_photo(photo: Path | bytes) -> RgbArray:
    """Decode the first frame of a picture from outside, upright, as (height, width, 3) sRGB bytes.

    Transparency is laid on white. Only Pillow touches the data, only the formats in FORMATS are tried, and the size is
    judged before a pixel is decoded. Raises PhotoError if the picture is missing, broken, refused or too large.
    """
    return _decoded(photo, keeps_alpha=False)


def decode_picture(picture: Path | bytes) -> RgbaArray:
    """Decode as ``decode_photo`` does, and keep the transparency: (height, width, 4) bytes, the opacity last."""
    return _decoded(picture, keeps_alpha=True)


def _decoded(photo: Path | bytes, *, keeps_alpha: bool) -> npt.NDArray[np.uint8]:
    name = photo_name(photo)
    data = photo if isinstance(photo, bytes) else _read(photo)
    if not data:
        raise PhotoError(f"{name} is empty. Copy the photo again from where it came.")
    if len(data) > MOST_BYTES:
        raise _too_heavy(name)
    _check_header(name, data)
    try:
        return _decode(data, keeps_alpha)
    except MemoryError as error:
        raise PhotoError(f"{name} needs more memory than there is. Save it smaller and add it again.") from error
    except Exception as error:  # Pillow's decoders raise whatever their format's parser met
        raise PhotoError(
            f"{name} is damaged or cut off and cannot be shown. Copy it again, or save it anew as JPEG."
        ) from error


def encode_photo(rgb: RgbArray, longest: int = 1600) -> bytes:
    """Encode as a JPEG without metadata, its longest side at most ``longest`` pixels; never enlarged."""
    from PIL import Image

    image = Image.fromarray(np.ascontiguousarray(rgb), "RGB")
    scale = longest / max(image.size)
    if scale < 1:
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90, subsampling="4:4:4", optimize=True)
    return buffer.getvalue()


def _read(path: Path) -> bytes:
    """Return the file's bytes, at most one more than is allowed. A pipe or device is not opened: it may never end."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise PhotoError(f"{path.name} cannot be read: it is not a file. Choose a photo.")
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise PhotoError(f"{path.name} cannot be read: {reason}. Check that {path} is there.") from error


def _too_heavy(name: str) -> PhotoError:
    return PhotoError(f"{name} is larger than {MOST_BYTES >> 20} MB. Save it smaller, as JPEG, and add it again.")


def _check_header(name: str, data: bytes) -> None:
    """Raise PhotoError unless the header is of an allowed format and size; PNG's checksums are compared, too."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            width, height = image.size
            if width * height <= MOST_PIXELS:
                image.verify()
    except UnidentifiedImageError as error:
        raise PhotoError(f"{name} is not a picture in a format that is accepted{_hint(data)}.") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(name) from error
    except Exception as error:  # a parser of an untrusted header may raise anything
        raise PhotoError(f"{name} is damaged. Copy it again, or save it anew as JPEG.") from error
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        raise _too_large(name, f" ({width} x {height})")
    if min(width, height) < SHORTEST_SIDE:
        raise PhotoError(f"{name} is only {width} x {height} pixels. Use a larger photo.")


def _too_large(name: str, size: str = "") -> PhotoError:
    return PhotoError(
        f"{name} has too many pixels{size}: at most {MOST_PIXELS // 1_000_000} million, "
        f"and {LONGEST_SIDE} on a side, are accepted. Save it smaller and add it again."
    )


def _hint(data: bytes) -> str:
    """Say what an unaccepted file is, where that is easily told, and what to do."""
    head = data[:512].lstrip().lower()
    if data[4:8] == b"ftyp":
        return " (it looks like HEIC or a video). Save it as JPEG and add it again"
    if head.startswith((b"<svg", b"<?xml", b"<!doctype svg")):
        return " (it is a drawing in SVG). Save it as JPEG or PNG and add it again"
    return " (JPEG, PNG, WebP, TIFF, BMP, GIF, AVIF). Save it as JPEG and add it again"


def _decode(data: bytes, keeps_alpha: bool) -> npt.NDArray[np.uint8]:
    from PIL import Image

    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        image.load()
        profile = image.info.get("icc_profile")
        upright = _to_8_bit(_upright(image))
        if keeps_alpha and upright.has_transparency_data:
            return np.array(upright.convert("RGBA"), dtype=np.uint8)
        rgb = _to_srgb(upright, profile)
        return np.array(rgb.convert("RGBA") if keeps_alpha else rgb, dtype=np.uint8)


def _upright(image: Image.Image) -> Image.Image:
    """Turn a loaded picture as its EXIF orientation asks."""
    from PIL import ExifTags, Image

    try:
        orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
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
    values = np.nan_to_num(np.asarray(image, dtype=np.float64), posinf=0.0, neginf=0.0)
    top = float(values.max(initial=0.0))
    white = next((limit for limit in (1.0, 255.0, 65535.0) if top <= limit), top)
    if image.mode != "F":
        white = max(white, 65535.0)
    return Image.fromarray(np.clip(values * (255.0 / white), 0, 255).round().astype(np.uint8), "L")


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
    return image.convert("RGB")


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
