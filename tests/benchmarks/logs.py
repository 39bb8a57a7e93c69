"""Measures reading call records: python dev.py bench logs --rows N [--memory GB] [--dirty SHARE]. Figures only.

Each contender reads the same CSV files, of calls and of customers, and makes the same three tables of them: figures of
each customer, the runs of calls on one handset, and ties. Each runs in a process of its own, whose CPU time and
greatest memory are shown, and its tables are compared with Semblance's.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.benchmarks.call_records import write_delivery
from tests.benchmarks.cancels import Cancel, measure_cancels
from tests.benchmarks.contenders import CONTENDERS, FEATURES, Found

ROOT = Path(__file__).resolve().parent.parent.parent
EXACT = {
    "features": ("customer", "contacts"),
    "runs": ("customer", "handset", "first", "third", "events"),
    "ties": ("caller", "callee", "calls", "messages", "seconds", "last", "mutual", "contacts", "answering"),
}
SUMMED = tuple(name for name in FEATURES if name not in EXACT["features"])  # compared to nine digits


@dataclass(frozen=True)
class Figures:
    """What a contender took, and what its tables hold: rows, a sum over what is exact, sums of the shares.

    ``rejected`` rows were set aside; None if the contender does not say.
    """

    name: str
    wall: float
    cpu: float
    megabytes: int
    rows: dict[str, int]
    checks: dict[str, str]
    sums: dict[str, float]
    rejected: int | None

    def differs_from(self, other: Figures) -> str:
        """Say what is not the same, "" if all is."""
        if None not in (self.rejected, other.rejected) and self.rejected != other.rejected:
            return "rows set aside"
        for name in EXACT:
            if (self.rows[name], self.checks[name]) != (other.rows[name], other.checks[name]):
                return name
        far = [name for name in SUMMED if abs(self.sums[name] - other.sums[name]) > 1e-9 * abs(other.sums[name])]
        return far[0] if far else ""


def summed_up(name: str, found: Found, wall: float, cpu: float) -> Figures:
    """Describe tables so that they can be compared without regard to the order of their rows."""
    import duckdb

    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    types = dict.fromkeys(("first", "third", "last"), "TIMESTAMP")
    types |= dict.fromkeys(("calls", "messages", "seconds", "contacts", "answering", "events"), "BIGINT")
    checks = {}
    with duckdb.connect() as connection:
        for table, columns in EXACT.items():
            connection.register(table, getattr(found, table))
            values = ", ".join(f'"{each}"::{types.get(each, "VARCHAR")}' for each in columns)
            checks[table] = str(connection.execute(f"SELECT sum(hash({values})) FROM {table}").fetchall()[0][0])
        sums = ", ".join(f"sum({each})" for each in SUMMED)
        of_features = connection.execute(f"SELECT {sums} FROM features").fetchall()[0]
    rows = {table: getattr(found, table).num_rows for table in EXACT}
    shares = dict(zip(SUMMED, map(float, of_features), strict=True))
    return Figures(name, wall, cpu, megabytes, rows, checks, shares, found.rejected)


def run_one(name: str, folder: Path, memory: float) -> None:
    """Run a contender here and print its figures as JSON."""
    if memory:
        most = resource.getrlimit(resource.RLIMIT_DATA)[1]  # lowered, it could not be raised again afterwards
        resource.setrlimit(resource.RLIMIT_DATA, (int(memory * 2**30), most))
    begun = time.perf_counter()
    found = CONTENDERS[name](folder)
    used = resource.getrusage(resource.RUSAGE_SELF)
    wall, cpu = time.perf_counter() - begun, used.ru_utime + used.ru_stime
    if memory:
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    print(json.dumps(asdict(summed_up(name, found, wall, cpu))))


def measure(name: str, folder: Path, memory: float) -> Figures | str:
    """Run a contender in a process of its own; the end of what it said if it failed, as one without memory does."""
    command = [sys.executable, "-m", "tests.benchmarks.logs", "--one", name, "--folder", str(folder)]
    command += ["--memory", str(memory)]
    environment = {**os.environ, "POLARS_MAX_THREADS": "2", "OMP_NUM_THREADS": "2"}
    environment["ARROW_DEFAULT_MEMORY_POOL"] = "system"  # the usual one reserves a GB that counts and is not used
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1]
    return Figures(**json.loads(done.stdout.splitlines()[-1]))


def main(arguments: list[str] | None = None) -> None:
    """Measure all contenders and say it."""
    parser = argparse.ArgumentParser(prog="dev.py bench logs", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--dirty", type=float, default=0.0, metavar="SHARE", help="of bad rows")
    parser.add_argument("--memory", type=float, default=0.0, metavar="GB", help="limit of a contender's data")
    parser.add_argument("--only", choices=CONTENDERS, action="append")
    parser.add_argument("--folder", type=Path, help="read calls.csv and customers.csv there instead of making them")
    parser.add_argument("--cancel", action="store_true", help="measure how long a cancel takes instead")
    parser.add_argument("--json", type=Path, metavar="F", help="write the figures there too")
    parser.add_argument("--one", choices=CONTENDERS, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.one:
        run_one(chosen.one, chosen.folder, chosen.memory)
        return
    with tempfile.TemporaryDirectory() as made:
        folder = chosen.folder or Path(made)
        if not chosen.folder:
            write_delivery(folder, chosen.rows, chosen.dirty)
        if chosen.cancel:
            report = [asdict(each) for each in tell_cancels(folder)]
        else:
            report = [asdict(each) for each in compare(folder, chosen.only or list(CONTENDERS), chosen.memory)]
    if chosen.json:
        chosen.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


def tell_cancels(folder: Path) -> list[Cancel]:
    """Measure cancels and say how long each took."""
    cancels = measure_cancels(folder)
    print(f"{'cancelled':18}{'after s':>9}{'took s':>9}{'threads left':>15}")
    for each in cancels:
        print(f"{each.work:18}{each.after:9.1f}{each.took:9.2f}{each.threads_left:15}")
    return cancels


def compare(folder: Path, names: list[str], memory: float) -> list[Figures]:
    """Measure contenders one after the other and say what each took and whether its tables are the first one's."""
    print(f"{(folder / 'calls.csv').stat().st_size / 1e6:,.0f} MB of calls")
    print(f"{'':16}{'wall s':>9}{'CPU s':>9}{'MB':>9}{'set aside':>12}   features, runs, ties")
    figures: list[Figures] = []
    for name in names:
        found = measure(name, folder, memory)
        if isinstance(found, str):
            print(f"{name:16}failed: {found}")
            continue
        counts = ", ".join(f"{count:,}" for count in found.rows.values())
        other = found.differs_from(figures[0]) if figures else ""
        verdict = f"   NOT THE SAME: {other}" if other else ("   the same" if figures else "")
        aside = "unknown" if found.rejected is None else f"{found.rejected:,}"
        took = f"{name:16}{found.wall:9.1f}{found.cpu:9.1f}{found.megabytes:9,}{aside:>12}"
        print(f"{took}   {counts}{verdict}", flush=True)
        figures.append(found)
    return figures


if __name__ == "__main__":
    main()
