"""A campaign file becomes a folder: recommendations, matches, rejects, summary and ads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pyarrow as pa

from engine.ad_files import write_ads
from engine.campaign import Campaign, StoredMatch
from engine.columns import MATCH_COLUMNS, PUBLIC_REJECT_COLUMNS, RECOMMENDATION_COLUMNS
from engine.inventory.rights import Clearance
from engine.job import JobContext
from engine.look_alikes import day_of_consent
from engine.stages import Stages
from engine.summary import Summary
from engine.table_files import write_csv

NEAREST = 5  # matches of a customer that are written


def write_results(
    campaign: Campaign, folder: Path, summary: Summary, stages: Stages, *, most_ads: int | None, seeds: int | None
) -> Summary:
    """Write ads, tables, seeds and summary.json; return the summary with the ads in it, which the campaign keeps too.

    ``most_ads`` None writes all ads; ``seeds`` says how many customers to begin with are written, None writes none.
    Raises OSError, and JobCancelled between ads.
    """
    with stages.stage("Compose ads") as context:
        written = write_ads(campaign, folder / "ads", most=most_ads, context=context)
    write_tables(campaign, folder)
    if seeds is not None:
        with stages.stage("Choose seeds") as context:
            write_seeds(campaign, folder / "seeds.csv", seeds, context)
    summary = replace(summary, ads=len(written.files), seconds=stages.seconds)
    campaign.write_document("summary", summary.to_json())
    (folder / "summary.json").write_text(summary.to_json() + "\n", encoding="utf-8")
    return summary


def write_tables(campaign: Campaign, folder: Path) -> None:
    """Write recommendations.csv, matches.csv and rejects.csv; red lights stand in a note beside each recommendation."""
    reds = honesty_note(campaign)
    for name, table, columns in (
        ("recommendations.csv", campaign.read_table("customers", RECOMMENDATION_COLUMNS), RECOMMENDATION_COLUMNS),
        ("matches.csv", match_table(campaign), MATCH_COLUMNS),
        ("rejects.csv", campaign.read_table("rejects"), PUBLIC_REJECT_COLUMNS),
    ):
        if table is not None:
            note = reds if columns is RECOMMENDATION_COLUMNS else ""
            write_csv(table.select(list(columns)), folder / name, note=note)


def honesty_note(campaign: Campaign) -> str:
    """Return what must be known before the figures of a campaign are believed: its red lights."""
    from engine.uplift import Honesty

    document = campaign.read_document("honesty")
    return "" if document is None else " ".join(one.sentence for one in Honesty.from_json(document).reds)


def write_seeds(campaign: Campaign, path: Path, k: int, context: JobContext | None = None) -> None:
    """Choose the k customers to begin with and write them; how good the choice is stands in every row."""
    from engine.social import campaign_seeds

    found = campaign_seeds(campaign, k, context)
    write_csv(found.table(), path, note=found.sentence())


def match_table(campaign: Campaign) -> pa.Table:
    """Return the best matches with MATCH_COLUMNS, by customer and rank, without what may not be used."""
    clearance, bans = Clearance.read(campaign, day_of_consent(campaign)), campaign.inventory.all_bans()
    rows = [
        (customer, match.photo, rank, match.cosine)
        for customer, matches in campaign.all_matches().items()
        for rank, match in enumerate(_usable(matches, clearance, bans.get(customer, frozenset())), start=1)
    ]
    types = zip(MATCH_COLUMNS, (pa.string(), pa.string(), pa.int32(), pa.float64()), strict=True)
    columns = zip(*rows, strict=True) if rows else [()] * len(MATCH_COLUMNS)
    return pa.table({name: pa.array(values, kind) for (name, kind), values in zip(types, columns, strict=True)})


def _usable(matches: Sequence[StoredMatch], clearance: Clearance, banned: frozenset[str]) -> Iterator[StoredMatch]:
    """Yield the first matches that may be used."""
    found = (match for match in matches if match.photo not in banned and clearance.reason(match.photo) is None)
    return islice(found, NEAREST)
