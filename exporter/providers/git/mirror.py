"""A repository's mirror: a bare, shallow and blobless copy in the cache, of which nothing is precious.

A mirror that cannot be used (damaged, cut off while it was made, another's) is made anew, and so is
one that has grown old: each fetch leaves a pack behind. One process at a time works in it.

It knows git's folders and fetches; what is read out of them is not its business.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from exporter.errors import BadPayload, CommandFailed, ServerFailed, SourceError, TimedOut, Unreachable
from exporter.model import Moment
from exporter.providers.git.address import Address
from exporter.providers.git.failures import NotOffered, NotShallow
from exporter.providers.git.program import Git

HEAD = "refs/mirror/head"
PACKS = 50
"""Fetches after which a mirror is made anew; so is one with as many that were cut off."""
_INSIDE = ("--git-dir=.",)
_FETCH = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head")
_BLOBLESS = "--filter=blob:none"
_IGNORED = b"filtering not recognized by server"
_ASKING_AT_ONCE = ("-c", "fetch.negotiationAlgorithm=noop")
"""The server would take the commits that we have for all that belongs to them."""
_PAUSE = 0.05


def default_cache() -> Path:
    """The first folder that can be written: the user's cache, one in the working directory, where the ledger is."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    places = (home / "orchex-kilo-exporter", Path(".cache") / "orchex-kilo-exporter")
    for place in places:
        with suppress(CommandFailed):
            return usable(place)
    raise CommandFailed(f"no folder for mirrors can be written, neither {places[0]} nor {places[1]}; set `cache`")


def usable(cache: Path) -> Path:
    """The folder, whole and made if need be, for us alone. CommandFailed: it cannot be written."""
    folder = cache.absolute()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise CommandFailed(f"no mirror can be written into {cache}: {type(error).__name__}; set `cache`") from error


class Mirror:
    """The mirror of one address. Its methods are for one that holds it: see `held`."""

    def __init__(self, git: Git, cache: Path) -> None:
        self._git = git
        name = mirror_name(git.address)
        self.folder = cache / f"{name}.git"
        self._lock = cache / f"{name}.lock"
        self._blobless = False
        self._since: Moment | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Waits until no other process works in it, for as long as the poll may take."""
        try:
            lock = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise CommandFailed(f"cannot write {self._lock}: {type(error).__name__}; set `cache`") from error
        try:
            while not _taken(lock):
                time.sleep(min(_PAUSE, self._git.left()))
            yield
        finally:
            os.close(lock)

    def bring(self, since: Moment | None) -> None:
        """Fetches the head with its history since that moment (None: all)."""
        if not self._looks_well():
            self.make()
        self._since = since
        self._fetch_history(since)

    def bring_blobs(self, blobs: Iterable[str]) -> None:
        """Fetches what files hold, all in one go, where the server left it out; once, all files where it must be."""
        if not self._blobless:
            return
        try:
            words = (*_FETCH, _BLOBLESS, "origin", *blobs)
            self._git.ask(self.folder, *words, options=(*_INSIDE, *_ASKING_AT_ONCE))
        except NotOffered:  # so are servers that speak the older protocol, as sshd makes of them
            self.make(filtered=False)
            self._fetch_history(self._since)

    def run(self, *words: str, given: bytes = b"") -> bytes:
        """What git says of the mirror."""
        return self._git.run(self.folder, *words, options=_INSIDE, given=given).output

    def read(self, kind: str, ids: Collection[str]) -> dict[str, str]:
        """What the objects of that kind hold, by their ids."""
        given = "".join(f"{one}\n" for one in ids).encode()
        return parse_objects(self.run("cat-file", "--batch", given=given), kind, self.folder.name) if ids else {}

    @property
    def cut(self) -> frozenset[str]:
        """The commits whose parents are not here (https://git-scm.com/docs/shallow)."""
        try:
            return frozenset((self.folder / "shallow").read_text(encoding="ascii").split())
        except FileNotFoundError:
            return frozenset()

    def _looks_well(self) -> bool:
        if not (self.folder / "HEAD").is_file() or self.folder.is_symlink():
            return False
        packs = self.folder / "objects" / "pack"
        return sum(1 for pattern in ("*.pack", "tmp_*") for _ in packs.glob(pattern)) < PACKS

    def make(self, *, filtered: bool = True) -> None:
        """Makes it anew, empty; for good with all that files hold, where it is not to be `filtered`."""
        _remove(self.folder)
        self._git.run(self.folder.parent, "init", "--quiet", "--bare", "--template=", str(self.folder))
        if not filtered:
            self._unfiltered.touch()

    @property
    def _unfiltered(self) -> Path:
        return self.folder / "unfiltered"

    def _fetch_history(self, since: Moment | None) -> None:
        try:
            if since is not None:
                self._fetch(f"--shallow-since={int(since)}")
            else:
                self._fetch(*(("--unshallow",) if self.cut else ()))
        except NotShallow:
            if not self._unfiltered.exists():  # such a server knows no filter, and git goes astray with both
                self.make(filtered=False)
            self._fetch()
        except (BadPayload, ServerFailed, Unreachable) as error:
            if since is None or isinstance(error, TimedOut):
                raise
            self._fetch_the_head(since, error)

    def _fetch_the_head(self, since: Moment, error: SourceError) -> None:
        """Where nothing is so new servers break off, and say little of why: then the head is older."""
        self._fetch("--depth=1")
        committed = self.run("rev-list", "--max-count=1", "--format=%ct", HEAD).split()[-1]
        if int(committed) >= since:
            raise error

    def _fetch(self, *extent: str) -> None:
        filters = () if self._unfiltered.exists() else (_BLOBLESS,)
        words = (*_FETCH, *filters, *extent, "origin", f"+HEAD:{HEAD}")
        said = self._git.ask(self.folder, *words, options=_INSIDE).errors
        promised = any((self.folder / "objects" / "pack").glob("*.promisor"))
        self._blobless = promised and _IGNORED not in said


def parse_objects(said: bytes, kind: str, where: str) -> dict[str, str]:
    """Texts by id out of `git cat-file --batch`; bytes that are no UTF-8 are replaced.

    BadPayload: one of them is not there, or of another kind.
    """
    texts: dict[str, str] = {}
    while said:
        header, _, rest = said.partition(b"\n")
        sha, found, size, *_ = [*header.decode("ascii", errors="replace").split(" "), "", ""]
        if found != kind or not size.isdigit():
            raise BadPayload(f"{where}: the {kind} {sha[:12]} is not there")
        texts[sha] = rest[: int(size)].decode("utf-8", errors="replace")
        said = rest[int(size) + 1 :]
    return texts


def mirror_name(address: Address) -> str:
    """A file's name for an address: what a person would look for, and what no other address has."""
    readable = re.sub(r"[^A-Za-z0-9.-]+", "-", str(address.repository)).strip(".-")[:60]
    return f"{readable}-{hashlib.sha256(address.for_git.encode()).hexdigest()[:16]}"


def _taken(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _remove(folder: Path) -> None:
    """Removes the mirror, or whatever stands in its place; a link's target stays."""
    try:
        if folder.is_symlink() or folder.is_file():
            folder.unlink()
        elif folder.exists():
            shutil.rmtree(folder)
    except OSError as error:
        raise CommandFailed(f"cannot remove the old mirror {folder}: {type(error).__name__}; remove it") from error
