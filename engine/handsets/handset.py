"""What a handset is: who made it, which one, what kind of device."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from engine.columns import UNKNOWN_MAKER

MODEL = "model"  # a column
TAC_DIGITS = 8
IMEI_DIGITS, IMEISV_DIGITS = 15, 16


class DeviceClass(StrEnum):
    """What kind of device a phone type stands for."""

    PHONE = "phone"
    FEATURE_PHONE = "feature phone"
    TABLET = "tablet"
    WATCH = "watch"
    MODEM = "modem"  # modems, routers, hotspots and radio modules
    OTHER = "other"
    UNKNOWN = "unknown"


NOT_THE_PHONE = frozenset({DeviceClass.TABLET, DeviceClass.WATCH, DeviceClass.MODEM, DeviceClass.OTHER})


@dataclass(frozen=True)
class Handset:
    """A device: who made it and which one it is. An empty model says that only the maker, if that, is known.

    Maker and model tell handsets apart; the class and the year of launch are what is known about one.
    """

    maker: str
    model: str
    device_class: DeviceClass = field(default=DeviceClass.UNKNOWN, compare=False)
    launched: int | None = field(default=None, compare=False)


UNKNOWN_HANDSET = Handset(UNKNOWN_MAKER, "")


def model_key(text: str) -> str:
    """Return what identifies a model whatever its spelling: small letters and digits."""
    return "".join(sign for sign in text.casefold() if sign.isalnum() or sign == "+")


def is_imei(digits: str) -> bool:
    """Whether 15 digits carry the right check digit (Luhn; 3GPP TS 23.003, annex B)."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(digits)]
    return len(digits) == IMEI_DIGITS and sum(number - 9 * (number > 9) for number in doubled) % 10 == 0


def numbered(phone_type: str) -> str:
    """Return the digits of a phone type that is a number as long as a TAC or longer, else an empty string."""
    digits = phone_type.replace(" ", "").replace("-", "")
    return digits if digits.isascii() and digits.isdigit() and len(digits) >= TAC_DIGITS else ""


def tac_of(digits: str) -> str:
    """Return the TAC of a TAC, an IMEI or an IMEISV, or an empty string if the digits are none of these."""
    if len(digits) in (TAC_DIGITS, IMEISV_DIGITS) or is_imei(digits):
        return digits[:TAC_DIGITS]
    return ""
