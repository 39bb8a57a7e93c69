"""What makes many small imports quick."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import duckdb
import pytest

from engine.logs import importing
from engine.logs.reader import IN_MEMORY, make_tables

LIVING = 4  # databases that a test may look at at one time


@pytest.fixture(scope="module")
def many_imports() -> Iterator[None]:
    """Let imports share one DuckDB, each with a database of its own in it: to start DuckDB takes 15 ms."""
    names: deque[str] = deque()
    with duckdb.connect(config=IN_MEMORY) as whole, pytest.MonkeyPatch.context() as patch:
        whole.execute("SET threads = 1")  # several only wait for each other here
        made = 0

        def empty_tables(*, is_compressed: bool = False) -> duckdb.DuckDBPyConnection:
            nonlocal made
            if len(names) == LIVING:
                whole.execute(f"DETACH {names.popleft()}")
            made += 1
            names.append(f"import_{made}")
            connection = whole.cursor()
            connection.execute(f"ATTACH ':memory:' AS {names[-1]}{' (COMPRESS)' * is_compressed}; USE {names[-1]}")
            make_tables(connection)
            return connection

        patch.setattr(importing, "empty_tables", empty_tables)
        yield
