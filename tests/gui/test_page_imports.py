import subprocess
import sys

PAGES = (
    "gui.recommendations_page",
    "gui.preview_page",
    "gui.pitch",
    "gui.data_page",
    "gui.loyalty_page",
    "gui.faces_page",
)
HEAVY = ("torch", "onnxruntime", "cv2", "sklearn", "sklift", "matplotlib", "duckdb", "pyarrow", "pandas")


def test_importing_the_pages_brings_nothing_heavy():
    script = f"""
import importlib, sys
for page in {PAGES}:
    importlib.import_module(page)
    assert page != "gui.recommendations_page" or "pyqtgraph" not in sys.modules
    print(page, [name for name in {HEAVY} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [f"{page} []" for page in PAGES]
