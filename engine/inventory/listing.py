"""Which files of some folders must be read, and which were read before and have not changed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.campaign import Campaign, InventoryFile
from engine.errors import InputError
from engine.faces import RefusedPhoto, photo_paths


@dataclass(frozen=True)
class FoundFile:
    """A photo file on the disk, and the key that a photo made of it would have if it is free."""

    path: Path
    folder: Path
    size: int
    modified_ns: int

    @property
    def name(self) -> str:
        """The path below the chosen folder, with /."""
        return self.path.relative_to(self.folder).as_posix()

    def became(self, digest: str, photo: str | None = None, refused: str | None = None) -> InventoryFile:
        """Return the note of what became of it."""
        return InventoryFile(str(self.path), str(self.folder), self.size, self.modified_ns, digest, photo, refused)


@dataclass
class Listing:
    """What lies in the folders, held against what the campaign knows."""

    to_read: list[FoundFile] = field(default_factory=list)
    unchanged: int = 0
    refused: list[RefusedPhoto] = field(default_factory=list)  # unreadable names, and those refused before
    gone: list[InventoryFile] = field(default_factory=list)


def list_files(campaign: Campaign, folders: Sequence[Path], model: str, *, again: bool) -> Listing:
    """List the photos of some folders and the folders in them; a file of two of them counts once.

    Files of the size and time noted at an earlier reading are not opened, unless it was another network than ``model``
    that read them, or they were refused and it shall be tried ``again``. Raises InputError if a folder is missing or
    none holds a photo.
    """
    known = {file.path: file for file in campaign.inventory.files()}
    listing, seen = Listing(), set()
    stale = outdated(campaign, model)
    places = [folder.resolve() for folder in folders]
    for folder in places:
        for path in photo_paths(folder):
            if path in seen:
                continue
            seen.add(path)
            _sort_in(listing, path, folder, known, stale, again)
    on_disk = {str(path) for path in seen}
    listing.gone = [
        file
        for file in known.values()
        if file.path not in on_disk and any(Path(file.path).is_relative_to(folder) for folder in places)
    ]
    return listing


def outdated(campaign: Campaign, model: str) -> frozenset[str]:
    """Return the inventory's photos whose embeddings were made by another network than ``model``."""
    return frozenset(key for key, made_by in campaign.inventory.models().items() if made_by != model)


def _sort_in(
    listing: Listing, path: Path, folder: Path, known: dict[str, InventoryFile], stale: frozenset[str], again: bool
) -> None:
    shown = os.fsencode(path.name).decode("utf-8", "replace")
    try:
        str(path).encode("utf-8")
        status = path.stat()
    except UnicodeEncodeError:
        reason = f"{shown} has a name that is not UTF-8. Name it anew, then add it again."
        listing.refused.append(RefusedPhoto(path.with_name(shown), reason))
        return
    except OSError as error:
        reason = f"{shown} cannot be read: {error.strerror}. Check that it is there and may be read."
        listing.refused.append(RefusedPhoto(path, reason))
        return
    earlier = known.get(str(path))
    is_same = (
        earlier is not None
        and (earlier.size, earlier.modified_ns) == (status.st_size, status.st_mtime_ns)
        and earlier.photo not in stale
        and not (again and earlier.refused is not None)
    )
    if not is_same or earlier is None:
        listing.to_read.append(FoundFile(path, folder, status.st_size, status.st_mtime_ns))
    elif earlier.refused is not None:
        listing.refused.append(RefusedPhoto(path, earlier.refused))
    else:
        listing.unchanged += 1


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file's content. Raises InputError if it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{path.name} cannot be read: {error.strerror}. Check that it may be read.") from error
