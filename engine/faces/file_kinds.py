"""What a file really is that was given as a photo and is not one, by its first bytes, for the sentence of refusal."""

from __future__ import annotations

FORMAT_NAMES = "JPEG, PNG, WebP, HEIC, AVIF, TIFF, BMP or GIF"
AS_JPEG = "Save it as JPEG and add it again"
CHOOSE = "Choose a photo instead"

DRAWINGS = (b"<svg", b"<?xml", b"<!doctype svg")
PAGES = (b"<!doctype html", b"<html")
MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"%pdf-", "it is a PDF document", "Save its picture as JPEG and add that"),
    (b"pk\x03\x04", "it is a zip archive or an office document", "Unpack it and add the photos in it"),
    (b"pk\x05\x06", "it is an empty zip archive", CHOOSE),
    (b"rar!", "it is a RAR archive", "Unpack it and add the photos in it"),
    (b"7z\xbc\xaf\x27\x1c", "it is a 7z archive", "Unpack it and add the photos in it"),
    (b"\x1f\x8b", "it is packed with gzip", "Unpack it and add the photos in it"),
    (b"mz", "it is a program", CHOOSE),
    (b"\x7felf", "it is a program", CHOOSE),
    (b"8bps", "it is a Photoshop file", AS_JPEG),
    (b"%!ps", "it is a PostScript file", AS_JPEG),
    (b"\x00\x00\x01\x00", "it is an icon", AS_JPEG),
    (b"\x1aE\xdf\xa3".lower(), "it is a video", CHOOSE),
    (b"ftypcrx", "it is a camera's raw picture", AS_JPEG),
)
VIDEOS = (b"isom", b"iso2", b"mp41", b"mp42", b"avc1", b"m4v ", b"qt  ", b"3gp4", b"3gp5")
HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


def what_it_is(data: bytes) -> str:
    """Say what an unaccepted file is, where that is easily told, and what to do: the end of a sentence."""
    head = data[:512].lstrip(b" \t\r\n\xef\xbb\xbf").lower()
    if data[4:8] == b"ftyp":
        return _of_the_mpeg_family(data[8:12].lower())
    if data[:4] == b"RIFF" and data[8:12] == b"AVI ":
        return f" (it is a video). {CHOOSE}"
    if head.startswith(DRAWINGS):
        return " (it is a drawing in SVG). Save it as JPEG or PNG and add it again"
    if head.startswith(PAGES):
        return " (it is a web page). Save the photo itself, not the page, and add it again"
    for magic, kind, what_to_do in MAGIC:
        if head.startswith(magic):
            return f" ({kind}). {what_to_do}"
    return f" ({FORMAT_NAMES}). {AS_JPEG}"


def _of_the_mpeg_family(brand: bytes) -> str:
    if brand in VIDEOS:
        return f" (it is a video). {CHOOSE}"
    if brand == b"crx ":
        return f" (it is a camera's raw picture). {AS_JPEG}"
    if brand in HEIC:
        return f" (it is a damaged HEIC picture). {AS_JPEG}"
    return f" (it looks like a video). {AS_JPEG}"
