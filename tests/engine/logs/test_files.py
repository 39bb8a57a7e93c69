"""Files in the shapes that operators deliver, and files that cannot be used."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest

from engine.errors import InputError
from engine.job import JobCancelled, JobContext
from engine.logs import FileReport, log_span, read_logs, sources
from tests.engine.logs.delivery import CALLS, CUSTOMERS, call_lines, delivery, read, rejects, table, without, write

pytestmark = pytest.mark.usefixtures("many_imports")
CALL = ("001", "002", datetime(2026, 1, 5, 10), 60, "BUD-001", "SM-G991B", "call")
ROW = "001,002,2026-01-05 10:00:00,60,BUD-001,SM-G991B"
HEADER = "caller,callee,time,seconds,cell,phone_type"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_delimiters_line_ends_and_byte_order_marks_are_noticed(
    tmp_path: Path, delimiter: str, line_end: str, mark: str
) -> None:
    content = mark + line_end.join([HEADER, ROW, ROW]).replace(",", delimiter) + line_end
    assert table(read(tmp_path, calls=content), "calls") == [CALL, CALL]


def test_names_of_columns_may_be_spaced_capitalised_quoted_and_in_any_order(tmp_path: Path) -> None:
    content = ' Phone_Type ;"TIME"; callee;network;Caller ;seconds\nSM-G991B;2026-01-05 10:00:00; 002 ;velmo;"001";60\n'
    assert table(read(tmp_path, calls=content), "calls") == [(*CALL[:4], None, *CALL[5:])]


def test_the_phone_type_may_be_called_imei(tmp_path: Path) -> None:
    content = call_lines(["001,002,2026-01-05 10:00:00,60,350000000000006"], "caller,callee,time,seconds,IMEI")
    assert table(read(tmp_path, calls=content), "calls")[0][5] == "350000000000006"


def test_fields_in_quotation_marks_may_hold_the_delimiter_and_marks(tmp_path: Path) -> None:
    logs = read(tmp_path, calls=call_lines(['"001",002,"2026-01-05 10:00:00",60, "a, ""b""" ,"iPhone14,5"']))
    assert table(logs, "calls") == [(*CALL[:4], 'a, "b"', "iPhone14,5", "call")]


def test_a_quotation_mark_within_a_field_stands_for_itself(tmp_path: Path) -> None:
    logs = read(tmp_path, calls=call_lines(['001,002,2026-01-05 10:00:00,60,BUD-001,Tab 10.1"']))
    assert table(logs, "calls") == [(*CALL[:5], 'Tab 10.1"', "call")]


def test_numbers_may_have_a_decimal_comma_where_the_comma_is_no_delimiter(tmp_path: Path) -> None:
    logs = read(tmp_path, usage="customer;time;megabytes\n001;2026-01-06T11:00:00;12,5\n")
    assert table(logs, "usage") == [("001", datetime(2026, 1, 6, 11), 12.5, None, None)]


def test_blank_lines_are_no_rows_but_count_as_lines(tmp_path: Path) -> None:
    logs = read(tmp_path, calls=f"{HEADER}\n\n{ROW}\n   \n\nx\n\n")
    assert logs.files[0] == FileReport("calls.csv", "calls", 2, 1)
    assert rejects(logs) == [("calls.csv", 6, "Row is cut short", "x")]


def test_what_may_be_missing_is_missing(tmp_path: Path) -> None:
    header = "customer,residence,birth_year,sex,first_name,since,left_on,phone_since,photo_consent"
    full = "002,Pécs,1990,female,Éva,2019-03-01,2026-01-01,2024-12-24,2025-01-01"
    dates = (date(2019, 3, 1), date(2026, 1, 1), date(2024, 12, 24), date(2025, 1, 1))
    assert table(read(tmp_path, customers=f"{header}\n001,,,,,,,,\n{full}\n"), "customers") == [
        ("001", *[None] * 8),
        ("002", "Éva", "Pécs", 1990, "female", *dates),
    ]  # fmt: skip


def test_several_files_of_a_kind_and_no_history_are_read(tmp_path: Path) -> None:
    files = delivery(tmp_path)
    more = write(tmp_path / "more.csv", CALLS.replace("2026-01-05", "2026-03-09"))
    logs = read_logs(without(files, calls=(*files.calls, more), usage=(), history=None))
    assert [(report.file, report.kind) for report in logs.files] == [
        ("calls.csv", "calls"), ("more.csv", "calls"), ("customers.csv", "customers"), ("offers.csv", "offers"),
    ]  # fmt: skip
    assert log_span(logs) == (date(2026, 1, 5), date(2026, 3, 9))
    assert table(logs, "history") == []


def test_files_of_the_same_name_are_told_apart(tmp_path: Path) -> None:
    files = delivery(tmp_path)
    (tmp_path / "part2").mkdir()
    more = write(tmp_path / "part2" / "calls.csv", CALLS + "x\n")
    logs = read_logs(without(files, calls=(*files.calls, more)))
    assert [row[0] for row in rejects(logs)] == [str(more)]


def test_reading_leaves_no_file_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = {path.name for path in tmp_path.iterdir()}
    read(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} - before == {
        "calls.csv", "usage.csv", "customers.csv", "offers.csv", "history.csv",
    }  # fmt: skip


def test_a_cancel_is_noticed_within_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "CHUNK_BYTES", 1_000)
    fractions: list[float] = []

    def report(fraction: float, message: str) -> None:
        fractions.append(fraction)
        if len(fractions) == 5:
            context.cancel()

    context = JobContext(report)
    with pytest.raises(JobCancelled):
        read_logs(delivery(tmp_path, calls=call_lines([ROW] * 1_000)), context=context)
    assert len(fractions) == 5
    assert fractions == sorted(fractions)


def a_zip_without_tables() -> bytes:
    """Return the bytes of a zip that holds something else."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("xl/worksheets/sheet1.xml", "<worksheet/>" * 50)
    return buffer.getvalue()


BAD_FILES = [
    (
        "time,from,to\n",
        'calls.csv lacks the columns "seconds", "phone_type", needed in a calls file. '
        'Found instead: "time", "from", "to". Rename the columns in the first line, or choose another file.',
    ),
    (
        CALLS.replace("caller,", "colour,").replace("\n001", "\nred"),
        'calls.csv lacks the column "caller", needed in a calls file. Found instead: "colour", "callee", "time", '
        '"seconds", "cell", "phone_type". Rename the column in the first line, or choose another file.',
    ),
    (CALLS.replace("cell", "caller"), 'calls.csv has two columns named "caller". Rename or remove one of them.'),
    ("", "calls.csv is empty. Choose a file with a header line and rows."),
    ("\ufeff \r\n\r\n", "calls.csv is empty. Choose a file with a header line and rows."),
    (HEADER, "calls.csv has a header line but no rows. Choose a calls file with rows."),
    (HEADER + "\n\n", "calls.csv has a header line but no rows. Choose a calls file with rows."),
    (
        HEADER + "\n" + "x\n" * 1_200,
        "None of the 1,200 rows of calls.csv can be used. In line 2: row is cut short. Correct the calls file.",
    ),
    (
        a_zip_without_tables(),
        "calls.csv holds no table (.csv, .tsv, .txt, .psv, .dat, .cdr, .log). Choose another file.",
    ),
    (
        b"%PDF-1.7\n1 0 obj\n",
        "calls.csv is not a table of plain text, Parquet or a workbook. Save it as CSV in UTF-8 and choose that.",
    ),
    (
        "hívó;hívott\n".encode("cp1250"),
        'calls.csv lacks the columns "time", "seconds", "phone_type", needed in a calls file. '
        'Found instead: "hívó", "hívott". Rename the columns in the first line, or choose another file.',
    ),
]


@pytest.mark.parametrize(("content", "sentence"), BAD_FILES)
def test_a_file_that_cannot_be_used_is_named_in_one_sentence(
    tmp_path: Path, content: str | bytes, sentence: str
) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, calls=content)
    assert str(caught.value) == sentence


def test_a_missing_file_no_file_and_one_given_twice_are_named(tmp_path: Path) -> None:
    files = delivery(tmp_path)
    nowhere = tmp_path / "june.csv"
    sentences = {}
    for changed in ({"usage": (nowhere,)}, {"calls": ()}, {"usage": files.calls}):
        with pytest.raises(InputError) as caught:
            read_logs(without(files, **changed))
        sentences[next(iter(changed.values()))] = str(caught.value)
    assert list(sentences.values()) == [
        f"The file {nowhere} does not exist. Check its name and folder.",
        "No calls file was given. Choose at least one.",
        f"The file {files.calls[0]} is given twice. Give each file once.",
    ]


def test_a_catalogue_without_offers_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"offers\.csv has no offer\. Add at least one row"):
        read(tmp_path, offers="offer,margin,cost\n")


def test_a_wrong_file_is_named_before_any_is_read(tmp_path: Path) -> None:
    messages: list[str] = []
    context = JobContext(lambda fraction, message: messages.append(message))
    with pytest.raises(InputError, match=r"history\.csv lacks the columns"):
        read_logs(delivery(tmp_path, history=CUSTOMERS), context=context)
    assert messages == []


@pytest.mark.parametrize("inner", ["more.zip", "2026/calls.csv.gz", "people.XLSX", "calls.7z"])
def test_what_a_zip_holds_and_is_not_read_out_of_it_is_told(tmp_path: Path, inner: str) -> None:
    """Among tables too: it would be missed by nobody until the figures are wrong."""
    with zipfile.ZipFile(tmp_path / "delivery.zip", "w") as packed:
        packed.writestr("calls.csv", CALLS)
        packed.writestr(inner, b"PK\x03\x04")
    with pytest.raises(InputError, match=rf"delivery\.zip holds {inner}, which is not read out of a zip\. Unpack it"):
        sources.find_sources(tmp_path / "delivery.zip")


def test_files_of_a_folder_that_could_be_tables_and_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("calls.csv", "letter.docx", "b/old.xls", "a.7z", ".hidden.rar"):
        write(tmp_path / name, b"x\n")
    said = sources.passed_over(tmp_path)
    assert said.startswith(f"a.7z and 1 more in {tmp_path.name} cannot be read")
    assert sources.passed_over(tmp_path / "calls.csv") == ""
