"""The Faces page: ranking, choosing, banning, correcting."""

import time
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from engine.campaign import Campaign, FaceChoice, PhotoRights
from engine.faces import likeness
from engine.inventory import Looks, MatchSettings, MatchWeights, keep_match_settings, match_settings
from engine.look_alikes import photo_usage
from gui.erasing import forget_face
from gui.faces_data import PhotoFacts
from gui.faces_words import age_words, guess_words, read_age, why_alike
from gui.photo_grid import PhotoGrid, flag_of
from tests.gui.faces.conftest import PATIENCE, wait_until_quiet


def go(qtbot, page, act):
    """Do something and wait for the customer that is shown then."""
    with qtbot.waitSignal(page.loaded, timeout=PATIENCE) as shown:
        act()
    return shown.args[0]


def eyes_on_screen(picture):
    """Return where the eyes of a face stand in the widget: y of their line, and their distance."""
    face, place = picture.face, picture.picture_rect()
    part = picture.shown.framing(place.width() / place.height())
    scale = place.width() / part.width()
    left, right = face.stored.points[:2]
    middle = (left[1] + right[1]) / 2
    return place.y() + (middle - part.y()) * scale, float(np.hypot(*(left - right))) * scale


def keys_of(page):
    return [card.key for card in page.five.cards]


def test_the_five_most_alike_are_framed_alike_and_say_why(page, campaign, results):
    probe = campaign.customer_photo(page.customer)
    lines, distances = zip(*(eyes_on_screen(card.picture) for card in page.five.cards), strict=True)
    assert np.ptp(lines) < 1.5 + 4.0  # the one in use stands in its frame
    assert np.ptp(distances) < 4.0
    for card, one in zip(page.five.cards, page.ranked, strict=False):
        cosine = float(campaign.photo(card.key).embedding @ probe.embedding)
        assert card.values[0].text() == str(likeness(cosine, results.scale))
        assert card.sentence.text() == why_alike(one)
        assert card.values[1].text().endswith(" y")
        assert card.values[2].text() in (("–",) if one.hair_difference is None else ("same", "near", "other"))
    assert [one.likeness for one in page.ranked] == sorted((one.likeness for one in page.ranked), reverse=True)
    count = len(page.data.customers)
    assert page.verdict.text() == (
        f"{count} of the {count} customers with a photo have a look-alike. All others get an ad without one."
    )
    assert page.probe_card.quality.text() == "Sharp, looking ahead"
    assert page.five.cards[0].use.text() == "In use"


def test_left_and_right_turn_customers_and_stop_at_the_ends(page, qtbot):
    customers = page.data.customers
    assert page.customer == customers[0]
    assert not page.probe_card.previous.isEnabled()
    assert go(qtbot, page, lambda: qtbot.keyClick(page, Qt.Key.Key_Right)) == customers[1]
    assert go(qtbot, page, lambda: qtbot.mouseClick(page.probe_card.next, Qt.MouseButton.LeftButton)) == customers[2]
    assert go(qtbot, page, lambda: qtbot.keyClick(page, Qt.Key.Key_Left)) == customers[1]
    go(qtbot, page, lambda: page.show_customer(customers[-1]))
    qtbot.keyClick(page, Qt.Key.Key_Right)
    assert page.customer == customers[-1]


def test_what_has_the_focus_has_the_arrow_keys(page, qtbot):
    customer, slider, grid = page.customer, page.weights.sliders[1], page.inventory.grid
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert slider.value() == 1
    grid.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right):
        qtbot.keyClick(grid, key)
    assert grid.selected == [page.data.photos[1].key] or grid.selected == [page.data.photos[2].key]
    all_photos = page.inventory.chips["all"]
    all_photos.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(all_photos, Qt.Key.Key_Right)
    assert page.inventory.chips["usable"].hasFocus()
    assert page.customer == customer
    qtbot.mouseClick(all_photos, Qt.MouseButton.LeftButton)
    all_photos.setFocus(Qt.FocusReason.MouseFocusReason)
    assert go(qtbot, page, lambda: qtbot.keyClick(all_photos, Qt.Key.Key_Right)) == page.data.customers[1]
    page.weights.reset.click()


def test_a_key_chooses_a_face_and_ctrl_z_takes_it_back(page, qtbot, campaign):
    customer, third, order = page.customer, page.five.cards[2].key, keys_of(page)
    qtbot.keyClick(page, Qt.Key.Key_3)
    wait_until_quiet(qtbot, page)
    assert campaign.face_choice(customer) == FaceChoice(customer, photo=third)
    assert keys_of(page) == order  # nothing moves under the pointer
    assert [card.use.text() for card in page.five.cards] == ["Use this"] * 2 + ["In use"] + ["Use this"] * 2
    photo = next(photo for photo in page.data.photos if photo.key == third)
    assert flag_of(photo, page.inventory.grid.photos.chosen, frozenset()).says == "Chosen for this customer"
    qtbot.keyClick(page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    wait_until_quiet(qtbot, page)
    assert campaign.face_choice(customer) is None
    qtbot.keyClick(page, Qt.Key.Key_2)
    qtbot.keyClick(page, Qt.Key.Key_2)  # the one that is chosen is let go
    wait_until_quiet(qtbot, page)
    assert campaign.face_choice(customer) is None
    assert page.five.cards[0].use.text() == "In use"


def test_a_ban_takes_a_face_out_and_the_grid_lets_it_back(page, qtbot, campaign):
    customer, first = page.customer, page.five.cards[0].key
    qtbot.mouseClick(page.five.cards[0].ban, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: first not in keys_of(page), timeout=PATIENCE)
    assert campaign.inventory.bans(customer) == {first}
    chips = page.inventory.chips
    assert chips["banned"].text() == "Banned  1"
    qtbot.mouseClick(chips["banned"], Qt.MouseButton.LeftButton)
    assert [photo.key for photo in page.inventory.grid.photos.photos] == [first]
    assert page.inventory.grid.photos.flag(0).fades
    page.inventory.grid.select_photo(first)
    qtbot.mouseClick(page.inventory.allow, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: keys_of(page)[0] == first, timeout=PATIENCE)
    assert campaign.inventory.bans(customer) == frozenset()
    assert page.inventory.filter == "all"


def test_weights_rank_again_at_once_and_count_in_ads_once_all_are_matched(page, qtbot, campaign):
    before = keys_of(page)
    assert not page.weights.is_stale
    page.weights.sliders[0].setValue(5)
    page.weights.sliders[2].setValue(95)
    assert keys_of(page) != before
    close = [one for one in page.ranked if one.likeness >= 20]
    assert [one.score for one in close] == sorted((one.score for one in close), reverse=True)
    assert page.weights.is_stale
    assert match_settings(campaign).weights == MatchWeights()
    with qtbot.waitSignal(page.changed, timeout=PATIENCE):
        qtbot.mouseClick(page.match_all, Qt.MouseButton.LeftButton)
    assert match_settings(campaign).weights == MatchWeights(0.05, 0.0, 0.95)
    assert [match.photo for match in campaign.matches(page.customer)][:5] == keys_of(page)
    assert not page.weights.is_stale


def test_ten_thousand_photos_are_ranked_again_within_a_moment(page):
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(10_000, 512)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    faces = page.data.matcher.faces
    keys = (*faces.keys, *(f"made{number}.jpg" for number in range(10_000)))
    many = Looks(
        keys,
        np.concatenate([faces.embeddings, rows]),
        np.concatenate([faces.ages, rng.uniform(18, 70, 10_000).astype(np.float32)]),
        np.concatenate([faces.hair, rng.uniform(0, 60, (10_000, 3)).astype(np.float32)]),
        faces.models * (len(keys) // len(faces.keys) + 1),
    )
    object.__setattr__(
        page.data, "matcher", replace(page.data.matcher, faces=replace(many, models=many.models[: len(keys)]))
    )
    began = time.process_time()
    for value in range(40, 50):
        page.weights.sliders[1].setValue(value)
    assert (time.process_time() - began) / 10 < 0.05


def test_hair_and_age_are_corrected_by_hand_and_guessed_again(page, qtbot, campaign):
    key = f"customer:{page.customer}"
    page.probe_card.swatch.menu_of_colours().actions()[6].trigger()
    qtbot.waitUntil(lambda: campaign.inventory.appearances([key])[key].hair_by_hand, timeout=PATIENCE)
    qtbot.waitUntil(lambda: page.probe_card.swatch.colour == QColor(150, 78, 44), timeout=PATIENCE)
    guess = page.probe_card.age.text()
    page.probe_card.age.selectAll()
    qtbot.keyClicks(page.probe_card.age, "61-66")
    qtbot.keyClick(page.probe_card.age, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.probe_card.age.text() == "61 to 66", timeout=PATIENCE)
    assert campaign.inventory.appearances([key])[key].age == (61.0, 66.0)
    apart = page.ranked[0].years_apart
    assert apart == pytest.approx(
        abs(63.5 - float(page.data.matcher.faces.ages[page.data.places[page.ranked[0].photo]]))
    )
    page.probe_card.age.clear()
    qtbot.keyClick(page.probe_card.age, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.probe_card.age.text() == guess, timeout=PATIENCE)
    seen = campaign.inventory.appearances([key])[key]
    assert not seen.age_by_hand
    assert seen.hair_by_hand
    assert guess_words(seen) == "Hair as you set it; age is a guess you can correct."


def test_ages_are_read_as_people_write_them():
    assert read_age("23 to 31") == read_age("23-31") == (23.0, 31.0)
    assert read_age("27") == (27.0, 27.0)
    assert read_age(age_words((65.0, 100.0))) == (65.0, 100.0)
    assert read_age("31 to 23") is read_age("old") is read_age("140") is None


def test_of_a_customer_without_consent_nothing_is_opened(page, qtbot, results, monkeypatch):
    opened = []
    monkeypatch.setattr(Campaign, "customer_photo", lambda self, customer: opened.append(customer))
    customers = results.customers["customer"].to_pylist()
    stranger = next(each for each in customers if each not in page.data.customers)
    go(qtbot, page, lambda: page.show_customer(stranger))
    assert page.probe_card.picture.shown.icon == "lock"
    assert page.probe_card.picture.accessibleName() == "No photo consent"
    assert page.probe_card.consent.text() == "No photo consent"
    assert not page.probe_card.change.isVisibleTo(page)
    assert not page.five.strip.isVisibleTo(page)
    assert opened == []


def test_who_may_be_the_customer_is_to_be_looked_at_first(page):
    one = replace(page.ranked[0], likeness=91)
    card = page.five.cards[0]
    card.show_face(one, in_use=False, is_pinned=False)
    assert card.warning.isVisibleTo(card)
    assert card.sentence.text() == "May be the customer. Look first."


def test_photos_without_rights_are_flagged_found_and_cannot_match(page, qtbot, campaign, results):
    first, second = keys_of(page)[:2]
    campaign.inventory.set_rights(
        [
            PhotoRights(first, "no", tags=("summer",)),
            PhotoRights(second, "yes", ("AT",), date(2020, 1, 1)),
        ]
    )
    keep_match_settings(campaign, MatchSettings(territory="HU"))
    go(qtbot, page, lambda: page.set_campaign(campaign, results))
    assert not {first, second} & set(keys_of(page))
    chips, grid = page.inventory.chips, page.inventory.grid
    assert chips["usable"].text() == f"Usable  {len(page.data.photos) - 2}"
    assert chips["expired"].text() == "Expired  1"
    assert page.inventory.note.text() == "2 photos may not be used, so they cannot match."
    qtbot.keyClicks(page.inventory.search, "SUMMER")
    qtbot.waitUntil(lambda: [photo.key for photo in grid.photos.photos] == [first], timeout=PATIENCE)
    assert "no model release" in grid.photos.flag(0).says
    page.inventory.search.setText("nobody")
    qtbot.waitUntil(lambda: page.inventory.stack.currentWidget() is page.inventory.nothing, timeout=PATIENCE)
    qtbot.mouseClick(page.inventory.clear, Qt.MouseButton.LeftButton)
    assert len(grid.photos.photos) == len(page.data.photos)


def test_the_probe_lights_up_among_its_neighbours_on_the_map(page, qtbot):
    qtbot.mouseClick(page.inventory.views.button(1), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.inventory.map.has_map, timeout=PATIENCE)
    said = page.inventory.map.accessibleDescription()
    assert all(key.removesuffix(".jpg") in said for key in keys_of(page))
    image = page.inventory.map.grab().toImage()
    colours = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert {"#0b5f6e", "#b0500f"} <= colours
    dot = next(
        (x, y)
        for x in range(0, page.inventory.map.width(), 3)
        for y in range(0, page.inventory.map.height(), 3)
        if page.inventory.map.photo_at(x, y) is not None
    )
    key = page.inventory.map.photo_at(*dot)
    page.inventory.map.chosen.emit(key)
    assert page.inventory.grid.selected == [key]


def test_the_map_is_drawn_by_t_sne_where_that_is_chosen(page, qtbot):
    qtbot.mouseClick(page.inventory.views.button(1), Qt.MouseButton.LeftButton)
    shown = page.inventory.map
    qtbot.waitUntil(lambda: shown.has_map, timeout=PATIENCE)
    by_pca = shown._map
    assert by_pca.method == "pca"
    qtbot.mouseClick(shown.methods.button(1), Qt.MouseButton.LeftButton)
    assert shown.says.text() == "The map is being drawn."
    qtbot.waitUntil(lambda: shown._map.method == "tsne", timeout=PATIENCE)
    assert shown.says.text() != "The map is being drawn."
    shown.show_map(by_pca)  # comes late
    assert shown._map.method == "tsne"


def test_every_photo_tells_how_often_it_is_used(page, results):
    used = photo_usage(results.faces, page.data.matcher.clearance.on)
    assert {photo.key: photo.ads for photo in page.data.photos if photo.ads} == dict(used)
    often = max(page.data.photos, key=lambda photo: photo.ads)
    row = [photo.key for photo in page.inventory.grid.photos.photos].index(often.key)
    tip = page.inventory.grid.photos.index(row).data(Qt.ItemDataRole.ToolTipRole)
    assert often.ads > 1 and f"In {often.ads} ads" in tip


def test_thumbnails_in_sight_come_first(page, qtbot):
    grid = page.inventory.grid
    qtbot.mouseClick(page.inventory.views.button(0), Qt.MouseButton.LeftButton)
    wait_until_quiet(qtbot, page)
    side = round(116 * grid.devicePixelRatioF())
    seen = [
        photo.key
        for row, photo in enumerate(grid.photos.photos)
        if grid.visualRect(grid.photos.index(row)).intersects(grid.viewport().rect())
    ]
    assert len(seen) >= 9
    qtbot.waitUntil(lambda: all(grid.thumbs.image(key, side) is not None for key in seen), timeout=PATIENCE)
    assert all(grid.thumbs.image(key, side).width() == side for key in seen)
    assert grid.thumbs.image("unknown.jpg", side) is None


def test_an_empty_campaign_asks_for_a_folder(page, bare_campaign_path, qtbot):
    from gui.results import read_results

    with Campaign.open(bare_campaign_path, "open sesame") as bare:
        page.set_campaign(bare, read_results(bare))
        assert page.empty.isVisible()
        assert page.empty.accessibleName().startswith("No campaign photos yet. Drop a folder here.")
        assert not page.match_all.isVisible()
        wait_until_quiet(qtbot, page)
        page.set_campaign(None, None)


def test_a_face_whose_consent_is_withdrawn_elsewhere_is_kept_nowhere_on_the_page(page):
    card = page.probe_card
    assert card.front.shown.image is not None
    page.hide()
    forget_face(page.window(), "somebody else")
    assert card.front.shown.image is not None
    forget_face(page.window(), page.customer)
    assert card.front.shown.image is None
    assert card.picture.face is None
    assert page._probe is None
    assert page.ranked == ()
    assert card.swatch.colour is None
    assert not page.five.strip.isVisibleTo(page)


def test_whoever_is_gone_makes_room_for_the_first_who_has_a_photo(page, qtbot, campaign, results):
    gone, first = "nobody any more", page.data.customers[0]
    page._customer = gone
    assert go(qtbot, page, lambda: page.set_campaign(campaign, results)) == first
    assert page.probe_card.isVisibleTo(page)
    assert page.probe_card.picture.face is not None


def test_after_a_cancelled_match_the_page_is_read_anew(page, qtbot):
    with qtbot.waitSignal(page.changed, timeout=PATIENCE):
        page.dialogs.adopted.emit()
        page.jobs.cancel()
    assert page.data is not None
    assert page.jobs.history[-1].outcome == "cancelled"


def test_where_photos_are_shared_out_the_one_that_fell_to_the_ad_is_in_use(page):
    fourth = page.ranked[3].photo
    faces = replace(page._probe.faces, is_shared_out=True, share=fourth)
    page._take_probe(replace(page._probe, faces=faces))
    assert [card.use.text() for card in page.five.cards] == ["Use this"] * 3 + ["In use"] + ["Use this"]
    page._take_probe(replace(page._probe, faces=replace(faces, share=None)))
    assert "In use" not in [card.use.text() for card in page.five.cards]


def test_thousands_stay_selected_in_one_step(qtbot):
    grid = PhotoGrid()
    qtbot.addWidget(grid)
    photos = [PhotoFacts(f"{number}.jpg") for number in range(10_000)]
    grid.show_photos(photos)
    grid.selectAll()
    told = []
    grid.picked.connect(told.append)
    began = time.process_time()
    grid.show_photos([photo for number, photo in enumerate(photos) if number % 100])
    assert time.process_time() - began < 1.0
    assert [len(keys) for keys in told] == [9_900]
    assert len(grid.selected) == 9_900
