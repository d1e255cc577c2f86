"""A command that is run for its output: the only module that imports subprocess.

Without a shell, in a process group of its own, within a time limit and an output limit. It reads
what it is given, and otherwise nothing. What exit codes and output mean is not its business.
Messages name the program only, because arguments may hold secrets.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from exporter.errors import CommandFailed, TimedOut

MAX_OUTPUT = 1024 * 1024
PIECE = 64 * 1024
LONGEST_WAIT: float = 3600.0
"""The system takes no wait of more than 24 days; a longer one is made of several."""
OWN_VARIABLES = "ORCHEX_KILO_"


@dataclass(frozen=True, slots=True)
class Finished:
    """A command that ended by itself; a negative code is the signal that ended it."""

    code: int
    output: bytes
    errors: bytes

    @property
    def last_error(self) -> str:
        """The last line that it wrote to its standard error that is not empty."""
        lines = self.errors.decode("utf-8", errors="replace").splitlines()
        return next((line.strip() for line in reversed(lines) if line.strip()), "")


def run(
    command: Sequence[str],
    time_limit: float,
    monotonic: Callable[[], float] = time.monotonic,
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    given: bytes = b"",
    most: int = MAX_OUTPUT,
) -> Finished:
    """Runs `command` for at most `time_limit` seconds; then its whole process group is killed.

    Raises TimedOut, or CommandFailed when it cannot be started or writes more than `most` bytes. With an
    `environment` that is all it has; without one it has ours, but for the exporter's own variables, which
    may hold the secrets of other sources. It works in `folder` (ours otherwise) and reads `given`.
    """
    deadline = monotonic() + time_limit
    if environment is None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(OWN_VARIABLES)}
    with _start(command, environment, folder, piped=bool(given)) as process:
        try:
            output, written = _Exchange(process, given, most).until(deadline, monotonic)
            process.wait(max(0.0, deadline - monotonic()))
        except subprocess.TimeoutExpired as error:
            raise TimedOut(f"the command {command[0]} did not end within {time_limit:.3g} s") from error
        except _TooMuch as error:
            raise CommandFailed(f"the command {command[0]} wrote more than {most} bytes") from error
        finally:
            _kill(process)
    return Finished(process.returncode, output, written)


def _start(
    command: Sequence[str], environment: Mapping[str, str], folder: Path | None, *, piped: bool
) -> subprocess.Popen[bytes]:
    if folder is not None and not folder.is_dir():  # else its absence would look like the program's
        raise CommandFailed(f"the command {command[0]} cannot be started: there is no folder {folder}")
    try:
        return subprocess.Popen(  # noqa: S603  # the operator's own words, without a shell
            command,
            stdin=subprocess.PIPE if piped else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            cwd=folder,
            start_new_session=True,
        )
    except FileNotFoundError as error:
        raise CommandFailed(f"the command {command[0]} is not there; give its full path or install it") from error
    except (OSError, ValueError) as error:
        raise CommandFailed(f"the command {command[0]} cannot be started: {type(error).__name__}") from error


class _TooMuch(Exception):
    """The command wrote more than it may."""


class _Exchange:
    """What goes through the command's pipes: `given` to its input, and both outputs to their ends."""

    def __init__(self, process: subprocess.Popen[bytes], given: bytes, most: int) -> None:
        self._process = process
        self._given = memoryview(given)
        self._most = most
        self._collected = {pipe.fileno(): bytearray() for pipe in (process.stdout, process.stderr) if pipe is not None}

    def until(self, deadline: float, monotonic: Callable[[], float]) -> tuple[bytes, bytes]:
        """Both outputs. Raises TimeoutExpired at the deadline, _TooMuch at the limit."""
        with selectors.DefaultSelector() as selector:
            for pipe in self._collected:
                selector.register(pipe, selectors.EVENT_READ, self._read)
            if self._process.stdin is not None:
                os.set_blocking(self._process.stdin.fileno(), False)
                selector.register(self._process.stdin, selectors.EVENT_WRITE, self._write)
            while selector.get_map():
                left = deadline - monotonic()
                if left <= 0:
                    raise subprocess.TimeoutExpired(self._process.args, 0)
                for key, _ in selector.select(min(left, LONGEST_WAIT)):
                    key.data(selector, key.fd)
        output, written = (bytes(collected) for collected in self._collected.values())
        return output, written

    def _read(self, selector: selectors.BaseSelector, pipe: int) -> None:
        part = os.read(pipe, PIECE)
        if not part:
            selector.unregister(pipe)
        self._collected[pipe] += part
        if len(self._collected[pipe]) > self._most:
            raise _TooMuch

    def _write(self, selector: selectors.BaseSelector, pipe: int) -> None:
        with suppress(BrokenPipeError):  # it may end without having read all
            self._given = self._given[os.write(pipe, self._given[:PIECE]) :]
            if self._given:
                return
        selector.unregister(pipe)
        if self._process.stdin is not None:
            self._process.stdin.close()


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Ends the whole group, unless its leader was waited for: then the number may be another's."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
