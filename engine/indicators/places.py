"""Where: the cells that a customer calls from, by half hours."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from engine import columns
from engine.indicators.interactions import SECOND
from engine.indicators.measures import entropy, left_joined, needed_for_pareto
from engine.indicators.people import PERSON
from engine.indicators.times import DAY, HALF_HOUR, NIGHT_TO, is_night

HOME = "home"
SLOT = "slot"  # half hours since the start of 1970
EARTH_KM = 6371.0


def places(stays: ir.Table, cells: ir.Table | None, keys: Sequence[str]) -> ir.Table:
    """Return, by ``keys``, places, place_entropy, frequent_places, home_share and gyration_km.

    ``stays`` are the interactions that have a cell. A customer is in one cell per half hour: the one most used in it,
    the first of equals.
    """
    seen = stays.mutate(**{SLOT: stays[SECOND] // HALF_HOUR})
    visits = _visits(_positions(seen, keys), keys)
    visits = visits.left_join(_homes(visits, seen), PERSON).select(*visits.columns, HOME)
    visits = visits.mutate(times=ibis.literal(1.0))
    visits = visits.mutate(needed=needed_for_pareto(visits, keys, visits.slots, visits.times))
    at_home = visits.slots.sum(where=visits[columns.CELL] == visits[HOME]).fill_null(0.0)
    summed = visits.group_by(list(keys)).aggregate(
        places=visits.count(),
        place_entropy=entropy(visits.slots),
        frequent_places=visits.needed.sum(),
        home_share=ibis.cases((visits[HOME].max().notnull(), at_home / visits.slots.sum())),
    )
    if cells is None:
        return summed.mutate(gyration_km=ibis.null("float64"))
    return left_joined(summed, [_gyration(visits, cells, keys)], keys)


def _positions(seen: ir.Table, keys: Sequence[str]) -> ir.Table:
    """Return (keys, slot, cell): the cell of each half hour. Only half hours with several cells need counting."""
    slot = [*keys, SLOT]
    cell = seen[columns.CELL]
    slots = seen.group_by(slot).aggregate(least=cell.min(), most=cell.max())
    plain = slots.filter(slots.least == slots.most).select(slot, **{columns.CELL: slots.least})
    mixed = slots.filter(slots.least != slots.most).select(slot)
    return ibis.union(plain, _most_used(seen.semi_join(mixed, slot), slot))


def _most_used(seen: ir.Table, slot: Sequence[str]) -> ir.Table:
    """Return (slot, cell) with the cell most used in each slot; of equals, the one used first."""
    used = seen.group_by([*slot, columns.CELL]).aggregate(number=seen.count(), first=seen[SECOND].min())
    order = [used.number.desc(), used["first"], used[columns.CELL]]
    ranked = used.mutate(rank=ibis.row_number().over(group_by=list(slot), order_by=order))
    return ranked.filter(ranked["rank"] == 0).select(*slot, columns.CELL)


def _visits(positions: ir.Table, keys: Sequence[str]) -> ir.Table:
    """Return one row per ``keys`` and cell: its half hours, those at night, and the first of these."""
    start = positions[SLOT] * HALF_HOUR
    at_night = is_night(start) & (start % DAY != NIGHT_TO)
    return positions.group_by([*keys, columns.CELL]).aggregate(
        slots=positions.count().cast("float64"),
        nights=positions.count(where=at_night),
        first_night=positions[SLOT].min(where=at_night),
    )


def _homes(visits: ir.Table, seen: ir.Table) -> ir.Table:
    """Return (person, home): the cell of most half hours at night, the first of equals.

    Night ends with 7:00:00. That second is a half hour of its own here, because the rest of its half hour is day.
    """
    nights = visits.filter(visits.nights > 0).select(PERSON, columns.CELL, "nights", "first_night")
    last = _most_used(seen.filter(seen[SECOND] % DAY == NIGHT_TO), [PERSON, SLOT])
    last = last.group_by([PERSON, columns.CELL]).aggregate(nights=last.count(), first_night=last[SLOT].min())
    both = ibis.union(nights, last)
    slept = both.group_by([PERSON, columns.CELL]).aggregate(nights=both.nights.sum(), first=both.first_night.min())
    order = [slept.nights.desc(), slept["first"], slept[columns.CELL]]
    ranked = slept.mutate(rank=ibis.row_number().over(group_by=PERSON, order_by=order))
    return ranked.filter(ranked["rank"] == 0).select(PERSON, **{HOME: ranked[columns.CELL]})


def _gyration(visits: ir.Table, cells: ir.Table, keys: Sequence[str]) -> ir.Table:
    """Return the radius of gyration (km) around the mean of the places, each weighted by its half hours."""
    known = visits.select(*keys, columns.CELL, "slots").join(
        cells.filter(cells.latitude.notnull() & cells.longitude.notnull()), columns.CELL
    )
    total = known.slots.sum()
    centre = known.group_by(list(keys)).aggregate(
        centre_latitude=(known.latitude * known.slots).sum() / total,
        centre_longitude=(known.longitude * known.slots).sum() / total,
    )
    placed = known.join(centre, list(keys))
    distance = _distance_km(placed.latitude, placed.longitude, placed.centre_latitude, placed.centre_longitude)
    squares = (placed.slots * distance * distance).sum()
    return placed.group_by(list(keys)).aggregate(gyration_km=(squares / placed.slots.sum()).sqrt())


def _distance_km(
    latitude: ir.NumericValue, longitude: ir.NumericValue, other_latitude: ir.NumericValue, other: ir.NumericValue
) -> ir.NumericValue:
    """Return the great-circle distance in km by the haversine formula."""
    half_latitude = ((other_latitude - latitude).radians() / 2).sin()
    half_longitude = ((other - longitude).radians() / 2).sin()
    chord = (
        half_latitude * half_latitude
        + latitude.radians().cos() * other_latitude.radians().cos() * half_longitude * half_longitude
    )
    return ibis.least(chord, 1.0).sqrt().asin() * (2 * EARTH_KM)
