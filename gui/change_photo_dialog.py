"""Another photo for a customer who agreed: from a file, the clipboard, the webcam, or the own Facebook download."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QIcon,
    QImage,
    QKeyEvent,
    QKeySequence,
    QPixmap,
    QShortcut,
)
from PySide6.QtWidgets import QFileDialog, QListView, QListWidget, QListWidgetItem, QWidget

from gui import numbers
from gui.camera_feed import CameraFeed
from gui.dialog import Dialog
from gui.face_picker import FacePicker
from gui.faces_data import tr
from gui.faces_words import quality_words
from gui.jobs import JobQueue, Leaving, Task
from gui.photo_candidate import (
    PICTURES,
    SMALL,
    Candidate,
    Profile,
    choosing_job,
    image_of,
    keeping_job,
    looking_job,
    picture_in,
    profile_job,
)
from gui.picture import Picture
from gui.widgets import Button, Label, column, row

if TYPE_CHECKING:
    from engine.campaign import Campaign
    from engine.photo_sources import WebcamFrame
    from gui.photo_candidate import Source

FRONT = 168
ARCHIVES = frozenset({".zip"})


class ChangePhotoDialog(Dialog):
    """Photos can be dropped and pasted; Space takes the webcam's picture. ``kept`` names the customer."""

    kept = Signal(str)
    looked = Signal()  # a photo was looked at, whatever came of it

    def __init__(self, campaign: Campaign, customer: str, on: date, parent: QWidget | None = None) -> None:
        key = numbers.customer_key(customer)
        super().__init__(tr("Photo of customer {key}").format(key=key), parent)
        self._campaign, self.customer, self._on = campaign, customer, on
        self.candidate: Candidate | None = None
        self._frame: WebcamFrame | None = None
        self._profile: Profile | None = None
        self._task: Task | None = None
        self._queue = JobQueue(self)
        self._queue.failed.connect(self.tell)
        self.camera = CameraFeed(self)
        self.camera.seen.connect(self._show_frame)
        self.camera.failed.connect(self.tell)
        self.setAcceptDrops(True)
        self._make_parts()
        QShortcut(QKeySequence(QKeySequence.StandardKey.Paste), self, self.paste)
        self.finished.connect(self._let_go)
        self._show_nothing()

    def _make_parts(self) -> None:
        self.picker = FacePicker()
        self.picker.picked.connect(self._pick)
        self.file = Button(tr("From a file…"), "plain", "open")
        self.file.clicked.connect(self._ask_for_file)
        self.clipboard = Button(tr("Paste"), "plain", "paste", tip=tr("The picture in the clipboard (Ctrl+V)"))
        self.clipboard.clicked.connect(self.paste)
        self.webcam = Button(tr("Camera"), "plain", "camera", tip=tr("A live picture; Space takes it"))
        self.webcam.clicked.connect(self.open_camera)
        self.facebook = Button(tr("Facebook download…"), "plain", "person")
        self.facebook.setToolTip(tr("The zip that the customer downloaded; of it, only the profile pictures are read"))
        self.facebook.clicked.connect(self._ask_for_download)
        self.quality = Label("", "strong", wrap=True)
        self.advice = Label("", "body", "muted", wrap=True)
        self.front = Picture()
        self.front.setFixedSize(FRONT, FRONT)
        self.front_words = Label(tr("From the front, for the eye only"), "caption", "muted", wrap=True)
        sources = column(self.file, self.clipboard, self.webcam, self.facebook, gap=6)
        side = QWidget()
        side.setFixedWidth(210)
        judged = column(self.quality, self.advice, 8, self.front, self.front_words, gap=4)
        side.setLayout(column(sources, 12, judged, None, gap=0))
        self.strip = QListWidget()
        self.strip.setViewMode(QListView.ViewMode.IconMode)
        self.strip.setFlow(QListView.Flow.LeftToRight)
        self.strip.setWrapping(False)
        self.strip.setMovement(QListView.Movement.Static)
        self.strip.setIconSize(QSize(SMALL, SMALL))
        self.strip.setFixedHeight(SMALL + 36)
        self.strip.setAccessibleName(tr("Profile pictures"))
        self.strip.itemActivated.connect(self._choose_profile_photo)
        self.strip.itemClicked.connect(self._choose_profile_photo)
        self.strip_words = Label("", "caption", "muted", wrap=True)
        for part in (self.strip, self.strip_words):
            part.hide()
        self.body.addLayout(row((self.picker, 1), side, gap=20), 1)
        self.body.addWidget(self.strip)
        self.body.addWidget(self.strip_words)
        self.take = Button(tr("Take the picture"), "plain", "camera", tip=tr("Space"))
        self.take.clicked.connect(self.take_picture)
        self.cancel_button = Button(tr("Cancel"))
        self.cancel_button.clicked.connect(self.reject)
        self.use = Button(tr("Use this photo"), "primary", "check")
        self.use.clicked.connect(self.keep)
        self.buttons.addWidget(self.take)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self.cancel_button)
        self.buttons.addWidget(self.use)
        self.setMinimumSize(720, 560)

    # what is shown

    def _show_nothing(self) -> None:
        self._forget_candidate()
        self.picker.show_notice("photo", tr("Drop a photo here, paste one, or choose where it comes from."))
        self._say("", "")

    def _forget_candidate(self) -> None:
        self.candidate = None
        self.use.setEnabled(False)
        self.take.setVisible(self.camera.is_on)
        self._show_front(None)

    def _say(self, quality: str, advice: str) -> None:
        self.quality.setText(quality)
        self.advice.setText(advice)
        self.quality.setVisible(bool(quality))
        self.advice.setVisible(bool(advice))

    def _show_front(self, image: QImage | None) -> None:
        self.front.setVisible(image is not None)
        self.front_words.setVisible(image is not None)
        if image is not None:
            self.front.show_image(image)

    @Slot(object)
    def _show_candidate(self, candidate: Candidate) -> None:
        self._task = None
        self.candidate = candidate
        self.picker.show_faces(candidate.image, candidate.faces, candidate.chosen)
        wrong = () if candidate.quality is None else candidate.quality.sentences
        several = tr("{count} faces: click the one that is meant, or press the arrow keys.").format(
            count=len(candidate.faces)
        )
        said = [*([several] if len(candidate.faces) > 1 else []), *wrong]
        self._say(quality_words(candidate.quality), " ".join(said))
        self._show_front(candidate.frontal)
        self.use.setEnabled(True)
        (self.picker if len(candidate.faces) > 1 else self.use).setFocus()
        self.looked.emit()

    @Slot(Exception)
    def tell(self, error: Exception) -> None:
        """Say why a photo cannot be used, in its place."""
        self._task = None
        self.cancel_button.setEnabled(True)
        self._forget_candidate()
        self.picker.show_notice("warning", str(error))
        self._say("", "")
        self.looked.emit()

    # where photos come from

    def look_at(self, photo: Source) -> None:
        """Look for faces in a photo; the one that was asked for last counts."""
        self.camera.stop()
        self._forget_candidate()
        if self._task is not None:
            self._queue.drop(self._task)
        job = looking_job(self._campaign, self.customer, self._on, photo)
        self._task = self._queue.start(job, self._show_candidate, failed=self.tell)

    @Slot(int)
    def _pick(self, place: int) -> None:
        if self.candidate is not None:
            self._task = self._queue.start(
                choosing_job(self.candidate, place), self._show_candidate, failed=self.tell, replacing=self._task
            )

    @Slot()
    def _ask_for_file(self) -> None:
        pattern = tr("Pictures") + " (*.jpg *.jpeg *.png *.webp *.heic *.heif *.avif *.tif *.tiff *.bmp *.gif)"
        name, _ = QFileDialog.getOpenFileName(self, tr("Choose a photo"), str(Path.home()), pattern)
        if name:
            self.look_at(Path(name))

    @Slot()
    def paste(self) -> None:
        """Look at the picture, or at the file, in the clipboard."""
        mime = QGuiApplication.clipboard().mimeData()
        files = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
        picture = None if files else picture_in(mime)
        if files:
            self.take_paths(files)
        elif picture is not None:
            self.look_at(picture)
        else:
            self._forget_candidate()
            self.picker.show_notice("paste", tr("There is no picture in the clipboard. Copy one, then paste it."))
            self.looked.emit()

    def take_paths(self, paths: list[Path]) -> None:
        """Look at a photo, or into a Facebook download, that was dropped."""
        if paths and paths[0].suffix.lower() in ARCHIVES:
            self.open_download(paths[0])
        elif paths:
            self.look_at(paths[0])

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and pictures."""
        mime = event.mimeData()
        if mime.hasUrls() or mime.hasImage() or any(mime.hasFormat(kind) for kind in PICTURES):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Look at what was dropped."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
        picture = None if paths else picture_in(event.mimeData())
        if paths:
            self.take_paths(paths)
        elif picture is not None:
            self.look_at(picture)

    # the webcam

    @Slot()
    def open_camera(self) -> None:
        """Show the webcam's picture."""
        self.picker.show_notice("camera", tr("Opening the camera…"))
        self._say("", "")
        self.camera.start()
        self._forget_candidate()

    @Slot(object)
    def _show_frame(self, frame: WebcamFrame) -> None:
        """Show a picture with the face in it framed, and want the next."""
        self._frame = frame
        self.picker.show_faces(image_of(frame.rgb), frame.faces, 0 if frame.faces else -1)
        self.picker.settle()
        self._say("", tr("Space takes the picture.") if frame.faces else tr("No face is seen yet."))
        self.take.setEnabled(bool(frame.faces))
        self.camera.next()

    @Slot()
    def take_picture(self) -> None:
        """Take the picture that is seen now."""
        if self.camera.is_on and self._frame is not None and self._frame.faces:
            self.look_at(self._frame.rgb)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the webcam's picture by Space."""
        if event.key() == Qt.Key.Key_Space and self.camera.is_on:
            self.take_picture()
            return
        super().keyPressEvent(event)

    # the Facebook download

    @Slot()
    def _ask_for_download(self) -> None:
        pattern = tr("Facebook downloads") + " (*.zip)"
        name, _ = QFileDialog.getOpenFileName(self, tr("Choose the download"), str(Path.home()), pattern)
        if name:
            self.open_download(Path(name))

    def open_download(self, path: Path) -> None:
        """List the profile pictures of a download."""
        self.camera.stop()
        self._show_nothing()
        self._queue.start(profile_job(path), self._list_profile, failed=self.tell)

    @Slot(object)
    def _list_profile(self, profile: Profile) -> None:
        self._profile = profile
        self.strip.clear()
        for photo, small in zip(profile.found.photos, profile.small, strict=False):
            day = tr("no date") if photo.taken is None else numbers.month_year(photo.taken.date())
            item = QListWidgetItem(QIcon() if small is None else _icon(small), day)
            item.setToolTip(photo.name)
            self.strip.addItem(item)
        self.strip.setVisible(bool(profile.small))
        said = " ".join(profile.sentences)
        self.strip_words.setText(said)
        self.strip_words.setVisible(bool(said))
        self.picker.show_notice("person", tr("Choose one of the profile pictures below.") if profile.small else said)
        self.looked.emit()

    @Slot(QListWidgetItem)
    def _choose_profile_photo(self, item: QListWidgetItem) -> None:
        if self._profile is not None:
            self.look_at(self._profile.found.photos[self.strip.row(item)])

    # keeping

    @Slot()
    def keep(self) -> None:
        """Keep the photo as the customer's."""
        if self.candidate is None:
            return
        self.use.setEnabled(False)
        self.cancel_button.setEnabled(False)
        job = keeping_job(self._campaign, self.customer, self._on, self.candidate)
        self._queue.start(job, self._done, failed=self.tell, lasting=True)

    def reject(self) -> None:
        """Close; not while a photo is being kept, so that the pages hear of it."""
        if not self._queue.is_keeping:
            super().reject()

    @Slot(object)
    def _done(self, customer: str) -> None:
        self.accept()
        self.kept.emit(customer)

    @Slot()
    def _let_go(self) -> None:
        """Let go of the camera and of the face."""
        self.camera.stop()
        self.candidate, self._frame, self._profile = None, None, None
        for picture in (self.picker, self.front):
            picture.clear()
        Leaving(self).leave()


def _icon(image: QImage) -> QIcon:
    """Return an icon that Qt does not tint when it is selected."""
    result = QIcon()
    for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):
        result.addPixmap(QPixmap.fromImage(image), mode)
    return result
