"""The mirror: whatever becomes of it, the next poll reads well; it stays small, and one process works in it."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from exporter.errors import BadPayload, CommandFailed, TimedOut
from exporter.model import Evidence
from exporter.providers.git import mirror as mirrors
from exporter.providers.git.address import parse_address
from exporter.providers.git.mirror import default_cache, mirror_name, parse_objects, usable
from tests.support.git import DAY, NOW, GitHttp, Repo, Source
from tests.support.replay import Server

LEGACY, INTEGRATED = {"kilo.config.json": "{}"}, {"ORCHEX-kilo.config.json": "{ }"}


@pytest.fixture
def shop(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "srv" / "shop.git", filters=True)
    repo.commit(NOW - DAY, files=LEGACY)
    return repo


def only_mirror(cache: Path) -> Path:
    (mirror,) = cache.glob("*.git")
    return mirror


def emptied(path: Path) -> None:
    for file in path.rglob("*"):
        if file.is_file():
            file.chmod(0o600)
            file.write_bytes(b"")


def foreign(path: Path) -> None:
    shutil.rmtree(path)
    Repo(path).commit(NOW, files={"other": "1"})


def packless(path: Path) -> None:
    shutil.rmtree(path / "objects" / "pack")


def garbled(path: Path) -> None:
    for pack in path.glob("objects/pack/*.pack"):
        pack.chmod(0o600)
        pack.write_bytes(b"PACK" + b"\0" * 100)


def a_file(path: Path) -> None:
    shutil.rmtree(path)
    path.write_text("no folder")


def locked(path: Path) -> None:
    for name in ("shallow.lock", "config.lock", "refs/mirror/head.lock"):
        (path / name).write_text("")


SPOILS: list[Callable[[Path], None]] = [shutil.rmtree, emptied, foreign, packless, garbled, a_file, locked]


@pytest.mark.parametrize("spoil", SPOILS)
def test_a_mirror_that_cannot_be_used_is_made_anew(shop: Repo, cache: Path, spoil: Callable[[Path], None]) -> None:
    source = Source(cache, shop.path)
    source.poll()
    spoil(only_mirror(cache))
    merge = shop.merge(NOW, shop.commit(NOW - DAY / 2, parents=[str(shop.tip())], branch="side", files=INTEGRATED))
    shop.commit(NOW, files=INTEGRATED)
    facts = source.poll()
    assert (source.error, facts.unreadable) == (None, ())
    assert [one.evidence for one in facts.repositories] == [Evidence(legacy_config=True, integrated_config=True)]
    assert [one.change_id for one in facts.changes] == [merge]


def test_a_link_in_its_place_is_removed_and_what_it_leads_to_stays(shop: Repo, cache: Path, tmp_path: Path) -> None:
    source = Source(cache, shop.path)
    source.poll()
    mirror, elsewhere = only_mirror(cache), tmp_path / "elsewhere"
    mirror.rename(elsewhere)
    mirror.symlink_to(elsewhere)
    shop.commit(NOW, files=INTEGRATED)
    assert source.poll().repositories
    assert not mirror.is_symlink()
    assert (elsewhere / "HEAD").exists()


def test_it_holds_neither_what_files_hold_nor_what_is_older(shop: Repo, cache: Path, tmp_path: Path) -> None:
    big = Repo(tmp_path / "srv" / "big.git", filters=True)
    big.commit(NOW - 400 * DAY, files={"old": "x" * 10})
    big.commit(NOW - DAY, files={**LEGACY, "big": "x" * 100})
    with Server(GitHttp(tmp_path / "srv")) as server:
        source = Source(cache, f"{server.url}/big.git")
        source.poll()
    mirror = Repo.__new__(Repo)
    mirror.path = only_mirror(cache)
    listed = mirror.git("cat-file", "--batch-check=%(objecttype)", "--batch-all-objects").split()
    assert (listed.count("commit"), listed.count("blob")) == (1, 1)


def test_it_is_made_anew_when_it_has_grown_old(shop: Repo, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirrors, "PACKS", 3)
    source = Source(cache, shop.path)
    packs = []
    for number in range(8):
        shop.commit(NOW - DAY + number, files={"a": str(number)})
        source.poll()
        assert source.error is None
        packs.append(len(list(only_mirror(cache).glob("objects/pack/*.pack"))))
    assert packs == [2, 3, 1, 2, 3, 1, 2, 3]


def test_what_was_cut_off_counts_as_well(shop: Repo, cache: Path) -> None:
    source = Source(cache, shop.path)
    source.poll()
    for number in range(mirrors.PACKS):
        (only_mirror(cache) / "objects" / "pack" / f"tmp_pack_{number}").write_text("")
    shop.commit(NOW, files=INTEGRATED)
    source.poll()
    assert not list(only_mirror(cache).glob("objects/pack/tmp_*"))


def test_one_process_at_a_time_works_in_it(shop: Repo, cache: Path) -> None:
    source = Source(cache, shop.path)
    source.poll()
    shop.commit(NOW, files=INTEGRATED)
    (lock,) = cache.glob("*.lock")
    with lock.open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        source.poll(time_limit=1)
        assert isinstance(source.error, TimedOut)
    assert source.poll().repositories


def test_a_lock_or_mirror_that_cannot_be_had_is_named(shop: Repo, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source(cache, shop.path)
    source.poll()
    (lock,) = cache.glob("*.lock")
    shop.commit(NOW, files=INTEGRATED)

    def refused(path: Path) -> None:
        raise PermissionError(path)

    with monkeypatch.context() as patched:
        shutil.rmtree(only_mirror(cache) / "objects")
        patched.setattr(mirrors.shutil, "rmtree", refused)
        source.poll()
        assert f"cannot remove the old mirror {only_mirror(cache)}: PermissionError; remove it" in str(source.error)
    lock.unlink()
    lock.mkdir()
    source.poll()
    assert str(source.error) == f"cannot write {lock}: IsADirectoryError; set `cache`"


def test_it_is_for_us_alone(shop: Repo, cache: Path) -> None:
    Source(cache, shop.path).poll()
    assert cache.stat().st_mode & 0o777 == 0o700


def test_texts_are_taken_by_their_size() -> None:
    assert parse_objects(b"5e blob 3\na\nb\n5f blob 0\n\n", "blob", "git") == {"5e": "a\nb", "5f": ""}
    assert parse_objects(b"5e blob 2\n\xff\xfe\n", "blob", "git") == {"5e": "\ufffd\ufffd"}
    for said in (b"5e missing\n", b"5e commit 1\nx\n", b"5e blob x\n"):
        with pytest.raises(BadPayload, match="git: the blob 5e is not there"):
            parse_objects(said, "blob", "git")


def test_a_cache_inside_a_working_copy_is_no_part_of_it(shop: Repo, tmp_path: Path) -> None:
    """Its `origin` is another one's; ours would be the second address of that name."""
    outer = Repo(tmp_path / "outer" / ".git")
    outer.git("remote", "add", "origin", "/nowhere")
    source = Source(tmp_path / "outer" / "cache", shop.path)
    assert source.poll().repositories
    assert source.error is None


class TestServers:
    """What a server does not know costs more, and changes nothing."""

    def test_one_that_only_gives_files(self, shop: Repo, cache: Path) -> None:
        merge = shop.merge(NOW, shop.commit(NOW - DAY / 2, parents=[str(shop.tip())], branch="side"))
        shop.git("update-server-info")
        with Server(GitHttp(shop.path.parent, smart=False)) as server:
            source = Source(cache, f"{server.url}/shop.git")
            facts = source.poll()
        assert source.error is None
        assert [one.evidence for one in facts.repositories] == [Evidence(legacy_config=True)]
        assert [one.change_id for one in facts.changes] == [merge]

    @pytest.mark.parametrize("filters", ["true", "false"])
    def test_one_with_and_without_filters(self, shop: Repo, cache: Path, filters: str) -> None:
        """What files hold is asked for by itself: the server must not take it for known with its commits."""
        shop.git("config", "uploadpack.allowFilter", filters)
        shop.merge(NOW - DAY / 4, shop.commit(NOW - DAY / 2, parents=[str(shop.tip())], branch="side"))
        with Server(GitHttp(shop.path.parent)) as server:
            source = Source(cache, f"{server.url}/shop.git")
            assert [one.evidence for one in source.poll().repositories] == [Evidence(legacy_config=True)]
            shop.commit(NOW, files=INTEGRATED)
            assert [one.evidence for one in source.poll().repositories] == [
                Evidence(legacy_config=True, integrated_config=True)
            ]

    @pytest.mark.parametrize("offered", ["true", "false"])
    def test_one_that_speaks_the_older_protocol_alone(self, shop: Repo, cache: Path, offered: str) -> None:
        """It may leave out what files hold, and then not give it: as git does behind an sshd's usual setup."""
        shop.git("config", "uploadpack.allowAnySHA1InWant", offered)
        shop.git("config", "uploadpack.allowReachableSHA1InWant", offered)
        with Server(GitHttp(shop.path.parent, newest=False)) as server:
            source = Source(cache, f"{server.url}/shop.git")
            assert [one.evidence for one in source.poll().repositories] == [Evidence(legacy_config=True)]
            assert (only_mirror(cache) / "unfiltered").exists() == (offered == "false")
            shop.commit(NOW, files=INTEGRATED)
            assert [one.evidence for one in source.poll().repositories] == [
                Evidence(legacy_config=True, integrated_config=True)
            ]


class TestCache:
    def test_the_user_s_cache_folder_comes_first(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
        assert default_cache() == tmp_path / "xdg" / "orchex-kilo-exporter"
        monkeypatch.delenv("XDG_CACHE_HOME")
        monkeypatch.setenv("HOME", str(tmp_path / "home"))
        assert default_cache() == tmp_path / "home" / ".cache" / "orchex-kilo-exporter"

    def test_without_a_home_it_lies_where_the_ledger_does(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("XDG_CACHE_HOME", "/proc/nowhere")
        monkeypatch.chdir(tmp_path)
        assert default_cache() == tmp_path / ".cache" / "orchex-kilo-exporter"
        monkeypatch.chdir("/proc/self")
        with pytest.raises(CommandFailed, match=r"neither .* nor .*; set `cache`"):
            default_cache()

    def test_a_poll_uses_it(self, shop: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
        source = Source(tmp_path, shop.path)
        source.provider = source.provider.model_copy(update={"cache": None})
        source.poll()
        assert len(list((tmp_path / "xdg").glob("orchex-kilo-exporter/shop-*.git"))) == 1

    def test_a_relative_folder_is_taken_from_where_we_are(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        assert usable(Path("mirrors")) == tmp_path / "mirrors"

    def test_addresses_have_names_of_their_own(self) -> None:
        texts = ["https://a/acme/shop.git", "https://b/acme/shop.git", "https://a/acme/../x/shop.git"]
        names = {mirror_name(parse_address(text)) for text in texts}
        assert len(names) == 3
        assert all("/" not in name and not name.startswith(".") for name in names)
