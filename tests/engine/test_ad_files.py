"""File names that customers' keys make."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.ad_files import file_names


def test_usual_keys_stay_as_they_are_and_other_signs_are_escaped() -> None:
    assert file_names(["018204", "+36-20", "CUST_7", "a/b"]) == {
        "018204": "018204", "+36-20": "+36-20", "CUST_7": "CUST_7", "a/b": "a%2Fb",
    }  # fmt: skip


def test_keys_that_differ_by_case_alone_make_different_files_where_case_is_nothing() -> None:
    names = file_names(["Ab1", "aB1", "ab1", "Zz"])
    assert names == {"Ab1": "%41b1", "aB1": "a%421", "ab1": "ab1", "Zz": "Zz"}


@given(st.sets(st.text("aAbB%4é É1ßẞſsS/", max_size=5), max_size=12))
def test_two_keys_never_become_one_name(keys: set[str]) -> None:
    names = file_names(sorted(keys))
    assert len({name.casefold() for name in names.values()}) == len(keys)
