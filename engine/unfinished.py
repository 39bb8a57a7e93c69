"""Work that is not finished lies beside the place it is for, so that one move brings it there.

What has no such place lies in a folder that its process holds; what a process that was killed leaves is removed later.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from engine.errors import PlaceError

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
