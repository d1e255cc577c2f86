"""Programs that run side by side until a signal comes or one of them ends by itself. It knows none of them.

Each is started in a session of its own, so that Ctrl-C reaches only us, and is ended by its own id.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from types import FrameType

import requests

from stack.programs import Program

PATIENCE = 60.0
"""Seconds in which each must have begun its work."""
GRACE = 20.0
"""Seconds in which each must end when it is told to."""
PAUSE = 0.2
"""Seconds between two looks."""
LAST_LINES = 20

Signals = SimpleQueue[int]


class Failed(Exception):
    """One of them ended by itself, or did not begin its work: the message says which, and what it wrote last."""


@dataclass(frozen=True, slots=True)
class Running:
    program: Program
    process: subprocess.Popen[bytes]
    log: Path

    def lives(self) -> bool:
        """True, or Failed is raised."""
        code = self.process.poll()
        if code is not None:
            raise self.failed(f"ended with code {code}")
        return True

    def ready(self) -> bool:
        """Whether it does its work. Raises Failed."""
        try:
            return self.lives() and requests.get(self.program.ready, timeout=2).ok
        except requests.RequestException:
            return False

    def failed(self, how: str) -> Failed:
        said = self.log.read_text(errors="replace").splitlines()[-LAST_LINES:]
        return Failed("\n".join([f"{self.program.name} {how}; the end of its log:", *said]))

    def end(self) -> None:
        """Waits until it has ended as it was told to; kills it when it does not."""
        try:
            self.process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextmanager
def together(programs: Sequence[Program], folder: Path) -> Iterator[list[Running]]:
    """All of them, started; their logs and temporary files are in `folder`. They have ended when the block has."""
    running: list[Running] = []
    try:
        for program in programs:
            running.append(_start(program, folder))  # noqa: PERF401  # kept when the next one cannot be started
        yield running
    finally:
        for each in running:
            each.process.terminate()
        for each in running:
            each.end()


def _start(program: Program, folder: Path) -> Running:
    log = folder / f"{program.name}.log"
    with log.open("wb") as written:
        process = subprocess.Popen(  # noqa: S603  # our own words, without a shell
            program.command,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=written,
            env={**os.environ, "TMPDIR": str(folder)},
            start_new_session=True,
        )
    return Running(program, process, log)


def signals() -> Signals:
    """What would have ended us from now on, in order."""
    arrived: Signals = SimpleQueue()

    def note(number: int, _: FrameType | None) -> None:
        arrived.put(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, note)
    return arrived


def begun(running: Sequence[Running], arrived: Signals) -> bool:
    """Waits until all do their work; False when a signal came before. Raises Failed."""
    deadline = time.monotonic() + PATIENCE
    while waiting := [each for each in running if not each.ready()]:
        if time.monotonic() > deadline:
            raise waiting[0].failed(f"is not ready after {PATIENCE:g} seconds")
        if _signalled(arrived):
            return False
    return True


def watch(running: Sequence[Running], arrived: Signals) -> None:
    """Waits until a signal comes. Raises Failed."""
    while all(each.lives() for each in running) and not _signalled(arrived):
        pass


def _signalled(arrived: Signals) -> bool:
    try:
        arrived.get(timeout=PAUSE)
    except Empty:
        return False
    return True
