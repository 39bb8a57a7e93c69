"""One question to a warehouse: it can be cancelled, and a failure is told in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import ibis.expr.types as ir

from engine.errors import WarehouseError
from engine.job import JobCancelled, JobContext
from engine.logs.queries import interruptible
from engine.warehouse.connect import Warehouse, said


def asked(warehouse: Warehouse, question: ir.Expr, context: JobContext) -> Any:
    """Run an expression in the warehouse: a table comes as Arrow, a scalar as a Python value.

    Raises WarehouseError if the warehouse fails, and JobCancelled once it was told to stop.
    """
    with told(warehouse):
        answer = interruptible(warehouse, lambda: warehouse.backend.to_pyarrow(question), context)
    return answer if isinstance(question, ir.Table) else answer.as_py()


@contextmanager
def told(warehouse: Warehouse) -> Iterator[None]:
    """Raise WarehouseError for whatever goes wrong in a warehouse."""
    try:
        yield
    except JobCancelled:
        raise
    except Exception as error:  # each back end has a family of its own
        raise WarehouseError(
            f"{warehouse.address} could not answer: {said(error)}. Nothing was kept; mend that and run it again."
        ) from error
