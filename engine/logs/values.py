"""What the values of a column look like: how well they would serve each role."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine import columns
from engine.logs.forms import CLOCK, PART_FORMS, is_universal, time_form

NUMBER = {
    ".": re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?"),
    ",": re.compile(r"[+-]?\d{1,3}([ \u00a0]\d{3})+(,\d+)?|[+-]?\d+(,\d+)?"),
}
PARTY = re.compile(r"\+?\d{6,15}|[0-9a-fA-F]{16,64}|[A-Za-z0-9+/_-]{20,64}={0,2}")
CLOCK_LENGTH = re.compile(r"(\d{1,3}:)?[0-5]?\d:[0-5]\d")
LATE = re.compile(r"(0?[4-9]|1\d|2[0-3])(\D|\d{4}$)")  # from four o'clock on
PHONE = re.compile(r"(?=.*[A-Za-z])(?=.*\d)[\w .+\-/(),\"]{3,60}")
MAKERS = re.compile(
    r"(?i)samsung|galaxy|apple|iphone|huawei|xiaomi|nokia|lumia|sony|xperia|moto|honor|oneplus|oppo|redmi|pixel|alcatel"
    r"|\b(sm|gt|lg|htc|zte|tcl|rmx|cph)[- ]"
)
MESSAGE_WORDS = frozenset(("message", "sms", "mms", "text", "uzenet", "szoveges", "nachricht", "kurznachricht", "rcs"))
CALL_WORDS = frozenset(
    (
        "call", "voice", "phone", "volte", "tel", "moc", "mtc", "mo", "mt", "hivas", "hang", "beszed", "anruf",
        "sprache", "telefonat", "gesprach", "gespraech",
    )
)  # fmt: skip
SEX_WORDS = frozenset(
    ("m", "f", "male", "female", "man", "woman", "n", "férfi", "nő", "ferfi", "no", "w", "d", "mann", "frau",
     "männlich", "mannlich", "weiblich")
)  # fmt: skip


def has_luhn_digit(digits: str) -> bool:
    """Whether the last of a number's digits is its check digit by Luhn's rule (ISO/IEC 7812-1), as an IMEI's is."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        number = int(digit) * (1 + place % 2)
        total += number - 9 * (number > 9)
    return total % 10 == 0


@dataclass(frozen=True)
class Values:
    """What was found of a column: shares of the values that are not empty, and how times are written."""

    texts: tuple[str, ...]
    filled: float  # share of the rows that have a value
    distinct: float  # share of the values that are different
    numbers: dict[str, float]  # by decimal mark
    form: str
    times: float
    days_only: bool
    parties: float
    phones: float

    @property
    def is_utc(self) -> bool:
        """Whether the times are UTC's."""
        return is_universal(self.form, self.texts[:50])

    @property
    def are_days(self) -> bool:
        """Whether the values are days without a clock."""
        return self.times > 0.5 and self.days_only

    @property
    def are_of_the_clock(self) -> bool:
        """Whether the values are times of a day, of any day: most lengths are below four hours."""
        form, share = time_form(self.texts, PART_FORMS)
        late = _share(self.texts, lambda text: bool(LATE.match(text)))
        return share > 0.7 and (late > 0.4 or "%p" in form)

    @property
    def is_clock(self) -> bool:
        """Whether lengths are written as on a clock."""
        return self.times < 0.5 and _share(self.texts, lambda text: bool(CLOCK_LENGTH.fullmatch(text))) > 0.9


def look_at(texts: Sequence[str], rows: int) -> Values:
    """Describe a column's values that are not empty; ``rows`` is how many there could be."""
    short = tuple(text for text in texts if len(text) <= 200)
    form, times = time_form(short)
    return Values(
        texts=short,
        filled=len(short) / rows if rows else 0.0,
        distinct=len(set(short)) / len(short) if short else 0.0,
        numbers={mark: _share(short, lambda t, m=mark: bool(NUMBER[m].fullmatch(t))) for mark in NUMBER},  # type: ignore[misc]
        form=form,
        times=times,
        days_only=bool(short) and _share(short[:50], lambda text: not re.search(r"\d:\d", text)) > 0.9,
        parties=_share(short, lambda text: bool(PARTY.fullmatch(text))),
        phones=_share(short, _is_phone),
    )


def _share(texts: Sequence[str], holds: Callable[[str], bool]) -> float:
    return sum(map(holds, texts)) / len(texts) if texts else 0.0


def _is_phone(text: str) -> bool:
    """Whether a text is an IMEI, a TAC or the name of a phone of a known maker."""
    if text.isdigit():
        return (len(text) == 15 and has_luhn_digit(text)) or len(text) in (8, 14, 16)
    return bool(MAKERS.search(text))


def value_score(values: Values, role: str, decimal: str) -> float:
    """Return how well values would serve a role, 0 to 1; 0.5 where they say nothing."""
    if not values.texts:
        return 0.3
    return float(min(max(_SCORES.get(role, _text)(values, decimal), 0.0), 1.0))


def _numbers(values: Values, decimal: str, low: float, high: float) -> float:
    """Return the share of the values that are numbers between two bounds."""
    fitting = 0
    for text in values.texts:
        if NUMBER[decimal].fullmatch(text):
            number = float(re.sub(r"[ \u00a0]", "", text).replace(",", ".")) if decimal == "," else float(text)
            fitting += low <= number <= high
    return fitting / len(values.texts)


def _party(values: Values, _decimal: str) -> float:
    return values.parties * (1.0 if values.times < 0.5 else 0.3)


def _identifier(values: Values, _decimal: str) -> float:
    return values.parties if values.parties > 0.5 else 0.4 * (values.distinct > 0.3) * (values.times < 0.5)


def _time(values: Values, _decimal: str) -> float:
    return values.times * (0.5 if values.days_only else 1.0)


def _date(values: Values, _decimal: str) -> float:
    return values.times * (1.0 if values.days_only else 0.5)


def _seconds(values: Values, decimal: str) -> float:
    return 0.95 if values.is_clock else 0.8 * _numbers(values, decimal, 0, 86_400)


def _megabytes(values: Values, decimal: str) -> float:
    return (0.6 + 0.2 * (values.distinct > 0.3)) * _numbers(values, decimal, 0, 1e13) * (values.parties < 0.9)


def _phone(values: Values, _decimal: str) -> float:
    if values.times > 0.5:
        return 0.0
    return max(values.phones, 0.5 * _share(values.texts, lambda text: bool(PHONE.fullmatch(text))))


def _year(values: Values, _decimal: str) -> float:
    return _share(values.texts, lambda text: len(text) == 4 and text.isdigit() and 1900 <= int(text) <= 2020)


def _outcome(values: Values, _decimal: str) -> float:
    return 0.9 * _share(values.texts, lambda text: text in ("0", "1")) * (len(set(values.texts)) <= 2)


def _sex(values: Values, _decimal: str) -> float:
    return _share(values.texts, lambda text: text.lower() in SEX_WORDS) * (
        values.distinct < 0.5 or len(values.texts) < 20
    )


def _event(values: Values, _decimal: str) -> float:
    from engine.logs.names import plain_name

    known = MESSAGE_WORDS | CALL_WORDS
    return _share(values.texts, lambda text: any(word in known for word in plain_name(text).split("_")))


def _words(values: Values, _decimal: str) -> float:
    return 0.4 * _share(values.texts, lambda text: not any(letter.isdigit() for letter in text))


def _text(values: Values, _decimal: str) -> float:
    return 0.3 * (values.times < 0.5)


def _cell(values: Values, _decimal: str) -> float:
    return 0.45 * (values.times < 0.5) * (values.distinct < 0.9 or len(values.texts) < 50)


_SCORES: dict[str, Callable[[Values, str], float]] = {
    columns.CALLER: _party,
    columns.CALLEE: _party,
    columns.CUSTOMER: _identifier,
    columns.TIME: _time,
    columns.SECONDS: _seconds,
    columns.PHONE_TYPE: _phone,
    columns.KIND: _event,
    columns.CELL: _cell,
    columns.MEGABYTES: _megabytes,
    columns.BIRTH_YEAR: _year,
    columns.SEX: _sex,
    columns.OUTCOME: _outcome,
    columns.RESIDENCE: _words,
    columns.FIRST_NAME: _words,
    columns.LATITUDE: lambda values, decimal: 0.7 * _numbers(values, decimal, -90, 90) * (values.distinct > 0.3),
    columns.LONGITUDE: lambda values, decimal: 0.7 * _numbers(values, decimal, -180, 180) * (values.distinct > 0.3),
    columns.MARGIN: lambda values, decimal: 0.5 * _numbers(values, decimal, 0, 1e9),
    columns.COST: lambda values, decimal: 0.5 * _numbers(values, decimal, 0, 1e9),
    **dict.fromkeys(
        (columns.SINCE, columns.LEFT_ON, columns.PHONE_SINCE, columns.PHOTO_CONSENT, columns.ASKED_ON), _date
    ),
}


def column_form(values: Values, role: str) -> str:
    """Return how the values of a column of times or lengths are written."""
    if role == columns.SECONDS:
        return CLOCK if values.is_clock else ""
    if role == columns.CLOCK:
        return time_form(values.texts, PART_FORMS)[0] or PART_FORMS[0]
    times = (
        columns.TIME, columns.SINCE, columns.LEFT_ON, columns.PHONE_SINCE, columns.PHOTO_CONSENT, columns.ASKED_ON,
    )  # fmt: skip
    return values.form if role in times and values.times > 0.5 else ""
