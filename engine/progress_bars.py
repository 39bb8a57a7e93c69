"""One progress bar per stage, on the terminal."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from engine.job import JobContext


class ProgressBars:
    """Shows a bar for every stage of a campaign, as its stages begin."""

    def __init__(self) -> None:
        self.whole = JobContext()  # cancels every stage
        self._progress = Progress(
            TextColumn("{task.description:<16}"),
            BarColumn(bar_width=32),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[message]}", markup=False),
            console=Console(stderr=True),
        )

    def __enter__(self) -> ProgressBars:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def begin(self, stage: str) -> JobContext:
        """Add the bar of a stage; return the context that moves it."""
        task: TaskID = self._progress.add_task(stage, total=1.0, message="")

        def move(fraction: float, message: str) -> None:
            self._progress.update(task, completed=fraction, message=message)

        return JobContext(move, shares=self.whole)

    def end(self, _stage: str, context: JobContext) -> None:
        """Fill the bar of a stage that is done."""
        context.progress(1.0, "")
