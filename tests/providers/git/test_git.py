"""Plain git as a whole: its configuration, what is in scope, what ends a poll, and what a poll costs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from exporter.errors import CommandFailed, NotFound, Reason, SourceError, TimedOut
from exporter.evidence import EvidenceRules
from exporter.http import Http
from exporter.model import Evidence, Facts, Repository, RepositoryState
from exporter.providers.base import Capability, Since
from exporter.providers.git import Git, program
from exporter.providers.git.outcomes import scope_of, share, steps
from exporter.settings import from_data
from exporter.yamlfile import ConfigError
from tests.support.git import DAY, HOUR, NOW, GitHttp, Programs, Repo, Source
from tests.support.replay import Answer, Server

LEGACY, INTEGRATED = {"kilo.config.json": "{}"}, {"ORCHEX-kilo.config.json": "{ }"}
SHOP, TOOLS = Repository("acme", "shop"), Repository("acme", "tools")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "srv"


class TestConfiguration:
    def test_the_defaults(self) -> None:
        git = Git.model_validate({"kind": "git", "repositories": ["https://git.example.org/acme/shop.git"]})
        assert (git.user, git.cache, git.history, git.interval, git.timeout) == ("git", None, 7 * DAY, 60, 50)
        assert git.evidence == EvidenceRules()
        assert git.vcs_provider_name == "git"
        assert git.capabilities == {Capability.REPOSITORIES, Capability.CHANGES}
        assert git.reaching(90 * DAY).history == 90 * DAY

    @pytest.mark.parametrize(
        ("more", "message"),
        [
            ({"repositories": []}, "at least 1 item"),
            ({"repositories": ["ftp://host/shop.git"]}, "address 1 has a protocol that is not asked; write https://"),
            ({"repositories": ["a.git", "--upload-pack=x"]}, "address 2 is no clone address"),
            ({"repositories": ["ext::sh -c id"]}, "address 1 is no clone address"),
            ({"repositories": ["https://host/"]}, "address 1 names no repository"),
            ({"repositories": ["/srv/shop.git", "file:///other/shop.git"]}, "addresses 1 and 2 are both .* shop; keep"),
            ({"token": "a", "token_file": "b"}, "give token or token_file, not both"),
            ({"user": "a:b"}, "user"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, more: dict[str, Any], message: str) -> None:
        with pytest.raises(ValidationError, match=message):
            Git.model_validate({"kind": "git", "repositories": ["a.git"], **more})

    @pytest.mark.parametrize("listed", [["https://me:hunter2@host/shop.git"], "https://me:hunter2@host/shop.git"])
    def test_a_password_in_an_address_is_refused_and_not_shown(self, listed: Any) -> None:
        with pytest.raises(ConfigError, match=r"address 1 holds a user or password; take it out") as raised:
            from_data({"sources": {"git": {"kind": "git", "repositories": listed}}})
        assert "hunter2" not in str(raised.value)

    def test_the_same_name_of_two_owners_is_two_repositories(self) -> None:
        listed = ["https://host/acme/shop.git", "git@host:other/shop.git"]
        assert Git.model_validate({"kind": "git", "repositories": listed}).repositories == tuple(listed)


class TestPolls:
    def test_the_first_tells_the_scope_the_evidence_and_the_merges(self, root: Path, cache: Path) -> None:
        shop = Repo(root / "shop.git")
        shop.commit(NOW - 3 * DAY, files=LEGACY)
        fix = shop.commit(NOW - 2 * DAY, branch="fix", parents=[str(shop.tip())])
        merge = shop.merge(NOW - DAY, fix)
        source = Source(cache, shop.path)
        facts = source.poll()
        assert facts.scope == {Repository("", "shop")}
        assert facts.repositories == (RepositoryState(Repository("", "shop"), Evidence(legacy_config=True)),)
        (change,) = facts.changes
        assert (change.change_id, change.merged_at) == (merge, NOW - DAY)
        assert (change.first_commit_at, change.opened_at) == (NOW - 2 * DAY, NOW - 2 * DAY)
        assert (facts.unreadable, facts.runs, source.error) == ((), (), None)

    def test_what_did_not_change_is_not_told_again(self, root: Path, cache: Path) -> None:
        shop = Repo(root / "shop.git")
        shop.commit(NOW - 3 * DAY, files=LEGACY)
        source = Source(cache, shop.path)
        source.poll()
        again = source.poll()
        assert (again.repositories, again.changes) == ((), ())
        shop.commit(NOW - HOUR, files={"src/main.c": "int main;"})
        assert source.poll().repositories == (), "a push that is no evidence changes nothing"
        shop.commit(NOW - HOUR, files=INTEGRATED)
        assert [one.evidence for one in source.poll().repositories] == [
            Evidence(legacy_config=True, integrated_config=True)
        ]

    def test_another_default_branch_is_another_evidence(self, root: Path, cache: Path) -> None:
        shop = Repo(root / "shop.git")
        shop.commit(NOW - 3 * DAY, files=LEGACY)
        shop.commit(NOW - 2 * DAY, files=INTEGRATED, branch="next")
        source = Source(cache, shop.path)
        assert source.poll().repositories[0].evidence == Evidence(legacy_config=True)
        shop.git("symbolic-ref", "HEAD", "refs/heads/next")
        assert source.poll().repositories[0].evidence == Evidence(integrated_config=True)

    def test_other_rules_read_the_same_head_again(self, root: Path, cache: Path) -> None:
        shop = Repo(root / "shop.git")
        shop.commit(NOW - 3 * DAY, files=LEGACY)
        source, other = Source(cache, shop.path), Source(cache, shop.path, evidence={"legacy_configs": ["none"]})
        source.poll()
        other.marks = source.marks
        assert [one.evidence for one in other.poll().repositories] == [Evidence()]

    def test_a_repository_that_left_the_scope_is_told_anew_when_it_is_back(self, root: Path, cache: Path) -> None:
        shop, tools = Repo(root / "shop.git"), Repo(root / "tools.git")
        for repo in (shop, tools):
            repo.commit(NOW - DAY, files=LEGACY)
        both, one = Source(cache, shop.path, tools.path), Source(cache, shop.path)
        both.poll()
        one.marks = both.marks
        assert one.poll().scope == {Repository("", "shop")}
        back = both.poll()
        assert [str(state.repository) for state in back.repositories] == ["tools"]


class TestFailures:
    def test_one_repository_that_fails_spares_the_others_and_is_told_when_it_is_well(
        self, root: Path, cache: Path
    ) -> None:
        shop = Repo(root / "shop.git")
        shop.commit(NOW - DAY, files=LEGACY)
        source = Source(cache, root / "lost.git", shop.path)
        facts = source.poll()
        assert source.error is None
        assert facts.repositories == (
            RepositoryState(Repository("", "lost"), None),
            RepositoryState(Repository("", "shop"), Evidence(legacy_config=True)),
        )
        assert [(one.item, one.reason) for one in facts.unreadable] == [("lost", Reason.NOT_FOUND)]
        Repo(root / "lost.git").commit(NOW - DAY, files=INTEGRATED)
        assert source.poll().repositories == (
            RepositoryState(Repository("", "lost"), Evidence(integrated_config=True)),
        )

    def test_what_could_not_be_read_for_once_is_told_anew(self, root: Path, cache: Path) -> None:
        shop, tools = Repo(root / "shop.git"), Repo(root / "tools.git")
        for repo in (shop, tools):
            repo.commit(NOW - DAY, files=LEGACY)
        source = Source(cache, shop.path, tools.path)
        source.poll()
        shop.path.rename(root / "away")
        assert source.poll().repositories == (RepositoryState(Repository("", "shop"), None),)
        (root / "away").rename(shop.path)
        told = RepositoryState(Repository("", "shop"), Evidence(legacy_config=True))
        assert source.poll().repositories == (told,), "though its head is the same"

    def test_all_that_fail_alike_end_the_poll(self, root: Path, cache: Path) -> None:
        source = Source(cache, root / "a.git", root / "b.git")
        facts = source.poll()
        assert isinstance(source.error, NotFound)
        assert str(root / "a.git") in str(source.error)
        assert (facts.repositories, facts.unreadable) == ((), ())

    def test_all_that_fail_in_different_ways_are_items(self, root: Path, cache: Path) -> None:
        source = Source(cache, root / "a.git", "http://127.0.0.1:1/b.git", root / "c.git")
        facts = source.poll()
        assert source.error is None
        told = sorted((one.item, one.reason) for one in facts.unreadable)
        assert told == [("a", Reason.NOT_FOUND), ("b", Reason.UNREACHABLE), ("c", Reason.NOT_FOUND)]
        assert [one.evidence for one in facts.repositories] == [None, None, None]

    def test_a_merge_that_cannot_be_read_does_not_hide_the_evidence(self, root: Path, cache: Path) -> None:
        """The server's own history is cut, so what came in by the merge cannot be known: it is not guessed."""
        full = Repo(root / "full.git")
        base = full.commit(NOW - 4 * DAY, files=LEGACY)
        full.commit(NOW - 3 * DAY, parents=[base], branch="side")
        full.merge(NOW - DAY, full.commit(NOW - 2 * DAY, branch="side"))
        shallow = Repo(root / "shop.git")
        shallow.git("fetch", "--quiet", "--depth=2", f"file://{full.path}", "main:main")
        source = Source(cache, shallow.path)
        facts = source.poll()
        assert [one.evidence for one in facts.repositories] == [Evidence(legacy_config=True)]
        assert facts.changes == ()
        assert [(one.item, one.reason) for one in facts.unreadable] == [("shop", Reason.BAD_PAYLOAD)]
        shallow.git("fetch", "--quiet", "--unshallow", f"file://{full.path}", "main:main")
        assert [one.first_commit_at for one in source.poll().changes] == [NOW - 3 * DAY]

    def test_git_that_is_missing_or_too_old_ends_the_poll(
        self, root: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        source = Source(cache, root / "a.git")
        folder = tmp_path / "bin"
        folder.mkdir()
        monkeypatch.setenv("PATH", str(folder))
        source.poll()
        assert isinstance(source.error, CommandFailed)
        assert str(source.error) == "the command git is not there; install git"
        for said in ("git version 2.31.9", "no git at all"):
            (folder / "git").write_text(f"#!/bin/sh\necho {said}\n")
            (folder / "git").chmod(0o755)
            source.poll()
            assert str(source.error) == f"the command {folder}/git is not git 2.32 or newer; install a newer git"

    def test_a_cache_that_cannot_be_written_ends_the_poll(self, root: Path, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        source = Source(tmp_path / "file" / "cache", root / "a.git")
        source.poll()
        assert isinstance(source.error, CommandFailed)
        assert "set `cache`" in str(source.error)

    def test_a_poll_that_ran_out_of_time_goes_on_after_the_last_one_that_was_done(self, cache: Path) -> None:
        told: list[str] = []

        def outcomes() -> Any:
            yield SHOP, Facts()
            raise TimedOut("used up")

        with pytest.raises(TimedOut):
            told.extend(step.marks["cursor"] for step in steps(outcomes()))
        assert told == ["acme/shop"]


class TestOutcomes:
    def test_failures_are_held_back_until_one_repository_is_different(self) -> None:
        lost: SourceError = NotFound("lost")
        marks = [step.marks["cursor"] for step in steps([(SHOP, lost), (TOOLS, Facts())])]
        assert marks == ["acme/shop", "acme/tools"]
        with pytest.raises(NotFound):
            list(steps([(SHOP, lost), (TOOLS, lost)]))

    def test_the_scope_is_marked_once_and_what_left_is_forgotten(self) -> None:
        first = scope_of([SHOP, TOOLS], Since(NOW))
        assert first.marks == {"scope": "acme/shop\nacme/tools"}
        assert scope_of([TOOLS, SHOP], Since(NOW, first.marks)).marks == {}
        assert scope_of([SHOP], Since(NOW, first.marks)).marks == {"scope": "acme/shop", "contents:acme/tools": ""}

    def test_a_repository_may_take_half_of_the_time_the_last_one_all_of_it(self) -> None:
        clock = [0.0]
        with Http(deadline=40, monotonic=lambda: clock[0]) as http:
            first = share(http, last=False)
            assert first() == 20
            clock[0] = 20.0
            with pytest.raises(TimedOut, match="raise `timeout`"):
                first()
            assert share(http, last=True)() == 20


class TestBudget:
    """The formula in the module's docstring, counted at a program that notes each call, and at the server."""

    @pytest.fixture
    def programs(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
        programs = Programs(tmp_path / "bin")
        monkeypatch.setenv("PATH", programs.path)
        program.find()
        programs.called()
        return programs

    @pytest.mark.parametrize("blobs", [1, 0], ids=["filtered", "unfiltered"])
    def test_a_poll_costs_what_the_formula_says(self, root: Path, cache: Path, programs: Programs, blobs: int) -> None:
        repos = [Repo(root / "acme" / f"{name}.git", filters=blobs == 1) for name in "abc"]
        for repo in repos:
            repo.commit(NOW - 2 * DAY, files=LEGACY)
        with Server(GitHttp(root, "tok")) as server:
            source = Source(cache, *(f"{server.url}/acme/{name}.git" for name in "abc"), token="tok")

            def cost() -> tuple[int, int]:
                server.requests.clear()
                facts = source.poll()
                assert (source.error, facts.unreadable) == (None, ())
                return len(programs.called()), len(server.requests)

            assert cost() == (3 * (1 + 1 + 4 + 1 + blobs), 3 * (1 + 3 + 2 * blobs)), "the first poll"
            assert cost() == (3, 3), "nothing changed"
            repos[1].commit(NOW - DAY, files={"x": "1"})
            assert cost() == (3 + 4, 3 + 3), "one was pushed to"
            repos[1].commit(NOW - DAY, files=INTEGRATED)
            assert cost() == (3 + 4 + 1 + blobs, 3 + 3 + 2 * blobs), "its evidence is new"
            assert source.usage.requests == {"billed": 3 + 1 + blobs}

    def test_an_old_branch_costs_a_deeper_look(self, root: Path, cache: Path, programs: Programs) -> None:
        shop = Repo(root / "acme" / "shop.git")
        base = shop.commit(NOW - 30 * DAY)
        old = shop.commit(NOW - 20 * DAY, parents=[base], branch="old")
        shop.commit(NOW - 2 * DAY)
        with Server(GitHttp(root)) as server:
            source = Source(cache, f"{server.url}/acme/shop.git")
            source.poll()
            programs.called()
            server.requests.clear()
            shop.merge(NOW - DAY, old)
            assert [change.first_commit_at for change in source.poll().changes] == [NOW - 20 * DAY]
            assert (len(programs.called()), len(server.requests)) == (1 + 4 + 1 + 2, 1 + 3 + 3)

    def test_a_branch_that_is_older_than_the_window_costs_a_second_fetch(
        self, root: Path, cache: Path, programs: Programs
    ) -> None:
        shop = Repo(root / "acme" / "shop.git")
        shop.commit(NOW - 300 * DAY, files={"x": "1"})
        with Server(GitHttp(root)) as server:
            source = Source(cache, f"{server.url}/acme/shop.git")
            facts = source.poll()
            assert [one.evidence for one in facts.repositories] == [Evidence()]
            assert (len(programs.called()), len(server.requests)) == (1 + 1 + 4 + 2, 1 + 3 + 3)

    def test_an_empty_repository_costs_a_second_look(self, root: Path, cache: Path, programs: Programs) -> None:
        Repo(root / "acme" / "shop.git")
        with Server(GitHttp(root)) as server:
            source = Source(cache, f"{server.url}/acme/shop.git")
            facts = source.poll()
            assert [one.evidence for one in facts.repositories] == [Evidence()]
            assert (len(programs.called()), len(server.requests)) == (2, 3)

    def test_git_is_asked_for_its_version_once(self, root: Path, cache: Path, programs: Programs) -> None:
        program._new_enough.cache_clear()
        shop = Repo(root / "shop.git")
        shop.commit(NOW)
        source = Source(cache, shop.path)
        source.poll()
        source.poll()
        assert [call for call in programs.called() if call == "version"] == ["version"]


class TestEmptiness:
    def test_a_repository_without_a_push_is_readable_and_told_once(self, root: Path, cache: Path) -> None:
        shop = Repo(root / "shop.git")
        source = Source(cache, shop.path)
        assert [one.evidence for one in source.poll().repositories] == [Evidence()]
        assert source.poll().repositories == ()
        shop.commit(NOW - HOUR, files=LEGACY)
        assert [one.evidence for one in source.poll().repositories] == [Evidence(legacy_config=True)]

    def test_branches_without_the_default_one_are_not_empty(self, root: Path, cache: Path) -> None:
        Repo(root / "shop.git").commit(NOW, branch="trunk", files=LEGACY)
        source = Source(cache, root / "shop.git")
        source.poll()
        assert source.error is not None
        assert source.error.reason is Reason.BAD_PAYLOAD
        assert "the default branch is none of the branches" in str(source.error)

    @pytest.mark.parametrize("body", [b"<html>Sign in", b"", b'{"message": "moved"}'])
    def test_an_answer_that_git_takes_for_an_empty_repository_is_none(self, cache: Path, body: bytes) -> None:
        with Server(lambda _: Answer(200, {"Content-Type": "text/html"}, body)) as server:
            source = Source(cache, f"{server.url}/acme/shop.git")
            facts = source.poll()
        assert source.error is not None
        assert source.error.reason is Reason.BAD_PAYLOAD
        assert facts.repositories == ()
