"""From what the logs say of the customers to each one's offer, and what that choice is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING

import numpy as np

from engine.columns import (
    ASKED_ON,
    BIRTH_YEAR,
    CURRENT_MAKER,
    CUSTOMER,
    EXPECTED_VALUE,
    FIRST_NAME,
    HAS_LEFT,
    NO_OFFER,
    OFFER,
    OUTCOME,
    PLANNED,
    RESIDENCE,
    SEGMENT,
    UNKNOWN_MAKER,
    UPLIFT,
    UPLIFT_HIGH,
    UPLIFT_LOW,
    WITHHELD,
)
from engine.errors import InputError
from engine.job import JobContext

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd
    import pyarrow as pa

    from engine.campaign import Campaign
    from engine.handsets import LoyaltyTable
    from engine.logs import Logs
    from engine.offers import Choice, Offer, PolicyValue
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
    from engine.uplift.trial import unknown_offer

    history = people.logs.connection.sql("SELECT * FROM history ORDER BY customer").df()
    if history.empty:
        return None
    tried = sorted(set(history[OFFER]) - {NO_OFFER})
    for offer in offers if tried else ():
        if offer.key not in tried:
            raise unknown_offer(offer.key, tried)
    features = people.features if (day := _first_day(history)) is None else _features_before(people, day, context)
    features = features.loc[history[CUSTOMER]]
    treatment, outcome = history[OFFER].to_numpy(), history[OUTCOME].to_numpy()
    return fit_uplift(features, treatment, outcome, seed=seed, context=context.part(0.05, 1.0))


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
    _pass_over_who_left(table, about["left_on"].notna().to_numpy())
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


def _pass_over(table: pd.DataFrame, whom: npt.NDArray[np.bool_]) -> None:
    """Recommend nothing to some of the customers."""
    known = not table[EXPECTED_VALUE].isna().all()
    for column, value in ((OFFER, NO_OFFER), (EXPECTED_VALUE, 0.0 if known else np.nan)):
        table[column] = table[column].mask(whom, value)


def _pass_over_who_left(table: pd.DataFrame, gone: npt.NDArray[np.bool_]) -> None:
    _pass_over(table, gone)
    table[SEGMENT] = table[SEGMENT].mask(gone, HAS_LEFT)


def choose_offers(campaign: Campaign, choice: Choice, context: JobContext | None = None) -> None:
    """Give every customer what the designer chose, in the campaign file, so that all that follows goes by it.

    An ``open`` choice without a limit takes an earlier one back, to the last digit; who was withheld from stays so.
    Raises InputError if the campaign holds no outcomes of a past campaign, or not that offer.
    """
    context = context or JobContext()
    with campaign.transaction():
        table = campaign.read_table("customers")
        if campaign.read_document("evaluation") is None or table is None:
            name = campaign.path.name
            raise InputError(f"{name} holds no outcomes of a past campaign, so there is nothing to choose.")
        if choice.offer not in (NO_OFFER, *(offer.key for offer in campaign.offers())):
            raise InputError(f'{campaign.path.name} has no offer "{choice.offer}". Choose one of its offers.')
        _keep_chosen(campaign, table, choice, context)
        campaign.write_document("choice", choice.to_json())


def withhold_offers(
    campaign: Campaign, customers: Sequence[str], *, withheld: bool = True, context: JobContext | None = None
) -> None:
    """Send some customers no offer, whatever is chosen for the others; not ``withheld`` any more, take that back.

    Raises InputError if the campaign has no such customer; then nobody's offer is changed.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    from engine.offers import Choice

    context = context or JobContext()
    with campaign.transaction():
        table = campaign.read_table("customers")
        wanted = pa.array(customers, pa.string())
        known = pa.array([], pa.string()) if table is None else table[CUSTOMER].cast(pa.string()).combine_chunks()
        strangers = wanted.filter(pc.invert(pc.is_in(wanted, value_set=known)))
        if table is None or len(strangers):
            who = strangers[0].as_py() if len(strangers) else ""
            raise InputError(f"{campaign.path.name} has no customer {who}. Choose one of its customers.")
        marks = _withheld(table)
        marks[pc.is_in(known, value_set=wanted).to_numpy(zero_copy_only=False)] = withheld
        if WITHHELD in table.column_names:
            table = table.drop_columns([WITHHELD])
        if marks.any():
            table = table.append_column(WITHHELD, pa.array(marks))
        document = campaign.read_document("choice")
        _keep_chosen(campaign, table, Choice.from_json(document) if document else Choice(), context)


def _withheld(table: pa.Table) -> npt.NDArray[np.bool_]:
    """Return from whom the designer keeps the offer."""
    if WITHHELD not in table.column_names:
        return np.zeros(table.num_rows, dtype=bool)
    return np.array(table[WITHHELD].to_numpy(), dtype=bool)


def _keep_chosen(campaign: Campaign, table: pa.Table, choice: Choice, context: JobContext) -> None:
    """Work out RECOMMENDATION_COLUMNS anew by what the designer chose, and keep them."""
    import pyarrow as pa

    context.progress(0.2, "Choosing offers")
    frame = _chosen(campaign, table, choice)
    context.check()
    _pass_over_who_left(frame, np.asarray(table[SEGMENT].to_pandas() == HAS_LEFT))
    _pass_over(frame, _withheld(table))
    if PLANNED in table.column_names:
        table = table.drop_columns([PLANNED])
    if choice.most is not None:
        table = table.append_column(PLANNED, pa.array(frame[OFFER], pa.string()))
        beyond = np.ones(len(frame), dtype=bool)
        beyond[most_worth_first(frame)[: choice.most]] = False
        _pass_over(frame, beyond)
    for column in (OFFER, UPLIFT, UPLIFT_LOW, UPLIFT_HIGH, EXPECTED_VALUE, SEGMENT):
        context.check()
        field = table.schema.field(column)
        table = table.set_column(table.schema.get_field_index(column), field, pa.array(frame[column], field.type))
    context.progress(0.7, "Keeping the choice")
    campaign.write_table("customers", table)


def most_worth_first(frame: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Return the rows of RECOMMENDATION_COLUMNS that have an offer, by expected value; equals keep their order."""
    asked = np.flatnonzero((frame[OFFER] != NO_OFFER).to_numpy())
    worth = frame[EXPECTED_VALUE].to_numpy(dtype=np.float64)[asked]
    order: npt.NDArray[np.int64] = asked[np.argsort(-worth, kind="stable")]
    return order


def _chosen(campaign: Campaign, table: pa.Table, choice: Choice) -> pd.DataFrame:
    """Return RECOMMENDATION_COLUMNS by a choice, from what the customers' table says of every offer."""
    from engine.offers import offer_for_all, recommend
    from engine.uplift import UpliftEvaluation

    offers, document = campaign.offers(), campaign.read_document("evaluation")
    keys, makers = (table[column].to_pandas() for column in (CUSTOMER, CURRENT_MAKER))
    if document is None:
        return _by_loyalty(campaign, keys, makers, offers)
    uplift, low, high = (
        np.column_stack([table[f"{part}:{offer.key}"].to_numpy() for offer in offers])
        for part in ("uplift", "low", "high")
    )
    baseline = table["baseline"].to_numpy()
    evaluation = UpliftEvaluation.from_json(document)
    personal = recommend(uplift, low, high, baseline, keys, makers, offers, evaluation)
    if choice.kind != "for_all":
        return personal
    return offer_for_all(personal, uplift, low, high, baseline, offers, choice.offer)


def _by_loyalty(campaign: Campaign, keys: pd.Series, makers: pd.Series, offers: tuple[Offer, ...]) -> pd.DataFrame:
    """Return RECOMMENDATION_COLUMNS of a campaign that has no past one to learn from."""
    from engine.handsets import LoyaltyTable
    from engine.offers.without_trial import offers_by_loyalty

    document = campaign.read_document("loyalty")
    assert document is not None, "offers without a past campaign come from the loyalty table"
    return offers_by_loyalty(list(keys), list(makers), offers, LoyaltyTable.from_json(document))
