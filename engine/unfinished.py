"""Work that is not finished lies beside the place it is for, so that one move brings it there."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import PlaceError


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
