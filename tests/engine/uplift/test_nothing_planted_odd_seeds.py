"""Half of twenty campaigns without an effect; the other half is in a file of its own, for another worker."""

from __future__ import annotations

from tests.engine.uplift.nothing_planted import false_alarms


def test_nothing_planted_gives_no_signal_in_at_least_nine_of_ten_campaigns():
    alarms = [seed for operator in (101, 103) for seed in false_alarms(operator, range(operator, operator + 10, 2))]
    assert len(alarms) <= 1
