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

import base64
import binascii
import glob
import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from pydantic import Field

from exporter.errors import BadPayload, Forbidden
from exporter.evidence import EvidenceRules, Judgement, judge, to_read
from exporter.http import Http, Params
from exporter.model import Evidence, Facts, RepositoryState, Unreadable, Workflow
from exporter.providers.base import Payload, Since, parse
from exporter.providers.common.folders import folders
from exporter.providers.common.items import ITEM_ERRORS, unreadable
from exporter.providers.common.marks import Mark, read_mark
from exporter.providers.gitlab.api import PER_PAGE, Target

WHOLE = 5
"""Pages up to which a tree is read whole."""
NOTHING_PUSHED = ""

Files = Mapping[str, str]
"""Paths and the sha of what they hold."""


class CommitPayload(Payload):
    id: str = Field(min_length=1)


class BranchPayload(Payload):
    commit: CommitPayload


class EntryPayload(Payload):
    path: str
    type: str
    id: str


class BlobPayload(Payload):
    content: str
    encoding: str | None = "base64"


class ContentsMark(Mark):
    """What was read last; `commit` is where the branch pointed, None: it could not be read.

    `workflows` outlives a failed reading, and keeps definitions that are gone: their runs may still
    be told.
    """

    commit: str | None = None
    rules: str = ""
    digest: str = ""
    workflows: dict[str, Workflow] = Field(default_factory=dict)


def mark_name(target: Target) -> str:
    return f"contents:{target.repository}"


def rules_for(target: Target, rules: EvidenceRules) -> EvidenceRules:
    """The rules with the project's own CI definition. One that lies elsewhere (an address, or in another
    project: `path@group/project`) is no file of this repository."""
    if "@" in target.definition or "://" in target.definition:
        return rules
    definitions = (*rules.ci_definitions, glob.escape(target.definition))
    return rules.model_copy(update={"ci_definitions": definitions})


def read_contents(http: Http, target: Target, rules: EvidenceRules, since: Since) -> tuple[Facts, dict[str, Workflow]]:
    """The evidence, if it may have changed, and which workflow each CI definition runs, by path."""
    known = read_mark(ContentsMark, since.get(mark_name(target))) or ContentsMark()
    unread = ContentsMark(workflows=known.workflows)  # so that the next reading is whole, and told
    unseen = RepositoryState(target.repository, None)
    if not target.offers("repository"):
        return _facts(target, unread, unseen), known.workflows
    digest = _digest(rules.model_dump_json())
    try:
        mark, evidence = _read(http, target, rules, known if known.rules == digest else unread)
    except ITEM_ERRORS as error:
        failed = (unreadable(str(target.repository), error),)
        return _facts(target, unread, unseen, failed), known.workflows
    mark = mark.model_copy(update={"rules": digest})
    if mark == known:
        return Facts(), known.workflows
    state = None if evidence is None else RepositoryState(target.repository, evidence)
    return _facts(target, mark, state), mark.workflows


def _facts(
    target: Target, mark: ContentsMark, state: RepositoryState | None, failed: tuple[Unreadable, ...] = ()
) -> Facts:
    states = () if state is None else (state,)
    return Facts(repositories=states, unreadable=failed, marks={mark_name(target): mark.model_dump_json()})


def _read(
    http: Http, target: Target, rules: EvidenceRules, known: ContentsMark
) -> tuple[ContentsMark, Evidence | None]:
    """The new mark, and the evidence if it is not what was known."""
    commit = _commit(http, target)
    if commit == known.commit:
        return known, None
    files = {} if commit == NOTHING_PUSHED else _files(http, target, rules, commit)
    wanted = to_read(files, rules)
    digest = _digest(json.dumps([[(path, files[path]) for path in wanted], repr(judge(files, {}, rules).evidence)]))
    if digest == known.digest:
        return known.model_copy(update={"commit": commit}), None
    judgement = _judge(http, target, rules, files)
    workflows = {**known.workflows, **judgement.workflows}
    return ContentsMark(commit=commit, digest=digest, workflows=workflows), judgement.evidence


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


def _judge(http: Http, target: Target, rules: EvidenceRules, files: Files) -> Judgement:
    texts = {}
    for path in to_read(files, rules):
        reply = http.get(target.at(f"repository/blobs/{quote(files[path], safe='')}"))
        texts[path] = parse_blob(reply.json(), f"{reply.url} ({path})")
    return judge(files, texts, rules)


def parse_tree(data: Any, where: str) -> list[EntryPayload]:
    """A malformed entry spoils the whole: a file that is not seen would count as absent."""
    if not isinstance(data, list):
        raise BadPayload(f"{where}: expected a list of files, got {type(data).__name__}")
    return [parse(EntryPayload, entry, where) for entry in data]


def blobs(entries: list[EntryPayload]) -> dict[str, str]:
    return {entry.path: entry.id for entry in entries if entry.type == "blob"}


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
