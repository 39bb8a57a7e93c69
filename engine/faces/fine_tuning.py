"""Fine-tunes FaceNet's last block and head. A process of its own: ``python -m engine.faces.fine_tuning BASE TARGET``.

The training set comes in on standard input. torch is imported here and Qt is not: the two do not live together on
every system. All layers before the last block stay, so that each picture passes them once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.child_process import part_file, tell
from engine.errors import ModelError, SemblanceError
from engine.faces.crop import SIDE
from engine.faces.facenet import require_same, seal
from engine.faces.last_layers import CONVOLUTIONS, FrozenLayers, LastLayers
from engine.faces.network_file import LINEAR, NORM, Pictures, embeddings_of
from engine.faces.training_set import TrainingSet

Places = npt.NDArray[np.int64]
Features = npt.NDArray[np.float16]

FEATURES = (1792, 3, 3)  # of one picture, before the last block

VERSIONS = 4  # of each crop: itself, its mirror image, and two as other cameras might have it
SHIFT, TURN, ZOOM = 5.0, 8.0, 0.08  # pixels, degrees, share: how far a version is moved
LIGHT, NOISE = 0.25, 6.0  # share and grey levels: how far its light is changed

RATE = 2e-4  # of Adam
TEMPERATURE = 0.1
ANCHOR = 0.3  # how strongly embeddings are held where they were
PEOPLE_AT_ONCE, PHOTOS_AT_ONCE = 16, 4
TRIPLETS_AT_ONCE = 24
VALIDATION = 4  # one of so many people is not learnt from and says when to stop
CHECK = 5  # steps between two looks at them
PATIENCE = 4  # looks without a gain
MOST_STEPS = 200
FEATURES_AT_ONCE, EMBEDDED_AT_ONCE = 16, 64
COMPARED = 3  # crops on which torch and ONNX must agree


def versions(crops: Pictures, seed: int) -> Iterator[Pictures]:
    """Yield the (n, 160, 160, 3) crops as they are, mirrored, and twice moved and lit otherwise."""
    lot = np.random.default_rng(seed)
    yield crops
    yield crops[:, :, ::-1]
    for _ in range(VERSIONS - 2):
        yield np.stack([_moved(crop, lot) for crop in crops])


def _moved(crop: Pictures, lot: np.random.Generator) -> Pictures:
    import cv2

    middle = (SIDE / 2, SIDE / 2)
    turn = cv2.getRotationMatrix2D(middle, lot.uniform(-TURN, TURN), 1 + lot.uniform(-ZOOM, ZOOM))
    shift = np.pad(lot.uniform(-SHIFT, SHIFT, (2, 1)), ((0, 0), (2, 0)))
    moved = cv2.warpAffine(crop, turn + shift, (SIDE, SIDE), borderMode=cv2.BORDER_REFLECT)
    lit = moved.astype(np.float32) * (1 + lot.uniform(-LIGHT, LIGHT)) + lot.normal(0, NOISE, moved.shape)
    return np.asarray(np.clip(lit, 0, 255), np.uint8)


def features_of(training: TrainingSet, frozen: FrozenLayers) -> Features:
    """Return the features of every version of every crop, (versions, n, 1792, 3, 3), halved in size; tell progress."""
    kept: Features = np.empty((VERSIONS, len(training), *FEATURES), np.float16)
    done = 0
    for place, pictures in enumerate(versions(training.crops, training.seed)):
        for start in range(0, len(pictures), FEATURES_AT_ONCE):
            found = frozen(pictures[start : start + FEATURES_AT_ONCE])
            kept[place, start : start + len(found)] = found
            done += len(found)
            tell(0.1 + 0.4 * done / kept[..., 0, 0, 0].size, f"Looking at {done:,} of {VERSIONS * len(training):,}")
    return kept


class Head:
    """The part of the network that learns: features (n, 1792, 3, 3) to embeddings (n, 512) of unit length."""

    def __init__(self, last: LastLayers) -> None:
        import torch

        self._at: dict[tuple[str, int], Any] = {place: torch.tensor(given) for place, given in last.numbers.items()}
        self._epsilon = last.epsilon
        self._learnt = [place for place in self._at if place not in ((NORM, 3), (NORM, 4))]
        self.parameters = [self._at[place].requires_grad_(True) for place in self._learnt]

    def __call__(self, features: Any) -> Any:
        """Return the embeddings."""
        import torch

        functional, at = torch.nn.functional, self._at
        left, *right, joined = CONVOLUTIONS
        one, other = self._convolved(features, left).relu(), features
        for node in right:
            other = self._convolved(other, node).relu()
        pooled = (features + self._convolved(torch.cat((one, other), 1), joined)).mean((2, 3))
        weight, bias, mean, variance = (at[NORM, place] for place in (1, 2, 3, 4))
        rows = functional.batch_norm(pooled @ at[LINEAR, 1], mean, variance, weight, bias, eps=self._epsilon)
        return functional.normalize(rows, dim=1)

    def _convolved(self, given: Any, node: str) -> Any:
        import torch

        weight = self._at[node, 1]
        around = tuple(side // 2 for side in weight.shape[2:])
        return torch.nn.functional.conv2d(given, weight, self._at[node, 2], padding=around)

    def state(self) -> list[Any]:
        """Return a copy of what was learnt."""
        return [parameter.detach().clone() for parameter in self.parameters]

    def restore(self, state: list[Any]) -> None:
        """Put back what ``state`` returned."""
        import torch

        with torch.no_grad():
            for parameter, value in zip(self.parameters, state, strict=True):
                parameter.copy_(value)

    def numbers(self) -> dict[tuple[str, int], npt.NDArray[np.float32]]:
        """Return what was learnt as ``LastLayers.write`` takes it."""
        return {place: self._at[place].detach().numpy() for place in self._learnt}


def identity_loss(embeddings: Any, people: Any) -> Any:
    """Return the supervised contrastive loss. Source: Khosla et al. (2020), arXiv 2004.11362."""
    import torch

    likeness = embeddings @ embeddings.T / TEMPERATURE
    likeness.fill_diagonal_(-1e9)
    same = (people[:, None] == people[None]).float().fill_diagonal_(0)
    others = same.sum(1)
    known = others > 0
    return -((torch.log_softmax(likeness, 1) * same).sum(1)[known] / others[known]).mean()


def triplet_loss(embeddings: Any) -> Any:
    """Return the logistic loss of (3, m, 512): each face should be nearer to the second than to the third."""
    import torch

    face, nearer, farther = embeddings
    return torch.nn.functional.softplus(((face * farther).sum(1) - (face * nearer).sum(1)) / TEMPERATURE).mean()


class Course:
    """Fits a head to a training set, and stops before people whom it does not learn from are known worse."""

    def __init__(self, training: TrainingSet, features: Features, head: Head) -> None:
        import torch

        self._training, self._head = training, head
        self._features: Any = torch.from_numpy(features)
        self._lot = np.random.default_rng(training.seed)
        people = self._lot.permutation(np.unique(training.people))
        self._left_out = np.isin(training.people, people[: len(people) // VALIDATION])
        with torch.no_grad():
            flat = self._features.flatten(0, 1)
            self._before: Any = self._embedded(flat).view(*features.shape[:2], -1)

    def run(self) -> int:
        """Fit, put the best state back, and return its number of steps; 0 if every step made it worse."""
        import torch

        optimiser = torch.optim.Adam(self._head.parameters, lr=RATE)
        best, least, best_step = self._head.state(), self._check(), 0
        for step in range(1, MOST_STEPS + 1):
            loss = self._loss(*self._batch())
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            if step % CHECK == 0:
                tell(0.52 + 0.28 * step / MOST_STEPS, f"Learning: step {step}")
                found = self._check()
                if found < least:
                    best, least, best_step = self._head.state(), found, step
                elif step - best_step >= PATIENCE * CHECK:
                    break
        self._head.restore(best)
        return best_step

    def _batch(self) -> tuple[Places, Places]:
        """Draw which crops, (3, m) for triplets or (m,), and which version of each."""
        rows = self._triplets(left_out=False) if len(self._training.triplets) else self._photos()
        return rows, self._lot.integers(0, VERSIONS, rows.shape)

    def _photos(self) -> Places:
        people = np.unique(self._training.people[~self._left_out])
        chosen = self._lot.permutation(people)[:PEOPLE_AT_ONCE]
        rows = [self._lot.choice(np.flatnonzero(self._training.people == one), PHOTOS_AT_ONCE) for one in chosen]
        return np.concatenate(rows).astype(np.int64)

    def _triplets(self, *, left_out: bool) -> Places:
        triplets = self._training.triplets
        mine = triplets[self._left_out[triplets[:, 0]] == left_out]
        return (mine if left_out else self._lot.permutation(mine)[:TRIPLETS_AT_ONCE]).T

    def _loss(self, rows: Places, which: Places) -> Any:
        embeddings = self._head(self._features[which.ravel(), rows.ravel()].float())
        strayed = ((embeddings - self._before[which.ravel(), rows.ravel()]) ** 2).sum(1).mean()
        return self._aim(embeddings, rows) + ANCHOR * strayed

    def _aim(self, embeddings: Any, rows: Places) -> Any:
        import torch

        if rows.ndim == 2:
            return triplet_loss(embeddings.view(*rows.shape, -1))
        return identity_loss(embeddings, torch.from_numpy(self._training.people[rows]))

    def _check(self) -> float:
        """Return the loss on the people left out, of the crops as they are and mirrored."""
        import torch

        if len(self._training.triplets):
            rows = np.concatenate([self._triplets(left_out=True)] * 2, axis=1)
        else:
            rows = np.concatenate([np.flatnonzero(self._left_out)] * 2).astype(np.int64)
        half = rows.shape[-1] // 2
        which = np.zeros_like(rows) + np.arange(2 * half) // max(half, 1)
        with torch.no_grad():
            return float(self._aim(self._embedded(self._features[which.ravel(), rows.ravel()]), rows))

    def _embedded(self, features: Any) -> Any:
        import torch

        return torch.cat([self._head(part.float()) for part in features.split(EMBEDDED_AT_ONCE)])


def fine_tune(training: TrainingSet, base: Path, target: Path) -> int:
    """Make ``target``, an ONNX file, from a training set; return the number of steps.

    Raises ModelError, also if nothing could be learnt.
    """
    part = part_file(target, os.getpid())
    try:
        tell(0.02, "Reading FaceNet")
        last = LastLayers(base)
        frozen = last.frozen()
        features = features_of(training, frozen)
        tell(0.51, "Preparing to learn")
        head, seen = Head(last), training.crops[:COMPARED]
        given = frozen(seen)
        require_same(embeddings_of(base, seen), _answers(head, given), "FaceNet's two forms")
        steps = Course(training, features, head).run()
        if not steps:
            raise ModelError("People left out were known less well after each step. Add people or photos, or stay.")
        tell(0.85, "Writing FaceNet as it is now")
        last.write(head.numbers(), part)
        tell(0.92, "Comparing what was written")
        require_same(embeddings_of(part, seen), _answers(head, given), "The fine-tuned FaceNet and what was learnt")
        seal(part, target)
    finally:
        part.unlink(missing_ok=True)
    return steps


def _answers(head: Head, features: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    import torch

    with torch.no_grad():
        return np.asarray(head(torch.from_numpy(features)).numpy())


def main(arguments: list[str]) -> int:
    """Fine-tune; an error is one sentence on the last line of stderr."""
    try:
        fine_tune(TrainingSet.from_bytes(sys.stdin.buffer.read()), Path(arguments[0]), Path(arguments[1]))
    except SemblanceError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    tell(1.0, "Fine-tuned")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
