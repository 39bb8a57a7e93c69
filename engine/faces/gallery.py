"""The gallery: the campaign photos' faces, and the exact search for the nearest."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.errors import InputError, ModelError, PhotoError
from engine.faces.crop import crop_face
from engine.faces.detector import Detection, FloatArray
from engine.faces.facenet import BATCH, DIMENSIONS, facenet_onnx, facenet_sha256
from engine.faces.nearest import Embeddings
from engine.faces.photo import SUFFIXES, RgbArray, decode_photo
from engine.faces.reader import FaceReader, shared_reader
from engine.job import JobContext

UNIT_TOLERANCE = 1e-3
DECODERS = 2  # Pillow decodes outside the interpreter's lock


@dataclass(frozen=True)
class Match:
    """A gallery photo near a probe; rank 1 is the nearest."""

    photo: str
    rank: int
    cosine: float


@dataclass(frozen=True)
class RefusedPhoto:
    """A photo that is not in the gallery, and a sentence that says why and what to do."""

    path: Path
    reason: str


@dataclass(frozen=True, eq=False)
class GalleryPhoto:
    """A photo in the gallery: its name (path below the folder, with /), where it lies, its size and its face."""

    name: str
    path: Path
    width: int
    height: int
    face: Detection


# Takes a photo in which a face was found, and returns what takes its embedding, which is made a little later
Keep = Callable[[GalleryPhoto, RgbArray], Callable[[FloatArray], None]]


class Gallery:
    """Embeddings of unit length under the names of their photos, all made by one model."""

    def __init__(
        self,
        names: Sequence[str],
        embeddings: FloatArray,
        *,
        model: str | None = None,
        photos: Sequence[GalleryPhoto] = (),
        refused: Sequence[RefusedPhoto] = (),
    ) -> None:
        """Make a gallery from (len(names), 512) rows; ``model`` is the SHA-256 of the weights that made them.

        Raises ValueError if the shapes differ, a name comes twice or a row is not of unit length.
        """
        rows = np.asarray(embeddings, np.float32)
        if rows.shape != (len(names), DIMENSIONS):
            raise ValueError(
                f"{len(names)} names need embeddings of shape ({len(names)}, {DIMENSIONS}), not {rows.shape}"
            )
        if len(set(names)) != len(names):
            raise ValueError("a photo's name comes twice")
        _require_unit_length(rows)
        order = sorted(range(len(names)), key=lambda index: names[index])
        self.names = tuple(names[index] for index in order)
        self._embeddings = Embeddings(rows[order])
        self.model = model or facenet_sha256()
        self.photos = tuple(sorted(photos, key=lambda photo: photo.name))
        self.refused = list(refused)

    def __len__(self) -> int:
        return len(self.names)

    @property
    def embeddings(self) -> FloatArray:
        """The embeddings, (n, 512), in the order of ``names``."""
        return self._embeddings.rows

    @classmethod
    def from_folder(
        cls,
        folder: Path,
        context: JobContext | None = None,
        *,
        reader: FaceReader | None = None,
        keep: Keep | None = None,
    ) -> Gallery:
        """Read every photo in a folder and the folders in it; of several faces in one, the largest and most central.

        What is not a photo is skipped; photos that are broken or show no face are in ``refused``. ``keep`` gets each
        of the others while it is decoded. Raises InputError if there is no folder, or no photo in it.
        """
        context = context or JobContext()
        paths = photo_paths(folder)
        if reader is None:
            facenet_onnx(context.part(0.0, 0.2))
            context.check()
            reader = shared_reader(context)
            context.check()
            context = context.part(0.2, 1.0)
        return _GalleryBuilder(folder, reader, keep or _pass_over).build(paths, context)

    def search(self, embedding: FloatArray, k: int = 5, *, model: str | None = None) -> list[Match]:
        """Return the ``k`` nearest photos (all, if there are fewer) by cosine, ties in the order of their names.

        ``model`` is the SHA-256 of the weights that made the embedding, by default those of this program. Raises
        ModelError if the gallery was made by another one, ValueError if the embedding is not 512 of unit length.
        """
        if (model or facenet_sha256()) != self.model:
            raise ModelError("These photos were read by another version of FaceNet. Match the photos again.")
        probe = np.asarray(embedding, np.float32)
        if probe.shape != (DIMENSIONS,):
            raise ValueError(f"an embedding has shape ({DIMENSIONS},), not {probe.shape}")
        _require_unit_length(probe[np.newaxis])
        places, cosines = self._embeddings.nearest(probe, k)
        return [
            Match(self.names[place], rank, float(np.clip(cosine, -1.0, 1.0)))
            for rank, (place, cosine) in enumerate(zip(places, cosines, strict=True), start=1)
        ]


def _pass_over(_photo: GalleryPhoto, _rgb: RgbArray) -> Callable[[FloatArray], None]:
    """Keep nothing of a photo."""
    return lambda _embedding: None


def _require_unit_length(rows: FloatArray) -> None:
    lengths = np.linalg.norm(rows, axis=1)
    if not np.all(np.abs(lengths - 1.0) < UNIT_TOLERANCE):
        raise ValueError("embeddings must be of unit length")


def photo_paths(folder: Path) -> list[Path]:
    """List the photos in a folder and the folders in it, sorted; hidden files and links to folders are passed over.

    Raises InputError if the folder is missing or holds no photo.
    """
    if not folder.is_dir():
        raise InputError(f"The photo folder {folder} is not there. Choose the folder that holds the photos.")
    paths = []
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        paths += [
            Path(place, name) for name in files if Path(name).suffix.lower() in SUFFIXES and not name.startswith(".")
        ]
    if not paths:
        raise InputError(
            f"The folder {folder} holds no photos (JPEG, PNG, WebP, HEIC, AVIF, TIFF, BMP or GIF). Choose another one."
        )
    return sorted(paths, key=lambda path: path.relative_to(folder).as_posix())


def _decode_ahead(pool: Executor, paths: Sequence[Path]) -> Iterator[tuple[Path, Future[RgbArray]]]:
    """Yield the photos in order while the next ones are being decoded; few, because a large one takes 150 MB."""
    ahead: deque[tuple[Path, Future[RgbArray]]] = deque()
    for path in paths:
        ahead.append((path, pool.submit(decode_photo, path)))
        if len(ahead) > DECODERS:
            yield ahead.popleft()
    yield from ahead


class _GalleryBuilder:
    """Collects faces photo by photo and embeds them in batches."""

    def __init__(self, folder: Path, reader: FaceReader, keep: Keep) -> None:
        self._folder = folder
        self._reader = reader
        self._keep = keep
        self._photos: list[GalleryPhoto] = []
        self._refused: list[RefusedPhoto] = []
        self._waiting: list[tuple[RgbArray, Callable[[FloatArray], None]]] = []
        self._rows: list[FloatArray] = []

    def build(self, paths: Sequence[Path], context: JobContext) -> Gallery:
        with ThreadPoolExecutor(DECODERS) as pool:
            try:
                for done, (path, decoding) in enumerate(_decode_ahead(pool, paths)):
                    context.progress(done / len(paths), f"Reading {path.name}")
                    self._add(path, decoding)
                    if len(self._waiting) == BATCH:
                        context.check()
                        self._embed()
            finally:
                pool.shutdown(cancel_futures=True)
        self._embed()
        context.progress(1.0, f"{len(self._photos)} photos read")
        rows = np.concatenate(self._rows) if self._rows else np.empty((0, DIMENSIONS), np.float32)
        names = [photo.name for photo in self._photos]
        return Gallery(names, rows, model=self._reader.facenet.sha256, photos=self._photos, refused=self._refused)

    def _add(self, path: Path, decoding: Future[RgbArray]) -> None:
        try:
            rgb = decoding.result()
        except PhotoError as error:
            self._refused.append(RefusedPhoto(path, str(error)))
            return
        found = self._reader.detector.leading(rgb)
        if not found:
            reason = f"{path.name} shows no face. Use a photo with one person seen from the front."
            self._refused.append(RefusedPhoto(path, reason))
            return
        name = path.relative_to(self._folder).as_posix()
        photo = GalleryPhoto(name, path, rgb.shape[1], rgb.shape[0], found[0])
        self._photos.append(photo)
        self._waiting.append((crop_face(rgb, found[0]), self._keep(photo, rgb)))

    def _embed(self) -> None:
        if self._waiting:
            rows = self._reader.facenet.embed([crop for crop, _ in self._waiting])
            for row, (_, keep) in zip(rows, self._waiting, strict=True):
                keep(row)
            self._rows.append(rows)
            self._waiting.clear()
