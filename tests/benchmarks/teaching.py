"""Measures what teaching gains on simulated designers: python dev.py bench teaching [--designers N]."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np

from engine.faces.reader import shared_reader
from engine.inventory import Looks, appearance_of
from engine.resources import resource
from engine.taste import Learnt, fine_tune, learn_metric, learn_weights, read_training_photos
from engine.threads import one_thread
from tests.engine.taste.bad_photos import releases_of, write_bad_photos
from tests.engine.taste.designers import SCALE, Faces, coin, dealt
from tests.engine.taste.test_learning import TASTE, own_taste

COUNTS = (30, 50, 100, 200)
BADLY_PHOTOGRAPHED = 36
PEOPLE_ASKED_ABOUT = 24  # as many customers as the demo has photos of


def demo_faces() -> Faces:
    """Read the 78 demo people with their embeddings, ages and hair."""
    reader = shared_reader()
    names, rows, looks = [], [], []
    for path in sorted(path for part in ("inventory", "customers") for path in resource("demo", part).glob("*.jpg")):
        portrait = reader.portrait(path)
        names.append(path.name)
        rows.append(portrait.face.embedding)
        looks.append(appearance_of(portrait.rgb, portrait.face))
    return Faces.of(Looks.of(names, np.stack(rows), looks, [reader.facenet.sha256] * len(names)))


def shares(learnt: Sequence[Learnt]) -> str:
    """Say how often something was offered, and how often it was clearly worse."""
    offered = np.mean([one.is_offered for one in learnt])
    worse = np.mean([one.evaluation.difference == "clearly worse" for one in learnt])
    return f"offered {offered:6.1%}, clearly worse {worse:6.1%}"


def measure_weights(faces: Faces, designers: int) -> None:
    """Say what the three weights gain for designers with a planted taste, and what is offered to others."""
    for count in COUNTS:
        planted, figures = [], []
        for seed in range(designers):
            asked, others = dealt(faces.looks, seed, PEOPLE_ASKED_ABOUT)
            learnt = learn_weights(faces.ask(faces.designer(TASTE, seed), count, asked, seed), faces.looks, SCALE)
            weights = (learnt.weights.face, learnt.weights.age, learnt.weights.hair)
            again = seed + 1_000
            figures.append(
                [faces.accuracy(by, faces.designer(TASTE, again), others, seed) for by in ((1, 0, 0), weights, TASTE)]
                + [learnt.evaluation.plain.estimate, learnt.evaluation.learnt.estimate, *weights]
            )
            planted.append(learnt)
        plain, found, best, own_plain, own_found = np.mean(figures, axis=0)[:5]
        spread = np.std(figures, axis=0)[5:]
        print(f"{count:4} answers, taste {TASTE}; weights' spread {np.round(spread, 2)}; {shares(planted)}")
        print(f"     any two candidates, other people: {plain:.3f} -> {found:.3f} ({best:.3f} by the taste itself)")
        print(f"     close calls, people left out: {own_plain:.3f} -> {own_found:.3f}", flush=True)
    for name, taste in (("a coin", None), ("the cosine", (1.0, 0.0, 0.0))):
        for count in COUNTS:
            found_ones = []
            for seed in range(designers):
                asked, _ = dealt(faces.looks, seed, PEOPLE_ASKED_ABOUT)
                answer = coin(seed) if taste is None else faces.designer(taste, seed)
                found_ones.append(learn_weights(faces.ask(answer, count, asked, seed), faces.looks, SCALE))
            print(f"{count:4} answers by {name}: {shares(found_ones)}", flush=True)


def measure_metric(faces: Faces, designers: int) -> None:
    """Say what a metric gains for designers who see more in two faces than cosine, age and hair; and for others."""
    for strength in (0.0, 0.15, 0.3):
        for count in (1_000, 2_000):
            found = []
            for seed in range(designers):
                extra = own_taste(faces.looks, seed, strength)
                answer = faces.designer((0.6, 0.2, 0.2), seed, extra=extra)
                found.append(learn_metric(faces.ask(answer, count, faces.looks.keys, seed), faces.looks, SCALE))
            met = np.mean([one.evaluation.learnt.estimate for one in found])
            over = np.mean([one.over_weights.estimate for one in found if one.over_weights is not None])
            print(f"{count} answers, own taste {strength}: weights {met - over:.3f}, metric {met:.3f}; {shares(found)}")


def measure_network() -> None:
    """Say what fine-tuning gains on bad photos of the demo people, two of each."""
    with tempfile.TemporaryDirectory() as folder:
        write_bad_photos(Path(folder), BADLY_PHOTOGRAPHED)
        photos = read_training_photos(Path(folder), releases_of(Path(folder)), date.today())
    start = time.monotonic()
    tuned = fine_tune(photos)
    found = tuned.trial
    print(f"Fine-tuned to {tuned.people} people, tried on {found.people}, {time.monotonic() - start:.0f} s")
    for name in ("rank_1", "auc"):
        before, after, gain = (getattr(found, f"{name}_{which}") for which in ("before", "after", "gain"))
        print(f"  {name}: {before.estimate:.3f} -> {after.estimate:.3f}, by {gain.low:+.3f} to {gain.high:+.3f}")


def main(arguments: list[str]) -> None:
    """Measure everything and say it."""
    parser = argparse.ArgumentParser(prog="dev.py bench teaching", description=__doc__)
    parser.add_argument("--designers", type=int, default=100, metavar="N", help="of each kind")
    parser.add_argument("--only", choices=("weights", "metric", "network"))
    chosen = parser.parse_args(arguments)
    if chosen.only in (None, "weights", "metric"):
        faces = demo_faces()
        with one_thread():
            if chosen.only != "metric":
                measure_weights(faces, chosen.designers)
            if chosen.only != "weights":
                measure_metric(faces, max(1, chosen.designers // 10))
    if chosen.only in (None, "network"):
        measure_network()
