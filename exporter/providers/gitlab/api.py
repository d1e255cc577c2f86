"""Where GitLab keeps a project. It knows nothing of pipelines, merge requests or evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from exporter.model import Moment, Repository

PER_PAGE = 100
DEFINITION = ".gitlab-ci.yml"


@dataclass(frozen=True, slots=True)
class Target:
    """A project in scope as the listing shows it. `base` is the API's address.

    `definition` is where its CI definition lies, `disabled` are the features that are switched off for
    everybody (`repository`, `builds`, `merge_requests`, `environments`). Its number keeps an address
    good when the project is renamed or moved while it is read.
    """

    repository: Repository
    project: int
    base: str
    default_branch: str | None = None
    empty: bool = False
    definition: str = DEFINITION
    disabled: frozenset[str] = frozenset()

    def at(self, path: str) -> str:
        """`path` below this project's address; the caller quotes what needs quoting."""
        return f"{self.base}/projects/{self.project}/{path}"

    def is_default(self, branch: str | None) -> bool:
        return self.default_branch is not None and branch == self.default_branch

    def offers(self, feature: str) -> bool:
        return feature not in self.disabled


def iso(moment: Moment) -> str:
    """A moment as GitLab takes it in a query: whole seconds, rounded down."""
    return datetime.fromtimestamp(int(moment), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
