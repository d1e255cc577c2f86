"""Steps of a history as `git fast-import` reads them. Pure; the marks are the caller's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from exporter.demo.api.git.history import BEGINNING, Step
from exporter.demo.files import Files
from exporter.demo.pull import Commit

ASIDE = "refs/demo/pull"
"""Where the commits of a pull request are put before they are merged; nobody sees it."""
Marks = dict[str, int]
"""Git's mark of each commit that it has, by the organisation's sha."""


def stream(steps: Iterable[Step], branch: str, marks: Marks, tip: str | None) -> tuple[bytes, str | None]:
    """What brings the steps upon `tip`, the newest commit so far, and the newest after it. `marks` grows."""
    parts: list[bytes] = []
    for step in steps:
        parts += _step(step, branch, marks, tip)
        tip = step.commit.sha
    parts.append(f"reset {ASIDE}\nfrom {'0' * 40}\n\n".encode())
    return b"".join(parts), tip


def _step(step: Step, branch: str, marks: Marks, tip: str | None) -> Iterator[bytes]:
    merged = None
    if step.pull:
        base = step.pull.base_sha if step.pull.base_sha in marks else BEGINNING
        for commit in step.pull.commits:
            yield _commit(commit, ASIDE, marks, [merged or base])
            merged = commit.sha
    parents = [sha for sha in (tip, merged) if sha]
    yield _commit(step.commit, f"refs/heads/{branch}", marks, parents)
    if step.files is not None:
        yield from _files(step.files)


def _commit(commit: Commit, ref: str, marks: Marks, parents: list[str]) -> bytes:
    """A commit that keeps its first parent's files. Who wrote it also committed it, at the same time."""
    marks[commit.sha] = len(marks) + 1
    person = f"{commit.author.name} <{commit.author.email}> {commit.at} +0000"
    head = f"commit {ref}\nmark :{marks[commit.sha]}\nauthor {person}\ncommitter {person}\n".encode()
    words = ("from", "merge")
    links = "".join(f"{word} :{marks[sha]}\n" for word, sha in zip(words, parents, strict=False))
    return head + _data(f"{commit.message}\n") + links.encode()


def _files(files: Files) -> Iterator[bytes]:
    yield b"deleteall\n"
    for path, text in files.items():
        yield f"M 100644 inline {path}\n".encode() + _data(text)


def _data(text: str) -> bytes:
    content = text.encode()
    return b"data %d\n" % len(content) + content + b"\n"
