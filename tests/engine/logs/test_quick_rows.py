"""The quick way and the careful one read the same; every line is accounted for."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.logs import ImportReport, detect, importing, quick
from engine.logs.plan import ImportPlan
from tests.engine.logs.delivery import write

pytestmark = pytest.mark.usefixtures("many_imports")
HEADER = "caller;callee;time;seconds;cell;phone_type;kind"
GOOD = "0036301234567;+36209876543;2026-01-05 10:00:00;60;BUD-001;SM-G991B;voice"
ODD_LINES = [
    "", "   ", "x", GOOD + ";", GOOD[1:], GOOD.replace("voice", "SMS"),
    GOOD.replace(";60;", ";;").replace("voice", "sms"),
    GOOD.replace(";60;", ";;"), GOOD.replace(";60;", ";-6;"), GOOD.replace(";60;", ";6e1;"), GOOD.replace("voice", ""),
    GOOD.replace("60", "1234567"), GOOD.replace("2026-01-05", "2026-02-30"), GOOD.replace("2026-01-05", "1970-01-01"),
    GOOD.replace("10:00:00", "10:00"), GOOD.replace(" 10", "T10"), GOOD.replace("10:00:00", "24:00:00"), GOOD + '"',
    GOOD.replace("BUD-001", '"BUD;001"'), GOOD.replace("BUD-001", '"BUD-001'), GOOD.replace("BUD-001", ' Győr "1" '),
    GOOD.replace("BUD-001", "B\0D"), GOOD.replace("+362", " +362"), GOOD.replace("+362", "ő2"),
    GOOD.replace("SM-G991B", ""),
    GOOD.replace("BUD-001", "x" * 1_001), GOOD.replace("+36209876543", "1" * 65), GOOD.replace("voice", "data"),
    GOOD.replace("BUD-001", "B\tD"), GOOD.replace("0036301234567", "00\t36"), ";;;;;;", GOOD.replace("60", "605000"),
]  # fmt: skip


def planned(folder: Path, lines: list[str]) -> ImportPlan:
    """Return the plan of a file of calls."""
    write(folder / "calls.csv", "\n".join([HEADER, *lines]) + "\n")
    return detect([folder / "calls.csv"])


def contents(report: ImportReport) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Return the calls in an order of their own, and the rows that were set aside."""
    calls = report.tables.connection.execute("SELECT * FROM calls ORDER BY ALL").fetchall()
    return calls, [tuple(row.values()) for row in report.tables.rejects.to_pylist()]


def run_both_ways(plan: ImportPlan, patch: pytest.MonkeyPatch) -> tuple[ImportReport, ImportReport]:
    """Run a plan with as much as possible taken the quick way, and with nothing."""
    patch.setattr(quick, "LEAST_BYTES", 0)
    patch.setattr(quick, "MOST_DOUBTFUL", 1.0)
    fast = plan.run()
    patch.setattr(quick, "LEAST_BYTES", 1 << 40)
    return fast, plan.run()


@pytest.mark.parametrize("many_quotes", [False, True])
@pytest.mark.parametrize("line", ODD_LINES)
def test_an_odd_line_comes_to_the_same_both_ways(tmp_path: Path, line: str, many_quotes: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quick, "FEW_QUOTES", 0.0 if many_quotes else 9.0)
        fast, careful = run_both_ways(planned(tmp_path, [GOOD, GOOD, line, GOOD]), patch)
    assert contents(fast) == contents(careful)
    assert fast.rows == careful.rows == 3 + bool(line.strip())


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([GOOD, GOOD, *ODD_LINES]), max_size=40))
def test_any_mixture_comes_to_the_same_both_ways(lines: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        fast, careful = run_both_ways(planned(Path(folder), [GOOD, GOOD, *lines]), patch)
    assert contents(fast) == contents(careful)
    assert fast.rows == fast.accepted + fast.rejected == 2 + sum(bool(line.strip()) for line in lines)


def test_plain_rows_take_the_quick_way(tmp_path: Path) -> None:
    plan = planned(tmp_path, [GOOD] * 3_000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quick, "LEAST_BYTES", 0)
        taken = []
        original = quick.Quick.rows

        def watched(self: quick.Quick, block: object) -> object:
            found = original(self, block)  # type: ignore[arg-type]
            taken.append(found)
            return found

        patch.setattr(quick.Quick, "rows", watched)
        report = plan.run()
    assert report.accepted == 3_000
    assert [len(others) for _, others in taken] == [0]


def test_large_deliveries_are_compressed_and_come_to_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = planned(tmp_path, [GOOD, *ODD_LINES] * 40)
    monkeypatch.setattr(quick, "LEAST_BYTES", 0)
    plain = plan.run()
    monkeypatch.setattr(importing, "COMPRESSED_ABOVE", 0)
    monkeypatch.setattr(importing, "ROWS_AT_ONCE", 100)
    compressed = plan.run()
    assert contents(compressed) == contents(plain)
    ibis = pytest.importorskip("ibis")
    table = ibis.duckdb.from_connection(compressed.tables.connection).table("calls")
    assert table.count().execute() == compressed.accepted


@pytest.mark.parametrize(
    ("day", "clock"),
    [
        ("2016.01.31.", "10:05:00"), ("31/01/2016", "10:05"), ("2016-01-31", "10:05:00"), ("2016-01-31", "10:05"),
        ("2016-01-31", "10:05:00 AM"), ("20160131", "100500"), ("2016-01-31", "100500"),
    ],
)  # fmt: skip
def test_a_day_beside_a_clock_comes_to_the_same_both_ways(tmp_path: Path, day: str, clock: str) -> None:
    odd = [("", clock), (day, ""), (day, "x"), (day.replace("31", "32"), clock), (day, clock.replace("10", "25")),
           (day, f" {clock} "), (day, clock + ".5")]  # fmt: skip
    lines = [GOOD.replace("2026-01-05 10:00:00", f"{day};{clock}") for day, clock in [(day, clock)] * 9 + odd]
    path = write(tmp_path / "calls.csv", "\n".join([HEADER.replace("time", "call_date;call_time"), *lines]) + "\n")
    with pytest.MonkeyPatch.context() as patch:
        fast, careful = run_both_ways(detect([path]), patch)
    assert contents(fast) == contents(careful)
    assert {str(call[2]) for call in contents(fast)[0][:10]} == {"2016-01-31 10:05:00"}
    assert fast.rows == 16
    assert 5 <= fast.rejected <= 6


@pytest.mark.parametrize(
    ("time", "seen"),
    [
        ("2016.01.31. 10:05:00", "2016-01-31 10:05:00"), ("31/01/2016 10:05", "2016-01-31 10:05:00"),
        ("01/31/2016 10:05:59", "2016-01-31 10:05:59"), ("20160131100500", "2016-01-31 10:05:00"),
        ("1454234700", "2016-01-31 10:05:00"), ("1454234700000", "2016-01-31 10:05:00"),
        ("2016-01-31T10:05:00", "2016-01-31 10:05:00"), ("29.02.2016 23:59:59", "2016-02-29 23:59:59"),
        ("1/31/2016 10:05:00 PM", "2016-01-31 22:05:00"), ("2016-01-31 10:05:00.123", "2016-01-31 10:05:00.123000"),
    ],
)  # fmt: skip
def test_times_are_read_in_the_form_they_are_written_in(tmp_path: Path, time: str, seen: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        fast, careful = run_both_ways(planned(tmp_path, [GOOD.replace("2026-01-05 10:00:00", time)] * 5), patch)
    assert contents(fast) == contents(careful)
    assert {str(call[2]) for call in contents(fast)[0]} == {seen}
    assert fast.accepted == 5
