"""The demo operator's delivery as a Hungarian operator would send it: cp1250, semicolons, decimal commas."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from engine.demo import DemoOperator

CALLS = {
    "caller": "hívó szám", "callee": "hívott szám", "time": "kezdet", "seconds": "hossz (mp)", "cell": "cella",
    "phone_type": "készülék", "imei": "készülék",
}  # fmt: skip
CUSTOMERS = {
    "customer": "ügyfélszám", "first_name": "keresztnév", "residence": "megjegyzés", "birth_year": "szül. év",
    "sex": "nem", "since": "szerződés kezdete", "left_on": "szerződés vége", "phone_since": "készülék óta",
    "photo_consent": "hozzájárulás",
}  # fmt: skip
HISTORY = {"customer": "ügyfélszám", "offer": "ajánlat", "outcome": "válasz"}


def write_hungarian(operator: DemoOperator, folder: Path) -> Path:
    """Write calls, customers, offers and history; the town stands in a column whose name says nothing."""
    folder.mkdir()
    days = ["since", "left_on", "phone_since", "photo_consent"]
    calls = pd.concat(_sound(path) for path in operator.files.calls)
    calls["time"] = _written(calls["time"], "%Y.%m.%d. %H:%M:%S")
    _write(calls.dropna(subset=["time"]).rename(columns=CALLS), folder / "hivasok_2026.csv")
    customers = _sound(operator.files.customers)
    for day in days:
        customers[day] = _written(customers[day], "%Y.%m.%d.")
    _write(customers.rename(columns=CUSTOMERS), folder / "torzs.csv")
    offers = _sound(operator.files.offers)
    offers["margin"] = offers["margin"] + ",50"
    _write(offers.rename(columns={"offer": "ajánlat", "margin": "árrés", "cost": "költség"}), folder / "ajanlatok.csv")
    assert operator.files.history is not None
    _write(_sound(operator.files.history).rename(columns=HISTORY), folder / "kampany.csv")
    (folder / "jegyzet.csv").write_text("tárgy;szöveg\na;b\n", encoding="cp1250")
    return folder


def _sound(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False, on_bad_lines="skip")


def _written(times: pd.Series, form: str) -> pd.Series:
    return pd.to_datetime(times, errors="coerce", format="ISO8601").dt.strftime(form)


def _write(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path, sep=";", index=False, encoding="cp1250", errors="replace")
