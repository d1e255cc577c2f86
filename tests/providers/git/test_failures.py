"""Which of our errors each failure is: at real servers first, then by the words of git, curl, ssh and known hosts."""

from __future__ import annotations

from pathlib import Path

import pytest

from exporter import errors
from exporter.command import Finished
from exporter.errors import RateLimited, Reason
from exporter.providers.git.failures import understood
from tests.support.git import DAY, NOW, GitHttp, Repo, Source
from tests.support.replay import Answer, Manner, Request, Server

SECRET = "canary-5f0c1d-secret"
HTML = Answer(200, {"Content-Type": "text/html"}, f"<html>\n<body>Sign in, {SECRET}\n".encode())
ADVERTISED = {"Content-Type": "application/x-git-upload-pack-advertisement"}
FAULTS = {
    "401": (Answer(401, {"WWW-Authenticate": "Basic"}), Reason.UNAUTHORIZED),
    "403": (Answer(403, body=SECRET.encode()), Reason.FORBIDDEN),
    "404": (Answer(404), Reason.NOT_FOUND),
    "410": (Answer(410), Reason.NOT_FOUND),
    "418": (Answer(418), Reason.REJECTED),
    "429": (Answer(429, {"Retry-After": "77"}), Reason.RATE_LIMITED),
    "500": (Answer(500), Reason.SERVER_ERROR),
    "503": (Answer(503), Reason.SERVER_ERROR),
    "reset": (Answer(manner=Manner.RESET), Reason.UNREACHABLE),
    "truncated": (Answer(200, ADVERTISED, b"001e# service=git-upload-pack\n", Manner.TRUNCATE), Reason.UNREACHABLE),
    "html": (HTML, Reason.BAD_PAYLOAD),
    "malformed": (Answer(200, ADVERTISED, f'{{"{SECRET}": '.encode()), Reason.BAD_PAYLOAD),
}
TIMES_OUT = Answer(manner=Manner.HOLD)


@pytest.fixture
def shop(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "srv" / "shop.git", filters=True)
    repo.commit(NOW - DAY, files={"kilo.config.json": "{}"})
    return repo


@pytest.fixture
def web(shop: Repo) -> GitHttp:
    return GitHttp(shop.path.parent)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_first_answer_ends_the_poll(
    web: GitHttp, tmp_path: Path, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer, reason = FAULTS[fault]
    web.instead = lambda _: answer
    with Server(web) as server:
        source = Source(tmp_path / "cache", f"{server.url}/shop.git", token=SECRET)
        facts = source.poll()
    assert source.error is not None
    assert source.error.reason is reason, repr(source.error)
    assert f"{server.url}/shop.git" in str(source.error), "the message names the place"
    assert SECRET not in f"{source.error!r}{caplog.text}"
    assert (facts.repositories, facts.unreadable) == ((), ())
    if isinstance(source.error, RateLimited):
        assert source.error.retry_at == NOW + 60


@pytest.mark.parametrize("fault", ["403", "404", "500", "reset", "html"])
@pytest.mark.parametrize("number", range(1, 6))
def test_a_fault_at_any_answer_invents_nothing_and_is_made_up_for(
    shop: Repo, web: GitHttp, tmp_path: Path, fault: str, number: int
) -> None:
    """The second repository is well, so the first one's fault is an item; later its facts are all told."""
    side = shop.commit(NOW - DAY / 2, parents=[str(shop.tip())], branch="side")
    merge = shop.merge(NOW - DAY / 4, side)
    other = Repo(shop.path.parent / "other.git")
    other.commit(NOW)
    answer, _ = FAULTS[fault]
    asked: list[Request] = []

    def instead(request: Request) -> Answer | None:
        if "other" in request.path:
            return None
        asked.append(request)
        return answer if len(asked) > number else None

    web.instead = instead
    with Server(web) as server:
        source = Source(tmp_path / "cache", f"{server.url}/shop.git", f"{server.url}/other.git")
        facts = source.poll()
        assert source.error is None
        assert {one.item for one in facts.unreadable} == {"shop"}
        assert [one.evidence for one in facts.repositories if one.repository.name == "shop"] == [None]
        assert [one.change_id for one in facts.changes] in ([], [merge])
        web.instead = lambda _: None
        again = source.poll()
    assert (source.error, again.unreadable) == (None, ())
    assert [one.evidence is None for one in again.repositories] == [False]
    assert source.told == [merge]


def test_a_fetch_that_fails_once_is_not_taken_for_a_branch_that_is_old(
    shop: Repo, web: GitHttp, tmp_path: Path
) -> None:
    """The head alone could be had then, and every merge below it would be passed over."""
    shop.merge(NOW - DAY / 4, shop.commit(NOW - DAY / 2, parents=[str(shop.tip())], branch="side"))
    shop.commit(NOW)
    posts: list[Request] = []

    def instead(request: Request) -> Answer | None:
        posts.extend([request] if request.method == "POST" else [])
        return Answer(500) if request.method == "POST" and len(posts) == 2 else None

    web.instead = instead
    with Server(web) as server:
        source = Source(tmp_path / "cache", f"{server.url}/shop.git")
        source.poll()
        assert source.error is not None
        assert source.error.reason is Reason.SERVER_ERROR
        source.poll()
    assert source.error is None
    assert len(source.told) == 1


def test_no_answer_in_time_ends_the_poll_in_time(web: GitHttp, tmp_path: Path) -> None:
    web.instead = lambda _: TIMES_OUT
    with Server(web) as server:
        source = Source(tmp_path / "cache", f"{server.url}/shop.git")
        source.poll(time_limit=0.5)
    assert source.error is not None
    assert source.error.reason is Reason.TIMEOUT
    assert "raise `timeout`" in str(source.error)


def test_one_that_holds_leaves_time_for_the_others(shop: Repo, web: GitHttp, tmp_path: Path) -> None:
    Repo(shop.path.parent / "a.git").commit(NOW)
    web.instead = lambda asked: TIMES_OUT if "/a.git" in asked.path else None
    with Server(web) as server:
        source = Source(tmp_path / "cache", f"{server.url}/a.git", f"{server.url}/shop.git")
        facts = source.poll(time_limit=6)
    assert source.error is None
    assert [(one.item, one.reason) for one in facts.unreadable] == [("a", Reason.TIMEOUT)]
    assert [one.evidence is None for one in facts.repositories] == [True, False]


def test_a_rate_limit_ends_the_poll_and_what_was_read_stays(shop: Repo, web: GitHttp, tmp_path: Path) -> None:
    Repo(shop.path.parent / "tools.git").commit(NOW)
    web.instead = lambda asked: FAULTS["429"][0] if "/tools.git" in asked.path else None
    with Server(web) as server:
        source = Source(tmp_path / "cache", f"{server.url}/shop.git", f"{server.url}/tools.git")
        facts = source.poll()
    assert isinstance(source.error, RateLimited)
    assert [str(one.repository) for one in facts.repositories] == ["shop"]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://127.0.0.1:1/shop.git", "no connection; does the host listen on this port?"),
        ("http://nowhere.invalid/shop.git", "the host's name cannot be resolved"),
        ("ssh://git@127.0.0.1:1/shop.git", "no connection; does the host listen on this port?"),
        ("git@nowhere.invalid:acme/shop.git", "the host's name cannot be resolved"),
    ],
)
def test_a_host_that_is_not_there_is_unreachable(tmp_path: Path, address: str, words: str) -> None:
    source = Source(tmp_path / "cache", address)
    source.poll()
    assert source.error is not None
    assert (source.error.reason, str(source.error)) == (Reason.UNREACHABLE, f"{address}: {words}")


@pytest.mark.parametrize("name", ["gone.git", "file", "folder"])
def test_a_path_without_a_repository_is_not_found(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    source = Source(tmp_path / "cache", tmp_path / name)
    source.poll()
    assert source.error is not None
    assert source.error.reason is Reason.NOT_FOUND


SAID = [
    ("fatal: Authentication failed for 'https://host/a.git/'", Reason.UNAUTHORIZED),
    ("fatal: could not read Password for 'https://git@host': terminal prompts disabled", Reason.UNAUTHORIZED),
    ("git@host: Permission denied (publickey).\nfatal: Could not read from remote", Reason.UNAUTHORIZED),
    ("Host key verification failed.\nfatal: Could not read from remote repository.", Reason.UNREACHABLE),
    ("ssh: connect to host h port 22: Connection timed out\nfatal: Could not read from remote", Reason.TIMEOUT),
    ("ERROR: Repository not found.\nfatal: Could not read from remote repository.", Reason.NOT_FOUND),
    ("remote: The project you were looking for could not be found.\nfatal: Could not read", Reason.NOT_FOUND),
    ("fatal: unable to access '/': SSL certificate problem: self-signed certificate", Reason.UNREACHABLE),
    ("fatal: unable to access '/': server certificate verification failed.", Reason.UNREACHABLE),
    ("fatal: unable to access '/': Problem with the local SSL certificate", Reason.SECRET_UNREADABLE),
    ("error: RPC failed; curl 18 transfer closed\nfatal: early EOF", Reason.UNREACHABLE),
    ("error: RPC failed; HTTP 500 curl 22 The requested URL returned error: 500", Reason.SERVER_ERROR),
    ("fatal: remote error: upload-pack: not our ref 5e0c", Reason.BAD_PAYLOAD),
    ("fatal: loose object 5e0c (stored in objects/5e/0c) is corrupt", Reason.COMMAND_FAILED),
]


@pytest.mark.parametrize(("said", "reason"), SAID)
def test_the_words_of_others_are_known(said: str, reason: Reason) -> None:
    assert understood(Finished(128, b"", said.encode()), "fetch", "https://host/a.git", NOW).reason is reason


def test_an_address_is_no_word_of_a_failure() -> None:
    where = "https://ssl.host/Permission denied (x)/early EOF"
    said = f"fatal: bad things at {where}".encode()
    assert isinstance(understood(Finished(1, b"", said), "fetch", where, NOW), errors.CommandFailed)


def test_what_is_not_known_is_quoted_in_one_line_without_secrets_or_a_server_s_words() -> None:
    said = f"remote: {SECRET}\nfatal: bad\x1b[31m object of hunter2\nfatal: remote error: {SECRET}\nhint: more"
    error = understood(Finished(128, b"", said.encode()), "fetch", "/srv/a.git", NOW, "hunter2")
    assert str(error) == "/srv/a.git: git fetch ended with 128: fatal: bad [31m object of …"
    silent = understood(Finished(-9, b"", b""), "fetch", "/srv/a.git", NOW)
    assert str(silent) == "/srv/a.git: git fetch ended with -9"
