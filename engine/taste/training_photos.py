"""Folders of people from outside: read for fine-tuning, as far as each person released the photos."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.campaign import PhotoRights
from engine.errors import InputError, PhotoError
from engine.faces import RefusedPhoto, photo_paths
from engine.faces.reader import FaceReader, shared_reader
from engine.job import JobContext

MOST_PHOTOS = 4_000  # their features take 1 GB
MOST_OF_ONE = 20  # photos of one person that are read


@dataclass(frozen=True, eq=False)
class TrainingPhotos:
    """The faces that were read, and what was left out."""

    crops: npt.NDArray[np.uint8]  # (n, 160, 160, 3) RGB
    embeddings: npt.NDArray[np.float32]  # (n, 512) by the original network
    people: tuple[str, ...]  # (n,) the folders' names
    without_release: tuple[str, ...] = ()  # people whose photos were not opened
    refused: tuple[RefusedPhoto, ...] = ()

    @property
    def known_twice(self) -> frozenset[str]:
        """The people of whom there are two photos at least."""
        return frozenset(person for person, count in Counter(self.people).items() if count > 1)


def read_training_photos(
    folder: Path,
    releases: Iterable[PhotoRights],
    on: date,
    context: JobContext | None = None,
    *,
    reader: FaceReader | None = None,
) -> TrainingPhotos:
    """Read a folder that holds one folder of photos for each person.

    A record of ``releases`` (see ``engine.inventory.read_rights``) names a person's folder, or one photo by its path
    below ``folder``. Photos without a release that holds on that day are not opened; people of whom none is released
    are counted. Of one person, 20 photos are read at most. Raises InputError if the folder is missing or holds no
    photos, or more than 4,000; ModelError, JobCancelled.
    """
    context = context or JobContext()
    released = {
        record.photo.replace("\\", "/").strip("/").casefold()
        for record in releases
        if record.release == "yes" and (record.expires_on is None or record.expires_on >= on)
    }
    allowed, without = _allowed(folder, released)
    paths = [(person, path) for person, mine in allowed.items() for path in mine[:MOST_OF_ONE]]
    if len(paths) > MOST_PHOTOS:
        raise InputError(
            f"{folder} holds {len(paths):,} photos to learn from; {MOST_PHOTOS:,} are the most. Leave some people out."
        )
    faces, refused = [], []
    if paths:
        reader = reader or shared_reader(context)
    for done, (person, path) in enumerate(paths):
        assert reader is not None
        context.progress(done / len(paths), f"Reading {path.name}")
        try:
            faces.append((person, reader.portrait(path).face))
        except PhotoError as error:
            refused.append(RefusedPhoto(path, str(error)))
    return TrainingPhotos(
        np.array([face.crop for _, face in faces], np.uint8).reshape(-1, 160, 160, 3),
        np.array([face.embedding for _, face in faces], np.float32).reshape(-1, 512),
        tuple(person for person, _ in faces),
        without,
        tuple(refused),
    )


def _allowed(folder: Path, released: set[str]) -> tuple[dict[str, list[Path]], tuple[str, ...]]:
    """Return each person's released photos, and the people of whom none is."""
    allowed: dict[str, list[Path]] = defaultdict(list)
    people = set()
    for path in photo_paths(folder):
        name = path.relative_to(folder).as_posix()
        person, slash, _ = name.partition("/")
        if not slash:
            continue  # lies in no person's folder
        people.add(person)
        if released & {person.casefold(), name.casefold()}:
            allowed[person].append(path)
    return dict(allowed), tuple(sorted(people - allowed.keys()))
