"""All that is new of one repository, read whole: first where it stands, then what changed.

It knows the order of the questions and what is noted; how they are asked, its neighbours know.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from exporter.errors import CommandFailed, RateLimited, SourceError
from exporter.evidence import EvidenceRules
from exporter.http import Http
from exporter.model import Facts, Repository, RepositoryState, Seconds
from exporter.providers.base import Since
from exporter.providers.common.contents import mark_name
from exporter.providers.common.items import unreadable
from exporter.providers.common.marks import read_mark
from exporter.providers.git import changes, contents
from exporter.providers.git.changes import DEPTHS, ChangesMark, Window
from exporter.providers.git.contents import HeadMark
from exporter.providers.git.mirror import Mirror
from exporter.providers.git.program import Git
from exporter.providers.git.remote import ask_head


@dataclass(frozen=True, slots=True)
class Reading:
    """One repository in one poll."""

    git: Git
    cache: Path
    since: Since
    rules: EvidenceRules
    history: Seconds

    def read(self, http: Http) -> Facts:
        """Raises SourceError when nothing of it can be read."""
        head = ask_head(self.git, self.cache, http)
        if head is None:
            return contents.empty(self._repository, self._contents, self.rules)
        if self._contents.fits(head, self.rules) and self._changes.head == head:
            return Facts()
        mirror = Mirror(self.git, self.cache)
        with mirror.held():
            try:
                return self._read(mirror)
            except CommandFailed:  # no known fault of a server or a network: it is the mirror's
                mirror.make()
                return self._read(mirror)

    @property
    def _repository(self) -> Repository:
        return self.git.address.repository

    @property
    def _contents(self) -> HeadMark:
        return read_mark(HeadMark, self.since.get(mark_name(self._repository))) or HeadMark()

    @property
    def _changes(self) -> ChangesMark:
        return read_mark(ChangesMark, self.since.get(changes.mark_name(self._repository))) or ChangesMark()

    def _read(self, mirror: Mirror) -> Facts:
        """The evidence and the merges; what cannot be read of one does not hide the other."""
        window = Window(self.since.now, self.history, self._changes.head)
        mirror.bring(window.depth(DEPTHS[0]))
        head = changes.read_head(mirror)
        found = self._or_unreadable(lambda: self._evidence(mirror, head), state=True)
        merged = self._or_unreadable(lambda: changes.read_changes(mirror, self._repository, head, window))
        return Facts.merged([found, merged])

    def _evidence(self, mirror: Mirror, head: str) -> Facts:
        if self._contents.fits(head, self.rules):
            return Facts()
        return contents.read_contents(mirror, self._repository, head, self.rules, self._contents)

    def _or_unreadable(self, read: Callable[[], Facts], *, state: bool = False) -> Facts:
        """What `read` tells, or that it cannot be read; with `state`, that nothing is known of the evidence then."""
        try:
            return read()
        except (CommandFailed, RateLimited):
            raise
        except SourceError as error:
            failed = (unreadable(str(self._repository), error),)
            if not state:
                return Facts(unreadable=failed)
            marks = {mark_name(self._repository): ""}
            return Facts(repositories=(RepositoryState(self._repository, None),), unreadable=failed, marks=marks)
