"""Which encoding a text is in."""

from __future__ import annotations

import re

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp1250", "iso-8859-2", "latin-1")
MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
# The bytes of ő and ű are õ and û in latin-1, which nobody means.
HUNGARIAN = re.compile(rb"[\xf5\xfb\xd5\xdb]")
CENTRAL_1250 = re.compile(rb"[A-Za-z][\xb9\xb3\xbf\x9c\x9f\x9a\x9e\x9d\xbe][a-z]|[\x8a\x8e\x8c\x8f][a-z]")
CENTRAL_ISO = re.compile(rb"[A-Za-z][\xb1\xb3\xbf\xb6\xbc\xb9\xbe\xbb][a-z]|[\xa9\xae\xa6\xac][a-z]")
WESTERN = re.compile(rb"[A-Za-z][\xe0\xe5\xe8\xea\xf1\xf8\xec\xf2\xe3\xe6][a-z]|[A-Za-z][\xe0\xe8]\b")


def detect_encoding(probe: bytes) -> tuple[str, float]:
    """Return the encoding of a probe from the beginning of a file, and how sure that is.

    The probe may end within a letter. Bytes that are the same letter in several encodings count for none of them.
    """
    for mark, encoding in MARKS:
        if probe.startswith(mark):
            return encoding, 1.0
    zeros = probe[: 1 << 12]
    if len(zeros) > 3 and zeros[1::2].count(0) * 10 > len(zeros) * 4 and zeros[0::2].count(0) * 10 < len(zeros):
        return "utf-16-le", 0.95
    if len(zeros) > 3 and zeros[0::2].count(0) * 10 > len(zeros) * 4 and zeros[1::2].count(0) * 10 < len(zeros):
        return "utf-16-be", 0.95
    if _mostly_utf8(probe):
        return "utf-8", 1.0
    return _one_byte(probe)


def _mostly_utf8(probe: bytes) -> bool:
    """Whether at least nine of ten lines with letters beyond ASCII are UTF-8: a few may be broken."""
    lines = [line for line in probe[: probe.rfind(b"\n") + 1 or len(probe)].split(b"\n") if not line.isascii()]
    good = 0
    for line in lines:
        try:
            line.decode("utf-8")
            good += 1
        except UnicodeDecodeError:
            pass
    return good * 10 >= len(lines) * 9


def _one_byte(probe: bytes) -> tuple[str, float]:
    """Tell the encodings of one byte a letter from each other."""
    has_c1 = re.search(rb"[\x80-\x9f]", probe) is not None
    central, iso = len(CENTRAL_1250.findall(probe)), len(CENTRAL_ISO.findall(probe))
    hungarian, western = len(HUNGARIAN.findall(probe)), len(WESTERN.findall(probe))
    if not has_c1 and iso > central:
        return "iso-8859-2", 0.8
    if hungarian or central or has_c1:
        return "cp1250", 0.9
    return ("latin-1", 0.7) if western else ("cp1250", 0.6)
