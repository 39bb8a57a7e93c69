"""The demo operator's files, to try own data with."""

from __future__ import annotations

from pathlib import Path

from engine.logs import detect
from tests.command.given import sentence
from tests.conftest import run_program


def test_the_files_are_written_as_an_operator_delivers_them_and_are_never_written_over(tmp_path: Path):
    folder = tmp_path / "delivery"
    done = run_program("demo-files", folder, "--customers", "60")
    assert done.returncode == 0, done.stderr
    assert str(folder) in done.stdout
    plan = detect([path for path in folder.iterdir() if path.suffix == ".csv"])
    assert {file.kind for file in plan.files} == {"calls", "usage", "customers", "history", "offers"}
    assert len(list((folder / "inventory").iterdir())) == 54
    assert list((folder / "photos").iterdir())
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert "is not empty" in sentence(run_program("demo-files", folder))
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
    assert run_program("demo-files", folder, "--customers", "0").returncode == 2
