"""Plain git, asked by git itself."""

import base64
import gzip
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from exporter.demo.api.git.host import GitServer
from exporter.demo.hosts import Host, all_on
from exporter.demo.organisation import Organisation
from exporter.demo.server import DemoServer
from tests.support.clock import Clock
from tests.support.waiting import until

START = 1_760_000_000


@pytest.fixture
def clock():
    return Clock(START)


@pytest.fixture
def acme():
    return Organisation(start=START, repositories=12, spread=all_on(Host.GIT))


@pytest.fixture
def server(acme, clock):
    with DemoServer(acme, clock) as running:
        yield running


@pytest.fixture
def address(server):
    """The clone address of a repository, with user and password."""

    def of(name, secret=None):
        shown = f"://demo:{secret or server.tokens.git}@"
        return f"{server.addresses.git.replace('://', shown)}/acme/{name}.git"

    return of


@pytest.fixture
def git(tmp_path):
    """Runs git, alone in the world."""
    own = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}

    def run(*arguments, fails=False, **environment):
        known = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **own, **environment}
        done = subprocess.run(
            ["git", *arguments], cwd=tmp_path, env=known, capture_output=True, text=True, timeout=60, check=False
        )
        assert bool(done.returncode) is fails, done.stderr
        return done.stderr if fails else done.stdout

    return run


def held(git, folder, tmp_path):
    """The files of a clone's head."""
    names = git("-C", folder, "ls-tree", "-r", "-z", "--name-only", "HEAD").rstrip("\0").split("\0")
    return {name: (tmp_path / folder / name).read_text() for name in names}


def merges(git, folder, *more):
    """What was merged: each merge's moment and the first author date of what it brought."""
    shown = git("-C", folder, "log", "--first-parent", "--merges", "--format=%H %ct", *more).split("\n")[:-1]
    found = [line.split() for line in shown]
    authored = {sha: git("-C", folder, "log", "--format=%at", f"{sha}^1..{sha}^2").split() for sha, _ in found}
    return sorted((int(at), min(map(int, authored[sha])), len(authored[sha])) for sha, at in found)


def merged(repository):
    """The same as the organisation knows it."""
    pulls = [pull for pull in repository.pulls if pull.merged_at]
    return sorted((pull.merged_at, pull.first_commit_at, len(pull.commits)) for pull in pulls)


def test_a_clone_holds_the_files_and_every_merge(git, address, acme, tmp_path):
    busy = max(acme.repositories.values(), key=lambda each: len(each.pulls) if not each.unreadable else 0)
    for name in {busy.name, "payments-api"}:
        repository = acme.repositories[name]
        git("clone", "--quiet", address(name), name)
        assert held(git, name, tmp_path) == repository.files
        assert merges(git, name) == merged(repository)
        assert merged(repository)
        git("-C", name, "fsck", "--strict")


def test_the_history_is_the_organisation_s(git, address, acme):
    repository = acme.repositories["payments-api"]
    git("clone", "--quiet", address("payments-api"), "it")
    lines = git("-C", "it", "log", "--first-parent", "--format=%ct|%cn|%ce|%s").splitlines()
    known = [f"{c.at}|{c.author.name}|{c.author.email}|{c.message}" for c in reversed(repository.commits)]
    assert lines[: len(known)] == known
    first = repository.person(0)
    assert lines[len(known) :] == [f"{repository.created_at}|{first.name}|{first.email}|Begin"]
    old = git("-C", "it", "show", f"HEAD~{len(known) - 1}:README.md")
    assert old == repository.commits[0].files["README.md"]


def test_the_head_names_the_default_branch(git, address, acme):
    branches = {each.plan.branch: name for name, each in acme.repositories.items() if each.head and not each.unreadable}
    assert set(branches) == {"main", "master"}
    for branch, name in branches.items():
        listed = git("ls-remote", "--symref", address(name)).split()
        assert listed[:3] == ["ref:", f"refs/heads/{branch}", "HEAD"]
        assert {word for word in listed if word.startswith("refs/")} == {f"refs/heads/{branch}"}


@pytest.mark.parametrize("version", ["0", "1", "2"])
@pytest.mark.parametrize("options", [("--depth=3",), ("--filter=blob:none",), ("--depth=3", "--filter=blob:none")])
def test_clones_may_be_shallow_or_partial_in_every_protocol(git, address, acme, options, version):
    git("-c", f"protocol.version={version}", "clone", "--quiet", "--bare", *options, address("payments-api"), "it")
    known = list(acme.repositories["payments-api"].commits)
    lines = git("-C", "it", "log", "--first-parent", "--format=%s").splitlines()
    assert len(lines) == (3 if "--depth=3" in options else len(known) + 1)
    missing = git("-C", "it", "rev-list", "--objects", "--missing=print", "HEAD").count("?")
    assert bool(missing) is ("--filter=blob:none" in options)
    assert git("-C", "it", "show", "HEAD:README.md") == known[-1].files["README.md"]


def test_shallow_by_date(git, address, acme):
    repository = acme.repositories["payments-api"]
    since = repository.commits[-3].at
    git("clone", "--quiet", f"--shallow-since={since}", address("payments-api"), "it")
    moments = [int(word) for word in git("-C", "it", "log", "--format=%ct").split()]
    assert min(moments) >= since
    assert 1 <= len(moments) <= 3


def test_it_follows_while_the_organisation_moves_on(git, address, acme, clock, tmp_path):
    repository = acme.repositories["payments-api"]
    git("clone", "--quiet", address("payments-api"), "it")
    heads = {git("-C", "it", "rev-parse", "HEAD")}
    for _ in range(4):
        clock.advance(900)
        git("-C", "it", "pull", "--quiet", "--ff-only")
        heads.add(git("-C", "it", "rev-parse", "HEAD"))
        assert held(git, "it", tmp_path) == repository.files
        assert merges(git, "it") == merged(repository)
    assert len(heads) > 1


def test_no_merge_is_lost_when_nobody_asks_for_long(git, address, clock, server):
    acme = Organisation(start=START, repositories=1, pace=30, spread=all_on(Host.GIT))
    repository = acme.repositories["payments-api"]
    with DemoServer(acme, clock) as busy:
        url = address("payments-api").replace(server.addresses.git.split("//")[1], busy.addresses.git.split("//")[1])
        git("clone", "--quiet", url, "it")
        before = repository.head.sha
        clock.advance(3600)
        git("-C", "it", "pull", "--quiet", "--ff-only")
        assert repository.at_ref(before) is None
        assert merges(git, "it") == merged(repository)
        assert len(merged(repository)) > len(repository.commits)


def test_nothing_new_leaves_the_head_where_it_is(git, address, clock, acme):
    acme.freeze()
    first = git("ls-remote", address("payments-api"))
    clock.advance(900)
    assert git("ls-remote", address("payments-api")) == first


def test_many_may_ask_at_once(git, address, acme):
    names = [name for name, each in acme.repositories.items() if each.head and not each.unreadable][:6]
    with ThreadPoolExecutor(12) as pool:
        heads = list(pool.map(lambda name: git("ls-remote", address(name), "HEAD"), names * 2))
    assert heads[:6] == heads[6:]
    assert all(heads)


def test_an_empty_repository_can_be_cloned(git, address):
    git("clone", "--quiet", address("voice-assistant"), "it")
    assert git("-C", "it", "symbolic-ref", "HEAD").strip() == "refs/heads/main"
    assert git("ls-remote", address("voice-assistant")) == ""


@pytest.mark.parametrize(
    ("name", "secret", "says"),
    [
        ("payments-api", "wrong", "Authentication failed"),
        ("fraud-models", None, "error: 403"),
        ("nothing", None, "not found"),
    ],
)
def test_refusals_are_understood(git, address, name, secret, says):
    assert says in git("clone", address(name, secret), "it", fails=True)


def test_without_credentials_it_asks_for_some(server):
    url = f"{server.addresses.git}/acme/payments-api.git/info/refs?service=git-upload-pack"
    reply = requests.get(url, timeout=10)
    assert (reply.status_code, reply.headers["WWW-Authenticate"]) == (401, 'Basic realm="Acme"')
    for shown in ("Basic !", "Bearer demo-git-token", f"Basic {base64.b64encode(b'root:demo-git-token').decode()}"):
        assert requests.get(url, headers={"Authorization": shown}, timeout=10).status_code == 401


def test_a_push_is_refused_and_changes_nothing(git, address, acme):
    acme.freeze()
    before = git("ls-remote", address("payments-api"))
    git("clone", "--quiet", address("payments-api"), "it")
    assert "403" in git("-C", "it", "push", "origin", "HEAD:refs/heads/mine", fails=True)
    assert git("ls-remote", address("payments-api")) == before


def asked(server, path, **more):
    url = f"{server.addresses.git}/acme/payments-api.git/{path}"
    return requests.request(auth=("demo", server.tokens.git), url=url, timeout=10, **more)


def test_only_the_smart_protocol_is_spoken(server):
    assert asked(server, "info/refs", method="GET").status_code == 403
    assert asked(server, "HEAD", method="GET").status_code == 404
    assert asked(server, "info/refs?service=git-receive-pack", method="GET").status_code == 403
    assert asked(server, "git-receive-pack", method="POST", data=b"0000").status_code == 403


def test_a_request_may_be_compressed(server):
    body = gzip.compress(b"0014command=ls-refs\n00010009peel\n0000")
    headers = {"Content-Type": "application/x-git-upload-pack-request", "Content-Encoding": "gzip"}
    headers["Git-Protocol"] = "version=2"
    reply = asked(server, "git-upload-pack", method="POST", data=body, headers=headers)
    assert reply.status_code == 200
    assert reply.headers["Content-Type"] == "application/x-git-upload-pack-result"
    assert b"refs/heads/main" in reply.content


def test_the_folder_is_made_when_somebody_asks_and_removed_with_the_server(acme, clock, git):
    server = DemoServer(acme, clock)
    server.start()
    assert server._git._folder is None
    git("ls-remote", f"{server.addresses.git.replace('://', f'://demo:{server.tokens.git}@')}/acme/payments-api.git")
    folder = Path(server._git._folder.name)
    assert [each.name for each in folder.iterdir()] == ["payments-api.git"]
    server.stop()
    assert not folder.exists()
    server.start()
    git("ls-remote", f"{server.addresses.git.replace('://', f'://demo:{server.tokens.git}@')}/acme/payments-api.git")
    assert server._git._folder.name != str(folder)
    server.stop()


def test_others_are_answered_while_git_works(server, tmp_path, monkeypatch):
    entered, leave, real = tmp_path / "entered", tmp_path / "leave", shutil.which("git")
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text(f'#!/bin/sh\n: > {entered}\nwhile [ ! -e {leave} ]; do /bin/sleep 0.02; done\nexec {real} "$@"\n')
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}:{os.environ['PATH']}")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(asked, server, "info/refs?service=git-upload-pack", method="GET")
        until(entered.exists, "git is run")
        headers = {"X-API-Key": server.tokens.kilo}
        assert requests.get(f"{server.addresses.kilo}/health", headers=headers, timeout=10).status_code == 200
        assert not waiting.done()
        leave.touch()
        assert waiting.result(30).status_code == 200


def test_a_missing_git_is_said(acme, server, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    reply = asked(server, "info/refs?service=git-upload-pack", method="GET")
    assert (reply.status_code, "install it" in reply.text) == (503, True)


def test_closing_what_nobody_asked_is_harmless(acme):
    server = GitServer(acme.repositories, "x", lambda: None)
    server.close()
    server.close()
