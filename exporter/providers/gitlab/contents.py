"""What a default branch holds: its tree, and the few files whose text is evidence of the migration.

Whether something was pushed, only the branch itself says: a project's `last_activity_at` moves at most once an
hour. So each poll asks where the default branch points, and for the tree of that very commit when it has moved
or the rules have. Files are read only when one of them, or the evidence that paths alone give, is new.

GitLab pages a recursive tree by a hundred entries. One of up to 500 is read whole; of a larger one the root and
the folders that the rules name are asked for. Patterns that begin with `*` are then looked for there and in
what was read of the whole.

It knows branches, trees and blobs; what they mean is `exporter.evidence`'s.
"""

from __future__ import annotations

import glob
from typing import Any
from urllib.parse import quote

from pydantic import Field

from exporter.errors import BadPayload, Forbidden
from exporter.evidence import EvidenceRules
from exporter.http import Http, Params
from exporter.model import Evidence, Facts, Workflow
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
from exporter.providers.gitlab.api import PER_PAGE, Target

WHOLE = 5
"""Pages up to which a tree is read whole."""
NOTHING_PUSHED = ""


class CommitPayload(Payload):
    id: str = Field(min_length=1)


class BranchPayload(Payload):
    commit: CommitPayload


class EntryPayload(Payload):
    path: str
    type: str
    id: str


class BranchMark(ContentsMark):
    """`commit` is where the branch pointed; None: it could not be read."""

    commit: str | None = None


def rules_for(target: Target, rules: EvidenceRules) -> EvidenceRules:
    """The rules with the project's own CI definition. One that lies elsewhere (an address, or in another
    project: `path@group/project`) is no file of this repository."""
    if "@" in target.definition or "://" in target.definition:
        return rules
    definitions = (*rules.ci_definitions, glob.escape(target.definition))
    return rules.model_copy(update={"ci_definitions": definitions})


def read_contents(http: Http, target: Target, rules: EvidenceRules, since: Since) -> tuple[Facts, dict[str, Workflow]]:
    """The evidence, if it may have changed, and which workflow each CI definition runs, by path."""
    known = read_mark(BranchMark, since.get(mark_name(target.repository))) or BranchMark()
    if not target.offers("repository"):
        return untold(target.repository, known), known.workflows
    digest = digest_of(rules)
    before = known if known.rules == digest else BranchMark(workflows=known.workflows)
    try:
        mark, evidence = _read(http, target, rules, before)
    except ITEM_ERRORS as error:
        return untold(target.repository, known, error), known.workflows
    mark = mark.model_copy(update={"rules": digest})
    facts = Facts() if mark == known else told(target.repository, mark, evidence)
    return facts, mark.workflows


def _read(http: Http, target: Target, rules: EvidenceRules, known: BranchMark) -> tuple[BranchMark, Evidence | None]:
    """The new mark, and the evidence if it is not what was known."""
    commit = _commit(http, target)
    if commit == known.commit:
        return known, None
    files = {} if commit == NOTHING_PUSHED else _files(http, target, rules, commit)
    seen = known.model_copy(update={"commit": commit})
    return judged(seen, files, texts_at(http, files, lambda sha: target.at(f"repository/blobs/{sha}")), rules)


def _commit(http: Http, target: Target) -> str:
    """Where the default branch points now."""
    if target.empty:
        return NOTHING_PUSHED
    if target.default_branch is None:
        where = target.at("repository")
        raise Forbidden(f"{where}: the credentials do not show the code; a token needs the role Reporter at least")
    reply = http.get(target.at(f"repository/branches/{quote(target.default_branch, safe='')}"))
    return parse(BranchPayload, reply.json(), reply.url).commit.id


def _files(http: Http, target: Target, rules: EvidenceRules, commit: str) -> Files:
    """The files of a commit: all, or those of a large tree that the rules ask for."""
    params: Params = {"ref": commit, "recursive": "true", "pagination": "keyset", "per_page": PER_PAGE}
    files: dict[str, str] = {}
    for count, page in enumerate(http.pages(target.at("repository/tree"), params), 1):
        files |= blobs(parse_tree(page.json(), page.url))
        if count == WHOLE and page.next_url is not None:
            return {**files, **_folder_by_folder(http, target, rules, commit)}
    return files


def _folder_by_folder(http: Http, target: Target, rules: EvidenceRules, commit: str) -> Files:
    """The files of the root and, with all below them, of the folders that the rules name.

    Folders above them are listed first: for one that is not there, servers answer with an error or with
    an empty list, as their versions go.
    """
    listed = {"": _tree(http, target, commit, "")}
    files = blobs(listed[""])
    for folder in folders(rules):
        names = folder.split("/")
        for depth in range(len(names)):
            above, here = "/".join(names[:depth]), "/".join(names[: depth + 1])
            if above not in listed:
                listed[above] = _tree(http, target, commit, above)
            if not any(entry.type == "tree" and entry.path == here for entry in listed[above]):
                break
        else:
            files |= blobs(_tree(http, target, commit, folder, recursive=True))
    return files


def _tree(http: Http, target: Target, commit: str, path: str, *, recursive: bool = False) -> list[EntryPayload]:
    params: dict[str, str | int] = {"ref": commit, "pagination": "keyset", "per_page": PER_PAGE}
    params |= {"path": path} if path else {}
    params |= {"recursive": "true"} if recursive else {}
    pages = http.pages(target.at("repository/tree"), params)
    return [entry for page in pages for entry in parse_tree(page.json(), page.url)]


def parse_tree(data: Any, where: str) -> list[EntryPayload]:
    """A malformed entry spoils the whole: a file that is not seen would count as absent."""
    if not isinstance(data, list):
        raise BadPayload(f"{where}: expected a list of files, got {type(data).__name__}")
    return [parse(EntryPayload, entry, where) for entry in data]


def blobs(entries: list[EntryPayload]) -> dict[str, str]:
    return {entry.path: entry.id for entry in entries if entry.type == "blob"}
