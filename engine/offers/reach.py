"""Who gets which offer: the share of every age band and town that is asked, shown and not decided."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from engine.ages import AGE_BAND_STARTS, AGE_BANDS
from engine.columns import NO_OFFER
from engine.uplift.honesty import Finding

AGE, RESIDENCE = "age", "residence"
THIN = 250  # customers of a group; smaller ones are shown and not compared
FOUR_FIFTHS = 0.8


@dataclass(frozen=True)
class GroupReach:
    """A group's customers, how many of them get an offer, and how many get each (in the order of ``Reach.offers``)."""

    kind: str
    group: str
    customers: int
    asked: int
    per_offer: tuple[int, ...]

    @property
    def share(self) -> float:
        """Share of the group that gets an offer."""
        return self.asked / self.customers


@dataclass(frozen=True)
class Unevenness:
    """Of one kind of groups, the one reached least over the one reached most."""

    kind: str
    ratio: float
    most: str
    most_share: float
    least: str
    least_share: float
    customers: int

    @property
    def is_uneven(self) -> bool:
        """Whether it is worth a word: less than four fifths. Source: 29 CFR 1607.4 D."""
        return self.ratio < FOUR_FIFTHS


def unevenness(kind: str, groups: Sequence[str], customers: Sequence[int], asked: Sequence[int]) -> Unevenness | None:
    """Compare how large a share of each group is asked; groups below THIN customers are left out.

    The one rule of what counts as uneven. ``customers`` and ``asked`` are how many there are in each group. None if
    fewer than two groups are large enough, or nobody of them is asked. Of groups with equal shares, the first counts.
    """
    size, reached = np.asarray(customers, dtype=np.float64), np.asarray(asked, dtype=np.float64)
    large = np.flatnonzero(size >= THIN)
    if len(large) < 2 or not reached[large].any():
        return None
    share = reached[large] / size[large]
    most, least = int(share.argmax()), int(share.argmin())
    return Unevenness(
        kind, float(share[least] / share[most]), groups[large[most]], float(share[most]), groups[large[least]],
        float(share[least]), int(size[large].sum()),
    )  # fmt: skip


@dataclass(frozen=True)
class Reach:
    """Who gets which offer, by age band and residence."""

    offers: tuple[str, ...]
    groups: tuple[GroupReach, ...]

    def unevenness(self, kind: str) -> Unevenness | None:
        """Compare the groups of one kind; None if fewer than two are large enough, or nobody is asked."""
        groups = [group for group in self.groups if group.kind == kind]
        names = [group.group for group in groups]
        return unevenness(kind, names, [group.customers for group in groups], [group.asked for group in groups])

    def to_json(self) -> str:
        """Return the reach as JSON text."""
        return json.dumps(asdict(self), allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Reach:
        """Return the reach that ``to_json`` wrote."""
        held = json.loads(text)
        groups = [GroupReach(**(group | {"per_offer": tuple(group["per_offer"])})) for group in held["groups"]]
        return cls(tuple(held["offers"]), tuple(groups))


def age_bands(ages: npt.NDArray[np.floating]) -> npt.NDArray[np.object_]:
    """Return each age's band, None where the age is not known or under 18."""
    band = np.searchsorted(AGE_BAND_STARTS, np.nan_to_num(ages, nan=-1.0), side="right") - 1
    names: npt.NDArray[np.object_] = np.array([*AGE_BANDS, None], dtype=object)[band]
    return names


def reach(
    offer: Sequence[str], offers: Sequence[str], age_band: Sequence[str | None], residence: Sequence[str | None]
) -> Reach:
    """Count who gets which offer; customers whose group is not known are in none."""
    import pandas as pd

    chosen = pd.Series(np.array(offer, dtype=object))
    groups = []
    for kind, names in ((AGE, age_band), (RESIDENCE, residence)):
        counts = pd.crosstab(pd.Series(np.array(names, dtype=object)), chosen).reindex(columns=[*offers, NO_OFFER])
        counts = counts.fillna(0).astype(int)
        for name, row in counts.iterrows():
            each = tuple(int(row[key]) for key in offers)
            groups.append(GroupReach(kind, str(name), sum(each) + int(row[NO_OFFER]), sum(each), each))
    return Reach(tuple(offers), tuple(groups))


def reach_findings(found: Reach) -> tuple[Finding, ...]:
    """Say which age bands are thin, and where offers reach some groups much less than others."""
    findings = []
    for group in found.groups:
        if group.kind == AGE and group.customers < THIN:
            said = f"Age {group.group}: only {group.customers:,} customers."
            findings.append(Finding("amber", "thin group", said, group.customers))
    small = [group for group in found.groups if group.kind == RESIDENCE and group.customers < THIN]
    if small:
        said = f"{len(small):,} places have fewer than {THIN} customers each; they are not compared."
        findings.append(Finding("amber", "thin group", said, sum(group.customers for group in small)))
    for kind, where in ((AGE, "at the age of"), (RESIDENCE, "in")):
        uneven = found.unevenness(kind)
        if uneven is not None and uneven.is_uneven:
            said = (
                f"Offers reach {uneven.most_share:.0%} {where} {uneven.most}, {uneven.least_share:.0%} {where} "
                f"{uneven.least}: {uneven.ratio:.2f} of the most, where four fifths count as even."
            )
            findings.append(Finding("amber", "uneven", said, uneven.customers))
    return tuple(findings)
