"""Another photo for a customer: looked at only with consent, one face of several picked, from every source."""

import io
import json
import zipfile
from datetime import date
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage

from engine.faces import decode_photo
from engine.photo_sources import ProfilePhoto, ProfilePhotos
from gui.change_photo_dialog import ChangePhotoDialog
from gui.photo_candidate import Profile, picture_in
from tests.gui.faces.conftest import PATIENCE, close


@pytest.fixture
def dialog(shared, qtbot):
    """The dialog of the last customer with a photo."""
    customer = sorted(shared.results.matched)[-1]
    on = shared.results.span[1]
    dialog = ChangePhotoDialog(shared.campaign, customer, on)
    dialog.show()
    yield dialog
    close(qtbot, dialog)


def jpeg(campaign, place):
    """Return an inventory photo as a file's bytes."""
    return campaign.photo(campaign.photo_keys("inventory")[place]).jpeg


def look(qtbot, dialog, act):
    """Do something and wait until a photo was looked at."""
    with qtbot.waitSignal(dialog.looked, timeout=PATIENCE):
        act()


def two_people(campaign, path):
    """Save a picture with two people, the smaller one at the left."""
    small, large = (decode_photo(jpeg(campaign, place)) for place in (0, 1))
    small = np.asarray(Image.fromarray(small).resize((400, 400)))
    picture = np.full((800, 1200, 3), 230, np.uint8)
    picture[200:600, :400] = small
    picture[:, 400:] = large
    Image.fromarray(picture).save(path, "PNG")


def test_of_several_faces_the_largest_is_meant_until_another_is_picked(dialog, qtbot, campaign, tmp_path):
    two_people(campaign, tmp_path / "two.png")
    look(qtbot, dialog, lambda: dialog.look_at(tmp_path / "two.png"))
    assert len(dialog.candidate.faces) == 2
    assert dialog.candidate.faces[dialog.candidate.chosen].box[0] > 400
    assert dialog.advice.text().startswith("2 faces: click the one that is meant, or press the arrow keys.")
    assert dialog.front.isVisible()
    other = 1 - dialog.candidate.chosen
    middle = dialog.picker.box(other).center().toPoint()
    look(qtbot, dialog, lambda: qtbot.mouseClick(dialog.picker, Qt.MouseButton.LeftButton, pos=middle))
    assert dialog.candidate.faces[dialog.candidate.chosen].box[0] < 400
    assert dialog.picker.hasFocus()
    look(qtbot, dialog, lambda: qtbot.keyClick(dialog.picker, Qt.Key.Key_Right))
    assert dialog.candidate.faces[dialog.candidate.chosen].box[0] > 400
    look(qtbot, dialog, lambda: qtbot.keyClick(dialog.picker, Qt.Key.Key_Left))
    assert dialog.candidate.faces[dialog.candidate.chosen].box[0] < 400
    before = campaign.customer_photo(dialog.customer).embedding
    told = []
    dialog.kept.connect(told.append)
    with qtbot.waitSignal(dialog.kept, timeout=PATIENCE) as kept:
        qtbot.mouseClick(dialog.use, Qt.MouseButton.LeftButton)
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)  # the photo is kept all the same, so the pages must hear of it
        assert dialog.isVisible()
    assert kept.args == [dialog.customer]
    now = campaign.customer_photo(dialog.customer)
    assert float(now.embedding @ before) < 0.9
    assert now.box[0] < 400
    assert told == [dialog.customer]
    nearest = campaign.matches(dialog.customer)[0]
    assert nearest.photo == campaign.photo_keys("inventory")[0]
    assert nearest.cosine > 0.8


def test_without_consent_nothing_is_opened(shared, qtbot, tmp_path):
    customers = shared.results.customers["customer"].to_pylist()
    stranger = next(each for each in customers if shared.campaign.consent(each) is None)
    dialog = ChangePhotoDialog(shared.campaign, stranger, date(2026, 10, 31))
    dialog.show()
    missing = tmp_path / "never-opened.jpg"
    look(qtbot, dialog, lambda: dialog.look_at(missing))
    assert "no valid photo consent" in dialog.picker.accessibleName()
    assert not dialog.use.isEnabled()
    close(qtbot, dialog)


def test_a_picture_is_pasted_and_dropped(dialog, qtbot, campaign, tmp_path):
    QGuiApplication.clipboard().setText("no picture")
    look(qtbot, dialog, lambda: qtbot.keyClick(dialog, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier))
    assert dialog.picker.accessibleName() == "There is no picture in the clipboard. Copy one, then paste it."
    QGuiApplication.clipboard().setImage(QImage.fromData(jpeg(campaign, 2)))
    look(qtbot, dialog, lambda: qtbot.keyClick(dialog, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier))
    assert dialog.candidate is not None
    assert dialog.quality.text().startswith("Sharp")
    (tmp_path / "text.jpg").write_text("no picture at all")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "text.jpg"))])
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    drop = QDropEvent(QPointF(9, 9), copy, mime, Qt.MouseButton.LeftButton, none)
    look(qtbot, dialog, lambda: dialog.dropEvent(drop))
    assert dialog.candidate is None
    assert "text.jpg is not a picture" in dialog.picker.accessibleName()


def test_a_pasted_file_is_not_decoded_before_it_is_judged():
    mime = QMimeData()
    mime.setData("image/png", b"no PNG at all")
    assert picture_in(mime) == b"no PNG at all"
    assert picture_in(QMimeData()) is None
    decoded = QMimeData()
    decoded.setImageData(QImage(3, 2, QImage.Format.Format_RGB32))
    assert picture_in(decoded).width() == 3


def test_profile_pictures_that_are_not_listed_are_counted():
    found = ProfilePhotos(tuple(ProfilePhoto(f"{n}.jpg", None, Path("a.zip"), "m") for n in range(75)), 1)
    said = Profile(found, (None,) * 60).sentences
    assert said[-1] == "The newest 60 profile pictures are listed; 15 older ones are left out."
    assert Profile(found, (None,) * 75).sentences == found.sentences


def test_the_camera_shows_the_face_and_space_takes_it(dialog, qtbot, campaign, tmp_path):
    video = tmp_path / "seen.avi"
    rgb = decode_photo(jpeg(campaign, 3))
    writer = cv2.VideoWriter(str(video), cv2.VideoWriter.fourcc(*"MJPG"), 10, (rgb.shape[1], rgb.shape[0]))
    for _ in range(200):
        writer.write(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
    writer.release()
    dialog.camera.source = video
    qtbot.mouseClick(dialog.webcam, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.picker.chosen == 0, timeout=PATIENCE)
    assert dialog.candidate is None
    assert dialog.take.isVisible()
    look(qtbot, dialog, lambda: qtbot.keyClick(dialog, Qt.Key.Key_Space))
    assert not dialog.camera.is_on
    assert len(dialog.candidate.faces) == 1
    dialog.camera.source = tmp_path / "no-camera.avi"
    look(qtbot, dialog, lambda: qtbot.mouseClick(dialog.webcam, Qt.MouseButton.LeftButton))
    assert dialog.picker.accessibleName().startswith("No webcam answers.")


def test_a_profile_picture_comes_out_of_the_customers_own_download(dialog, qtbot, campaign, tmp_path):
    album = {
        "name": "Profile pictures",
        "photos": [
            {"uri": "your_facebook_activity/posts/media/Profilepictures_1/a.jpg", "creation_timestamp": 1_700_000_000},
            {"uri": "https://example.org/b.jpg", "creation_timestamp": 1_600_000_000},
        ],
    }
    path = tmp_path / "facebook.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("your_facebook_activity/posts/album/0.json", json.dumps(album))
        archive.writestr(album["photos"][0]["uri"], jpeg(campaign, 4))
    look(qtbot, dialog, lambda: dialog.take_paths([path]))
    assert [dialog.strip.item(place).text() for place in range(dialog.strip.count())] == ["November 2023"]
    assert "only as a link to the web, which is not followed" in dialog.strip_words.text()
    look(qtbot, dialog, lambda: dialog.strip.itemActivated.emit(dialog.strip.item(0)))
    expected = Image.open(io.BytesIO(jpeg(campaign, 4))).size
    assert (dialog.candidate.image.width(), dialog.candidate.image.height()) == expected
