"""Where GitHub keeps a repository. It knows nothing of runs, changes or evidence."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from exporter.model import Moment, Repository

PER_PAGE = 100


@dataclass(frozen=True, slots=True)
class Target:
    """A repository in scope as the listing shows it. `base` is the API's address."""

    repository: Repository
    default_branch: str | None
    pushed_at: Moment | None
    base: str

    def at(self, path: str) -> str:
        """`path` below this repository's address; the caller quotes what needs quoting."""
        owner, name = quote(self.repository.owner, safe=""), quote(self.repository.name, safe="")
        return f"{self.base}/repos/{owner}/{name}/{path}"

    def is_default(self, branch: str | None) -> bool:
        return self.default_branch is not None and branch == self.default_branch
