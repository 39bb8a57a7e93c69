"""The grid of campaign photos: thousands of thumbnails that scroll without a stutter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPen, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from gui.faces_data import PhotoFacts, tr
from gui.icons import icon_pixmap
from gui.theme import RADIUS_PHOTO, Theme, Tone, font, look, theme
from gui.thumb_loader import THUMB, ThumbLoader
from gui.widgets import keep_arrows

AnyIndex = QModelIndex | QPersistentModelIndex
AROUND = 6  # between thumbnail and the edge of its cell
NAME = 20  # height of the name under it
FLAG = 22
FADED = 0.4
AHEAD = 1.0  # screens of thumbnails that are loaded beyond those in sight


@dataclass(frozen=True)
class Flag:
    """The mark at a thumbnail's top right, and what it says."""

    icon: str
    tone: Tone
    says: str
    fades: bool = False


def flag_of(photo: PhotoFacts, chosen: str | None, banned: frozenset[str]) -> Flag | None:
    """Return a photo's mark for a customer whose ad bears ``chosen``: banned before pinned before its rights."""
    if photo.key in banned:
        return Flag("ban", "danger", tr("Not for this customer"), fades=True)
    if photo.is_expired:
        return Flag("warning", "warning", photo.barred or tr("The rights ended"), fades=True)
    if photo.barred is not None:
        return Flag("warning", "warning", photo.barred, fades=True)
    if photo.key == chosen:
        return Flag("pin", "lookalike", tr("Chosen for this customer"))
    return None


class PhotoModel(QAbstractListModel):
    """The photos that are shown, with what holds for the customer on the page."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.photos: tuple[PhotoFacts, ...] = ()
        self.chosen: str | None = None
        self.banned: frozenset[str] = frozenset()

    def show(self, photos: Sequence[PhotoFacts]) -> None:
        """Show other photos."""
        self.beginResetModel()
        self.photos = tuple(photos)
        self.endResetModel()

    def mark(self, chosen: str | None, banned: frozenset[str]) -> None:
        """Mark what is chosen and banned for the customer."""
        self.chosen, self.banned = chosen, banned
        if self.photos:
            self.dataChanged.emit(self.index(0), self.index(len(self.photos) - 1))

    def flag(self, row: int) -> Flag | None:
        """Return the mark of a photo."""
        return flag_of(self.photos[row], self.chosen, self.banned)

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """Return how many photos are shown."""
        return 0 if parent.isValid() else len(self.photos)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a photo's name, and what its mark says as tool tip."""
        photo = self.photos[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return photo.name
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            flag = self.flag(index.row())
            return photo.told if flag is None else f"{photo.told}\n{flag.says}"
        return None


class PhotoDelegate(QStyledItemDelegate):
    """Paints a thumbnail with its mark and its name; a photo that is still loaded is a grey tile."""

    def __init__(self, thumbs: ThumbLoader, view: QListView) -> None:
        super().__init__(view)
        self._thumbs = thumbs
        self._marks: dict[tuple[str, str], Any] = {}
        self._names: dict[str, str] = {}  # cut to the width there is
        self._font = font("caption")
        look().changed.connect(self._forget_marks)

    @Slot()
    def _forget_marks(self) -> None:
        self._marks.clear()

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        """Return the size of every cell."""
        return QSize(THUMB + 2 * AROUND, THUMB + 2 * AROUND + NAME)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Paint one photo."""
        model = index.model()
        assert isinstance(model, PhotoModel)
        photo, flag, now = model.photos[index.row()], model.flag(index.row()), theme()
        cell: QRect = option.rect
        left = cell.x() + (cell.width() - THUMB) // 2
        place = QRect(left, cell.y() + AROUND, THUMB, THUMB)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.setBrush(now.colour("accent_soft"))
            painter.drawRoundedRect(place.adjusted(-5, -5, 5, NAME + 3), RADIUS_PHOTO, RADIUS_PHOTO)
        self._paint_thumb(painter, now, photo, place, fades=flag is not None and flag.fades)
        if photo.key == model.chosen:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(now.colour("lookalike"), 2))
            painter.drawRoundedRect(QRectF(place).adjusted(1, 1, -1, -1), RADIUS_PHOTO, RADIUS_PHOTO)
        if option.state & QStyle.StateFlag.State_HasFocus and option.state & QStyle.StateFlag.State_KeyboardFocusChange:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(now.colour("focus"), 2))
            painter.drawRoundedRect(QRectF(place).adjusted(-4, -4, 4, NAME + 2), RADIUS_PHOTO, RADIUS_PHOTO)
        if flag is not None:
            self._paint_flag(painter, flag, place)
        painter.setFont(self._font)
        painter.setPen(now.colour("accent_soft_text" if selected else "muted"))
        under = QRect(place.x() - 4, place.bottom() + 2, THUMB + 8, NAME - 2)
        name = self._names.get(photo.key)
        if name is None:
            name = painter.fontMetrics().elidedText(photo.name, Qt.TextElideMode.ElideMiddle, under.width())
            self._names[photo.key] = name
        painter.drawText(under, Qt.AlignmentFlag.AlignCenter, name)
        painter.restore()

    def _paint_thumb(self, painter: QPainter, now: Theme, photo: PhotoFacts, place: QRect, *, fades: bool) -> None:
        image = self._thumbs.image(photo.key, round(THUMB * painter.device().devicePixelRatioF()))
        if image is None:
            painter.setBrush(now.colour("sunken"))
            painter.drawRoundedRect(place, RADIUS_PHOTO, RADIUS_PHOTO)
            return
        if fades:
            painter.setOpacity(FADED)
        painter.drawImage(place.topLeft(), image)
        painter.setOpacity(1.0)

    def _paint_flag(self, painter: QPainter, flag: Flag, place: QRect) -> None:
        disc = QRectF(place.right() - FLAG - 4, place.y() + 5, FLAG, FLAG)
        painter.setPen(QPen(theme().colour("border"), 1))
        painter.setBrush(theme().colour("surface"))
        painter.drawEllipse(disc)
        ratio = painter.device().devicePixelRatioF()
        name = (flag.icon, flag.tone)
        if name not in self._marks:
            self._marks[name] = icon_pixmap(flag.icon, flag.tone, 14, ratio)
        painter.drawPixmap(QPointF(disc.center().x() - 7, disc.center().y() - 7), self._marks[name])


class PhotoGrid(QListView):
    """Shows photos row by row; ``picked`` carries the keys that are selected, ``opened`` one that was meant."""

    picked = Signal(list)
    opened = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        keep_arrows(self)
        self.thumbs = ThumbLoader(self)
        self.photos = PhotoModel(self)
        self.setModel(self.photos)
        self.setItemDelegate(PhotoDelegate(self.thumbs, self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().setSingleStep(THUMB // 2)
        self.setAccessibleName(tr("Campaign photos"))
        self.setMinimumSize(THUMB + 2 * AROUND + 12, THUMB + NAME)
        self._looking = QTimer(self, singleShot=True, interval=0)
        self._looking.timeout.connect(self._want_what_is_in_sight)
        self.verticalScrollBar().valueChanged.connect(self._look)
        self.thumbs.ready.connect(self.viewport().update)
        self.selectionModel().selectionChanged.connect(self._tell)
        self.activated.connect(self._open)

    @property
    def selected(self) -> list[str]:
        """The keys of the photos that are selected, in their order."""
        rows = sorted(index.row() for index in self.selectionModel().selectedIndexes())
        return [self.photos.photos[row].key for row in rows]

    def show_photos(self, photos: Sequence[PhotoFacts]) -> None:
        """Show other photos; what is selected and still there stays selected."""
        if [photo.key for photo in photos] == [photo.key for photo in self.photos.photos]:
            self.photos.photos = tuple(photos)
            self.viewport().update()
            self._look()
            return
        selected = set(self.selected)
        self.photos.show(photos)
        if selected:
            self._select([row for row, photo in enumerate(photos) if photo.key in selected])
            self.picked.emit(self.selected)
        self._look()

    def _select(self, rows: list[int]) -> None:
        """Select some rows, in rising order, and say nothing of it: each range that is told costs all others."""
        chosen = QItemSelection()
        ends = [place for place, row in enumerate(rows) if rows[place + 1 : place + 2] != [row + 1]]
        for begin, end in zip([0, *(place + 1 for place in ends)], ends, strict=False):
            chosen.append(QItemSelectionRange(self.photos.index(rows[begin]), self.photos.index(rows[end])))
        self.selectionModel().blockSignals(True)
        self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.selectionModel().blockSignals(False)
        self.viewport().update()

    def select_photo(self, key: str) -> None:
        """Select a photo and scroll to it, if it is shown."""
        for row, photo in enumerate(self.photos.photos):
            if photo.key == key:
                self.setCurrentIndex(self.photos.index(row))
                self.scrollTo(self.photos.index(row))
                return

    def showEvent(self, event: QShowEvent) -> None:
        """Want what is in sight: out of sight, nothing was wanted."""
        super().showEvent(event)
        self._look()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width among as many columns as fit."""
        room = self.viewport().width() - 1
        columns = max(1, room // (THUMB + AROUND))
        self.setGridSize(QSize(room // columns, THUMB + 2 * AROUND + NAME))
        super().resizeEvent(event)
        self._look()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave the digits and the arrows with Ctrl to the page; do the rest as every list."""
        if event.text().isdigit():
            event.ignore()
            return
        super().keyPressEvent(event)

    @Slot()
    def _look(self) -> None:
        self._looking.start()

    @Slot()
    def _want_what_is_in_sight(self) -> None:
        grid = self.gridSize()
        if not self.photos.photos or grid.width() <= 0 or not self.isVisible():
            return
        columns = max(1, self.viewport().width() // grid.width())
        first = self.verticalScrollBar().value() // grid.height()
        rows = self.viewport().height() // grid.height() + 2
        ahead = round(AHEAD * rows)
        order = [*range(first, first + rows + ahead), *range(first - 1, first - ahead - 1, -1)]
        keys = [
            self.photos.photos[place].key
            for line in order
            if line >= 0
            for place in range(line * columns, (line + 1) * columns)
            if place < len(self.photos.photos)
        ]
        self.thumbs.want(keys, round(THUMB * self.devicePixelRatioF()))

    @Slot()
    def _tell(self) -> None:
        self.picked.emit(self.selected)

    @Slot(QModelIndex)
    def _open(self, index: QModelIndex) -> None:
        self.opened.emit(self.photos.photos[index.row()].key)
