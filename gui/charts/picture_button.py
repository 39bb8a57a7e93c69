"""A chart as a picture for a slide or a letter: copied, or saved as PNG or SVG, with its title and what it is of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QCoreApplication,
    QEvent,
    QIODevice,
    QMimeData,
    QObject,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Slot,
)
from PySide6.QtGui import QContextMenuEvent, QFontMetricsF, QGuiApplication, QImage, QImageWriter, QPainter, QRegion
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QFileDialog, QGraphicsView, QMenu, QWidget

from engine.errors import PlaceError
from engine.job import Job, JobContext
from gui.charts.plain_svg import plain_svg
from gui.save_place import save_place
from gui.theme import font, theme
from gui.widgets import Button, Page

MARGIN = 16
LINE_GAP = 4
SCALE = 2.0
PICTURE_SCALE = "picture_scale"  # property of a chart that is drawn into a picture, not on the screen
MILLIMETRES = re.compile(r'<svg width="[^"]+" height="[^"]+"')
WRAPPED = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop


def tr(text: str) -> str:
    """Translate a phrase about pictures."""
    return QCoreApplication.translate("picture", text)


class ChartPicture:
    """A chart with its title above and a note below, on the ground of the theme in use."""

    def __init__(self, chart: QWidget, title: str, note: str) -> None:
        self._chart, self._title, self._note = chart, title, note
        self._width = chart.width()
        self._top = MARGIN + QFontMetricsF(font("section")).height() + 2 * LINE_GAP
        lines = QFontMetricsF(font("caption")).boundingRect(QRectF(0, 0, self._width, 1e4), WRAPPED, note)
        self._note_height = lines.height() + 2 * LINE_GAP if note else 0.0

    @property
    def size(self) -> QSize:
        """The size in pixels at 1x."""
        height = self._top + self._chart.height() + self._note_height + MARGIN
        return QSize(self._width + 2 * MARGIN, round(height))

    def image(self) -> QImage:
        """Return the picture at twice the density."""
        image = QImage(self.size * SCALE, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(SCALE)
        with _drawn_at(self._chart, SCALE):
            self._paint(QPainter(image))
        return image

    def svg(self) -> bytes:
        """Return the picture as SVG; its text stays text, in the window's font or the reader's own."""
        content = QByteArray()
        buffer = QBuffer(content)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        generator = QSvgGenerator()
        generator.setOutputDevice(buffer)
        generator.setSize(self.size)
        generator.setViewBox(QRect(QPoint(0, 0), self.size))
        generator.setResolution(96)
        generator.setTitle(self._title)
        generator.setDescription(self._note)
        with _drawn_at(self._chart, 1.0):
            self._paint(QPainter(generator))
        buffer.close()
        text = plain_svg(content.toStdString()).replace('font-family="Inter"', 'font-family="Inter, Arial, sans-serif"')
        pixels = f'<svg width="{self.size.width()}" height="{self.size.height()}"'
        return MILLIMETRES.sub(pixels, text, count=1).encode()

    def _paint(self, painter: QPainter) -> None:
        size = self.size
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        painter.fillRect(QRect(QPoint(0, 0), size), theme().colour("surface"))
        painter.setPen(theme().colour("text"))
        painter.setFont(font("section"))
        painter.drawText(QRectF(MARGIN, MARGIN, self._width, self._top), WRAPPED, self._title)
        painter.setPen(theme().colour("muted"))
        painter.setFont(font("caption"))
        below = self._top + self._chart.height() + 2 * LINE_GAP
        painter.drawText(QRectF(MARGIN, below, self._width, self._note_height), WRAPPED, self._note)
        painter.save()
        self._chart.render(painter, QPoint(MARGIN, round(self._top)), QRegion(), QWidget.RenderFlag.DrawChildren)
        painter.restore()
        painter.end()


@contextmanager
def _drawn_at(chart: QWidget, scale: float) -> Iterator[None]:
    """Draw plots with the line widths of a density, and afterwards with the screen's again."""
    parts = [chart, *chart.findChildren(QWidget)]
    plots: list[tuple[QWidget, Callable[[], None]]] = [
        (part, draw) for part in parts if callable(draw := getattr(part, "draw", None))
    ]
    for density in (scale, None):
        for part, draw in plots:
            part.setProperty(PICTURE_SCALE, density)
            draw()
        if density is not None:
            _draw_as_shapes(parts)
            yield


def _draw_as_shapes(parts: Sequence[QWidget]) -> None:
    """Let the plotting library draw dots one by one and no ground: on the screen it copies both out of images."""
    for view in (part for part in parts if isinstance(part, QGraphicsView)):
        view.setCacheMode(QGraphicsView.CacheModeFlag.CacheNone)
        for item in view.scene().items():
            set_mode = getattr(item, "setExportMode", None)
            if set_mode is not None:
                set_mode(True, {"antialias": True, "resolutionScale": 1.0})


class PictureButton(Button):
    """Copies or saves the picture of a chart; the same menu opens by a right click in ``card``.

    What it shows is asked for when it is wanted: the chart, its title, and the note below it.
    """

    def __init__(
        self,
        card: QWidget,
        chart: Callable[[], QWidget],
        title: Callable[[], str],
        note: Callable[[], str] = str,
    ) -> None:
        super().__init__(tr("Picture"), "quiet", "export", tip=tr("Copy this picture, or save it as PNG or SVG"))
        self._card, self._chart, self._title, self._note = card, chart, title, note
        self.setAccessibleName(tr("Picture of: {chart}").format(chart=chart().accessibleName()))
        self._svg = b""
        self.clicked.connect(self._open)
        card.installEventFilter(self)

    def menu_of_picture(self) -> QMenu:
        """Return what can be done with the picture."""
        menu = QMenu(self)
        menu.setAccessibleName(self.accessibleName())
        menu.addAction(tr("Copy the picture"), self.copy)
        menu.addAction(tr("Save as PNG…"), self._ask_png)
        menu.addAction(tr("Save as SVG…"), self._ask_svg)
        return menu

    @property
    def picture(self) -> ChartPicture:
        """The picture as it is now."""
        return ChartPicture(self._chart(), self._title(), self._note())

    @Slot()
    def copy(self) -> None:
        """Put the picture on the clipboard, for programs that take pixels and for those that take SVG."""
        picture = self.picture
        image, self._svg = picture.image(), picture.svg()

        def work(context: JobContext) -> bytes:
            context.check()
            return png_of(image)

        jobs = self._page().jobs
        jobs.start(Job(tr("Copying the picture"), work), self._take, afterwards=tr("Picture copied"))

    @Slot(object)
    def _take(self, png: bytes) -> None:
        content = QMimeData()
        content.setImageData(QImage.fromData(png))
        content.setData("image/png", png)
        content.setData("image/svg+xml", self._svg)
        QGuiApplication.clipboard().setMimeData(content)

    def save(self, path: Path) -> None:
        """Save the picture, as SVG where the name ends so, else as PNG; a failure is told by the window."""
        is_vector = path.suffix.lower() == ".svg"
        image, svg = (None, self.picture.svg()) if is_vector else (self.picture.image(), b"")

        def work(context: JobContext) -> None:
            context.check()
            write_whole(path, svg if image is None else png_of(image))

        saved = tr("Picture saved: {file}").format(file=path.name)
        self._page().jobs.start(Job(tr("Saving the picture"), work), afterwards=saved)

    @Slot()
    def _ask_png(self) -> None:
        self._ask(tr("PNG pictures (*.png)"), ".png")

    @Slot()
    def _ask_svg(self) -> None:
        self._ask(tr("SVG pictures (*.svg)"), ".svg")

    def _ask(self, kind: str, ending: str) -> None:
        """Ask for a file; a name without the ending gets it."""
        letters = (letter if letter.isalnum() else "-" for letter in self._title().lower())
        suggested = "-".join(part for part in "".join(letters).split("-") if part) + ending
        chosen, _ = QFileDialog.getSaveFileName(self, tr("Save the picture"), save_place(self, suggested), kind)
        if chosen:
            path = Path(chosen)
            self.save(path if path.suffix.lower() == ending else path.with_name(path.name + ending))

    @Slot()
    def _open(self) -> None:
        self._popup(self.mapToGlobal(QPoint(0, self.height() + 2)))

    def _popup(self, where: QPoint) -> None:
        menu = self.menu_of_picture()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(where)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Open the menu where the card was right-clicked, or the menu key was pressed in it."""
        if watched is self._card and isinstance(event, QContextMenuEvent) and self.isVisible():
            self._popup(event.globalPos())
            return True
        return super().eventFilter(watched, event)

    def _page(self) -> Page:
        """Return the page that the chart stands on: its queue does what may last."""
        part: QObject | None = self
        while part is not None and not isinstance(part, Page):
            part = part.parent()
        assert part is not None, "a picture button stands on a page"
        return part


def png_of(image: QImage) -> bytes:
    """Return an image as PNG."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"PNG")).write(image)
    return bytes(content.data())


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it appears when it is whole. Raises PlaceError where that cannot be."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise PlaceError.of(error, path) from error
