"""Zip files from outside: their list is judged before it is used, and members are streamed under a limit."""

from __future__ import annotations

import errno
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from engine.errors import InputError

MOST_MEMBERS = 300_000
MOST_LIST_BYTES = 100 << 20
MOST_TIMES_SMALLER = 200  # a member packed better than this, and larger than a megabyte, is a bomb
END = b"PK\x05\x06"
END_BYTES, MOST_COMMENT_BYTES = 22, 65_535
FAR_END_AT = b"PK\x06\x07"  # in front of END where the zip is too large for its fields
FAR_END_AT_BYTES = 20
FAR_END = b"PK\x06\x06"  # in front of FAR_END_AT; zipfile takes it from there, wherever FAR_END_AT points
FAR_END_BYTES = 56
UNPACKED_IN_PIECES = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # zipfile unpacks others without any limit
ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".gz")
ENCRYPTED = 1
DAMAGED = (  # what zipfile and the unpackers under it raise of a damaged file
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, NotImplementedError, ValueError,
)  # fmt: skip


@contextmanager
def opened_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a zip whose list of members can be trusted; nothing is unpacked.

    Raises InputError if it is missing, damaged, lists too much, or names files outside of itself.
    """
    try:
        with path.open("rb") as file:
            _check_list(path, file)
            with zipfile.ZipFile(file) as opened:
                _check_names(path, opened)
                yield opened
    except OSError as error:
        if error.errno in (None, errno.EINVAL):  # bz2's of damaged data, and a seek to before the beginning
            raise _damaged(path) from error
        raise InputError(f"{path.name} cannot be read: {error.strerror}. Check that {path} is there.") from error
    except DAMAGED as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> InputError:
    return InputError(f"{path.name} is not a zip file, or a damaged one. Download it again.")


def _check_list(path: Path, file: IO[bytes]) -> None:
    """Raise InputError if the zip's own end says that its list is too long to be held in memory."""
    size = file.seek(0, 2)
    file.seek(max(0, size - END_BYTES - MOST_COMMENT_BYTES))
    tail = file.read()
    place = tail.rfind(END)
    if place < 0 or len(tail) - place < END_BYTES:
        raise zipfile.BadZipFile
    members = int.from_bytes(tail[place + 10 : place + 12], "little")
    list_bytes = int.from_bytes(tail[place + 12 : place + 16], "little")
    end = size - len(tail) + place
    file.seek(max(0, end - FAR_END_AT_BYTES - FAR_END_BYTES))
    record = file.read(FAR_END_BYTES + FAR_END_AT_BYTES)
    if record.startswith(FAR_END) and record[FAR_END_BYTES:].startswith(FAR_END_AT):
        members = int.from_bytes(record[32:40], "little")
        list_bytes = int.from_bytes(record[40:48], "little")
    file.seek(0)
    if members > MOST_MEMBERS or list_bytes > MOST_LIST_BYTES:
        raise InputError(f"{path.name} lists more than {MOST_MEMBERS:,} files. Unpack it and choose the photo itself.")


def _check_names(path: Path, opened: zipfile.ZipFile) -> None:
    """Raise InputError if a name would lead out of the folder that the zip is unpacked to."""
    for member in opened.infolist():
        name = member.orig_filename
        parts = name.replace("\\", "/").split("/")
        if name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or "\0" in name:
            raise InputError(
                f"{path.name} names a file outside of itself ({name[:80]!r}), as only harmful zips do. "
                "Download it again from where it came."
            )


def holds_archives(opened: zipfile.ZipFile) -> bool:
    """Whether other archives are packed in the zip."""
    return any(member.filename.lower().endswith(ARCHIVES) for member in opened.infolist())


def read_member(path: Path, opened: zipfile.ZipFile, name: str, most: int) -> bytes:
    """Unpack one member into memory, at most ``most`` bytes of it.

    Raises InputError if it is missing, encrypted, damaged, a bomb, larger, or neither stored nor deflated.
    """
    try:
        member = opened.getinfo(name)
    except KeyError as error:
        raise InputError(f"{path.name} does not hold {name}. Choose another photo.") from error
    if member.flag_bits & ENCRYPTED:
        raise InputError(f"{path.name} is protected by a password. Unpack it and pack it again without one.")
    if member.compress_type not in UNPACKED_IN_PIECES:
        raise InputError(f"{name} in {path.name} is packed in an unusual way. Unpack {path.name} and choose the photo.")
    if member.file_size > max(1 << 20, MOST_TIMES_SMALLER * member.compress_size):
        raise InputError(f"{name} in {path.name} unpacks to far more than a photo does, and is left alone.")
    with opened.open(member) as stream:
        data = stream.read(most + 1)
    if len(data) > most:
        raise InputError(f"{name} in {path.name} is larger than {most >> 20} MB. Choose another photo.")
    return data
