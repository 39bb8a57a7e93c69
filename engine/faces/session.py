"""The networks of the program, loaded: in ONNX Runtime, and those of TensorFlow Lite in OpenCV."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.resources import checked_model

if TYPE_CHECKING:
    import cv2
    import onnxruntime


def network_session(model: bytes | str, threads: int = 1) -> onnxruntime.InferenceSession:
    """Load a network, of a file's content or name, to run on so many threads, which sleep while they wait.

    May be shared by threads. Raises what ONNX Runtime raises, which has no common class of its own.
    """
    import onnxruntime

    onnxruntime.disable_telemetry_events()  # those that Windows collects
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def tflite_network(name: str) -> cv2.dnn.Net:
    """Load a small network that comes along. Raises ModelError.

    OpenCV works on one thread from then on, here and everywhere: to hand out pieces of so little costs more than it
    saves, and photos are read on several threads.
    """
    import cv2

    cv2.setNumThreads(1)
    return cv2.dnn.readNetFromTFLite(np.frombuffer(checked_model(name).read_bytes(), np.uint8))
