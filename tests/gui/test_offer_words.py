import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QLocale

from engine.columns import HAS_LEFT
from gui.offer_words import age_band, evidence, more_say_yes, why_no_offer


@pytest.fixture(autouse=True)
def english():
    before = QLocale()
    QLocale.setDefault(QLocale("en_GB"))
    yield
    QLocale.setDefault(before)


def test_uplift_is_said_in_points_of_100_with_its_range():
    assert more_say_yes(0.118, 0.061, 0.174) == "Of 100 like this one, about 12 more say yes (6 to 17)."
    assert evidence("Samsung 5G", 0.118, 0.061, 0.174) == (
        "Of 100 customers like this one, about 12 more say yes to Samsung 5G than without it (6 to 17)."
    )


def test_an_average_is_not_said_of_one_customer():
    said = more_say_yes(0.05, 0.02, 0.08, is_personal=False)
    assert said == "Of 100 customers, about 5 more say yes (2 to 8)."
    assert "like this one" not in evidence("Samsung 5G", 0.05, 0.02, 0.08, is_personal=False)


def test_a_range_with_zero_is_no_clear_difference():
    assert more_say_yes(0.041, -0.012, 0.094) == "Of 100 like this one, no clear difference in who says yes (−1 to 9)."
    assert "no clear difference" in evidence("Xiaomi 15", 0.041, -0.012, 0.094)


def test_a_loss_is_said_with_positive_numbers():
    assert more_say_yes(-0.049, -0.092, -0.007) == "Of 100 like this one, about 5 fewer say yes (1 to 9)."


def test_whole_points_never_hide_the_side_of_zero():
    assert more_say_yes(0.031, 0.002, 0.06) == "Of 100 like this one, about 3.1 more say yes (0.2 to 6.0)."


@given(st.floats(-0.5, 0.5), st.floats(0, 0.3), st.floats(0, 0.3))
def test_more_or_fewer_is_only_said_where_zero_is_outside(uplift, below, above):
    low, high = uplift - below, uplift + above
    said = more_say_yes(uplift, low, high)
    assert ("more" in said or "fewer" in said) == (low > 0 or high < 0)


def test_who_gets_no_offer_is_told_why():
    assert why_no_offer("sleeping dog").startswith("Leave alone")
    assert why_no_offer("sure thing").startswith("Buys anyway")
    assert why_no_offer("persuadable") == "You chose to send no offer."
    assert why_no_offer("sure thing", is_withheld=True) == "You chose to send this one no offer."
    assert why_no_offer("lost cause") == "No offer wins enough to pay for itself."
    assert why_no_offer(HAS_LEFT).startswith("No customer any more")


def test_age_bands():
    assert [age_band(2026 - age, 2026) for age in (17, 18, 29, 64, 65, 90)] == [
        "under 18", "18 to 24", "25 to 34", "55 to 64", "65 or over", "65 or over",
    ]  # fmt: skip
