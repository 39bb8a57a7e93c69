"""Simulated designers: they answer by a planted taste, with noise, or by a coin."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from engine.campaign import Judgement
from engine.faces import LikenessScale
from engine.inventory import Looks, parts_of
from engine.taste import next_question

SCALE = LikenessScale()
AT = datetime(2026, 11, 28, tzinfo=UTC)
Answer = Callable[[int, int, int], bool]  # whether the first of two faces is more like a third


@dataclass(frozen=True, eq=False)
class Faces:
    """The demo people with the parts of the likeness of each two."""

    looks: Looks
    parts: np.ndarray  # (n, n, 3)

    @classmethod
    def of(cls, looks: Looks) -> Faces:
        """What is not known of one of the two is as with the others on average; they see no hair that is not there."""
        parts = parts_of(looks, looks, SCALE)
        known = np.maximum((~np.isnan(parts)).sum(axis=1, keepdims=True), 1)
        return cls(looks, np.where(np.isnan(parts), np.nansum(parts, axis=1, keepdims=True) / known, parts))

    def designer(
        self, weights: Sequence[float], seed: int, noise: float = 0.03, extra: np.ndarray | None = None
    ) -> Answer:
        """Return somebody who prefers by the parts so weighed, and less surely the closer the two are."""
        lot = np.random.default_rng([seed, 1])
        scores = self.parts @ np.array(weights) + (0.0 if extra is None else extra)

        def answer(face: int, a: int, b: int) -> bool:
            return bool(lot.random() < 1 / (1 + np.exp((scores[face, b] - scores[face, a]) / noise)))

        return answer

    def ask(self, answer: Answer, count: int, people: Sequence[str], seed: int) -> list[Judgement]:
        """Return the judgements of a session about these people, by the questions of the teaching."""
        places = {key: place for place, key in enumerate(self.looks.keys)}
        order = np.argsort(-self.parts[..., 0], axis=1, kind="stable")
        probes: Mapping[str, str | None] = dict.fromkeys(people)

        def ranking(key: str) -> list[str]:
            return [self.looks.keys[place] for place in order[places[key]] if place != places[key]]

        judgements: list[Judgement] = []
        while len(judgements) < count:
            one = next_question(judgements, probes, ranking, seed=seed)
            assert one is not None
            chosen = "a" if answer(places[one.probe], places[one.a], places[one.b]) else "b"
            number = len(judgements) + 1
            judgements.append(Judgement(number, one.probe, one.customer, one.a, one.b, chosen, AT, one.repeat_of))
        return judgements

    def accuracy(self, weights: Sequence[float], answer: Answer, people: Sequence[str], seed: int) -> float:
        """Return how often a ranking meets the answers on 600 triplets about these people."""
        lot = np.random.default_rng([seed, 2])
        places = {key: place for place, key in enumerate(self.looks.keys)}
        scores = self.parts @ np.array(weights)
        met = []
        for person in lot.choice(people, 600):
            face = places[person]
            a, b = lot.choice([place for place in range(len(self.looks)) if place != face], 2, replace=False)
            met.append((scores[face, a] > scores[face, b]) == answer(face, a, b))
        return float(np.mean(met))


def coin(seed: int) -> Answer:
    """Return somebody without taste."""
    lot = np.random.default_rng([seed, 3])
    return lambda _face, _a, _b: bool(lot.random() < 0.5)


def dealt(looks: Looks, seed: int, learn: int = 48) -> tuple[list[str], list[str]]:
    """Deal the people out: to be asked about, and to try on."""
    people = [str(key) for key in np.random.default_rng([seed, 4]).permutation(looks.keys)]
    return people[:learn], people[learn:]
