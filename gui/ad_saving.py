"""Saving ads from the window: for whom, into which folder, what is left out; one job writes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QFileDialog, QRadioButton, QWidget

from engine.errors import OccupiedError
from engine.job import Job, JobContext
from gui import numbers
from gui.dialog import Dialog
from gui.photo_report import Lines, PhotoReport
from gui.save_place import save_place
from gui.theme import font
from gui.widgets import Button, Label

if TYPE_CHECKING:
    import pyarrow as pa

    from engine.ad_files import LeftOut, WrittenAds
    from engine.campaign import Campaign
    from gui.jobs import JobQueue


def tr(text: str) -> str:
    """Translate a phrase about saving ads."""
    return QCoreApplication.translate("ad saving", text)


@dataclass(frozen=True, eq=False)
class AdScope:
    """Customers whose ads can be saved, and in words which they are."""

    name: str
    customers: pa.StringArray


class SaveAdsDialog(Dialog):
    """Asks whose ads are saved. ``wanted`` carries the customers."""

    wanted = Signal(object)

    def __init__(self, scopes: Sequence[AdScope], parent: QWidget | None = None) -> None:
        super().__init__(tr("Save ads"), parent)
        self.setMinimumWidth(480)
        self._scopes = tuple(scopes)
        self._group = QButtonGroup(self)
        self.scopes: list[QRadioButton] = []
        for place, scope in enumerate(self._scopes):
            radio = QRadioButton(scope.name)
            radio.setFont(font())
            radio.setAccessibleName(scope.name)
            radio.setChecked(place == 0)
            self._group.addButton(radio, place)
            self.scopes.append(radio)
            self.body.addWidget(radio)
        self.said = Label("", wrap=True)
        self.body.addSpacing(4)
        self.body.addWidget(self.said)
        self.body.addWidget(Label(ads_are_words(), "caption", "muted", wrap=True))
        self.body.addStretch(1)
        self.cancel = Button(tr("Cancel"))
        self.cancel.clicked.connect(self.reject)
        self.save = Button(tr("Choose a folder…"), "primary", "export")
        self.save.setDefault(True)
        self.save.clicked.connect(self._want)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self.cancel)
        self.buttons.addWidget(self.save)
        self._group.idClicked.connect(self._say)
        self._say()

    @property
    def customers(self) -> pa.StringArray:
        """The customers whose ads are wanted."""
        return self._scopes[self._group.checkedId()].customers

    @Slot()
    def _say(self) -> None:
        from engine.creative import SIZES

        said = tr("{count} pictures: JPEG, {sizes}.")
        sizes = tr(" and ").join(size.replace("x", " × ") for size in SIZES)
        self.said.setText(said.format(count=numbers.decimal(len(SIZES) * len(self.customers)), sizes=sizes))

    @Slot()
    def _want(self) -> None:
        self.accept()
        self.wanted.emit(self.customers)


def ads_are_words() -> str:
    """Say where ads go, and what is not among them."""
    return tr(
        "They go into a new folder, with a list of them. Left out, and listed with the reason: whoever has no offer, "
        "text that does not fit. A photo that may not be used is in no ad."
    )


class ReplaceDialog(Dialog):
    """Asks whether files that are there may be replaced; accepted means yes."""

    def __init__(self, error: OccupiedError, parent: QWidget | None = None) -> None:
        super().__init__(tr("Save this ad"), parent, heading=tr("Replace the ad that is there?"))
        self.setMinimumWidth(480)
        said = (
            tr("{files} is in {folder} already.") if len(error.files) == 1 else tr("{files} are in {folder} already.")
        )
        self.body.addWidget(Label(said.format(files=", ".join(error.files), folder=error.folder), wrap=True))
        self.replace = Button(tr("Replace"))
        self.replace.clicked.connect(self.accept)
        self.keep = Button(tr("Keep what is there"), "primary")
        self.keep.setDefault(True)
        self.keep.clicked.connect(self.reject)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self.replace)
        self.buttons.addWidget(self.keep)
        self.keep.setFocus()


class AdSaving(QObject):
    """Asks where ads go and saves them: that of one customer, or those of many."""

    def __init__(self, jobs: JobQueue, page: QWidget) -> None:
        super().__init__(page)
        self._jobs, self._page = jobs, page
        self._campaign: Campaign | None = None
        self._last: tuple[str, Path] = ("", Path())  # the customer whose ad was wanted last, and where
        self._folder: Path | None = None  # that was chosen last
        self.dialog: Dialog | None = None

    def set_campaign(self, campaign: Campaign | None) -> None:
        """Save the ads of another campaign, or of the same one as it is now."""
        if campaign is not self._campaign:
            self._folder = None
        self._campaign = campaign

    def ask_for_one(self, customer: str) -> None:
        """Ask for a folder and save one customer's ad there."""
        folder = self._ask_where(tr("Save this ad"))
        if folder is not None:
            self._save_one(customer, folder)

    def ask_whose(self, scopes: Sequence[AdScope]) -> None:
        """Ask whose ads are saved, then where."""
        dialog = SaveAdsDialog(scopes, self._page)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.wanted.connect(self.ask_for)
        self.dialog = dialog
        dialog.open()

    @Slot(object)
    def ask_for(self, customers: pa.StringArray, note: str = "") -> None:
        """Ask for a folder and save the ads of customers in a new one inside it.

        What must be known of them is the ``note``, else the campaign's red lights.
        """
        folder = self._ask_where(tr("Save ads in a new folder inside"))
        campaign = self._campaign
        if folder is None or campaign is None:
            return

        def work(context: JobContext) -> WrittenAds:
            from engine.ad_files import save_ads
            from engine.export import honesty_note

            said = note or honesty_note(campaign)
            return save_ads(campaign, folder, customers.to_pylist(), note=said, context=context)

        self._jobs.start(Job(tr("Saving ads"), work), self._tell, afterwards=saved_words)

    def _ask_where(self, title: str) -> Path | None:
        if self._campaign is None:
            return None
        first = self._folder or Path(save_place(self._page, "ads")).parent
        name = QFileDialog.getExistingDirectory(self._page, title, str(first))
        if not name:
            return None
        self._folder = Path(name)
        return self._folder

    def _save_one(self, customer: str, folder: Path, *, replaces: bool = False) -> None:
        campaign, self._last = self._campaign, (customer, folder)
        if campaign is None:
            return

        def work(context: JobContext) -> WrittenAds:
            from engine.ad_files import save_ad

            return save_ad(campaign, folder, customer, replaces=replaces, context=context)

        self._jobs.start(Job(tr("Saving the ad"), work), self._tell, failed=self._fail, afterwards=saved_words)

    @Slot(Exception)
    def _fail(self, error: Exception) -> None:
        """Ask whether to replace what is there; the window tells any other failure."""
        if not isinstance(error, OccupiedError):
            self._jobs.failed.emit(error)
            return
        dialog = ReplaceDialog(error, self._page)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(self._replace)
        self.dialog = dialog
        dialog.open()

    @Slot()
    def _replace(self) -> None:
        self._save_one(*self._last, replaces=True)

    @Slot(object)
    def _tell(self, written: WrittenAds) -> None:
        """List what was left out for more than want of an offer; the sentence stands in the job bar."""
        lines = left_out_lines(written)
        if lines:
            report = PhotoReport(tr("What was left out"), lines, self._page, what=tr("Ad or photo"))
            report.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            self.dialog = report
            report.open()


def saved_words(written: WrittenAds) -> str:
    """Say in one sentence how many ads were saved, where, and how many were left out for what."""
    counts = (
        (written.without("offer"), tr("1 customer without an offer"), tr("{count} customers without an offer")),
        (written.without("text"), tr("1 ad whose text does not fit"), tr("{count} ads whose text does not fit")),
        (written.without("photo"), tr("1 photo that may not be used"), tr("{count} photos that may not be used")),
        (written.without("changed"), tr("1 ad that changed meanwhile"), tr("{count} ads that changed meanwhile")),
    )
    ads = len(written.files)
    said = tr("1 ad saved in {folder}") if ads == 1 else tr("{ads} ads saved in {folder}")
    said = said.format(ads=numbers.decimal(ads), folder=written.folder)
    without = [one if n == 1 else many.format(count=numbers.decimal(n)) for n, one, many in counts if n]
    return tr("{saved}; left out: {without}").format(saved=said, without=", ".join(without)) if without else said


def left_out_lines(written: WrittenAds) -> Lines:
    """Say of each ad and each photo why it was left out; of a photo once, with for how many customers."""
    photos = Counter((each.photo, each.reason) for each in written.left_out if each.matter == "photo")
    found = [
        (photo, reason if count == 1 else tr("{reason} It concerns {count} customers.").format(
            reason=reason, count=numbers.decimal(count)))
        for (photo, reason), count in photos.items()
    ]  # fmt: skip
    others = (each for each in written.left_out if each.matter in ("text", "changed"))
    return [*found, *((_ad_name(each), each.reason) for each in others)]


def _ad_name(each: LeftOut) -> str:
    return " ".join(part for part in (numbers.customer_key(each.customer), each.size.replace("x", " × ")) if part)
