import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QLabel
from shiboken6 import isValid

from engine.offers import Choice
from engine.recommending import choose_offers
from gui import numbers
from gui.customer_facts import customer_facts
from gui.jobs import JobQueue
from gui.pitch import Pitch
from gui.preview_page import PreviewPage
from gui.results import read_results

PATIENCE = 30_000


@pytest.fixture
def pitch(qtbot, demo_campaign, demo_results):
    pitch = Pitch()
    pitch.resize(1440, 900)
    pitch.show()
    with qtbot.waitSignal(pitch.ad_shown, timeout=PATIENCE):
        pitch.set_campaign(demo_campaign, demo_results)
    yield pitch
    if isValid(pitch):
        pitch.close()
    qtbot.waitUntil(lambda: not isValid(pitch), timeout=PATIENCE)


def with_face(results):
    return [results.order[place] for place in range(results.order.with_face)]


def turn(qtbot, pitch, key):
    with qtbot.waitSignal(pitch.ad_shown, timeout=PATIENCE):
        qtbot.keyClick(pitch, key)


def test_one_sentence_three_pictures_and_one_line_of_evidence(pitch, demo_results):
    customers = with_face(demo_results)
    facts = customer_facts(demo_results, customers[0])
    assert pitch.title.text() == "A face like theirs. An offer that fits them."
    assert pitch.face.face is not None
    assert pitch.look_alike.face is not None
    assert not pitch.ad.shown.image.isNull()
    assert facts.offer.name in pitch.evidence.text()
    assert pitch.evidence.text().startswith("Of 100 customers like this one, about ")
    assert pitch.counter.text() == f"1 of {len(customers)}"


def test_nothing_of_the_customer_but_the_key_is_shown(pitch, demo_results):
    facts = customer_facts(demo_results, pitch.customer)
    said = " ".join(label.text() for label in pitch.findChildren(QLabel)) + pitch.accessibleName()
    assert numbers.customer_key(pitch.customer) in said
    for private in (facts.residence, facts.ages, facts.phone):
        assert private
        assert private not in said


def test_where_the_designer_sends_no_offer_that_is_said_of_who_would_have_got_one(pitch, qtbot, demo_campaign):
    customer = pitch.customer
    choose_offers(demo_campaign, Choice("for_all"))
    with qtbot.waitSignal(pitch.ad_shown, timeout=PATIENCE):
        pitch.set_campaign(demo_campaign, read_results(demo_campaign), customer)
    assert pitch.customer == customer
    assert pitch.evidence.text() == "You chose to send no offer."
    assert pitch.ad.shown.notice == "No ad"


def test_there_is_no_control(pitch):
    assert pitch.findChildren(QAbstractButton) == []


def test_keys_turn_and_escape_leaves_at_the_customer_shown(pitch, qtbot, demo_results):
    customers = with_face(demo_results)
    turn(qtbot, pitch, Qt.Key.Key_Right)
    assert pitch.counter.text() == f"2 of {len(customers)}"
    turn(qtbot, pitch, Qt.Key.Key_PageDown)
    turn(qtbot, pitch, Qt.Key.Key_Left)
    assert pitch.customer == customers[1]
    turn(qtbot, pitch, Qt.Key.Key_End)
    assert pitch.customer == customers[-1]
    qtbot.keyClick(pitch, Qt.Key.Key_Right)
    assert pitch.customer == customers[-1]
    with qtbot.waitSignal(pitch.left) as left:
        qtbot.keyClick(pitch, Qt.Key.Key_Escape)
    assert left.args == [customers[-1]]
    assert not pitch.isVisible()


def test_it_goes_only_when_its_threads_have_ended(pitch, qtbot, demo_results):
    for customer in with_face(demo_results)[1:4]:
        pitch.show_customer(customer)
    pitch.close()
    assert any(queue.is_busy for queue in pitch.findChildren(JobQueue))
    qtbot.waitUntil(lambda: not isValid(pitch), timeout=PATIENCE)


def test_the_pointer_hides_and_comes_back(pitch, qtbot):
    qtbot.mouseMove(pitch, QPoint(300, 300))
    qtbot.mouseMove(pitch, QPoint(310, 310))
    assert pitch.cursor().shape() == Qt.CursorShape.ArrowCursor
    qtbot.waitUntil(lambda: pitch.cursor().shape() == Qt.CursorShape.BlankCursor, timeout=4_000)
    qtbot.mouseMove(pitch, QPoint(400, 400))
    assert pitch.cursor().shape() == Qt.CursorShape.ArrowCursor


@pytest.mark.parametrize("size", [(1024, 640), (1440, 900), (1920, 1080), (2560, 1080)])
def test_everything_fits_every_screen_in_at_least_12_pixels(pitch, qtbot, size):
    pitch.resize(*size)
    qtbot.wait(30)
    labels = [label for label in pitch.findChildren(QLabel) if label.isVisible()]
    for label in labels:
        assert label.font().pixelSize() >= 12
        assert label.fontMetrics().horizontalAdvance(label.text()) <= label.width()
    for part in [*labels, pitch.face, pitch.look_alike, pitch.ad]:
        assert pitch.rect().contains(part.geometry())
    for one in labels:
        assert not any(one is not other and one.geometry().intersects(other.geometry()) for other in labels)


def test_the_preview_opens_it_and_follows_it_back(qtbot, demo_campaign, demo_results):
    page = PreviewPage(JobQueue())
    page.jobs.setParent(page)
    qtbot.addWidget(page)
    page.show()
    with qtbot.waitSignal(page.ad_shown, timeout=PATIENCE):
        page.set_campaign(demo_campaign, demo_results)
    page.open_pitch()
    pitch = page.findChild(Pitch)
    assert pitch.isFullScreen()
    qtbot.waitSignal(pitch.ad_shown, timeout=PATIENCE).wait()
    turn(qtbot, pitch, Qt.Key.Key_Right)
    with qtbot.waitSignal(page.ad_shown, timeout=PATIENCE):
        qtbot.keyClick(pitch, Qt.Key.Key_Escape)
    assert page.customer == with_face(demo_results)[1]
    page.set_campaign(None, None)
    qtbot.waitUntil(lambda: not any(queue.is_busy for queue in page.findChildren(JobQueue)), timeout=PATIENCE)
