"""Networks in ONNX Runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
