"""A command that is run for its output: the only module that imports subprocess.

Without a shell, without input, in a process group of its own, within a time limit and an output
limit. What exit codes and output mean is not its business. Messages name the program only, because
arguments may hold secrets.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from exporter.errors import CommandFailed, TimedOut

MAX_OUTPUT = 1024 * 1024
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


def run(command: Sequence[str], time_limit: float, monotonic: Callable[[], float] = time.monotonic) -> Finished:
    """Runs `command` for at most `time_limit` seconds; then its whole process group is killed.

    Raises TimedOut, or CommandFailed when it cannot be started or writes more than 1 MiB.
    The exporter's own variables, which may hold the secrets of other sources, are kept from it.
    """
    deadline = monotonic() + time_limit
    environment = {name: value for name, value in os.environ.items() if not name.startswith(OWN_VARIABLES)}
    with _start(command, environment) as process:
        try:
            output, written = _collect(process, deadline, monotonic)
            process.wait(max(0.0, deadline - monotonic()))
        except subprocess.TimeoutExpired as error:
            raise TimedOut(f"the command {command[0]} did not end within {time_limit:.3g} s") from error
        except _TooMuch as error:
            raise CommandFailed(f"the command {command[0]} wrote more than {MAX_OUTPUT} bytes") from error
        finally:
            _kill(process)
    return Finished(process.returncode, output, written)


def _start(command: Sequence[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603  # the operator's own words, without a shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )
    except FileNotFoundError as error:
        raise CommandFailed(f"the command {command[0]} is not there; give its full path or install it") from error
    except (OSError, ValueError) as error:
        raise CommandFailed(f"the command {command[0]} cannot be started: {type(error).__name__}") from error


class _TooMuch(Exception):
    """The command wrote more than MAX_OUTPUT."""


def _collect(process: subprocess.Popen[bytes], deadline: float, monotonic: Callable[[], float]) -> tuple[bytes, bytes]:
    """Both outputs to their ends. Raises TimeoutExpired at the deadline, _TooMuch at the limit."""
    pipes = [pipe.fileno() for pipe in (process.stdout, process.stderr) if pipe is not None]
    collected = {pipe: bytearray() for pipe in pipes}
    with selectors.DefaultSelector() as selector:
        for pipe in pipes:
            selector.register(pipe, selectors.EVENT_READ)
        while selector.get_map():
            left = deadline - monotonic()
            if left <= 0:
                raise subprocess.TimeoutExpired(process.args, 0)
            for key, _ in selector.select(left):
                part = os.read(key.fd, 65536)
                if not part:
                    selector.unregister(key.fd)
                collected[key.fd] += part
                if len(collected[key.fd]) > MAX_OUTPUT:
                    raise _TooMuch
    output, written = (bytes(collected[pipe]) for pipe in pipes)
    return output, written


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Ends the whole group, unless its leader was waited for: then the number may be another's."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
