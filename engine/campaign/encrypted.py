"""The encrypted SQLite file: how it is keyed, and what its errors mean to a person."""

from __future__ import annotations

import errno
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw

from engine.errors import CampaignFileError, WrongPassphraseError

PAGE_SIZE = 4096
# Bytes 16 to 23 of every campaign file, which the cipher leaves readable and does not authenticate: page size 4096,
# write-ahead log, 64 bytes a page for tag and nonce, and SQLite's fixed fractions.
READABLE_HEADER = bytes((0x10, 0x00, 2, 2, 64, 64, 32, 32))
READABLE_AT = 16
# Argon2id: the second recommended option of RFC 9106, section 4. The file does not say them, so they never change.
KEY_DERIVATION = {"tcost": 3, "mcost": 65_536, "pcost": 4}


@contextmanager
def explained(name: str) -> Iterator[None]:
    """Turn what SQLite reports into a sentence about the campaign file ``name``; raises CampaignFileError."""
    try:
        yield
    except apsw.FullError as error:
        raise CampaignFileError(
            f"The disk is full: nothing more was written to “{name}”, what was there stays. Free some space, then "
            "try again."
        ) from error
    except apsw.BusyError as error:
        raise CampaignFileError(
            f"“{name}” is already open, in another window or on another computer. Close it there, then try again."
        ) from error
    except (apsw.NotADBError, apsw.CorruptError) as error:
        raise CampaignFileError(damaged(name)) from error
    except (apsw.ReadOnlyError, apsw.PermissionsError, apsw.AuthError) as error:
        raise CampaignFileError(write_protected(name)) from error
    except apsw.CantOpenError as error:
        raise CampaignFileError(
            f"“{name}” cannot be opened. Check that it is still there and that its folder may be written to."
        ) from error
    except apsw.IOError as error:
        raise CampaignFileError(
            f"“{name}” cannot be read or written any more ({error}). What was there stays; check the disk or the "
            "connection to it, then open the campaign again."
        ) from error
    except apsw.TooBigError as error:
        raise CampaignFileError(
            f"Something is too large to be kept in “{name}” (1 GB at most in one piece)."
        ) from error


def select(connection: apsw.Connection, sql: str, values: Sequence[apsw.SQLiteValue] = ()) -> list[tuple[Any, ...]]:
    """Return all rows of a query; the schema is strict, so the types are those of its columns."""
    return connection.execute(sql, tuple(values)).fetchall()


def damaged(name: str) -> str:
    """Return the sentence about a file that was altered after it was written."""
    return f"“{name}” is damaged: a part of it is not as it was written. Go back to a copy of it made before."


def write_protected(name: str) -> str:
    """Return the sentence about a file that may not be written."""
    return f"“{name}” may not be written to. Copy it to a folder of your own, then open the copy."


def key_of(passphrase: str) -> str:
    """Return the bytes of a passphrase as hexadecimal digits, the same whichever system it was typed on."""
    return unicodedata.normalize("NFC", passphrase).encode("utf-8").hex()


def connect(path: Path, passphrase: str) -> apsw.Connection:
    """Open an existing file, possibly of 0 bytes, with its key set; nothing is read yet."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    connection.pragma("cipher", "aegis")
    for setting, value in KEY_DERIVATION.items():
        connection.pragma(setting, value)
    connection.pragma("hexkey", key_of(passphrase))
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    connection.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
    connection.pragma("locking_mode", "exclusive")
    return connection


def settle(connection: apsw.Connection) -> None:
    """Choose how an unlocked file is written: every commit on the disk before it counts, nothing deleted left over."""
    connection.pragma("journal_mode", "wal")
    connection.pragma("synchronous", "full")
    connection.pragma("secure_delete", "on")
    connection.pragma("foreign_keys", "on")


def reserve(path: Path) -> None:
    """Make an empty file that only this person may read, unless something is in the way.

    Raises CampaignFileError if the file exists, its folder is missing, or the folder may not be written to.
    """
    log = path.with_name(path.name + "-wal")
    if log.exists():
        raise CampaignFileError(
            f"Beside “{path.name}” lies “{log.name}”, the last changes of another campaign. Choose another name."
        )
    try:
        with path.open("xb"):
            path.chmod(0o600)
    except FileExistsError as error:
        raise CampaignFileError(f"“{path.name}” exists already. Choose another name.") from error
    except FileNotFoundError as error:
        raise CampaignFileError(
            f"The folder “{path.parent}” does not exist. Make it, or choose another one."
        ) from error
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        why = "its disk is full" if full else f"{error.strerror}"
        raise CampaignFileError(
            f"“{path.name}” cannot be made in “{path.parent}”: {why}. Choose another folder."
        ) from error


def unlock(connection: apsw.Connection, path: Path) -> None:
    """Read the first page, which shows whether the key fits.

    Raises WrongPassphraseError or CampaignFileError. A wrong passphrase and a damaged first page look the same to the
    cipher; where the readable bytes give the damage away, the error says so.
    """
    try:
        with explained(path.name):
            connection.pragma("schema_version")
    except CampaignFileError as error:
        if not isinstance(error.__cause__, apsw.NotADBError):
            raise
        connection.close()
        if readable_header(path) != READABLE_HEADER:
            raise CampaignFileError(
                f"“{path.name}” is not a campaign file, or its beginning is damaged. Choose another file, or go back "
                "to a copy of it made before."
            ) from error
        raise WrongPassphraseError(
            f"This passphrase does not open “{path.name}”. Type it again; if it is surely right, the beginning of the "
            "file is damaged: then go back to a copy of it made before."
        ) from error


def readable_header(path: Path) -> bytes:
    """Return the bytes that the cipher leaves readable; fewer if the file is shorter."""
    with path.open("rb") as file:
        file.seek(READABLE_AT)
        return file.read(len(READABLE_HEADER))
