"""Where a warehouse is: URLs, passwords, and what is said when nobody answers."""

from __future__ import annotations

import sys
import types
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.errors import InputError, WarehouseError
from engine.warehouse import Address, open_warehouse, parse_address
from engine.warehouse.address import SCHEMES, find_credentials

ABC = "ab/:@?0 ő"
NOBODY = parse_address("postgres://analyst@127.0.0.1:1/telco")


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("duckdb:///data/telco.duckdb", Address("duckdb", path="/data/telco.duckdb")),
        ("duckdb://telco.duckdb", Address("duckdb", path="telco.duckdb")),
        ("spark://local", Address("spark", "local")),
        ("spark://cluster:7077/telco", Address("spark", "cluster", 7077, path="telco")),
        ("postgres://analyst@db.example:5433/telco", Address("postgres", "db.example", 5433, "analyst", "telco")),
        ("trino://analyst@db.example/hive/cdr", Address("trino", "db.example", None, "analyst", "hive/cdr")),
        ("clickhouse://db.example/telco", Address("clickhouse", "db.example", path="telco")),
    ],
)
def test_a_url_is_read_and_written_alike(url: str, address: Address) -> None:
    assert parse_address(url) == address
    assert str(address) == url


@pytest.mark.parametrize(
    "url",
    [
        "postgres://analyst:hunter2@db/telco",
        "postgres://:hunter2@db/telco",
        "trino://db/hive?password=hunter2",
        "clickhouse://u:hun@ter2@db/telco",
        "postgres://u:hunter2@db:99999999/x y",
        "postgres://u:hun/ter2@db/telco",
        "duckdb://telco.duckdb?access_token=hunter2",
    ],
)
def test_a_url_with_a_password_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(InputError, match="password") as refusal:
        parse_address(url)
    assert "hunter2" not in str(refusal.value)
    assert "ter2" not in str(refusal.value)


@pytest.mark.parametrize(
    "url", ["", "postgres", "mysql://db/x", "postgres://", "duckdb://", "postgres://db:70000/x", "spark://db:0"]
)
def test_what_is_no_warehouse_is_refused_with_the_forms_there_are(url: str) -> None:
    with pytest.raises(InputError, match="Give duckdb://FILE"):
        parse_address(url)


@given(st.sampled_from(SCHEMES), st.text(ABC))
@settings(max_examples=300)
@example("spark", "a:0")
def test_any_text_is_an_address_or_is_refused(scheme: str, text: str) -> None:
    with suppress(InputError):
        address = parse_address(f"{scheme}://{text}")
        assert parse_address(str(address)) == address


def test_the_environment_comes_before_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {("Semblance", "analyst@db"): "from the keyring"}
    keyring = types.ModuleType("keyring")
    errors = types.ModuleType("keyring.errors")
    errors.KeyringError = OSError
    keyring.get_password = lambda service, name: kept.get((service, name))
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    address = parse_address("postgres://analyst@db/telco")
    assert find_credentials(address, {}).password == "from the keyring"
    given_there = find_credentials(address, {"SEMBLANCE_WAREHOUSE_PASSWORD": "hunter2"})
    assert given_there.password == "hunter2"
    assert "hunter2" not in repr(given_there)
    nobody = find_credentials(parse_address("postgres://db/telco"), {"SEMBLANCE_WAREHOUSE_USER": "someone"})
    assert (nobody.user, nobody.password) == ("someone", None)


def test_without_a_keyring_there_is_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert find_credentials(parse_address("postgres://analyst@db/telco"), {}).password is None


def test_a_missing_file_a_missing_driver_and_silence_are_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        pytest.raises(InputError, match="There is no file"),
        open_warehouse(Address("duckdb", path=str(tmp_path / "x"))),
    ):
        pass
    broken = tmp_path / "broken.duckdb"
    broken.write_bytes(b"no database" * 1000)
    with pytest.raises(WarehouseError, match="cannot be reached"), open_warehouse(Address("duckdb", path=str(broken))):
        pass
    with pytest.raises(WarehouseError, match=r"cannot be reached.*Check the address"), open_warehouse(NOBODY):
        pass
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(WarehouseError, match=r"pip install 'psycopg\[binary\]"), open_warehouse(NOBODY):
        pass
