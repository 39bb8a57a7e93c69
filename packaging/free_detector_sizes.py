"""Make the face detector of resources/models of the file that OpenCV Zoo publishes, for pictures of any size.

    python packaging/free_detector_sizes.py published.onnx

The published file says 640 x 640 of its input, and of all that follows from it; the network itself takes any multiple
of 32. Weights and operations stay as they are. Compare the result with SHA256SUMS beside it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import onnx

TARGET = Path(__file__).resolve().parent.parent / "resources" / "models" / "face_detection_yunet_2023mar.onnx"


def freed(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return the network without fixed sizes."""
    del model.graph.value_info[:]
    (picture,) = model.graph.input
    for size, name in zip(picture.type.tensor_type.shape.dim[2:], ("height", "width"), strict=True):
        size.dim_param = name
    for answer in model.graph.output:
        answer.type.tensor_type.shape.dim[1].dim_param = f"places_{answer.name.rpartition('_')[2]}"
    onnx.checker.check_model(model)
    return model


if __name__ == "__main__":
    TARGET.write_bytes(freed(onnx.load(sys.argv[1])).SerializeToString(deterministic=True))
