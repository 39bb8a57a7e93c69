from __future__ import annotations

import numpy as np
import pytest

from engine.faces import AgeRange, Gallery, HairColour, age_range, decode_photo, hair_colour, hair_difference, landmarks
from engine.faces.age import expected_age, range_around

EVERY = 4
BALD = ("p021", "p030", "p057", "p064", "p070")


@pytest.fixture(scope="module")
def looks(neutral: Gallery, smiling: Gallery) -> list[list[tuple[HairColour | None, float]]]:
    """Hair and expected age of twenty people, in two photos each."""

    def of(entry) -> tuple[HairColour | None, float]:
        rgb = decode_photo(entry.path)
        mesh = landmarks(rgb, entry.face)
        return hair_colour(rgb, entry.face, mesh), expected_age(rgb, entry.face, mesh)

    other = {entry.path.stem.split("_")[0]: entry for entry in smiling.photos}
    return [[of(entry), of(other[entry.path.stem.split("_")[0]])] for entry in neutral.photos[::EVERY]]


def test_two_photos_of_one_person_show_one_hair_colour_and_those_of_others_do_not(looks):
    pairs = [(first[0], second[0]) for first, second in looks if first[0] and second[0]]
    assert len(pairs) >= 17
    same = [hair_difference(*pair) for pair in pairs]
    others = [hair_difference(one[0], other[1]) for one in pairs for other in pairs if one is not other]
    assert np.median(same) < 2.5
    assert np.median(others) > 3 * np.median(same)
    assert np.mean([a < b for a in same for b in others]) > 0.9


def test_bald_people_have_no_hair_colour(neutral: Gallery):
    bald = [entry for entry in neutral.photos if entry.path.stem.split("_")[0] in BALD]
    assert len(bald) == len(BALD)
    for entry in bald:
        assert hair_colour(decode_photo(entry.path), entry.face) is None


def test_fair_hair_is_lighter_and_yellower_than_black(neutral: Gallery):
    found = {}
    for entry in neutral.photos:
        person = entry.path.stem.split("_")[0]
        if person in ("p005", "p007"):
            found[person] = hair_colour(decode_photo(entry.path), entry.face)
    black, fair = found["p005"], found["p007"]
    assert black and fair
    assert fair.lightness > black.lightness + 30
    assert fair.b > black.b + 8


def test_a_colour_becomes_a_swatch():
    assert HairColour(0, 0, 0).rgb() == (0, 0, 0)
    assert HairColour(100, 0, 0).rgb() == pytest.approx((255, 255, 255), abs=1)
    red, green, blue = HairColour(45, 15, 30).rgb()
    assert red > green > blue


def test_the_difference_is_the_distance_in_cielab():
    assert hair_difference(HairColour(50, 10, 10), HairColour(53, 14, 10)) == pytest.approx(5)
    assert hair_difference(HairColour(50, 10, 10), HairColour(50, 10, 10)) == 0


def test_two_photos_of_one_person_look_nearly_as_old(looks):
    ages = np.array([[first[1], second[1]] for first, second in looks])
    assert np.abs(ages[:, 0] - ages[:, 1]).mean() < 3
    assert 24 < ages.mean() < 32
    assert ages.min() > 16 and ages.max() < 60


def test_an_age_is_told_as_a_range_around_what_is_expected(neutral: Gallery):
    entry = neutral.photos[0]
    rgb = decode_photo(entry.path)
    middle = expected_age(rgb, entry.face)
    found = age_range(rgb, entry.face)
    assert found == range_around(middle)
    assert found.low <= middle <= found.high
    assert found.high - found.low == 10


@pytest.mark.parametrize(
    ("years", "low", "high"), [(2.0, 0, 7), (30.4, 25, 35), (59.4, 54, 64), (60.4, 55, 100), (78.0, 73, 100)]
)
def test_past_65_the_range_is_open(years: float, low: int, high: int):
    assert range_around(years) == AgeRange(low, high)


def test_the_gap_between_two_ranges_is_that_of_their_middles():
    assert AgeRange(20, 30).gap(AgeRange(33, 43)) == 13
