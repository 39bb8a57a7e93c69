"""Work in a process of its own, because torch must not meet Qt: it tells its progress by lines, a cancel kills it."""

from __future__ import annotations

import importlib
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from engine.errors import SemblanceError
from engine.job import JobContext
from engine.resources import ROOT

CHILD = "--child"  # the word by which the packaged program becomes one of these
CHILDREN = ("engine.faces.convert", "engine.faces.fine_tuning", "engine.faces.other_weights")
NO_WORD = "the process ended without a word. Try again."


class ChildError(SemblanceError):
    """The child ended with an error; the text is the last line that it wrote."""


def is_packaged() -> bool:
    """Whether this is the program that needs no Python, which is its own interpreter."""
    return bool(getattr(sys, "frozen", False))


def become_child(arguments: Sequence[str]) -> int:
    """Be the child process that the first argument names; return its exit code. Raises ValueError for any other."""
    module, *others = arguments or ("",)
    if module not in CHILDREN:
        raise ValueError(f"{module!r} is no process of this program")
    return int(importlib.import_module(module).main(others))


def tell(fraction: float, message: str) -> None:
    """Report progress to the parent process: a line that begins with the fraction done."""
    sys.stdout.write(f"{fraction:.3f} {message}\n")
    sys.stdout.flush()


def part_file(target: Path, process: int) -> Path:
    """Return the name under which a process makes a file; what is left of it goes with the process."""
    return target.with_name(f"{target.name}.{process}.part")


def run_module(
    module: str, arguments: Sequence[str], context: JobContext, *, makes: Path, given: bytes | None = None
) -> None:
    """Run a module of this program in a process of its own until it ends; its progress becomes the context's.

    ``makes`` is the file that it makes as its ``part_file``, ``given`` what it reads from its standard input, so that
    nothing of it lies on a disk. Raises ChildError, and JobCancelled at most a moment after a cancel.
    """
    lines: queue.Queue[str] = queue.Queue()
    with tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(  # noqa: S603 - this program's own interpreter and module
            [sys.executable, CHILD if is_packaged() else "-m", module, *arguments],
            cwd=ROOT,
            stdin=subprocess.DEVNULL if given is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        threads = [threading.Thread(target=_collect, args=(child.stdout, lines), daemon=True)]
        if given is not None:
            threads.append(threading.Thread(target=_hand_over, args=(child.stdin, given), daemon=True))
        for thread in threads:
            thread.start()
        try:
            _follow(child, lines, context)
        finally:
            child.kill()
            child.wait()
            for thread in threads:
                thread.join()
            for left in makes.parent.glob(part_file(makes, child.pid).name + "*"):
                left.unlink(missing_ok=True)
        if child.returncode != 0:
            raise ChildError(_last_line(errors))


def _collect(stream: IO[bytes] | None, lines: queue.Queue[str]) -> None:
    """Pass the child's lines on until it closes its end."""
    assert stream is not None
    with stream:
        for line in stream:
            lines.put(line.decode("utf-8", errors="replace"))


def _hand_over(stream: IO[bytes] | None, given: bytes) -> None:
    """Write what the child reads; one that has ended meanwhile tells why by itself."""
    assert stream is not None
    try:
        with stream:
            stream.write(given)
    except OSError:
        return


def _follow(child: subprocess.Popen[bytes], lines: queue.Queue[str], context: JobContext) -> None:
    """Report what the child reports until it ends; raise JobCancelled soon after a cancel."""
    while child.poll() is None:
        context.check()
        try:
            fraction, message = lines.get(timeout=0.1).strip().split(" ", 1)
        except queue.Empty:
            continue
        context.progress(float(fraction), message)


def _last_line(errors: IO[bytes]) -> str:
    """Return the last line of what the child wrote to stderr."""
    errors.seek(0)
    lines = errors.read().decode("utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else NO_WORD
