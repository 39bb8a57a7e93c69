"""Whether loyalty can be told, what is missing where it cannot, and the sentence that the page opens with."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from gui import numbers
from gui.results import CampaignResults, seen_changes


def tr(text: str) -> str:
    """Translate a phrase of the Loyalty page."""
    return QCoreApplication.translate("loyalty", text)


def why_nothing(results: CampaignResults | None) -> tuple[str, str] | None:
    """Say what is missing and what to do where loyalty cannot be told; None where it can."""
    if results is None or not results.files:
        return tr("No loyalty yet"), tr("Open the demo or a campaign, or make a new one from your logs.")
    if not results.makers:
        return tr("No phones in these logs"), tr(
            "Loyalty needs the phone type in calls or internet use. Make the campaign again from files that have it."
        )
    table = results.loyalty
    if table is None:
        return tr("No loyalty in this campaign"), tr(
            "It was made by an earlier version. Make it again from its files to see who comes back."
        )
    if table.rows.empty or not seen_changes(table):
        return tr("No change of phone can be dated"), tr(
            "Add since when customers have had their phones (phone_since), or logs of more months, and make it again."
        )
    everybody = table.rows[(table.rows["group"] == "all") & (table.rows["followed_months"] == table.horizon_months)]
    if not everybody["probability"].notna().any():
        return tr("Too few customers to say"), tr(
            "Of one maker at least 10 owners must be in sight from the day they got the phone. Add logs of more months."
        )
    return None


def verdict(results: CampaignResults) -> str:
    """Say who comes back most and least often, with the likely ranges, where ``why_nothing`` is None."""
    table = results.loyalty
    assert table is not None
    rows = table.rows
    told = rows[(rows["group"] == "all") & (rows["maker"] == rows["next_maker"]) & rows["probability"].notna()]
    told = told[told["followed_months"] == table.horizon_months].sort_values("probability")
    named = told[told["maker"] != "Other"]
    told = named if len(named) else told
    ends = [
        (
            str(one["maker"]),
            f"{numbers.points(one['probability'], 0, signed=False)} "
            f"({numbers.whole_points_range(one['low'], one['high'])})",
        )
        for one in (told.iloc[-1], told.iloc[0])
    ]
    (best, high), (least, low) = ends
    if best == least:
        text = tr("Of 100 {best} owners, {high} come back to {best} within {months} months.")
    else:
        text = tr("Of 100 {best} owners, {high} come back to it within {months} months; of 100 {least} owners, {low}.")
    return text.format(best=best, high=high, least=least, low=low, months=numbers.decimal(table.horizon_months))
