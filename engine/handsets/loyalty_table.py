"""What is kept of loyalty: a table of chances by maker now and next, and the curves until the next handset."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

ALL, AGE, RESIDENCE, BOTH = "all", "age", "residence", "both"
GROUPS: Mapping[tuple[bool, bool], str] = {
    (False, False): ALL, (True, False): AGE, (False, True): RESIDENCE, (True, True): BOTH,
}  # fmt: skip
TEXT_COLUMNS = ("group", "age_band", "residence", "maker", "next_maker")
NUMBER_COLUMNS = (
    "probability", "low", "high", "uplift", "uplift_low", "uplift_high", "ratio", "ratio_low", "ratio_high",
)  # fmt: skip
COUNT_COLUMNS = ("owners", "followed_months", "changes")
ROW_COLUMNS = (*TEXT_COLUMNS, *NUMBER_COLUMNS, *COUNT_COLUMNS)
CURVE_COLUMNS = ("age_band", "residence", "maker", "month", "waiting", "low", "high")
DIGITS = 6


def typed_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows of the table with their columns in order and typed."""
    types = dict.fromkeys(TEXT_COLUMNS, "str") | dict.fromkeys(NUMBER_COLUMNS, "float64")
    types |= dict.fromkeys(COUNT_COLUMNS, "int64")
    return rows.reindex(columns=list(ROW_COLUMNS)).astype(types)


def typed_curves(curves: pd.DataFrame) -> pd.DataFrame:
    """Return curves with their columns in order and typed."""
    types = dict.fromkeys(CURVE_COLUMNS, "float64") | dict.fromkeys(CURVE_COLUMNS[:3], "str") | {"month": "int64"}
    return curves.reindex(columns=list(CURVE_COLUMNS)).astype(types)


@dataclass(frozen=True)
class LoyaltyTable:
    """The chance of each next maker within the horizon, by maker now, for everybody and for groups.

    ``rows``: group ("all", "age", "residence" or "both"), age_band and residence ("" for all), maker, next_maker;
    probability with its 95 % interval low to high: the chance that the owner of a new handset of ``maker`` has a next
    one, of ``next_maker``, within the horizon and before leaving. Groups are drawn toward their margins, the small
    ones most. owners and changes are counted. followed_months: for how long at least 10 owners from new on, or what
    stands for them, were in sight; where that is less than the horizon, the row tells that shorter time. With fewer
    than 10 owners, or none followed from new on, there is only the row where next_maker is maker, without probability.

    uplift with its interval: the chance of coming to ``next_maker`` for owners of ``maker`` less that for those who
    own neither, at equal age band and residence; ratio: the one over the other. For everybody they stand for all next
    makers, for groups for those who come back. They are associations, not effects.

    ``curves``: how many of 1 have no next handset yet (``waiting``) with 95 % interval, by month, maker and group.
    """

    rows: pd.DataFrame
    horizon_months: int
    curves: pd.DataFrame = field(default_factory=lambda: typed_curves(pd.DataFrame()))

    @property
    def has_groups(self) -> bool:
        """Whether the table was made with curves and groups by age and residence together."""
        return not self.curves.empty

    def to_json(self) -> str:
        """Return the table as JSON text."""
        content = {
            "horizon_months": self.horizon_months,
            "rows": _lists(self.rows, NUMBER_COLUMNS),
            "curves": _lists(self.curves, CURVE_COLUMNS[-3:]),
        }
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> LoyaltyTable:
        """Return the table that ``to_json`` wrote; one of an earlier version comes without curves."""
        content = json.loads(text)
        rows, months = pd.DataFrame(content["rows"]), content["horizon_months"]
        if "level" in rows:
            rows = _from_first_version(rows, months)
        return cls(typed_rows(rows), months, typed_curves(pd.DataFrame(content.get("curves", {}))))


def _from_first_version(rows: pd.DataFrame, months: int) -> pd.DataFrame:
    """Return rows of the version that had one column "level" for age bands and towns, and no time followed."""
    return rows.assign(
        age_band=rows["level"].where(rows["group"] == AGE, ""),
        residence=rows["level"].where(rows["group"] == RESIDENCE, ""),
        followed_months=months,
    )


def _lists(table: pd.DataFrame, numbers: Sequence[str]) -> dict[str, list[Any]]:
    """Return the columns of a table as lists, numbers rounded and None where they are missing."""
    rounded = table.assign(**{name: np.round(table[name], DIGITS) for name in numbers})
    known = rounded.astype(object).where(rounded.notna(), None)
    return {str(name): known[name].tolist() for name in known}
