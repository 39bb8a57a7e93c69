"""What a campaign needs to know of an operator's customers, wherever their records lie."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from engine.columns import ASKED_ON
from engine.errors import InputError, RejectsError
from engine.job import JobContext
from engine.logs.queries import interruptible

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from engine.handsets.tables import HandsetTables
    from engine.handsets.unknown import UnknownHandsets
    from engine.logs import FileReport, ImportReport, Logs
    from engine.social import SocialWeb
    from engine.stages import Stages


@dataclass(frozen=True, eq=False)
class CustomerBase:
    """All that comes of the records; the stages behind it need no records any more.

    ``customers`` has the columns of the customer list and ``history`` those of the last campaign (no row if there was
    none), both by customer. ``features`` are those of engine.logs.customer_features, at the end of the records;
    ``features_when_asked`` those of the day on which the last campaign began, or the same where nobody knows that day.
    ``phones`` is what handset_history returns. ``customer_list`` is what the list is called in a sentence.
    """

    customer_list: str
    customers: pd.DataFrame
    history: pd.DataFrame
    features: pd.DataFrame
    features_when_asked: pd.DataFrame
    phones: pd.DataFrame
    web: SocialWeb
    span: tuple[date, date]  # first and last day of the records
    files: tuple[FileReport, ...]
    rejects: pa.Table
    unknown: UnknownHandsets

    def __post_init__(self) -> None:
        """Raise InputError if the records and the customer list speak of different people."""
        if not ((self.features["calls"] > 0) | (self.features["usage_records"] > 0)).any():
            raise InputError(
                f"None of the customers in {self.customer_list} occurs in the calls or the internet use. Check that "
                "both name customers alike, with leading zeros and country code."
            )


def base_of_logs(logs: Logs, customer_list: str, handsets: HandsetTables, stages: Stages) -> CustomerBase:
    """Return what the clean tables of an import say of the customers; ``handsets`` say what phone types are."""
    from engine.handsets import handset_history, logged_phone_types
    from engine.handsets.unknown import unknown_handsets, users_in_logs
    from engine.logs import customer_features, log_span
    from engine.social import web_from_records

    with stages.stage("Follow phones") as context:
        customers, history = (by_customer(logs, name, context) for name in ("customers", "history"))
        types = logged_phone_types(logs, tables=handsets, context=context.part(0.0, 0.12))
        phones = handset_history(logs, phone_types=types, context=context.part(0.12, 0.36))
        unknown = unknown_handsets(types, users_in_logs(logs, types, context.part(0.36, 0.4)), handsets)
        day = first_day_asked(history)
        features = customer_features(logs, phones, context=context.part(0.4, 0.7))
        when_asked = features
        if day is not None:
            when_asked = customer_features(logs, phones, as_of=day, context=context.part(0.7, 1.0))
    with stages.stage("Follow calls") as context:
        web = web_from_records(logs.connection, context)
    return CustomerBase(
        customer_list, customers, history, features, when_asked, phones, web, log_span(logs), logs.files, logs.rejects,
        unknown,
    )  # fmt: skip


def agreed(report: ImportReport, *, accept_rejects: bool) -> Logs:
    """Return an import's tables; close them and raise InputError if they cannot be used, or if nobody agreed to them.

    What a person has to agree to comes as RejectsError, with the rows that were set aside.
    """
    logs = report.tables
    try:
        report.require_usable(accept_rejects=True)
        if report.needs_asking and not accept_rejects:
            raise RejectsError(report.questions[0], logs.files, logs.rejects)
    except InputError:
        logs.connection.close()
        raise
    return logs


def first_day_asked(history: pd.DataFrame) -> datetime | None:
    """Return the day on which the last campaign began, where the history says it.

    What is known of a customer later may be the offer's own doing.
    """
    first = history[ASKED_ON].min()
    return None if first is None or first != first else datetime.combine(first, time.min)  # noqa: PLR0124 - NaT


def by_customer(logs: Logs, table: str, context: JobContext) -> pd.DataFrame:
    """Return a clean table in the order of the customers."""
    query = f"FROM {table} ORDER BY customer"
    return interruptible(logs.connection, lambda: logs.connection.execute(query).df(), context)
