"""What a person corrected of one delivery holds for the next one."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import InputError
from engine.logs import ImportPlan, detect
from engine.logs.correcting import correct_role
from engine.logs.next_delivery import with_files
from tests.engine.logs.delivery import CALLS, write

PEOPLE = "ügyfélszám;megjegyzés;szül. év\n0036301234567;Győr;1984\n0036301234568;Pécs;1971\n"


@pytest.fixture
def plan(tmp_path: Path) -> ImportPlan:
    """A delivery whose town stands in a column that a person had to name."""
    plan = detect([write(tmp_path / "june.csv", PEOPLE.encode("cp1250")), write(tmp_path / "calls.csv", CALLS)])
    place = next(number for number, file in enumerate(plan.files) if file.kind == "customers")
    assert plan.files[place].place("residence") is None
    return plan.with_file(place, correct_role(plan.files[place], 1, "residence"))


@pytest.mark.parametrize("encoding", ["cp1250", "utf-8", "utf-16"])
def test_a_file_like_an_earlier_one_is_read_with_its_corrections(
    plan: ImportPlan, tmp_path: Path, encoding: str
) -> None:
    later = write(tmp_path / "july.csv", f"{PEOPLE}0036301234569;Őr;1990\n".encode(encoding))
    found = with_files(plan, "customers", [later])
    assert [file.kind for file in found.files] == [file.kind for file in plan.files]
    assert found.of_kind("calls") == plan.of_kind("calls")
    (people,) = found.of_kind("customers")
    assert (people.encoding[: len(encoding)], people.place("residence")) == (encoding, 1)
    towns = found.run().tables.connection.execute("SELECT residence FROM customers ORDER BY customer").fetchall()
    assert towns == [("Győr",), ("Pécs",), ("Őr",)]


def test_a_file_with_other_columns_is_looked_at_anew(plan: ImportPlan, tmp_path: Path) -> None:
    other = "Kundennummer,Wohnort,Geburtsjahr\n0036301234567,Wien,1984\n"
    (people,) = with_files(plan, "customers", [write(tmp_path / "juli.csv", other)]).of_kind("customers")
    assert [column.role for column in people.columns] == ["customer", "residence", "birth_year"]
    assert people.delimiter == ","


def test_several_files_take_the_place_of_all_earlier_ones_and_each_counts_once(
    plan: ImportPlan, tmp_path: Path
) -> None:
    paths = [write(tmp_path / f"calls_{number}.csv", CALLS) for number in range(3)]
    found = with_files(plan, "calls", [*paths, paths[0]])
    assert [file.source.path for file in found.of_kind("calls")] == paths
    with pytest.raises(InputError, match=r"gone\.csv does not exist"):
        with_files(plan, "calls", [tmp_path / "gone.csv"])
