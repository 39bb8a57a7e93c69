"""Clean tables kept in an encrypted file are used while nothing has changed."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path

import pytest

from engine.errors import CampaignFileError, InputError
from engine.job import JobCancelled, JobContext
from engine.logs import cache, plan_of
from engine.logs.cache import fingerprint, forget_import, keep_import, kept_import, new_cache_key
from engine.logs.layout import LAYOUTS
from tests.engine.logs.delivery import CALLS, delivery, table

KEY = new_cache_key()


def test_a_kept_import_comes_back_equal_without_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "ROWS_A_PIECE", 2_048)
    plan = plan_of(delivery(tmp_path, calls=CALLS + "x\n" + CALLS.split("\n")[1].replace(" 10", " 11") + "\n"))
    report, state = plan.run(), fingerprint(plan)
    keep_import(tmp_path / "c.cache", KEY, state, report)
    for file in tmp_path.glob("*.csv"):
        file.unlink()
    assert [path.name for path in tmp_path.iterdir()] == ["c.cache"]
    kept = kept_import(tmp_path / "c.cache", KEY, state)
    assert kept is not None
    for kind in LAYOUTS:
        assert table(kept.tables, kind) == table(report.tables, kind)
    assert replace(kept, tables=report.tables) == report
    assert (kept.tables.files, kept.tables.catalogue) == (report.tables.files, report.tables.catalogue)
    assert kept.tables.rejects.equals(report.tables.rejects)


def test_nothing_of_it_can_be_read_without_the_key(tmp_path: Path) -> None:
    plan = plan_of(delivery(tmp_path))
    keep_import(tmp_path / "c.cache", KEY, "state", plan.run())
    content = (tmp_path / "c.cache").read_bytes()
    assert not any(word in content for word in (b"SM-G991B", b"BUD-001", b"PAR1", b"SQLite"))
    assert kept_import(tmp_path / "c.cache", new_cache_key(), "state") is None
    if os.name == "posix":
        assert (tmp_path / "c.cache").stat().st_mode & 0o077 == 0


def test_a_change_of_files_or_plan_makes_it_void(tmp_path: Path) -> None:
    plan = plan_of(delivery(tmp_path))
    states = {fingerprint(plan), fingerprint(replace(plan, time_zone="Europe/Budapest"))}
    states.add(fingerprint(plan.with_file(0, plan.files[0].with_role(4, ""))))
    calls = tmp_path / "calls.csv"
    calls.write_bytes(calls.read_bytes().replace(b",60,", b",61,"))
    states.add(fingerprint(plan))
    assert len(states) == 4
    keep_import(tmp_path / "c.cache", KEY, "state", plan.run())
    assert kept_import(tmp_path / "c.cache", KEY, fingerprint(plan)) is None
    calls.unlink()
    with pytest.raises(InputError, match="cannot be read"):
        fingerprint(plan)


def test_a_damaged_or_forgotten_cache_counts_as_none(tmp_path: Path) -> None:
    path = tmp_path / "c.cache"
    assert kept_import(path, KEY, "state") is None
    plan = plan_of(delivery(tmp_path))
    keep_import(path, KEY, "state", plan.run())
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert kept_import(path, KEY, "state") is None
    forget_import(path)
    assert not path.exists()


def test_a_cancel_or_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = plan_of(delivery(tmp_path)).run()
    before = sorted(tmp_path.iterdir())
    context = JobContext(lambda fraction, message: context.cancel())
    with pytest.raises(JobCancelled):
        keep_import(tmp_path / "c.cache", KEY, "state", report, context)
    assert sorted(tmp_path.iterdir()) == before

    def full(path: Path, mode: str = "r", **_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(CampaignFileError, match="its disk is full"):
        keep_import(tmp_path / "c.cache", KEY, "state", report)
    monkeypatch.undo()
    assert sorted(tmp_path.iterdir()) == before
