"""From what the logs say of the customers to each one's offer, and what that choice is worth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING

import numpy as np

from engine.columns import (
    ASKED_ON,
    BIRTH_YEAR,
    CUSTOMER,
    EXPECTED_VALUE,
    FIRST_NAME,
    HAS_LEFT,
    NO_OFFER,
    OFFER,
    OUTCOME,
    RESIDENCE,
    SEGMENT,
    UNKNOWN_MAKER,
)
from engine.errors import InputError
from engine.job import JobContext

if TYPE_CHECKING:
    import pandas as pd

    from engine.campaign import Campaign
    from engine.handsets import LoyaltyTable
    from engine.logs import Logs
    from engine.offers import Offer, PolicyValue
    from engine.uplift import UpliftModel


@dataclass(frozen=True)
class People:
    """What is known of the customers once their phones were followed."""

    logs: Logs
    features: pd.DataFrame
    phones: pd.DataFrame
    loyalty: LoyaltyTable


def learn_uplift(people: People, offers: tuple[Offer, ...], seed: int, context: JobContext) -> UpliftModel | None:
    """Fit the uplift model on the last campaign; None if there was none.

    Raises InputError if an offer was not in that campaign, before the long work begins.
    """
    from engine.uplift import fit_uplift

    history = people.logs.connection.sql("SELECT * FROM history ORDER BY customer").df()
    if history.empty:
        return None
    tried = sorted(set(history[OFFER]) - {NO_OFFER})
    for offer in offers if tried else ():
        if offer.key not in tried:
            raise InputError(
                f'The offer "{offer.key}" was not in the last campaign (it had {", ".join(tried)}), so nothing is '
                "known about how it works. Take it out of the offers, or test it first."
            )
    features = people.features if (day := _first_day(history)) is None else _features_before(people, day, context)
    features = features.loc[history[CUSTOMER]]
    return fit_uplift(features, history[OFFER].to_numpy(), history[OUTCOME].to_numpy(), seed=seed, context=context)


def _first_day(history: pd.DataFrame) -> datetime | None:
    """Return the day on which the last campaign began, where the history says it."""
    first = history[ASKED_ON].min()
    return None if first is None or first != first else datetime.combine(first, time.min)  # noqa: PLR0124 - NaT


def _features_before(people: People, day: datetime, context: JobContext) -> pd.DataFrame:
    """Return what was known of the customers when they were asked: what came later may be the offer's own doing."""
    from engine.logs import customer_features

    return customer_features(people.logs, people.phones, as_of=day, context=context.part(0.0, 0.05))


def keep_offers(
    campaign: Campaign, people: People, model: UpliftModel | None, offers: tuple[Offer, ...], context: JobContext
) -> PolicyValue | None:
    """Choose each customer's offer; keep the recommendations, the evaluation and what the choice is worth."""
    import pyarrow as pa

    from engine.offers import policy_value, profit_curve

    about = people.logs.connection.sql("SELECT * FROM customers ORDER BY customer").df().set_index(CUSTOMER)
    phones = people.phones
    current = phones[phones["end"].isna()].drop_duplicates(CUSTOMER, keep="last").set_index(CUSTOMER)
    makers = current["maker"].reindex(about.index).fillna(UNKNOWN_MAKER)
    table = _recommendations(people, list(about.index), list(makers), model, offers, context)
    gone = about["left_on"].notna().to_numpy()
    for column, value in ((OFFER, NO_OFFER), (EXPECTED_VALUE, 0.0 if model else np.nan), (SEGMENT, HAS_LEFT)):
        table[column] = table[column].mask(gone, value)
    for column in (FIRST_NAME, RESIDENCE, BIRTH_YEAR):
        table[column] = about[column].to_numpy()
    table["current_model"] = current["model"].reindex(about.index).to_numpy()
    with campaign.transaction():
        campaign.write_table("customers", pa.Table.from_pandas(table, preserve_index=False))
        if model is None:
            return None
        worth = policy_value(model, offers, context=context)
        campaign.write_document("evaluation", model.evaluation.to_json())
        campaign.write_document("value", worth.to_json())
        campaign.write_document("curve", profit_curve(model, offers, context=context).to_json())
    return worth


def _recommendations(
    people: People,
    customers: list[str],
    makers: list[str],
    model: UpliftModel | None,
    offers: tuple[Offer, ...],
    context: JobContext,
) -> pd.DataFrame:
    """Return the table of recommendations, with every offer's uplift and likely range beside the chosen one's."""
    from engine.offers import recommend
    from engine.offers.without_trial import offers_by_loyalty

    if model is None:
        return offers_by_loyalty(customers, makers, offers, people.loyalty)
    columns = model.columns_of([offer.key for offer in offers])
    forecast = model.forecast(people.features.loc[customers], context=context)
    uplift, low, high = (part[:, columns] for part in (forecast.uplift, forecast.low, forecast.high))
    table = recommend(uplift, low, high, forecast.baseline, customers, makers, offers, model.evaluation)
    table["baseline"] = forecast.baseline
    for place, offer in enumerate(offers):
        for name, values in (("uplift", uplift), ("low", low), ("high", high)):
            table[f"{name}:{offer.key}"] = values[:, place]
    return table
