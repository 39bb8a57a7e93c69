from __future__ import annotations

import io
import json
import os
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from engine.errors import PhotoError
from engine.faces import decode_photo, encode_photo
from engine.faces.photo import MOST_BYTES
from engine.resources import ROOT
from tests.engine.faces import mutated

HEIC = ROOT / "tests" / "data" / "pictures"


def scene(width: int = 96, height: int = 64) -> np.ndarray:
    """A smooth picture whose corners differ, so that any turn shows."""
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([255 * x // (width - 1), 255 * y // (height - 1), 128 + 0 * x], -1).astype(np.uint8)


def saved(image: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def png(width: int, height: int, depth: int, colour: int, rows: bytes) -> bytes:
    """Write a PNG by hand, for what Pillow cannot write."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "AVIF"])
def test_every_accepted_format_gives_the_same_picture(kind: str):
    options = {"quality": 95} if kind in ("JPEG", "WEBP", "AVIF") else {}
    rgb = decode_photo(saved(Image.fromarray(scene()), kind, **options))
    assert rgb.shape == (64, 96, 3)
    assert rgb.dtype == np.uint8
    assert np.abs(rgb.astype(int) - scene()).mean() < 4


@pytest.mark.parametrize(
    ("name", "turn"), [("scene", 1), ("turned_3", 3), ("turned_6", 6), ("burst", 1), ("ten_bits", 1)]
)
def test_a_heic_picture_is_read_upright_and_of_a_burst_the_first(name: str, turn: int):
    rgb = decode_photo(HEIC / f"{name}.heic")
    expected = TURNS[turn](scene())
    assert rgb.shape == expected.shape
    assert np.abs(rgb.astype(int) - expected).mean() < 4


def test_a_grey_and_a_transparent_heic_are_read():
    grey = decode_photo(HEIC / "grey.heic")
    assert (grey[..., 0] == grey[..., 2]).all()
    assert np.abs(grey[..., 0] - scene() @ [0.299, 0.587, 0.114]).mean() < 3
    assert decode_photo(HEIC / "clear.heic").min() > 250


def test_a_cmyk_jpeg_keeps_its_colours():
    red = Image.new("CMYK", (40, 30), (0, 255, 255, 0))
    rgb = decode_photo(saved(red, "JPEG", quality=95))
    assert rgb.shape == (30, 40, 3)
    assert rgb[15, 20] == pytest.approx([255, 0, 0], abs=6)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bit_grey_is_scaled_not_cut(kind: str):
    grey = np.tile(np.linspace(0, 65535, 64).astype(np.uint16), (32, 1))
    rgb = decode_photo(saved(Image.fromarray(grey), kind))
    assert np.abs(rgb[..., 0].astype(int) - np.round(grey / 257.0)).max() <= 1


def test_a_dark_sixteen_bit_picture_stays_dark():
    grey = np.full((32, 32), 1000, np.uint16)
    assert decode_photo(saved(Image.fromarray(grey), "PNG")).max() == 4


def test_a_floating_tiff_from_0_to_1_becomes_grey_from_0_to_255():
    grey = np.tile(np.linspace(0, 1, 64, dtype=np.float32), (32, 1))
    rgb = decode_photo(saved(Image.fromarray(grey), "TIFF"))
    assert np.abs(rgb[0, :, 1].astype(int) - np.round(grey[0] * 255)).max() <= 1


def test_sixteen_bit_colour_becomes_eight_bit_colour():
    row = b"\0" + struct.pack(">HHH", 65535, 32768, 0) * 20
    rgb = decode_photo(png(20, 20, 16, 2, row * 20))
    assert rgb[10, 10] == pytest.approx([255, 128, 0], abs=1)


def test_transparency_lies_on_white():
    image = Image.fromarray(scene()).convert("RGBA")
    image.putalpha(Image.new("L", image.size, 0))
    assert (decode_photo(saved(image, "PNG")) == 255).all()
    palette = Image.new("P", (20, 20), 0)
    palette.putpalette([0, 0, 0, 200, 0, 0])
    assert (decode_photo(saved(palette, "PNG", transparency=0)) == 255).all()
    assert (decode_photo(saved(palette, "PNG")) == 0).all()


TURNS = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
    8: lambda a: np.rot90(a, 1),
}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", TURNS)
def test_a_photo_is_turned_upright_once(kind: str, orientation: int):
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"quality": 95} if kind in ("JPEG", "WEBP", "AVIF") else {}
    data = saved(Image.fromarray(scene()), kind, exif=exif, **options)
    upright = decode_photo(data)
    expected = TURNS[orientation](scene())
    assert upright.shape == expected.shape
    assert np.abs(upright.astype(int) - expected).mean() < 4
    again = decode_photo(encode_photo(upright))
    assert np.abs(again.astype(int) - expected).mean() < 6


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_broken_exif_does_not_cost_the_photo():
    data = saved(Image.fromarray(scene()), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\x7f" + b"\xff" * 40)
    assert decode_photo(data).shape == (64, 96, 3)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_of_a_moving_picture_the_first_frame_counts(kind: str):
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "lime", "blue")]
    options = {} if kind == "TIFF" else {"duration": 50}
    if kind == "WEBP":
        options["lossless"] = True
    data = saved(frames[0], kind, save_all=True, append_images=frames[1:], **options)
    assert decode_photo(data)[16, 16] == pytest.approx([255, 0, 0], abs=2)


def test_a_phones_jpeg_with_a_second_picture_inside_is_read():
    data = saved(Image.fromarray(scene()), "MPO", save_all=True, append_images=[Image.new("RGB", (96, 64))])
    assert np.abs(decode_photo(data).astype(int) - scene()).mean() < 6


def swapped_profile() -> bytes:
    """A colour profile like sRGB's with red and blue exchanged, under another name."""
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = data.replace(b"rXYZ", b"xxxx").replace(b"bXYZ", b"rXYZ").replace(b"xxxx", b"bXYZ")
    return data.replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))


def test_colours_are_read_by_the_embedded_profile():
    image = Image.new("RGB", (20, 20), (200, 60, 10))
    assert decode_photo(saved(image, "PNG", icc_profile=swapped_profile()))[5, 5] == pytest.approx([10, 60, 200], abs=3)


def test_a_broken_profile_changes_nothing():
    image = Image.new("RGB", (20, 20), (200, 60, 10))
    for profile in (b"junk" * 50, swapped_profile()[:200]):
        assert (decode_photo(saved(image, "PNG", icc_profile=profile)) == (200, 60, 10)).all()


def test_the_stored_jpeg_tells_nothing_but_the_picture():
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    exif.get_ifd(0x8825)[1] = "N"
    data = saved(Image.fromarray(scene()), "JPEG", exif=exif, comment=b"Kept secret", icc_profile=swapped_profile())
    stored = Image.open(io.BytesIO(encode_photo(decode_photo(data))))
    assert stored.format == "JPEG"
    assert not stored.getexif()
    assert not {"exif", "icc_profile", "comment", "xmp"} & set(stored.info)


def test_the_stored_jpeg_is_made_smaller_never_larger():
    assert Image.open(io.BytesIO(encode_photo(scene(2400, 1200), 1600))).size == (1600, 800)
    assert Image.open(io.BytesIO(encode_photo(scene(90, 60), 1600))).size == (90, 60)
    assert Image.open(io.BytesIO(encode_photo(scene(20_000, 16), 100))).size == (100, 1)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_large_picture_is_halved_until_its_longest_side_is_under_3200(kind: str):
    large = scene(6500, 90)
    rgb = decode_photo(saved(Image.fromarray(large), kind, quality=95))
    assert rgb.shape == (23, 1625, 3)
    assert np.abs(rgb.astype(int) - scene(1625, 23)).mean() < 5
    assert decode_photo(saved(Image.fromarray(scene(3199, 40)), kind)).shape == (40, 3199, 3)


def test_a_large_picture_is_halved_whatever_its_pixels_are():
    wide = np.tile(np.linspace(0, 65535, 3600).astype(np.uint16), (64, 1))
    assert np.abs(decode_photo(saved(Image.fromarray(wide), "PNG"))[16, :, 0] - np.linspace(0, 255, 1800)).max() < 2
    palette = Image.fromarray(scene(3600, 64)).quantize(32)
    assert np.abs(decode_photo(saved(palette, "GIF")).astype(int) - scene(1800, 32)).mean() < 30
    clear = Image.new("RGBA", (3600, 64), (10, 20, 30, 0))
    assert (decode_photo(saved(clear, "PNG")) == 255).all()
    exif = Image.Exif()
    exif[0x0112] = 6
    assert decode_photo(saved(Image.fromarray(scene(3600, 64)), "JPEG", exif=exif)).shape == (1800, 32, 3)


def refusal(photo: Path | bytes) -> str:
    with pytest.raises(PhotoError) as caught:
        decode_photo(photo)
    return str(caught.value)


def test_a_bomb_is_refused_before_it_is_unpacked():
    rows = (b"\0" + bytes(20_000 // 8)) * 10_000
    data = png(20_000, 10_000, 1, 0, rows)
    assert len(data) < 100_000
    start = time.process_time()
    assert "too many pixels" in refusal(data)
    assert time.process_time() - start < 0.5


@pytest.mark.parametrize(("width", "height"), [(60_000, 60_000), (25_000, 20), (8_000, 7_000)])
def test_a_header_that_claims_too_much_is_refused(tmp_path: Path, width: int, height: int):
    path = tmp_path / "claims.png"
    path.write_bytes(png(width, height, 8, 2, b"\0" * 100))
    assert refusal(path).startswith("claims.png has too many pixels")


def test_a_tiny_picture_is_refused():
    assert "12 x 12" in refusal(saved(Image.new("RGB", (12, 12)), "PNG"))


def test_a_file_over_40_mb_is_refused(tmp_path: Path):
    path = tmp_path / "heavy.jpg"
    with path.open("wb") as file:
        file.write(saved(Image.fromarray(scene()), "JPEG"))
        file.truncate(MOST_BYTES + 1)
    assert refusal(path) == "heavy.jpg is larger than 40 MB. Save it smaller, as JPEG, and add it again."


def test_what_is_not_a_photo_is_named_with_what_to_do(tmp_path: Path):
    drawing = tmp_path / "logo.png"
    drawing.write_text("<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>")
    assert refusal(drawing).startswith(
        "logo.png is not a picture in a format that is accepted (it is a drawing in SVG)"
    )
    assert "JPEG" in refusal(saved(Image.new("RGB", (32, 32)), "PPM"))


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7 ", "a PDF document"),
        (b"PK\x03\x04\x14\0", "a zip archive or an office document"),
        (b"MZ\x90\0", "a program"),
        (b"\x7fELF\2", "a program"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b"\xef\xbb\xbf  <?xml version='1.0'?><svg>", "a drawing in SVG"),
        (b"\0\0\0\x18ftypmp42", "a video"),
        (b"\0\0\0\x14ftypqt  ", "a video"),
        (b"\x1aE\xdf\xa3", "a video"),
        (b"RIFF\0\0\0\0AVI LIST", "a video"),
        (b"\0\0\0\x18ftypcrx ", "a camera's raw picture"),
        (b"\0\0\0\x18ftypheic", "a damaged HEIC picture"),
        (b"8BPS\0\1", "a Photoshop file"),
        (b"\0\0\1\0\1\0", "an icon"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_lies_about_what_it_is_is_named(tmp_path: Path, data: bytes, kind: str):
    path = tmp_path / "portrait.jpg"
    path.write_bytes(data + bytes(200))
    sentence = refusal(path)
    assert sentence.startswith(f"portrait.jpg is not a picture in a format that is accepted (it is {kind}). ")
    assert sentence.endswith(".")


def test_a_photo_under_another_pictures_name_is_read(tmp_path: Path):
    path = tmp_path / "sent.png"
    path.write_bytes(saved(Image.fromarray(scene()), "JPEG"))
    assert decode_photo(path).shape == (64, 96, 3)


def test_what_cannot_be_read_is_named(tmp_path: Path):
    assert refusal(tmp_path / "gone.jpg").startswith("gone.jpg cannot be read: No such file")
    (tmp_path / "folder.jpg").mkdir()
    assert refusal(tmp_path / "folder.jpg").startswith("folder.jpg cannot be read: it is not a file.")
    (tmp_path / "empty.jpg").touch()
    assert refusal(tmp_path / "empty.jpg").startswith("empty.jpg is empty")
    assert refusal(b"").startswith("The photo is empty")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "endless.jpg")
    assert "is not a file" in refusal(tmp_path / "endless.jpg")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9])
def test_a_cut_off_picture_is_refused(kind: str, share: float):
    noise = np.random.default_rng(1).integers(0, 255, (80, 80, 3), np.uint8)
    data = saved(Image.fromarray(noise), kind)
    sentence = refusal(data[: int(len(data) * share)])
    assert sentence.startswith("The photo is ")


@pytest.fixture(scope="module")
def damaged() -> dict[str, dict]:
    """What became of 500 damaged pictures of each format, decoded in a process of its own."""
    command = [sys.executable, "-m", "tests.engine.faces.mutated", "500"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(answer.stdout)


@pytest.mark.parametrize("kind", mutated.KINDS)
def test_500_damaged_pictures_are_read_or_refused_at_once_and_nothing_else_happens(damaged: dict, kind: str):
    found = damaged[kind]
    assert found["wrong"] == []
    assert found["read"] + found["refused"] == 500
    assert found["read"] > 0
    assert found["slowest"] < 1.0
    assert found["megabytes"] < 600


def test_a_webp_larger_than_its_decoder_can_hold_is_refused():
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "lime")]
    data = bytearray(saved(frames[0], "WEBP", save_all=True, append_images=frames[1:]))
    assert data[12:16] == b"VP8X"
    data[24:30] = (7_999).to_bytes(3, "little") + (4_999).to_bytes(3, "little")
    assert "at most 32 million" in refusal(bytes(data))
