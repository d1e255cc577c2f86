"""What a default branch holds: its tree, and the few files whose text is evidence of the migration.

A tree is asked for only when something was pushed, the default branch changed or the rules did, and
then by its ETag: a push to another branch costs nothing. Files are read only when one of them, or
the evidence that paths alone give, is new.

GitHub cuts a recursive tree at 100,000 entries. What it still lists is there, but absence proves
nothing; then the root and the folders that the rules name are asked for one by one. Patterns that
begin with `*` are in that case looked for in the root, in those folders and in the cut list.

It knows trees and blobs; what they mean is `exporter.evidence`'s.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from pydantic import Field

from exporter.errors import BadPayload, Rejected
from exporter.evidence import EvidenceRules, Judgement, judge, to_read
from exporter.http import Http
from exporter.model import Evidence, Facts, Moment, RepositoryState, Unreadable, Workflow
from exporter.providers.base import Payload, Since, parse
from exporter.providers.common.folders import folders
from exporter.providers.common.items import ITEM_ERRORS, unreadable
from exporter.providers.common.marks import Mark, read_mark
from exporter.providers.github.api import Target

JUST_PUSHED = 5.0
"""GitHub tells the second of a push; its clock and ours may differ a little."""

Files = Mapping[str, str]
"""Paths and the sha of what they hold."""


class EntryPayload(Payload):
    path: str
    type: str
    sha: str


class TreePayload(Payload):
    tree: tuple[EntryPayload, ...]
    truncated: bool | None = None

    @property
    def files(self) -> Files:
        return {entry.path: entry.sha for entry in self.tree if entry.type == "blob"}

    def folder(self, name: str) -> str | None:
        return next((entry.sha for entry in self.tree if entry.type == "tree" and entry.path == name), None)


class BlobPayload(Payload):
    content: str
    encoding: str | None = "base64"


class ContentsMark(Mark):
    """What was read last.

    `workflows` outlives a failed reading, and keeps definitions that are gone: their runs may still
    be told.
    """

    pushed_at: Moment | None = None
    branch: str | None = None
    rules: str = ""
    etag: str | None = None
    digest: str = ""
    workflows: dict[str, Workflow] = Field(default_factory=dict)

    def fresh(self, target: Target, rules: str) -> bool:
        return (self.pushed_at, self.branch, self.rules) == (target.pushed_at, target.default_branch, rules)


def mark_name(target: Target) -> str:
    return f"contents:{target.repository}"


def read_contents(
    http: Http, target: Target, rules: EvidenceRules, since: Since
) -> tuple[Facts, Mapping[str, Workflow]]:
    """The evidence, if it may have changed, and which workflow each CI definition runs, by path."""
    known = read_mark(ContentsMark, since.get(mark_name(target))) or ContentsMark()
    rules_digest = _digest(rules.model_dump_json())
    if known.fresh(target, rules_digest):
        return Facts(), known.workflows
    try:
        mark, evidence = _read(http, target, rules, known if known.rules == rules_digest else ContentsMark())
    except ITEM_ERRORS as error:
        mark = ContentsMark(workflows=known.workflows)  # so that the next reading is whole, and told
        failed = (unreadable(str(target.repository), error),)
        return _facts(target, mark, RepositoryState(target.repository, None), failed), known.workflows
    mark = mark.model_copy(
        update={"pushed_at": _settled(target, since.now), "branch": target.default_branch, "rules": rules_digest}
    )
    state = None if evidence is None else RepositoryState(target.repository, evidence)
    return _facts(target, mark, state), mark.workflows


def _settled(target: Target, now: Moment) -> Moment | None:
    """When it was last pushed to; None while another push in that same second could still follow."""
    return None if target.pushed_at is not None and now - target.pushed_at < JUST_PUSHED else target.pushed_at


def _facts(
    target: Target, mark: ContentsMark, state: RepositoryState | None, failed: tuple[Unreadable, ...] = ()
) -> Facts:
    states = () if state is None else (state,)
    return Facts(repositories=states, unreadable=failed, marks={mark_name(target): mark.model_dump_json()})


def _read(
    http: Http, target: Target, rules: EvidenceRules, known: ContentsMark
) -> tuple[ContentsMark, Evidence | None]:
    """The new mark, and the evidence if it is not what was known."""
    etag = known.etag if known.branch == target.default_branch else None
    try:
        reply = http.get(_tree_url(target), {"recursive": "1"}, etag=etag)
    except Rejected as error:
        if error.status != HTTPStatus.CONFLICT:
            raise
        return ContentsMark(), Evidence()  # nothing was ever pushed
    if reply.not_modified:
        return known, None
    tree = parse_tree(reply.json(), reply.url)
    files = {**tree.files, **(_folder_by_folder(http, target, rules) if tree.truncated else {})}
    wanted = to_read(files, rules)
    digest = _digest(json.dumps([[(path, files[path]) for path in wanted], repr(judge(files, {}, rules).evidence)]))
    if digest == known.digest:
        return known.model_copy(update={"etag": reply.etag}), None
    judgement = _judge(http, target, rules, files)
    workflows = {**known.workflows, **judgement.workflows}
    return ContentsMark(etag=reply.etag, digest=digest, workflows=workflows), judgement.evidence


def _judge(http: Http, target: Target, rules: EvidenceRules, files: Files) -> Judgement:
    texts = {}
    for path in to_read(files, rules):
        reply = http.get(target.at(f"git/blobs/{quote(files[path], safe='')}"))
        texts[path] = parse_blob(reply.json(), f"{reply.url} ({path})")
    return judge(files, texts, rules)


def _folder_by_folder(http: Http, target: Target, rules: EvidenceRules) -> Files:
    """The files of the root and, with all below them, of the folders that the rules name."""
    root = _tree(http, _tree_url(target))
    files = dict(root.files)
    for folder in folders(rules):
        sha: str | None = None
        here = root
        names = folder.split("/")
        for depth, name in enumerate(names, 1):
            sha = here.folder(name)
            if sha is None:
                break
            here = _tree(http, target.at(f"git/trees/{quote(sha, safe='')}"), recursive=depth == len(names))
        if sha is not None:
            files.update({f"{folder}/{path}": blob for path, blob in here.files.items()})
    return files


def _tree(http: Http, url: str, *, recursive: bool = False) -> TreePayload:
    reply = http.get(url, {"recursive": "1"} if recursive else None)
    return parse_tree(reply.json(), reply.url)


def _tree_url(target: Target) -> str:
    return target.at(f"git/trees/{quote(target.default_branch or 'HEAD', safe='')}")


def parse_tree(data: Any, where: str) -> TreePayload:
    """A malformed entry spoils the whole: a file that is not seen would count as absent."""
    return parse(TreePayload, data, where)


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
