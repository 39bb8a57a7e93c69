from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QLocale

from gui import numbers


@pytest.fixture(autouse=True)
def english():
    before = QLocale()
    QLocale.setDefault(QLocale("en_GB"))
    yield
    QLocale.setDefault(before)


def test_digits_are_grouped_and_the_minus_is_real():
    assert numbers.decimal(1862855) == "1,862,855"
    assert numbers.points(-0.049) == "−4.9"
    assert numbers.points(0.118) == "+11.8"
    assert numbers.whole_points_range(-0.031, 0.038) == "−3 to 4"


@given(st.floats(-0.04, 0.04))
def test_a_zero_never_carries_a_minus(value):
    assert numbers.decimal(value, 1) == "0.0"


def test_sentences_have_at_most_three_significant_figures():
    assert [numbers.short(value) for value in (2_312_345, 999_600, 23_641, 1_420, 38.4, 4.23, 3, 123_456_789)] == [
        f"2.31{numbers.SPACE}M", f"1.00{numbers.SPACE}M", "23,600", "1,420", "38", "4.2", "3", f"123{numbers.SPACE}M",
    ]  # fmt: skip


def test_hungarian_digits_follow_the_locale():
    QLocale.setDefault(QLocale("hu_HU"))
    assert numbers.percent(0.341) == f"34,1{numbers.SPACE}%"
    assert numbers.month_year(date(2024, 4, 1)) == "2024. április"


def test_six_digit_keys_are_grouped_and_others_left():
    assert numbers.customer_key("018204") == f"018{numbers.SPACE}204"
    assert numbers.customer_key("+36301234567") == "+36301234567"


def test_a_day_is_written_in_words():
    assert numbers.long_date(date(2026, 3, 3)) == "3 March 2026"
