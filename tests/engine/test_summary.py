"""What is said in one line of a finished campaign."""

from dataclasses import replace

import pytest

from engine.summary import Summary, UpliftFigures
from engine.uplift import Finding

NO_DIFFERENCE = "No difference between customers was found"


def summary(recommended: int, uplift: UpliftFigures | None, refused: int = 0, left: int = 0) -> Summary:
    return Summary(
        customers=520, recommended=recommended, matched=3, ads=6, rejected_rows=7, refused_photos=refused,
        without_consent=0, seed=0, seconds={}, uplift=uplift, models=(), left=left, versions={},
    )  # fmt: skip


def said(recommended: int, uplift: UpliftFigures | None, refused: int = 0, left: int = 0) -> str:
    return summary(recommended, uplift, refused, left).sentence()


def figures(has_signal: bool) -> UpliftFigures:
    return UpliftFigures(0.01, -0.01, 0.03, has_signal, 100.0, 100.0)


@pytest.mark.parametrize(
    ("recommended", "uplift", "expected"),
    [
        (9, figures(True), "9 of 520 customers are worth an offer"),
        (520, figures(False), f"{NO_DIFFERENCE}: 520 of 520 customers have the best single offer"),
        (0, figures(False), f"{NO_DIFFERENCE}: nobody has an offer"),
        (9, None, "9 of 520 customers have an offer"),
    ],
)  # fmt: skip
def test_only_a_signal_makes_customers_worth_an_offer(recommended, uplift, expected):
    assert said(recommended, uplift).startswith(f"{expected}, 3 have a look-alike, 6 ads were made")


def test_who_left_is_named_among_the_customers():
    words = "9 of 520 customers (61 of them gone) are worth an offer, 3 have a look-alike"
    assert said(9, figures(True), left=61).startswith(words)


def test_what_was_not_used_of_the_own_table_of_tacs_is_said():
    told = replace(summary(9, None), tacs_set_aside=2, tacs_first_reason='tac.csv, line 2: "1" is no TAC of 8 digits.')
    assert told.sentence().endswith(
        '. 2 rows of the table of TACs could not be used, the first one: tac.csv, line 2: "1" is no TAC of 8 digits.'
    )


def test_photos_are_counted_as_people_count():
    assert said(9, None, refused=1).endswith("; 1 photo was refused.")
    assert said(9, None, refused=2).endswith("; 2 photos were refused.")
    assert "refused" not in said(9, None)


def test_what_must_be_known_is_said_the_gravest_first():
    findings = (Finding("red", "placebo", "A red one.", 9), Finding("green", "signal", "A green one.", 9))
    told = replace(summary(9, figures(True)), honesty=findings, release_unknown=1)
    assert told.cautions() == (
        "A red one.", "Of 1 campaign photo no model release is on record; give one with --rights F."
    )  # fmt: skip
    assert summary(9, figures(True)).cautions() == ()
    assert [text.split(":")[0] for text in summary(9, None).cautions()] == ["There was no past campaign to learn from"]
    assert "Too few changes of phone" in summary(0, None).cautions()[1]
