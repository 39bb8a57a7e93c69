"""The encrypted SQLite file: how it is made, opened and copied, and what its errors mean to a person."""

from __future__ import annotations

import errno
import os
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import Any

import apsw

from engine.errors import CampaignFileError, WrongPassphraseError

PAGE_SIZE = 4096
# Bytes 16 to 23 of every campaign file, which the cipher leaves readable and does not authenticate: page size 4096,
# write-ahead log, 64 bytes a page for tag and nonce, and SQLite's fixed fractions.
HEADER_AT = 16
HEADER = bytes((0x10, 0x00, 2, 2, 64, 64, 32, 32))
# Argon2id, the second recommended option of RFC 9106, section 4. The file does not name them, so they never change.
KEY_DERIVATION = {"tcost": 3, "mcost": 65_536, "pcost": 4}
OUTERMOST = ("BEGIN IMMEDIATE", "ROLLBACK", "COMMIT")
NESTED = ("SAVEPOINT nested", "ROLLBACK TO nested; RELEASE nested", "RELEASE nested")
LEFTOVERS = ("-wal", "-journal")


DAMAGED = "“{name}” is damaged: a part of it is not as it was written. Go back to a copy made before."
FOREIGN = "“{name}” is not a campaign file, or its beginning is damaged. Choose another one, or a copy made before."
WRITE_PROTECTED = "“{name}” may not be written to. Copy it to a folder of your own, then open the copy."
SENTENCES: tuple[tuple[type[apsw.Error], str], ...] = (
    (
        apsw.FullError,
        "The disk is full, so “{name}” was not written; what was there stays. Free some space, then try again.",
    ),
    (apsw.BusyError, "“{name}” is already open, here or on another computer. Close it there, then try again."),
    (apsw.NotADBError, DAMAGED),
    (apsw.CorruptError, DAMAGED),
    (apsw.ReadOnlyError, WRITE_PROTECTED),
    (apsw.PermissionsError, WRITE_PROTECTED),
    (
        apsw.CantOpenError,
        "“{name}” cannot be opened. Check that it is still there and that its folder may be written to.",
    ),
    (
        apsw.IOError,
        "“{name}” cannot be read or written ({error}). What was saved before stays: check the disk or the connection "
        "to it, then open the campaign again.",
    ),
    (
        apsw.TooBigError,
        "Something is too large for “{name}”, where one piece may have 1 GB. Use a smaller picture or table.",
    ),
)


@contextmanager
def explained(name: str) -> Iterator[None]:
    """Turn what SQLite reports into a sentence about the campaign file ``name``; raises CampaignFileError.

    What is not about the file is a fault of the program and passes as it is.
    """
    try:
        yield
    except apsw.Error as error:
        for kind, sentence in SENTENCES:
            if isinstance(error, kind):
                raise CampaignFileError(sentence.format(name=name, error=error)) from error
        raise


def select(connection: apsw.Connection, sql: str, values: Sequence[apsw.SQLiteValue] = ()) -> list[tuple[Any, ...]]:
    """Return all rows of a query; the schema is strict, so the types are those of its columns."""
    return connection.execute(sql, tuple(values)).fetchall()


@contextmanager
def whole(connection: apsw.Connection) -> Iterator[None]:
    """Make what is written inside all or nothing; may be nested.

    Unlike apsw's own context manager, it bears that SQLite gives up the whole transaction when the disk is full.
    """
    begin, undo, end = NESTED if connection.in_transaction else OUTERMOST
    connection.execute(begin)
    try:
        yield
        connection.execute(end)
    except BaseException:
        if connection.in_transaction:
            connection.execute(undo)
        raise


def key_of(passphrase: str) -> str:
    """Return the bytes of a passphrase as hexadecimal digits, the same whichever system it was typed on."""
    return unicodedata.normalize("NFC", passphrase).encode("utf-8").hex()


def connect(path: Path, passphrase: str) -> apsw.Connection:
    """Open an existing file, possibly of 0 bytes, with its key set; no page is read yet."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    connection.pragma("cipher", "aegis")
    for setting, value in KEY_DERIVATION.items():
        connection.pragma(setting, value)
    connection.pragma("hexkey", key_of(passphrase))
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    connection.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
    connection.pragma("locking_mode", "exclusive")
    return connection


def format_file(connection: apsw.Connection) -> None:
    """Set what a file of 0 bytes will keep for life. It will shrink when something is deleted."""
    connection.pragma("page_size", PAGE_SIZE)
    connection.pragma("auto_vacuum", "full")


def settle(connection: apsw.Connection) -> None:
    """Choose how an unlocked file is written: each commit reaches the disk before it counts, deleted bytes become 0."""
    connection.pragma("journal_mode", "wal")
    connection.pragma("synchronous", "full")
    connection.pragma("secure_delete", "on")
    connection.pragma("foreign_keys", "on")


def unlock(connection: apsw.Connection, path: Path) -> None:
    """Read the first page: only the right key can.

    Raises WrongPassphraseError or CampaignFileError. To the cipher a wrong passphrase and a damaged first page are the
    same; only where the readable bytes are wrong too it is certain that the file is to blame.
    """
    try:
        with explained(path.name):
            connection.pragma("schema_version")
    except CampaignFileError as error:
        if not isinstance(error.__cause__, apsw.NotADBError):
            raise
        connection.close()
        with path.open("rb", buffering=0) as file:
            if read_start(file)[HEADER_AT:] != HEADER:
                raise CampaignFileError(FOREIGN.format(name=path.name)) from error
        raise WrongPassphraseError(
            f"This passphrase does not open “{path.name}”. Type it again; if it is surely right, the beginning of the "
            "file is damaged: then go back to a copy made before."
        ) from error


def read_start(file: FileIO) -> bytes:
    """Return the bytes before the encrypted ones: the key's salt, then the header; fewer if the file is shorter."""
    file.seek(0)
    return file.read(HEADER_AT + len(HEADER))


def is_sound(connection: apsw.Connection) -> bool:
    """Read every page from the disk; whether each is as it was written and they belong together."""
    connection.pragma("shrink_memory")  # pages in memory would hide what happened to those on the disk
    verdict = select(connection, "PRAGMA integrity_check")
    return verdict == [("ok",)] and not select(connection, "PRAGMA foreign_key_check")


def empty_log(connection: apsw.Connection) -> None:
    """Move all commits into the file itself and cut the write-ahead log to 0 bytes, older pages with it."""
    ((busy, _, _),) = select(connection, "PRAGMA wal_checkpoint(TRUNCATE)")
    assert not busy, "nobody else can hold a file that is locked exclusively"


def reserve(path: Path) -> None:
    """Make an empty file that only this person may read, unless something is in the way.

    Raises CampaignFileError if the name is taken, the folder is missing, or nothing may be written to it.
    """
    for left in (path.with_name(path.name + ending) for ending in LEFTOVERS):
        if left.exists():
            raise CampaignFileError(
                f"Beside “{path.name}” lies “{left.name}”, the last changes of another campaign. Choose another name."
            )
    try:
        with path.open("xb"):
            path.chmod(0o600)
    except FileExistsError as error:
        raise CampaignFileError(f"“{path.name}” exists already. Choose another name.") from error
    except FileNotFoundError as error:
        raise CampaignFileError(f"The folder “{path.parent}” does not exist. Make it, or choose another.") from error
    except OSError as error:
        why = "its disk is full" if error.errno == errno.ENOSPC else error.strerror
        raise CampaignFileError(
            f"“{path.name}” cannot be made in “{path.parent}”: {why}. Choose another folder."
        ) from error


def remove(path: Path) -> None:
    """Delete a file that was not finished, with what SQLite keeps beside it."""
    for ending in ("", *LEFTOVERS):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def copy_to(connection: apsw.Connection, path: Path, passphrase: str) -> None:
    """Write a copy under the same passphrase; it bears its name only once it is whole.

    Raises CampaignFileError, and leaves nothing behind, if the name is taken or the disk is full.
    """
    if path.exists():
        raise CampaignFileError(f"“{path.name}” exists already. Choose another name.")
    part = path.with_name(path.name + ".part")
    remove(part)
    reserve(part)
    try:
        with explained(path.name):
            copy = connect(part, passphrase)
            try:
                with copy.backup("main", connection, "main") as pages:
                    while not pages.done:
                        pages.step(1024)
            finally:
                copy.close(True)
        part.replace(path)
        _sync_folder(path.parent)
    except BaseException:
        remove(part)
        raise


def _sync_folder(folder: Path) -> None:
    """Make a new name outlive a power cut, where the system lets a folder be synced."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
