"""The pages of what a repository holds: branches, trees, files, commits."""

from __future__ import annotations

from email.utils import formatdate

from starlette.requests import Request
from starlette.responses import Response

from exporter.demo.api.answers import Refused
from exporter.demo.api.gitea import contents
from exporter.demo.api.gitea.branches import branches, resolved
from exporter.demo.api.gitea.commits import branch, commit, detail_of
from exporter.demo.api.gitea.finder import Finder
from exporter.demo.api.gitea.names import base_of
from exporter.demo.api.gitea.paging import Show, asked, older, paged, said
from exporter.demo.api.gitea.replies import Missing, written
from exporter.demo.api.objects import blob_sha


class CodePages:
    """Below a repository's address."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder

    def pages(self) -> dict[str, Show]:
        repository = "/repos/{owner}/{repo}"
        return {
            f"{repository}/branches": self.branches,
            f"{repository}/branches/{{branch:path}}": self.branch,
            f"{repository}/git/trees/{{sha}}": self.tree,
            f"{repository}/git/blobs/{{sha}}": self.blob,
            f"{repository}/contents": self.contents,
            f"{repository}/contents/{{path:path}}": self.contents,
            f"{repository}/raw/{{path:path}}": self.raw,
            f"{repository}/commits": self.commits,
        }

    def branches(self, request: Request) -> Response:
        """The newest first. An empty repository has null instead of a list."""
        base, found = base_of(request), self._finder.repository(request)
        every = sorted(branches(found).items(), key=lambda each: (-each[1].at, each[0]))
        page = paged(request, base, every)
        shown = [branch(base, found, name, made) for name, made in page.items]
        return written(shown if every else None, headers=page.headers)

    def branch(self, request: Request) -> Response:
        found, name = self._finder.repository(request), request.path_params["branch"]
        made = branches(found).get(name)
        if made is None:
            raise Missing
        return written(branch(base_of(request), found, name, made))

    def tree(self, request: Request) -> Response:
        number, size = max(1, asked(request, "page")), asked(request, "per_page")
        recursive = bool(said(request, "recursive"))
        found, sha = self._finder.repository(request), request.path_params["sha"]
        shown = contents.tree(base_of(request), found, sha, number, size, recursive=recursive)
        headers = {"X-Total-Count": str(shown["total_count"]), "Access-Control-Expose-Headers": "X-Total-Count"}
        return written(shown, headers=headers)

    def blob(self, request: Request) -> Response:
        return written(contents.blob(base_of(request), self._finder.repository(request), request.path_params["sha"]))

    def contents(self, request: Request) -> Response:
        path, ref = request.path_params.get("path", "").strip("/"), request.query_params.get("ref", "").strip()
        return written(contents.contents(base_of(request), self._finder.repository(request), path, ref))

    def raw(self, request: Request) -> Response:
        """The only page with an ETag: the blob's name."""
        path, ref = request.path_params["path"].strip("/"), request.query_params.get("ref", "").strip()
        text, made = contents.raw(self._finder.repository(request), path, ref)
        headers = {
            "ETag": f'"{blob_sha(text)}"',
            "Last-Modified": formatdate(made.at, usegmt=True),
            "Cache-Control": "private, max-age=21600, no-transform",
            "X-Gitea-Object-Type": "file",
        }
        if headers["ETag"] in [tag.strip() for tag in request.headers.get("If-None-Match", "").split(",")]:
            return Response(None, 304, headers)
        return Response(text, 200, headers, "text/plain; charset=utf-8")

    def commits(self, request: Request) -> Response:
        """Those of a branch that are remembered, newest first."""
        base, found, ref = base_of(request), self._finder.repository(request), request.query_params.get("sha", "")
        if found.head is None:
            raise Refused(409, "Git Repository is empty.")
        made = resolved(found, ref) if ref else found.head
        if made is None:
            return written(None, 404)
        every = list(reversed(found.commits))
        from_there = every[every.index(made) :] if made in every else [made, *every]
        page = paged(request, base, from_there)
        detail = detail_of(request)
        shown = [commit(base, found, each, detail) for each in page.items]
        return written(shown, headers=older(page, {"X-Total": page.headers["X-Total-Count"]}))
