"""Small records that hit what back ends disagree on, as SQL that each of them understands."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

COLUMNS = {
    "calls": {
        "caller": "text", "callee": "text", "time": "timestamp", "seconds": "int", "cell": "text", "phone_type": "text",
        "kind": "text",
    },
    "usage": {"customer": "text", "time": "timestamp", "megabytes": "double", "phone_type": "text", "category": "text"},
    "customers": {
        "customer": "text", "residence": "text", "birth_year": "int", "sex": "text", "since": "date", "left_on": "date",
        "phone_since": "date",
    },
    "cells": {"cell": "text", "latitude": "double", "longitude": "double"},
}  # fmt: skip
TYPES = {
    "duckdb": {"text": "VARCHAR", "timestamp": "TIMESTAMP", "int": "INTEGER", "double": "DOUBLE", "date": "DATE"},
    "spark": {"text": "STRING", "timestamp": "TIMESTAMP_NTZ", "int": "INT", "double": "DOUBLE", "date": "DATE"},
    "postgres": {
        "text": "TEXT", "timestamp": "TIMESTAMP", "int": "INTEGER", "double": "DOUBLE PRECISION", "date": "DATE",
    },
}  # fmt: skip
PEOPLE = ["0036201", "036201", "36201", "0036202", "0036203", "0036204", "0036205", "Ödön"]  # the last ones are silent
OTHERS = ["+3611", "+3612", "ősz", "a b", "o'neill"]
PHONES = ["SM-G900F", "SM-G991B", "iPhone14,5", "Nokia G42", "353456789012348", None]
NOON = datetime(2016, 3, 27, 12)  # the day of summer time, with an hour that no clock shows


@dataclass(frozen=True)
class Rows:
    """Rows by table, in the order of COLUMNS."""

    calls: list[tuple[object, ...]]
    usage: list[tuple[object, ...]]
    customers: list[tuple[object, ...]]
    cells: list[tuple[object, ...]]


def make_rows(number: int = 700) -> Rows:
    """Bursts, equal times, nulls, leading zeros, days on which the clock changes, customers without records."""
    rng = random.Random(1)
    calls: list[tuple[object, ...]] = []
    usage: list[tuple[object, ...]] = []
    time = datetime(2016, 3, 20, 0, 0, 0)
    for _ in range(number):
        time += timedelta(seconds=rng.choice([0, 0, 1, 59, 1800, 3599, 3600, 20_000, 60_000]))
        if time > datetime(2016, 4, 30):
            time = datetime(2016, 10, 24, rng.randrange(24))
        if rng.random() < 0.1:
            time = max(time, time.replace(hour=rng.choice([2, 7, 19]), minute=rng.choice([0, 30]), second=0))
        caller = rng.choice(PEOPLE[:5] + OTHERS[:2])
        callee = rng.choice(PEOPLE[:6] + OTHERS) if rng.random() < 0.97 else None
        kind = rng.choice(["call", "call", "message", "message", None])
        seconds = None if kind == "message" or rng.random() < 0.02 else rng.randrange(600)
        phone = PHONES[(time.month + len(caller)) % 5] if rng.random() < 0.8 else rng.choice(PHONES)
        cell = rng.choice(["0001", "0002", "0003", "c", None])
        calls.append((caller, callee, time, seconds, cell, phone, kind))
        if rng.random() < 0.4:
            category = rng.choice(["video", "közösség", None])
            usage.append((rng.choice(PEOPLE[:7]), time, rng.randrange(0, 4000) / 8, phone, category))
    people = [
        (key, rng.choice(["Győr", "Pécs", None]), rng.choice([1950, 1999, None]), rng.choice(["female", None]),
         rng.choice([date(2010, 5, 31), date(2016, 4, 1), None]), rng.choice([date(2016, 10, 27), None]), None)
        for key in PEOPLE
    ]  # fmt: skip
    cells = [("0001", 47.5, 19.0), ("0002", 46.1, 18.2), ("0003", -47.1, 179.9)]
    return Rows(calls, usage, people, cells)


def create_statements(rows: Rows, dialect: str) -> list[str]:
    """Return CREATE TABLE and INSERT of every table."""
    statements = []
    for table in COLUMNS:
        values = ", ".join(f"({', '.join(map(literal, row))})" for row in getattr(rows, table))
        statements += [create_table(table, dialect), f"INSERT INTO {table} VALUES {values}"]
    return statements


def create_table(table: str, dialect: str) -> str:
    """Return CREATE TABLE."""
    return f"CREATE TABLE {table} ({', '.join(f'{n} {TYPES[dialect][kind]}' for n, kind in COLUMNS[table].items())})"


def literal(value: object) -> str:
    """Return a value as SQL."""
    match value:
        case None:
            return "NULL"
        case str():
            return "'" + value.replace("'", "''") + "'"
        case datetime():
            return f"TIMESTAMP '{value}'"
        case date():
            return f"DATE '{value}'"
        case _:
            return repr(value)
