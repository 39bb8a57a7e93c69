"""Asks what a new campaign is made from: first the logs and what is in them, then photos, place and passphrase."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QGridLayout, QLineEdit, QScrollArea, QStackedWidget, QWidget

from engine.ads import families
from gui.campaign_files import CampaignFiles, Part, strength, take_photos
from gui.dialog import Dialog
from gui.errors import explain
from gui.import_view import ImportView
from gui.openings import SUFFIX
from gui.theme import font
from gui.widgets import Button, Choice, ElidedLabel, IconLabel, Label, Notice, column, plain, row


class ChoiceRow(QWidget):
    """One part: what is chosen, the button to choose, and the sentence when it is not right."""

    def __init__(self, control: QWidget) -> None:
        super().__init__()
        self.control = control
        self.wrong = Label("", "caption", "danger", wrap=True)
        self._icon = IconLabel("stop", "danger", 16)
        self._problem = QWidget()
        self._problem.setLayout(row(self._icon, (self.wrong, 1), gap=6))
        self.setLayout(column(control, self._problem, gap=4))
        self.set_problem("")

    def set_problem(self, sentence: str) -> None:
        """Say what is wrong, or nothing."""
        self.wrong.setText(sentence)
        self._problem.setVisible(bool(sentence))
        self.control.setAccessibleDescription(sentence)


class FolderPicker(QWidget):
    """The name of the folder that was chosen, and the button that opens the system's dialog."""

    wanted = Signal(str)

    def __init__(self, part: Part, name: str, hint: str) -> None:
        super().__init__()
        self._part, self._hint = part, hint
        self.shown = ElidedLabel(hint, "body", "muted")
        self.button = Button(self.tr("Choose…"), "plain", "open")
        self.button.setAccessibleName(self.tr("Choose: {part}").format(part=name))
        self.button.clicked.connect(self._want)
        self.setLayout(row((self.shown, 1), self.button))

    def show_folder(self, folder: Path | None) -> None:
        """Show the name of what was chosen."""
        self.shown.set_whole(folder.name if folder is not None else self._hint)
        self.shown.set_tone("text" if folder is not None else "muted")

    @Slot()
    def _want(self) -> None:
        self.wanted.emit(self._part)


class CampaignForm(QScrollArea):
    """What a campaign needs beside its logs: photos, the ads' template, the file and its passphrase."""

    changed = Signal()

    def __init__(self, files: CampaignFiles) -> None:
        super().__init__()
        self.files = files
        self.asked = False
        self.rows: dict[Part, ChoiceRow] = {}
        self.pickers: dict[Part, FolderPicker] = {}
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(24)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnMinimumWidth(0, 148)
        self._grid.setColumnStretch(1, 1)
        self._grid.setContentsMargins(0, 0, 12, 0)
        self._section(self.tr("Photos"))
        self._picker("inventory", self.tr("Campaign photos"), self.tr("The folder to find look-alikes in"))
        self._picker("photos", self.tr("Customers' photos"), self.tr("Each named by its customer: 018204.jpg"))
        self._add_template()
        self._add_target()
        self._add_passphrase()
        inner = QWidget()
        inner.setObjectName("clear")
        inner.setMaximumWidth(760)
        inner.setLayout(column(self._grid, None))
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

    def _add_row(self, part: Part, name: str, control: QWidget) -> None:
        at = self._grid.rowCount()
        label = Label(name)
        label.setFixedHeight(32)
        self._grid.addWidget(label, at, 0, Qt.AlignmentFlag.AlignTop)
        self.rows[part] = ChoiceRow(control)
        self._grid.addWidget(self.rows[part], at, 1)

    def _picker(self, part: Part, name: str, hint: str) -> None:
        picker = FolderPicker(part, name, hint)
        picker.wanted.connect(self._ask)
        self.pickers[part] = picker
        self._add_row(part, name, picker)

    def _add_template(self) -> None:
        self._section(self.tr("Ads"))
        self.template = Choice(self.tr("Template"))
        families_offered = [(self.tr("{family} for all offers").format(family=each.capitalize()), each)
                            for each in families()]  # fmt: skip
        self.template.offer([(self.tr("As each offer says"), ""), *families_offered], "")
        self.template.currentIndexChanged.connect(self._choose_template)
        at = self._grid.rowCount()
        self._grid.addWidget(Label(self.tr("Template")), at, 0)
        self._grid.addWidget(self.template, at, 1)

    def _add_target(self) -> None:
        self._section(self.tr("The campaign file"))
        self.target = _field(self.tr("Where to save"))
        self.target.textChanged.connect(self._typed)
        browse = Button(self.tr("Choose…"), "plain", "open")
        browse.setAccessibleName(self.tr("Choose where to save"))
        browse.clicked.connect(self._ask_target)
        control = QWidget()
        control.setLayout(row((self.target, 1), browse))
        self._add_row("target", self.tr("Where to save"), control)

    def _add_passphrase(self) -> None:
        self.passphrase = _field(self.tr("Passphrase"), secret=True)
        self.repeat = _field(self.tr("Passphrase again"), secret=True)
        for each in (self.passphrase, self.repeat):
            each.textChanged.connect(self._typed)
        self.hint = Label("", "caption", "muted", wrap=True)
        self._add_row("passphrase", self.tr("Passphrase"), self.passphrase)
        self._add_row("repeat", self.tr("Once more"), self.repeat)
        self._grid.addWidget(self.hint, self._grid.rowCount(), 1)
        self._show_strength()

    def show_all(self) -> dict[Part, str]:
        """Show what was chosen and, once the person asked for the campaign, what is wrong beside each field."""
        for part, picker in self.pickers.items():
            picker.show_folder(self.files.folders.get(part))
        problems = self.files.problems() if self.asked else {}
        for part, line in self.rows.items():
            line.set_problem(problems.get(part, ""))
        if problems:
            first = next(part for part in self.rows if part in problems)
            self.ensureWidgetVisible(self.rows[first])
        return problems

    def _show_strength(self) -> None:
        words = {
            "short": self.tr("Nobody can reset it: write it down. At least 8 characters; four words are good."),
            "weak": self.tr("Weak: add words, or make it longer."),
            "fair": self.tr("Fair. One word more makes it strong."),
            "strong": self.tr("Strong. Nobody can reset it: write it down."),
        }
        self.hint.setText(words[strength(self.files.passphrase)])

    @Slot(str)
    def _ask(self, part: Part) -> None:
        last = self.files.folders.get(part)
        folder = str(last.parent if last else Path.home())
        name = QFileDialog.getExistingDirectory(self, self.pickers[part].button.accessibleName(), folder)
        if name:
            self.files.folders[part] = Path(name)
            self.changed.emit()

    @Slot()
    def _ask_target(self) -> None:
        start = self.target.text() or str(Path.home() / f"campaign{SUFFIX}")
        option = QFileDialog.Option.DontConfirmOverwrite
        name, _ = QFileDialog.getSaveFileName(self, self.tr("Where to save"), start, f"(*{SUFFIX})", options=option)
        if name:
            self.target.setText(name)

    @Slot()
    def _typed(self) -> None:
        self.files.target = self.target.text()
        self.files.passphrase = self.passphrase.text()
        self.files.repeat = self.repeat.text()
        self._show_strength()
        self.changed.emit()

    @Slot(int)
    def _choose_template(self, _index: int) -> None:
        self.files.template = self.template.chosen or None


class NewCampaignDialog(Dialog):
    """Two steps: the logs, then all else. ``wanted`` carries a NewCampaign once everything is right."""

    wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setWindowTitle(self.tr("New campaign"))
        self.setAcceptDrops(True)
        room = self.screen().availableGeometry() if parent is None else parent.window().geometry()
        self.resize(min(1320, room.width() - 24), min(860, room.height() - 24))
        self.files = CampaignFiles()
        self.logs = ImportView()
        self.form = CampaignForm(self.files)
        self.steps = QStackedWidget()
        self.steps.addWidget(self.logs)
        self.steps.addWidget(self.form)
        self.body.addWidget(self.steps, 1)
        self.wrong = Notice("danger", "stop", "")
        self.wrong.hide()
        self.body.addWidget(self.wrong)
        self._add_buttons()
        self.logs.changed.connect(self._show_state)
        self.logs.failed.connect(self.tell)
        self.form.changed.connect(self._show_state)
        self._show_step(0)

    def _add_buttons(self) -> None:
        self.summary = ElidedLabel("", "body", "muted")
        cancel = Button(self.tr("Cancel"))
        cancel.clicked.connect(self.reject)
        self.back_button = Button(self.tr("Back"), "plain", "left")
        self.back_button.clicked.connect(self._back)
        self.go_on_button = Button(self.tr("Continue"), "primary", "right", icon_after=True)
        self.go_on_button.clicked.connect(self._go_on)
        self.make_button = Button(self.tr("Make the campaign"), "primary", "play")
        self.make_button.clicked.connect(self._make)
        self.buttons.addWidget(self.summary, 1)
        for button in (cancel, self.back_button, self.go_on_button, self.make_button):
            self.buttons.addWidget(button)

    def take_paths(self, paths: list[Path]) -> None:
        """Find out what files, folders and archives hold; folders of photos go to their place."""
        self.logs.take_paths(take_photos(paths, self.files))
        self._show_state()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and folders."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Sort what was dropped."""
        event.acceptProposedAction()
        self.take_paths([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])

    @Slot(Exception)
    def tell(self, error: Exception) -> None:
        """Say in place what went wrong."""
        explained = explain(error)
        self.wrong.set_notice("danger", "stop", plain(f"{explained.happened} {explained.advice}"))
        self.wrong.show()

    def done(self, result: int) -> None:
        """Stop looking at files before going."""
        self.logs.give_up()
        super().done(result)

    def _show_step(self, step: int) -> None:
        titles = (self.tr("New campaign: the files"), self.tr("New campaign: photos and where to save"))
        self.heading.setText(titles[step])
        self.steps.setCurrentIndex(step)
        self.back_button.setVisible(step == 1)
        self.go_on_button.setVisible(step == 0)
        self.make_button.setVisible(step == 1)
        (self.make_button if step else self.go_on_button).setDefault(True)
        self._show_state()

    @Slot()
    def _show_state(self) -> None:
        """Say what is still to do."""
        if self.steps.currentIndex() == 0:
            hindrance = self.logs.hindrance()
            self.go_on_button.setEnabled(not hindrance)
            self.go_on_button.setAccessibleDescription(hindrance)
            self.go_on_button.setToolTip(hindrance)
            self.summary.set_whole(hindrance)
            self.summary.set_tone("muted")
            return
        count = len(self.form.show_all())
        self.summary.set_whole(self.tr("Still to do: {count}").format(count=count) if count else "")
        self.summary.set_tone("danger")

    @Slot()
    def _back(self) -> None:
        self._show_step(0)

    @Slot()
    def _go_on(self) -> None:
        self.wrong.hide()
        self._show_step(1)

    @Slot()
    def _make(self) -> None:
        self.form.asked = True
        self.wrong.hide()
        self._show_state()
        if not self.files.problems():
            self.accept()
            self.wanted.emit(self.files.campaign(self.logs.plan))


def _field(name: str, *, secret: bool = False) -> QLineEdit:
    field = QLineEdit()
    field.setFont(font())
    field.setAccessibleName(name)
    if secret:
        field.setEchoMode(QLineEdit.EchoMode.Password)
    return field
