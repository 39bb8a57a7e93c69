"""What an offer does to a customer, in a sentence: points of 100 with the likely range beside them."""

from __future__ import annotations

import math

from PySide6.QtCore import QCoreApplication

from engine.ages import AGE_BAND_STARTS
from engine.columns import HAS_LEFT
from gui import numbers

AGE_STARTS = AGE_BAND_STARTS
TOP_AGE = AGE_STARTS[-1]


def tr(text: str) -> str:
    """Translate a phrase about offers."""
    return QCoreApplication.translate("offers", text)


def _digits(*probabilities: float) -> int:
    """Return 0 decimals, or 1 where whole points would hide on which side of zero a number lies."""
    return 1 if any(0 < abs(value) < 0.005 for value in probabilities) else 0


def _range(low: float, high: float, digits: int) -> str:
    ends = (numbers.points(end, digits, signed=False) for end in (low, high))
    return numbers.likely_range(*ends)


def is_clear(low: float, high: float) -> bool:
    """Whether a likely range leaves zero out."""
    return low > 0 or high < 0


def more_say_yes(uplift: float, low: float, high: float, *, is_personal: bool = True) -> str:
    """Say how many more customers of 100 say yes: "Of 100 like this one, about 12 more say yes (6 to 17).".

    Not personal, it is the average of all customers: "Of 100 customers, about 12 more say yes (6 to 17).".
    """
    if math.isnan(uplift):
        return tr("How many more say yes is not known.")
    digits = _digits(uplift, low, high)
    whom = tr("Of 100 like this one") if is_personal else tr("Of 100 customers")
    if not is_clear(low, high):
        sentence = tr("{whom}, no clear difference in who says yes ({range}).")
        return sentence.format(whom=whom, range=_range(low, high, digits))
    if uplift > 0:
        sentence, ends = tr("{whom}, about {size} more say yes ({range})."), (low, high)
    else:
        sentence, ends = tr("{whom}, about {size} fewer say yes ({range})."), (-high, -low)
    size = numbers.points(abs(uplift), digits, signed=False)
    return sentence.format(whom=whom, size=size, range=_range(*ends, digits))


def evidence(offer: str, uplift: float, low: float, high: float, *, is_personal: bool = True) -> str:
    """Say the same in a whole sentence for people who see nothing else."""
    if math.isnan(uplift):
        return tr("How many more say yes to {offer} is not known.").format(offer=offer)
    digits = _digits(uplift, low, high)
    whom = tr("Of 100 customers like this one") if is_personal else tr("Of 100 customers")
    if not is_clear(low, high):
        sentence = tr("{whom}, no clear difference in who says yes to {offer} ({range}).")
        return sentence.format(whom=whom, offer=offer, range=_range(low, high, digits))
    if uplift > 0:
        sentence, ends = tr("{whom}, about {size} more say yes to {offer} than without it ({range})."), (low, high)
    else:
        sentence, ends = tr("{whom}, about {size} fewer say yes to {offer} than without it ({range})."), (-high, -low)
    size = numbers.points(abs(uplift), digits, signed=False)
    return sentence.format(whom=whom, size=size, offer=offer, range=_range(*ends, digits))


def by_phones(*, has_offer: bool) -> str:
    """Say how an offer was chosen, or why none was, where no effect is known for want of a past campaign."""
    if not has_offer:
        return tr("Where people with this phone go next is not known well enough.")
    return tr("Chosen by where people with the same phones went next. Seen together, not caused.")


def why_no_offer(segment: str, *, is_withheld: bool = False) -> str:
    """Say why a customer gets no offer: because of the segment, or because the designer withheld it."""
    if is_withheld:
        return tr("You chose to send this one no offer.")
    words = {
        "persuadable": tr("You chose to send no offer."),
        HAS_LEFT: tr("No customer any more, so there is nobody to ask."),
        "sleeping dog": tr("Leave alone. Being asked makes a yes less likely."),
        "sure thing": tr("Buys anyway more often than most: no offer wins enough more to pay for itself."),
    }
    return words.get(segment, tr("No offer wins enough to pay for itself."))


def age_band(birth_year: int, year: int) -> str:
    """Return the age band of somebody born in ``birth_year``: "25 to 34", "65 or over"."""
    age = year - birth_year
    start = max((start for start in AGE_STARTS if start <= age), default=None)
    if start is None:
        return tr("under {age}").format(age=AGE_STARTS[0])
    if start == TOP_AGE:
        return tr("{age} or over").format(age=TOP_AGE)
    return tr("{first} to {last}").format(first=start, last=AGE_STARTS[AGE_STARTS.index(start) + 1] - 1)
