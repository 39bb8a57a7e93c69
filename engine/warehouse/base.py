"""The customer base of a campaign, from a warehouse and the files of the last campaign."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from engine import columns
from engine.campaign.erased import Erased
from engine.campaign_inputs import WarehouseSource
from engine.customer_base import CustomerBase, agreed, by_customer, first_day_asked
from engine.errors import InputError
from engine.handsets.tables import HandsetTables
from engine.job import JobContext
from engine.logs import ImportPlan, ImportReport
from engine.logs.features import HABITS, features_of, handsets_at
from engine.logs.leaving_out import leave_out
from engine.logs.past_campaign import read_past_campaign
from engine.logs.rows import Limits
from engine.social import social_web
from engine.warehouse.connect import open_warehouse
from engine.warehouse.fetch import fetch
from engine.warehouse.listing import Listing, list_customers


def base_of_warehouse(
    source: WarehouseSource,
    past: ImportPlan,
    handsets: HandsetTables,
    erased: Erased,
    *,
    accept_rejects: bool,
    context: JobContext,
) -> CustomerBase:
    """Ask a warehouse what a campaign needs; ``past`` are the files of the catalogue and the last campaign.

    ``handsets`` say what phone types are. Who was ``erased`` from the campaign before is left out.

    Raises InputError if plan, tables or files cannot be used, WarehouseError if the warehouse does not answer.
    """
    name = source.plan.sources["customers"].name
    with open_warehouse(source.address) as warehouse:
        listing = list_customers(warehouse, source.plan, context.part(0.0, 0.1))
        report = _past(listing, past, name, context.part(0.1, 0.15))
        logs = agreed(leave_out(report, erased), accept_rejects=accept_rejects)
        with logs.connection:
            customers, history = (by_customer(logs, table, context) for table in ("customers", "history"))
        day = first_day_asked(history)
        answer = fetch(
            warehouse, listing, names=HABITS, asked_on=day, handset_tables=handsets, context=context.part(0.15, 0.9)
        )
    phones = answer.handsets[answer.handsets[columns.CUSTOMER].isin(customers[columns.CUSTOMER])]
    if phones.empty:
        raise InputError(
            f"No phone of a customer could be told in {source.plan.sources['calls'].name}. Name the column phone_type "
            "of calls or usage in the plan, and check that calls and customers name customers alike."
        )
    listed = pa.array(customers[columns.CUSTOMER], pa.string())
    features = _features(answer.indicators, listed, phones, listing.last)
    when_asked = features
    if day is not None and answer.indicators_when_asked is not None:
        when_asked = _features(answer.indicators_when_asked, listed, phones, day)
    web = social_web(_ties(answer.ties, erased), context.part(0.9, 1.0), customers=listed, self_calls=answer.self_calls)
    span = listing.first.date(), listing.last.date()
    phones = phones.reset_index(drop=True)
    return CustomerBase(
        name, customers, history, features, when_asked, phones, web, span, logs.files, logs.rejects, answer.unknown
    )


def _past(listing: Listing, past: ImportPlan, name: str, context: JobContext) -> ImportReport:
    """Return the customers and the last campaign as clean tables."""
    limits = Limits(birth_year=listing.last.year)
    return read_past_campaign(past, listing.customers, listing.records, name, limits, context)


def _ties(ties: pa.Table, erased: Erased) -> pa.Table:
    """Return the ties without those of erased customers."""
    for column in (columns.CALLER, columns.CALLEE):
        gone = pa.array(erased.among(map(str, pc.unique(ties[column]).to_pylist())), pa.string())
        ties = ties.filter(pc.invert(pc.is_in(ties[column], value_set=gone)))
    return ties


def _features(described: pa.Table, listed: pa.Array, phones: pd.DataFrame, moment: datetime) -> pd.DataFrame:
    """Return the features of the listed customers at a moment."""
    some = described.filter(pc.is_in(described[columns.CUSTOMER], value_set=listed))
    return features_of(some, handsets_at(phones, moment))
