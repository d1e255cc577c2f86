"""Trees, blobs and contents in Gitea's shape."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote

from exporter.demo.api.answers import Refused, iso
from exporter.demo.api.gitea.branches import branches, files_at, resolved
from exporter.demo.api.gitea.commits import latest
from exporter.demo.api.gitea.names import api, page
from exporter.demo.api.gitea.replies import Missing
from exporter.demo.api.objects import Entry, below, blob_sha, entries, tree_sha
from exporter.demo.files import Files
from exporter.demo.pull import Commit
from exporter.demo.repository import Repository

TREE_PAGE = 1000
"""The most entries of a tree at once, and as many as one gets who does not say."""


def tree(base: str, repository: Repository, ref: str, number: int, size: int, *, recursive: bool) -> dict[str, Any]:
    """A page of a tree, by branch, commit or its own sha. What is not there is a 400: Gitea says so.

    The tree of a commit is called by the commit's sha, and one beyond the last page has no entries at all.
    """
    files, sha = _tree_at(repository, ref)
    found = entries(files, recursive=recursive)
    size = size if 0 < size <= TREE_PAGE else TREE_PAGE
    first, last = (number - 1) * size, min(number * size, len(found))
    url = f"{api(base, repository)}/git"
    return {
        "sha": sha,
        "url": f"{url}/trees/{sha}",
        "tree": [_tree_entry(url, each) for each in found[first:last]] if first < len(found) else None,
        "truncated": first < len(found) and last < len(found),
        "page": number,
        "total_count": len(found),
    }


def _tree_at(repository: Repository, ref: str) -> tuple[Files, str]:
    """The files below `ref` by their path from there, and the sha by which Gitea calls it."""
    if made := resolved(repository, ref):
        return files_at(repository, made), made.sha
    for commit in reversed(repository.commits):
        folders = ["", *(each.path for each in entries(commit.files, recursive=True) if not each.is_file)]
        for files in (below(commit.files, folder) for folder in folders):
            if tree_sha(files) == ref:
                return files, ref
    raise Refused(400, f"sha not found [{ref}]")


def _tree_entry(url: str, entry: Entry) -> dict[str, Any]:
    kind = "blob" if entry.is_file else "tree"
    own = {"path": entry.path, "mode": entry.mode, "type": kind, "size": entry.size, "sha": entry.sha}
    return {**own, "url": f"{url}/{kind}s/{entry.sha}"}


def blob(base: str, repository: Repository, sha: str) -> dict[str, Any]:
    """A file's content by its sha, also of the last commits before the newest."""
    for made in reversed(repository.commits):
        text = next((text for text in made.files.values() if blob_sha(text) == sha), None)
        if text is not None:
            url = f"{api(base, repository)}/git/blobs/{sha}"
            return {**_content(text), "url": url, "sha": sha, "size": len(text.encode())}
    if len(sha) != len(blob_sha("")):
        raise Refused(400, f"length {len(sha)} has no matched object format: {sha}")
    raise Refused(400, f"object does not exist [id: {sha}, rel_path: ]")


def contents(base: str, repository: Repository, path: str, ref: str) -> Any:
    """A file with its content, or the list of what a folder holds, without."""
    name = ref or repository.plan.branch
    made = resolved(repository, name)
    if made is None:
        raise Missing(f"object does not exist [id: {name}, rel_path: ]")
    files = files_at(repository, made)
    if path in files:
        entry = Entry(path, "100644", blob_sha(files[path]), len(files[path].encode()))
        return {**_entry(base, repository, made, entry, name), **_content(files[path])}
    held = below(files, path)
    if not held:
        raise Missing(f"object does not exist [id: , rel_path: {path}]", message="GetContentsOrList")
    prefix = f"{path}/" if path else ""
    found = [Entry(prefix + each.path, each.mode, each.sha, each.size) for each in entries(held)]
    return [_entry(base, repository, made, entry, name) for entry in found]


def _content(text: str) -> dict[str, str]:
    return {"content": base64.b64encode(text.encode()).decode(), "encoding": "base64"}


def _entry(base: str, repository: Repository, made: Commit, entry: Entry, ref: str) -> dict[str, Any]:
    """A file or a folder. Gitea calls a folder a blob, too, in `git_url`."""
    last = latest(repository, made, entry.path)
    where = f"{'branch' if ref in branches(repository) else 'commit'}/{ref}/{quote(entry.path)}"
    url = f"{api(base, repository)}/contents/{quote(entry.path)}?ref={quote(ref, safe='')}"
    html, git = f"{page(base, repository)}/src/{where}", f"{api(base, repository)}/git/blobs/{entry.sha}"
    return {
        "name": entry.path.rpartition("/")[2],
        "path": entry.path,
        "sha": entry.sha,
        "last_commit_sha": last.sha,
        "last_committer_date": iso(last.at),
        "last_author_date": iso(last.at),
        "type": "file" if entry.is_file else "dir",
        "size": entry.size,
        **dict.fromkeys(("encoding", "content", "target")),
        "url": url,
        "html_url": html,
        "git_url": git,
        "download_url": f"{page(base, repository)}/raw/{where}" if entry.is_file else None,
        "submodule_git_url": None,
        "_links": {"self": url, "git": git, "html": html},
    }


def raw(repository: Repository, path: str, ref: str) -> tuple[str, Commit]:
    """A file's text and the commit that last changed it. The ref may also be the path's first part."""
    if repository.head is None:
        raise Missing(message="repository is empty")
    made, inner = _raw_at(repository, f"{ref}/{path}" if ref else path, repository.head, path)
    files = files_at(repository, made)
    if below(files, inner):
        raise Missing(message="getBlobForEntry")
    text = files.get(inner)
    if text is None:
        raise Missing
    return text, latest(repository, made, inner)


def _raw_at(repository: Repository, whole: str, head: Commit, path: str) -> tuple[Commit, str]:
    """The default branch where no part of `whole` means anything, even if a ref was given."""
    for name, made in branches(repository).items():
        if whole.startswith(f"{name}/"):
            return made, whole.removeprefix(f"{name}/")
    first, _, rest = whole.partition("/")
    found = repository.at_ref(first) if len(first) == len(head.sha) else None
    return (found, rest) if found else (head, path)
