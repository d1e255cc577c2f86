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

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from exporter.errors import Rejected
from exporter.evidence import EvidenceRules
from exporter.http import Http
from exporter.model import Evidence, Facts, Moment, Workflow
from exporter.providers.base import Payload, Since, parse
from exporter.providers.common.contents import (
    ContentsMark,
    Files,
    digest_of,
    judged,
    mark_name,
    texts_at,
    told,
    untold,
)
from exporter.providers.common.folders import folders
from exporter.providers.common.items import ITEM_ERRORS
from exporter.providers.common.marks import read_mark
from exporter.providers.github.api import Target

JUST_PUSHED = 5.0
"""GitHub tells the second of a push; its clock and ours may differ a little."""


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


class BranchMark(ContentsMark):
    """`pushed_at` is None while another push in the same second could still follow."""

    pushed_at: Moment | None = None
    branch: str | None = None
    etag: str | None = None

    def fresh(self, target: Target, rules: str) -> bool:
        return (self.pushed_at, self.branch, self.rules) == (target.pushed_at, target.default_branch, rules)


def read_contents(
    http: Http, target: Target, rules: EvidenceRules, since: Since
) -> tuple[Facts, Mapping[str, Workflow]]:
    """The evidence, if it may have changed, and which workflow each CI definition runs, by path."""
    known = read_mark(BranchMark, since.get(mark_name(target.repository))) or BranchMark()
    digest = digest_of(rules)
    if known.fresh(target, digest):
        return Facts(), known.workflows
    try:
        mark, evidence = _read(http, target, rules, known if known.rules == digest else BranchMark())
    except ITEM_ERRORS as error:
        return untold(target.repository, known, error), known.workflows
    settled = {"pushed_at": _settled(target, since.now), "branch": target.default_branch, "rules": digest}
    return told(target.repository, mark.model_copy(update=settled), evidence), mark.workflows


def _settled(target: Target, now: Moment) -> Moment | None:
    """When it was last pushed to; None while another push in that same second could still follow."""
    return None if target.pushed_at is not None and now - target.pushed_at < JUST_PUSHED else target.pushed_at


def _read(http: Http, target: Target, rules: EvidenceRules, known: BranchMark) -> tuple[BranchMark, Evidence | None]:
    """The new mark, and the evidence if it is not what was known."""
    etag = known.etag if known.branch == target.default_branch else None
    try:
        reply = http.get(_tree_url(target), {"recursive": "1"}, etag=etag)
    except Rejected as error:
        if error.status != HTTPStatus.CONFLICT:
            raise
        return BranchMark(), Evidence()  # nothing was ever pushed
    if reply.not_modified:
        return known, None
    tree = parse_tree(reply.json(), reply.url)
    files = {**tree.files, **(_folder_by_folder(http, target, rules) if tree.truncated else {})}
    seen = known.model_copy(update={"etag": reply.etag})
    return judged(seen, files, texts_at(http, files, lambda sha: target.at(f"git/blobs/{sha}")), rules)


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
