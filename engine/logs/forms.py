"""How times, dates, lengths and volumes are written, and the SQL that reads them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.errors import InputError

ISO = ""  # year-month-day as DuckDB casts it, with T or a space, with or without seconds and fractions
EPOCH_SECONDS, EPOCH_MILLISECONDS = "epoch_s", "epoch_ms"
DAY_FORMS = ("%Y.%m.%d.", "%Y.%m.%d", "%Y/%m/%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y%m%d")
CLOCK_FORMS = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p")
COMPACT_CLOCK = "%H%M%S"
PART_FORMS = (*CLOCK_FORMS, COMPACT_CLOCK)  # of a clock in a column of its own
TIME_FORMS = (
    ISO,
    *(f"%Y-%m-%d {clock}" for clock in CLOCK_FORMS if "%I" in clock),
    *(f"{day} {clock}" for day in DAY_FORMS for clock in CLOCK_FORMS),
    *DAY_FORMS,
    "%Y%m%d%H%M%S",
    EPOCH_SECONDS,
    EPOCH_MILLISECONDS,
)
CLOCK = "clock"  # of a length: 0:01:05 or 01:05, hours before minutes before seconds
UNIT_FACTORS = {
    "": 1.0,
    "bytes": 1e-6,
    "kilobytes": 1e-3,
    "gigabytes": 1e3,
    "minutes": 60.0,
    "milliseconds": 1e-3,
}
FIRST_YEAR, LAST_YEAR = 1990, 2099  # of a call; phones with an unset clock say 1970

_PIECES = {
    "%Y": r"(?P<Y>\d{4})", "%m": r"(?P<m>\d{1,2})", "%d": r"(?P<d>\d{1,2})", "%H": r"(?P<H>\d{1,2})",
    "%I": r"(?P<I>\d{1,2})", "%M": r"(?P<M>\d{2})", "%S": r"(?P<S>\d{2})", "%p": r"(?P<p>[AaPp][Mm])",
}  # fmt: skip
_ISO_PATTERN = re.compile(
    r"(?P<Y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})([ T](?P<H>\d{1,2}):(?P<M>\d{2})(:(?P<S>\d{2})([.,]\d+)?)?"
    r"(?P<zone>Z|[+-]\d{2}(:?\d{2})?)?)?"
)


@lru_cache
def _pattern(form: str) -> re.Pattern[str]:
    """Return what texts of a form look like."""
    if form == ISO:
        return _ISO_PATTERN
    if form in (EPOCH_SECONDS, EPOCH_MILLISECONDS):
        return re.compile(r"\d{9,10}" if form == EPOCH_SECONDS else r"\d{12,13}")
    compact = form == COMPACT_CLOCK or form.startswith("%Y%m%d")
    pieces = {key: piece.replace("{1,2}", "{2}") for key, piece in _PIECES.items()} if compact else _PIECES
    escaped = re.escape(form).replace(r"\ ", " +")
    return re.compile(re.sub(r"%[YmdHIMSp]", lambda found: pieces[found[0]], escaped))


def is_of_form(text: str, form: str) -> bool:
    """Whether a text is a possible time of a form, between 1900 and 2100."""
    found = _pattern(form).fullmatch(text)
    if not found:
        return False
    if form in (EPOCH_SECONDS, EPOCH_MILLISECONDS):
        seconds = int(text) / (1 if form == EPOCH_SECONDS else 1000)
        return datetime(FIRST_YEAR, 1, 1).timestamp() < seconds < datetime(LAST_YEAR, 1, 1).timestamp()
    parts = {key: int(value) for key, value in found.groupdict().items() if value and key not in ("p", "zone")}
    year, month, day = (parts.get(key, least) for key, least in (("Y", 2000), ("m", 1), ("d", 1)))
    try:
        datetime(year, month, day, parts.get("H", 0), parts.get("M", 0), parts.get("S", 0))
    except ValueError:
        return False
    return 1900 <= year <= 2100 and 0 < parts.get("I", 1) <= 12


def joined_form(day: str, clock: str) -> str:
    """Return how a time is written whose day and clock stand in two columns, once a blank is put between them."""
    if day != ISO:
        return f"{day} {clock}"
    return ISO if clock in ("%H:%M:%S", "%H:%M") else f"%Y-%m-%d {clock}"


def time_form(texts: Sequence[str], forms: Sequence[str] = TIME_FORMS) -> tuple[str, float]:
    """Return the form that most texts have, and the share of the texts that have it; ("", 0) if there is none.

    Where day and month could be swapped in all of them, the day is taken to come first.
    """
    if not texts:
        return ISO, 0.0
    tried = forms if len(texts) < 20 else [form for form in forms if any(is_of_form(t, form) for t in texts[:20])]
    shares = [(sum(is_of_form(text, form) for text in texts) / len(texts), form) for form in tried]
    best = max(shares, key=lambda share: share[0], default=(0.0, ISO))
    return (best[1], best[0]) if best[0] > 0 else (ISO, 0.0)


def is_ambiguous(form: str, texts: Sequence[str]) -> bool:
    """Whether the texts would as well be times with day and month swapped."""
    swapped = form.replace("%d", "%-").replace("%m", "%d").replace("%-", "%m")
    return swapped != form and swapped in TIME_FORMS and all(is_of_form(text, swapped) for text in texts)


def is_universal(form: str, texts: Sequence[str]) -> bool:
    """Whether the texts are moments of UTC: seconds since 1970, or marked with a Z."""
    return form in (EPOCH_SECONDS, EPOCH_MILLISECONDS) or (
        form == ISO and bool(texts) and all(text.endswith("Z") for text in texts)
    )


def time_sql(text: str, form: str, zone: str, *, is_utc: bool) -> str:
    """Return the SQL of a TIMESTAMP from the SQL of a text; NULL where the text is no time.

    A time stands as it is written; one of UTC becomes the time of ``zone``, if that is given.
    """
    if form == ISO:
        value = f"try_cast({text} AS TIMESTAMP)"
    elif form == EPOCH_SECONDS:
        value = f"make_timestamp(try_cast({text} AS BIGINT) * 1000000)"
    elif form == EPOCH_MILLISECONDS:
        value = f"make_timestamp(try_cast({text} AS BIGINT) * 1000)"
    else:
        value = f"try_strptime({text}, '{form}')"
    if not (is_utc and zone):
        return value
    steps = zone_steps(zone)
    shift = " ".join(f"WHEN {value} >= TIMESTAMP '{start}' THEN {seconds}" for start, seconds in reversed(steps[1:]))
    return (
        f"{value} + to_seconds(CASE {shift} ELSE {steps[0][1]} END)"
        if shift
        else f"{value} + to_seconds({steps[0][1]})"
    )


@lru_cache
def zone_steps(zone: str) -> tuple[tuple[datetime, int], ...]:
    """Return from which moments of UTC on a zone's clocks are how many seconds ahead, between 1990 and 2037.

    Raises InputError if there is no such zone.
    """
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputError(f'There is no time zone "{zone}". Write one such as Europe/Budapest.') from error

    def ahead(moment: datetime) -> int:
        offset = moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(place).utcoffset()
        return int((offset or timedelta()).total_seconds())

    steps = [(datetime(FIRST_YEAR, 1, 1), ahead(datetime(FIRST_YEAR, 1, 1)))]
    day = steps[0][0]
    while day.year < 2038:
        after = day + timedelta(days=1)
        if ahead(after) != ahead(day):
            steps.append((_change(day, after, ahead), ahead(after)))
        day = after
    return tuple(steps)


def _change(before: datetime, after: datetime, ahead: Callable[[datetime], int]) -> datetime:
    """Return the minute between two moments at which the clocks change."""
    while after - before > timedelta(minutes=1):
        middle = before + timedelta(minutes=int((after - before).total_seconds() // 120))
        before, after = (middle, after) if ahead(middle) == ahead(before) else (before, middle)
    return after


def number_sql(text: str, decimal: str, unit: str) -> str:
    """Return the SQL of a DOUBLE from the SQL of a text; NULL where the text is no number."""
    if decimal == ",":
        text = f"replace(replace(replace({text}, ' ', ''), chr(160), ''), ',', '.')"
    value = f"try_cast({text} AS DOUBLE)"
    return value if UNIT_FACTORS[unit] == 1.0 else f"{value} * {UNIT_FACTORS[unit]}"


def clock_sql(text: str) -> str:
    """Return the SQL of a length in seconds from h:mm:ss or mm:ss."""
    whole = f"CASE WHEN {text} LIKE '%:%:%' THEN {text} WHEN {text} LIKE '%:%' THEN '0:' || {text} END"
    return f"epoch(try_cast({whole} AS INTERVAL))"
