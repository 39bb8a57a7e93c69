"""Bad rows are set aside with their line and a reason; good ones arrive as they are."""

from __future__ import annotations

import csv
import io
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.columns import REJECT_COLUMNS
from engine.logs import log_span, sources
from tests.engine.logs.delivery import CALLS, CUSTOMERS, HISTORY, USAGE, call_lines, read, rejects, table

pytestmark = pytest.mark.usefixtures("many_imports")
GOOD = "001,002,2026-01-05 10:00:00,60,BUD-001,SM-G991B"
BAD_CALLS = [
    (",002,2026-01-05 10:00:00,60,BUD-001,SM-G991B", "Caller is empty"),
    ("001,  ,2026-01-05 10:00:00,60,BUD-001,SM-G991B", "Callee is empty"),
    (f"{'1' * 65},002,2026-01-05 10:00:00,60,BUD-001,SM-G991B", "Caller is longer than 64 characters"),
    ("00\u200b1,002,2026-01-05 10:00:00,60,BUD-001,SM-G991B", "Caller has unprintable characters"),
    ("001,0\t02,2026-01-05 10:00:00,60,BUD-001,SM-G991B", "Callee has unprintable characters"),
    ("001,002,2026-01-05 10:00:00,60,BUD-\x07001,SM-G991B", "Row has unprintable characters"),
    ("001,002,2026-01-05 10:00:00,60,BUD\x00001,SM-G991B", "Row has unprintable characters"),
    ("001,002,,60,BUD-001,SM-G991B", "Time is empty"),
    ("001,002,31/09/2026 25:10,60,BUD-001,SM-G991B", "Time is not a date"),
    ("001,002,2026-02-30 10:00:00,60,BUD-001,SM-G991B", "Time is not a date"),
    ("001,002,1970-01-01 00:00:00,60,BUD-001,SM-G991B", "Time is impossible"),
    ("001,002,infinity,60,BUD-001,SM-G991B", "Time is impossible"),
    ("001,002,2026-01-05 10:00:00,,BUD-001,SM-G991B", "Seconds is empty"),
    ("001,002,2026-01-05 10:00:00,n/a,BUD-001,SM-G991B", "Seconds is not a number"),
    ("001,002,2026-01-05 10:00:00,nan,BUD-001,SM-G991B", "Seconds is not a number"),
    ("001,002,2026-01-05 10:00:00,-42,BUD-001,SM-G991B", "Seconds is negative"),
    ("001,002,2026-01-05 10:00:00,99999999999,BUD-001,SM-G991B", "Seconds is impossible"),
    ("001,002,2026-01-05 10:00:00", "Row is cut short"),
    ("001", "Row is cut short"),
    (GOOD + ",0,ok", "Row has too many columns"),
    (GOOD + ",", "Row has too many columns"),
    ('001,002,2026-01-05 10:00:00,60,BUD-001,"SM-G9', "Quote is not closed"),
    ('001,002,2026-01-05 10:00:00,60,"BUD-001"x,SM-G991B', "Quote is not closed"),
    ('"001,002,2026-01-05 10:00:00,60,BUD-001,SM-G991B', "Quote is not closed"),
]
BAD_USAGE = [
    (",2026-01-06 11:00:00,12.5", "Customer is empty"),
    ("001,2026-13-01 00:00:00,12.5", "Time is not a date"),
    ("001,2026-01-06 11:00:00,-3.5", "Megabytes is negative"),
    ("001,2026-01-06 11:00:00,much", "Megabytes is not a number"),
    ("001,2026-01-06 11:00:00,inf", "Megabytes is not a number"),
]
BAD_CUSTOMERS = [
    ("001,Eger,1970,,,,", "Customer is listed twice"),
    ("003,Eger,1067,,,,", "Birth year is impossible"),
    ("003,Eger,2199,,,,", "Birth year is impossible"),
    ("003,Eger,2027,,,,", "Birth year is impossible"),
    ("003,Eger,MCMLX,,,,", "Birth year is not a year"),
    ("003,Eger,1970,soon,,,", "Since is not a date"),
    ("003,Eger,1970,,2026-99-01,,", "Left on is not a date"),
    ("003,Eger,1970,2026-01-02,2026-01-01,,", "Left on is before since"),
    ("003,Eger,1970,,infinity,,", "Left on is impossible"),
    ("003,Eger,1970,,,yes,", "Phone since is not a date"),
    ("003,Eger,1970,,,,true", "Photo consent is not a date"),
    ("003,Eger,1970,,,,0026-01-05", "Photo consent is impossible"),
]
BAD_HISTORY = [
    ("001,samsung-5g,0", "Customer is listed twice"),
    ("999,samsung-5g,0", "Customer is not in the customer list"),
    ("003,htc-one,0", "Offer is not in the catalogue"),
    ("003,samsung-5g,2", "Outcome is not 0 or 1"),
    ("003,samsung-5g,yes", "Outcome is not 0 or 1"),
    ("003,samsung-5g,", "Outcome is empty"),
    ("003,,1", "Offer is empty"),
]


@pytest.mark.parametrize(("row", "reason"), BAD_CALLS)
def test_a_bad_call_is_set_aside_with_line_reason_and_text(tmp_path: Path, row: str, reason: str) -> None:
    logs = read(tmp_path, calls=call_lines([GOOD, row, GOOD]))
    assert rejects(logs) == [("calls.csv", 3, reason, row)]
    assert len(table(logs, "calls")) == 2


@pytest.mark.parametrize(("row", "reason"), BAD_USAGE)
def test_a_bad_usage_record_is_set_aside(tmp_path: Path, row: str, reason: str) -> None:
    logs = read(tmp_path, usage=USAGE + row + "\n")
    assert rejects(logs) == [("usage.csv", 3, reason, row)]


@pytest.mark.parametrize(("row", "reason"), BAD_CUSTOMERS)
def test_a_bad_customer_is_set_aside_and_the_first_listing_stays(tmp_path: Path, row: str, reason: str) -> None:
    header = "customer,residence,birth_year,since,left_on,phone_since,photo_consent\n"
    logs = read(tmp_path, customers=f"{header}001,Győr,1980,,,,\n002,Pécs,1990,2020-02-29,,,2025-03-01\n{row}\n")
    assert rejects(logs) == [("customers.csv", 4, reason, row)]
    assert logs.connection.execute("SELECT residence FROM customers WHERE customer = '001'").fetchall() == [("Győr",)]


@pytest.mark.parametrize(("row", "reason"), BAD_HISTORY)
def test_a_bad_outcome_is_set_aside(tmp_path: Path, row: str, reason: str) -> None:
    logs = read(tmp_path, customers=CUSTOMERS + "003,Eger,1970\n", history=HISTORY + row + "\n")
    assert rejects(logs) == [("history.csv", 4, reason, row)]


def test_a_row_that_was_set_aside_does_not_count_as_a_listing(tmp_path: Path) -> None:
    logs = read(
        tmp_path, customers="customer,residence,birth_year\n001,Győr,1066\n001,Eger,1980\n001,Pécs,1981\n002,A,\n"
    )
    assert [row[1:3] for row in rejects(logs)] == [(2, "Birth year is impossible"), (4, "Customer is listed twice")]
    assert logs.connection.execute("SELECT residence FROM customers ORDER BY 1").fetchall() == [("A",), ("Eger",)]


def test_an_unclosed_quotation_mark_does_not_swallow_the_rows_after_it(tmp_path: Path) -> None:
    rows = [GOOD] * 3 + ['001,002,2026-01-05 10:00:00,60,"BUD-001,SM-G991B'] + [GOOD] * 500
    logs = read(tmp_path, calls=call_lines(rows))
    assert len(table(logs, "calls")) == 503
    assert [row[1] for row in rejects(logs)] == [5]


def test_letters_that_are_not_utf8_are_set_aside_line_by_line(tmp_path: Path) -> None:
    town = GOOD.replace("BUD-001", "Győr")
    calls = call_lines([GOOD, town, *[town] * 9]).encode().replace("Győr".encode(), b"Gy\xf5r", 1)
    logs = read(tmp_path, calls=calls)
    assert [row[1:3] for row in rejects(logs)] == [(3, "Letters are not UTF-8")]
    assert "Gy\ufffdr" in rejects(logs)[0][3]
    assert len(table(logs, "calls")) == 10


def test_the_text_of_a_bad_row_is_cut_at_500_characters(tmp_path: Path) -> None:
    logs = read(tmp_path, calls=call_lines([*[GOOD] * 50, "x" * 2_000]))
    assert rejects(logs)[0][3] == "x" * 500


def test_rejects_come_by_file_and_line(tmp_path: Path) -> None:
    logs = read(
        tmp_path, calls=CALLS + "x\n" + CALLS.splitlines()[1] + "\ny\n", usage=USAGE + "z\n", history=HISTORY + "w\n"
    )
    assert logs.rejects.column_names == list(REJECT_COLUMNS)
    assert [row[:2] for row in rejects(logs)] == [
        ("calls.csv", 3),
        ("calls.csv", 5),
        ("usage.csv", 3),
        ("history.csv", 4),
    ]
    assert [(report.kind, report.rows, report.rejected) for report in logs.files] == [
        ("calls", 4, 2), ("usage", 2, 1), ("customers", 2, 0), ("offers", 1, 0), ("history", 3, 1),
    ]  # fmt: skip


identifiers = st.text("0123456789", min_size=1, max_size=15) | st.from_regex(r"\+36[0-9]{6,9}", fullmatch=True)
texts = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp")), max_size=20)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2027, 1, 1)).map(lambda moment: moment.replace(microsecond=0))
good_calls = st.tuples(identifiers, identifiers, moments, st.integers(0, 86_400), texts, texts)
bad_rows = st.sampled_from([row for row, _ in BAD_CALLS])


def as_csv(row: tuple[object, ...], quote: int) -> str:
    """Return a row as csv writes it."""
    buffer = io.StringIO()
    csv.writer(buffer, quoting=quote, lineterminator="").writerow(row)
    return buffer.getvalue()


def cleaned(row: tuple[object, ...]) -> tuple[object, ...]:
    """Return a call as it should arrive."""
    return (*row[:4], *(str(value).strip(" ") or None for value in row[4:]), "call")


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(good_calls, st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])) | bad_rows | st.just("")),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.integers(150, 2_000),
)
def test_every_row_of_any_mixture_is_either_read_exactly_or_set_aside(
    rows, line_end, has_last_end, chunk_bytes
) -> None:
    good = ("001", "002", datetime(2026, 1, 5, 10), 60, "BUD", "SM-G991B")
    written = [GOOD] + [row if isinstance(row, str) else as_csv(*row) for row in rows]
    header = "caller,callee,time,seconds,cell,phone_type"
    content = line_end.join([header, *written]) + line_end * has_last_end
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "CHUNK_BYTES", chunk_bytes)
        logs = read(Path(folder), calls=content)
    expected = [(*good[:4], "BUD-001", "SM-G991B", "call")] + [
        cleaned(row[0]) for row in rows if not isinstance(row, str)
    ]
    assert table(logs, "calls") == expected
    bad = [
        (number, row) for number, row in enumerate(written, start=2) if number > 2 and row and row in dict(BAD_CALLS)
    ]
    assert [(line, text) for _, line, _, text in rejects(logs)] == bad
    assert (logs.files[0].rows, logs.files[0].rejected) == (len(expected) + len(bad), len(bad))


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=40) | st.text('", a', max_size=9),
        max_size=20,
    )
)
@example(['""', ' "" ', '"', '""""', ",,,,,", '"",'])
def test_whatever_stands_in_a_file_no_row_is_lost(rows) -> None:
    with tempfile.TemporaryDirectory() as folder:
        logs = read(Path(folder), calls=call_lines([GOOD, *rows]))
    assert len(table(logs, "calls")) + len(rejects(logs)) == 1 + sum(row.strip(" ") != "" for row in rows)


@settings(max_examples=15, deadline=None)
@given(st.lists(identifiers, min_size=1, max_size=30, unique=True))
def test_identifiers_come_back_as_they_were_written(keys) -> None:
    customers = "customer,residence,birth_year\n" + "".join(f"{key},Eger,1980\n" for key in keys)
    history = "customer,offer,outcome\n" + "".join(f"{key},none,0\n" for key in keys)
    with tempfile.TemporaryDirectory() as folder:
        logs = read(Path(folder), customers=customers, history=history)
    assert [row[0] for row in table(logs, "customers")] == keys
    assert [row[0] for row in table(logs, "history")] == keys


def test_times_far_apart_span_the_logs(tmp_path: Path) -> None:
    logs = read(tmp_path)
    first, last = log_span(logs)
    assert last - first == timedelta(days=1)


def test_a_few_times_far_from_all_others_are_set_aside_wherever_they_stand(tmp_path: Path) -> None:
    """One call in 2031 would make everybody five years older."""
    stray, early = GOOD.replace("2026-01-05", "2031-01-05"), GOOD.replace("2026-01-05", "2019-01-05")
    usage = USAGE + "001,2031-06-01 11:00:00,1\nx\n"
    logs = read(tmp_path, calls=call_lines([*[GOOD] * 4_000, stray, "x", early, GOOD]), usage=usage)
    assert rejects(logs) == [
        ("calls.csv", 4_002, "Time is far from all others", stray),
        ("calls.csv", 4_003, "Row is cut short", "x"),
        ("calls.csv", 4_004, "Time is far from all others", early),
        ("usage.csv", 3, "Time is far from all others", "001,2031-06-01 11:00:00,1"),
        ("usage.csv", 4, "Row is cut short", "x"),
    ]
    assert [(report.rows, report.rejected) for report in logs.files[:2]] == [(4_004, 3), (3, 2)]
    assert len(table(logs, "calls")) == 4_001
    assert [day.year for day in log_span(logs)] == [2026, 2026]


def test_logs_with_a_long_gap_or_few_rows_stay_whole(tmp_path: Path) -> None:
    gap = [GOOD] * 3_000 + [GOOD.replace("2026-01-05", "2031-01-05")] * 3
    assert len(table(read(tmp_path, calls=call_lines(gap)), "calls")) == 3_003
    few = [GOOD, GOOD.replace("2026-01-05", "2025-01-05"), GOOD.replace("2026-01-05", "2024-01-05")]
    assert len(table(read(tmp_path, calls=call_lines(few)), "calls")) == 3
