"""The campaign photos at the left of the Faces page: as grid or map, searched and filtered, with their rights."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, SignalInstance, Slot
from PySide6.QtWidgets import QButtonGroup, QStackedWidget, QWidget

from gui import numbers
from gui.faces_data import FILTERS, FacesData, Filter, PhotoFacts, tr
from gui.photo_grid import PhotoGrid
from gui.photo_search import PhotoSearch
from gui.territories import known_territories
from gui.widgets import (
    Button,
    Card,
    Choice,
    EmptyState,
    FilterButton,
    Flow,
    Frame,
    IconLabel,
    Label,
    SearchField,
    Segments,
    keep_arrows,
    row,
)

if TYPE_CHECKING:
    from gui.charts.inventory_map import InventoryMap

ALWAYS: tuple[Filter, ...] = ("all", "usable")


def filter_words(chosen: Filter) -> str:
    """Name a filter."""
    return {
        "all": tr("All"),
        "usable": tr("Usable"),
        "no_release": tr("No release"),
        "expired": tr("Expired"),
        "banned": tr("Banned"),
        "copies": tr("Copies"),
    }[chosen]


class InventoryCard(Card):
    """``rights_wanted``, ``ban_wanted`` and ``allow_wanted`` carry the keys of the photos that are selected.

    ``map_wanted`` says that the map is looked at, ``refused_wanted`` that somebody asks which photos were refused.
    """

    rights_wanted = Signal(list)
    ban_wanted = Signal(list)
    allow_wanted = Signal(list)
    map_wanted = Signal()
    refused_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(tr("Campaign photos"))
        self._data: FacesData | None = None
        self._words: dict[str, str] = {}
        self._banned: frozenset[str] = frozenset()
        self._has_customer = False
        self.map: InventoryMap | None = None
        self.views = Segments([tr("Grid"), tr("Map")], name=tr("Campaign photos as"))
        self.views.chosen.connect(self._choose_view)
        self.add_control(self.views)
        self.search = SearchField(
            tr("Search names, tags, rights, ages (age 20-30) and hair (fair hair)"),
            short=tr("Name, tag, right, age 20-30, fair hair"),
        )
        self.search.searched.connect(self._arrange)
        self._group = QButtonGroup(self)
        self.chips = {chosen: FilterButton(filter_words(chosen)) for chosen in FILTERS}
        for chip in self.chips.values():
            self._group.addButton(chip)
        keep_arrows(*self.chips.values(), by_keys=True)
        self.chips["all"].setChecked(True)
        self._group.buttonClicked.connect(self._arrange)
        self.territory = Choice(tr("Shown in"))
        self.territory.activated.connect(self._arrange)
        filters = Frame(Flow(*self.chips.values(), self.territory, gap=6), "clear")
        self.grid = PhotoGrid()
        self.grid.picked.connect(self._pick)
        self.nothing = EmptyState("search", tr("No photo matches"), "", self._clear_button())
        self.stack = QStackedWidget()
        for view in (self.grid, self.nothing):
            self.stack.addWidget(view)
        self.body.addWidget(self.search)
        self.body.addWidget(filters)
        self.body.addWidget(self.stack, 1)
        self.body.addWidget(self._make_foot())
        self.body.addWidget(self._make_bar())
        self.setMinimumWidth(316)

    def _clear_button(self) -> Button:
        self.clear = Button(tr("Show all photos"))
        self.clear.clicked.connect(self.show_everything)
        return self.clear

    def _make_foot(self) -> QWidget:
        self.mark = IconLabel("warning", "warning", 16)
        self.note = Label("", "caption", wrap=True)
        self.refused = Button("", "quiet", tip=tr("Show which photos were refused, and why"))
        self.refused.setProperty("small", True)
        self.refused.clicked.connect(self.refused_wanted)
        self.foot = Frame(row(self.mark, (self.note, 1), self.refused, gap=6), "clear")
        return self.foot

    def _make_bar(self) -> QWidget:
        """Make what stands at the foot while photos are selected."""
        self.chosen = Label("", "caption", "muted", tabular=True)
        self.rights = Button(tr("Rights…"), "quiet", "rights")
        self.ban = Button(tr("Ban"), "quiet", "ban", tip=tr("Keep the selected photos from this customer"))
        self.allow = Button(tr("Allow"), "quiet", "check", tip=tr("Let this customer have the selected photos again"))
        for button, signal in (
            (self.rights, self.rights_wanted),
            (self.ban, self.ban_wanted),
            (self.allow, self.allow_wanted),
        ):
            button.setProperty("small", True)
            button.clicked.connect(partial(self._ask, signal))
        self.bar = Frame(row((self.chosen, 1), self.rights, self.ban, self.allow, gap=4), "clear")
        self.bar.hide()
        return self.bar

    def _ask(self, signal: SignalInstance, checked: bool = False) -> None:
        signal.emit(self.grid.selected)

    # what is shown

    @property
    def filter(self) -> Filter:
        """The filter that is chosen."""
        return next(chosen for chosen, chip in self.chips.items() if chip.isChecked())

    def show_data(self, data: FacesData | None) -> None:
        """Show a campaign's photos."""
        self._data = data
        photos = () if data is None else data.photos
        self._words = {photo.key: photo.words for photo in photos}
        if self.map is not None:
            self.map.show_map(None)
        self._say_rights()
        self._offer_territories()
        self._count()
        self._arrange()

    def _offer_territories(self) -> None:
        """Offer the territories that the rights name; without any there is nothing to choose."""
        known = () if self._data is None else known_territories(self._data.matcher.clearance.rights)
        before = self.territory.chosen or ""
        self.territory.offer([(tr("Everywhere"), ""), *((name, name) for name in known)], "")
        if before in known:
            self.territory.offer([(tr("Everywhere"), ""), *((name, name) for name in known)], before)
        self.territory.setVisible(bool(known))

    def mark_for(self, chosen: str | None, banned: frozenset[str], *, has_customer: bool) -> None:
        """Mark the photos by what holds for the customer on the page."""
        changed = banned != self._banned
        self._banned, self._has_customer = banned, has_customer
        self.grid.photos.mark(chosen, banned)
        if changed:
            self._count()
            if self.filter == "banned":
                self._arrange()
        self._pick(self.grid.selected)

    def _count(self) -> None:
        photos = () if self._data is None else self._data.photos
        for chosen, chip in self.chips.items():
            count = sum(photo.passes(chosen, self._banned) for photo in photos)
            chip.set_count(numbers.decimal(count))
            chip.setVisible(chosen in ALWAYS or count > 0)
        if not self.chips[self.filter].isVisibleTo(self):
            self.chips["all"].setChecked(True)

    def _say_rights(self) -> None:
        """Say in one line what keeps photos from being used, and how many files were refused."""
        data = self._data
        barred = 0 if data is None else len(data.barred)
        unknown = 0 if data is None else sum(not photo.has_release for photo in data.photos)
        refused = 0 if data is None else len(data.refused)
        if barred:
            icon, tone = "warning", "warning"
            said = (
                tr("{count} photos may not be used, so they cannot match.")
                if barred > 1
                else tr("1 photo may not be used, so it cannot match.")
            )
            said = said.format(count=numbers.decimal(barred))
        else:
            icon, tone = "info", "muted"
            said = tr("Of {count} photos no release is on record.").format(count=numbers.decimal(unknown))
        self.mark.set_icon(icon, tone)  # type: ignore[arg-type]
        self.note.setText(said)
        self.mark.setVisible(bool(barred or unknown))
        self.note.setVisible(bool(barred or unknown))
        self.refused.setVisible(refused > 0)
        self.refused.set_text(tr("{count} refused").format(count=numbers.decimal(refused)))
        self.foot.setVisible(bool(barred or unknown or refused) and not self.bar.isVisible())

    @Slot()
    def _arrange(self, *_: object) -> None:
        """Show the photos behind the filter that have all the words that are searched."""
        search = PhotoSearch.of(self.search.text())
        chosen, territory = self.filter, self.territory.chosen
        photos: list[PhotoFacts] = []
        for photo in () if self._data is None else self._data.photos:
            if territory and not photo.may_be_shown_in(territory):
                continue
            if photo.passes(chosen, self._banned) and search.finds(photo, self._words[photo.key]):
                photos.append(photo)
        self.grid.show_photos(photos)
        if self.map is not None:
            is_all = search == PhotoSearch() and chosen == "all" and not territory
            self.map.show_only(None if is_all else {photo.key for photo in photos})
        if not self.views.selected:
            self.stack.setCurrentWidget(self.grid if photos or self._data is None else self.nothing)

    @Slot()
    def show_everything(self) -> None:
        """Clear search and filter."""
        self.search.clear()
        self.chips["all"].setChecked(True)
        self.territory.setCurrentIndex(0)
        self._arrange()

    # grid or map

    @Slot(int)
    def _choose_view(self, index: int) -> None:
        if index and self.map is None:
            from gui.charts.inventory_map import InventoryMap

            self.map = InventoryMap()
            self.map.chosen.connect(self._go_to)
            self.map.method_chosen.connect(self.map_wanted)
            self.stack.addWidget(self.map)
        self.stack.setCurrentWidget(self.map if index and self.map is not None else self.grid)
        self._arrange()
        if index:
            self.map_wanted.emit()

    @Slot(str)
    def _go_to(self, key: str) -> None:
        """Go from a dot of the map to the photo in the grid."""
        self.views.select(0)
        self.show_everything()
        self.stack.setCurrentWidget(self.grid)
        self.grid.select_photo(key)

    @Slot(list)
    def _pick(self, keys: list[str]) -> None:
        """Show what can be done to the photos that are selected."""
        self.bar.setVisible(bool(keys))
        self.chosen.setText(tr("{count} selected").format(count=numbers.decimal(len(keys))))
        banned = self._banned.intersection(keys)
        self.ban.setVisible(self._has_customer and len(banned) < len(keys))
        self.allow.setVisible(self._has_customer and bool(banned))
        self._say_rights()
