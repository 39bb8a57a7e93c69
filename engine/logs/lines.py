"""A table's text as blocks of whole lines in UTF-8: every line is seen, whatever stands in it."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.errors import InputError
from engine.logs import sources
from engine.logs.sources import Source, Stream, open_stream, told

LONGEST_LINE = 1 << 20  # bytes; of a longer one the beginning is kept, and the row is set aside
NEWLINE = 10
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Block:
    """Whole lines, each ending with a line feed: the first one's number, how many, how far in the file they end."""

    data: bytes
    first_line: int
    count: int
    done: float


def read_blocks(source: Source, encoding: str) -> Iterator[Block]:
    """Yield a table's lines in bounded memory. Raises InputError if the file can no longer be read."""
    line = 1
    with told(source.path, source.name), open_stream(source) as stream:
        for data in _whole_lines(_utf8(stream, "utf-8" if source.is_structured else encoding)):
            count = int(np.count_nonzero(np.frombuffer(data, dtype=np.uint8) == NEWLINE))
            yield Block(data, line, count, stream.done())
            line += count


def _utf8(stream: Stream, encoding: str) -> Iterator[bytes]:
    """Yield what a stream gives, in UTF-8, without a byte order mark."""
    try:
        decoder = None if encoding == "utf-8" else codecs.getincrementaldecoder(encoding)("replace")
    except LookupError as error:
        raise InputError(f'There is no encoding "{encoding}". Choose another one.') from error
    first = True
    while raw := stream.read(sources.CHUNK_BYTES):
        data = raw if decoder is None else decoder.decode(raw).encode("utf-8")
        yield data.removeprefix(BYTE_ORDER_MARK) if first else data
        first = first and not data
    if decoder is not None and (rest := decoder.decode(b"", True)):
        yield rest.encode("utf-8")


def _whole_lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the chunks cut at line ends, which become line feeds; a line that is too long is cut off."""
    rest, old_ends, skipping = b"", None, False
    for chunk in chunks:
        if old_ends is None:
            old_ends = b"\n" not in chunk and b"\r" in chunk
        data = chunk.replace(b"\r", b"\n") if old_ends else chunk
        if skipping:
            _, newline, data = data.partition(b"\n")
            if not newline:
                continue
            data, skipping = b"\n" + data, False
        end = data.rfind(b"\n") + 1
        if end:
            whole = b"".join((rest, memoryview(data)[:end]))
            yield whole.replace(b"\r\n", b"\n") if b"\r" in whole else whole
            rest = data[end:]
        else:
            rest += data
        if len(rest) > LONGEST_LINE:
            rest, skipping = rest[: LONGEST_LINE + 1], True
    if rest:
        yield rest.removesuffix(b"\r") + b"\n"
