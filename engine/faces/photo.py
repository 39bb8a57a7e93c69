"""Pictures from outside: decode them safely, and encode them without what they tell about a person."""

from __future__ import annotations

import functools
import io
import stat
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.errors import PhotoError
from engine.faces.file_kinds import what_it_is
from engine.faces.pixels import pixels

RgbArray = npt.NDArray[np.uint8]
RgbaArray = npt.NDArray[np.uint8]

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "TIFF", "BMP", "GIF", "AVIF")
SUFFIXES = frozenset(
    {
        ".jpg",
        ".jpeg",
        ".jpe",
        ".jfif",
        ".png",
        ".webp",
        ".heic",
        ".heif",
        ".hif",
        ".tif",
        ".tiff",
        ".bmp",
        ".gif",
        ".avif",
    }
)
MOST_BYTES = 40 << 20
MOST_PIXELS = 50_000_000
MOST_PIXELS_OF = {"WEBP": 32_000_000}  # Pillow's decoder of WebP takes 16 bytes for each, four times the others
LONGEST_SIDE = 20_000
SHORTEST_SIDE = 16
SLIGHT = 0.75  # scale over which the areas of pixels need not be averaged


def photo_name(photo: Path | bytes) -> str:
    """Return what a sentence to the user calls this photo."""
    return "The photo" if isinstance(photo, bytes) else photo.name


def decode_photo(photo: Path | bytes) -> RgbArray:
    """Decode the first frame of a picture from outside, upright, as (height, width, 3) sRGB bytes.

    Transparency is laid on white. A picture of 3,200 pixels or more is halved until its longest side is under that.
    Only Pillow touches the data (with pi-heif's reader of HEIC), only the formats in FORMATS are tried, and the size
    is judged before a pixel is decoded. Raises PhotoError if the picture is missing, broken, refused or too large.
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
        return _decode(data, keeps_alpha=keeps_alpha)
    except MemoryError as error:
        raise PhotoError(f"{name} needs more memory than there is. Save it smaller and add it again.") from error
    except Exception as error:  # Pillow's decoders raise whatever their format's parser met
        raise PhotoError(
            f"{name} is damaged or cut off and cannot be shown. Copy it again, or save it anew as JPEG."
        ) from error


def encode_photo(rgb: RgbArray, longest: int = 1600) -> bytes:
    """Encode as a JPEG without metadata, its longest side at most ``longest`` pixels; never enlarged."""
    import cv2

    from engine.faces.warp import resized

    height, width = rgb.shape[:2]
    scale = longest / max(height, width)
    if scale < 1:
        last = cv2.INTER_CUBIC if scale > SLIGHT else cv2.INTER_AREA
        rgb = resized(rgb, max(1, round(width * scale)), max(1, round(height * scale)), last)
    return jpeg_of(rgb, 90, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444)


def jpeg_of(rgb: RgbArray, quality: int, sampling: int) -> bytes:
    """Encode as a JPEG without metadata; ``sampling`` is one of cv2's factors.

    By OpenCV: Pillow would keep the interpreter, and with it the window, waiting meanwhile.
    """
    import cv2

    wanted = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, sampling]
    _, data = cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), wanted)
    return bytes(data)


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
        _know_heic()
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            width, height = image.size
            most = MOST_PIXELS_OF.get(str(image.format), MOST_PIXELS)
            if width * height <= most:
                image.verify()
    except UnidentifiedImageError as error:
        raise PhotoError(f"{name} is not a picture in a format that is accepted{what_it_is(data)}.") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(name, MOST_PIXELS) from error
    except Exception as error:  # a parser of an untrusted header may raise anything
        raise PhotoError(f"{name} is damaged. Copy it again, or save it anew as JPEG.") from error
    if width * height > most or max(width, height) > LONGEST_SIDE:
        raise _too_large(name, most, f" ({width} x {height})")
    if min(width, height) < SHORTEST_SIDE:
        raise PhotoError(f"{name} is only {width} x {height} pixels. Use a larger photo.")


def _too_large(name: str, most: int, size: str = "") -> PhotoError:
    return PhotoError(
        f"{name} has too many pixels{size}: at most {most // 1_000_000} million, "
        f"and {LONGEST_SIDE} on a side, are accepted. Save it smaller and add it again."
    )


@functools.cache
def _know_heic() -> None:
    """Teach Pillow to read HEIC: what phones of Apple and others save; of its pictures only the main one is read."""
    import pi_heif

    pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=2)


def _decode(data: bytes, *, keeps_alpha: bool) -> npt.NDArray[np.uint8]:
    from PIL import Image

    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        return pixels(image, keeps_alpha=keeps_alpha)
