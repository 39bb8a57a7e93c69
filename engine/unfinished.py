"""Work that is not finished lies beside the place it is for, so that one move brings it there.

What has no such place lies in a folder that its process holds; what a process that was killed leaves is removed later.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

from engine.errors import InputError, PlaceError

HELD = "held"  # a file that the process locks which works in the folder
YOUNG = 60.0  # seconds in which a folder may not be locked yet
FINE_TUNING = "fine-tuning-"


def unfinished_prefix(place: Path) -> str:
    """Return how the name of the unfinished folder beside a place begins."""
    return f".{place.stem}-"


@contextmanager
def explained_place(place: Path) -> Iterator[None]:
    """Turn what the system says of a place into a PlaceError; the unfinished folder beside it is nobody's business."""
    try:
        yield
    except OSError as error:
        named = str(error.filename or place)
        is_ours = named.startswith(str(place.parent / unfinished_prefix(place)))
        raise PlaceError.of(error, place, at=place if is_ours else Path(named)) from error


@contextmanager
def unfinished_folder(place: Path) -> Iterator[Path]:
    """Yield a folder beside a place, which is gone at the end."""
    folder = tempfile.TemporaryDirectory(
        prefix=unfinished_prefix(place), dir=place.parent, ignore_cleanup_errors=True
    )  # fmt: skip
    with folder as path:
        yield Path(path)


@contextmanager
def whole_file(place: Path) -> Iterator[Path]:
    """Yield a place beside a file, and move what was written there in when all went well. Raises OSError.

    Of a link the file that it leads to is written; what is no file, such as /dev/stdout, is written to as it stands.
    """
    if place.exists() and not place.is_file():
        yield place
        return
    place = place.resolve()
    unfinished = place.with_name(f".{place.name}.part")
    try:
        yield unfinished
        unfinished.replace(place)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def filled_folder(folder: Path) -> Iterator[Path]:
    """Yield a folder to fill, which is moved to ``folder``, new or empty, when all went well.

    Raises InputError if something is there that could be lost, PlaceError if the folder cannot be written; then, and
    after a cancel, the folder is as it was.
    """
    folder = folder.resolve()
    with explained_place(folder):
        require_empty(folder)
        made = [parent for parent in (folder.parent, *folder.parent.parents) if not parent.exists()]
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=unfinished_prefix(folder), dir=folder.parent))
    with ExitStack() as stack:
        stack.callback(_remove_empty, made)
        stack.callback(shutil.rmtree, beside, ignore_errors=True)
        stack.enter_context(explained_place(folder))
        unfinished = beside / folder.name
        unfinished.mkdir()
        yield unfinished
        if folder.is_dir():
            folder.rmdir()  # fails if something appeared there meanwhile
        unfinished.rename(folder)


def require_empty(folder: Path) -> None:
    """Raise InputError if something is there that could be lost."""
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise InputError(f"{folder} is not empty, and what is there is not overwritten. Choose a new or empty folder.")


def _remove_empty(folders: list[Path]) -> None:
    """Remove folders that were made and hold nothing, the innermost first."""
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()


@contextmanager
def held_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """Yield a new folder that this process holds, which is gone at the end; what others left is removed before."""
    remove_abandoned(parent, prefix)
    with tempfile.TemporaryDirectory(dir=parent, prefix=prefix, ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with (folder / HELD).open("wb") as file:
            _lock(file)
            yield folder


def remove_abandoned(parent: Path, prefix: str) -> None:
    """Remove the held folders of processes that are no more; a kill leaves them. What cannot be removed stays."""
    for folder in parent.glob(f"{prefix}*"):
        try:
            if folder.is_dir() and not _is_held(folder):
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue


def _is_held(folder: Path) -> bool:
    held = folder / HELD
    if not held.exists():
        return time.time() - folder.stat().st_mtime < YOUNG
    with held.open("rb+") as file:
        try:
            _lock(file)
        except OSError:
            return True
    return False


def _lock(file: IO[bytes]) -> None:
    """Lock a file until it is closed, or its process ends. Raises OSError if another process holds it."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
