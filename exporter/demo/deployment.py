"""A deployment of a repository's default branch, as a plain fact."""

from __future__ import annotations

from dataclasses import dataclass

PRODUCTION = "production"


@dataclass(slots=True)
class Deployment:
    """It runs until `finished_at`. Moments are whole Unix seconds."""

    deployment_id: int
    number: int
    sha: str
    created_at: int
    environment: str = PRODUCTION
    finished_at: int | None = None
    succeeded: bool = False
