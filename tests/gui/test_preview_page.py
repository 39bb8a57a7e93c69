import gc
from dataclasses import replace
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QPushButton

from engine.campaign import Campaign, Consent, FaceChoice, StoredPhoto
from engine.columns import CUSTOMER, EXPECTED_VALUE, NO_OFFER, OFFER, UPLIFT_LOW
from engine.faces import likeness
from engine.look_alikes import whose_face
from gui import numbers
from gui.ad_composer import AdWish
from gui.consent_words import consent_chip
from gui.customer_facts import customer_facts
from gui.erasing import ErasingDialog
from gui.face_loader import FaceLoader
from gui.jobs import JobQueue
from gui.offer_words import more_say_yes
from gui.photo_view import photo_name
from gui.pitch import Pitch
from gui.preview_page import PreviewPage
from gui.preview_pictures import LookAlikeCard
from gui.preview_reasons import likeness_sentence
from gui.results import CampaignResults, read_results
from tests.engine.demo_circle import circle_of_demo

PATIENCE = 30_000


@pytest.fixture
def campaign(request):
    """The test's own copy where it asks for one, to be changed at will; else one that all share."""
    own = {"demo_campaign", "circle"} & set(request.fixturenames)
    return request.getfixturevalue("demo_campaign" if own else "still_campaign")


@pytest.fixture
def demo_results(campaign):
    """What the campaign on the page holds."""
    return read_results(campaign)


@pytest.fixture
def page(qtbot, campaign, demo_results):
    jobs = JobQueue()
    page = PreviewPage(jobs)
    jobs.setParent(page)
    qtbot.addWidget(page, before_close_func=leave)
    page.resize(1232, 852)
    page.show()
    with qtbot.waitSignal(page.ad_shown, timeout=PATIENCE):
        page.set_campaign(campaign, demo_results)
    return page


def leave(page):
    """Let nothing run on when the page is deleted."""
    page.set_campaign(None, None)
    for queue in page.findChildren(JobQueue):
        queue.stop()
        queue.wait(PATIENCE)


def with_face(results):
    """Return the customers with a look-alike, in their order."""
    return [results.order[place] for place in range(results.order.with_face)]


def go(qtbot, page, act):
    """Do something and wait for the ad that follows."""
    with qtbot.waitSignal(page.ad_shown, timeout=PATIENCE) as shown:
        act()
    return shown.args[0]


def eyes_on_screen(picture):
    """Return where the eyes of a face stand in the widget: y of their line, and their distance."""
    face, place = picture.face, picture.picture_rect()
    part = picture.shown.framing(place.width() / place.height())
    scale = place.width() / part.width()
    assert place.height() / part.height() == pytest.approx(scale, rel=1e-6)
    left, right = face.stored.points[:2]
    middle = (left[1] + right[1]) / 2
    distance = float(((left - right) ** 2).sum() ** 0.5)
    return place.y() + (middle - part.y()) * scale, distance * scale


def test_a_safe_pair_comes_first_with_offer_face_reasons_and_ad(page, qtbot, demo_results):
    customers = with_face(demo_results)
    assert 0 < len(customers) <= 24
    assert 60 <= page.faces.in_ad.likeness <= 85
    facts = customer_facts(demo_results, customers[0])
    assert page.customer == customers[0]
    assert page.look_alike_card.chip.text() == "The customer's look-alike"
    assert page.verdict.text() == (
        f"Customer 1 of {len(customers)} with a look-alike. Offer and face were chosen for this one person."
    )
    assert page.customer_card.chip.text() == f"Customer {numbers.customer_key(customers[0])}"
    assert page.customer_card.consent.text().startswith("Photo consent, ")
    assert more_say_yes(facts.uplift, facts.low, facts.high) in page.offer_card.sentence.text()
    assert facts.offer.name in page.offer_card.sentence.text()
    image = page.ad_card.picture.shown.image
    assert (image.width(), image.height()) == (1080, 1080)
    assert page.ad_card.checks.accessibleName() == "Passes all checks"
    qtbot.waitUntil(lambda: not page.offer_card.is_busy, timeout=PATIENCE)
    lines = page.offer_card.reasons.lines
    assert page.offer_card.reasons.isVisible()
    assert len(lines) == 4
    assert sum(line.value for line in lines) == pytest.approx(facts.uplift, abs=0.0006), "reasons add up to the uplift"


def test_customer_and_look_alike_share_eye_line_and_eye_distance(page, qtbot, demo_results):
    for _ in range(4):
        mine, theirs = eyes_on_screen(page.customer_card.picture), eyes_on_screen(page.look_alike_card.picture)
        assert mine[0] == pytest.approx(theirs[0], abs=1.5)
        assert mine[1] == pytest.approx(theirs[1], abs=1.0)
        go(qtbot, page, page.turning_keys.turn_on)


def test_left_and_right_turn_and_stop_at_the_ends(page, qtbot, demo_results):
    customers = with_face(demo_results)
    assert not page.previous.isEnabled()
    shown = go(qtbot, page, lambda: qtbot.keyClick(page, Qt.Key.Key_Right))
    assert shown == page.customer == customers[1]
    go(qtbot, page, lambda: qtbot.mouseClick(page.next, Qt.MouseButton.LeftButton))
    assert page.customer == customers[2]
    go(qtbot, page, lambda: qtbot.keyClick(page, Qt.Key.Key_Left))
    assert page.customer == customers[1]
    go(qtbot, page, lambda: page.show_customer(customers[-1]))
    assert not page.next.isEnabled()
    qtbot.keyClick(page, Qt.Key.Key_Right)
    assert page.customer == customers[-1]


def test_another_face_is_one_key_away_and_ctrl_z_takes_it_back(page, qtbot, demo_campaign):
    customer = page.customer
    first, third = page.faces.alike[0].key, page.faces.alike[2].key
    before = page.ad_card.picture.shown.image.copy()
    go(qtbot, page, lambda: qtbot.keyClick(page, Qt.Key.Key_3))
    assert page.faces.in_ad.key == third
    assert demo_campaign.face_choice(customer) == FaceChoice(customer, photo=third)
    said = f"{third} chosen for customer {numbers.customer_key(customer)}"
    qtbot.waitUntil(lambda: [each.name for each in page.jobs.history] == [said])
    assert page.look_alike_card.detail.accessibleName() == f"{photo_name(third)}, your choice"
    assert [thumb.is_chosen for thumb in page.others_card.thumbs] == [False, False, True, False, False]
    assert page.ad_card.picture.shown.image != before
    go(qtbot, page, lambda: qtbot.keyClick(page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier))
    assert page.faces.in_ad.key == first
    qtbot.waitUntil(lambda: demo_campaign.face_choice(customer) is None)
    assert page.ad_card.picture.shown.image == before


def test_undo_returns_to_the_customer_whose_face_was_changed(page, qtbot, demo_campaign, demo_results):
    customer = page.customer
    thumb = page.others_card.thumbs[1]
    go(qtbot, page, lambda: qtbot.mouseClick(thumb, Qt.MouseButton.LeftButton))
    go(qtbot, page, page.turning_keys.turn_on)
    assert page.customer != customer
    go(qtbot, page, page.undo)
    assert page.customer == customer
    assert demo_campaign.face_choice(customer) is None
    page.undo()
    assert page.customer == customer


def test_a_choice_is_still_there_when_the_campaign_is_read_again(page, qtbot, demo_campaign):
    customer, second = page.customer, page.faces.alike[1].key
    go(qtbot, page, lambda: qtbot.keyClick(page, Qt.Key.Key_2))
    go(qtbot, page, lambda: page.set_campaign(demo_campaign, read_results(demo_campaign)))
    assert (page.customer, page.faces.in_ad.key) == (customer, second)


def test_the_wide_size_is_one_click_away(page, qtbot):
    go(qtbot, page, lambda: qtbot.mouseClick(page.ad_card.sizes.button(1), Qt.MouseButton.LeftButton))
    image = page.ad_card.picture.shown.image
    assert (image.width(), image.height()) == (1200, 628)
    place = page.ad_card.picture.picture_rect()
    assert place.width() / place.height() == pytest.approx(1200 / 628, rel=1e-6)


def test_a_customer_without_consent_is_a_tile_with_a_lock(page, qtbot, demo_campaign, demo_results):
    table = demo_results.customers
    offered = table.filter(pc.not_equal(table["offer"], "none"))["customer"].to_pylist()
    customer = next(one for one in offered if demo_campaign.consent(one) is None)
    go(qtbot, page, lambda: page.show_customer(customer))
    assert page.customer_card.consent.text() == "No photo consent"
    assert page.customer_card.consent.kind == "plain"
    assert (page.customer_card.picture.shown.icon, page.customer_card.picture.face) == ("lock", None)
    assert page.look_alike_card.picture.face is None
    assert not any(thumb.isVisible() for thumb in page.others_card.thumbs)
    assert not page.face_card.withdraw.isVisible()
    assert page.ad_card.checks.accessibleName() == "No photo: the ad goes without a face."
    assert page.ad_card.picture.shown.image.width() == 1080
    assert page.filter.selected == 1
    place = demo_results.order.as_ranked().place(customer)
    assert page.verdict.text().startswith(
        f"Customer {numbers.decimal(place + 1)} of {numbers.decimal(len(demo_results.order))} with an offer."
    )


def test_everybody_with_an_offer_is_there_behind_those_with_a_face(page, qtbot, demo_results):
    order, table = demo_results.order, demo_results.customers
    assert len(order) == pc.sum(pc.not_equal(table[OFFER], "none")).as_py() > order.with_face
    low = dict(zip(table[CUSTOMER].to_pylist(), table[UPLIFT_LOW].to_pylist(), strict=True))
    others = [low[order[place]] for place in range(order.with_face, len(order))]
    assert others == sorted(others, reverse=True)
    qtbot.mouseClick(page.filter.button(1), Qt.MouseButton.LeftButton)
    assert page.customer == order[0]
    worth = dict(zip(table[CUSTOMER].to_pylist(), table[EXPECTED_VALUE].to_pylist(), strict=True))
    ranked = order.ranked.to_pylist()
    assert [worth[each] for each in ranked] == sorted((worth[each] for each in ranked), reverse=True)
    place = numbers.decimal(ranked.index(order[0]) + 1)
    assert page.verdict.text().startswith(f"Customer {place} of {numbers.decimal(len(order))} with an offer.")
    go(qtbot, page, lambda: page.show_customer(ranked[-1]))
    assert not page.next.isEnabled()
    go(qtbot, page, lambda: qtbot.mouseClick(page.filter.button(0), Qt.MouseButton.LeftButton))
    assert page.customer == order[0]


def test_faces_that_may_be_the_customer_come_behind_the_safe_ones(demo_results, demo_campaign):
    cosines = {match.customer: match.cosine for match in demo_campaign.nearest_matches()}
    values = [likeness(cosines[customer], demo_results.scale) for customer in with_face(demo_results)]
    groups = [3 if value > 85 else 0 if value >= 60 else 1 if value >= 40 else 2 for value in values]
    assert groups == sorted(groups)
    assert {0, 3} <= set(groups)


def test_where_nobody_is_close_the_ad_goes_without_a_face_until_one_is_chosen(page, qtbot, demo_campaign):
    customer = page.customer
    far = [replace(match, cosine=0.2 - match.rank / 100) for match in demo_campaign.matches(customer)]
    demo_campaign.write_matches(far)
    found = read_results(demo_campaign)
    go(qtbot, page, lambda: page.set_campaign(demo_campaign, found))
    assert found.order.place(customer) >= found.order.with_face
    go(qtbot, page, lambda: page.show_customer(customer))
    assert page.look_alike_card.picture.shown.notice == "Nobody in your photos is close"
    assert page.face_card.sentence.text().startswith("Nobody in your photos is close: the nearest has 0 of 100.")
    assert page.ad_card.checks.accessibleName().startswith("No photo: ")
    assert not any(thumb.is_chosen for thumb in page.others_card.thumbs)
    go(qtbot, page, lambda: qtbot.keyClick(page, Qt.Key.Key_2))
    assert page.faces.in_ad.key == far[1].photo
    assert page.ad_card.checks.accessibleName() == "Passes all checks"
    qtbot.waitUntil(lambda: demo_campaign.face_choice(customer) == FaceChoice(customer, photo=far[1].photo))
    order = read_results(demo_campaign).order
    assert order.place(customer) == order.with_face - 1
    go(qtbot, page, page.undo)
    assert page.faces.in_ad is None


def test_withdrawing_consent_erases_the_face_from_file_and_memory(page, qtbot, demo_campaign):
    customer = page.customer
    go(qtbot, page, lambda: qtbot.keyClick(page, Qt.Key.Key_2))
    qtbot.mouseClick(page.face_card.withdraw, Qt.MouseButton.LeftButton)
    dialog = page.findChild(ErasingDialog)
    assert dialog.keep.isDefault()
    with qtbot.waitSignal(page.changed, timeout=PATIENCE):
        go(qtbot, page, lambda: qtbot.mouseClick(dialog.erase, Qt.MouseButton.LeftButton))
    assert demo_campaign.consent(customer).withdrawn_on is not None
    assert demo_campaign.customer_photo(customer) is None
    assert demo_campaign.matches(customer) == ()
    assert page.customer == customer
    assert (page.customer_card.consent.text(), page.customer_card.consent.kind) == ("Consent withdrawn", "warning")
    assert page.customer_card.picture.shown.notice.startswith("Consent withdrawn, face data erased ")
    assert page.look_alike_card.picture.face is None
    assert not page.face_card.withdraw.isVisible()
    assert page.ad_card.checks.accessibleName().startswith("No photo: ")
    assert page.jobs.history[-1].name.startswith("Consent withdrawn, face data erased ")
    assert "Consent of " in demo_campaign.events()[-1].text
    page.undo()  # the choice of a face went with the face
    qtbot.wait(300)  # the fade of the pictures
    gc.collect()
    kept = [each for each in gc.get_objects() if isinstance(each, StoredPhoto) and each.customer == customer]
    assert kept == []


def test_who_gets_no_offer_stays_on_the_page_when_the_campaign_is_read_again(page, qtbot, demo_campaign, demo_results):
    table = demo_results.customers
    customer = table.filter(pc.equal(table["offer"], "none"))["customer"][0].as_py()
    go(qtbot, page, lambda: page.show_customer(customer))
    go(qtbot, page, lambda: page.set_campaign(demo_campaign, read_results(demo_campaign)))
    assert page.customer == customer
    demo_campaign.erase_customer(customer)
    go(qtbot, page, lambda: page.set_campaign(demo_campaign, read_results(demo_campaign)))
    assert page.customer == demo_results.order[0]


def test_consent_is_kept_where_the_question_is_answered_so(page, qtbot, demo_campaign):
    qtbot.mouseClick(page.face_card.withdraw, Qt.MouseButton.LeftButton)
    dialog = page.findChild(ErasingDialog)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert not dialog.isVisible()
    assert demo_campaign.consent(page.customer).withdrawn_on is None
    assert page.customer_card.picture.face is not None


def test_a_choice_that_cannot_be_kept_is_told_and_taken_back(page, qtbot, demo_campaign):
    first, third = page.faces.in_ad.key, page.faces.alike[2].key
    with demo_campaign._held() as connection:
        connection.execute("DELETE FROM photo WHERE key = ?", (third,))
    with qtbot.waitSignal(page.jobs.failed, timeout=PATIENCE):
        go(qtbot, page, lambda: page.choose_face(third))
    qtbot.waitUntil(lambda: page.faces is not None and page.faces.chosen is None, timeout=PATIENCE)
    assert page.faces.in_ad.key == first
    assert page.faces.by_key(third) is None
    page.undo()
    assert page.faces.chosen is None


def test_a_customer_who_gets_no_offer_gets_no_ad(page, qtbot, demo_results):
    table = demo_results.customers
    customer = table.filter(pc.equal(table["offer"], "none"))["customer"][0].as_py()
    go(qtbot, page, lambda: page.show_customer(customer))
    assert "No offer." in page.offer_card.sentence.text()
    assert page.ad_card.picture.shown.notice == "No offer, so no ad."


def test_the_last_wish_wins(page, qtbot, demo_results):
    customers = with_face(demo_results)
    seen = []
    page.ad_shown.connect(seen.append)
    for customer in customers[1:6]:
        page.show_customer(customer)
    qtbot.waitUntil(lambda: bool(seen), timeout=PATIENCE)
    qtbot.wait(300)
    assert seen == [customers[5]]
    assert page.customer == customers[5]


def test_an_old_ad_is_dimmed_until_the_new_one_is_there(page, qtbot, demo_results):
    customer = with_face(demo_results)[1]
    page.show_customer(customer)
    page._dim()
    assert page.ad_card.picture.is_dimmed
    assert page.ad_card.picture.shown.image is not None
    qtbot.waitSignal(page.ad_shown, timeout=PATIENCE).wait()
    assert not page.ad_card.picture.is_dimmed


def test_an_ad_that_cannot_be_made_is_told_in_its_place(page, qtbot):
    wish = AdWish(page.customer, "1x1", page.faces.in_ad.key)
    page._composer.ask(wish)
    qtbot.waitUntil(lambda: page.ad_card.picture.shown.icon == "stop", timeout=PATIENCE)
    assert "1x1" in page.ad_card.picture.shown.notice


def test_over_85_somebody_has_to_look_first(page, qtbot):
    faces = page.faces
    twin = replace(faces, alike=(replace(faces.alike[0], likeness=86), *faces.alike[1:]))
    card = LookAlikeCard()
    qtbot.addWidget(card)
    card.show()
    card.show_faces(twin)
    assert (card.likeness.text(), card.likeness.kind) == ("May be the customer. Look first.", "warning")
    assert card.warning.isVisible()
    assert likeness_sentence(twin, twin.alike[0]).startswith("May be the customer. Look first.")
    card.show_faces(replace(faces, alike=(replace(faces.alike[0], likeness=85),)))
    assert card.likeness.kind == "lookalike"
    assert card.likeness.text() == "Likeness 85, very alike"
    assert not card.warning.isVisible()


def test_little_likeness_says_that_nobody_is_close(page):
    few = tuple(replace(one, likeness=12) for one in page.faces.alike)
    faces = replace(page.faces, alike=few, chosen=None)
    assert likeness_sentence(faces, few[0]).startswith("Little likeness: nobody in your photos is close.")


@pytest.fixture
def circle(page, qtbot, demo_campaign):
    """A circle of three, in a campaign whose ads bear the look-alikes of contacts, chosen on the page."""
    circle = circle_of_demo(demo_campaign)
    page.whose.setFocus()
    with qtbot.waitSignal(page.changed, timeout=PATIENCE):
        qtbot.keyClick(page.whose, Qt.Key.Key_Down)
    go(qtbot, page, lambda: page.set_campaign(demo_campaign, read_results(demo_campaign)))
    return circle


def test_the_campaign_s_faces_are_chosen_on_the_page_and_said_in_words(page, qtbot, demo_campaign, circle):
    assert whose_face(demo_campaign) == "contact"
    assert page.whose.chosen == "contact"
    go(qtbot, page, lambda: page.show_customer(circle.without_photo))
    assert page.faces.contact == circle.first
    key = numbers.customer_key(circle.first)
    assert page.look_alike_card.chip.text() == f"Look-alike of contact {key}"
    assert page.look_alike_card.picture.face.stored.key == demo_campaign.matches(circle.first)[0].photo
    assert page.face_card.sentence.text().startswith(f"Like contact {key}, the most influential one who agreed.")
    assert page.customer_card.picture.shown.icon == "lock"
    assert page.ad_card.checks.accessibleName() == "Passes all checks"
    order = read_results(demo_campaign).order
    assert order.place(circle.without_photo) < order.with_face
    assert order.place(circle.first) < order.place(circle.without_photo)  # a pair of faces is shown before one alone


def test_one_customer_goes_back_to_the_own_look_alike_and_on_to_the_contact_s(page, qtbot, demo_campaign, circle):
    customer, back = circle.first, page.others_card.person
    go(qtbot, page, lambda: page.show_customer(customer))
    assert page.faces.contact == circle.second
    assert back.text() == "Own look-alike"
    go(qtbot, page, lambda: qtbot.mouseClick(back, Qt.MouseButton.LeftButton))
    assert page.faces.contact is None
    assert page.look_alike_card.chip.text() == "The customer's look-alike"
    assert demo_campaign.face_choice(customer) == FaceChoice(customer)
    assert back.text() == "Contact's look-alike"
    go(qtbot, page, page.undo)
    assert (page.faces.contact, demo_campaign.face_choice(customer)) == (circle.second, None)
    go(qtbot, page, lambda: qtbot.keyClick(page, Qt.Key.Key_2))
    assert page.faces.in_ad.key == page.faces.alike[1].key
    qtbot.waitUntil(
        lambda: demo_campaign.face_choice(customer) == FaceChoice(customer, circle.second, page.faces.alike[1].key)
    )


def test_a_contact_who_withdraws_is_gone_from_the_ads_of_others(page, qtbot, demo_campaign, circle):
    customer = circle.second
    go(qtbot, page, lambda: page.show_customer(customer))
    assert page.faces.contact == circle.first
    go(qtbot, page, lambda: qtbot.keyClick(page, Qt.Key.Key_2))
    go(qtbot, page, lambda: page.show_customer(circle.first))
    qtbot.mouseClick(page.face_card.withdraw, Qt.MouseButton.LeftButton)
    dialog = page.findChild(ErasingDialog)
    with qtbot.waitSignal(page.changed, timeout=PATIENCE):
        go(qtbot, page, lambda: qtbot.mouseClick(dialog.erase, Qt.MouseButton.LeftButton))
    go(qtbot, page, lambda: page.show_customer(customer))
    assert page.faces.contact is None
    assert demo_campaign.face_choices() == ()
    page.undo()  # the choice went with the contact's face
    assert page.customer == customer


def test_the_pitch_says_whose_look_alike_it_is_but_not_who(page, qtbot, demo_campaign, circle):
    go(qtbot, page, lambda: page.show_customer(circle.without_photo))
    page.open_pitch()
    pitch = page.findChild(Pitch)
    qtbot.waitUntil(lambda: pitch.ad.shown.image is not None, timeout=PATIENCE)
    assert pitch.title.text() == "A face like one they listen to. An offer that fits them."
    assert pitch.notes[1].text() == "of a contact of theirs who agreed"
    said = " ".join(label.text() for label in pitch.findChildren(QLabel)) + pitch.accessibleName()
    assert numbers.customer_key(circle.first) not in said
    qtbot.keyClick(pitch, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: page.findChild(Pitch) is None, timeout=PATIENCE)


def test_without_a_call_graph_there_is_nothing_to_choose(page, qtbot, demo_campaign, demo_results):
    assert page.whose.isVisible()
    go(qtbot, page, lambda: page.set_campaign(demo_campaign, replace(demo_results, circles=0)))
    assert not page.whose.isVisible()


def test_the_keys_walk_through_selected_customers_and_the_page_says_which(page, qtbot, demo_campaign, demo_results):
    table = demo_results.customers
    nobody = next(key for key, offer in zip(table[CUSTOMER].to_pylist(), table[OFFER].to_pylist(), strict=True)
                  if offer == NO_OFFER)  # fmt: skip
    chosen = [with_face(demo_results)[2], with_face(demo_results)[0], nobody]
    assert go(qtbot, page, lambda: page.show_selection(pa.array(chosen))) == chosen[0]
    assert page.verdict.text().startswith("1 of 3 selected.")
    assert not page.previous.isEnabled()
    for place in (1, 2):
        assert go(qtbot, page, lambda: qtbot.keyClick(page, Qt.Key.Key_Right)) == chosen[place]
    assert page.verdict.text() == "3 of 3 selected. No offer, so there is no ad."
    assert not page.next.isEnabled()
    go(qtbot, page, lambda: page.set_campaign(demo_campaign, demo_results))
    assert (page.customer, page.verdict.text()[:15]) == (nobody, "3 of 3 selected")
    go(qtbot, page, lambda: qtbot.mouseClick(page.filter.button(0), Qt.MouseButton.LeftButton))
    assert page.verdict.text().startswith(f"Customer 1 of {len(with_face(demo_results))} with a look-alike.")
    page.set_campaign(None, None)
    assert not page.filter.button(2).isVisibleTo(page.filter)


def test_every_action_is_inside_at_every_size(page, qtbot, circle):
    go(qtbot, page, lambda: page.show_selection(pa.array([circle.first, circle.first])))
    for size in ((968, 592), (1232, 852), (1672, 1000)):
        page.resize(*size)
        qtbot.wait(80)
        assert (page.width(), page.height()) == size
        assert page.scroller.widget().height() <= page.scroller.viewport().height()
        for button in [*page.findChildren(QPushButton), *page.others_card.thumbs]:
            place = button.mapTo(page, QPoint(0, 0))
            assert button.isVisible()
            assert place.x() >= 0
            assert place.x() + button.width() <= size[0]
            assert place.y() + button.height() <= size[1]
        assert min(thumb.width() for thumb in page.others_card.thumbs) >= 40


def test_only_the_demos_logs_may_be_ahead_of_the_clock(page, demo_campaign, bare_campaign_path):
    ahead = CampaignResults(span=(date(2026, 1, 1), date(2999, 1, 1)))
    loader = FaceLoader(page)
    loader.set_campaign(demo_campaign, ahead)
    assert loader.today == date(2999, 1, 1)
    with Campaign.open(bare_campaign_path, "open sesame") as own:
        loader.set_campaign(own, ahead)
        assert loader.today == date.today()


def test_without_a_campaign_the_page_says_what_is_missing(page):
    page.set_campaign(None, None)
    assert page.empty.isVisible()
    assert not page.pitch.isVisible()


def test_the_pitch_button_asks_for_the_full_screen(page, qtbot):
    with qtbot.waitSignal(page.pitch_wanted):
        qtbot.mouseClick(page.pitch, Qt.MouseButton.LeftButton)


def test_consent_chips_say_how_consent_stands():
    given = Consent("1", date(2026, 3, 3), "customers.csv")
    today = date(2026, 11, 22)
    assert consent_chip(given, today).text == "Photo consent, 3 March 2026"
    ends = replace(given, ends_on=date(2026, 12, 4))
    assert (consent_chip(ends, today).text, consent_chip(ends, today).kind) == ("Consent ends in 12 days", "warning")
    assert consent_chip(replace(given, ends_on=date(2026, 1, 1)), today).text == "Consent ended"
    assert consent_chip(replace(given, withdrawn_on=today), today).text == "Consent withdrawn"
    assert consent_chip(None, today).kind == "plain"
