"""Asks what a new campaign is made from. Files can be dropped on it; what is wrong stands beside its field."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QComboBox, QFileDialog, QFrame, QGridLayout, QLineEdit, QScrollArea, QWidget

from engine.ads import families
from gui.campaign_files import PARTS, CampaignFiles, Part, sort_dropped, strength
from gui.dialog import Dialog
from gui.openings import SUFFIX
from gui.theme import font
from gui.widgets import Button, ElidedLabel, IconLabel, Label, column, row


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


class FilePicker(QWidget):
    """The name of what was chosen, and the button that opens the system's dialog."""

    wanted = Signal(str)

    def __init__(self, part: Part, name: str, hint: str) -> None:
        super().__init__()
        self._part, self._hint = part, hint
        self.shown = ElidedLabel(hint, "body", "muted")
        self.button = Button(self.tr("Choose…"), "plain", "open" if PARTS[part] == "folder" else "file")
        self.button.setAccessibleName(self.tr("Choose: {part}").format(part=name))
        self.button.clicked.connect(self._want)
        self.setLayout(row((self.shown, 1), self.button))

    def show_paths(self, paths: tuple[Path, ...]) -> None:
        """Show the names of what was chosen."""
        self.shown.set_whole(", ".join(path.name for path in paths) or self._hint)
        self.shown.set_tone("text" if paths else "muted")

    @Slot()
    def _want(self) -> None:
        self.wanted.emit(self._part)


class NewCampaignDialog(Dialog):
    """``wanted`` carries a NewCampaign once everything is right."""

    wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setWindowTitle(self.tr("New campaign"))
        self.heading.setText(self.tr("New campaign"))
        self.setAcceptDrops(True)
        self.resize(720, min(780, self.screen().availableGeometry().height() - 80))
        self.files = CampaignFiles()
        self._asked = False
        self.rows: dict[Part, ChoiceRow] = {}
        self.pickers: dict[Part, FilePicker] = {}
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(24)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnMinimumWidth(0, 148)
        self._grid.setColumnStretch(1, 1)
        self._grid.setContentsMargins(0, 0, 12, 0)
        self.lead = Label(self.tr("Drop files and folders anywhere here, or choose them."), "body", "muted", wrap=True)
        self.body.addWidget(self.lead)
        self._add_files()
        self._add_template()
        self._add_target()
        self._add_passphrase()
        self._add_scroller()
        self._add_buttons()

    def _add_files(self) -> None:
        self._section(self.tr("Logs"))
        self._picker("calls", self.tr("Calls"), self.tr("Call detail records, CSV; several files are fine"))
        self._picker("usage", self.tr("Internet use"), self.tr("Optional: usage records, CSV"))
        self._picker("customers", self.tr("Customers"), self.tr("Town, birth year and photo consent, CSV"))
        self._section(self.tr("Offers"))
        self._picker("offers", self.tr("Offers"), self.tr("The catalogue with margin and cost, CSV"))
        self._picker("history", self.tr("Last campaign"), self.tr("Optional: who got which offer and said yes, CSV"))
        self._section(self.tr("Photos"))
        self._picker("inventory", self.tr("Campaign photos"), self.tr("The folder to find look-alikes in"))
        self._picker("photos", self.tr("Customers' photos"), self.tr("Each named by its customer: 018204.jpg"))

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
        picker = FilePicker(part, name, hint)
        picker.wanted.connect(self._ask)
        self.pickers[part] = picker
        self._add_row(part, name, picker)

    def _add_template(self) -> None:
        self._section(self.tr("Ads"))
        self.template = QComboBox()
        self.template.setFont(font())
        self.template.setAccessibleName(self.tr("Template"))
        self.template.addItem(self.tr("As each offer says"), None)
        for family in families():
            self.template.addItem(self.tr("{family} for all offers").format(family=family.capitalize()), family)
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

    def _add_scroller(self) -> None:
        inner = QWidget()
        inner.setObjectName("clear")
        inner.setLayout(column(self._grid, None))
        self.scroller = QScrollArea()
        self.scroller.setFrameShape(QFrame.Shape.NoFrame)
        self.scroller.setWidgetResizable(True)
        self.scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroller.setWidget(inner)
        self.body.addWidget(self.scroller, 1)

    def _add_buttons(self) -> None:
        self.summary = Label("", "body", "danger")
        cancel = Button(self.tr("Cancel"))
        cancel.clicked.connect(self.reject)
        self.make_button = Button(self.tr("Make the campaign"), "primary", "play")
        self.make_button.setDefault(True)
        self.make_button.clicked.connect(self._make)
        self.buttons.addWidget(self.summary)
        self.buttons.addStretch(1)
        self.buttons.addWidget(cancel)
        self.buttons.addWidget(self.make_button)

    def take_paths(self, paths: list[Path]) -> None:
        """Put files and folders where they belong, and name those that nobody recognises."""
        unknown = sort_dropped(paths, self.files)
        self._show_chosen()
        if unknown:
            names = ", ".join(path.name for path in unknown)
            self.lead.setText(
                self.tr("Not recognised by its columns: {names}. Choose its place below.").format(names=names)
            )
            self.lead.set_tone("warning")

    def choose(self, part: Part, paths: tuple[Path, ...]) -> None:
        """Choose files or a folder for a part."""
        self.files.choose(part, paths)
        self._show_chosen()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and folders."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Sort what was dropped."""
        event.acceptProposedAction()
        self.take_paths([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])

    def _show_chosen(self) -> None:
        for part, picker in self.pickers.items():
            picker.show_paths(self.files.chosen(part))
        self._show_problems()

    def _show_problems(self) -> None:
        """Say what is wrong beside each field, once the person asked for the campaign."""
        problems = self.files.problems() if self._asked else {}
        for part, line in self.rows.items():
            line.set_problem(problems.get(part, ""))
        count = len(problems)
        self.summary.setText(self.tr("Still to do: {count}").format(count=count) if count else "")

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
        title = self.pickers[part].button.accessibleName()
        last = self.files.chosen(part)
        folder = str(last[0].parent if last else Path.home())
        if PARTS[part] == "folder":
            name = QFileDialog.getExistingDirectory(self, title, folder)
            names = [name] if name else []
        elif PARTS[part] == "files":
            names = QFileDialog.getOpenFileNames(self, title, folder, self.tr("Tables") + " (*.csv *.txt *.tsv)")[0]
        else:
            name = QFileDialog.getOpenFileName(self, title, folder, self.tr("Tables") + " (*.csv *.txt *.tsv)")[0]
            names = [name] if name else []
        if names:
            self.choose(part, tuple(Path(name) for name in names))

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
        self._show_problems()

    @Slot(int)
    def _choose_template(self, index: int) -> None:
        self.files.template = self.template.itemData(index)

    @Slot()
    def _make(self) -> None:
        self._asked = True
        problems = self.files.problems()
        self._show_problems()
        if problems:
            first = next(part for part in self.rows if part in problems)
            self.scroller.ensureWidgetVisible(self.rows[first])
            return
        self.accept()
        self.wanted.emit(self.files.campaign())


def _field(name: str, *, secret: bool = False) -> QLineEdit:
    field = QLineEdit()
    field.setFont(font())
    field.setAccessibleName(name)
    if secret:
        field.setEchoMode(QLineEdit.EchoMode.Password)
    return field
