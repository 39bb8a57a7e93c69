"""The parts that every page is put together from, in the look of resources/look.json."""

from gui.widgets.arrows import keep_arrows
from gui.widgets.buttons import Button, FilterButton, RailButton, Segments
from gui.widgets.choice import Choice
from gui.widgets.fields import DropArea, SearchField
from gui.widgets.labels import Chip, ElidedLabel, IconLabel, Label, bold, plain
from gui.widgets.layouts import Flow, clear, column, row
from gui.widgets.page import Page
from gui.widgets.panels import Card, EmptyState, ErrorCard, Frame, HonestyLine, HonestyMark, Line, Notice, Skeleton, dim

__all__ = [
    "Button",
    "Card",
    "Chip",
    "Choice",
    "DropArea",
    "ElidedLabel",
    "EmptyState",
    "ErrorCard",
    "FilterButton",
    "Flow",
    "Frame",
    "HonestyLine",
    "HonestyMark",
    "IconLabel",
    "Label",
    "Line",
    "Notice",
    "Page",
    "RailButton",
    "SearchField",
    "Segments",
    "Skeleton",
    "bold",
    "clear",
    "column",
    "dim",
    "keep_arrows",
    "plain",
    "row",
]
