"""The work behind the Data page: reading again, kept tables, names of handsets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from engine.columns import COLUMN, FILE, LINE, REASON, TEXT
from engine.job import Job, JobContext

if TYPE_CHECKING:
    import pyarrow as pa

    from engine.campaign import Campaign
    from engine.handsets import NamedHandsets
    from engine.read_again import ReadAgain


def tr(text: str) -> str:
    """Translate a phrase of this module."""
    return QCoreApplication.translate("data_jobs", text)


def reading_again_job(campaign: Campaign, *, accept_rejects: bool) -> Job[ReadAgain]:
    """Make a campaign's results again. Raises RejectsError unless somebody agreed to lose that many rows."""

    def work(context: JobContext) -> ReadAgain:
        from engine.read_again import read_again

        return read_again(campaign, accept_rejects=accept_rejects, context=context)

    return Job(tr("Reading {name} again").format(name=campaign.name), work)


def saving_rejects_job(rejects: pa.Table, path: Path) -> Job[None]:
    """Write rows that were set aside as CSV, with the column that is wrong. Raises OSError."""

    def work(context: JobContext) -> None:
        from engine.table_files import write_csv

        write_csv(rejects.select([FILE, LINE, COLUMN, REASON, TEXT]), path, context=context)

    return Job(tr("Saving the rows set aside"), work)


def keeping_job(campaign: Campaign, *, is_wanted: bool) -> Job[None]:
    """Let a campaign keep its clean tables from the next reading on, or forget them now."""

    def work(context: JobContext) -> None:
        from engine.logs.cache import forget_tables, start_keeping

        context.check()
        if is_wanted:
            start_keeping(campaign)
        else:
            forget_tables(campaign)

    return Job(tr("Keeping the tables") if is_wanted else tr("Forgetting the tables"), work)


def naming_job(campaign: Campaign, change: Callable[[NamedHandsets], NamedHandsets]) -> Job[NamedHandsets]:
    """Change the names of handsets in the campaign, whatever they are by then; all of them are the result."""

    def work(context: JobContext) -> NamedHandsets:
        from engine.handsets.naming import read_names, write_names

        context.check()
        with campaign.transaction():
            names = change(read_names(campaign))
            write_names(campaign, names)
        return names

    return Job(tr("Keeping the names"), work)


def names_from_file_job(campaign: Campaign, path: Path) -> Job[NamedHandsets]:
    """Add the names of a file to those of the campaign; all of them are the result."""

    def work(context: JobContext) -> NamedHandsets:
        from engine.handsets.naming import NamedHandsets, read_names, write_names

        context.check()
        found = NamedHandsets.read_csv(path)
        with campaign.transaction():
            names = read_names(campaign).joined(found)
            write_names(campaign, names)
        return names

    return Job(tr("Reading {name}").format(name=path.name), work)


def names_to_file_job(names: NamedHandsets, path: Path) -> Job[None]:
    """Save names as CSV. Raises PlaceError if that cannot be done."""
    return Job(tr("Saving {name}").format(name=path.name), lambda context: names.write_csv(path))
