"""The Loyalty page, as somebody reads and clicks it: one selection in all its pictures, and what is missing said."""

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QPushButton

from engine.errors import PlaceError
from engine.handsets import LoyaltyTable
from gui import numbers
from gui.charts.loyalty_words import Scope
from gui.loyalty_page import LoyaltyPage
from gui.loyalty_verdict import why_nothing
from gui.results import CampaignResults
from gui.theme import theme


@pytest.fixture
def page(qtbot, jobs, on_screen, still_campaign, still_results):
    page = on_screen(LoyaltyPage(jobs))
    page.set_campaign(still_campaign, still_results)
    qtbot.waitExposed(page)
    chart = page.heat.map
    qtbot.waitUntil(lambda: chart.height() >= chart.minimumSizeHint().height())  # everything has its place then
    return page


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def click_cell(qtbot, page, row, column):
    chart = page.heat.map
    qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=chart.cell_rect(row, column).center())


def click_group(qtbot, card, key):
    qtbot.mouseClick(card.plot, Qt.MouseButton.LeftButton, pos=card.plot.line_rect(key).center().toPoint())


def choose(qtbot, page, measure):
    click(qtbot, page.heat.segments.button(measure))


def row_of(results, maker, next_maker, age_band="", residence=""):
    rows = results.loyalty.rows
    return rows[
        (rows["maker"] == maker)
        & (rows["next_maker"] == next_maker)
        & (rows["age_band"] == age_band)
        & (rows["residence"] == residence)
    ].iloc[0]


def line_of(card, key):
    return next(line for line in card.plot.lines if line.key == key)


def test_the_verdict_says_who_comes_back_most_and_least_with_likely_ranges(page, still_results):
    rows = still_results.loyalty.rows
    own = rows[(rows["group"] == "all") & (rows["maker"] == rows["next_maker"]) & (rows["maker"] != "Other")]
    best = own.sort_values("probability").iloc[-1]
    chance, low, high = (round(100 * best[name]) for name in ("probability", "low", "high"))
    assert page.verdict.text().startswith(f"Of 100 {best['maker']} owners, {chance} ({low} to {high}) come back to it")
    assert page.selection == (best["maker"], "")


def test_a_cell_selected_is_selected_in_every_picture(page, qtbot, still_results):
    click_cell(qtbot, page, 0, 1)
    assert page.selection == ("Samsung", "Xiaomi")
    for card in (page.ages, page.places):
        assert card.explains.text() == "Samsung to Xiaomi. Of 100 owners within 24 months, with likely range"
    assert page.waiting.curves.selection == "Samsung"
    row = row_of(still_results, "Samsung", "Xiaomi", age_band="45-54")
    assert line_of(page.ages, "45-54").value == pytest.approx(row["probability"])
    assert "Owners of Samsung" in page.heat.sentence.text
    assert "Seen together, not caused." in page.heat.sentence.text


def test_an_age_and_a_place_selected_are_selected_in_every_picture(page, qtbot, still_results):
    page.heat.map.select(0, 0)
    click_group(qtbot, page.ages, "35-44")
    assert page.scope == Scope("35-44")
    assert page.ages.plot.selection == "35-44"
    assert page.places.heading.text() == "By place, aged 35–44"
    click_group(qtbot, page.places, "Budapest")
    assert page.scope == Scope("35-44", "Budapest")
    assert page.ages.heading.text() == "By age in Budapest"
    assert page.selection == ("Samsung", "Samsung")
    row = row_of(still_results, "Samsung", "Samsung", "35-44", "Budapest")
    chance = numbers.points(row["probability"], 0, signed=False)
    assert "Owners of Samsung in Budapest aged 35–44" in page.heat.sentence.text
    assert f"{chance} of 100" in page.heat.sentence.text
    assert line_of(page.ages, "35-44").number == line_of(page.places, "Budapest").number == chance
    assert page.waiting.explains.text().startswith("Of 100 owners in Budapest aged 35–44, how many have no next phone")
    last = page.waiting.curves.curves[0].waiting[-1]
    assert last == pytest.approx(
        1 - still_results.loyalty.rows.query(
            "maker == 'Samsung' and age_band == '35-44' and residence == 'Budapest'"
        )["probability"].sum()
    )  # fmt: skip
    click(qtbot, page.heat.age)
    assert page.scope == Scope("", "Budapest")
    click_group(qtbot, page.places, "Budapest")  # a second click returns to all
    assert page.scope == Scope()
    assert not page.heat.age.isVisible()
    assert not page.heat.place.isVisible()


def test_the_sentence_says_how_many_times_as_often_and_what_would_explain_it_away(page, qtbot, still_results):
    click_cell(qtbot, page, 0, 0)
    row = row_of(still_results, "Samsung", "Samsung")
    ratio, low, high = (f"{row[name]:.1f}" for name in ("ratio", "ratio_low", "ratio_high"))
    strength = row["ratio"] + np.sqrt(row["ratio"] * (row["ratio"] - 1))
    assert page.heat.sentence.text.startswith('<span style="font-weight:600">Owners of Samsung come back to Samsung')
    assert f"{ratio} times as often as others move to it ({low} to {high})." in page.heat.sentence.text
    assert f"An unseen cause {strength:.1f} times as strong would explain it away." in page.heat.sentence.text
    assert page.heat.map.accessibleDescription().startswith("Owners of Samsung come back")


def test_uplift_and_count_are_told_in_their_own_numbers(page, qtbot, still_results):
    click_cell(qtbot, page, 0, 0)
    choose(qtbot, page, 1)
    row = row_of(still_results, "Samsung", "Samsung")
    assert f"{round(100 * row['uplift'])} more of 100" in page.heat.sentence.text
    assert line_of(page.ages, "").number == f"+{round(100 * row['uplift'])}"
    choose(qtbot, page, 2)
    assert f"{int(row['changes'])} were seen changing to Samsung" in page.heat.sentence.text
    assert line_of(page.places, "").number == str(int(row["changes"]))
    assert sum(line.value for line in page.places.plot.lines[1:] if line.value) <= row["changes"]


def test_a_curve_is_selected_by_mouse_and_keys(page, qtbot):
    curves = page.waiting.curves
    curve = next(curve for curve in curves.curves if curve.maker == "Xiaomi")
    names = dict(zip((each.maker for each in curves.curves), curves._name_places(), strict=True))
    end = QPoint(curves.width() - 10, round(names[curve.maker]))
    qtbot.mouseClick(curves, Qt.MouseButton.LeftButton, pos=end)
    assert page.selection == ("Xiaomi", "")
    curves.setFocus()
    qtbot.keyClick(curves, Qt.Key.Key_Up)
    assert page.selection[0] == curves.curves[[each.maker for each in curves.curves].index("Xiaomi") - 1].maker
    assert "of 100 have no next phone yet" in curves.accessibleDescription()


def test_groups_are_selected_by_keys(page, qtbot):
    plot = page.ages.plot
    plot.setFocus()
    for _ in range(3):
        qtbot.keyClick(plot, Qt.Key.Key_Down)
    assert page.scope == Scope("35-44")
    assert plot.accessibleDescription().startswith("35–44: ")
    qtbot.keyClick(plot, Qt.Key.Key_Up)
    assert page.scope == Scope("25-34")
    qtbot.keyClick(plot, Qt.Key.Key_Home)
    assert page.scope == Scope()


def test_too_few_and_too_short_are_said_and_hatched(page, qtbot, still_results):
    rows = still_results.loyalty.rows.copy()
    of_nokia = (rows["group"] == "all") & (rows["maker"] == "Nokia")
    rows.loc[of_nokia, "followed_months"] = 15
    few = (rows["group"] == "age") & (rows["age_band"] == "65+") & (rows["maker"] == "Nokia")
    rows.loc[few, ["probability", "low", "high"]] = np.nan
    rows.loc[few, "owners"] = 7
    page.set_campaign(None, replace(still_results, loyalty=replace(still_results.loyalty, rows=rows)))
    nokia = page._grid.makers.index("Nokia")
    click_cell(qtbot, page, nokia, nokia)
    assert "Nokia owners were followed for 15 months only." in page.heat.sentence.text
    assert line_of(page.ages, "").note == "followed 15 months"
    assert line_of(page.ages, "65+").note == "too few: 7"
    assert line_of(page.ages, "65+").value is None


def test_a_campaign_of_an_earlier_version_is_told_as_far_as_it_goes(page, qtbot, still_results):
    rows = still_results.loyalty.rows
    before = rows[rows["group"] != "both"].assign(ratio=np.nan, ratio_low=np.nan, ratio_high=np.nan)
    page.set_campaign(None, replace(still_results, loyalty=LoyaltyTable(before, 24)))
    assert page.waiting.empty.isVisible()
    assert "earlier version" in page.waiting.empty.advice.text()
    click_group(qtbot, page.ages, "25-34")
    click_group(qtbot, page.places, "Budapest")
    assert page.scope == Scope("", "Budapest")  # it knows ages and places only one by one
    assert "Seen together, not caused." in page.heat.sentence.text


@pytest.mark.parametrize(
    ("change", "missing", "advice"),
    [
        ({"makers": ()}, "No phones in these logs", "phone type"),
        ({"loyalty": None}, "No loyalty in this campaign", "earlier version"),
        ({"changes": 0}, "No change of phone can be dated", "phone_since"),
        ({"probability": np.nan}, "Too few customers to say", "10 owners"),
    ],
)
def test_what_is_missing_is_said_with_what_to_do(page, qtbot, still_results, change, missing, advice):
    if next(iter(change)) in ("changes", "probability"):
        rows = still_results.loyalty.rows.assign(**change)
        found = replace(still_results, loyalty=replace(still_results.loyalty, rows=rows))
    else:
        found = replace(still_results, **change)
    page.set_campaign(None, found)
    assert page.empty.isVisible()
    assert not page.scroller.isVisible()
    assert not page.proceed.isVisible()
    assert page.empty.missing.text() == missing
    assert advice in page.empty.advice.text()
    with qtbot.waitSignal(page.step_wanted) as wanted:
        click(qtbot, page.back)
    assert wanted.args == ["data", ""]


def test_without_a_campaign_there_is_nothing_to_press(page):
    page.set_campaign(None, None)
    assert page.empty.isVisible()
    assert not page.back.isVisible()
    assert why_nothing(CampaignResults()) == why_nothing(None)


def test_the_way_on_leads_to_the_recommendations(page, qtbot):
    with qtbot.waitSignal(page.step_wanted) as wanted:
        click(qtbot, page.proceed)
    assert wanted.args == ["recommendations", ""]


@pytest.mark.parametrize("size", [(968, 592), (1232, 852)])
def test_nothing_is_cut_off_at_any_width(page, qtbot, size):
    click_group(qtbot, page.ages, "25-34")
    click_group(qtbot, page.places, "Székesfehérvár")
    page.resize(*size)
    qtbot.wait(50)
    assert page.width() == size[0]
    assert page.scroller.widget().width() <= page.scroller.viewport().width()
    for button in page.findChildren(QPushButton):
        if button.isVisible():
            place = button.mapTo(page, QPoint(0, 0))
            assert place.x() >= 0
            assert place.x() + button.width() <= size[0]
            assert button.width() >= button.minimumSizeHint().width()


def menu_action(button, text):
    return next(action for action in button.menu_of_picture().actions() if action.text() == text)


@pytest.mark.parametrize("card", ["heat", "ages", "places", "waiting"])
def test_a_picture_is_saved_as_png_and_svg(page, qtbot, jobs, tmp_path, monkeypatch, card):
    button = getattr(page, card).picture
    for kind, ending in (("Save as PNG…", ".png"), ("Save as SVG…", ".svg")):
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(tmp_path / "picture"), ""))
        with qtbot.waitSignal(jobs.emptied):
            menu_action(button, kind).trigger()
        assert (tmp_path / f"picture{ending}").exists()
    image = QImage(str(tmp_path / "picture.png"))
    assert image.size() == 2 * button.picture.size
    assert image.pixelColor(4, 4) == theme().colour("surface")
    drawn = {image.pixelColor(x, y).name() for x in range(0, image.width(), 3) for y in range(80, image.height(), 3)}
    assert len(drawn) > 10
    svg = (tmp_path / "picture.svg").read_text(encoding="utf-8")
    root = ElementTree.fromstring(svg)
    assert root.get("width") == str(button.picture.size.width())
    assert getattr(page, card).heading.text() in "".join(root.itertext())
    assert "non-scaling-stroke" not in svg
    assert "Inter, Arial, sans-serif" in svg
    assert list(tmp_path.glob(".*")) == []


def test_a_picture_is_copied_for_programs_of_pixels_and_of_lines(page, qtbot, jobs):
    with qtbot.waitSignal(jobs.emptied):
        page.heat.picture.copy()
    content = QGuiApplication.clipboard().mimeData()
    assert content.hasImage()
    assert bytes(content.data("image/svg+xml").data()).startswith(b"<?xml")
    assert jobs.history[-1].name == "Picture copied"
    QGuiApplication.clipboard().clear()


def test_the_pictures_menu_opens_by_key_and_by_right_click(page, qtbot):
    page.heat.picture.setFocus()
    qtbot.keyClick(page.heat.picture, Qt.Key.Key_Space)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert [action.text() for action in menu.actions()] == ["Copy the picture", "Save as PNG…", "Save as SVG…"]
    menu.close()
    where = QPoint(40, 40)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, where, page.waiting.curves.mapToGlobal(where))
    QApplication.sendEvent(page.waiting.curves, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    menu.close()


def test_a_picture_that_cannot_be_saved_is_told(page, qtbot, jobs, tmp_path):
    with qtbot.waitSignal(jobs.failed) as told:
        page.heat.picture.save(tmp_path / "missing" / "picture.png")
    assert isinstance(told.args[0], PlaceError)


def test_the_page_is_one_key_away(demo_window, qtbot):
    qtbot.keyClick(demo_window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert demo_window.workspace.step == "loyalty"
    assert demo_window.workspace.rail.buttons["loyalty"].mark_says.endswith("changes of phone seen")
