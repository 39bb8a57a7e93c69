"""Reads folders of photos into a campaign's inventory: what is new or changed, batch by batch."""

from __future__ import annotations

import stat
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from engine.campaign import Appearance, Campaign, InventoryFile, StoredPhoto
from engine.campaign.said import words
from engine.errors import InputError, PhotoError
from engine.faces import FaceReader, RefusedPhoto, decode_photo, facenet_onnx
from engine.faces.crop import crop_face
from engine.faces.detector import FloatArray
from engine.faces.photo import MOST_BYTES
from engine.inventory.appearance import appearance_of
from engine.inventory.copies import NearCopy, near_copies
from engine.inventory.listing import FoundFile, Listing, digest_of, list_files, outdated
from engine.inventory.network import network_sha256, reader_of
from engine.inventory.stored_photo import stored_photo, subject_of
from engine.inventory.thumbnails import thumbnail_of
from engine.job import JobContext

READERS = 2  # files read at once, outside the interpreter's lock; few, because a large photo takes 150 MB
BATCH = 16  # files of one transaction
AHEAD = 16  # files read while a batch is kept: encoded by then, they take 0.5 MB each
MANY = 32  # files for which each reader's own pace is worth half a second and 200 MB for the network once more


@dataclass(frozen=True)
class Copy:
    """A file with the same content as a photo of the inventory."""

    path: Path
    photo: str


@dataclass(frozen=True)
class InventoryReport:
    """What became of the files; photos by their keys."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()  # read anew into the place of what they were
    moved: tuple[str, ...] = ()  # lie elsewhere than before
    unchanged: int = 0  # files that were not even opened
    copies: tuple[Copy, ...] = ()
    near_copies: tuple[NearCopy, ...] = ()
    refused: tuple[RefusedPhoto, ...] = ()
    gone: tuple[str, ...] = ()  # whose files are not there any more; they stay until they are removed
    forgotten: tuple[str, ...] = ()  # of the changed, those whose release, tags, bans or judgements were another's
    seconds: float = 0.0
    photos_per_second: float = 0.0  # of the files that were opened


@dataclass(frozen=True, eq=False)
class ReadPhoto:
    """A photo that was decoded, measured and embedded."""

    embedding: FloatArray
    stored: Callable[..., StoredPhoto]  # of its key
    thumbnail: bytes
    appearance: Appearance


@dataclass(frozen=True, eq=False)
class _Reading:
    """One file's outcome: a photo, or the key of one with the same content, or why it is refused."""

    file: FoundFile
    digest: str = ""
    photo: ReadPhoto | None = None
    same_as: str | None = None
    refused: str | None = None


def import_photos(
    campaign: Campaign,
    folders: Sequence[Path],
    context: JobContext | None = None,
    *,
    reader: FaceReader | None = None,
    again: bool = False,
) -> InventoryReport:
    """Read the photos of some folders, and of the folders in them, into the inventory of a campaign.

    Only new and changed files are read; of several faces in one photo, the largest and most central counts. A photo's
    key is its path below the folder. Photos whose files are gone stay. Every BATCH files are one transaction: after a
    cancel or a kill, a new import goes on from there. ``again`` tries those that were refused before once more.
    Raises InputError if a folder is missing or holds no photo, ModelError, JobCancelled.
    """
    context = context or JobContext()
    began = time.monotonic()
    model = network_sha256(campaign) if reader is None else reader.facenet.sha256
    listing = list_files(campaign, folders, model, again=again)
    if listing.to_read and reader is None:
        facenet_onnx(context.part(0.0, 0.1))
        reader = reader_of(campaign, context)
        context = context.part(0.1, 1.0)
    importer = _Importer(campaign, listing, model)
    if listing.to_read and reader is not None:
        importer.read(reader, context.part(0.0, 0.97))
    near = near_copies(campaign, importer.added, context.part(0.97, 1.0)) if importer.added else ()
    seconds = time.monotonic() - began
    return importer.report(near, seconds)


def read_file(file: FoundFile, reader: FaceReader, known: dict[str, str]) -> _Reading:
    """Read one file, unless its content is known; safe from any thread."""
    digest = ""
    try:
        _require_file(file)
        digest = digest_of(file.path)
        if digest in known:
            return _Reading(file, digest, same_as=known[digest])
        return _Reading(file, digest, read_photo(file.path, reader))
    except InputError as error:
        return _Reading(file, digest, refused=str(error))


def _require_file(file: FoundFile) -> None:
    """Raise PhotoError for a pipe or device, which may never end, and for a file that is too large to be a photo."""
    try:
        is_file = stat.S_ISREG(file.path.stat().st_mode)
    except OSError as error:
        raise PhotoError(f"{file.path.name} cannot be read: {error.strerror}. Check that it is there.") from error
    if not is_file:
        raise PhotoError(f"{file.path.name} cannot be read: it is not a file. Choose a photo.")
    if file.size > MOST_BYTES:
        raise PhotoError(
            f"{file.path.name} is larger than {MOST_BYTES >> 20} MB. Save it smaller, as JPEG, and add it again."
        )


def read_photo(path: Path, reader: FaceReader) -> ReadPhoto:
    """Decode a photo, embed and measure its face. Raises PhotoError if it is refused or shows no face."""
    rgb = decode_photo(path)
    found = reader.detector.leading(rgb)
    if not found:
        raise PhotoError(f"{path.name} shows no face. Use a photo with one person seen from the front.")
    face = found[0]
    subject = subject_of(rgb, face)
    (embedding,) = reader.facenet.embed([crop_face(rgb, face)])
    stored = partial(
        stored_photo(rgb, subject, face, reader.facenet.sha256), role="inventory", customer=None, embedding=embedding
    )
    return ReadPhoto(embedding, stored, thumbnail_of(rgb, subject), appearance_of(rgb, face))


@dataclass(eq=False)
class _Importer:
    """Takes the readings in the order of the files and keeps them batch by batch."""

    campaign: Campaign
    listing: Listing
    model: str
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    copies: list[Copy] = field(default_factory=list)
    refused: list[RefusedPhoto] = field(default_factory=list)
    opened: int = 0

    def __post_init__(self) -> None:
        files, stale = self.campaign.inventory.files(), outdated(self.campaign, self.model)
        self._known = {file.path: file for file in files}
        self._places: dict[str, set[str]] = {}  # of each photo, the paths of its files
        for file in files:
            if file.photo is not None:
                self._places.setdefault(file.photo, set()).add(file.path)
        self._by_digest = {file.digest: file.photo for file in files if file.photo and file.photo not in stale}
        self._gone = {file.path: file for file in self.listing.gone}
        self._taken = {*self.campaign.photo_keys("inventory"), *self.campaign.photo_keys("customer")}
        self._sourceless = {*self.campaign.photo_keys("inventory")} - {file.photo for file in files}
        self._waiting: list[_Reading] = []

    def read(self, reader: FaceReader, context: JobContext) -> None:
        """Read what is new, and keep it."""
        pace = Pace()
        if len(self.listing.to_read) >= MANY:
            reader = FaceReader(reader.detector, reader.facenet.for_a_thread())
        with ThreadPoolExecutor(READERS) as pool:
            try:
                for done, reading in enumerate(self._readings(pool, reader)):
                    context.progress(done / len(self.listing.to_read), pace.words(done, reading.file.path.name))
                    self._waiting.append(reading)
                    if len(self._waiting) >= BATCH:
                        self._keep()
            finally:
                pool.shutdown(cancel_futures=True)
        self._keep()
        self.opened = len(self.listing.to_read)

    def _readings(self, pool: ThreadPoolExecutor, reader: FaceReader) -> Iterator[_Reading]:
        """Yield what was read in the order of the files, while the next ones are being read."""
        ahead: deque[Future[_Reading]] = deque()
        for file in self.listing.to_read:
            ahead.append(pool.submit(read_file, file, reader, self._by_digest))
            if len(ahead) > AHEAD:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()

    def _keep(self) -> None:
        """Keep everything that waits, all or nothing."""
        waiting, self._waiting = self._waiting, []
        known = len(self.forgotten)
        with self.campaign.transaction():
            for reading in waiting:
                if reading.photo is not None:
                    self._keep_photo(reading, reading.photo)
                elif reading.same_as is not None:
                    self._keep_copy(reading, reading.same_as)
                else:
                    assert reading.refused is not None
                    self.refused.append(RefusedPhoto(reading.file.path, reading.refused))
                    self._note(reading.file.became(reading.digest, refused=reading.refused))
            if forgotten := self.forgotten[known:]:
                self.campaign.note_event(words(forgotten), 0.0)

    def _keep_photo(self, reading: _Reading, photo: ReadPhoto) -> None:
        same_as = self._by_digest.get(reading.digest)
        if same_as is not None:  # a copy that was read at the same time
            self._keep_copy(reading, same_as)
            return
        stored = photo.stored(key="")
        key, is_there = self._key(reading, stored)
        if is_there:
            self.campaign.inventory.keep_embeddings([(key, photo.embedding, self.model)])
        elif self.campaign.add_photo(replace(stored, key=key)):
            self.forgotten.append(key)
        self.campaign.inventory.keep_thumbnails({key: photo.thumbnail})
        self.campaign.inventory.measure(key, photo.appearance)
        self._by_digest[reading.digest] = key
        self._note(reading.file.became(reading.digest, key))

    def _key(self, reading: _Reading, stored: StoredPhoto) -> tuple[str, bool]:
        """Return the key for a photo, and whether it is there and only embedded anew.

        It is where another network read it before, or if it is from before files were noted.
        """
        file, earlier = reading.file, self._known.get(str(reading.file.path))
        if earlier is not None and earlier.photo is not None:
            if earlier.digest == reading.digest:
                return earlier.photo, True
            if not self._has_copies(earlier):
                self.changed.append(earlier.photo)
                return earlier.photo, False
        if file.name in self._sourceless:
            self._sourceless.discard(file.name)
            if self.campaign.photo(file.name).picture.is_same(stored.picture):
                return file.name, True
        key, number = file.name, 1
        while key in self._taken:
            key = f"{file.folder.name}{'' if number == 1 else f' {number}'}/{file.name}"
            number += 1
        self._taken.add(key)
        self.added.append(key)
        return key, False

    def _has_copies(self, file: InventoryFile) -> bool:
        return any(path != file.path for path in self._places.get(file.photo or "", ()))

    def _keep_copy(self, reading: _Reading, photo: str) -> None:
        """Note a file whose content is known: it is a copy, or the photo itself at another place."""
        path = str(reading.file.path)
        lost = next((place for place in self._places.get(photo, ()) if not Path(place).exists()), None)
        if lost is not None:
            self.campaign.inventory.forget_files([lost])
            self._gone.pop(lost, None)
            self._places[photo].discard(self._known.pop(lost).path)
            self.moved.append(photo)
        elif path not in self._places.get(photo, ()):
            self.copies.append(Copy(reading.file.path, photo))
        self._note(reading.file.became(reading.digest, photo))

    def _note(self, file: InventoryFile) -> None:
        self.campaign.inventory.keep_file(file)
        earlier = self._known.get(file.path)
        if earlier is not None and earlier.photo is not None:
            self._places[earlier.photo].discard(file.path)
        self._known[file.path] = file
        if file.photo is not None:
            self._places.setdefault(file.photo, set()).add(file.path)

    def report(self, near: tuple[NearCopy, ...], seconds: float) -> InventoryReport:
        """Tell what became of everything."""
        there = {file.photo for file in self._known.values() if file.path not in self._gone}
        gone = {file.photo for file in self._gone.values() if file.photo is not None} - there
        return InventoryReport(
            tuple(self.added),
            tuple(self.changed),
            tuple(self.moved),
            self.listing.unchanged,
            tuple(self.copies),
            near,
            (*self.listing.refused, *self.refused),
            tuple(sorted(key for key in gone if key is not None)),
            tuple(self.forgotten),
            seconds,
            self.opened / seconds if seconds > 0 else 0.0,
        )


class Pace:
    """How fast work goes, in words."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def words(self, done: int, name: str) -> str:
        """Say what is read now, and how many a second."""
        seconds = time.monotonic() - self._began
        if done < 2 or seconds < 1:
            return f"Reading {name}"
        return f"Reading {name}: {done / seconds:.0f} photos/s"
