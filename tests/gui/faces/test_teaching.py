"""The quiet screen: two keys answer, one takes back; what was learnt is adopted by the designer."""

import hashlib
from datetime import UTC, date, datetime

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from engine.campaign import Judgement
from engine.faces.embedder import WEIGHTS, embedder_sha256
from engine.faces.facenet import digest_file
from engine.inventory import MatchWeights, match_settings
from engine.inventory.network import embedder_of
from engine.resources import sha256_of
from engine.taste import (
    AnswersMet,
    Interval,
    Recognition,
    TunedNetwork,
    network_in_use,
    network_versions,
    read_answers,
)
from engine.taste.teaching import judged_faces
from gui.fine_tune_dialog import ANSWERS, PEOPLE, FineTuneDialog
from gui.fine_tuning_jobs import Tuned
from gui.in_use_dialog import InUseDialog
from gui.teach_screen import TeachScreen
from tests.gui.faces.conftest import PATIENCE, close


@pytest.fixture
def screen(page, campaign, qtbot):
    """The screen, opened from the page."""
    qtbot.mouseClick(page.weights.teach, Qt.MouseButton.LeftButton)
    screen = next(each for each in QApplication.topLevelWidgets() if isinstance(each, TeachScreen))
    qtbot.waitUntil(lambda: screen.asked is not None, timeout=PATIENCE)
    yield screen
    if shiboken6.isValid(screen):
        close(qtbot, screen)
    for judgement in campaign.judgements.all()[::-1]:
        campaign.judgements.take_back(judgement.number)


def press(qtbot, screen, key):
    """Press a key and wait for the next question."""
    with qtbot.waitSignal(screen.shown, timeout=PATIENCE):
        qtbot.keyClick(screen, key)
    return screen.asked


def test_keys_answer_skip_and_take_back(screen, qtbot, campaign):
    first = screen.asked.question
    assert screen.count.text() == "0 answers; from 30 on there is something to learn"
    assert [picture.face.stored.key for picture in (screen.probe, *screen.candidates)] == [
        first.probe,
        first.a,
        first.b,
    ]
    press(qtbot, screen, Qt.Key.Key_2)
    (kept,) = campaign.judgements.all()
    assert (kept.probe, kept.a, kept.b, kept.chosen) == (first.probe, first.a, first.b, "b")
    press(qtbot, screen, Qt.Key.Key_S)
    assert screen.count.text().startswith("1 answers")
    press(qtbot, screen, Qt.Key.Key_U)
    press(qtbot, screen, Qt.Key.Key_U)
    assert campaign.judgements.all() == ()
    assert screen.asked.question == first
    with qtbot.waitSignal(screen.shown, timeout=PATIENCE):
        qtbot.mouseClick(screen.candidates[0], Qt.MouseButton.LeftButton)
    assert campaign.judgements.all()[0].chosen == "a"
    qtbot.keyClick(screen, Qt.Key.Key_Escape)
    assert not screen.isVisible()


def teach_hair(campaign, customers):
    """Answer 120 questions as somebody who looks at nothing but hair."""
    faces = judged_faces(campaign)
    places = {key: place for place, key in enumerate(faces.keys)}
    inventory = campaign.photo_keys("inventory")

    def away(probe, key):
        return float(((faces.hair[places[probe]] - faces.hair[places[key]]) ** 2).sum())

    for number in range(120):
        customer = customers[number % len(customers)]
        probe = f"customer:{customer}"
        a, b = inventory[(7 * number) % len(inventory)], inventory[(11 * number + 5) % len(inventory)]
        if a == b or not abs(away(probe, a) - away(probe, b)) > 0:
            continue
        chosen = "a" if away(probe, a) < away(probe, b) else "b"
        campaign.judgements.add(Judgement(0, probe, customer, a, b, chosen, datetime.now(UTC)))


def test_what_was_learnt_is_told_with_its_range_adopted_and_taken_back(page, screen, qtbot, campaign):
    teach_hair(campaign, page.data.customers)
    screen.teacher._teaching = None  # reads the answers anew
    press(qtbot, screen, Qt.Key.Key_S)
    assert screen.learn.isVisible()
    with qtbot.waitSignal(screen.shown, timeout=PATIENCE):
        qtbot.mouseClick(screen.learn, Qt.MouseButton.LeftButton)
    view, learnt = screen.learnt_view, screen.learnt_view.lesson.learnt
    assert view.verdict.text() == "It has learnt what you mean."
    assert learnt.weights.hair > 0.5
    assert learnt.evaluation.learnt.estimate > learnt.evaluation.plain.estimate
    shown = round(100 * learnt.evaluation.learnt.estimate)
    assert view.figures[0].text().startswith(f"{shown}, likely ")
    assert view.figures[2].text() == "not known yet"  # nothing was asked twice
    with qtbot.waitSignal(page.changed, timeout=PATIENCE):
        qtbot.mouseClick(view.adopt, Qt.MouseButton.LeftButton)
    assert match_settings(campaign).weights == learnt.weights
    qtbot.waitUntil(lambda: not page.jobs.is_busy, timeout=PATIENCE)
    again = TeachScreen(campaign, page._results.scale, page._loader.today, page)
    with qtbot.waitSignal(again.teacher.adopted, timeout=PATIENCE):
        again.teacher.go_back()
    assert match_settings(campaign).weights == MatchWeights()
    close(qtbot, again)


def network_of(trial, onnx=b""):
    return TunedNetwork(onnx, hashlib.sha256(onnx).hexdigest(), embedder_sha256(), trial, 14, 60)


def recognised(gain):
    share, gained = Interval(0.9, 0.8, 0.95), Interval(gain, -0.05, 0.05)
    return Recognition(7, 20, share, share, gained, share, share, gained)


def test_fine_tuning_says_what_it_lacks_and_what_it_is_worth(campaign, qtbot, tmp_path):
    dialog = FineTuneDialog(campaign, date(2026, 10, 31))
    dialog.show()
    assert not dialog.begin.isEnabled()
    (tmp_path / "people" / "anna").mkdir(parents=True)
    (tmp_path / "people" / "anna" / "one.jpg").write_bytes(campaign.photo(campaign.photo_keys("inventory")[0]).jpeg)
    (tmp_path / "releases.csv").write_text("photo,release\nbert,yes\n", encoding="utf-8")
    dialog.take(tmp_path / "people", tmp_path / "releases.csv")
    qtbot.waitUntil(lambda: not dialog._queue.is_busy, timeout=PATIENCE)
    qtbot.mouseClick(dialog.begin, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "fine-tuning needs 15 such people" in dialog.result_words.text(), timeout=PATIENCE)
    assert not dialog.adopt.isVisible()
    dialog._show(Tuned(network_of(recognised(-0.01)), ("1 person without a release was left out.",)))
    assert dialog.result_words.text().endswith("1 person without a release was left out. It does worse than before, "
                                               "so it cannot be adopted.")  # fmt: skip
    assert not dialog.adopt.isVisible()
    close(qtbot, dialog)


def test_fine_tuning_to_answers_counts_them_and_reads_a_table(campaign, qtbot, tmp_path):
    dialog = FineTuneDialog(campaign, date(2026, 10, 31))
    dialog.show()
    qtbot.waitUntil(lambda: not dialog._queue.is_busy, timeout=PATIENCE)
    qtbot.mouseClick(dialog.ways.button(ANSWERS), Qt.MouseButton.LeftButton)
    assert dialog.answers_name.text() == "Or your own: 0 answers, 1,000 needed"
    assert not dialog.begin.isEnabled()
    one, two, three, *_ = campaign.photo_keys("inventory")
    table = tmp_path / "answers.csv"
    table.write_text(f"face,nearer,farther\n{one},{two},{three}\n{one},{two},nobody.jpg\n", encoding="utf-8")
    assert read_answers(campaign, table).answers == ((one, two, three),)
    assert read_answers(campaign, table).problems == (
        "answers.csv, line 3: nobody.jpg is no campaign photo. Add it, or correct the name.",
    )
    dialog.take(answers=table)
    qtbot.mouseClick(dialog.begin, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "There are 0 answers about released photos" in dialog.result_words.text(), timeout=PATIENCE)
    found = AnswersMet(9, 330, Interval(0.7, 0.6, 0.8), Interval(0.8, 0.7, 0.9), Interval(0.1, 0.02, 0.18))
    dialog._show(Tuned(network_of(found)))
    assert dialog.result_words.text().startswith(
        "Of 100 answers about 9 faces it did not see, it meets 80, likely 70 to 90; before 70, likely 60 to 80."
    )
    assert dialog.adopt.isVisible()
    qtbot.mouseClick(dialog.ways.button(PEOPLE), Qt.MouseButton.LeftButton)
    assert not dialog.adopt.isVisible() and dialog.tuned is None  # it was made of something else
    close(qtbot, dialog)


def test_what_is_in_use_is_always_reached_gone_back_from_and_removed(page, campaign, qtbot):
    tuned = network_of(recognised(0.0), b"an ONNX")
    before = campaign.read_document("face_network")

    def opened():
        qtbot.mouseClick(page.weights.in_use, Qt.MouseButton.LeftButton)
        dialog = next(each for each in QApplication.topLevelWidgets() if isinstance(each, InUseDialog))
        qtbot.waitUntil(lambda: bool(dialog.network.text()), timeout=PATIENCE)
        return dialog

    page.dialogs.network_changed.disconnect(page._network_changed)  # it would read the faces by what is no network
    try:
        dialog = opened()
        assert (dialog.ranking.text(), dialog.network.text()) == ("The sliders as you set them.", "FaceNet as it came.")
        assert not dialog.network_back.isVisible() and not dialog.remove.isVisible()
        close(qtbot, dialog)
        tuning = FineTuneDialog(campaign, date(2026, 10, 31))
        tuning.show()
        tuning._show(Tuned(tuned))
        with qtbot.waitSignal(tuning.network_changed, timeout=PATIENCE):
            tuning.adopt.click()
        close(qtbot, tuning)
        assert network_in_use(campaign).sha256 == tuned.sha256
        dialog = opened()
        assert dialog.network.text().startswith("FaceNet fine-tuned to 60 photos, adopted on ")
        assert not dialog.remove.isVisible()
        with qtbot.waitSignal(dialog.network_changed, timeout=PATIENCE):
            qtbot.mouseClick(dialog.network_back, Qt.MouseButton.LeftButton)
        close(qtbot, dialog)
        assert network_in_use(campaign) is None
        dialog = opened()
        assert dialog.remove.text() == "Remove 1 unused"
        qtbot.mouseClick(dialog.remove, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: not dialog.remove.isVisible(), timeout=PATIENCE)
        assert network_versions(campaign) == ()
        with qtbot.waitSignal(dialog.tuning_wanted, timeout=PATIENCE):
            qtbot.mouseClick(dialog.tune, Qt.MouseButton.LeftButton)
        tuning = next(each for each in QApplication.topLevelWidgets() if isinstance(each, FineTuneDialog))
        close(qtbot, tuning)
    finally:
        page.dialogs.network_changed.connect(page._network_changed)
        campaign.erase_document("face_network") if before is None else campaign.write_document("face_network", before)


def test_other_weights_are_chosen_from_a_file_and_left_again(page, campaign, qtbot, tmp_path, monkeypatch):
    monkeypatch.setenv("SEMBLANCE_CACHE", str(tmp_path))
    told = []
    dialog = InUseDialog(campaign)
    dialog.network_changed.connect(lambda: told.append(embedder_of(campaign)))
    dialog.show()
    qtbot.waitUntil(dialog.weights.isVisible, timeout=PATIENCE)
    (tmp_path / "other.pt").write_bytes(b"no weights")
    dialog.use_weights(tmp_path / "other.pt")
    qtbot.waitUntil(lambda: "other.pt is not the published" in dialog.wrong.text(), timeout=PATIENCE)
    assert dialog.weights.isEnabled() and told == []
    close(qtbot, dialog)
    prepared = tmp_path / WEIGHTS["facenet-vggface2"].onnx
    prepared.write_bytes(b"as if it had been put together here")
    digest_file(prepared).write_text(f"{sha256_of(prepared)}  {prepared.name}\n")
    for button, says, name in (
        ("weights", "FaceNet as it came.", "facenet-vggface2"),
        ("own_weights", "FaceNet trained on VGGFace2.", "facenet-casia"),
    ):
        dialog = InUseDialog(campaign)
        dialog.network_changed.connect(lambda: told.append(embedder_of(campaign)))
        dialog.show()
        qtbot.waitUntil(getattr(dialog, button).isVisible, timeout=PATIENCE)
        assert dialog.network.text() == says
        with qtbot.waitSignal(dialog.network_changed, timeout=PATIENCE):
            qtbot.mouseClick(getattr(dialog, button), Qt.MouseButton.LeftButton)
        close(qtbot, dialog)
        assert told[-1] == name
    campaign.erase_document("embedder")


def test_esc_waits_until_what_was_learnt_is_in_use(screen, qtbot, campaign, monkeypatch):
    monkeypatch.setattr("engine.taste.go_back", match_settings)
    told = []
    screen.adopted.connect(lambda: told.append(True))
    screen.teacher.go_back()
    qtbot.keyClick(screen, Qt.Key.Key_Escape)
    assert screen.isVisible()
    qtbot.waitUntil(lambda: bool(told), timeout=PATIENCE)
    assert told == [True]
