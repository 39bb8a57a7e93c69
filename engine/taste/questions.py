"""Which question to ask next: one face, and two candidates of which one is more like it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.campaign import Judgement

CLOSE_CALLS = 10  # both candidates come from so many of the most alike: these decide what is shown
BLOCK = 10  # one question of each block is an earlier one asked again
REST = 5  # so many questions lie between a question and its repeat
MOST_PROBES = 50  # faces looked at for a pair that was not asked yet

Ranking = Callable[[str], Sequence[str]]


@dataclass(frozen=True)
class Question:
    """Which of the photos ``a`` (left) and ``b`` (right) is more like the face of ``probe``?"""

    probe: str
    customer: str | None  # whose photo the probe is; None where it is of the inventory
    a: str
    b: str
    repeat_of: int | None = None  # the number of the judgement that is asked once more, sides swapped


def next_question(
    judgements: Sequence[Judgement], probes: Mapping[str, str | None], ranking: Ranking, *, seed: int
) -> Question | None:
    """Return the question after these judgements, or None if there is none left.

    ``probes`` are the keys of the faces that may be asked about, with their customer; ``ranking`` returns the keys of
    the photos for a probe, the most alike first, as they are ranked now. A new question is drawn by lot among the
    pairs of the ten most alike to one of the faces asked about least, so that what is measured on the answers holds
    for all such close calls. One of ten is an earlier question with the sides swapped. The same judgements and seed
    give the same question, so that after an undo it comes again.
    """
    block, place = divmod(len(judgements), BLOCK)
    turn = np.random.default_rng([seed, block]).integers(REST if block == 0 else 0, BLOCK)
    lot = np.random.default_rng([seed, block, place])
    again = _repeat(judgements, probes, ranking, lot) if place == turn else None
    return again or _new(judgements, probes, ranking, lot)


def _repeat(
    judgements: Sequence[Judgement], probes: Mapping[str, str | None], ranking: Ranking, lot: np.random.Generator
) -> Question | None:
    """Draw an earlier question that was answered and not yet repeated, with the sides swapped."""
    repeated = {judgement.repeat_of for judgement in judgements}
    old = [
        judgement
        for judgement in judgements[: max(0, len(judgements) - REST)]
        if judgement.chosen != "skip"
        and judgement.repeat_of is None
        and judgement.number not in repeated
        and judgement.probe in probes
    ]
    for index in lot.permutation(len(old)):
        first = old[index]
        if {first.a, first.b} <= set(ranking(first.probe)):
            return Question(first.probe, probes[first.probe], first.b, first.a, first.number)
    return None


def _new(
    judgements: Sequence[Judgement], probes: Mapping[str, str | None], ranking: Ranking, lot: np.random.Generator
) -> Question | None:
    """Draw a pair that was not asked yet for one of the faces asked about least."""
    asked = {(judgement.probe, frozenset((judgement.a, judgement.b))) for judgement in judgements}
    times = Counter(judgement.probe for judgement in judgements)
    keys = sorted(probes)
    by_lot = lot.permutation(len(keys))
    for index in sorted(by_lot, key=lambda index: times[keys[index]])[:MOST_PROBES]:
        probe = keys[index]
        near = [key for key in ranking(probe)[: CLOSE_CALLS + 1] if key != probe][:CLOSE_CALLS]
        pairs = [
            (a, b) for place, a in enumerate(near) for b in near[place + 1 :] if (probe, frozenset((a, b))) not in asked
        ]
        if pairs:
            a, b = pairs[lot.integers(len(pairs))]
            return Question(probe, probes[probe], *((a, b) if lot.random() < 0.5 else (b, a)))
    return None
