"""The networks that embed faces, by name: FaceNet with the weights that come along, or with those of a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from engine.errors import ModelError
from engine.faces.facenet import (
    FILE_NAME,
    WEIGHTS_SHA256,
    FaceNet,
    embedding_identity,
    facenet_onnx,
    is_sealed,
    prepare_in_child,
)
from engine.job import JobContext
from engine.resources import cache_dir, sha256_of

EmbedderName = Literal["facenet-casia", "facenet-vggface2"]
DEFAULT: EmbedderName = "facenet-casia"
VGGFACE2_FILE = "20180402-114759-vggface2.pt"


@dataclass(frozen=True)
class Weights:
    """Published weights of a network: the SHA-256 of their file, and the name of what they are converted to."""

    sha256: str
    onnx: str


WEIGHTS: dict[EmbedderName, Weights] = {
    "facenet-casia": Weights(WEIGHTS_SHA256, FILE_NAME),
    "facenet-vggface2": Weights(
        "281cebca8662831adb987a874bdcb36e73f5b1c6dc5ee5878f305e985625d99b", "facenet-vggface2-281cebca.onnx"
    ),
}


def embedder_sha256(name: str = DEFAULT) -> str:
    """Return the SHA-256 that the embeddings of a network carry. Raises ModelError if there is none of that name."""
    return embedding_identity(_weights(name).sha256)


def is_prepared(name: str) -> bool:
    """Whether a network can be loaded without its weights. Raises ModelError if there is none of that name."""
    return name == DEFAULT or is_sealed(cache_dir() / _weights(name).onnx)


def prepare_vggface2(weights: Path, context: JobContext | None = None) -> Path:
    """Put facenet-pytorch's VGGFace2 weights, a file that a person has, into FaceNet's ONNX in the cache, once.

    The file is compared with the published SHA-256 before anything else is done with it; it is read in a process of
    its own, as tensors alone. Takes some seconds. Raises ModelError.
    """
    context = context or JobContext()
    wanted = _weights("facenet-vggface2")
    target = cache_dir() / wanted.onnx
    if is_sealed(target):
        return target
    if not weights.is_file():
        raise ModelError(f"The weights {weights} are not there. Choose the file {VGGFACE2_FILE} of facenet-pytorch.")
    if sha256_of(weights) != wanted.sha256:
        raise ModelError(
            f"{weights.name} is not the published {VGGFACE2_FILE} (its SHA-256 differs). Download it anew."
        )
    base = facenet_onnx(context.part(0.0, 0.3))
    given = [str(base), str(target), str(weights.resolve()), wanted.sha256]
    prepare_in_child("engine.faces.other_weights", given, target, context.part(0.3, 1.0))
    return target


def load_embedder(
    name: str = DEFAULT, weights: Path | None = None, context: JobContext | None = None, threads: int = 2
) -> FaceNet:
    """Load a network by name; ``weights`` is the file of those that do not come along, if not prepared yet.

    Raises ModelError.
    """
    model = prepare_embedder(name, weights, context)
    return FaceNet(model, threads, sha256=embedder_sha256(name))


def prepare_embedder(name: str = DEFAULT, weights: Path | None = None, context: JobContext | None = None) -> Path:
    """Return a network's ONNX, converted if that was never done here. Takes and raises what ``load_embedder`` does."""
    wanted = _weights(name)
    if name == DEFAULT:
        return facenet_onnx(context)
    if is_prepared(name):
        return cache_dir() / wanted.onnx
    if weights is None:
        raise ModelError(
            f"The network {name} needs its weights. Name the file {VGGFACE2_FILE} of facenet-pytorch behind "
            "--embedder-file, or choose it under In use on the page Faces, once on this computer."
        )
    return prepare_vggface2(weights, context)


def _weights(name: str) -> Weights:
    for known, weights in WEIGHTS.items():
        if known == name:
            return weights
    raise ModelError(f"There is no network {name!r}. Choose one of {', '.join(get_args(EmbedderName))}.")
