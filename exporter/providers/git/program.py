"""git as a program: that it is there and new enough, and one address that is asked with it.

It knows how git is run; nothing of mirrors, evidence or merges.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from exporter import command
from exporter.command import Finished
from exporter.errors import CommandFailed, SourceError, TimedOut
from exporter.model import Moment, Seconds
from exporter.providers.git.address import Address
from exporter.providers.git.failures import understood

OLDEST = (2, 32)
"""The first that takes all its configuration from its environment: an older one would read the user's, and no token."""
MOST = 64 * 1024 * 1024
"""Bytes that git may write: some 300,000 commits, or half a million files."""
ASKING_TAKES: Seconds = 10.0


def find() -> str:
    """git's path. CommandFailed: it is missing or too old."""
    path = shutil.which("git")
    if path is None:
        raise CommandFailed("the command git is not there; install git")
    return _new_enough(path)


@lru_cache(maxsize=8)
def _new_enough(path: str) -> str:
    said = command.run((path, "version"), ASKING_TAKES).output.decode("utf-8", errors="replace")
    found = re.search(r"(\d+)\.(\d+)", said)
    if found is None or (int(found[1]), int(found[2])) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise CommandFailed(f"the command {path} is not git {oldest} or newer; install a newer git")
    return path


@dataclass(frozen=True, slots=True)
class Git:
    """git for one address. `left` gives the seconds that are left; `requests` counts conversations with the server."""

    path: str
    address: Address
    environment: Mapping[str, str]
    now: Moment
    left: Callable[[], Seconds]
    secret: str = ""
    """What may stand in no message."""
    requests: Counter[str] = field(default_factory=Counter)

    def ask(self, folder: Path, *words: str, options: Sequence[str] = ()) -> Finished:
        """As `run`, for a command that talks to the server."""
        try:
            ended = self.run(folder, *words, options=options)
        except SourceError:
            self.requests["failed"] += 1
            raise
        self.requests["billed"] += 1
        return ended

    def run(self, folder: Path, *words: str, options: Sequence[str] = (), given: bytes = b"") -> Finished:
        """A command that went well, run in `folder`; `options` are git's own. Raises what its failure means."""
        ended = self._ended(folder, (*options, *words), words[0], given)
        if ended.code != 0:
            raise understood(ended, words[0], str(self.address), self.now, self.secret)
        return ended

    def _ended(self, folder: Path, words: tuple[str, ...], doing: str, given: bytes) -> Finished:
        limit = self.left()
        environment = {**self.environment, "GIT_CEILING_DIRECTORIES": str(folder.parent)}
        try:
            return command.run(
                (self.path, *words), limit, environment=environment, folder=folder, given=given, most=MOST
            )
        except TimedOut as error:
            remedy = "raise `timeout` of this source if it is slow"
            raise TimedOut(f"{self.address}: git {doing} did not end within {limit:.3g} s; {remedy}") from error
