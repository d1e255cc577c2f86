"""A bare repository on disk, which follows one of the organisation's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from exporter.demo.api.git.history import Step, steps
from exporter.demo.api.git.program import git
from exporter.demo.api.git.stream import Marks, stream
from exporter.demo.repository import Repository


class BareRepository:
    """Git has names of its own for commits: which is which stays in here."""

    def __init__(self, repository: Repository, folder: Path) -> None:
        self._repository = repository
        self._folder = folder
        self._marks: Marks = {}
        self._tip: str | None = None
        self._turn = asyncio.Lock()

    async def follow(self, still: Callable[[], AbstractContextManager[None]]) -> None:
        """Brings in what is new; the organisation stands `still` while it is read. Raises GitFailed."""
        async with self._turn:
            if not self._folder.exists():
                branch = f"--initial-branch={self._repository.plan.branch}"
                await git(["init", "--quiet", "--bare", branch, str(self._folder)])
            with still():
                new = steps(self._repository, self._marks)
            if new:
                await self._bring(new)

    async def _bring(self, new: list[Step]) -> None:
        """What git refuses is not remembered as brought."""
        marks = dict(self._marks)
        given, tip = stream(new, self._repository.plan.branch, marks, self._tip)
        kept = self._folder / "marks"
        options = ["--quiet", "--date-format=raw", f"--import-marks-if-exists={kept}", f"--export-marks={kept}"]
        await git(["fast-import", *options], given, {"GIT_DIR": str(self._folder)})
        self._marks, self._tip = marks, tip
