"""The look: what is recoloured when the theme changes, and what can be read on what."""

import re

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QFontInfo, QIcon, QPalette
from PySide6.QtWidgets import QApplication, QFileDialog, QToolButton

from engine.resources import resource
from gui.icons import icon, icon_pixmap
from gui.theme import Colours, font, ink_on, load_theme, look, style_sheet, theme, type_style
from gui.widgets import Button, Chip, IconLabel


def contrast(one: str, other: str) -> float:
    def luminance(name: str) -> float:
        channels = [QColor(name).redF(), QColor(name).greenF(), QColor(name).blueF()]
        linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def colours_in(pixmap) -> set[str]:
    image = pixmap.toImage()
    opaque = [
        image.pixelColor(x, y)
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() == 255
    ]
    return {colour.name() for colour in opaque}


@pytest.mark.parametrize("name", ["light", "dark"])
def test_every_text_can_be_read_on_its_ground(name):
    colours = load_theme(name).colours
    for text, ground in [
        (colours.text, colours.background), (colours.text, colours.sunken), (colours.muted, colours.background),
        (colours.muted, colours.sunken), (colours.accent_text, colours.accent),
        (colours.accent_soft_text, colours.accent_soft), (colours.lookalike_soft_text, colours.lookalike_soft),
        (colours.positive, colours.positive_soft), (colours.warning, colours.warning_soft),
        (colours.danger, colours.danger_soft),
    ]:  # fmt: skip
        assert contrast(text, ground) >= 4.5
    assert contrast(colours.control_border, colours.surface) >= 3
    assert contrast(colours.focus, colours.background) >= 3


@pytest.mark.parametrize("name", ["light", "dark"])
def test_heat_map_text_can_be_read_on_every_step(name):
    for step in (*load_theme(name).sequential, *load_theme(name).diverging):
        assert contrast(ink_on(step), step) >= 4.5


@pytest.mark.parametrize("name", ["light", "dark"])
def test_style_sheet_has_a_value_for_every_name(name, tmp_path):
    filled = style_sheet(load_theme(name), tmp_path)
    assert "@" not in filled
    assert load_theme(name).colours.accent in filled


def test_nothing_is_written_smaller_than_12_px():
    sizes = [int(size) for size in re.findall(r"font-size:\s*(\d+)px", resource("window.qss").read_text())]
    roles = ("caption", "body", "strong", "lead", "section", "figure", "title", "display", "pitch")
    assert min(sizes + [type_style(role).size for role in roles]) >= 12


def test_inter_is_used_in_all_three_weights():
    for role in ("body", "strong", "title"):
        assert QFontInfo(font(role)).family() == "Inter"


def test_switching_the_theme_recolours_icons_and_palette(qtbot):
    button = Button("Cancel", icon_name="close")
    symbol = IconLabel("warning", "warning")
    for each in (button, symbol):
        qtbot.addWidget(each)
    light = load_theme("light").colours
    dark = load_theme("dark").colours
    assert light.text.lower() in colours_in(button.icon().pixmap(QSize(18, 18), 2.0))
    with qtbot.waitSignal(look().changed):
        look().use("dark")
    assert dark.text.lower() in colours_in(button.icon().pixmap(QSize(18, 18), 2.0))
    assert dark.warning.lower() in colours_in(symbol.pixmap())
    assert QApplication.palette().color(QPalette.ColorRole.Window).name() == dark.background.lower()
    assert theme().name == "dark"


def test_icon_has_its_own_picture_for_a_selected_row():
    shown = icon("check", "positive").pixmap(QSize(20, 20), 2.0, QIcon.Mode.Selected)
    assert colours_in(shown) == {load_theme("light").colours.positive.lower()}


def test_disabled_icon_is_muted():
    shown = icon("check").pixmap(QSize(20, 20), 2.0, QIcon.Mode.Disabled)
    assert colours_in(shown) == {load_theme("light").colours.muted.lower()}


@pytest.mark.parametrize("path", sorted(resource("icons").glob("*.svg")), ids=lambda path: path.stem)
def test_every_icon_is_drawn(path):
    if path.stem == "semblance":
        return
    source = path.read_text()
    assert 'viewBox="0 0 20 20"' in source
    assert 'stroke-width="1.6"' in source
    assert len(colours_in(icon_pixmap(path.stem, "text", 20, 3.0))) >= 1


def test_system_scheme_gives_a_theme_and_is_remembered_as_such():
    look().use("system")
    assert look().scheme == "system"
    assert theme().name in ("light", "dark")


def test_compact_rows_are_told_to_tables(qtbot):
    assert look().row_height == 36
    with qtbot.waitSignal(look().changed):
        look().use_compact_rows(True)
    assert look().row_height == 28


def test_chip_changes_its_colour_with_its_kind(qtbot):
    chip = Chip("Photo consent", "positive")
    qtbot.addWidget(chip)
    chip.show_chip("No photo consent", "plain")
    image = chip.grab().toImage()
    assert image.pixelColor(chip.width() // 2, 1).name() == load_theme("light").colours.sunken.lower()


def test_colours_name_every_token():
    import json

    tokens = json.loads(resource("look.json").read_text())
    assert set(tokens["colour"]["light"]) == set(Colours.__dataclass_fields__)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_buttons_of_qts_own_file_dialog_show_their_icons(qtbot, scheme, tmp_path):
    look().use(scheme)
    dialog = QFileDialog(None, "Save", str(tmp_path))
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    qtbot.addWidget(dialog)
    dialog.show()
    for name in ("toParentButton", "newFolderButton", "listModeButton", "detailModeButton"):
        image = dialog.grab(dialog.findChild(QToolButton, name).geometry()).toImage()
        ground = image.pixelColor(5, 5).lightness()
        inside = [(x, y) for x in range(5, image.width() - 5) for y in range(5, image.height() - 5)]
        drawn = [x for x, y in inside if abs(image.pixelColor(x, y).lightness() - ground) > 60]
        assert max(drawn, default=0) - min(drawn, default=0) >= 7, name
    look().use("light")
