"""Money in the currency of the offers, short enough to read: "2.31 M Ft", "likely 1.74 to 2.88 M"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from gui import numbers

if TYPE_CHECKING:
    from engine.offers import Offer


def tr(text: str) -> str:
    """Translate a phrase about money."""
    return QCoreApplication.translate("money", text)


@dataclass(frozen=True)
class Currency:
    """The unit that stands behind amounts; empty where the offers do not agree on one."""

    unit: str = ""

    def amount(self, value: float, *, signed: bool = False) -> str:
        """Write an amount with its unit: ``2.31 M Ft``."""
        return self._with_unit(numbers.short(value, signed=signed))

    def per_customer(self, value: float) -> str:
        """Write a signed amount per customer: ``+38 Ft a customer``."""
        return tr("{amount} a customer").format(amount=self.amount(value, signed=True))

    def heading(self, title: str) -> str:
        """Put the unit behind a column's title, once for all numbers: ``Worth, Ft``."""
        return f"{title}, {self.unit}" if self.unit else title

    def _with_unit(self, number: str) -> str:
        return f"{number}{numbers.SPACE}{self.unit}" if self.unit else number


def currency_of(offers: Sequence[Offer]) -> Currency:
    """Return the currency of offers: the first word of "Ft a month" where all that name one agree."""
    found = {offer.unit.replace("/", " ").split()[0] for offer in offers if offer.unit.strip()}
    return Currency(found.pop()) if len(found) == 1 else Currency()


def likely(low: float, high: float, *, signed: bool = False) -> str:
    """Write a likely range: ``likely 1.74 to 2.88 M``; a scale that both ends share stands once."""
    first, last = numbers.short(low, signed=signed), numbers.short(high, signed=signed)
    scale = f"{numbers.SPACE}{numbers.tr('M')}"
    if first.endswith(scale) and last.endswith(scale):
        first = first.removesuffix(scale)
    return tr("likely {range}").format(range=numbers.likely_range(first, last))
