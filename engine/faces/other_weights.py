"""Puts other weights into FaceNet. A process of its own: ``python -m engine.faces.other_weights`` with base, target,
weights and their SHA-256.

The weights are a file in facenet-pytorch's own format, which torch alone reads: torch is imported here, and Qt is not.
"""

from __future__ import annotations

import hashlib
import io
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from engine.child_process import part_file, tell
from engine.errors import ModelError, SemblanceError
from engine.faces.facenet import seal
from engine.faces.network_file import LINEAR, NORM, FloatArray, NetworkFile, Place, embeddings_of

BATCH_NORM_EPSILON = 1e-3
NORM_PARTS = ("weight", "bias", "running_mean", "running_var")
WITH_NORM = ".conv"  # how the names of convolutions end that have a batch norm of their own


def load_state(weights: Path, sha256: str) -> dict[str, FloatArray]:
    """Return the numbers of a file by the names of the network's modules.

    The file is read once, compared with its SHA-256, and unpacked as tensors alone: whatever else a pickle may hold is
    refused. Raises ModelError.
    """
    data = weights.read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ModelError(f"{weights.name} is not the file that it should be. Download it anew.")
    import torch

    try:
        state = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
        return {str(name): np.asarray(value.float().numpy(), np.float32) for name, value in state.items()}
    except Exception as error:  # torch raises whatever its reader met
        raise _unfit(weights) from error


def numbers_of(state: Mapping[str, FloatArray], network: NetworkFile) -> dict[Place, FloatArray]:
    """Return what stands at each place of a network, its batch norms folded in. Raises KeyError for what is missing."""
    numbers: dict[Place, FloatArray] = {}
    for node in network.convolutions:
        module = module_of(node)
        weight = state[f"{module}.weight"]
        if module.endswith(WITH_NORM):
            norm = module.removesuffix(WITH_NORM) + ".bn."
            scale, shift, mean, variance = (state[norm + part] for part in NORM_PARTS)
            scale = scale / np.sqrt(variance + np.float32(BATCH_NORM_EPSILON))
            numbers[node, 1], numbers[node, 2] = weight * scale[:, None, None, None], shift - mean * scale
        else:
            numbers[node, 1], numbers[node, 2] = weight, state[f"{module}.bias"]
    numbers[LINEAR, 1] = state["last_linear.weight"].T
    numbers |= {(NORM, at): state[f"last_bn.{part}"] for at, part in enumerate(NORM_PARTS, start=1)}
    return numbers


def module_of(node: str) -> str:
    """Return the module of a node: "/repeat_1/repeat_1.0/branch0/conv/Conv" is "repeat_1.0.branch0.conv"."""
    parts: list[str] = []
    for part in node.strip("/").split("/")[:-1]:
        if parts and part.startswith(parts[-1] + "."):
            parts[-1] = part
        else:
            parts.append(part)
    return ".".join(parts)


def put_in(base: Path, target: Path, weights: Path, sha256: str) -> None:
    """Make ``target`` of FaceNet's layers in ``base`` and the weights of a file.

    Raises ModelError if they do not fit.
    """
    part = part_file(target, os.getpid())
    try:
        tell(0.05, "Reading the weights")
        state = load_state(weights, sha256)
        tell(0.4, "Writing FaceNet with them")
        network = NetworkFile(base)
        try:
            network.write(numbers_of(state, network), part)
        except (KeyError, ValueError, ModelError) as error:
            raise _unfit(weights) from error
        tell(0.8, "Trying it")
        rows = embeddings_of(part, np.zeros((1, 160, 160, 3), np.uint8))
        if not np.isfinite(rows).all():
            raise _unfit(weights)
        seal(part, target)
    finally:
        part.unlink(missing_ok=True)


def _unfit(weights: Path) -> ModelError:
    return ModelError(f"{weights.name} does not fit FaceNet's network. Download it anew.")


def main(arguments: list[str]) -> int:
    """Put weights in; an error is one sentence on the last line of stderr."""
    try:
        base, target, weights, sha256 = arguments
        put_in(Path(base), Path(target), Path(weights), sha256)
    except SemblanceError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
