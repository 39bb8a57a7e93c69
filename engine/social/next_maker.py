"""Contacts' makers and the next handset: what goes together once the circle one lives in is accounted for."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from engine.columns import CUSTOMER, MAKER, UNKNOWN_MAKER
from engine.job import JobContext
from engine.social.communities import spans
from engine.social.web import BoolArray, FloatArray, IntArray, SocialWeb

if TYPE_CHECKING:
    import pandas as pd

INFLUENCE_DOCUMENT = "next_maker_influence"
NORMAL_95 = 1.959964
FEWEST_CHANGES = 200
FEWEST_CIRCLES = 20
AT_ONCE = 50_000  # changes between two looks at whether the job was cancelled
NEVER = np.iinfo(np.int64).min
WAVE = 182 * 86_400_000_000  # microseconds: contacts' phones are looked at every half year


@dataclass(frozen=True)
class Association:
    """How a contact's maker and the next maker go together.

    ``points`` of 100: when all of one's contacts use a maker instead of none, how many more of 100 have it next.
    """

    points: float
    low: float  # 95 % interval, clusters are communities
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0.0 or self.high < 0.0


@dataclass(frozen=True)
class NextMakerInfluence:
    """The association with and without account of communities, where friends are alike for other reasons too.

    Nobody's contacts were drawn by lot, so that it is never called an effect.
    """

    within_communities: Association
    uncontrolled: Association
    changes: int
    communities: int

    def to_json(self) -> str:
        """Return the text that the campaign file keeps."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what ``to_json`` wrote."""
        kept = json.loads(text)
        parts = {name: Association(**kept[name]) for name in ("within_communities", "uncontrolled")}
        return cls(**{**kept, **parts})


def next_maker_influence(
    web: SocialWeb, history: pd.DataFrame, community: IntArray, context: JobContext | None = None
) -> NextMakerInfluence | None:
    """Estimate how contacts' makers at the time of a change go with the maker changed to; None if too little is seen.

    ``history`` is engine.handsets.handset_history; ``community`` has one number per party of the web. A linear
    probability model over changes and makers: the next maker is this one, by the share of contacts' weight on it when
    the half year of the change began. Held fixed are what owners of the present maker turn to (present x next maker)
    and what each community turned to in that half year: friends have much in common besides the phone. Intervals are
    clustered by community. Contacts' phones are taken from before the half year because somebody's own change shows
    in the friends' contacts, never in one's own: with contacts' phones of the moment, the comparison within a
    community is pulled below zero (exclusion bias, -4 points where none is planted). What a community does not share
    and its subgroups do remains in it. Raises JobCancelled.
    Sources: Manski (1993), Rev. Econ. Stud. 60(3); Shalizi and Thomas (2011), Sociol. Methods Res. 40(2); Caeyers and
    Fafchamps (2016), NBER w22565; Liang and Zeger (1986), Biometrika 73(1).
    """
    context = context or JobContext()
    spells = _Spells.of(web, history)
    exposure, has_any = _exposures(web, spells, context.part(0.0, 0.8))
    events = spells.changes[has_any]
    circles, circle = np.unique(community[spells.who[events]], return_inverse=True)
    wave = spells.wave(events)
    _, then = np.unique(circle * (wave.max(initial=0) + 1) + wave, return_inverse=True)
    if len(events) < FEWEST_CHANGES or len(circles) < FEWEST_CIRCLES:
        return None
    outcome = np.eye(spells.makers)[spells.following[events]]
    present = spells.maker[events]
    context.progress(0.9, "Comparing contacts' phones")
    result = NextMakerInfluence(
        _associated(exposure[has_any], outcome, (then, present), circle),
        _associated(exposure[has_any], outcome, (wave, present), circle),
        len(events),
        len(circles),
    )
    context.progress(1.0, "Contacts' phones compared")
    return result


@dataclass(frozen=True, eq=False)
class _Spells:
    """Handset spells by number of party and start."""

    who: IntArray
    maker: IntArray
    start: IntArray  # in the unit of the table's times
    end: IntArray  # NEVER if still used
    following: IntArray  # the next maker, -1 if none was seen
    makers: int

    @classmethod
    def of(cls, web: SocialWeb, history: pd.DataFrame) -> _Spells:
        """Take the spells of customers in the web, of known makers."""
        import pandas as pd

        table = history[history[CUSTOMER].isin(web.parties.to_pylist())]
        next_maker = table["next_maker"].where(table["next_maker"] != UNKNOWN_MAKER)
        names = pd.Index(sorted({*table[MAKER].dropna(), *next_maker.dropna()} - {UNKNOWN_MAKER}))
        who = web.numbers(table[CUSTOMER].to_list())
        maker, following = names.get_indexer(table[MAKER]), names.get_indexer(next_maker)
        start, end = (
            table[name].to_numpy(dtype="datetime64[us]").astype(np.int64) for name in ("start", "end")
        )  # a missing time is NEVER
        kept = np.flatnonzero(maker >= 0)
        kept = kept[np.lexsort((start[kept], who[kept]))]
        return cls(who[kept], maker[kept], start[kept], end[kept], following[kept], len(names))

    @property
    def changes(self) -> IntArray:
        """Return the spells that ended in another handset, and had begun before the half year of it."""
        ended = np.flatnonzero((self.following >= 0) & (self.end != NEVER))
        return ended[self.start[ended] <= self.baseline(ended)]

    def wave(self, spells: IntArray) -> IntArray:
        """Return in which half year spells ended, counted back from the last change."""
        return np.asarray((self.end.max(initial=NEVER) - self.end[spells]) // WAVE)

    def baseline(self, spells: IntArray) -> IntArray:
        """Return the beginning of the half year in which spells ended."""
        return np.asarray(self.end.max(initial=NEVER) - (self.wave(spells) + 1) * WAVE)

    def maker_at(self, who: IntArray, when: IntArray) -> IntArray:
        """Return the maker in hand at a time, -1 where none was seen by then."""
        times, place = np.unique(np.concatenate([self.start, when]), return_inverse=True)
        width = len(times) + 1
        keys = self.who * width + place[: len(self.start)]
        at = np.searchsorted(keys, who * width + place[len(self.start) :], side="right") - 1
        there = (at >= 0) & (self.who[np.maximum(at, 0)] == who)
        return np.where(there, self.maker[at], -1)


def _exposures(web: SocialWeb, spells: _Spells, context: JobContext) -> tuple[FloatArray, BoolArray]:
    """Return for each change the share of known contacts' weight by maker, and whether a contact was known."""
    changes = spells.changes
    exposure = np.zeros((len(changes), spells.makers))
    for first in range(0, len(changes), AT_ONCE):
        context.progress(first / len(changes), "Looking at contacts' phones")
        some = changes[first : first + AT_ONCE]
        who = spells.who[some]
        places = spans(web.share.indptr, who)
        row = np.repeat(np.arange(len(some)), np.diff(web.share.indptr)[who])
        maker = spells.maker_at(web.share.indices[places].astype(np.int64), spells.baseline(some)[row])
        seen = maker >= 0
        cell = row[seen] * spells.makers + maker[seen]
        sums = np.bincount(cell, web.share.data[places][seen], minlength=len(some) * spells.makers)
        exposure[first : first + AT_ONCE] = sums.reshape(len(some), -1)
    total = exposure.sum(axis=1, keepdims=True)
    np.divide(exposure, total, out=exposure, where=total > 0)
    return exposure, total[:, 0] > 0


def _associated(
    exposure: FloatArray, outcome: FloatArray, fixed: tuple[IntArray, IntArray], clusters: IntArray
) -> Association:
    """Return the common slope of outcome on exposure over all makers, groups held fixed, in points of 100."""
    x, y = _within(exposure, fixed), _within(outcome, fixed)
    spread = float((x * x).sum())
    if spread <= 0.0:
        return Association(0.0, -np.inf, np.inf)
    slope = float((x * y).sum()) / spread
    scores = np.bincount(clusters, (x * (y - slope * x)).sum(axis=1))
    groups = len(scores)
    error = np.sqrt(float((scores**2).sum()) * groups / max(groups - 1, 1)) / spread
    low, high = slope - NORMAL_95 * error, slope + NORMAL_95 * error
    return Association(100.0 * slope, 100.0 * low, 100.0 * high)


def _within(values: FloatArray, fixed: tuple[IntArray, IntArray]) -> FloatArray:
    """Return what is left of each column once the means of both groupings are taken out, in turns until it is still."""
    left: FloatArray = values - values.mean(axis=0)
    for _ in range(200):
        before = left
        for group in fixed:
            size = np.maximum(np.bincount(group), 1)
            means = np.stack([np.bincount(group, column) / size for column in left.T], axis=1)
            left = left - means[group]
        if np.abs(left - before).max() < 1e-8:
            break
    return left
