"""What a default branch shows of the migration, for hosts that tell trees and blobs.

The text of files is asked for only when one of the files that matter, or the evidence that paths alone
give, is new. How a tree is asked for, and what tells cheaply that nothing was pushed, each host knows
itself; what files mean is `exporter.evidence`'s.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

from pydantic import Field

from exporter.errors import BadPayload, SourceError
from exporter.evidence import EvidenceRules, judge, to_read
from exporter.http import Http
from exporter.model import Evidence, Facts, Repository, RepositoryState, Unreadable, Workflow
from exporter.providers.base import Payload, parse
from exporter.providers.common.items import unreadable
from exporter.providers.common.marks import Mark

Files = Mapping[str, str]
"""Paths and the id of what they hold."""
Texts = Callable[[Iterable[str]], Mapping[str, str]]
"""Reads the files at these paths."""


class ContentsMark(Mark):
    """What was read last, and by which rules.

    `workflows` outlives a failed reading, and keeps definitions that are gone: their runs may still
    be told.
    """

    rules: str = ""
    digest: str = ""
    workflows: dict[str, Workflow] = Field(default_factory=dict)


M = TypeVar("M", bound=ContentsMark)


class BlobPayload(Payload):
    content: str
    encoding: str | None = "base64"


def mark_name(repository: Repository | str) -> str:
    return f"contents:{repository}"


def digest_of(rules: EvidenceRules) -> str:
    """What tells one set of rules from another."""
    return _digest(rules.model_dump_json())


def judged(known: M, files: Files, texts: Texts, rules: EvidenceRules) -> tuple[M, Evidence | None]:
    """The mark after `files` were seen, and the evidence if it is not what was known."""
    wanted = to_read(files, rules)
    by_paths = judge(files, {}, rules).evidence
    digest = _digest(json.dumps([[(path, files[path]) for path in wanted], repr(by_paths)]))
    if digest == known.digest:
        return known, None
    judgement = judge(files, texts(wanted), rules)
    workflows = {**known.workflows, **judgement.workflows}
    return known.model_copy(update={"digest": digest, "workflows": workflows}), judgement.evidence


def told(repository: Repository, mark: ContentsMark, evidence: Evidence | None) -> Facts:
    """The mark, and the evidence if it is new."""
    states = () if evidence is None else (RepositoryState(repository, evidence),)
    return Facts(repositories=states, marks={mark_name(repository): mark.model_dump_json()})


def untold(repository: Repository, known: ContentsMark, error: SourceError | None = None) -> Facts:
    """That the branch cannot be read, so that the next reading is whole, and told."""
    failed: tuple[Unreadable, ...] = () if error is None else (unreadable(str(repository), error),)
    marks = {mark_name(repository): ContentsMark(workflows=known.workflows).model_dump_json()}
    return Facts(repositories=(RepositoryState(repository, None),), unreadable=failed, marks=marks)


def texts_at(http: Http, files: Files, address: Callable[[str], str]) -> Texts:
    """The texts of files whose blobs are asked for at the address of their id, which is given quoted."""

    def read(paths: Iterable[str]) -> Mapping[str, str]:
        replies = {path: http.get(address(quote(files[path], safe=""))) for path in paths}
        return {path: parse_blob(reply.json(), f"{reply.url} ({path})") for path, reply in replies.items()}

    return read


def parse_blob(data: Any, where: str) -> str:
    """The text of a file; bytes that are no UTF-8 are replaced."""
    blob = parse(BlobPayload, data, where)
    if blob.encoding != "base64":
        return blob.content
    try:
        return base64.b64decode(blob.content).decode("utf-8", errors="replace")
    except (binascii.Error, ValueError) as error:
        raise BadPayload(f"{where}: its content is not base64") from error


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
