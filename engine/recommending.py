"""From what the logs say of the customers to each one's offer, and what that choice is worth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from engine.columns import (
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
    from engine.customer_base import CustomerBase
    from engine.handsets import LoyaltyTable
    from engine.offers import Choice, Offer, PolicyValue
    from engine.uplift import Honesty, UpliftModel

CHOICE = "choice"  # the document that says what the designer chose to send


def learn_uplift(base: CustomerBase, offers: tuple[Offer, ...], seed: int, context: JobContext) -> UpliftModel | None:
    """Fit the uplift model on the last campaign; None if there was none.

    Where the features tell who got which offer, no lot drew it: then they also tell the chances by which customers
    are made comparable, and whatever is found is an association. Raises InputError if an offer was not in that
    campaign, before the long work begins.
    """
    from engine.uplift import fit_uplift, is_left_to_chance
    from engine.uplift.trial import ESTIMATED, unknown_offer

    history = base.history
    if history.empty:
        return None
    arms = set(history[OFFER])
    tried = sorted(arms - {NO_OFFER})
    for offer in offers if tried and NO_OFFER in arms else ():  # without both, fit_uplift says what is missing
        if offer.key not in tried:
            raise unknown_offer(offer.key, tried)
    features = base.features_when_asked.loc[history[CUSTOMER]]
    treatment, outcome = history[OFFER].to_list(), history[OUTCOME].to_list()
    model = fit_uplift(features, treatment, outcome, seed=seed, context=context.part(0.0, 0.6))
    if not is_left_to_chance(model, context=context.part(0.6, 0.7)):
        part = context.part(0.7, 1.0)
        model = fit_uplift(features, treatment, outcome, seed=seed, propensity=ESTIMATED, context=part)
    context.progress(1.0)
    return model


def keep_offers(
    campaign: Campaign,
    base: CustomerBase,
    loyalty: LoyaltyTable,
    model: UpliftModel | None,
    offers: tuple[Offer, ...],
    context: JobContext,
) -> PolicyValue | None:
    """Choose each customer's offer; keep the recommendations, the evaluation and what the choice is worth."""
    import pyarrow as pa

    from engine.offers import policy_value, profit_curve
    from engine.offers.without_trial import offers_by_loyalty
    from engine.reasons import keep_reasons
    from engine.uplift import check_honesty, explainer_of

    about, phones = base.customers.set_index(CUSTOMER), base.phones
    current = phones[phones["end"].isna()].drop_duplicates(CUSTOMER, keep="last").set_index(CUSTOMER)
    makers = current["maker"].reindex(about.index).fillna(UNKNOWN_MAKER)
    gone = about["left_on"].notna().to_numpy()
    if model is None:
        table = offers_by_loyalty(list(about.index), list(makers), offers, loyalty)
    else:
        table = _recommendations(base.features.loc[about.index], list(makers), model, offers, gone, context)
    _pass_over_who_left(table, gone)
    for column in (FIRST_NAME, RESIDENCE, BIRTH_YEAR):
        table[column] = about[column].to_numpy()
    table["current_model"] = current["model"].reindex(about.index).to_numpy()
    if model is None:
        campaign.write_table("customers", pa.Table.from_pandas(table, preserve_index=False))
        return None
    present = int((~gone).sum())
    worth = policy_value(model, offers, base=present, context=context)
    honesty, explainer = check_honesty(model, context=context), explainer_of(model, context=context)
    with campaign.transaction():
        campaign.write_table("customers", pa.Table.from_pandas(table, preserve_index=False))
        campaign.write_document("evaluation", model.evaluation.to_json())
        campaign.write_document("value", worth.to_json())
        campaign.write_document("curve", profit_curve(model, offers, base=present, context=context).to_json())
        _keep_honesty(campaign, base.features, table, honesty, worth)
        keep_reasons(campaign, explainer, base.features.loc[about.index])
    return worth


def _keep_honesty(
    campaign: Campaign, features: pd.DataFrame, table: pd.DataFrame, honesty: Honesty, worth: PolicyValue
) -> None:
    """Keep what must be known before anybody believes the figures, and who gets which offer."""
    from engine.offers import age_bands, reach, reach_findings, value_finding

    here = (table[SEGMENT] != HAS_LEFT).to_numpy()
    ages = features["age"].reindex(table[CUSTOMER]).to_numpy(dtype=np.float64)
    towns = table[RESIDENCE].astype(object).where(table[RESIDENCE].notna(), None)
    keys = [offer.key for offer in campaign.offers()]
    found = reach(table[OFFER][here].tolist(), keys, age_bands(ages)[here].tolist(), towns[here].tolist())
    earned = () if any(one.kind == "no signal" for one in honesty.findings) else (value_finding(worth),)
    campaign.write_document("reach", found.to_json())
    campaign.write_document("honesty", honesty.with_findings((*earned, *reach_findings(found))).to_json())


def _recommendations(
    features: pd.DataFrame,
    makers: list[str],
    model: UpliftModel,
    offers: tuple[Offer, ...],
    gone: npt.NDArray[np.bool_],
    context: JobContext,
) -> pd.DataFrame:
    """Return the table of recommendations, with every offer's uplift and likely range beside the chosen one's."""
    from engine.offers import recommend

    columns = model.columns_of([offer.key for offer in offers])
    forecast = model.forecast(features, context=context)
    uplift, low, high = (part[:, columns] for part in (forecast.uplift, forecast.low, forecast.high))
    keys = list(features.index)
    table = recommend(
        uplift, low, high, forecast.baseline, keys, makers, offers, model.evaluation, away=gone, context=context
    )
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
        campaign.write_document(CHOICE, choice.to_json())


def restore_choices(
    campaign: Campaign, choice: Choice, withheld: frozenset[str], context: JobContext | None = None
) -> None:
    """Put what the designer chose, and from whom the offer is withheld, on results that were made anew."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from engine.offers import Choice

    with campaign.transaction():
        table = campaign.read_table("customers")
        if table is None or (choice == Choice() and not withheld):
            return
        marks = pc.is_in(table[CUSTOMER].cast(pa.string()), value_set=pa.array(sorted(withheld), pa.string()))
        if pc.any(marks).as_py():
            table = table.append_column(WITHHELD, marks)
        _keep_chosen(campaign, table, choice, context or JobContext())


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
        document = campaign.read_document(CHOICE)
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
    away = np.asarray(table[SEGMENT].to_pandas() == HAS_LEFT) | _withheld(table)
    personal = recommend(uplift, low, high, baseline, keys, makers, offers, evaluation, away=away)
    if choice.kind != "for_all":
        return personal
    return offer_for_all(personal, uplift, low, high, baseline, offers, choice.offer, away=away)


def _by_loyalty(campaign: Campaign, keys: pd.Series, makers: pd.Series, offers: tuple[Offer, ...]) -> pd.DataFrame:
    """Return RECOMMENDATION_COLUMNS of a campaign that has no past one to learn from."""
    from engine.handsets import LoyaltyTable
    from engine.offers.without_trial import offers_by_loyalty

    document = campaign.read_document("loyalty")
    assert document is not None, "offers without a past campaign come from the loyalty table"
    return offers_by_loyalty(list(keys), list(makers), offers, LoyaltyTable.from_json(document))
