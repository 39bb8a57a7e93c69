"""A campaign file becomes a folder: recommendations, matches, rejects, summary and ads."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from engine.ads import WEIGHT_LIMITS, encode_jpeg, ensure_application
from engine.campaign import Campaign
from engine.columns import COSINE, CUSTOMER, MATCH_COLUMNS, PHOTO, PUBLIC_REJECT_COLUMNS, RANK, RECOMMENDATION_COLUMNS
from engine.creative import SIZES, CreativeStudio
from engine.job import JobContext
from engine.table_files import write_csv


def write_tables(campaign: Campaign, folder: Path) -> None:
    """Write recommendations.csv, matches.csv and rejects.csv."""
    for name, table, columns in (
        ("recommendations.csv", campaign.read_table("customers", RECOMMENDATION_COLUMNS), RECOMMENDATION_COLUMNS),
        ("matches.csv", match_table(campaign), MATCH_COLUMNS),
        ("rejects.csv", campaign.read_table("rejects"), PUBLIC_REJECT_COLUMNS),
    ):
        if table is not None:
            write_csv(table.select(list(columns)), folder / name)


def match_table(campaign: Campaign) -> pa.Table:
    """Return all matches with MATCH_COLUMNS, by customer and rank."""
    rows = [match for customer in campaign.matched_customers() for match in campaign.matches(customer)]
    return pa.table(
        {
            CUSTOMER: pa.array([row.customer for row in rows], pa.string()),
            PHOTO: pa.array([row.photo for row in rows], pa.string()),
            RANK: pa.array([row.rank for row in rows], pa.int32()),
            COSINE: pa.array([row.cosine for row in rows], pa.float64()),
        }
    )


def write_ads(campaign: Campaign, folder: Path, *, most: int | None = None, context: JobContext | None = None) -> int:
    """Compose and write the ads, all of one size before the next; return how many were written.

    An ad whose text does not fit is left out. Names are <customer>_<width>x<height>.jpg.
    """
    context = context or JobContext()
    ensure_application()
    folder.mkdir(exist_ok=True)
    studio = CreativeStudio(campaign)
    wanted = [(size, customer) for size in SIZES for customer in studio.customers()][:most]
    written = 0
    for done, (size, customer) in enumerate(wanted):
        context.progress(done / len(wanted), f"Ad {done + 1} of {len(wanted)}")
        ad = studio.compose(studio.creative(customer), size)
        if not ad.is_blocked:
            (folder / f"{file_name(customer)}_{size}.jpg").write_bytes(encode_jpeg(ad.image, WEIGHT_LIMITS.get(size)))
            written += 1
    return written


def file_name(customer: str) -> str:
    """Return a customer's key as it can stand in a file name everywhere; two keys never become one name."""
    return "".join(
        sign if sign.isalnum() or sign in "+-_" else "".join(f"%{byte:02X}" for byte in sign.encode())
        for sign in customer
    )
