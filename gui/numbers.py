"""Numbers, dates and keys as the window writes them: digits by locale, a real minus, units after a fixed space."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QCoreApplication, QDate, QLocale

MINUS = "\u2212"
SPACE = "\u00a0"


def tr(text: str) -> str:
    """Translate a phrase of this module."""
    return QCoreApplication.translate("numbers", text)


def _sign(text: str, signed: bool, value: float) -> str:
    text = text.replace("-", MINUS)
    return f"+{text}" if signed and value > 0 and not text.startswith("+") else text


def decimal(value: float, digits: int = 0, *, signed: bool = False) -> str:
    """Write a number with ``digits`` decimals: ``12,990``, ``+11.8``, ``−0.8``; never a minus before zero."""
    rounded = round(value, digits) + 0.0
    return _sign(QLocale().toString(rounded, "f", digits), signed, rounded)


def percent(share: float, digits: int = 1) -> str:
    """Write a share of one as per cent: 0.341 is ``34.1 %``."""
    return f"{decimal(share * 100, digits)}{SPACE}%"


def points(probability: float, digits: int = 1, *, signed: bool = True) -> str:
    """Write a difference of probabilities in points of 100: 0.118 is ``+11.8``."""
    return decimal(probability * 100, digits, signed=signed)


def short(value: float, *, signed: bool = False) -> str:
    """Write a number with at most three significant figures: ``2.31 M``, ``23,600``, ``38``, ``4.2``."""
    size = abs(value)
    if size >= 999_500:
        scaled = value / 1e6
        text = decimal(scaled, 2 if abs(scaled) < 9.995 else 1 if abs(scaled) < 99.95 else 0, signed=signed)
        return f"{text}{SPACE}{tr('M')}"
    if size >= 99.95:
        rounded = float(f"{value:.3g}")
        return decimal(rounded, 0, signed=signed)
    digits = 0 if size >= 9.95 or float(value).is_integer() else 1
    return decimal(value, digits, signed=signed)


def likely_range(low: str, high: str) -> str:
    """Join the two ends of a likely range: ``6 to 17``."""
    return tr("{low} to {high}").format(low=low, high=high)


def whole_points_range(low: float, high: float) -> str:
    """Write a range of probabilities in whole points of 100: (0.061, 0.174) is ``6 to 17``."""
    return likely_range(points(low, 0, signed=False), points(high, 0, signed=False))


def customer_key(customer: str) -> str:
    """Group a six-digit key for reading, ``018 204``; any other key stays as it is."""
    if len(customer) == 6 and customer.isdigit():
        return f"{customer[:3]}{SPACE}{customer[3:]}"
    return customer


def long_date(day: date) -> str:
    """Write a day in words: ``3 March 2026``."""
    locale = QLocale()
    pattern = "d MMMM yyyy" if locale.language() == QLocale.Language.English else locale.dateFormat()
    return locale.toString(QDate(day.year, day.month, day.day), pattern)


def month_year(day: date) -> str:
    """Write a month in words: ``April 2024``."""
    pattern = "yyyy. MMMM" if QLocale().language() == QLocale.Language.Hungarian else "MMMM yyyy"
    return QLocale().toString(QDate(day.year, day.month, day.day), pattern)
