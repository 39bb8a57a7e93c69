"""What a model knows of a customer, in words: "Phone is 31 months old"; and the reasons as rows that add up."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from engine.columns import MAKER, RESIDENCE, SEX, UNKNOWN_MAKER
from gui import numbers
from gui.charts.row_chart import RowLine
from gui.theme import Tone

if TYPE_CHECKING:
    from engine.uplift import Reason, Reasons

SHOWN, FEW = 5, 3
YEAR = 12  # months; customers of two years and longer are counted in years
GIGABYTE = 1000.0  # megabytes


def tr(text: str) -> str:
    """Translate a phrase about reasons."""
    return QCoreApplication.translate("reasons", text)


def reason_lines(reasons: Reasons) -> tuple[RowLine, ...]:
    """Return the average, the largest reasons and all else, in points of 100 with a decimal; they add up as written."""
    foremost, _ = reasons.foremost(SHOWN)
    said = [(tr("An average customer"), reasons.average)]
    said.extend((feature_words(one), one.uplift) for one in foremost)
    return _that_add_up(said, tr("All else"), reasons.uplift)


def few_reason_lines(reasons: Reasons) -> tuple[RowLine, ...]:
    """Return the very largest reasons, and the average with all else in one row; they add up as written."""
    foremost, _ = reasons.foremost(FEW)
    said = [(feature_words(one), one.uplift) for one in foremost]
    return _that_add_up(said, tr("On average, with all else"), reasons.uplift)


def _that_add_up(said: list[tuple[str, float]], rest: str, total: float) -> tuple[RowLine, ...]:
    """Return rows in points of 100 with a decimal, the last what is missing to the total as it is written."""
    tenths = [round(1000 * value) for _, value in said]
    said = [*said, (rest, (round(1000 * total) - sum(tenths)) / 1000)]
    lines = []
    for place, (name, value) in enumerate(said):
        tone: Tone = "accent" if value > 0 else "control_border"
        unit = tr("points of 100")
        lines.append(RowLine(str(place), name, value, number=numbers.points(value), tone=tone, unit=unit))
    return tuple(lines)


def feature_words(reason: Reason) -> str:
    """Say what is known of a customer that a reason is about."""
    value = reason.value
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return tr("{what}: not known").format(what=feature_name(reason.feature))
    if isinstance(value, str):
        return _text_words(reason.feature, value)
    if reason.feature == "phones_before":
        return _phones_words(value)
    if reason.feature in ("tenure_months", "phone_age_months"):
        return _months_words(reason.feature, value)
    return _number_words(reason.feature, value)


def _text_words(feature: str, value: str) -> str:
    sentences = {RESIDENCE: tr("Lives in {value}"), MAKER: tr("Has a {value}"), SEX: tr("Listed as {value}")}
    if feature == MAKER and value == UNKNOWN_MAKER:
        return tr("{what}: not known").format(what=feature_name(feature))
    return sentences.get(feature, f"{feature_name(feature)}: {{value}}").format(value=value)


def _phones_words(value: float) -> str:
    if value < 1:
        return tr("No earlier phone seen")
    if value < 2:
        return tr("Had one phone before")
    return tr("Had {count} phones before").format(count=numbers.decimal(value))


def _months_words(feature: str, months: float) -> str:
    """Say for how long: months, and years of a customer where they are many."""
    if feature == "phone_age_months":
        if round(months) == 1:
            return tr("Phone is one month old")
        return tr("Phone is {months} months old").format(months=numbers.decimal(months))
    if months >= 2 * YEAR:
        return tr("Customer for {years} years").format(years=numbers.decimal(math.floor(months / YEAR)))
    return tr("Customer for {months} months").format(months=numbers.decimal(months))


def _number_words(feature: str, value: float) -> str:
    """Say a number with what it counts; shares are per cent, entropies the number of equals they amount to."""
    count, share = numbers.decimal(value, 0 if value >= 9.95 or value == round(value) else 1), numbers.percent(value, 0)
    equals = numbers.decimal(math.exp(min(value, 20.0)), 0 if value > 2.3 else 1)
    days = numbers.decimal(value / 86_400, 1)
    sentences = {
        "age": tr("{count} years old").format(count=numbers.decimal(value)),
        "calls": tr("{count} calls a month").format(count=count),
        "messages": tr("{count} messages a month").format(count=count),
        "minutes": tr("{count} minutes of calls a month").format(count=count),
        "incoming_share": tr("{share} of the calls come in").format(share=share),
        "night_share": tr("{share} of the calls at night").format(share=share),
        "contacts": tr("Calls with {count} people").format(count=count),
        "same_maker_contacts": tr("{share} of contacts have this maker").format(share=share),
        "contact_entropy": tr("Calls mostly with about {count} people").format(count=equals),
        "balance_mean": tr("Calls made, per contact: {share}").format(share=share),
        "pareto_share": tr("Few people for most calls: {share}").format(share=share),
        "interevent_std": tr("Gaps between calls vary by {days} days").format(days=days),
        "home_share": tr("{share} of the time at home").format(share=share),
        "place_entropy": tr("Calls from about {count} places").format(count=equals),
        "megabytes": _data_words(value),
        "megabytes_trend": _trend_words(value),
        "usage_records": tr("On the internet {count} times a month").format(count=count),
        "makers_before": tr("Other makers before: {count}").format(count=count),
        "own_maker_share": tr("{share} of the phones were of this maker").format(share=share),
    }
    return sentences.get(feature, f"{feature_name(feature)}: {count}")


def _data_words(megabytes: float) -> str:
    if megabytes >= GIGABYTE:
        size = megabytes / GIGABYTE
        return tr("Uses {size} GB a month").format(size=numbers.decimal(size, 0 if size >= 9.95 else 1))
    return tr("Uses {size} MB a month").format(size=numbers.decimal(megabytes))


def _trend_words(value: float) -> str:
    """Say how the data of the last three months compare with the usual month; the trend is a logarithm."""
    change = math.expm1(min(value, 5.0))
    if abs(change) < 0.05:
        return tr("Uses as much data as ever")
    said = tr("Uses {share} more data lately") if change > 0 else tr("Uses {share} less data lately")
    return said.format(share=numbers.percent(abs(change), 0))


def feature_name(feature: str) -> str:
    """Name a feature; one that is not known here by its column."""
    names = {
        RESIDENCE: tr("Residence"), MAKER: tr("Maker"), SEX: tr("Sex"), "age": tr("Age"),
        "tenure_months": tr("Time as a customer"), "phone_age_months": tr("Age of the phone"),
        "own_maker_share": tr("Phones of this maker"), "phones_before": tr("Phones before"),
        "same_maker_contacts": tr("Phones of contacts"), "home_share": tr("Time at home"),
        "place_entropy": tr("Places"), "incoming_share": tr("Calls that come in"), "night_share": tr("Calls at night"),
        "contact_entropy": tr("Spread of calls"), "balance_mean": tr("Calls that go out"),
        "pareto_share": tr("Few people, many calls"), "interevent_std": tr("Rhythm of calls"),
        "makers_before": tr("Makers before"), "megabytes": tr("Data used"), "megabytes_trend": tr("Trend of data used"),
        "usage_records": tr("Times on the internet"),
    }  # fmt: skip
    return names.get(feature, feature.replace("_", " ").capitalize())
