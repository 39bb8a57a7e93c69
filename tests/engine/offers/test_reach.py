from __future__ import annotations

import numpy as np
import pytest

from engine.offers import Reach, age_bands, reach, reach_findings, unevenness


def test_ages_fall_into_bands():
    ages = np.array([17.9, 18, 24, 25, 64.9, 65, 99, np.nan])
    assert age_bands(ages).tolist() == [None, "18-24", "18-24", "25-34", "55-64", "65+", "65+", None]


def found() -> Reach:
    """300 in each of two bands, of whom 200 and 100 are asked; 40 in a third."""
    offer = ["a"] * 150 + ["b"] * 50 + ["none"] * 100 + ["b"] * 100 + ["none"] * 200 + ["a"] * 40
    band = ["18-24"] * 300 + ["25-34"] * 300 + ["65+"] * 40
    return reach(offer, ["a", "b"], band, [None] * 320 + ["Pécs"] * 320)


def test_every_group_is_counted_and_unknown_ones_are_in_none():
    counted = {(group.kind, group.group): group for group in found().groups}
    assert set(counted) == {("age", "18-24"), ("age", "25-34"), ("age", "65+"), ("residence", "Pécs")}
    young = counted["age", "18-24"]
    assert (young.customers, young.asked, young.per_offer) == (300, 200, (150, 50))
    assert counted["residence", "Pécs"].customers == 320


def test_less_than_four_fifths_is_said_and_thin_groups_are_not_compared():
    uneven = found().unevenness("age")
    assert uneven is not None
    assert (uneven.most, uneven.least, uneven.ratio) == ("18-24", "25-34", pytest.approx(0.5))
    assert found().unevenness("residence") is None
    said = [finding.sentence for finding in reach_findings(found())]
    assert said[0] == "Age 65+: only 40 customers."
    assert said[1].startswith("Offers reach 67% at the age of 18-24, 33% at the age of 25-34: 0.50 of the most")


def test_one_rule_says_what_is_uneven():
    names, customers = ["Eger", "Győr", "Pécs", "Vác"], [1_000, 1_000, 249, 1_000]
    found = unevenness("residence", names, customers, [500, 401, 0, 450])
    assert found is not None
    assert (found.most, found.least, found.customers) == ("Eger", "Győr", 3_000)
    assert found.ratio == pytest.approx(0.802)
    assert not found.is_uneven
    less = unevenness("residence", names, customers, [500, 399, 0, 450])
    assert less is not None
    assert less.is_uneven
    assert unevenness("residence", names, customers, [0, 0, 200, 0]) is None
    assert unevenness("residence", names[:1], customers[:1], [1]) is None


def test_even_reach_is_not_mentioned():
    even = reach(["a", "none"] * 300, ["a"], ["18-24"] * 300 + ["25-34"] * 300, [None] * 600)
    assert reach_findings(even) == ()


def test_reach_survives_json():
    assert Reach.from_json(found().to_json()) == found()
