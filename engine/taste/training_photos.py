"""What FaceNet may be fine-tuned on: photos whose people released them, from folders or from the inventory."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.campaign import Campaign, PhotoRights
from engine.errors import InputError, PhotoError
from engine.faces import Detection, RefusedPhoto, decode_photo, photo_paths
from engine.faces.crop import SIDE
from engine.faces.facenet import DIMENSIONS
from engine.faces.reader import FaceReader, shared_reader
from engine.job import JobContext
from engine.taste.answers_table import Answer

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
    below ``folder``; a photo's own record goes before its folder's. Photos without a release that holds on that day are
    not opened; people of whom none is released are counted. Of one person, 20 photos are read at most. Raises
    InputError if the folder is missing or holds no photos, or more than 4,000; ModelError, JobCancelled.
    """
    context = context or JobContext()
    allowed, without = _allowed(folder, _standings(releases, on))
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
        np.array([face.crop for _, face in faces], np.uint8).reshape(-1, SIDE, SIDE, 3),
        np.array([face.embedding for _, face in faces], np.float32).reshape(-1, DIMENSIONS),
        tuple(person for person, _ in faces),
        without,
        tuple(refused),
    )


@dataclass(frozen=True, eq=False)
class JudgedPhotos:
    """The faces of answers about inventory photos, and what was left out."""

    crops: npt.NDArray[np.uint8]  # (n, 160, 160, 3) RGB
    embeddings: npt.NDArray[np.float32]  # (n, 512) by the original network
    triplets: npt.NDArray[np.int64]  # (m, 3) places: a face, the one more like it, the one less like it
    left_out: int = 0  # answers about customers, or about photos without a release


def read_judged_photos(
    campaign: Campaign,
    on: date,
    context: JobContext | None = None,
    *,
    answers: Sequence[Answer] | None = None,
    reader: FaceReader | None = None,
) -> JudgedPhotos:
    """Read the faces of a campaign's answers, or of those of a table, from the photos that it keeps.

    Customers agreed to be matched, not to be learnt from: answers about them are left out, and those that name a
    photo without a release that holds on that day. Raises ModelError, JobCancelled.
    """
    context = context or JobContext()
    given = _answers_of(campaign) if answers is None else answers
    released = released_photos(campaign, on)
    usable = [answer for answer in given if released.issuperset(answer)]
    shown = sorted({key for answer in usable for key in answer})
    reader = reader or shared_reader(context)
    faces = []
    for done, key in enumerate(shown):
        context.progress(done / len(shown), f"Reading {key}")
        photo = campaign.photo(key)
        found = Detection(photo.box, photo.points.astype(np.float32), photo.score)
        faces += reader.embed(decode_photo(photo.jpeg), [found])
    places = {key: place for place, key in enumerate(shown)}
    return JudgedPhotos(
        np.array([face.crop for face in faces], np.uint8).reshape(-1, SIDE, SIDE, 3),
        np.array([face.embedding for face in faces], np.float32).reshape(-1, DIMENSIONS),
        np.array([[places[key] for key in answer] for answer in usable], np.int64).reshape(-1, 3),
        len(given) - len(usable),
    )


def count_judged(campaign: Campaign, on: date) -> int:
    """Return how many answers there are that ``read_judged_photos`` may learn from."""
    released = released_photos(campaign, on)
    return sum(released.issuperset(answer) for answer in _answers_of(campaign))


def released_photos(campaign: Campaign, on: date) -> frozenset[str]:
    """Return the inventory's photos with a release that holds on that day."""
    keys = set(campaign.photo_keys("inventory"))
    return frozenset(key for key, record in campaign.inventory.rights().items() if key in keys and _holds(record, on))


def _answers_of(campaign: Campaign) -> list[Answer]:
    """Return the campaign's answers; a customer's photo is none of the inventory's, so it is released by nothing."""
    given = (one for one in campaign.judgements.all() if one.chosen != "skip")
    return [(one.probe, one.a, one.b) if one.chosen == "a" else (one.probe, one.b, one.a) for one in given]


def _holds(record: PhotoRights, on: date) -> bool:
    return record.release == "yes" and (record.expires_on is None or record.expires_on >= on)


def _standings(releases: Iterable[PhotoRights], on: date) -> dict[str, bool]:
    """Return whether the release of each folder or photo holds; where two records name one, both must."""
    standings: dict[str, bool] = {}
    for record in releases:
        name = record.photo.replace("\\", "/").strip("/").casefold()
        standings[name] = standings.get(name, True) and _holds(record, on)
    return standings


def _allowed(folder: Path, standings: dict[str, bool]) -> tuple[dict[str, list[Path]], tuple[str, ...]]:
    """Return each person's released photos, and the people of whom none is."""
    allowed: dict[str, list[Path]] = defaultdict(list)
    people = set()
    for path in photo_paths(folder):
        name = path.relative_to(folder)
        person = name.parts[0]
        if len(name.parts) == 1:
            continue  # lies in no person's folder
        people.add(person)
        named = (one.as_posix().casefold() for one in (name, *name.parents))
        if next((standings[one] for one in named if one in standings), False):
            allowed[person].append(path)
    return dict(allowed), tuple(sorted(people - allowed.keys()))
