"""Files as git's objects, by their true names: blobs, and the trees of folders. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from exporter.demo.files import Files

FILE, FOLDER = "100644", "040000"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file, or a folder, by its path from where one looks. `size` is in bytes, a folder's is 0."""

    path: str
    mode: str
    sha: str
    size: int = 0

    @property
    def is_file(self) -> bool:
        return self.mode == FILE

    @property
    def order(self) -> bytes:
        """Git sorts a folder as if its name ended with a slash."""
        return (self.path if self.is_file else f"{self.path}/").encode()


def blob_sha(text: str) -> str:
    return _named("blob", text.encode())


def tree_sha(files: Files) -> str:
    """The name of the tree that holds these files, with their paths from there."""
    rows = (f"{each.mode.lstrip('0')} {each.path}\0".encode() + bytes.fromhex(each.sha) for each in entries(files))
    return _named("tree", b"".join(rows))


def entries(files: Files, *, recursive: bool = False) -> list[Entry]:
    """What is in a folder, in git's order; `recursive`: also what is further below."""
    depth = None if recursive else 1
    paths = {"/".join(path.split("/")[:end]) for path in files for end in range(1, _folders(path, depth) + 1)}
    folders = [Entry(path, FOLDER, tree_sha(below(files, path))) for path in paths]
    here = [path for path in files if recursive or "/" not in path]
    found = [Entry(path, FILE, blob_sha(files[path]), len(files[path].encode())) for path in here]
    return sorted([*folders, *found], key=lambda each: each.order)


def _folders(path: str, depth: int | None) -> int:
    """How many of the folders on the way to a file are wanted."""
    return path.count("/") if depth is None else min(depth, path.count("/"))


def below(files: Files, folder: str) -> Files:
    """The files in a folder, by their path from there; all for the root."""
    if not folder:
        return files
    return {path.removeprefix(f"{folder}/"): text for path, text in files.items() if path.startswith(f"{folder}/")}


def _named(kind: str, content: bytes) -> str:
    return hashlib.sha1(f"{kind} {len(content)}\0".encode() + content, usedforsecurity=False).hexdigest()
