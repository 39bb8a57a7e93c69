"""A look at a table's beginning: its encoding, its delimiter, its header, and some of its rows."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import InputError
from engine.logs.encodings import detect_encoding
from engine.logs.names import is_known
from engine.logs.sources import Source, open_stream, told

DELIMITERS = (",", ";", "\t", "|")
PROBE_BYTES = 1 << 18
ELSEWHERE = (0.35, 0.7, 1.0)  # where else in a plain file a look is taken, as shares of its length
ELSEWHERE_BYTES = 1 << 15
MOST_ROWS = 1_200
MOST_COLUMNS = 1_000
MOST_ABOVE = 100  # lines above a table: a title, who made it and when
NOT_TEXT = (b"\x89PNG", b"%PDF", b"\xff\xd8\xff", b"GIF8", b"\xd0\xcf\x11\xe0", b"7z\xbc\xaf", b"Rar!", b"SQLite")


@dataclass(frozen=True)
class Probe:
    """What a table's beginning shows. ``rows`` are some rows from several places, trimmed, of the usual width."""

    encoding: str
    delimiter: str
    has_header: bool
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[str, ...]  # of the beginning, the header and what stands above it left out
    skipped: int  # lines above the header, or above the first row

    def values(self, place: int) -> list[str]:
        """Return what a column holds in the rows, without empty fields."""
        return [row[place] for row in self.rows if row[place]]


@dataclass(frozen=True)
class Dialect:
    """How a table is known to be written, so that it need not be found out."""

    encoding: str
    delimiter: str
    has_header: bool
    skipped: int = 0  # lines above it


def probe_source(source: Source, known: Dialect | None = None) -> Probe:
    """Look at a table. Raises InputError if it cannot be opened, is empty or is no text."""
    parts = _read_parts(source)
    if not any(part.strip(b"\0 \r\n\t\xef\xbb\xbf\xff\xfe") for part in parts):
        raise InputError(f"{source.name} is empty. Choose a file with a header line and rows.")
    encoding = "utf-8" if source.is_structured else detect_encoding(parts[0])[0]
    if encoding == "utf-8" and not source.is_structured:
        encoding = detect_encoding(b"\n".join(parts))[0]
    encoding = known.encoding if known else encoding
    if _is_binary(parts[0], encoding):
        raise InputError(
            f"{source.name} is not a table of plain text, Parquet or a workbook. "
            "Save it as CSV in UTF-8 and choose that."
        )
    texts = [part.decode(encoding, "replace").removeprefix("\ufeff") for part in parts]
    head = _lines(texts[0])
    delimiter = "," if source.is_structured else (known.delimiter if known else _delimiter(head))
    skipped = known.skipped if known else (0 if source.shape == "parquet" else table_start(head, delimiter))
    head = head[skipped:] or [""]
    first = split_line(head[0], delimiter)
    if len(first) > MOST_COLUMNS:
        raise InputError(f"{source.name} has {len(first):,} columns, too many for a log. Choose another file.")
    body = [line for line in head[1:] if line.strip()]
    has_header = known.has_header if known else _has_header(first, [split_line(each, delimiter) for each in body[:50]])
    if not has_header:
        body.insert(0, head[0])
    elsewhere = [line for text in texts[1:] for line in _lines(text)[1:] if line.strip()]
    width = len(first)
    each = MOST_ROWS // (1 + bool(elsewhere))
    rows = [tuple(split_line(line, delimiter)) for line in (*body[:each], *elsewhere[:each])]
    names = tuple(first) if has_header else tuple(f"column {number}" for number in range(1, width + 1))
    usual = tuple(row for row in rows if len(row) == width)
    return Probe(encoding, delimiter, has_header, names, usual, tuple(body[:MOST_ROWS]), skipped)


def split_line(line: str, delimiter: str) -> list[str]:
    """Return the fields of a line, trimmed and without quotation marks."""
    try:
        row = next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        row = line.split(delimiter)
    return [field.strip() for field in row]


def _read_parts(source: Source) -> list[bytes]:
    """Return the beginning of a table and, of a plain file, some later parts; each but the first starts in a line."""
    parts = []
    with told(source.path, source.name):
        with open_stream(source) as stream:
            head = b""
            while len(head) < PROBE_BYTES and (data := stream.read(PROBE_BYTES - len(head))):
                head += data
            parts.append(head[: max(PROBE_BYTES, head.rfind(b"\n") + 1)])
        if source.shape == "text" and len(head) >= PROBE_BYTES:
            with source.path.open("rb") as file:
                size = file.seek(0, 2)
                for share in ELSEWHERE:
                    at = max(PROBE_BYTES, int((size - ELSEWHERE_BYTES) * share)) // 2 * 2
                    file.seek(at)
                    parts.append(file.read(ELSEWHERE_BYTES))
    return parts


def _lines(text: str) -> list[str]:
    """Return the whole lines of a text; a last one that may be cut off is dropped where there are others."""
    newline = "\r" if "\n" not in text and "\r" in text else "\n"
    lines = [line.rstrip("\r") for line in text.split(newline)]
    return lines[:-1] if len(lines) > 1 else lines


def _is_binary(head: bytes, encoding: str) -> bool:
    """Whether a file's beginning is not text: the mark of another format, or many zero bytes."""
    if head.startswith(NOT_TEXT):
        return True
    if encoding.startswith("utf-16"):
        return False
    first = head.split(b"\n", 1)[0]
    return b"\0" in first or head.count(b"\0") * 100 > len(head)


def _delimiter(lines: Sequence[str]) -> str:
    """Return the delimiter that gives a header of known names, else the one that cuts the lines most evenly."""
    sample = [line for line in lines[:200] if line.strip()]

    def fit(delimiter: str) -> tuple[int, float, int]:
        start = table_start(lines[:200], delimiter)
        names = split_line(lines[start], delimiter)
        if len(names) == 1:
            return int(is_known(names[0])), 0.0, 0
        widths = Counter(len(split_line(line, delimiter)) for line in sample)
        even = widths.most_common(1)[0][1] / len(sample) if sample else 1.0
        return sum(map(is_known, names)), round(even, 1), len(names)

    return max(DELIMITERS, key=fit)


def table_start(lines: Sequence[str], delimiter: str) -> int:
    """Return in which line (0 is the first) a table's header, or without one its first row, stands.

    What stands above is left out only where the table clearly begins below: blank lines, and lines that are no rows
    (narrower, or with most fields empty) above a line with two known names or more, as wide as the rows below.
    """
    filled = [place for place, line in enumerate(lines[: MOST_ABOVE + 1]) if line.strip()]
    if not filled:
        return 0
    for place in filled:
        names = split_line(lines[place], delimiter)
        if sum(map(is_known, names)) < min(2, len(names)):
            continue
        below = [len(split_line(line, delimiter)) for line in lines[place + 1 : place + 51] if line.strip()]
        is_usual = not below or below.count(len(names)) * 2 > len(below)
        above = [split_line(lines[each], delimiter) for each in filled if each < place]
        if above and (len(names) == 1 or not is_usual or not all(_is_no_row(each, len(names)) for each in above)):
            break
        return place
    return filled[0]


def _is_no_row(fields: Sequence[str], width: int) -> bool:
    """Whether a line cannot be meant as a row of a table of this width."""
    return len(fields) < width or sum(map(bool, fields)) < width / 2


def _has_header(first: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first line names the columns: a known name, or words above numbers."""
    if any(is_known(name) for name in first):
        return True
    if any(_has_digits(name) for name in first) or len(set(first)) < len(first):
        return False
    same_width = [row for row in rows if len(row) == len(first)]
    return not same_width or any(
        sum(_has_digits(row[place]) for row in same_width) * 2 > len(same_width) for place in range(len(first))
    )


def _has_digits(text: str) -> bool:
    return sum(letter.isdigit() for letter in text) * 2 > len(text)
