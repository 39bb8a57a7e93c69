"""The work behind the import: files looked at, corrected and judged on their first rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from engine.errors import InputError
from engine.job import Job, JobContext
from engine.logs import FilePlan, ImportPlan, Preview, detect_table, load_plan, preview, save_plan
from engine.logs.correcting import with_samples
from engine.logs.sources import find_sources, passed_over

Correction = Callable[[FilePlan], FilePlan]


@dataclass(frozen=True)
class Judged:
    """A file's plan and what would become of its first rows; ``wrong`` says why that is not known."""

    file: FilePlan
    preview: Preview | None
    wrong: str = ""


@dataclass(frozen=True)
class Looked:
    """What was found of files: the tables, and a sentence for each that is none."""

    files: tuple[Judged, ...]
    unread: tuple[str, ...] = ()
    time_zone: str = ""


def tr(text: str) -> str:
    """Translate a phrase of this module."""
    return QCoreApplication.translate("import_jobs", text)


def judge(file: FilePlan, time_zone: str = "") -> Judged:
    """Judge the first rows of a file whose kind is known."""
    if file.kind is None:
        return Judged(file, None)
    try:
        return Judged(file, preview(file, time_zone))
    except InputError as error:
        return Judged(file, None, str(error))


def looking_job(paths: Sequence[Path]) -> Job[Looked]:
    """Find out what files, folders and archives hold; what cannot be read does not keep the others from it."""

    def work(context: JobContext) -> Looked:
        found: list[Judged] = []
        unread: list[str] = []
        for number, path in enumerate(paths):
            part = context.part(number / len(paths), (number + 1) / len(paths))
            unread.extend(filter(None, [passed_over(path)]))
            try:
                sources = find_sources(path)
            except InputError as error:
                unread.append(str(error))
                continue
            for place, source in enumerate(sources):
                part.progress(place / len(sources), tr("Looking at {name}").format(name=source.name))
                try:
                    found.append(judge(detect_table(source)))
                except InputError as error:
                    unread.append(str(error))
        return Looked(tuple(found), tuple(unread))

    return Job(tr("Looking at the files"), work)


def plan_job(path: Path) -> Job[Looked]:
    """Load a plan and look at its files. A file that is not there any more is told."""

    def work(context: JobContext) -> Looked:
        plan = load_plan(path)
        found: list[Judged] = []
        unread: list[str] = []
        for number, file in enumerate(plan.files):
            context.progress(number / len(plan.files), tr("Looking at {name}").format(name=file.source.name))
            try:
                found.append(judge(with_samples(file), plan.time_zone))
            except InputError as error:
                unread.append(str(error))
        return Looked(tuple(found), tuple(unread), plan.time_zone)

    return Job(tr("Opening {name}").format(name=path.name), work)


def saving_job(plan: ImportPlan, path: Path) -> Job[None]:
    """Write a plan down. Raises PlaceError if it cannot be written."""
    return Job(tr("Saving {name}").format(name=path.name), lambda context: save_plan(plan, path))


def correction_job(file: FilePlan, corrections: Sequence[Correction], time_zone: str) -> Job[Judged]:
    """Do corrections of a file's plan, one after another, and judge its first rows again."""

    def work(context: JobContext) -> Judged:
        changed = file
        for correct in corrections:
            context.check()
            changed = correct(changed)
        context.check()
        return judge(changed, time_zone)

    return Job(tr("Judging {name}").format(name=file.source.name), work)
