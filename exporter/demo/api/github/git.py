"""Commits, branches, trees, blobs and contents in GitHub's shape."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import Any

from exporter.demo.api.answers import Refused, iso
from exporter.demo.api.github.names import api, node_id, page, tree_sha
from exporter.demo.api.github.people import user
from exporter.demo.api.objects import blob_sha
from exporter.demo.files import Files
from exporter.demo.pull import Commit
from exporter.demo.repository import Repository


def commit(base: str, repository: Repository, made: Commit) -> dict[str, Any]:
    url = api(base, repository)
    author = {"name": made.author.name, "email": made.author.email, "date": iso(made.at)}
    unsigned = {"verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None}
    parents = [made.parent] if made.parent else []
    tree = tree_sha(made.sha)
    return {
        "sha": made.sha,
        "node_id": node_id("Commit", made.sha),
        "url": f"{url}/commits/{made.sha}",
        "html_url": f"{page(base, repository)}/commit/{made.sha}",
        "comments_url": f"{url}/commits/{made.sha}/comments",
        "commit": {
            "url": f"{url}/git/commits/{made.sha}",
            "author": author,
            "committer": author,
            "message": made.message,
            "comment_count": 0,
            "tree": {"sha": tree, "url": f"{url}/git/trees/{tree}"},
            "verification": unsigned,
        },
        "author": user(base, made.author.login),
        "committer": user(base, made.author.login),
        "parents": [
            {"sha": sha, "url": f"{url}/commits/{sha}", "html_url": f"{page(base, repository)}/commit/{sha}"}
            for sha in parents
        ],
    }


def branch(base: str, repository: Repository, name: str) -> dict[str, Any]:
    if name != repository.plan.branch or repository.head is None:
        raise Refused(404, "Branch not found", "rest/branches/branches#get-a-branch")
    url = f"{api(base, repository)}/branches/{name}"
    return {
        "name": name,
        "commit": commit(base, repository, repository.head),
        "_links": {"self": url, "html": f"{page(base, repository)}/tree/{name}"},
        "protected": False,
        "protection": {"enabled": False, "required_status_checks": {"contexts": [], "checks": []}},
        "protection_url": f"{url}/protection",
    }


def tree(base: str, repository: Repository, ref: str, *, recursive: bool) -> dict[str, Any]:
    """A tree by branch, commit or its own sha."""
    files, sha = _files_at(repository, ref)
    url = f"{api(base, repository)}/git"
    entries = [
        {"path": path, "mode": "100644", "type": "blob", "sha": blob_sha(text), "size": len(text.encode()),
         "url": f"{url}/blobs/{blob_sha(text)}"}
        for path, text in files.items()
        if recursive or "/" not in path
    ]  # fmt: skip
    entries += [
        {"path": folder, "mode": "040000", "type": "tree", "sha": sha_of, "url": f"{url}/trees/{sha_of}"}
        for folder, sha_of in _folders(files)
        if recursive or "/" not in folder
    ]
    entries.sort(key=lambda entry: str(entry["path"]))
    return {"sha": sha, "url": f"{url}/trees/{sha}", "tree": entries, "truncated": False}


def _files_at(repository: Repository, ref: str) -> tuple[Files, str]:
    """The files below `ref` by their path from there, and the tree's sha."""
    if repository.head is None:
        raise Refused(409, "Git Repository is empty.", "rest/git/trees#get-a-tree")
    made = repository.at_ref(ref) or next((c for c in repository.commits if tree_sha(c.sha) == ref), None)
    if made:
        return made.files, tree_sha(made.sha)
    for folder, sha in _folders(repository.files):
        if sha == ref:
            return _below(repository.files, folder), sha
    raise Refused(404, "Not Found", "rest/git/trees#get-a-tree")


def _folders(files: Files) -> Iterator[tuple[str, str]]:
    """Each folder with the sha of its tree."""
    names = {"/".join(path.split("/")[:depth]) for path in files for depth in range(1, path.count("/") + 1)}
    for folder in sorted(names):
        content = repr(sorted(_below(files, folder).items()))
        yield folder, hashlib.sha1(content.encode(), usedforsecurity=False).hexdigest()


def _below(files: Files, folder: str) -> Files:
    return {path.removeprefix(f"{folder}/"): text for path, text in files.items() if path.startswith(f"{folder}/")}


def blob(base: str, repository: Repository, sha: str) -> dict[str, Any]:
    """A file's content by its sha, also of the last commits before the newest."""
    for made in reversed(repository.commits):
        text = next((text for text in made.files.values() if blob_sha(text) == sha), None)
        if text is not None:
            return {
                "sha": sha,
                "node_id": node_id("Blob", sha),
                "size": len(text.encode()),
                "url": f"{api(base, repository)}/git/blobs/{sha}",
                "content": _encoded(text),
                "encoding": "base64",
            }
    raise Refused(404, "Not Found", "rest/git/blobs#get-a-blob")


def contents(base: str, repository: Repository, path: str, ref: str | None) -> Any:
    """A file, or the list of what a folder holds."""
    made = repository.at_ref(ref or repository.plan.branch)
    where = "rest/repos/contents#get-repository-content"
    if made is None:
        raise Refused(404, "This repository is empty." if repository.head is None else "Not Found", where)
    if path in made.files:
        text = made.files[path]
        return {**_entry(base, repository, path, text), "content": _encoded(text), "encoding": "base64"}
    below = _below(made.files, path) if path else made.files
    if not below:
        raise Refused(404, "Not Found", where)
    prefix = f"{path}/" if path else ""
    names = dict.fromkeys(inner.split("/")[0] for inner in below)
    return [_entry(base, repository, prefix + name, below.get(name)) for name in names]


def _entry(base: str, repository: Repository, path: str, text: str | None) -> dict[str, Any]:
    """A file, or a folder (`text` is None)."""
    is_file = text is not None
    name = repository.plan.branch
    sha = blob_sha(text) if text is not None else dict(_folders(repository.files)).get(path, tree_sha(path))
    url = f"{api(base, repository)}/contents/{path}?ref={name}"
    html = f"{page(base, repository)}/{'blob' if is_file else 'tree'}/{name}/{path}"
    git = f"{api(base, repository)}/git/{'blobs' if is_file else 'trees'}/{sha}"
    return {
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": sha,
        "size": len(text.encode()) if text is not None else 0,
        "type": "file" if is_file else "dir",
        "url": url,
        "html_url": html,
        "git_url": git,
        "download_url": f"{page(base, repository)}/raw/{name}/{path}" if is_file else None,
        "_links": {"self": url, "git": git, "html": html},
    }


def _encoded(text: str) -> str:
    return base64.encodebytes(text.encode()).decode()
