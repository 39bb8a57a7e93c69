"""Decodes damaged pictures, in a process of its own: ``python -m tests.engine.faces.mutated COUNT``.

Prints JSON: for each format how many were read and refused, what else happened, and the most CPU seconds and memory
that one of them took.
"""

from __future__ import annotations

import io
import json
import sys
import time
import warnings
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

from engine.errors import PhotoError
from engine.faces import decode_photo

KINDS = ("JPEG", "PNG", "WEBP", "HEIC", "TIFF", "BMP", "GIF", "AVIF")
HEIC = Path(__file__).resolve().parents[2] / "data" / "pictures" / "scene.heic"
SIDE = (48, 40)
WORDS = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x1000, 0x7FFFFFFF, 0xFFFFFFFF)
PNG = b"\x89PNG\r\n\x1a\n"
MEMORY = Path("/proc/self/clear_refs")


def sound(kind: str) -> list[bytes]:
    """Return some whole pictures of a format."""
    if kind == "HEIC":
        return [path.read_bytes() for path in sorted(HEIC.parent.glob("*.heic"))]
    noise = np.random.default_rng(1).integers(0, 255, (SIDE[1] // 8, SIDE[0] // 8, 3), np.uint8)
    picture = Image.fromarray(noise).resize(SIDE, Image.Resampling.BICUBIC)
    exif = Image.Exif()
    exif[0x0112] = 6
    made = [saved(picture, kind), saved(picture, kind, exif=exif)] if kind not in ("BMP", "GIF") else []
    more = {
        "JPEG": lambda: [saved(picture.convert("CMYK"), kind), saved(picture, kind, progressive=True)],
        "PNG": lambda: [saved(picture.convert("RGBA"), kind), saved(picture.quantize(16), kind)],
        "WEBP": lambda: [saved(picture, kind, lossless=True), saved(picture.convert("RGBA"), kind)],
        "TIFF": lambda: [saved(picture, kind, compression=how) for how in ("tiff_lzw", "jpeg", "tiff_deflate")],
        "BMP": lambda: [saved(picture, kind), saved(picture.quantize(16), kind)],
        "GIF": lambda: [saved(picture, kind), saved(picture, kind, save_all=True, append_images=[picture.rotate(90)])],
        "AVIF": lambda: [saved(picture, kind, save_all=True, append_images=[picture.rotate(90)])],
    }
    return made + more[kind]()


def saved(picture: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def mutated(data: bytes, other: bytes, rng: np.random.Generator) -> bytes:
    """Damage a picture: bytes and whole numbers anywhere, most often in the header; parts lost, doubled, exchanged."""
    part = bytearray(data)
    for _ in range(int(rng.integers(1, 6))):
        end = min(len(part), 64) if rng.random() < 0.4 else len(part)
        place = int(rng.integers(0, max(1, end)))
        length = int(rng.integers(1, 64))
        match int(rng.integers(0, 8)):
            case 0 | 1:
                part[place : place + 1] = bytes([int(rng.integers(0, 256))])
            case 2:
                part[place : place + 1] = bytes([part[min(place, len(part) - 1)] ^ (1 << int(rng.integers(0, 8)))])
            case 3 | 4:
                size, order = (2, 4)[int(rng.integers(0, 2))], ("big", "little")[int(rng.integers(0, 2))]
                word = WORDS[int(rng.integers(0, len(WORDS)))] & (256**size - 1)
                part[place : place + size] = word.to_bytes(size, order)
            case 5:
                del part[place : place + length]
            case 6:
                part[place:place] = part[place : place + length]
            case _:
                part[place : place + length] = other[place : place + length]
        if not part:
            return b"\0"
    if data.startswith(PNG) and rng.random() < 0.8:
        part = mended(part)
    return bytes(part[: int(rng.integers(0, len(part)))] if rng.random() < 0.1 else part)


def mended(png: bytearray) -> bytearray:
    """Give each chunk of a damaged PNG its right checksum, so that what is inside is looked at."""
    place = len(PNG)
    while place + 12 <= len(png):
        end = place + 8 + int.from_bytes(png[place : place + 4], "big")
        if end + 4 > len(png):
            break
        png[end : end + 4] = zlib.crc32(png[place + 4 : end]).to_bytes(4, "big")
        place = end + 4
    return png


def peak_megabytes() -> float:
    """Return the most memory since the last call, where the system tells it; else 0."""
    if not MEMORY.exists():
        return 0.0
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    MEMORY.write_text("5")
    return int(line.split()[1]) / 1024


def measure(kind: str, count: int) -> dict[str, object]:
    """Decode so many damaged pictures of one format."""
    rng = np.random.default_rng(KINDS.index(kind))
    whole = sound(kind)
    others = [sound(other)[0] for other in KINDS]
    read, refused, slowest, largest = 0, 0, 0.0, 0.0
    wrong: list[str] = []
    for index in range(count):
        picture = mutated(whole[index % len(whole)], others[index % len(others)], rng)
        start = time.process_time()
        try:
            rgb = decode_photo(picture)
            read += 1
            if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8:
                wrong.append(f"{index}: {rgb.shape} {rgb.dtype}")
        except PhotoError as error:
            refused += 1
            if not str(error).endswith("."):
                wrong.append(f"{index}: {error}")
        except Exception as error:
            wrong.append(f"{index}: {error!r}")
        slowest = max(slowest, time.process_time() - start)
        largest = max(largest, peak_megabytes())
    return {"read": read, "refused": refused, "wrong": wrong, "slowest": slowest, "megabytes": largest}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    peak_megabytes()
    sys.stdout.write(json.dumps({kind: measure(kind, int(sys.argv[1])) for kind in KINDS}))
