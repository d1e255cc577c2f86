"""What a default branch holds: its tree, and the few files whose text is evidence of the migration.

The branch is asked for only when something was pushed, the default branch changed or the rules did;
its tree only when the branch moved; files only when one of them, or the evidence that paths alone
give, is new. A tree comes in pages of a thousand entries (`truncated` says that there are more); it
is asked for by its commit, so that a push between two pages changes nothing.

It knows branches, trees and blobs; what they mean is `exporter.evidence`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from urllib.parse import quote

from pydantic import Field

from exporter.errors import BadPayload
from exporter.evidence import EvidenceRules, workflow_of
from exporter.http import Http
from exporter.model import Evidence, Facts, Seconds, Workflow
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
from exporter.providers.common.items import ITEM_ERRORS
from exporter.providers.common.marks import read_mark
from exporter.providers.gitea.api import Target

JUST_UPDATED: Seconds = 5.0
"""Gitea tells the second of an update; its clock and ours may differ a little."""
TREE_PAGE = 1000
FOLDERS = (".forgejo/workflows", ".gitea/workflows", ".github/workflows")
"""Where definitions lie. A server reads the first of those that it knows and that is there."""


class CommitPayload(Payload):
    id: str = Field(min_length=1)


class BranchPayload(Payload):
    commit: CommitPayload


class EntryPayload(Payload):
    path: str
    type: str
    sha: str


class TreePayload(Payload):
    tree: tuple[EntryPayload, ...] | None
    truncated: bool | None = None


class BranchMark(ContentsMark):
    """`content` is what the listing said of the repository's last update, "" while another could still follow."""

    content: str = ""
    branch: str | None = None
    commit: str = ""

    def fresh(self, target: Target, rules: str) -> bool:
        return (self.content, self.branch, self.rules) == (target.content, target.default_branch, rules)


def definition(file: str, known: Mapping[str, Workflow], rules: EvidenceRules) -> Workflow:
    """Which workflow the definition of this file name is: a run does not tell its folder."""
    if "/" in file:
        return workflow_of(file, known, rules)
    paths = [f"{folder}/{file}" for folder in FOLDERS]
    return workflow_of(next((path for path in paths if path in known), paths[0]), known, rules)


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
    settled = target.updated_at is None or since.now - target.updated_at >= JUST_UPDATED
    noted = {"content": target.content if settled else "", "branch": target.default_branch, "rules": digest}
    return told(target.repository, mark.model_copy(update=noted), evidence), mark.workflows


def _read(http: Http, target: Target, rules: EvidenceRules, known: BranchMark) -> tuple[BranchMark, Evidence | None]:
    """The new mark, and the evidence if it is not what was known."""
    if target.empty:
        return BranchMark(workflows=known.workflows), Evidence()
    commit = _tip(http, target)
    if commit == known.commit:
        return known, None
    files = _tree(http, target, commit)
    seen = known.model_copy(update={"commit": commit})
    return judged(seen, files, texts_at(http, files, lambda sha: target.at(f"git/blobs/{sha}")), rules)


def _tip(http: Http, target: Target) -> str:
    """The id of the commit at which the default branch stands."""
    if target.default_branch is None:
        raise BadPayload(f"{target.repository}: the listing names no default branch")
    reply = http.get(target.at(f"branches/{quote(target.default_branch)}"))
    return parse(BranchPayload, reply.json(), reply.url).commit.id


def _tree(http: Http, target: Target, commit: str) -> Files:
    files: dict[str, str] = {}
    for page in count(1):
        asked: dict[str, str | int] = {"recursive": "true", "per_page": TREE_PAGE, "page": page}
        reply = http.get(target.at(f"git/trees/{quote(commit, safe='')}"), asked)
        tree = parse_tree(reply.json(), reply.url)
        files.update({entry.path: entry.sha for entry in tree.tree or () if entry.type == "blob"})
        if not (tree.truncated and tree.tree):
            break
    return files


def parse_tree(data: object, where: str) -> TreePayload:
    """A malformed entry spoils the whole: a file that is not seen would count as absent."""
    return parse(TreePayload, data, where)
