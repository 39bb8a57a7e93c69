"""The rules of the house: who may import whom, and what never enters the window's process."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ENGINE = sorted((ROOT / "engine").rglob("*.py"))
GUI = sorted((ROOT / "gui").rglob("*.py"))
NEVER_IN_THE_WINDOW = ("torch", "matplotlib", "sklift.viz", "facenet_pytorch")
ELSEWHERE = ("pyspark", "postgres", "trino", "clickhouse")
TORCH_FILES = {"engine/faces/convert.py", "engine/faces/fine_tuning.py", "engine/faces/other_weights.py"}


def imported_modules(file: Path) -> set[str]:
    """Return every module that a file names in an import, at any depth of the file."""
    modules = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return modules


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("file", ENGINE, ids=name_of)
def test_engine_knows_no_widget_and_no_window(file: Path):
    for module in imported_modules(file):
        assert "QtWidgets" not in module
        assert module.split(".")[0] != "gui"
        if "PySide6" in module:
            allowed = name_of(file) == "engine/job_thread.py" or file.is_relative_to(ROOT / "engine" / "ads")
            assert allowed, f"{module} does not belong there"
        if "QtGui" in module:
            assert file.is_relative_to(ROOT / "engine" / "ads")


@pytest.mark.parametrize("file", ENGINE + GUI, ids=name_of)
def test_torch_is_named_only_where_the_model_is_converted_and_fine_tuned(file: Path):
    roots = {module.split(".")[0] for module in imported_modules(file)}
    if name_of(file) not in TORCH_FILES:
        assert not roots & {"torch", "facenet_pytorch", "matplotlib", "pickle"}
    assert name_of(file) in TORCH_FILES or not imported_modules(file) & {
        name.removesuffix(".py").replace("/", ".") for name in TORCH_FILES
    }
    assert "sklift.viz" not in imported_modules(file)


@pytest.mark.parametrize("file", ENGINE + GUI, ids=name_of)
def test_nothing_in_the_product_can_reach_the_network(file: Path):
    roots = {module.split(".")[0] for module in imported_modules(file)}
    assert not roots & {"socket", "urllib", "http", "requests", "ftplib", "smtplib", "ssl"}
    assert not any("QtNetwork" in module or "QtWebEngine" in module for module in imported_modules(file))


@pytest.mark.parametrize("file", ENGINE + GUI, ids=name_of)
def test_databases_elsewhere_are_reached_from_one_file_alone(file: Path):
    """The warehouse is what a person names on the command line; the window knows nothing of it."""
    roots = {module.split(".")[0] for module in imported_modules(file)}
    if name_of(file) != "engine/warehouse/connect.py":
        assert not roots & {"pyspark", "psycopg", "psycopg2", "trino", "clickhouse_connect"}
        assert not connections(file)
    if file in GUI:
        assert not any(module.startswith("engine.warehouse") for module in imported_modules(file))


def test_the_file_that_connects_is_seen_to_do_so():
    assert connections(ROOT / "engine" / "warehouse" / "connect.py") == set(ELSEWHERE)


def connections(file: Path) -> set[str]:
    """Return the back ends of Ibis beyond this machine that a file names, as in ibis.postgres."""
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    attributes = (node for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name))
    return {node.attr for node in attributes if node.value.id == "ibis" and node.attr in ELSEWHERE}


def test_the_window_starts_without_heavy_or_forbidden_modules():
    script = (
        "import sys, gui.main_window\n"
        f"print([m for m in {(*NEVER_IN_THE_WINDOW, 'sklearn', 'onnxruntime', 'cv2')!r} if m in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_dev_py_needs_the_standard_library_alone():
    roots = {module.split(".")[0] for module in imported_modules(ROOT / "dev.py")} - {""}
    assert roots <= set(sys.stdlib_module_names)


def test_the_top_level_is_as_the_house_has_it():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if tracked.returncode != 0:
        pytest.skip("not a git checkout")
    top = {line.split("/")[0] for line in tracked.stdout.splitlines()}
    assert top <= {
        ".ci", ".gitignore", "CHANGELOG.md", "LICENSE", "NOTICE.md", "README.md", "dev.py", "docs", "engine", "gui",
        "main.py", "packaging", "pyinstaller.spec", "pyproject.toml", "requirements-dev.txt", "requirements.txt",
        "resources", "tests",
    }  # fmt: skip
