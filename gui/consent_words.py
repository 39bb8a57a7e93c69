"""A customer's photo consent as the chip that stands beside the photo."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from gui import numbers
from gui.widgets.labels import ChipKind

if TYPE_CHECKING:
    from engine.campaign import Consent

ENDS_SOON_DAYS = 30


def tr(text: str) -> str:
    """Translate a phrase about consent."""
    return QCoreApplication.translate("consent", text)


@dataclass(frozen=True)
class ConsentChip:
    """What the chip says and what kind it is; missing consent is a choice, so it is grey and never red."""

    text: str
    kind: ChipKind


def consent_chip(consent: Consent | None, on: date) -> ConsentChip:
    """Say how a consent stands on a day."""
    if consent is None:
        return ConsentChip(tr("No photo consent"), "plain")
    if consent.withdrawn_on is not None:
        return ConsentChip(tr("Consent withdrawn"), "warning")
    if consent.given_on > on:
        text = tr("Photo consent from {day}").format(day=numbers.long_date(consent.given_on))
        return ConsentChip(text, "warning")
    days = None if consent.ends_on is None else (consent.ends_on - on).days
    if days is not None and days <= ENDS_SOON_DAYS:
        return ConsentChip(_end_words(days), "warning")
    return ConsentChip(tr("Photo consent, {day}").format(day=numbers.long_date(consent.given_on)), "positive")


def _end_words(days: int) -> str:
    if days < 0:
        return tr("Consent ended")
    if days == 0:
        return tr("Consent ends today")
    return tr("Consent ends in 1 day") if days == 1 else tr("Consent ends in {days} days").format(days=days)
