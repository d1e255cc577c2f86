"""The pages of a project's repository: its tree, files, blobs, branches and commits."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from exporter.demo.api.gitlab import commits
from exporter.demo.api.gitlab.call import Call, Show, listed
from exporter.demo.api.gitlab.finder import Finder
from exporter.demo.api.gitlab.paging import by_token
from exporter.demo.api.gitlab.pipelines import listed_pipeline, newest_of
from exporter.demo.api.gitlab.replies import Answer, missing
from exporter.demo.api.objects import Entry, below, blob_sha, entries
from exporter.demo.pull import Commit
from exporter.demo.repository import Repository


class CodePages:
    """What can be read by whoever may read the project's code."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder

    def pages(self) -> dict[str, Show]:
        repository = "/projects/:id/repository"
        return {
            f"{repository}/tree": self.tree,
            f"{repository}/files/:file_path": self.file,
            f"{repository}/files/:file_path/raw": self.raw_file,
            f"{repository}/blobs/:sha": self.blob,
            f"{repository}/blobs/:sha/raw": self.raw_blob,
            f"{repository}/branches": self.branches,
            f"{repository}/branches/:branch": self.branch,
            f"{repository}/commits": self.commits,
            f"{repository}/commits/:sha": self.commit,
        }

    def tree(self, call: Call) -> Answer:
        found, path = self._finder.readable(call), (call.asked.text("path") or "").strip("/")
        made = commits.find(found, call.asked.text("ref") or found.plan.branch)
        paging = call.asked.word("pagination", ("legacy", "keyset", "none"), "legacy")
        if made is None:
            raise missing("Tree")
        shown = _in_order(made, path, recursive=bool(call.asked.flag("recursive")))
        if paging == "keyset":
            return listed(by_token(call.place, call.asked, shown, _token), lambda each: _entry(path, each))
        return call.paged(shown, lambda each: _entry(path, each))

    def file(self, call: Call) -> Answer:
        _, path, made, text = self._file(call, call.asked.required("ref"))
        known = _known(call.asked.required("ref"), path, made, text)
        return Answer({**known, "content": _encoded(text)}, _headers(known))

    def raw_file(self, call: Call) -> Answer:
        ref = call.asked.text("ref") or "HEAD"
        _, path, made, text = self._file(call, ref)
        return Answer(headers=_headers(_known(ref, path, made, text)), text=text)

    def blob(self, call: Call) -> Answer:
        sha, text = call.named["sha"], self._blob(call)
        return Answer({"size": len(text.encode()), "encoding": "base64", "content": _encoded(text), "sha": sha})

    def raw_blob(self, call: Call) -> Answer:
        return Answer(text=self._blob(call))

    def branches(self, call: Call) -> Answer:
        found, search = self._finder.readable(call), call.asked.text("search") or ""
        heads = [found.head] if found.head and _named(found.plan.branch, search) else []
        return call.paged(heads, lambda head: commits.branch(call.base, found, head))

    def branch(self, call: Call) -> Answer:
        found = self._finder.readable(call)
        if found.head is None or call.named["branch"] != found.plan.branch:
            raise missing("Branch")
        return Answer(commits.branch(call.base, found, found.head))

    def commits(self, call: Call) -> Answer:
        """GitLab does not count commits: it would take too long."""
        found = self._finder.readable(call)
        made = commits.chosen(found, call.asked)
        return call.paged(made, lambda each: commits.commit(call.base, found, each), counted=False)

    def commit(self, call: Call) -> Answer:
        found = self._finder.readable(call)
        made = commits.find(found, call.named["sha"])
        if made is None:
            raise missing("Commit")
        launch = newest_of(found, made.sha)
        pipeline = listed_pipeline(call.base, found, launch) if launch else None
        stats = call.asked.flag("stats") is not False
        return Answer(commits.whole(call.base, found, made, pipeline, stats=stats))

    def _file(self, call: Call, ref: str) -> tuple[Repository, str, Commit, str]:
        found, path = self._finder.readable(call), call.named["file_path"]
        made = commits.find(found, ref)
        if made is None:
            raise missing("Commit")
        if path not in made.files:
            raise missing("File")
        return found, path, made, made.files[path]

    def _blob(self, call: Call) -> str:
        """A file's content by its name as git's object, also of the last commits before the newest."""
        found, sha = self._finder.readable(call), call.named["sha"]
        every = (text for made in reversed(found.commits) for text in made.files.values())
        text = next((text for text in every if blob_sha(text) == sha), None)
        if text is None:
            raise missing("Blob")
        return text


def _in_order(made: Commit, path: str, *, recursive: bool) -> list[Entry]:
    """What is in a folder: folders first, as GitLab shows them."""
    files = below(made.files, path)
    if path and not files:
        raise missing("invalid revision or path")
    return sorted(entries(files, recursive=recursive), key=lambda each: (each.is_file, each.path.encode()))


def _entry(folder: str, shown: Entry) -> dict[str, Any]:
    path = f"{folder}/{shown.path}" if folder else shown.path
    kind = "blob" if shown.is_file else "tree"
    return {"id": shown.sha, "name": path.rpartition("/")[2], "type": kind, "path": path, "mode": shown.mode}


def _token(shown: Entry) -> str:
    """Where the next page begins; opaque to callers, and different for each entry."""
    return hashlib.sha1(f"{shown.sha} {shown.path}".encode(), usedforsecurity=False).hexdigest()


def _known(ref: str, path: str, made: Commit, text: str) -> dict[str, Any]:
    content = text.encode()
    return {
        "file_name": path.rpartition("/")[2],
        "file_path": path,
        "size": len(content),
        "encoding": "base64",
        "content_sha256": hashlib.sha256(content).hexdigest(),
        "ref": ref,
        "blob_id": blob_sha(text),
        "commit_id": made.sha,
        "last_commit_id": made.sha,
        "execute_filemode": False,
    }


def _headers(known: Mapping[str, Any]) -> dict[str, str]:
    """What is known of a file is told in headers too, for those who ask for these alone."""
    words = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in known.items()}
    return {f"X-Gitlab-{name.title().replace('_', '-')}": word for name, word in words.items()}


def _named(name: str, search: str) -> bool:
    """Whether a branch's name fits: `^` is its beginning, `$` its end."""
    sought = search.removeprefix("^").removesuffix("$")
    begins = not search.startswith("^") or name.startswith(sought)
    return sought in name and begins and (not search.endswith("$") or name.endswith(sought))


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
