"""Networks in ONNX Runtime, which must not report to anybody."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

LOADED = "from engine.faces import FaceDetector; FaceDetector()"
LOADED_BARE = """
import onnxruntime
onnxruntime.InferenceSession(open("resources/models/face_detection_yunet_2023mar.onnx", "rb").read())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux is it known where the reports would lie")
def test_a_loaded_network_leaves_no_report_to_be_sent(tmp_path: Path):
    if not reports_after(LOADED_BARE, tmp_path / "bare"):
        pytest.skip("ONNX Runtime itself reports nothing on this machine")
    assert not reports_after(LOADED, tmp_path / "program")


def reports_after(script: str, home: Path) -> list[Path]:
    """Return what ONNX Runtime keeps to be sent after a script, by nothing told that this is a test."""
    home.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False,
        env={"XDG_CACHE_HOME": str(home), "HOME": str(home)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [path for path in home.rglob("*") if "Microsoft" in path.parts]
