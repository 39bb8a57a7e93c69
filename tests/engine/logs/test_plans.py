"""What is detected, how a person corrects it, and plans kept as TOML."""

from __future__ import annotations

import gzip
import random
import zipfile
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest
import xlsxwriter

from engine.errors import InputError, PlaceError
from engine.logs import Dialect, ImportPlan, detect, detect_table, load_plan, preview, save_plan, sources
from engine.logs.correcting import correct_role
from engine.logs.plan import lacking
from engine.logs.values import has_luhn_digit
from tests.engine.logs.delivery import CALLS, CUSTOMERS, call_lines, write

HUNGARIAN = {
    "hivasok.csv": "Hívó szám;Hívott szám;Hívás kezdete;Időtartam (mp);Cella;Készülék\n"
    + "".join(f"063012345{n};063098765{n};2016.01.{n}. 10:05:{n};{n};Győr-{n};SM-G900F\n" for n in range(10, 30)),
    "forgalom.csv": "Ügyfél;Időpont;Adatmennyiség (MB);Kategória\n06301234510;2016.01.12. 08:00:00;12,5;videó\n",
    "elofizetok.csv": "Ügyfélszám;Lakóhely;Születési év;Nem;Szerződés kezdete\n06301234510;Győr;1980;nő;2010.03.01.\n",
    "kampany.csv": "Ügyfél;Ajánlat;Eredmény;Megkeresés napja\n06301234510;őszi-5g;1;2016.02.01.\n",
    "ajanlatok.csv": "Ajánlat;Árrés;Költség\nőszi-5g;12000,5;300\n",
    "cellak.csv": "Cella;Szélesség;Hosszúság\nGyőr-10;47,68;17,63\n",
}  # fmt: skip
GERMAN = {
    "anrufe.csv": "Anrufer|Angerufener|Beginn|Dauer|IMEI\n"
    "4915112345678|4915187654321|31.01.2026 10:05|65|490154203237518\n",
    "kunden.csv": "Kundennummer|Wohnort|Geburtsjahr|Geschlecht|Kunde seit\n"
    "4915112345678|Köln|1971|weiblich|01.03.2010\n",
    "datennutzung.csv": "Rufnummer|Zeitpunkt|Datenvolumen (KB)\n4915112345678|31.01.2026 11:00|2500\n",
}


def deliver(folder: Path, contents: dict[str, str], encoding: str) -> Path:
    """Write files of an operator into a folder."""
    for name, text in contents.items():
        write(folder / name, text.encode(encoding))
    return folder


@pytest.mark.parametrize("encoding", ["cp1250", "iso-8859-2", "utf-8", "utf-8-sig", "utf-16"])
def test_a_hungarian_delivery_is_understood_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    plan = detect([deliver(tmp_path, HUNGARIAN, encoding)])
    assert {file.source.name: file.kind for file in plan.files} == {
        "hivasok.csv": "calls", "forgalom.csv": "usage", "elofizetok.csv": "customers", "kampany.csv": "history",
        "ajanlatok.csv": "offers", "cellak.csv": "cells",
    }  # fmt: skip
    assert min(file.confidence for file in plan.files) > 0.75
    assert plan.can_run
    tables = plan.run().tables
    first = tables.connection.execute("SELECT * FROM calls ORDER BY time LIMIT 1").fetchall()[0]
    assert first == ("06301234510", "06309876510", datetime(2016, 1, 10, 10, 5, 10), 10, "Győr-10", "SM-G900F", "call")
    assert tables.connection.execute("SELECT megabytes, category FROM usage").fetchall() == [(12.5, "videó")]
    person = ("06301234510", "Győr", 1980, "nő", date(2010, 3, 1))
    assert tables.connection.execute(
        "SELECT customer, residence, birth_year, sex, since FROM customers"
    ).fetchall() == [person]
    assert tables.connection.execute("FROM history").fetchall() == [("06301234510", "őszi-5g", 1, date(2016, 2, 1))]
    assert tables.connection.execute("FROM cells").fetchall() == [("Győr-10", 47.68, 17.63)]
    assert tables.rejects.num_rows == 0


def test_a_german_delivery_is_understood(tmp_path: Path) -> None:
    plan = detect([deliver(tmp_path, GERMAN, "latin-1")])
    tables = plan.run().tables
    call = ("4915112345678", "4915187654321", datetime(2026, 1, 31, 10, 5), 65, None, "490154203237518", "call")
    assert tables.connection.execute("FROM calls").fetchall() == [call]
    assert tables.connection.execute("SELECT megabytes FROM usage").fetchall() == [(2.5,)]
    assert tables.connection.execute("SELECT residence, since FROM customers").fetchall() == [
        ("Köln", date(2010, 3, 1))
    ]


def test_without_a_header_the_values_tell(tmp_path: Path) -> None:
    chance = random.Random(1)
    numbers = [f"{chance.randrange(10**7):07d}" for _ in range(40)]
    parties = [f"+3630{chance.choice(numbers)},+3620{chance.choice(numbers)}" for _ in range(200)]
    rows = [f"{pair},1454{n:06d},{n},490154203237518" for n, pair in enumerate(parties)]
    file = detect([write(tmp_path / "x.csv", "\n".join(rows) + "\n")]).files[0]
    assert (file.kind, file.has_header) == ("calls", False)
    assert [column.role for column in file.columns] == ["caller", "callee", "time", "seconds", "phone_type"]
    assert [column.form for column in file.columns][2] == "epoch_s"
    assert max(column.confidence for column in file.columns) < 0.8
    report = detect([tmp_path / "x.csv"]).run()
    assert (report.rows, report.accepted) == (200, 200)


def test_a_table_that_is_nothing_of_these_has_no_kind(tmp_path: Path) -> None:
    write(tmp_path / "poem.txt", "Roses are red\nviolets are blue\n")
    plan = detect([tmp_path / "poem.txt"])
    assert plan.files[0].kind is None
    assert plan.lacks()[0].needed
    with pytest.raises(InputError, match="No file of calls"):
        plan.run()


@pytest.mark.parametrize(
    ("days", "form"),
    [(["03/04/2026", "25/04/2026"], "%d/%m/%Y"), (["03/04/2026", "04/25/2026"], "%m/%d/%Y")],
)
def test_day_and_month_are_told_by_their_values(tmp_path: Path, days: list[str], form: str) -> None:
    rows = [f"001,002,{day} 10:00:00,5,B,SM-G991B" for day in days]
    column = detect([write(tmp_path / "calls.csv", call_lines(rows))]).files[0].columns[2]
    assert (column.form, column.confidence > 0.8) == (f"{form} %H:%M:%S", True)


def test_day_and_month_that_could_be_swapped_make_unsure(tmp_path: Path) -> None:
    rows = ["001,002,03/04/2026 10:00:00,5,B,SM-G991B"]
    column = detect([write(tmp_path / "calls.csv", call_lines(rows))]).files[0].columns[2]
    assert (column.form, column.confidence) == ("%d/%m/%Y %H:%M:%S", 0.5)


def test_times_of_utc_become_those_of_the_zone(tmp_path: Path) -> None:
    moments = ["1451642400", "1467363600"]  # 10 and 9 o'clock of UTC, in January and July 2016
    write(tmp_path / "calls.csv", call_lines([f"001,002,{moment},5,B,SM-G991B" for moment in moments]))
    plan = replace(detect([tmp_path / "calls.csv"]), time_zone="Europe/Budapest")
    times = plan.run().tables.connection.execute("SELECT time FROM calls ORDER BY 1").fetchall()
    assert times == [(datetime(2016, 1, 1, 11),), (datetime(2016, 7, 1, 11),)]
    with pytest.raises(InputError, match="no time zone"):
        replace(plan, time_zone="Mars/Olympus").run()


@pytest.mark.parametrize(("length", "seconds"), [("0:01:05", 65), ("01:05", 65), ("1:00:00", 3600)])
def test_lengths_may_be_written_as_on_a_clock(tmp_path: Path, length: str, seconds: int) -> None:
    write(tmp_path / "calls.csv", call_lines([f"001,002,2026-01-05 10:00:00,{length},B,SM-G991B"] * 3))
    tables = detect([tmp_path / "calls.csv"]).run().tables
    assert tables.connection.execute("SELECT DISTINCT seconds FROM calls").fetchall() == [(seconds,)]


def test_a_person_corrects_a_role_and_sees_what_would_be_rejected(tmp_path: Path) -> None:
    rows = [f"001,002,2026-01-05 10:00:00,{n},B,SM-G991B" for n in range(20)] + ["x"]
    file = detect([write(tmp_path / "calls.csv", call_lines(rows))]).files[0]
    assert (preview(file).rows, preview(file).rejected) == (21, 1)
    wrong = file.with_role(4, "seconds")
    assert [column.role for column in wrong.columns] == ["caller", "callee", "time", "", "seconds", "phone_type"]
    seen = preview(wrong)
    assert (seen.rejected, seen.reasons[0].reason, seen.reasons[0].column) == (21, "Seconds is not a number", "cell")
    assert seen.reasons[0].rows == 20
    assert not replace(detect([tmp_path]), files=(file.with_role(0, ""),)).can_run


def test_a_corrected_dialect_is_looked_at_again(tmp_path: Path) -> None:
    file = detect([write(tmp_path / "calls.csv", CALLS)]).files[0]
    again = detect_table(file.source, "calls", Dialect("utf-8", ";", True))
    assert [column.name for column in again.columns] == [CALLS.split("\n")[0]]


def test_packed_files_folders_and_monthly_parts_are_read(tmp_path: Path) -> None:
    for month in (1, 2):
        folder = tmp_path / "calls" / f"2026-0{month}"
        folder.mkdir(parents=True)
        (folder / "cdr.csv.gz").write_bytes(gzip.compress(CALLS.replace("2026-01", f"2026-0{month}").encode()))
    with zipfile.ZipFile(tmp_path / "more.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("../../march.csv", CALLS.replace("2026-01", "2026-03"))
        packed.writestr("readme.md", "not a table")
    report = detect([tmp_path]).run()
    assert [file.file.rsplit("/", 1)[-1] for file in report.tables.files] == ["cdr.csv.gz", "cdr.csv.gz", "march.csv"]
    assert report.accepted == 3
    assert not (tmp_path.parent.parent / "march.csv").exists()


def test_a_workbook_and_parquet_are_read_as_text(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "customers.xlsx"))
    sheet = book.add_worksheet("Kunden")
    names = ["Kundennummer", "Wohnort", "Geburtsjahr", "Kunde seit"]
    people = [["007", "Köln\nMitte", 1971, None], [36301234567, 'Bad "Ems', 1980.0, None]]
    for row, cells in enumerate([names, *people]):
        for place, cell in enumerate(cells):
            sheet.write(row, place, cell)
    sheet.write_datetime(1, 3, datetime(2010, 3, 1), book.add_format({"num_format": "yyyy-mm-dd"}))
    book.close()
    moments = pa.array([datetime(2026, 1, 5, 10, 0, 0, 5), datetime(2026, 1, 6)], pa.timestamp("us"))
    calls = {"a_number": ["007", "008"], "b_number": [36301234567, 5], "start": moments, "duration": [60.0, 5.0],
             "device": ["iPhone14,5", None]}  # fmt: skip
    pyarrow.parquet.write_table(pa.table(calls), tmp_path / "calls.parquet")
    tables = detect([tmp_path]).run().tables
    assert tables.connection.execute("SELECT customer, residence, birth_year, since FROM customers").fetchall() == [
        ("007", "Köln Mitte", 1971, date(2010, 3, 1)), ("36301234567", 'Bad "Ems', 1980, None),
    ]  # fmt: skip
    assert tables.connection.execute("SELECT * EXCLUDE cell FROM calls ORDER BY time").fetchall() == [
        ("007", "36301234567", datetime(2026, 1, 5, 10), 60, "iPhone14,5", "call"),
        ("008", "5", datetime(2026, 1, 6), 5, None, "call"),
    ]


def test_bombs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "UNPACKED_FREE", 1 << 20)
    (tmp_path / "bomb.csv.gz").write_bytes(gzip.compress(CALLS.encode() + b"0" * (8 << 20)))
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("calls.csv", CALLS + "0" * (8 << 20))
    for name in ("bomb.zip", "bomb.csv.gz"):
        with pytest.raises(InputError, match="unpacks to more than 200 times its size"):
            detect([tmp_path / name]).run()


def test_a_plan_comes_back_as_it_was_saved_without_samples(tmp_path: Path) -> None:
    plan = replace(detect([deliver(tmp_path, HUNGARIAN, "cp1250")]), time_zone="Europe/Budapest")
    save_plan(plan, tmp_path / "plan.toml")
    assert "06301234510" not in (tmp_path / "plan.toml").read_text(encoding="utf-8")
    loaded = load_plan(tmp_path / "plan.toml")
    bare = [replace(file, columns=tuple(replace(column, samples=()) for column in file.columns)) for file in plan.files]
    assert loaded == replace(plan, files=tuple(bare))
    (tmp_path / "moved").mkdir()
    for path in [*tmp_path.glob("*.csv"), tmp_path / "plan.toml"]:
        path.rename(tmp_path / "moved" / path.name)
    assert load_plan(tmp_path / "moved" / "plan.toml").run().rejected == 0


TITLED = "Velmo Telecom, Budapest\nReport created 2016-02-01 08:00\n\n" + HUNGARIAN["hivasok.csv"]


def test_lines_above_a_table_are_left_out_and_rows_are_counted_from_the_file(tmp_path: Path) -> None:
    path = write(tmp_path / "hivasok.csv", TITLED + "cut short\n")
    plan = detect([path])
    assert (plan.files[0].skipped, plan.files[0].has_header) == (3, True)
    assert preview(plan.files[0]).rows == 21
    save_plan(plan, tmp_path / "plan.toml")
    assert "skipped = 3" in (tmp_path / "plan.toml").read_text(encoding="utf-8")
    report = load_plan(tmp_path / "plan.toml").run()
    assert (report.rows, report.accepted) == (21, 20)
    assert [(row["line"], row["text"]) for row in report.tables.rejects.to_pylist()] == [(25, "cut short")]


def test_a_plan_whose_title_lines_have_changed_does_not_read_the_wrong_rows(tmp_path: Path) -> None:
    plan = detect([write(tmp_path / "hivasok.csv", TITLED)])
    write(tmp_path / "hivasok.csv", TITLED.replace("\n\n", "\n"))
    with pytest.raises(InputError, match="are not those that the plan was made for"):
        plan.run()


def test_a_title_is_left_out_of_a_workbook(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "people.xlsx") as book:
        sheet = book.add_worksheet("People")
        rows = [("Customers of Velmo",), (), ("customer", "residence", "birth_year"), ("06301234567", "Eger", 1980)]
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    report = detect([tmp_path / "people.xlsx", write(tmp_path / "calls.csv", CALLS)]).run()
    people = report.tables.connection.execute("SELECT customer, residence, birth_year FROM customers").fetchall()
    assert people == [("06301234567", "Eger", 1980)]


@pytest.mark.parametrize("above", ["001,002,2026-01-05 10:00:00,60,B,SM-G991B\n", "caller,callee\n" * 101])
def test_rows_above_a_header_and_long_texts_are_not_taken_for_a_title(tmp_path: Path, above: str) -> None:
    assert detect([write(tmp_path / "calls.csv", above + CALLS)]).files[0].skipped == 0


def test_a_day_and_a_clock_in_two_columns_are_one_time(tmp_path: Path) -> None:
    header, *rows = HUNGARIAN["hivasok.csv"].splitlines()
    header = header.replace("Hívás kezdete", "Dátum;Időpont")
    rows = [row.replace(". 10:", ".;10:") for row in rows]
    path = write(tmp_path / "hivasok.csv", "\n".join([header, *rows, rows[0].replace(";10:05:10", ";"), ""]))
    plan = detect([path])
    roles = ["caller", "callee", "time", "clock", "seconds", "cell", "phone_type"]
    assert [column.role for column in plan.files[0].columns] == roles
    save_plan(plan, tmp_path / "plan.toml")
    report = load_plan(tmp_path / "plan.toml").run()
    first = report.tables.connection.execute("SELECT min(time), max(time) FROM calls").fetchall()[0]
    assert first == (datetime(2016, 1, 10, 10, 5, 10), datetime(2016, 1, 29, 10, 5, 29))
    assert [(reason.reason, reason.rows, reason.line) for reason in report.reasons] == [("Time is empty", 1, 22)]


def test_a_person_says_which_column_is_the_clock(tmp_path: Path) -> None:
    rows = [f"001,002,2026-01-{day},10:05 PM,60,B,SM-G991B" for day in range(10, 30)]
    path = write(tmp_path / "calls.csv", call_lines(rows, "caller,callee,time,foo,seconds,cell,phone_type"))
    file = correct_role(correct_role(detect([path]).files[0], 3, ""), 3, "clock")
    assert preview(file).rejected == 0
    times = ImportPlan((file,)).run().tables.connection.execute("SELECT min(time) FROM calls").fetchall()
    assert times == [(datetime(2026, 1, 10, 22, 5),)]


def test_a_file_that_changed_since_the_plan_is_told(tmp_path: Path) -> None:
    plan = detect([write(tmp_path / "calls.csv", CALLS)])
    write(tmp_path / "calls.csv", CALLS.replace("callee", "other"))
    with pytest.raises(InputError, match=r"The columns of calls\.csv are not those"):
        plan.run()


HOSTILE = {
    "no TOML": ("[[", "is not TOML"),
    "another version": ("version = 2", "another version"),
    "a strange key": ("version = 1\nrun = 'rm'\nfiles = []", '"run" is not known'),
    "of a warehouse": ("[tables.calls]\nname = 'cdr'", "is the plan of a warehouse"),
    "no files": ("version = 1", '"files" is missing'),
    "a zone": ("version = 1\ntime_zone = '../../etc/passwd'\nfiles = []", "no time zone"),
    "a file that is none": ("version = 1\nfiles = [1]", "a table is expected"),
    "an encoding": ("ENCODING", '"encoding" is "rot13"'),
    "a delimiter": ("DELIMITER", '"delimiter" is "\';"'),
    "a role": ("ROLE", '"role" is "x"'),
    "a form": ("FORM", '"form" is "%c\') --"'),
    "two of a role": ("TWICE", "play the same role"),
    "too large": ("#" * (1 << 21), "too large"),
}
CHANGES = {
    "ENCODING": ('encoding = "utf-8"', 'encoding = "rot13"'),
    "DELIMITER": ('delimiter = ","', 'delimiter = "\';"'),
    "ROLE": ('role = "caller"', 'role = "x"'),
    "FORM": ('role = "time"', 'role = "time", form = "%c\') --"'),
    "TWICE": ('role = "callee"', 'role = "caller"'),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_plan_is_refused_in_one_sentence(tmp_path: Path, case: str) -> None:
    text, said = HOSTILE[case]
    if text in CHANGES:
        save_plan(detect([write(tmp_path / "calls.csv", CALLS)]), tmp_path / "good.toml")
        good = (tmp_path / "good.toml").read_text(encoding="utf-8")
        text = good.replace(*CHANGES[text])
        assert text != good
    with pytest.raises(InputError) as caught:
        load_plan(write(tmp_path / "plan.toml", text))
    assert said in str(caught.value)


def test_a_plan_that_cannot_be_written_or_read_is_told(tmp_path: Path) -> None:
    plan = detect([write(tmp_path / "calls.csv", CALLS)])
    with pytest.raises(PlaceError):
        save_plan(plan, tmp_path / "nowhere" / "plan.toml")
    with pytest.raises(InputError, match="cannot be read"):
        load_plan(tmp_path / "plan.toml")


def test_what_is_missing_is_said_with_what_it_is_for(tmp_path: Path) -> None:
    write(tmp_path / "calls.csv", "caller,callee,time\n+36301234567,+36207654321,2026-01-05 10:00:00\n")
    write(tmp_path / "customers.csv", CUSTOMERS)
    plan = detect([tmp_path])
    sentences = [lack.sentence for lack in plan.lacks()]
    (offers,) = detect([write(tmp_path / "offers.csv", "offer,margin\nsamsung-5g,12000\n")]).files
    assert "needed in an offers file." in lacking(offers, ["offer"])
    assert sentences[0].startswith('calls.csv lacks the column "seconds", needed in a calls file.')
    assert 'Without "cell" in calls.csv, no places: how far customers move and where they are at home.' in sentences
    assert (
        'Without "phone_type" in calls.csv, no phones: which one each customer has and had, loyalty, offers.'
        in sentences
    )
    assert any("Without a file of history" in sentence for sentence in sentences)
    assert not plan.can_run


@pytest.mark.parametrize(("spoilt", "asks"), [(6, True), (5, False)])
def test_above_five_percent_rejected_it_is_asked(tmp_path: Path, spoilt: int, asks: bool) -> None:
    rows = ["001,002,2026-01-05 10:00:00,5,B,SM-G991B"] * (100 - spoilt) + ["x"] * spoilt
    report = detect([write(tmp_path / "calls.csv", call_lines(rows))]).run()
    assert (report.rows, report.accepted, report.rejected) == (100, 100 - spoilt, spoilt)
    assert (report.reasons[0].rows, report.reasons[0].line, report.reasons[0].text) == (spoilt, 102 - spoilt, "x")
    assert report.needs_asking is asks
    report.require_usable(accept_rejects=True)
    if asks:
        assert report.questions == (
            "calls.csv: 6 of 100 rows cannot be used (6%), most of them because: row is cut short.",
        )
        with pytest.raises(InputError, match="--accept-rejects"):
            report.require_usable(accept_rejects=False)


def test_luhns_digit_is_checked() -> None:
    assert has_luhn_digit("490154203237518")
    assert not has_luhn_digit("490154203237519")
