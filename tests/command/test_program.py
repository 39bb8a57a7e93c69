"""The program itself, and dev.py."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, run_program


def test_the_selftest_passes_here():
    done = run_program("selftest")
    assert done.returncode == 0, done.stderr
    assert "passed" in done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux does Qt need packages of the system")
@pytest.mark.parametrize("kind", ["DRAWING_LIBRARIES", "SCREEN_LIBRARIES"])
def test_a_library_that_qt_misses_is_named_with_its_package(tmp_path: Path, kind: str):
    """On a copy of dev.py whose environment is this one; its run ends before anything is opened."""
    script = (
        "import sys, dev\n"
        f"dev.ROOT, dev.PYTHON = dev.Path({str(ROOT)!r}), dev.Path(sys.executable)\n"
        "dev.install = lambda requirements: None\n"
        "dev.DRAWING_LIBRARIES, dev.SCREEN_LIBRARIES = {'libm.so.6': 'libc6'}, {'libm.so.6': 'libc6'}\n"
        f"dev.{kind}['libabsent-as-can-be.so.7'] = 'libabsent7'\n"
        "sys.exit(dev.run(['--version']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT), "DISPLAY": ":0"},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == (
        "dev.py: Qt needs system libraries that are missing here. Install them: sudo apt-get install libabsent7\n"
    )
    assert "Semblance" not in done.stdout, "the program was started all the same"


def test_dev_py_explains_itself():
    done = subprocess.run([sys.executable, str(ROOT / "dev.py")], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "screenshots" in done.stdout
