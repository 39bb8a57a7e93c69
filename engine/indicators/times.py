"""Clock and calendar by whole numbers only, because back ends differ in what a weekday, a week or an hour is."""

from __future__ import annotations

import ibis.expr.types as ir

HOUR = 3600  # seconds
DAY = 24 * HOUR
HALF_HOUR = HOUR // 2
MONTH = 365.25 / 12  # days
NIGHT_FROM = 19 * HOUR  # both ends belong to the night, as in bandicoot
NIGHT_TO = 7 * HOUR
THURSDAY = 3  # the first day of 1970, with Monday as 0


def second_of(time: ir.TimestampValue) -> ir.IntegerValue:
    """Return a wall-clock time as the whole seconds since the start of 1970."""
    seconds: ir.IntegerValue = time.truncate("s").epoch_seconds().cast("int64")
    return seconds


def week_of(second: ir.IntegerValue) -> ir.IntegerValue:
    """Return the number of the week, Monday to Sunday, that a second is in."""
    return (second // DAY + THURSDAY) // 7


def is_night(second: ir.IntegerValue) -> ir.BooleanValue:
    """Say whether a second is at night: from 19:00:00 to 7:00:00, both included."""
    clock = second % DAY
    return (clock <= NIGHT_TO) | (clock >= NIGHT_FROM)
