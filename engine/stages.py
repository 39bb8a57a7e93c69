"""The stages of a campaign: what they are called, how long each took, and who is told about it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from engine.job import JobContext

TAKING_OVER = "Take over"  # what was read again, into the campaign
# Each stage's share of the whole time, as measured on the demo with 20,000 customers; only the bar's pace hangs on it.
SHARES = {
    "Simulate": 0.12,
    "Read logs": 0.12,
    "Ask the warehouse": 0.23,
    "Follow phones": 0.09,
    "Follow calls": 0.02,
    "Estimate loyalty": 0.03,
    "Find circles": 0.02,
    "Learn uplift": 0.36,
    "Choose offers": 0.02,
    "Read photos": 0.14,
    "Match faces": 0.02,
    "Save": 0.06,
    TAKING_OVER: 0.02,
}


class Audience(Protocol):
    """Whoever shows the stages: bars on the terminal, or the window's job bar."""

    def begin(self, stage: str) -> JobContext:
        """Return the context in which the stage reports."""

    def end(self, stage: str, context: JobContext) -> None:
        """Take note that the stage is done."""


class OneBar:
    """Puts all stages on the one bar of a job, each with its share of it."""

    def __init__(self, context: JobContext) -> None:
        self._context = context
        self._done = 0.0

    def begin(self, stage: str) -> JobContext:
        """Return the part of the job's bar that belongs to the stage."""
        end = min(self._done + SHARES.get(stage, 0.05), 1.0)
        part = self._context.part(self._done, end)
        self._done = end
        part.progress(0.0, stage)
        return part

    def end(self, stage: str, context: JobContext) -> None:
        """Move the bar to the end of the stage."""
        context.progress(1.0, stage)


class Stages:
    """Runs stages one after another and remembers the seconds of each."""

    def __init__(self, audience: Audience) -> None:
        self._audience = audience
        self.seconds: dict[str, float] = {}
        self.cpu_seconds: dict[str, float] = {}  # of this process, all threads

    @contextmanager
    def stage(self, name: str) -> Iterator[JobContext]:
        """Tell the audience that a stage begins; time it."""
        context = self._audience.begin(name)
        start, cpu = time.perf_counter(), time.process_time()
        yield context
        self.seconds[name] = round(time.perf_counter() - start, 3)
        self.cpu_seconds[name] = round(time.process_time() - cpu, 3)
        self._audience.end(name, context)
