import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QLocale

from gui.charts.loyalty_grid import (
    STEPS,
    LoyaltyCell,
    LoyaltyGrid,
    Measure,
    Uplift,
    cell_text,
    cell_words,
    most_loyal,
    order_makers,
    row_words,
)
from gui.charts.maker_bars import leading_shares, maker_colour
from gui.results import MakerShare
from gui.theme import ink_on, load_theme


@pytest.fixture(autouse=True)
def english():
    before = QLocale()
    QLocale.setDefault(QLocale("en_GB"))
    yield
    QLocale.setDefault(before)


def cell(maker, after, chance, owners=500, uplift=None):
    return LoyaltyCell(
        maker, after, chance, max(0.0, chance - 0.03), chance + 0.03, owners, round(500 * chance), uplift
    )


def grid(few=8):
    cells = [
        cell("Samsung", "Samsung", 0.52, uplift=Uplift(0.31, 0.25, 0.37)),
        cell("Samsung", "Apple", 0.03),
        cell("Apple", "Apple", 0.71, uplift=Uplift(-0.05, -0.09, -0.01)),
        cell("Apple", "Samsung", 0.02, uplift=None),
        cell("Nokia", "Nokia", 0.19, uplift=Uplift(0.01, -0.02, 0.04)),
        cell("Other", "Other", 0.04, owners=few),
    ]
    return LoyaltyGrid(("Samsung", "Apple", "Nokia", "Other"), {(one.maker, one.next_maker): one for one in cells}, 24)


def test_the_most_loyal_row_is_said_beside_the_largest_and_the_least_loyal():
    assert most_loyal(grid()) == 1
    lead, rest = row_words(grid(), 1, Measure.CHANCE)
    assert lead == "Apple owners come back: 71 of 100 (68 to 74)."
    assert rest == "Samsung 52 (49 to 55), Nokia 19 (16 to 22)."


def test_cells_under_10_people_say_so_and_show_no_number():
    few = grid()
    assert few.is_too_few(3)
    assert few.value(3, 3, Measure.CHANCE) is None
    assert cell_words(few, 3, 0, Measure.CHANCE)[0] == "Too few to say: 8 Other owners."
    assert not grid(few=10).is_too_few(3)


def test_uplift_says_more_fewer_or_no_clear_difference():
    assert cell_words(grid(), 0, 0, Measure.UPLIFT)[0] == (
        "Samsung: 31 more of 100 come back than come over from others (25 to 37)."
    )
    assert cell_words(grid(), 1, 1, Measure.UPLIFT)[0] == (
        "Apple: 5 fewer of 100 come back than come over from others (1 to 9)."
    )
    assert "no clear difference" in cell_words(grid(), 2, 2, Measure.UPLIFT)[0]
    assert "Too few to compare" in cell_words(grid(), 0, 1, Measure.UPLIFT)[0]


def test_numbers_in_cells_have_a_sign_where_they_are_differences():
    assert cell_text(0.31, Measure.UPLIFT) == "+31"
    assert cell_text(-0.05, Measure.UPLIFT) == "−5"
    assert cell_text(0.31, Measure.CHANCE) == "31"
    assert cell_text(1234.0, Measure.COUNT) == "1,234"


@given(st.floats(-0.31, 0.31))
def test_uplift_of_zero_stands_in_the_middle_and_both_ends_equally_far(value):
    shown = grid()
    assert shown.step(0.0, Measure.UPLIFT) == 3
    assert shown.step(0.31, Measure.UPLIFT) == 0
    assert shown.step(-0.31, Measure.UPLIFT) == STEPS - 1
    assert 0 <= shown.step(value, Measure.UPLIFT) < STEPS
    assert shown.step(value, Measure.UPLIFT) + shown.step(-value, Measure.UPLIFT) == STEPS - 1


@given(st.floats(0, 0.71))
def test_more_is_never_paler(value):
    shown = grid()
    assert shown.step(0.0, Measure.CHANCE) == 0
    assert shown.step(0.71, Measure.CHANCE) == STEPS - 1
    assert shown.step(value, Measure.CHANCE) <= shown.step(min(0.71, value + 0.05), Measure.CHANCE)


def test_makers_are_ordered_by_share_with_other_last_and_unknown_left_out():
    assert order_makers(["Apple", "Other", "Nokia"], ["Nokia", "Unknown", "Other", "Apple", "Zopo"]) == (
        "Apple", "Nokia", "Zopo", "Other",
    )  # fmt: skip


def test_the_eighth_colour_is_others():
    shares = [MakerShare(f"maker {place}", 100 - place, (100 - place) / 1000) for place in range(10)]
    shown = leading_shares(shares)
    assert len(shown) == 8
    assert shown[-1].maker == "Other"
    assert shown[-1].customers == sum(100 - place for place in (7, 8, 9))
    light = load_theme("light")
    assert maker_colour("maker 0", shares, light).name().upper() == light.makers[0]
    for unknown in ("maker 9", "Other", "never heard of"):
        assert maker_colour(unknown, shares, light).name().upper() == light.makers[7]


@pytest.mark.parametrize("name", ["light", "dark"])
def test_numbers_can_be_read_on_every_step_of_both_ramps(name):
    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    ramps = load_theme(name).sequential + load_theme(name).diverging
    for ground in ramps:
        low, high = sorted((luminance(ground), luminance(ink_on(ground))))
        assert (high + 0.05) / (low + 0.05) >= 4.5
