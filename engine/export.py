"""A campaign file becomes a folder: recommendations, matches, rejects, summary and ads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pyarrow as pa

from engine.ads import WEIGHT_LIMITS, encode_jpeg, ensure_application
from engine.campaign import Campaign, StoredMatch
from engine.columns import MATCH_COLUMNS, PUBLIC_REJECT_COLUMNS, RECOMMENDATION_COLUMNS
from engine.creative import SIZES, CreativeStudio
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
    summary = replace(summary, ads=written, seconds=stages.seconds)
    campaign.write_document("summary", summary.to_json())
    (folder / "summary.json").write_text(summary.to_json() + "\n", encoding="utf-8")
    return summary


def write_tables(campaign: Campaign, folder: Path) -> None:
    """Write recommendations.csv, matches.csv and rejects.csv; red lights stand in a note beside each recommendation."""
    from engine.uplift import Honesty

    document = campaign.read_document("honesty")
    reds = "" if document is None else " ".join(one.sentence for one in Honesty.from_json(document).reds)
    for name, table, columns in (
        ("recommendations.csv", campaign.read_table("customers", RECOMMENDATION_COLUMNS), RECOMMENDATION_COLUMNS),
        ("matches.csv", match_table(campaign), MATCH_COLUMNS),
        ("rejects.csv", campaign.read_table("rejects"), PUBLIC_REJECT_COLUMNS),
    ):
        if table is not None:
            note = reds if columns is RECOMMENDATION_COLUMNS else ""
            write_csv(table.select(list(columns)), folder / name, note=note)


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


def write_ads(campaign: Campaign, folder: Path, *, most: int | None = None, context: JobContext | None = None) -> int:
    """Compose and write the ads, all of one size before the next; return how many were written.

    An ad whose text does not fit is left out. Names are <customer>_<width>x<height>.jpg, the key as in file_names.
    """
    context = context or JobContext()
    ensure_application()
    folder.mkdir(exist_ok=True)
    studio = CreativeStudio(campaign)
    names = file_names(studio.customers())
    wanted = [(size, customer) for size in SIZES for customer in names][:most]
    written = 0
    for done, (size, customer) in enumerate(wanted):
        context.progress(done / len(wanted), f"Ad {done + 1} of {len(wanted)}")
        ad = studio.compose(studio.creative(customer), size)
        if not ad.is_blocked:
            (folder / f"{names[customer]}_{size}.jpg").write_bytes(encode_jpeg(ad.image, WEIGHT_LIMITS.get(size)))
            written += 1
    return written


def file_names(customers: Sequence[str]) -> dict[str, str]:
    """Return customers' keys as they can stand in file names everywhere; two never become one name.

    Signs other than letters, digits, "+", "-" and "_" become %XX; so do the capitals of keys that differ from another
    one by nothing else, for there are systems to which A and a are one.
    """
    plain = {customer: _escaped(customer, "") for customer in customers}
    alike = Counter(name.casefold() for name in plain.values())
    capitals = {sign for customer in customers for sign in customer if sign != sign.casefold()}
    return {
        customer: name if alike[name.casefold()] == 1 else _escaped(customer, capitals)
        for customer, name in plain.items()
    }


def _escaped(customer: str, besides: Collection[str]) -> str:
    return "".join(
        sign
        if (sign.isalnum() or sign in "+-_") and sign not in besides
        else "".join(f"%{byte:02X}" for byte in sign.encode())
        for sign in customer
    )
