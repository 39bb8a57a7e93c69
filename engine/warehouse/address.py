"""Where a warehouse is, and how its password is found without ever being written down."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from engine.errors import InputError

SCHEMES = ("duckdb", "spark", "postgres", "trino", "clickhouse")
USER_VARIABLE = "SEMBLANCE_WAREHOUSE_USER"
PASSWORD_VARIABLE = "SEMBLANCE_WAREHOUSE_PASSWORD"  # noqa: S105 - the name of the variable, not what it holds
KEYRING_SERVICE = "Semblance"
PORTS = range(1, 65_536)
SECRET = re.compile(r"[?&;]\w*(pass|pwd|secret|token)", re.IGNORECASE)
FORM = re.compile(
    r"(?P<scheme>[a-z]+)://(?:(?P<user>[^@/:]+)@)?(?P<host>[^@/:?#]*)(?::(?P<port>[0-9]{1,5}))?(?:/(?P<path>[^?#@]*))?"
)


@dataclass(frozen=True)
class Address:
    """A warehouse: ``path`` is the file of DuckDB, and the database (or catalog/schema) of the others."""

    scheme: str
    host: str = ""
    port: int | None = None
    user: str | None = None
    path: str = ""

    def __str__(self) -> str:
        if self.scheme == "duckdb":
            return f"duckdb://{self.path}"
        user = f"{self.user}@" if self.user else ""
        port = f":{self.port}" if self.port else ""
        path = f"/{self.path}" if self.path else ""
        return f"{self.scheme}://{user}{self.host}{port}{path}"

    def words(self, number: int) -> tuple[str | None, ...]:
        """Return the first parts of the path, None where it has fewer."""
        parts: list[str | None] = [part for part in self.path.split("/") if part]
        return tuple((parts + [None] * number)[:number])


def parse_address(url: str) -> Address:
    """Read a URL such as postgres://analyst@host:5432/telco or duckdb:///data/telco.duckdb.

    Raises InputError if it is none, or if it has a password in it; what was given is not repeated then.
    """
    scheme, _, rest = url.partition("://")
    if SECRET.search(url) or (scheme != "duckdb" and re.search(":.*@", rest)):
        raise InputError(
            f"The warehouse's URL has a password in it, which would be kept wherever the URL is. Leave it out, and put "
            f"the password into the environment variable {PASSWORD_VARIABLE} or into the system's keyring."
        )
    if scheme == "duckdb" and rest:
        return Address(scheme, path=rest)
    form = FORM.fullmatch(url)
    if form is None or scheme not in SCHEMES or not form["host"] or int(form["port"] or 1) not in PORTS:
        raise InputError(
            f"{url} is no warehouse that can be used. Give duckdb://FILE, spark://local, spark://HOST:PORT, "
            "postgres://USER@HOST/DATABASE, trino://USER@HOST/CATALOG/SCHEMA or clickhouse://USER@HOST/DATABASE."
        )
    return Address(scheme, form["host"], int(form["port"]) if form["port"] else None, form["user"], form["path"] or "")


@dataclass(frozen=True)
class Credentials:
    """Who asks; the password is not shown where the object is."""

    user: str | None
    password: str | None

    def __repr__(self) -> str:
        return f"Credentials(user={self.user!r}, password={'***' if self.password else None})"


def find_credentials(address: Address, environment: Mapping[str, str] | None = None) -> Credentials:
    """Take user and password from the environment, else the password from the system's keyring, if there is one."""
    environment = os.environ if environment is None else environment
    user = address.user or environment.get(USER_VARIABLE)
    password = environment.get(PASSWORD_VARIABLE) or _from_keyring(f"{user or ''}@{address.host}")
    return Credentials(user, password)


def _from_keyring(name: str) -> str | None:
    """Return the password that the system's keyring has under Semblance and USER@HOST."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        found: str | None = keyring.get_password(KEYRING_SERVICE, name)
    except (KeyringError, RuntimeError):
        return None
    return found
