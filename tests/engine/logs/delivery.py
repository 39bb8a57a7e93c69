"""Small deliveries of an operator, written as files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from engine.logs import LogFiles, Logs, read_logs

CALLS = "caller,callee,time,seconds,cell,phone_type\n001,002,2026-01-05 10:00:00,60,BUD-001,SM-G991B\n"
CUSTOMERS = "customer,residence,birth_year\n001,Győr,1980\n002,Pécs,1990\n"
OFFERS = "offer,margin,cost\nsamsung-5g,12000,300\n"
HISTORY = "customer,offer,outcome\n001,samsung-5g,1\n002,none,0\n"
USAGE = "customer,time,megabytes\n001,2026-01-06 11:00:00,12.5\n"


def write(path: Path, content: str | bytes) -> Path:
    """Write a file as it stands, without touching its line ends."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def delivery(folder: Path, **contents: str | bytes) -> LogFiles:
    """Write a small sound delivery; ``contents`` (calls, usage, customers, offers, history) take the files' place."""
    sound = {"calls": CALLS, "customers": CUSTOMERS, "offers": OFFERS, "history": HISTORY, "usage": USAGE}
    paths = {kind: write(folder / f"{kind}.csv", text) for kind, text in (sound | contents).items()}
    return LogFiles((paths["calls"],), (paths["usage"],), paths["customers"], paths["offers"], paths["history"])


def read(folder: Path, **contents: str | bytes) -> Logs:
    """Read a small delivery."""
    return read_logs(delivery(folder, **contents))


def call_lines(rows: Sequence[str], header: str = "caller,callee,time,seconds,cell,phone_type") -> str:
    """Return a calls file of the given rows."""
    return "\n".join([header, *rows]) + "\n"


def table(logs: Logs, kind: str) -> list[tuple[object, ...]]:
    """Return a clean table's rows."""
    return logs.connection.execute(f"SELECT * FROM {kind}").fetchall()


def rejects(logs: Logs) -> list[tuple[str, int, str, str]]:
    """Return the rows that were set aside: file, line, reason, text."""
    return [tuple(row.values())[:4] for row in logs.rejects.to_pylist()]


def without(files: LogFiles, **changed: object) -> LogFiles:
    """Return the files with some of them changed."""
    return replace(files, **changed)
