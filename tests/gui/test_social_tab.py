import csv
from dataclasses import replace
from datetime import date

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog

from engine.campaign import Campaign, Consent, FaceChoice, StoredMatch
from engine.demo.population import simulate_population
from engine.logs import FileReport
from engine.look_alikes import choose_whose_face
from engine.social import INFLUENCE_DOCUMENT, Association, Circles, NextMakerInfluence, write_circle
from gui import numbers
from gui.all_customers import influence_words
from gui.charts.ego_network import places
from gui.data_page import DataPage
from gui.results import read_results
from tests.engine.campaign.conftest import fake_photo
from tests.engine.social.conftest import web_of

AGREED = date(2026, 3, 3)


@pytest.fixture(scope="module")
def web():
    return web_of(simulate_population(800, 3), 3)


@pytest.fixture
def campaign(tmp_path):
    with Campaign.create(tmp_path / "social.semblance", "open sesame", name="Social") as campaign:
        yield campaign


@pytest.fixture
def page(qtbot, jobs, campaign, web):
    """The Data page of a campaign with calls and a web, its Social tab open."""
    write_circle(campaign, web, web.communities())
    page = shown_page(qtbot, jobs, campaign)
    qtbot.waitUntil(lambda: page.social.view.network is not None)
    return page


def results_of(campaign):
    return replace(read_results(campaign), files=(FileReport("calls.csv", "calls", 9, 0),))


def shown_page(qtbot, jobs, campaign):
    page = DataPage(jobs)
    qtbot.addWidget(page)
    page.resize(1232, 852)
    page.show()
    page.set_campaign(campaign, results_of(campaign))
    qtbot.waitExposed(page)
    qtbot.mouseClick(page.social.tabs.button(2), Qt.MouseButton.LeftButton)
    return page


def test_the_tab_opens_where_a_face_can_be_used_if_there_is_one(qtbot, jobs, campaign, web):
    write_circle(campaign, web, web.communities())
    circles = Circles.read(campaign)
    contact = next(row["contact"] for row in circles.circle.to_pylist() if row["is_customer"])
    agree(campaign, contact)
    tab = shown_page(qtbot, jobs, campaign).social
    qtbot.waitUntil(lambda: tab.view.network is not None)
    assert tab.view.network.customer == circles.busiest({contact})
    assert tab.view.network.contacts[tab.view.selection].contact == contact
    assert tab.contact.use.isEnabled()


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def place_of(network, *, is_customer):
    return next(place for place, each in enumerate(network.contacts) if each.is_customer == is_customer)


def customer_with(circles, *, is_customer):
    """Return a customer whose circle holds a contact of that kind, not in the first place."""
    for customer in circles.people["customer"].to_pylist():
        network = circles.ego_network(customer)
        if any(each.is_customer == is_customer for each in network.contacts[1:]):
            return customer
    raise AssertionError("nobody")


def test_the_tab_opens_on_the_customer_with_the_largest_reach(page, campaign, web):
    assert not page.scroller.isVisible()
    circles = Circles.read(campaign)
    customer = circles.busiest()
    best = web.most_influential(customer, 1)[0]
    assert page.social.view.network.customer == customer
    assert page.social.circle.heading.text() == f"Circle of {numbers.customer_key(customer)}"
    assert page.social.contact.heading.text() == f"Most influential: {numbers.customer_key(best.contact)}"
    assert page.social.contact.sentence.text().startswith(f"Takes {numbers.percent(best.share)} of the calls")
    assert [page.social.table.cell(row, 0).text for row in range(page.social.table.row_count)] == [
        numbers.customer_key(each.contact) for each in web.most_influential(customer, 60)
    ]


def test_files_come_back_with_their_tab(page, qtbot):
    click(qtbot, page.social.tabs.button(0))
    assert page.scroller.isVisible()
    assert not page.social.isVisible()


def test_a_click_on_a_contact_leads_there_and_back(page, qtbot):
    view = page.social.view
    before = view.network.customer
    place = place_of(view.network, is_customer=True)
    contact = view.network.contacts[place].contact
    x, y = view.pixel(place)
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))
    assert view.network.customer == contact
    click(qtbot, page.social.back)
    assert view.network.customer == before
    assert not page.social.back.isEnabled()


def test_a_party_of_another_operator_is_selected_but_leads_nowhere(page, qtbot, campaign):
    view = page.social.view
    customer = customer_with(Circles.read(campaign), is_customer=False)
    page.social.show_customer(customer)
    place = place_of(view.network, is_customer=False)
    x, y = view.pixel(place)
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))
    assert (view.network.customer, view.selection) == (customer, place)
    assert page.social.contact.chip.text() == "Another operator"
    assert not page.social.contact.use.isEnabled()


def test_arrow_keys_and_enter_do_what_the_mouse_does(page, qtbot, campaign):
    view = page.social.view
    page.social.show_customer(customer_with(Circles.read(campaign), is_customer=True))
    view.setFocus()
    wanted = next(place for place, each in enumerate(view.network.contacts) if place and each.is_customer)
    contact = view.network.contacts[wanted].contact
    for _ in range(wanted):
        qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.selection == wanted
    assert page.social.table.currentIndex().row() == wanted
    assert numbers.customer_key(contact) in view.accessibleDescription()
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert view.network.customer == contact


def test_a_row_of_the_table_selects_the_contact(page, campaign):
    page.social.show_customer(customer_with(Circles.read(campaign), is_customer=True))
    page.social.table.selectRow(1)
    assert page.social.view.selection == 1
    assert page.social.contact.heading.text().startswith("Contact 2: ")


def agree(campaign, contact):
    """Let a contact agree, with a photo and somebody close in the inventory."""
    campaign.record_consent(Consent(contact, AGREED, "customers.csv"))
    campaign.add_photo(fake_photo(f"{contact}.jpg", contact))
    campaign.add_photo(fake_photo("54_a.jpg"))
    campaign.write_matches([StoredMatch(contact, "54_a.jpg", 1, 0.7)])


def select_customer_contact(tab, campaign):
    """Select a contact that is a customer; return customer and contact."""
    customer = customer_with(Circles.read(campaign), is_customer=True)
    tab.show_customer(customer)
    place = next(place for place, each in enumerate(tab.view.network.contacts) if place and each.is_customer)
    tab.view.select(place)
    return customer, tab.view.network.contacts[place].contact


def select_again(tab):
    place = tab.view.selection
    tab.view.select(-1)
    tab.view.select(place)


def test_only_the_contacts_own_consent_and_photo_enable_the_face(page, qtbot, campaign):
    tab = page.social
    customer, contact = select_customer_contact(tab, campaign)
    assert tab.contact.chip.text() == "No photo consent"
    assert not tab.contact.use.isEnabled()
    campaign.record_consent(Consent(contact, AGREED, "customers.csv"))
    select_again(tab)
    assert tab.contact.chip.text() == "Photo consent, 3 March 2026"
    assert tab.contact.why.text().startswith("They agreed, but there is no photo of them")
    assert not tab.contact.use.isEnabled()
    agree(campaign, contact)
    select_again(tab)
    assert tab.contact.use.isEnabled()
    with qtbot.waitSignal(page.changed):
        click(qtbot, tab.contact.use)
    assert campaign.face_choice(customer) == FaceChoice(customer, contact)
    assert tab.contact.use.text() == "Take the choice back"
    page.set_campaign(campaign, results_of(campaign))  # as the window does
    qtbot.waitUntil(lambda: tab.contact.use.isVisible() and tab._circles is not None)
    assert tab.contact.heading.text().endswith(numbers.customer_key(contact))
    cell = next(cell for cell in (tab.table.cell(row, 0) for row in range(tab.table.row_count)) if cell.icon)
    assert (cell.text, cell.tip) == (numbers.customer_key(contact), "Agreed, and has a look-alike")
    with qtbot.waitSignal(page.changed):
        click(qtbot, tab.contact.use)
    assert campaign.face_choice(customer) is None
    assert tab.contact.use.text() == "Use this face"


def test_a_contact_who_withdrew_meanwhile_is_not_chosen(page, qtbot, campaign):
    tab = page.social
    customer, contact = select_customer_contact(tab, campaign)
    agree(campaign, contact)
    select_again(tab)
    campaign.withdraw_consent(contact, AGREED)
    with qtbot.waitSignal(page.jobs.failed) as told:
        click(qtbot, tab.contact.use)
    assert "no valid photo consent" in str(told.args[0])
    assert campaign.face_choice(customer) is None
    assert not tab.contact.use.isEnabled()


def test_what_the_campaign_gives_by_rule_is_said(page, qtbot, campaign):
    tab = page.social
    customer, contact = select_customer_contact(tab, campaign)
    agree(campaign, contact)
    choose_whose_face(campaign, "contact")
    page.set_campaign(campaign, results_of(campaign))
    qtbot.waitUntil(lambda: tab._circles is not None)
    assert tab.view.network.customer == customer
    assert tab.contact.why.text() == (
        "The most influential one who agreed: the customer's ad bears a look-alike of theirs."
    )
    assert not tab.contact.use.isEnabled()


def test_seeds_are_found_by_a_job_shown_with_their_bound_and_saved(page, qtbot, campaign, tmp_path, monkeypatch):
    tab, card = page.social, page.social.seeds
    click(qtbot, tab.parts.button(1))
    assert card.isVisible()
    assert not tab.contact.isVisible()
    card.count.choose("10")
    click(qtbot, card.start)
    assert not card.start.isEnabled()
    qtbot.waitUntil(lambda: card.found is not None, timeout=10_000)
    seeds = card.found.seeds
    assert card.start.isEnabled()
    assert len(seeds.customers) == card.table.row_count == 10
    assert card.sentence.text() == (
        f"These 10 reach about {numbers.decimal(seeds.reached)} of 800 customers in two hops, themselves included. No "
        f"other 10 reach more than {numbers.decimal(seeds.best_possible)}: that is at least "
        f"{int(100 * seeds.guarantee)} of 100 of the best possible (99{numbers.SPACE}% confidence)."
    )
    card.table.selectRow(3)
    assert tab.view.network.customer == seeds.customers[3]
    path = tmp_path / "seeds.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    click(qtbot, card.save)
    qtbot.waitUntil(path.exists, timeout=10_000)
    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    assert [row["customer"] for row in rows] == list(seeds.customers)
    assert [row["rank"] for row in rows] == [str(rank) for rank in range(1, 11)]
    assert {row["note"] for row in rows} == {card.sentence.text()}
    campaign.erase_customer(seeds.customers[0])
    page.set_campaign(campaign, results_of(campaign))
    qtbot.waitUntil(lambda: card.found is None)
    assert not card.table.isVisible()


def test_contacts_phones_and_the_next_phone_are_told_in_one_sentence(page, campaign):
    assert page.social.spread.influence.text().startswith("Too few changes of phone were seen")
    clear, unclear = Association(8.7, 7.0, 10.4), Association(-0.2, -1.5, 1.1)
    campaign.write_document(INFLUENCE_DOCUMENT, NextMakerInfluence(clear, clear, 900, 30).to_json())
    page.set_campaign(campaign, results_of(campaign))
    assert page.social.spread.influence.text() == (
        "Contacts' phones are associated with the next phone: where all contacts use a maker, about 9 more of 100 have "
        "it next than where none does (likely range 7.0 to 10.4). Seen together, not caused."
    )
    assert influence_words(NextMakerInfluence(unclear, clear, 900, 30)) == (
        f"Contacts' phones and the next phone: no clear difference ({numbers.MINUS}0.2 of 100, "
        f"likely range {numbers.MINUS}1.5 to 1.1)."
    )


def test_a_customer_is_found_by_key(page, qtbot, campaign):
    customer = Circles.read(campaign).people["customer"][7].as_py()
    qtbot.keyClicks(page.social.search, numbers.customer_key(customer))
    qtbot.keyClick(page.social.search, Qt.Key.Key_Return)
    assert page.social.view.network.customer == customer
    said = page.social.verdict.text()
    page.social.search.setText("nobody")
    qtbot.keyClick(page.social.search, Qt.Key.Key_Return)
    assert page.social.verdict.text().startswith("No customer has the key nobody.")
    assert page.social.view.network.customer == customer
    qtbot.keyClick(page.social.search, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: page.social.verdict.text() == said)


def test_a_row_of_the_contacts_leads_there_by_enter(page, qtbot):
    view, table = page.social.view, page.social.table
    place = place_of(view.network, is_customer=True)
    contact = view.network.contacts[place].contact
    table.setFocus()
    table.selectRow(place)
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert view.network.customer == contact


def test_whoever_is_erased_is_gone_when_the_campaign_is_shown_again(page, qtbot, campaign):
    tab = page.social
    customer = tab.view.network.customer
    contact = tab.view.network.contacts[0].contact
    campaign.erase_customer(contact)
    page.set_campaign(campaign, results_of(campaign))
    qtbot.waitUntil(lambda: contact not in [each.contact for each in tab.view.network.contacts])
    assert tab.view.network.customer == customer


def test_a_campaign_without_a_web_says_what_is_missing(qtbot, jobs, campaign):
    page = shown_page(qtbot, jobs, campaign)
    qtbot.waitUntil(page.social.empty.isVisible)
    assert not page.social.scroller.isVisible()
    assert "No social web yet" in page.social.empty.accessibleName()


def test_places_are_apart_and_the_first_stands_on_top():
    for contacts in (1, 7, 25, 60):
        found = places(contacts)
        assert found.shape == (contacts, 2)
        assert found[0, 0] == pytest.approx(0.0, abs=1e-9)
        assert found[0, 1] > 0
        gaps = ((found[:, None] - found[None]) ** 2).sum(axis=2) ** 0.5
        gaps[range(contacts), range(contacts)] = 9
        assert gaps.min() > 0.15
        assert abs(found).max() <= 1 + 1e-9
