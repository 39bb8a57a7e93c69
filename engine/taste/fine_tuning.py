"""Fine-tunes FaceNet to a set of people or to answers, and tries it on people whom it did not see."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.child_process import ChildError, run_module
from engine.errors import InputError, ModelError
from engine.faces.embedder import DEFAULT, EmbedderName, embedder_sha256, prepare_embedder
from engine.faces.facenet import FaceNet
from engine.faces.training_set import TrainingSet
from engine.job import JobContext
from engine.resources import cache_dir
from engine.taste.evaluation import folds, without_faces
from engine.taste.learning import FEWEST_FOR_METRIC
from engine.taste.recognition import AnswersMet, Recognition, answers_met, recognition
from engine.taste.training_photos import JudgedPhotos, TrainingPhotos
from engine.unfinished import FINE_TUNING, held_folder

FEWEST_PEOPLE = 15  # of whom there are two photos
HELD_OUT = 3  # one of so many of them is kept for the trial
SEED = 0  # deals the people out; fixed, or the figures could be chosen


@dataclass(frozen=True, eq=False)
class TunedNetwork:
    """A fine-tuned FaceNet, and how it does on people whom it did not see, by identities or by answers."""

    onnx: bytes
    sha256: str  # of the ONNX file
    base: str  # what the embeddings of the network carry that it began from
    trial: Recognition | AnswersMet
    people: int  # learnt from
    photos: int

    @property
    def may_be_adopted(self) -> bool:
        """Whether it does no worse than before on people whom it did not see."""
        return not self.trial.falls


def can_fine_tune() -> bool:
    """Whether this installation has what fine-tuning needs."""
    return importlib.util.find_spec("torch") is not None


def fine_tune(
    photos: TrainingPhotos, context: JobContext | None = None, *, embedder: EmbedderName = DEFAULT
) -> TunedNetwork:
    """Fine-tune FaceNet's last block and head to the identities of two thirds of the people, and try it on the others.

    It begins from the network named ``embedder``, by which the photos were read.
    The learning runs in a child process; a cancel ends it and leaves nothing. Raises InputError with fewer than 15
    people of whom there are two photos, ModelError, JobCancelled.
    """
    context = context or JobContext()
    _require_torch()
    names = np.array(photos.people)
    held_out = _held_out(photos)
    learnt_from = ~held_out
    identities = np.unique(names, return_inverse=True)[1]
    training = TrainingSet(
        photos.crops[learnt_from], identities[learnt_from].astype(np.int64), np.zeros((0, 3), np.int64), SEED
    )
    onnx, tried = _learnt_and_tried(training, photos.crops[held_out], embedder, context)
    trial = recognition(photos.embeddings[held_out], tried, list(names[held_out]))
    return _network(onnx, embedder, trial, len(np.unique(names[learnt_from])), len(training))


def fine_tune_to_answers(
    photos: JudgedPhotos, context: JobContext | None = None, *, embedder: EmbedderName = DEFAULT
) -> TunedNetwork:
    """Fine-tune FaceNet's last block and head to the answers about two thirds of the faces, and try it on the others.

    As ``fine_tune``; answers in which one of the others stood to be chosen are not learnt from. Raises InputError with
    fewer than 1,000 answers about photos with a release.
    """
    context = context or JobContext()
    _require_torch()
    missing = FEWEST_FOR_METRIC - len(photos.triplets)
    if missing > 0:
        raise InputError(
            f"There are {len(photos.triplets):,} answers about released photos, and fine-tuning needs "
            f"{FEWEST_FOR_METRIC:,}. Answer {missing:,} more, or record releases."
        )
    training, held_out = answers_to_learn_from(photos)
    onnx, tried = _learnt_and_tried(training, photos.crops, embedder, context)
    trial = answers_met(photos.embeddings, tried, photos.triplets[held_out])
    return _network(onnx, embedder, trial, len(np.unique(training.triplets[:, 0])), len(training))


def answers_to_learn_from(photos: JudgedPhotos) -> tuple[TrainingSet, npt.NDArray[np.bool_]]:
    """Return the answers to learn from, with the faces that they name, and which answers, (m,), are kept for the trial.

    None of the faces asked about in the trial is among those learnt from, not even as a candidate. Raises InputError if
    nothing is left to learn from, ValueError if there are fewer than two faces.
    """
    held_out = next(folds(photos.triplets[:, 0], HELD_OUT, seed=SEED))
    learnt_from = without_faces(photos.triplets.T, held_out)
    if not learnt_from.any():
        raise InputError("The answers are about so few photos that none is left for a trial. Answer about more photos.")
    named, places = np.unique(photos.triplets[learnt_from], return_inverse=True)
    return TrainingSet(photos.crops[named], np.arange(len(named)), places.reshape(-1, 3), SEED), held_out


def _learnt_and_tried(
    training: TrainingSet, crops: npt.NDArray[np.uint8], embedder: EmbedderName, context: JobContext
) -> tuple[bytes, npt.NDArray[np.float32]]:
    """Return the network as ONNX, and its embeddings of some crops."""
    with held_folder(cache_dir(), FINE_TUNING) as folder:
        target = folder / "facenet.onnx"
        _learn(training, target, embedder, context.part(0.0, 0.9))
        tried = FaceNet(target).embed(list(crops), context.part(0.9, 1.0))
        return target.read_bytes(), tried


def _network(
    onnx: bytes, embedder: EmbedderName, trial: Recognition | AnswersMet, people: int, photos: int
) -> TunedNetwork:
    return TunedNetwork(onnx, hashlib.sha256(onnx).hexdigest(), embedder_sha256(embedder), trial, people, photos)


def _learn(training: TrainingSet, target: Path, embedder: EmbedderName, context: JobContext) -> None:
    base = prepare_embedder(embedder, context=context.part(0.0, 0.1))
    arguments = [str(base), str(target)]
    try:
        run_module(
            "engine.faces.fine_tuning", arguments, context.part(0.1, 1.0), makes=target, given=training.to_bytes()
        )
    except ChildError as error:
        raise ModelError(f"FaceNet could not be fine-tuned: {error}") from error


def _require_torch() -> None:
    if not can_fine_tune():
        raise ModelError(
            "Fine-tuning needs PyTorch, which this installation lacks. Run Semblance from its source folder."
        )


def _held_out(photos: TrainingPhotos) -> npt.NDArray[np.bool_]:
    """Return which photos are of the people kept for the trial."""
    people: Sequence[str] = sorted(photos.known_twice)
    if len(people) < FEWEST_PEOPLE:
        raise InputError(
            f"There are two photos or more of {len(people)} released people, and fine-tuning needs {FEWEST_PEOPLE} "
            "such people. Add photos or releases."
        )
    dealt = np.random.default_rng(SEED).permutation(len(people))[: max(2, len(people) // HELD_OUT)]
    kept: npt.NDArray[np.bool_] = np.isin(np.array(photos.people), [people[place] for place in dealt])
    return kept
