import subprocess
import sys

import pytest

HEAVY = ("torch", "onnxruntime", "cv2", "sklearn", "sklift", "matplotlib", "duckdb", "pyarrow", "pandas")


@pytest.mark.parametrize(
    "module", ["gui.data_page", "gui.loyalty_page", "gui.faces_page", "gui.preview_page", "gui.pitch"]
)
def test_importing_a_page_brings_nothing_heavy(module):
    script = f"import sys, {module}; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
