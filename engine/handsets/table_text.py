"""Small tables of handsets from outside, as text: an operator's TACs, a designer's names."""

from __future__ import annotations

from pathlib import Path

from engine.errors import InputError, PlaceError

LARGEST = 200_000_000  # bytes; a table of every TAC ever allocated has some 20 million
LONGEST = 200  # signs of a maker or model


def table_text(path: Path, what: str) -> str:
    """Read a file in UTF-8, UTF-16 or cp1250; ``what`` is the table's name in sentences.

    Raises InputError if it is too large or no text, PlaceError if it cannot be read.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise InputError(f"{path.name} is larger than {LARGEST // 1_000_000} MB: that is no {what}.")
        content = path.read_bytes()
    except OSError as error:
        raise PlaceError.of(error, path) from error
    for encoding in ("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "cp1250"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise InputError(f"{path.name} is no text. Save the {what} as CSV UTF-8.")


def delimiter_of(text: str) -> str:
    """Return what divides the columns of a table, by its first line."""
    return max(",;\t|", key=text.partition("\n")[0].count)
