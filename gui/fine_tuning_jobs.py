"""The work behind the dialogs about the face network: fine-tuning, adopting, going back, looking at what is in use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from engine.job import Job, JobContext
from gui import numbers
from gui.faces_data import tr
from gui.teach_result import share_words

if TYPE_CHECKING:
    from engine.campaign import Campaign
    from engine.taste import AnswersMet, NetworkVersion, Recognition, TunedNetwork, Version
    from engine.taste import InUse as RankedBy


@dataclass(frozen=True, eq=False)
class Tuned:
    """A fine-tuned network, and what was left out of what it was to learn from, as sentences."""

    network: TunedNetwork
    left_out: tuple[str, ...] = ()


def tuning_to_people_job(campaign: Campaign, folder: Path, releases: Path, on: date) -> Job[Tuned]:
    """Read the released photos of a folder of people, fine-tune to them, and try it on people left out."""

    def work(context: JobContext) -> Tuned:
        from engine.inventory import read_rights
        from engine.inventory.network import embedder_of, original_reader
        from engine.taste import fine_tune, read_training_photos

        records, reader = read_rights(releases).records, original_reader(campaign, context)
        photos = read_training_photos(folder, records, on, context.part(0.0, 0.3), reader=reader)
        tuned = fine_tune(photos, context.part(0.3, 1.0), embedder=embedder_of(campaign))
        return Tuned(tuned, _left_out(len(photos.without_release)))

    return Job(tr("Fine-tuning the face network"), work)


def tuning_to_answers_job(campaign: Campaign, table: Path | None, on: date) -> Job[Tuned]:
    """Fine-tune to the campaign's answers, or to those of a table, and try it on answers about photos left out."""

    def work(context: JobContext) -> Tuned:
        from engine.inventory.network import embedder_of, original_reader
        from engine.taste import fine_tune_to_answers, read_answers, read_judged_photos

        read = None if table is None else read_answers(campaign, table)
        given = None if read is None else read.answers
        reader = original_reader(campaign, context)
        photos = read_judged_photos(campaign, on, context.part(0.0, 0.3), answers=given, reader=reader)
        problems = () if read is None else read.problems
        said = [tr("{count} answers about customers, or about photos without a release, were left out.").format(
            count=numbers.decimal(photos.left_out))] if photos.left_out else []  # fmt: skip
        if problems:
            lines = tr("{count} lines of the table were left out; the first: {line}")
            said.append(lines.format(count=numbers.decimal(len(problems)), line=problems[0]))
        tuned = fine_tune_to_answers(photos, context.part(0.3, 1.0), embedder=embedder_of(campaign))
        return Tuned(tuned, tuple(said))

    return Job(tr("Fine-tuning the face network"), work)


def _left_out(people: int) -> tuple[str, ...]:
    if not people:
        return ()
    if people == 1:
        return (tr("1 person without a release was left out."),)
    return (tr("{count} people without a release were left out.").format(count=numbers.decimal(people)),)


def adopting_job(campaign: Campaign, tuned: TunedNetwork) -> Job[None]:
    """Use a fine-tuned network from now on; the faces are read again by it afterwards."""

    def work(context: JobContext) -> None:
        from engine.taste import adopt_network

        context.check()
        adopt_network(campaign, tuned)

    return Job(tr("Keeping the network"), work)


def going_back_job(campaign: Campaign) -> Job[None]:
    """Use the network that was in use before; the faces are read again by it afterwards."""

    def work(context: JobContext) -> None:
        from engine.taste import go_back_to_network

        context.check()
        go_back_to_network(campaign)

    return Job(tr("Going back"), work)


def embedder_job(campaign: Campaign, name: str, weights: Path | None = None) -> Job[None]:
    """Use one of the program's networks, its weights in a file if they were never prepared on this computer."""

    def work(context: JobContext) -> None:
        from engine.faces import prepare_vggface2
        from engine.inventory.network import choose_embedder

        if weights is not None:
            prepare_vggface2(weights, context)
        choose_embedder(campaign, name)

    return Job(tr("Preparing the network"), work)


def ranking_back_job(campaign: Campaign) -> Job[None]:
    """Rank by what was in use before; everybody is matched again afterwards."""

    def work(context: JobContext) -> None:
        from engine.taste import go_back

        context.check()
        go_back(campaign)

    return Job(tr("Going back"), work)


@dataclass(frozen=True)
class Fewest:
    """What the two ways of fine-tuning need, and what there is of it."""

    answers: int  # about released inventory photos
    needed: int


def answers_job(campaign: Campaign, on: date) -> Job[Fewest]:
    """Count the answers that may be learnt from."""

    def work(context: JobContext) -> Fewest:
        from engine.taste import FEWEST_FOR_METRIC, count_judged

        context.check()
        return Fewest(count_judged(campaign, on), FEWEST_FOR_METRIC)

    return Job(tr("Counting the answers"), work)


@dataclass(frozen=True)
class InUse:
    """What ranks the look-alikes of a campaign, and what it holds besides."""

    learnt: Literal["weights", "metric"] | None  # None: the sliders as somebody set them
    learnt_at: datetime | None
    can_go_back: bool
    network: NetworkVersion | None  # None: FaceNet as it came
    can_go_back_to_network: bool
    embedder: str  # the name of the program's network that it began from, or that is in use itself
    has_other_weights: bool  # whether VGGFace2's were put into FaceNet on this computer
    unused: int  # networks that were adopted once and are not in use, 94 MB each
    can_fine_tune: bool


def in_use_job(campaign: Campaign, *, removes: bool = False) -> Job[InUse]:
    """Look at what is in use; with ``removes``, remove the networks that are not in use before."""

    def work(context: JobContext) -> InUse:
        from engine import taste
        from engine.faces import is_prepared
        from engine.inventory.network import embedder_of

        context.check()
        with campaign.transaction():
            present = taste.network_in_use(campaign)
            unused = [
                one for one in taste.network_versions(campaign) if present is None or one.number != present.number
            ]
            for one in unused if removes else ():
                taste.forget_network(campaign, one)
            ranking = taste.in_use(campaign)
            adopted = [one for one in taste.versions(campaign) if _is_in_use(one, ranking)]
            return InUse(
                adopted[-1].kind if adopted else None,
                adopted[-1].made_at if adopted else None,
                taste.can_go_back(campaign),
                present,
                taste.can_go_back_to_network(campaign),
                embedder_of(campaign),
                is_prepared("facenet-vggface2"),
                0 if removes else len(unused),
                taste.can_fine_tune(),
            )

    return Job(tr("Looking at what is in use"), work)


def _is_in_use(version: Version, ranking: RankedBy) -> bool:
    if ranking.metric is not None:
        return version.kind == "metric" and version.number == ranking.metric.version
    return version.kind == "weights" and version.weights == ranking.weights


def tuned_words(tuned: Tuned) -> str:
    """Say how a network does on what it did not see, beside how the one before does."""
    from engine.taste import Recognition

    network, trial = tuned.network, tuned.network.trial
    parts = [_of_people(trial) if isinstance(trial, Recognition) else _of_answers(trial)]
    learnt = tr("Learnt from {photos} photos of {people} people.")
    if not isinstance(trial, Recognition):
        learnt = tr("Learnt from {photos} photos in answers about {people} faces.")
    parts.append(learnt.format(photos=numbers.decimal(network.photos), people=numbers.decimal(network.people)))
    parts += tuned.left_out
    if not network.may_be_adopted:
        parts.append(tr("It does worse than before, so it cannot be adopted."))
    return " ".join(parts)


def _of_people(trial: Recognition) -> str:
    return tr(
        "Of 100 photos of {people} people it did not see, the most alike other one is the same person's for {after}; "
        "before for {before}."
    ).format(
        people=numbers.decimal(trial.people),
        after=share_words(trial.rank_1_after),
        before=share_words(trial.rank_1_before),
    )


def _of_answers(trial: AnswersMet) -> str:
    said = tr("Of 100 answers about {people} faces it did not see, it meets {after}; before {before}.")
    after, before = share_words(trial.after), share_words(trial.before)
    return said.format(people=numbers.decimal(trial.people), after=after, before=before)
