"""How long something took or will take, in rounded words."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from gui.numbers import decimal

MINUTE = 60.0
HOUR = 3600.0


def tr(text: str) -> str:
    """Translate a phrase of this module."""
    return QCoreApplication.translate("durations", text)


def took(seconds: float) -> str:
    """Say how long something took: ``6.1 s``, ``38 s``, ``9 min``, ``1 h 20 min``."""
    if seconds < 9.95:
        return tr("{count} s").format(count=decimal(seconds, 1))
    if seconds < 99.5:
        return tr("{count} s").format(count=decimal(seconds))
    return _minutes(round(seconds / MINUTE))


def time_left(elapsed: float, fraction: float) -> str:
    """Say how long it will still take at the pace so far; empty in the first 3 seconds and where nobody knows."""
    if elapsed < 3.0 or not 0.0 < fraction < 1.0:
        return ""
    left = elapsed * (1.0 - fraction) / fraction
    if left < 7.5:
        return tr("a few seconds left")
    if left < 57.5:
        step = 5 if left < 20 else 10
        return tr("about {count} s left").format(count=decimal(step * round(left / step)))
    return tr("about {time} left").format(time=_minutes(max(1, round(left / MINUTE))))


def _minutes(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if not hours:
        return tr("{count} min").format(count=decimal(rest))
    return tr("{hours} h {minutes} min").format(hours=decimal(hours), minutes=decimal(rest))
