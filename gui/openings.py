"""The jobs that end with an open campaign: the demo, a file, a new campaign. Heavy parts are imported inside them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from engine.columns import NO_OFFER, OFFER
from engine.command_line import DEMO_CUSTOMERS
from engine.errors import CampaignFileError, WrongPassphraseError
from engine.job import Job, JobCancelled, JobContext
from engine.passphrase import DEMO_PASSPHRASE
from engine.resources import data_dir
from gui.results import CampaignResults, read_results
from gui.settings import Recent

if TYPE_CHECKING:
    from engine.campaign import Campaign
    from engine.campaign_inputs import CampaignInputs


DEMO_FILE = "demo.semblance"
SUFFIX = ".semblance"


@dataclass(frozen=True)
class Opened:
    """An open campaign with what the pages show of it."""

    campaign: Campaign
    results: CampaignResults


@dataclass(frozen=True)
class NewCampaign:
    """What a person gave for a new campaign, where its file goes and how it is locked."""

    inputs: CampaignInputs
    path: Path
    passphrase: str


def tr(text: str) -> str:
    """Translate a phrase of this module."""
    return QCoreApplication.translate("openings", text)


def demo_path() -> Path:
    """Return where the demo campaign is kept."""
    return data_dir() / DEMO_FILE


def demo_job(customers: int = DEMO_CUSTOMERS) -> Job[Opened]:
    """Open the demo; the first time, simulate its operator and run the whole campaign.

    A demo that is damaged is put aside and made again: nobody's own work would open with it.
    """

    def work(context: JobContext) -> Opened:
        path = demo_path()
        if path.exists():
            try:
                return _open(path, DEMO_PASSPHRASE, context.part(0.0, 1.0))
            except CampaignFileError as error:
                if not _is_damage(error):
                    raise
                _put_aside(path)
        from engine.pipeline import run_demo

        run_demo(path, DEMO_PASSPHRASE, customers=customers, context=context.part(0.0, 0.95))
        return _open(path, DEMO_PASSPHRASE, context.part(0.95, 1.0))

    name = tr("Opening the demo") if demo_path().exists() else tr("Making the demo campaign")
    return Job(name, work)


def _put_aside(path: Path) -> None:
    """Give a damaged demo, and what a crash left beside it, another name."""
    from engine.campaign.encrypted import LEFTOVERS

    aside = path.with_stem(f"{path.stem}-damaged")
    for ending in ("", *LEFTOVERS):
        left = path.with_name(path.name + ending)
        if left.exists():
            left.replace(aside.with_name(aside.name + ending))


def file_job(path: Path, passphrase: str) -> Job[Opened]:
    """Open a campaign file. Raises WrongPassphraseError and CampaignFileError."""
    return Job(tr("Opening {file}").format(file=path.name), lambda context: _open(path, passphrase, context))


def new_campaign_job(new: NewCampaign) -> Job[Opened]:
    """Run a new campaign into its file and open it; a cancel at any time leaves no file."""

    def work(context: JobContext) -> Opened:
        from engine.pipeline import run_campaign

        run_campaign(new.inputs, new.path, new.passphrase, context=context.part(0.0, 0.95))
        try:
            return _open(new.path, new.passphrase, context.part(0.95, 1.0))
        except JobCancelled:
            _take_away(new.path)
            raise

    return Job(tr("Making {name}").format(name=new.inputs.name), work)


def _take_away(path: Path) -> None:
    """Remove a campaign that was just made, with all that lies beside it."""
    from engine.campaign.encrypted import LEFTOVERS
    from engine.logs.cache import tables_path

    for each in (tables_path(path), *(path.with_name(path.name + ending) for ending in LEFTOVERS), path):
        each.unlink(missing_ok=True)


def reading_job(campaign: Campaign) -> Job[Opened]:
    """Read an open campaign anew after it was changed."""
    return Job(
        tr("Reading {name}").format(name=campaign.name),
        lambda context: Opened(campaign, read_results(campaign, context)),
    )


def _is_damage(error: BaseException | None) -> bool:
    """Whether the file itself is to blame; to a known passphrase a wrong key is a damaged beginning."""
    import apsw

    while error is not None:
        if isinstance(error, WrongPassphraseError | apsw.NotADBError | apsw.CorruptError):
            return True
        error = error.__cause__
    return False


def _load_pages() -> None:
    """Import the pages and their charts in the job: plotting alone would hold the window's thread for 0.4 s."""
    import gui.charts.curve_card
    import gui.charts.loyalty_card
    import gui.handsets_tab
    import gui.loyalty_page
    import gui.preview_page
    import gui.recommendations_page  # noqa: F401


def _open(path: Path, passphrase: str, context: JobContext) -> Opened:
    from engine.campaign import Campaign

    context.progress(0.0, tr("Opening"))
    _load_pages()
    campaign = Campaign.open(path, passphrase)
    try:
        return Opened(campaign, read_results(campaign, context))
    except BaseException:
        campaign.close()
        raise


def copy_job(campaign: Campaign, target: Path) -> Job[None]:
    """Copy an open campaign into another file, through the database's own backup."""
    return Job(tr("Saving a copy"), lambda context: campaign.backup(target))


def recent_of(opened: Opened) -> Recent:
    """Return what the start page says of a campaign."""
    customers = opened.results.customers
    with_offer = 0
    if customers is not None:
        import pyarrow.compute as pc

        with_offer = pc.sum(pc.not_equal(customers[OFFER], NO_OFFER)).as_py() or 0
    return Recent(
        path=str(opened.campaign.path.resolve()),
        name=opened.campaign.name,
        customers=0 if customers is None else customers.num_rows,
        with_offer=with_offer,
        opened_at=datetime.now().isoformat(timespec="seconds"),
        is_demo=opened.campaign.is_demo,
    )
