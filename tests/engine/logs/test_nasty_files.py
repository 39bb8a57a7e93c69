"""A corpus of nasty files: what must come of each stands beside it in tests/data/logs/expected.toml."""

from __future__ import annotations

import gzip
import re
import tomllib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.errors import InputError
from engine.logs import detect, lines, sources
from tests.engine.logs.delivery import CALLS, call_lines, write

pytestmark = pytest.mark.usefixtures("many_imports")
CORPUS = Path(__file__).parents[2] / "data" / "logs"
EXPECTED = tomllib.loads((CORPUS / "expected.toml").read_text(encoding="utf-8"))


def test_the_corpus_has_sixty_files_and_each_is_expected_to_come_to_something() -> None:
    files = {path.name for path in CORPUS.iterdir()} - {"expected.toml", "README.md"}
    assert files == set(EXPECTED)
    assert len(files) >= 60


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_nasty_file_comes_to_what_it_must(name: str) -> None:
    expected = EXPECTED[name]
    try:
        plan = detect([CORPUS / name])
        kind = plan.files[0].kind
        if kind not in ("calls", "usage", None):
            plan = detect([CORPUS / name, CORPUS / "plain.csv"])
        report = plan.run()
    except InputError as error:
        assert expected.get("said", "an import") in str(error)
        assert "\n" not in str(error)
        return
    assert kind == expected["kind"]
    logs = report.tables
    own = next(file for file in logs.files if file.file.split("/")[0] == name)
    assert (own.rows - own.rejected, own.rejected) == (expected["accepted"], expected.get("rejected", 0))
    found = [f"{row['line']}: {row['reason']}" for row in logs.rejects.to_pylist() if row["file"] == own.file]
    assert found == expected.get("reasons", [])
    if "first" in expected:
        row = logs.connection.execute(f"FROM {kind} ORDER BY ALL LIMIT 1").fetchall()[0]
        assert [str(value) for value in row] == expected["first"]
    count = logs.connection.execute(f"SELECT count(*) FROM {kind}").fetchall()[0][0]
    assert kind == "offers" or count == expected["accepted"]


def test_a_field_of_ten_megabytes_is_one_reject(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = CALLS.split("\n")[1]
    long = good.replace("BUD-001", "x" * (10 << 20))
    for chunk in (1 << 20, 64 << 20):
        monkeypatch.setattr(sources, "CHUNK_BYTES", chunk)
        report = detect([write(tmp_path / "calls.csv", call_lines([good, long, good]))]).run()
        assert (report.accepted, report.rejected) == (2, 1)
        (reject,) = report.tables.rejects.to_pylist()
        assert (reject["line"], reject["reason"], len(reject["text"])) == (3, "Row is longer than 1,048,576 bytes", 500)


@pytest.mark.parametrize("name", ["calls.csv", "calls.csv.gz"])
def test_a_file_that_is_written_to_while_it_is_read_is_refused(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a file that is still being copied would look like a whole one."""
    content = CALLS.encode() * 200
    path = write(tmp_path / name, gzip.compress(content) if name.endswith("gz") else content)
    plan = detect([path])
    monkeypatch.setattr(sources, "CHUNK_BYTES", 1_000)
    real = lines.open_stream

    @contextmanager
    def growing(source: sources.Source) -> Iterator[sources.Stream]:
        with real(source) as stream:
            yield sources.Stream(lambda most: grown(stream.read(most)), stream.done)

    def grown(data: bytes) -> bytes:
        with path.open("ab") as file:
            file.write(b"1")
        return data

    monkeypatch.setattr(lines, "open_stream", growing)
    with pytest.raises(InputError, match=rf"^{re.escape(name)} (changed while it was read|is packed and damaged)"):
        plan.run()


def test_a_file_that_grew_before_it_is_read_is_read_to_a_whole_row(tmp_path: Path) -> None:
    path = write(tmp_path / "calls.csv", CALLS)
    plan = detect([path])
    with path.open("ab") as file:
        file.write((CALLS.split("\n")[1] * 3 + "\n").encode())
    report = plan.run()
    assert (report.rows, report.accepted, report.rejected) == (2, 1, 1)


def test_a_file_that_disappears_or_breaks_off_is_told_in_one_sentence(tmp_path: Path) -> None:
    plan = detect([write(tmp_path / "calls.csv", CALLS)])
    (tmp_path / "calls.csv").unlink()
    with pytest.raises(InputError, match=r"The file .*calls\.csv does not exist"):
        plan.run()
    packed = gzip.compress(CALLS.encode() + b"1,2,2026-01-01 00:00:00,5,B,S\n" * 200_000, mtime=0)
    plan = detect([write(tmp_path / "calls.csv.gz", packed)])
    write(tmp_path / "calls.csv.gz", packed[:-2_000])
    with pytest.raises(InputError, match=r"calls\.csv\.gz is packed and damaged"):
        plan.run()


def test_an_import_writes_nothing_so_that_a_full_disk_does_not_stop_it(tmp_path: Path) -> None:
    limits = pytest.importorskip("resource")
    plan = detect([write(tmp_path / "calls.csv", CALLS + "x\n")])
    before = limits.getrlimit(limits.RLIMIT_FSIZE)
    limits.setrlimit(limits.RLIMIT_FSIZE, (0, before[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            write(tmp_path / "other.csv", CALLS)
        report = plan.run()
    finally:
        limits.setrlimit(limits.RLIMIT_FSIZE, before)
    assert (report.accepted, report.rejected) == (1, 1)


def test_a_protected_or_damaged_zip_is_told(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "calls.zip", "w") as packed:
        packed.writestr("calls.csv", CALLS)
    content = (tmp_path / "calls.zip").read_bytes()
    protected = content.replace(b"PK\x03\x04\x14\x00\x00\x00", b"PK\x03\x04\x14\x00\x01\x00")
    protected = protected.replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00")
    with pytest.raises(InputError, match="protected by a password"):
        detect([write(tmp_path / "calls.zip", protected)])
    with pytest.raises(InputError, match="damaged"):
        detect([write(tmp_path / "calls.zip", content[:60])])


def test_lines_of_any_length_are_cut_and_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "LONGEST_LINE", 40)
    monkeypatch.setattr(sources, "CHUNK_BYTES", 7)
    content = b"a" * 100 + b"\r\n\n" + b"b" * 41 + b"\nc\n" + b"d" * 90
    source = sources.find_sources(write(tmp_path / "x.csv", content))[0]
    blocks = list(lines.read_blocks(source, "utf-8"))
    cut = b"".join(block.data for block in blocks).split(b"\n")
    assert [len(line) for line in cut] == [41, 0, 41, 1, 41, 0]
    assert blocks[0].first_line == 1
    assert blocks[-1].first_line + blocks[-1].count == 6
