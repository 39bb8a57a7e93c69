"""The look of the window: the tokens of resources/look.json as palette, style sheet and fonts."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal, cast

from PySide6.QtCore import QObject, Qt, QTemporaryDir, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from engine.resources import resource

Scheme = Literal["system", "light", "dark"]
Role = Literal["caption", "body", "strong", "lead", "section", "figure", "title", "display", "pitch"]
Tone = Literal[
    "background", "surface", "raised", "sunken", "border", "control_border", "text", "muted",
    "accent", "accent_hover", "accent_text", "accent_soft", "accent_soft_text",
    "lookalike", "lookalike_soft", "lookalike_soft_text",
    "positive", "positive_soft", "warning", "warning_soft", "danger", "danger_soft", "focus",
]  # fmt: skip

SPACE: Final = 8
GAP: Final = 16
PAGE_MARGIN: Final = 24
CARD_PADDING: Final = 16
CONTROL: Final = 32
CONTROL_LARGE: Final = 40
RAIL: Final = 208
RAIL_NARROW: Final = 56
JOB_BAR: Final = 48
DETAIL_PANE: Final = 376
RADIUS_CONTROL: Final = 6
RADIUS_CARD: Final = 10
RADIUS_PHOTO: Final = 8
ROW_COMFORTABLE: Final = 36
ROW_COMPACT: Final = 28
TABLE_HEADER: Final = 32
EYE_LINE: Final = 0.42


@dataclass(frozen=True)
class Colours:
    """The named colours of one theme, as #RRGGBB."""

    background: str
    surface: str
    raised: str
    sunken: str
    border: str
    control_border: str
    text: str
    muted: str
    accent: str
    accent_hover: str
    accent_text: str
    accent_soft: str
    accent_soft_text: str
    lookalike: str
    lookalike_soft: str
    lookalike_soft_text: str
    positive: str
    positive_soft: str
    warning: str
    warning_soft: str
    danger: str
    danger_soft: str
    focus: str


@dataclass(frozen=True)
class Theme:
    """One theme: its colours, the makers' colours by share, and the two ramps of the heat map."""

    name: Literal["light", "dark"]
    colours: Colours
    makers: tuple[str, ...]
    sequential: tuple[str, ...]
    diverging: tuple[str, ...]

    def colour(self, tone: Tone) -> QColor:
        """Return a named colour."""
        return QColor(cast(str, getattr(self.colours, tone)))


@dataclass(frozen=True)
class TypeStyle:
    """Size and line height in pixels, and weight, of one role of text."""

    size: int
    line: int
    weight: int


@lru_cache(maxsize=1)
def _tokens() -> dict[str, Any]:
    return cast(dict[str, Any], json.loads(resource("look.json").read_text(encoding="utf-8")))


@lru_cache(maxsize=2)
def load_theme(name: Literal["light", "dark"]) -> Theme:
    """Read one theme out of resources/look.json."""
    tokens = _tokens()
    colours = Colours(**{field.name: tokens["colour"][name][field.name] for field in fields(Colours)})
    ramps = tokens["ramps"]
    return Theme(
        name,
        colours,
        tuple(tokens["makers"][name]),
        tuple(ramps["sequential"][name]),
        tuple(ramps["diverging"][name]),
    )


def type_style(role: Role) -> TypeStyle:
    """Return size, line height and weight of a role of text."""
    return TypeStyle(*_tokens()["type"]["scale_px"][role])


def load_fonts() -> None:
    """Make the three Inter files known to Qt."""
    for path in sorted(resource("fonts").glob("*.ttf")):
        if QFontDatabase.addApplicationFont(str(path)) < 0:
            raise OSError(f"The font {path.name} cannot be read. Install Semblance again.")


def font(role: Role = "body", *, weight: int | None = None, tabular: bool = False) -> QFont:
    """Return the font of a role of text; ``tabular`` digits are for columns, axes and counters only."""
    style = type_style(role)
    result = QFont("Inter")
    result.setPixelSize(style.size)
    result.setWeight(QFont.Weight(weight or style.weight))
    result.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if role in ("figure", "title", "display", "pitch"):
        result.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 98.5)
    if tabular or role == "figure":
        result.setFeature(QFont.Tag("tnum"), 1)
    return result


def ink_on(colour: str) -> str:
    """Return the darker or lighter ink that has the higher contrast (WCAG 2) on a ground, as #RRGGBB."""

    def luminance(name: str) -> float:
        shade = QColor(name)
        channels = (shade.redF(), shade.greenF(), shade.blueF())
        linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    ground = luminance(colour)
    inks = (load_theme("light").colours.text, "#FFFFFF")

    def contrast(ink: str) -> float:
        low, high = sorted((ground, luminance(ink)))
        return (high + 0.05) / (low + 0.05)

    return max(inks, key=contrast)


def palette(theme: Theme) -> QPalette:
    """Return the theme as a palette, for what a style sheet does not reach."""
    roles: tuple[tuple[QPalette.ColorRole, Tone], ...] = (
        (QPalette.ColorRole.Window, "background"),
        (QPalette.ColorRole.WindowText, "text"),
        (QPalette.ColorRole.Base, "surface"),
        (QPalette.ColorRole.AlternateBase, "sunken"),
        (QPalette.ColorRole.Text, "text"),
        (QPalette.ColorRole.Button, "surface"),
        (QPalette.ColorRole.ButtonText, "text"),
        (QPalette.ColorRole.ToolTipBase, "text"),
        (QPalette.ColorRole.ToolTipText, "background"),
        (QPalette.ColorRole.Highlight, "accent_soft"),
        (QPalette.ColorRole.HighlightedText, "accent_soft_text"),
        (QPalette.ColorRole.PlaceholderText, "muted"),
        (QPalette.ColorRole.Link, "accent"),
        (QPalette.ColorRole.Accent, "accent"),
        (QPalette.ColorRole.Light, "surface"),
        (QPalette.ColorRole.Mid, "border"),
        (QPalette.ColorRole.Dark, "control_border"),
    )
    result = QPalette()
    for role, tone in roles:
        result.setColor(role, theme.colour(tone))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, role, theme.colour("muted"))
    return result


def style_sheet(theme: Theme, marks: Path) -> str:
    """Fill resources/window.qss: @name is a colour, @marks the folder with the theme's small control marks."""

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        return marks.as_posix() if name == "marks" else cast(str, getattr(theme.colours, name))

    return re.sub(r"@(\w+)", value, resource("window.qss").read_text(encoding="utf-8"))


class Look(QObject):
    """The theme in use. It belongs to the QApplication; ``changed`` tells everything that paints by hand."""

    changed = Signal()

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self.scheme: Scheme = "light"
        self.theme = load_theme("light")
        self.has_compact_rows = False
        self._marks = QTemporaryDir()
        application.styleHints().colorSchemeChanged.connect(self._follow_system)

    def use(self, scheme: Scheme) -> None:
        """Switch to a theme, or follow the system's; every widget is restyled and icons are recoloured."""
        self.scheme = scheme
        self.theme = load_theme(self._system_name() if scheme == "system" else scheme)
        application = cast(QApplication, self.parent())
        application.setFont(font())
        application.setPalette(palette(self.theme))
        application.setStyleSheet(style_sheet(self.theme, self._write_marks()))
        self.changed.emit()

    @property
    def row_height(self) -> int:
        """The height of table rows, in pixels, as the person set it."""
        return ROW_COMPACT if self.has_compact_rows else ROW_COMFORTABLE

    def use_compact_rows(self, compact: bool) -> None:
        """Make table rows compact or comfortable; tables hear of it by ``changed``."""
        self.has_compact_rows = compact
        self.changed.emit()

    def _system_name(self) -> Literal["light", "dark"]:
        scheme = cast(QApplication, self.parent()).styleHints().colorScheme()
        return "dark" if scheme == Qt.ColorScheme.Dark else "light"

    def _follow_system(self) -> None:
        if self.scheme == "system" and self._system_name() != self.theme.name:
            self.use("system")

    def _write_marks(self) -> Path:
        """Write chevron, tick and dash of style sheet controls in this theme's colours; return their folder."""
        folder = Path(self._marks.path()) / self.theme.name
        folder.mkdir(exist_ok=True)
        marks: tuple[tuple[str, str, Tone], ...] = (
            ("chevron", "down", "text"),
            ("chevron-off", "down", "muted"),
            ("tick", "check", "accent_text"),
            ("dash", "dash", "accent"),
            ("up", "up", "text"),
            ("new", "plus", "text"),
            ("list", "grid", "text"),
            ("details", "rows", "text"),
        )
        for name, icon, tone in marks:
            source = resource("icons", f"{icon}.svg").read_text(encoding="utf-8")
            coloured = source.replace("currentColor", self.theme.colour(tone).name())
            (folder / f"{name}.svg").write_text(coloured, encoding="utf-8")
        return folder


def look() -> Look:
    """Return the running application's Look, made at the first call."""
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        raise RuntimeError("There is no QApplication yet.")
    found = application.findChild(Look)
    return found if found is not None else Look(application)


def theme() -> Theme:
    """Return the theme in use."""
    return look().theme
