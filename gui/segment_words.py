"""Segments in the designer's words, with the field's word beside them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from gui.theme import Tone

ORDER = ("persuadable", "sure thing", "lost cause", "sleeping dog")


def tr(text: str) -> str:
    """Translate a phrase about segments."""
    return QCoreApplication.translate("segments", text)


@dataclass(frozen=True)
class SegmentWords:
    """What a segment is called, what the field calls it and what that means; who is left alone has a warning."""

    name: str
    tip: str
    tone: Tone | None = None
    icon: str = ""


def segment_words(segment: str) -> SegmentWords:
    """Return a segment in words; one that is not known stands empty."""
    words = {
        "persuadable": SegmentWords(tr("Can be won"), tr("Persuadable: an offer wins enough to pay for itself.")),
        "sure thing": SegmentWords(tr("Buys anyway"), tr("Sure thing: says yes more often than most, offer or not.")),
        "lost cause": SegmentWords(tr("Will not buy"), tr("Lost cause: says no, offer or not.")),
        "sleeping dog": SegmentWords(
            tr("Leave alone"), tr("Sleeping dog: being asked makes a yes less likely."), "warning", "warning"
        ),
    }
    return words.get(segment, SegmentWords("", ""))


def segment_rank(segment: str) -> int:
    """Return where a segment sorts: from those to ask to those to leave alone."""
    return ORDER.index(segment) if segment in ORDER else len(ORDER)
