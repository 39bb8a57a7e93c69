"""The engine: everything of Semblance that is not a widget."""

import os

# ONNX Runtime from 1.29 reports to its maker unless it is told not to before it is loaded.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
