"""Makes reference.json: what bandicoot 0.6.0 itself says of records.csv and of its own samples.

bandicoot needs Python 3.8 and nothing else; it is no part of this program:

    python3.8 -m venv bandicoot && bandicoot/bin/pip install bandicoot==0.6.0
    bandicoot/bin/python make_reference.py FOLDER_OF_BANDICOOT_SAMPLES

Places are asked of a user that has only the records with a cell: bandicoot takes "no cell" for a place of its own.
"""

import csv
import json
import sys
from pathlib import Path

import bandicoot as bc
from bandicoot import individual, spatial
from bandicoot.io import _parse_record

HERE = Path(__file__).resolve().parent
KINDS = {"": "callandtext", "_calls": "call", "_messages": "text"}
SCALARS = {
    "contacts": individual.number_of_contacts,
    "night_share": individual.percent_nocturnal,
    "contact_entropy": individual.entropy_of_contacts,
    "pareto_share": individual.percent_pareto_interactions,
}
SUMMARIES = {
    "balance": individual.balance_of_contacts,
    "interactions_per_contact": individual.interactions_per_contact,
    "interevent": individual.interevent_time,
}
PLACES = {
    "places": spatial.number_of_antennas,
    "place_entropy": spatial.entropy_of_antennas,
    "frequent_places": spatial.frequent_antennas,
    "home_share": spatial.percent_at_home,
    "gyration_km": spatial.radius_of_gyration,
}


def value_of(function, user, weekly, kind=None, summary=False, **options):
    """One indicator of a user: a number or, weekly, {"mean", "std"}; summary: both of "mean" and "std"."""
    if kind:
        options["interaction"] = kind
    shape = "summarystats" if summary else "scalar"
    options["datatype"] = "distribution_" + shape if weekly else shape
    found = function(user, groupby="week" if weekly else None, **options)["allweek"]["allday"]
    return found[kind] if kind else found


def indicators(user, placed, weekly):
    """All indicators under the names of docs/indicators.md."""
    found = {"active_days": value_of(individual.active_days, user, weekly, "callandtext")}
    for suffix, kind in KINDS.items():
        for name, function in SCALARS.items():
            found[name + suffix] = value_of(function, user, weekly, kind)
        for name, function in SUMMARIES.items():
            both = value_of(function, user, weekly, kind, summary=True)
            found.update({f"{name}_{part}{suffix}": both[part] for part in ("mean", "std")})
        if suffix:
            for way in ("in", "out"):
                number = value_of(individual.number_of_interactions, user, weekly, kind, direction=way)
                found[f"number_of{suffix}_{way}"] = number
    lengths = (("call_seconds", individual.call_duration, "call"),)
    for name, function, kind in (*lengths, ("response_delay", individual.response_delay_text, "callandtext")):
        both = value_of(function, user, weekly, kind, summary=True)
        found.update({f"{name}_{part}": both[part] for part in ("mean", "std")})
    found["response_rate"] = value_of(individual.response_rate_text, user, weekly, "callandtext")
    share = value_of(individual.percent_initiated_conversations, user, weekly, "callandtext")
    found["initiated_conversations_share"] = share
    found["initiated_share"] = value_of(individual.percent_initiated_interactions, user, weekly, "call")
    found["pareto_seconds_share"] = value_of(individual.percent_pareto_durations, user, weekly, "call")
    for name, function in PLACES.items():
        found[name] = value_of(function, placed, weekly)
    return found


def described(name, records, cells):
    """The reference of one user, over all time and by week."""
    user, _ = bc.io.load(name, records, cells, describe=False)
    placed, _ = bc.io.load(name, [record for record in records if record.position.antenna], cells, describe=False)
    return {"whole": indicators(user, placed, False), "weekly": indicators(user, placed, True)}


def rows_of(path):
    with path.open() as file:
        return list(csv.DictReader(file))


def cells_of(path):
    return {row["antenna_id"]: (float(row["latitude"]), float(row["longitude"])) for row in rows_of(path)}


def main(samples):
    reference = {}
    rows = rows_of(HERE / "records.csv")
    for customer in sorted({row["customer"] for row in rows}):
        own = [_parse_record(row) for row in rows if row["customer"] == customer]
        reference[customer] = described(customer, own, cells_of(HERE / "cells.csv"))
    towers = cells_of(samples / "towers.csv")
    for name in ("manual_A", "network_ego", "u_test_antennas"):
        reference[name] = described(name, [_parse_record(row) for row in rows_of(samples / (name + ".csv"))], towers)
    text = json.dumps({"made_with": "bandicoot " + bc.__version__, "reference": reference}, indent=1)
    (HERE / "reference.json").write_text(text + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
