"""Makes records.csv and cells.csv: seven customers whose records hit what is hard to count.

python make_records.py
"""

import csv
import random
from datetime import datetime, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
HEADER = ("customer", "interaction", "direction", "correspondent_id", "datetime", "call_duration", "antenna_id")
START = datetime(2016, 3, 21)  # the night to 2016-03-27 has an hour less in Europe
CELLS = [f"{number:04d}" for number in range(12)]  # the last two have no coordinates


def records_of(customer, number, shares, rng, days=40):
    """Random records: bursts, exact hours, equal times. shares: (messages, outgoing, with a cell)."""
    contacts = [f"0{rng.randrange(10**6):06d}" for _ in range(rng.randrange(1, 30))]
    weights = [1 / (place + 1) for place in range(len(contacts))]
    home = rng.choice(CELLS)
    time, rows = START + timedelta(seconds=rng.randrange(86_400)), []
    while len(rows) < number:
        pause = rng.choice([0, 20, 300, 1799, 3599, 3600, 3601, 20_000, 86_400 * days // number])
        time += timedelta(seconds=pause + (rng.randrange(60) if pause > 3601 else 0))
        if rng.random() < 0.15:
            time = max(time, time.replace(hour=rng.choice([7, 19]), minute=0, second=0))
        is_message, is_out, has_cell = (rng.random() < share for share in shares)
        contact = rows[-1][3] if rows and rng.random() < 0.6 else rng.choices(contacts, weights)[0]
        cell = (home if rng.random() < 0.5 else rng.choice(CELLS)) if has_cell else ""
        if rows and rows[-1][4] == str(time):  # nobody is at two places at once
            cell = rows[-1][6]
        kind, way = ("text" if is_message else "call"), ("out" if is_out else "in")
        rows.append([customer, kind, way, contact, str(time), "" if is_message else rng.randrange(0, 900), cell])
    return sorted(rows, key=lambda row: (row[4], row[1] == "text", row[2] == "out"))


def main():
    rng = random.Random(20160321)
    plans = {
        "00361": (400, (0.4, 0.5, 0.8)),
        "00362": (150, (0.0, 0.6, 1.0)),
        "00363": (150, (1.0, 0.5, 0.0)),
        "00364": (1, (0.0, 1.0, 1.0)),
        "00365": (60, (0.7, 1.0, 0.9)),
        "00366": (90, (0.5, 0.0, 0.5)),
        "00367": (30, (0.8, 0.3, 1.0)),
    }
    with (HERE / "records.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        for customer, (number, shares) in plans.items():
            writer.writerows(records_of(customer, number, shares, rng))
    with (HERE / "cells.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["antenna_id", "latitude", "longitude"])
        for cell in CELLS[:-2]:
            writer.writerow([cell, round(47.4 + rng.random(), 5), round(18.9 + 2 * rng.random(), 5)])


if __name__ == "__main__":
    main()
