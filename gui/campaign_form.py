"""What a campaign needs beside its logs, as a form: photos, handsets, template, file, passphrase, what is kept."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QFileDialog, QFrame, QGridLayout, QLineEdit, QScrollArea, QWidget

from engine.ads import families
from engine.passphrase import SHORTEST_PASSPHRASE
from gui.campaign_files import OPTIONAL, CampaignFiles, Looked, Part, looking_job, strength
from gui.jobs import JobQueue
from gui.openings import SUFFIX
from gui.save_place import save_place
from gui.theme import CONTROL, font
from gui.widgets import Button, Choice, ElidedLabel, IconLabel, Label, column, row

WIDEST = 1160


class Remark(QWidget):
    """What stands beside a field: what it is for, or in the same place the sentence when it is not right."""

    def __init__(self, control: QWidget, explains: str) -> None:
        super().__init__()
        self.control = control
        self.explains = Label(explains, "caption", "muted", wrap=True)
        self.wrong = Label("", "caption", "danger", wrap=True)
        self._icon = IconLabel("stop", "danger", 16)
        self.setMinimumHeight(CONTROL)
        self.setLayout(row(self._icon, (self.wrong, 1), (self.explains, 1), gap=6))
        self.set_problem("")

    def explain(self, text: str) -> None:
        """Say something else of what the field is for."""
        self.explains.setText(text)
        self.set_problem(self.wrong.text())

    def set_problem(self, sentence: str) -> None:
        """Say what is wrong, or nothing."""
        self.wrong.setText(sentence)
        for part in (self._icon, self.wrong):
            part.setVisible(bool(sentence))
        self.explains.setVisible(not sentence)
        (self.control.focusProxy() or self.control).setAccessibleDescription(sentence or self.explains.text())


class PlacePicker(QWidget):
    """The name of the folder or file that was chosen, and the button that opens the system's dialog.

    What is ``optional`` can be left out again.
    """

    wanted = Signal(str)
    left_out = Signal(str)

    def __init__(self, part: Part, name: str, *, optional: bool = False) -> None:
        super().__init__()
        self._part, self._optional = part, optional
        self._empty = self.tr("None, it is optional") if optional else self.tr("Not chosen yet")
        self.shown = ElidedLabel(self._empty, "body", "muted")
        self.button = Button(self.tr("Choose…"), "plain", "open")
        self.button.setAccessibleName(self.tr("Choose: {part}").format(part=name))
        self.button.clicked.connect(self._want)
        self.leave_out = Button("", "quiet", "close", tip=self.tr("Leave it out: {part}").format(part=name))
        self.leave_out.clicked.connect(self._leave_out)
        self.setFocusProxy(self.button)
        self.setLayout(row((self.shown, 1), self.leave_out, self.button))
        self.show_place(None)

    def show_place(self, place: Path | None) -> None:
        """Show the name of what was chosen."""
        self.shown.set_whole(place.name if place is not None else self._empty)
        self.shown.set_tone("text" if place is not None else "muted")
        self.leave_out.setVisible(self._optional and place is not None)

    @Slot()
    def _want(self) -> None:
        self.wanted.emit(self._part)

    @Slot()
    def _leave_out(self) -> None:
        self.left_out.emit(self._part)


class CampaignForm(QScrollArea):
    """What a campaign needs beside its logs: photos, the ads' template, the file and its passphrase."""

    changed = Signal()

    def __init__(self, files: CampaignFiles) -> None:
        super().__init__()
        self.files = files
        self.jobs = JobQueue(self)
        self.asked = False
        self.rows: dict[Part, Remark] = {}
        self.pickers: dict[Part, PlacePicker] = {}
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(24)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnMinimumWidth(0, 148)
        self._grid.setColumnStretch(1, 5)
        self._grid.setColumnStretch(2, 4)
        self._grid.setContentsMargins(0, 0, 12, 0)
        self._section(self.tr("Photos"))
        self._picker("inventory", self.tr("Campaign photos"), self.tr("The folder to find look-alikes in."))
        self._picker("photos", self.tr("Customers' photos"), self.tr("Each named by its customer: 018204.jpg."))
        rights = self.tr("A CSV or XLSX with photo, release, territory, expires, tags.")
        self._picker("rights", self.tr("Rights to them"), rights, optional=True)
        self._section(self.tr("Handsets"))
        own = self.tr("Your own, a CSV. It goes before what the program knows.")
        self._picker("tacs", self.tr("Table of TACs"), own, optional=True)
        self._add_template()
        self._add_target()
        self._add_passphrase()
        self._add_keeping()
        inner = QWidget()
        inner.setObjectName("clear")
        inner.setMaximumWidth(WIDEST)
        inner.setLayout(column(self._grid, None))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its fields scroll it
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(inner)

    def _section(self, title: str) -> None:
        at = self._grid.rowCount()
        if at > 1:
            self._grid.setRowMinimumHeight(at, 8)
            at += 1
        self._grid.addWidget(Label(title, "section"), at, 0, 1, 2)

    def _add_line(self, name: str, control: QWidget, beside: QWidget) -> None:
        at = self._grid.rowCount()
        label = Label(name)
        label.setFixedHeight(CONTROL)
        self._grid.addWidget(label, at, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(control, at, 1, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(beside, at, 2)

    def _add_row(self, part: Part, name: str, control: QWidget, explains: str = "") -> None:
        self.rows[part] = Remark(control, explains)
        self._add_line(name, control, self.rows[part])

    def _picker(self, part: Part, name: str, explains: str, *, optional: bool = False) -> None:
        picker = PlacePicker(part, name, optional=optional)
        picker.wanted.connect(self._ask)
        picker.left_out.connect(self._leave_out)
        self.pickers[part] = picker
        self._add_row(part, name, picker, explains)

    def _add_template(self) -> None:
        self._section(self.tr("Ads"))
        self.template = Choice(self.tr("Template"))
        families_offered = [(self.tr("{family} for all offers").format(family=each.capitalize()), each)
                            for each in families()]  # fmt: skip
        self.template.offer([(self.tr("As each offer says"), ""), *families_offered], "")
        self.template.currentIndexChanged.connect(self._choose_template)
        self._add_line(self.tr("Template"), self.template, QWidget())
        self._picker(
            "logo", self.tr("Logo"), self.tr("Yours, a PNG. Without it the ads bear the sample's."), optional=True
        )

    def _add_target(self) -> None:
        self._section(self.tr("The campaign file"))
        self.target = _field(self.tr("Where to save"))
        self.target.textChanged.connect(self._typed)
        browse = Button(self.tr("Choose…"), "plain", "open")
        browse.setAccessibleName(self.tr("Choose where to save"))
        browse.clicked.connect(self._ask_target)
        control = QWidget()
        control.setFocusProxy(self.target)
        control.setLayout(row((self.target, 1), browse))
        self._add_row("target", self.tr("Where to save"), control)

    def _add_passphrase(self) -> None:
        self.passphrase = _field(self.tr("Passphrase"), secret=True)
        self.repeat = _field(self.tr("Passphrase again"), secret=True)
        for each in (self.passphrase, self.repeat):
            each.textChanged.connect(self._typed)
        self._add_row("passphrase", self.tr("Passphrase"), self.passphrase)
        self._add_row("repeat", self.tr("Once more"), self.repeat)
        self._show_strength()

    def _add_keeping(self) -> None:
        self._section(self.tr("What is kept"))
        self.keep = QCheckBox(self.tr("Keep them for the next reading"))
        self.keep.setAccessibleName(self.tr("Keep the clean tables for the next reading"))
        self.keep.setFont(font())
        self.keep.toggled.connect(self._typed)
        explains = self.tr("Reading again is quicker then, but every record stays on this computer, encrypted beside "
                           "the campaign.")  # fmt: skip
        control = QWidget()
        control.setLayout(row(self.keep, None, margins=(0, 4, 0, 4)))
        self._add_line(self.tr("Clean tables"), control, Remark(self.keep, explains))

    def show_all(self) -> dict[Part, str]:
        """Show what was chosen and, once the person asked for the campaign, what is wrong beside each field."""
        for part, picker in self.pickers.items():
            picker.show_place(self.files.places.get(part))
        problems = self.files.problems()
        if not self.asked:  # until then what is empty is no fault
            problems = {part: said for part, said in problems.items() if part in OPTIONAL}
        for part, remark in self.rows.items():
            remark.set_problem(problems.get(part, ""))
        return problems

    def go_to_first_problem(self) -> None:
        """Give the keys to the first field that is not right, and bring it into sight."""
        for part in self.rows:
            if part in self.files.problems():
                self.rows[part].control.setFocus(Qt.FocusReason.OtherFocusReason)
                self.ensureWidgetVisible(self.rows[part])
                return

    def _show_strength(self) -> None:
        words = {
            "short": self.tr("Nobody can reset it: write it down. At least {count} characters; four words are good."),
            "weak": self.tr("Weak: add words, or make it longer."),
            "fair": self.tr("Fair. One word more makes it strong."),
            "strong": self.tr("Strong. Nobody can reset it: write it down."),
        }
        said = words[strength(self.files.passphrase)].format(count=SHORTEST_PASSPHRASE)
        self.rows["passphrase"].explain(said)

    @Slot(str)
    def _ask(self, part: Part) -> None:
        last = self.files.places.get(part)
        folder, title = str(last.parent if last else Path.home()), self.pickers[part].button.accessibleName()
        kinds = {
            "rights": self.tr("Tables") + " (*.csv *.tsv *.xlsx)",
            "tacs": self.tr("Tables") + " (*.csv *.tsv *.txt)",
            "logo": self.tr("Pictures") + " (*.png *.webp *.jpg)",
        }
        if part in kinds:
            name, _ = QFileDialog.getOpenFileName(self, title, folder, kinds[part])
        else:
            name = QFileDialog.getExistingDirectory(self, title, folder)
        if name:
            self.take_place(part, Path(name))

    def take_place(self, part: Part, place: Path) -> None:
        """Take a folder or file for its part, and look into it in a job."""
        self.files.places[part] = place
        self.files.wrong.pop(part, None)
        self.jobs.start(looking_job(part, place), self._looked)
        self.changed.emit()

    @Slot(object)
    def _looked(self, looked: Looked) -> None:
        """Say what was found; what is optional is told before anybody asks for the campaign."""
        if self.files.places.get(looked.part) == looked.place:
            self.files.wrong[looked.part] = looked.wrong
            self.changed.emit()

    @Slot(str)
    def _leave_out(self, part: Part) -> None:
        self.files.places.pop(part, None)
        self.files.wrong.pop(part, None)
        self.changed.emit()

    @Slot()
    def _ask_target(self) -> None:
        start = self.target.text() or save_place(self, f"campaign{SUFFIX}")
        option = QFileDialog.Option.DontConfirmOverwrite
        name, _ = QFileDialog.getSaveFileName(self, self.tr("Where to save"), start, f"(*{SUFFIX})", options=option)
        if name:
            self.target.setText(name)

    @Slot()
    def _typed(self) -> None:
        self.files.target = self.target.text()
        self.files.passphrase = self.passphrase.text()
        self.files.repeat = self.repeat.text()
        self.files.keep_tables = self.keep.isChecked()
        self._show_strength()
        self.changed.emit()

    @Slot(int)
    def _choose_template(self, _index: int) -> None:
        self.files.template = self.template.chosen or None


def _field(name: str, *, secret: bool = False) -> QLineEdit:
    field = QLineEdit()
    field.setFont(font())
    field.setAccessibleName(name)
    if secret:
        field.setEchoMode(QLineEdit.EchoMode.Password)
    return field
