"""How many threads numeric work takes."""

from __future__ import annotations

from contextlib import AbstractContextManager


def one_thread() -> AbstractContextManager[object]:
    """Return a context in which one thread works: handing out the small pieces costs more than they do.

    The uplift of a million customers took 110 s of CPU on two threads, and 47 on one.
    """
    import sklearn.ensemble  # noqa: F401  # only what is loaded can be limited
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    limits: AbstractContextManager[object] = threadpool_limits(1)
    return limits
