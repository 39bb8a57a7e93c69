"""Wide tables with a row per customer, kept as Arrow IPC chunks: read in one go, one person erased in one chunk."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING

import apsw

from engine.campaign.encrypted import select
from engine.columns import CONTACT, CUSTOMER, FILE, REASON, TEXT

if TYPE_CHECKING:
    import pyarrow as pa

CHUNK_ROWS = 65_536
PERSON_COLUMNS = (CUSTOMER, CONTACT)  # a row belongs to everybody named in one of them


def write_table(connection: apsw.Connection, name: str, table: pa.Table) -> None:
    """Put a table in the place of the one of that name. Column names must differ from each other."""
    if len(set(table.column_names)) != table.num_columns:
        raise ValueError(f"table {name} has two columns of one name")
    connection.execute("DELETE FROM arrow_table WHERE name = ?", (name,))
    connection.execute("INSERT INTO arrow_table VALUES (?, ?)", (name, table.schema.serialize().to_pybytes()))
    for position, start in enumerate(range(0, table.num_rows, CHUNK_ROWS)):
        data = _encoded(table.slice(start, CHUNK_ROWS))
        connection.execute("INSERT INTO arrow_chunk VALUES (?, ?, ?)", (name, position, data))


def read_table(connection: apsw.Connection, name: str, columns: Sequence[str] | None = None) -> pa.Table | None:
    """Return the table of that name, or only the named columns of it in that order; None if there is none.

    Raises KeyError if the table lacks one of the columns.
    """
    import pyarrow as pa

    schema = _schema(connection, name)
    if schema is None:
        return None
    if columns is not None:
        schema = pa.schema([schema.field(column) for column in columns], metadata=schema.metadata)
    chunks = connection.execute("SELECT data FROM arrow_chunk WHERE name = ? ORDER BY position", (name,))
    parts = [_decoded(data, columns) for (data,) in chunks]
    return pa.concat_tables(parts).unify_dictionaries().cast(schema) if parts else schema.empty_table()


def erase_from_tables(connection: apsw.Connection, *customers: str, having: str | None = None) -> int:
    """Remove customers' rows from every table, and their identifiers from rows set aside as text.

    Rows in which one of them is somebody's contact go too. Only tables ``having`` that column are looked at, if one
    is given. Only the chunks that hold something of them are written again. Returns how many.
    """
    names = [name for (name,) in select(connection, "SELECT name FROM arrow_table ORDER BY name")] if customers else []
    rewritten = 0
    for name in names:
        schema = _schema(connection, name)
        if schema is None or (having is not None and having not in schema.names):
            continue
        people = [column for column in PERSON_COLUMNS if column in schema.names]
        positions = select(connection, "SELECT position FROM arrow_chunk WHERE name = ?", (name,))
        for (position,) in positions:
            if people:
                rewritten += _erase_rows(connection, name, position, people, customers)
            elif TEXT in schema.names:
                rewritten += _erase_text(connection, name, position, customers)
    return rewritten


def mentions(*customers: str) -> str:
    """Return a regular expression that finds identifiers where they stand alone, not as a part of a longer one."""
    return rf"(^|[^0-9A-Za-z])({'|'.join(map(re.escape, customers))})($|[^0-9A-Za-z])"


def _erase_rows(
    connection: apsw.Connection, name: str, position: int, people: Sequence[str], customers: Sequence[str]
) -> bool:
    import pyarrow as pa
    import pyarrow.compute as pc

    data = _chunk(connection, name, position)
    named = _decoded(data, people).columns
    erased = pa.array(customers, pa.string())
    different = [pc.invert(pc.is_in(column.cast(pa.string()), value_set=erased)) for column in named]
    others = reduce(pc.and_, different)
    if pc.all(others).as_py():
        return False
    _rewrite(connection, name, position, _decoded(data).filter(others))
    return True


def _erase_text(connection: apsw.Connection, name: str, position: int, customers: Sequence[str]) -> bool:
    """Blank the texts that name a customer; drop rows whose file or reason does, such as those of refused photos."""
    import pyarrow as pa
    import pyarrow.compute as pc

    table = _decoded(_chunk(connection, name, position))

    def naming(column: str) -> pa.ChunkedArray:
        if column not in table.column_names:
            return pa.chunked_array([pa.array([False] * table.num_rows)])
        return pc.fill_null(pc.match_substring_regex(table[column].cast(pa.string()), mentions(*customers)), False)

    in_text, about = naming(TEXT), pc.or_(naming(FILE), naming(REASON))
    if not pc.any(pc.or_(in_text, about)).as_py():
        return False
    texts = table[TEXT]
    blanked = pc.if_else(in_text, pa.scalar("", pa.string()), texts.cast(pa.string())).cast(texts.type)
    kept = table.set_column(table.schema.get_field_index(TEXT), TEXT, blanked).filter(pc.invert(about))
    _rewrite(connection, name, position, kept)
    return True


def _schema(connection: apsw.Connection, name: str) -> pa.Schema | None:
    import pyarrow as pa

    row = connection.execute("SELECT schema FROM arrow_table WHERE name = ?", (name,)).fetchone()
    return None if row is None else pa.ipc.read_schema(pa.py_buffer(row[0]))


def _chunk(connection: apsw.Connection, name: str, position: int) -> bytes:
    row = connection.execute(
        "SELECT data FROM arrow_chunk WHERE name = ? AND position = ?", (name, position)
    ).fetchone()
    assert row is not None
    return bytes(row[0])


def _rewrite(connection: apsw.Connection, name: str, position: int, table: pa.Table) -> None:
    connection.execute(
        "UPDATE arrow_chunk SET data = ? WHERE name = ? AND position = ?", (_encoded(table), name, position)
    )


def _encoded(table: pa.Table) -> bytes:
    import pyarrow as pa

    table = table.combine_chunks()
    for index, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type) and not field.type.ordered:
            table = table.set_column(index, field, _compact(table.column(index)))
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="lz4", unify_dictionaries=True)
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


def _decoded(data: bytes, columns: Sequence[str] | None = None) -> pa.Table:
    import pyarrow as pa

    if columns is None:
        return pa.ipc.open_stream(data).read_all()
    names = pa.ipc.open_stream(data).schema.names
    options = pa.ipc.IpcReadOptions(included_fields=sorted(names.index(column) for column in columns))
    return pa.ipc.open_stream(data, options=options).read_all().select(list(columns))


def _compact(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Drop the dictionary entries no row uses: an erased customer must not live on in the dictionary."""
    import pyarrow as pa
    import pyarrow.compute as pc

    array = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    used = pc.drop_null(pc.unique(array.indices))
    used = used.take(pc.sort_indices(used))
    indices = pc.index_in(array.indices, value_set=used).cast(array.type.index_type)
    return pa.chunked_array([pa.DictionaryArray.from_arrays(indices, array.dictionary.take(used))])
