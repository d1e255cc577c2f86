"""How git gets in: by token, key and certificate, without leaving a trace of them, and by nobody else's setup."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from exporter.errors import Reason
from exporter.model import Evidence
from exporter.providers.base import TlsOptions
from exporter.providers.git.access import Access
from exporter.providers.git.address import parse_address
from tests.support.git import NOW, GitHttp, Programs, Repo, Source, Sshd
from tests.support.pki import Authority
from tests.support.replay import Answer, Request, Server

SECRET = "canary-5f0c1d-secret"
SHOP = "acme/shop.git"


@pytest.fixture
def shop(tmp_path: Path) -> Repo:
    repo = Repo(tmp_path / "srv" / "acme" / "shop.git", filters=True)
    repo.commit(NOW, files={"kilo.config.json": "{}"})
    return repo


@pytest.fixture
def root(shop: Repo) -> Path:
    return shop.path.parent.parent


def reads_well(source: Source) -> bool:
    facts = source.poll()
    assert source.error is None, repr(source.error)
    return [one.evidence for one in facts.repositories] == [Evidence(legacy_config=True)]


def reason(source: Source) -> Reason:
    facts = source.poll()
    assert source.error is not None
    assert SECRET not in f"{source.error!r} {facts}"
    return source.error.reason


class TestToken:
    @pytest.mark.parametrize("given", ["token", "token_file"])
    def test_it_opens_and_stands_on_no_command_line_and_in_no_file(
        self, root: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str
    ) -> None:
        programs = Programs(tmp_path / "bin")
        monkeypatch.setenv("PATH", programs.path)
        (tmp_path / "secret").write_text(f"{SECRET}\n")
        value = SECRET if given == "token" else str(tmp_path / "secret")
        with Server(GitHttp(root, SECRET)) as server:
            source = Source(cache, f"{server.url}/{SHOP}", **{given: value})
            assert reads_well(source)
            header = server.requests[0].headers["authorization"]
            assert {request.headers.get("authorization") for request in server.requests} == {header}
        kept = b"".join(file.read_bytes() for file in cache.rglob("*") if file.is_file()).decode("latin-1")
        for text in (kept, "\n".join(programs.called()), str(source.marks)):
            assert text
            assert SECRET not in text
            assert header.split()[1] not in text

    @pytest.mark.parametrize("more", [{}, {"token": "wrong"}, {"token": SECRET, "user": "other"}])
    def test_without_the_right_one_it_is_unauthorized(self, root: Path, cache: Path, more: dict[str, Any]) -> None:
        with Server(GitHttp(root, SECRET)) as server:
            assert reason(Source(cache, f"{server.url}/{SHOP}", **more)) is Reason.UNAUTHORIZED

    def test_a_file_that_cannot_be_read_is_named(self, root: Path, cache: Path, tmp_path: Path) -> None:
        source = Source(cache, f"http://127.0.0.1:1/{SHOP}", token_file=str(tmp_path / "gone"))
        assert reason(source) is Reason.SECRET_UNREADABLE
        assert str(tmp_path / "gone") in str(source.error)

    def test_it_goes_along_no_redirect(self, root: Path, cache: Path) -> None:
        with Server(GitHttp(root)) as other, Server(lambda asked: _elsewhere(other, asked)) as server:
            assert reason(Source(cache, f"{server.url}/{SHOP}", token=SECRET)) is Reason.REJECTED
            assert other.requests == []
            assert reads_well(Source(cache, f"{server.url}/{SHOP}")), "without a secret it may go on"

    def test_a_repository_that_got_another_name_is_read_only_where_no_secret_goes_along(
        self, root: Path, cache: Path
    ) -> None:
        web = GitHttp(root)
        with Server(web) as server:
            web.instead = lambda asked: _elsewhere(server, asked, "old") if "/old.git" in asked.path else None
            source = Source(cache, f"{server.url}/acme/old.git", token=SECRET)
            assert reason(source) is Reason.REJECTED
            assert "give the new address" in str(source.error)


def _elsewhere(other: Server, asked: Request, old: str = "shop") -> Answer:
    query = "&".join(f"{key}={value}" for key, value in asked.query)
    return Answer(301, {"Location": f"{other.url}{asked.path.replace(f'/{old}.git', '/shop.git')}?{query}"})


class TestTls:
    @pytest.fixture
    def pki(self, tmp_path: Path) -> Authority:
        return Authority(tmp_path)

    @pytest.fixture
    def server(self, pki: Authority, root: Path) -> Iterator[Server]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*pki.issue("server"))
        context.load_verify_locations(pki.ca_file)
        context.verify_mode = ssl.CERT_OPTIONAL
        with Server(GitHttp(root), context) as server:
            yield server

    def test_a_private_ca_and_a_client_certificate(
        self, server: Server, pki: Authority, cache: Path, tmp_path: Path
    ) -> None:
        certificate, key = pki.issue("client")
        tls = {"ca_file": str(pki.ca_file), "cert_file": str(certificate), "key_file": str(key)}
        assert reads_well(Source(cache, f"{server.url}/{SHOP}", tls=tls))
        assert reads_well(Source(tmp_path / "b", f"{server.url}/{SHOP}", tls={"insecure_skip_verify": True}))

    def test_a_ca_that_is_not_known_is_no_connection(self, server: Server, cache: Path) -> None:
        source = Source(cache, f"{server.url}/{SHOP}")
        assert reason(source) is Reason.UNREACHABLE
        assert "check `tls.ca_file`" in str(source.error)

    def test_files_that_cannot_be_used_are_named(self, server: Server, cache: Path, tmp_path: Path) -> None:
        gone = Source(cache, f"{server.url}/{SHOP}", tls={"ca_file": str(tmp_path / "gone")})
        assert reason(gone) is Reason.SECRET_UNREADABLE
        (tmp_path / "empty").write_text("")
        empty = str(tmp_path / "empty")
        source = Source(cache, f"{server.url}/{SHOP}", tls={"cert_file": empty, "key_file": empty})
        assert reason(source) is Reason.SECRET_UNREADABLE
        assert "`tls" in str(source.error)


class TestSsh:
    @pytest.fixture
    def sshd(self, tmp_path: Path) -> Iterator[Sshd]:
        folder = tmp_path / "ssh"
        folder.mkdir()
        with Sshd(folder) as running:
            yield running

    @pytest.fixture(autouse=True)
    def _no_agent(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)

    def test_a_key_opens_and_the_host_is_known(self, sshd: Sshd, shop: Repo, cache: Path) -> None:
        keys = {"ssh_key_file": str(sshd.key), "known_hosts_file": str(sshd.known_hosts)}
        assert " " in keys["known_hosts_file"], "paths with spaces are quoted"
        source = Source(cache, sshd.address(shop.path), **keys)
        assert reads_well(source)
        assert source.poll().repositories == ()

    def test_another_key_is_unauthorized(self, sshd: Sshd, shop: Repo, cache: Path) -> None:
        keys = {"ssh_key_file": str(sshd.make_key("stranger")), "known_hosts_file": str(sshd.known_hosts)}
        source = Source(cache, sshd.address(shop.path), **keys)
        assert reason(source) is Reason.UNAUTHORIZED
        assert "check the user in the address and `ssh_key_file`" in str(source.error)

    def test_a_host_that_is_not_known_is_refused(self, sshd: Sshd, shop: Repo, cache: Path, tmp_path: Path) -> None:
        (tmp_path / "nobody").write_text("")
        keys = {"ssh_key_file": str(sshd.key), "known_hosts_file": str(tmp_path / "nobody")}
        source = Source(cache, sshd.address(shop.path), **keys)
        assert reason(source) is Reason.UNREACHABLE
        assert "`known_hosts_file`" in str(source.error)

    def test_a_repository_that_is_not_there_is_not_found(self, sshd: Sshd, cache: Path, tmp_path: Path) -> None:
        keys = {"ssh_key_file": str(sshd.key), "known_hosts_file": str(sshd.known_hosts)}
        assert reason(Source(cache, sshd.address(tmp_path / "gone.git"), **keys)) is Reason.NOT_FOUND

    def test_a_key_that_is_none_and_one_that_is_gone(self, sshd: Sshd, shop: Repo, cache: Path, tmp_path: Path) -> None:
        (tmp_path / "key").write_text("no key")
        (tmp_path / "key").chmod(0o600)
        for name in ("key", "gone"):
            keys = {"ssh_key_file": str(tmp_path / name), "known_hosts_file": str(sshd.known_hosts)}
            assert reason(Source(cache, sshd.address(shop.path), **keys)) is Reason.SECRET_UNREADABLE


class TestEnvironment:
    def test_nobody_s_setup_reaches_git(
        self, root: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A user's configuration that would send everything elsewhere, and variables that would break git."""
        home = tmp_path / "home"
        home.mkdir()
        (home / ".gitconfig").write_text(
            '[url "http://127.0.0.1:1/"]\n\tinsteadOf = http://\n[core]\n\thooksPath = /nowhere\n'
        )
        (home / ".netrc").write_text(f"machine 127.0.0.1 login git password {SECRET}\n")
        for name, value in {"HOME": str(home), "GIT_DIR": "/nowhere", "GIT_TRACE": "1", "GIT_ASKPASS": "id"}.items():
            monkeypatch.setenv(name, value)
        with Server(GitHttp(root)) as server:
            assert reads_well(Source(cache, f"{server.url}/{SHOP}"))
            assert not any("authorization" in request.headers for request in server.requests)

    def test_a_home_that_cannot_be_written_does_no_harm(
        self, shop: Repo, cache: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HOME", "/proc/1/nowhere")
        assert reads_well(Source(cache, shop.path))

    def test_only_the_protocol_of_the_address_is_asked(self) -> None:
        access = Access({}, TlsOptions())
        for text, protocol in {
            "https://host/a.git": "https",
            "git@host:a.git": "ssh",
            "/srv/a.git": "file",
            "file:///srv/a.git": "file",
        }.items():
            assert access.environment(parse_address(text))["GIT_ALLOW_PROTOCOL"] == protocol

    def test_proxies_stay_and_the_exporter_s_own_variables_do_not(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("https_proxy", "http://proxy:3128")
        monkeypatch.setenv("ORCHEX_KILO_SOURCES__GIT__TOKEN", SECRET)
        monkeypatch.setenv("GIT_SSL_NO_VERIFY", "1")
        environment = Access({}, TlsOptions()).environment(parse_address("https://host/a.git"))
        assert environment["https_proxy"] == "http://proxy:3128"
        assert SECRET not in str(environment)
        assert "GIT_SSL_NO_VERIFY" not in environment

    def test_a_header_goes_to_http_alone(self) -> None:
        access = Access({"Authorization": SECRET}, TlsOptions())
        assert SECRET in str(access.environment(parse_address("https://host/a.git")))
        assert SECRET not in str(access.environment(parse_address("git@host:a.git")))

    @pytest.mark.parametrize("scheme", ["", "file://"])
    def test_a_repository_on_disk_may_belong_to_somebody_else(
        self, shop: Repo, cache: Path, scheme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Git itself has this variable, for tests: only root could give files away."""
        programs = Programs(tmp_path / "programs", GIT_TEST_ASSUME_DIFFERENT_OWNER="1")
        refused = subprocess.run(
            [tmp_path / "programs" / "git", "-C", shop.path, "log"], capture_output=True, check=False
        )
        assert b"dubious ownership" in refused.stderr
        monkeypatch.setenv("PATH", programs.path)
        assert reads_well(Source(cache, f"{scheme}{shop.path}"))

    def test_a_hook_of_the_mirror_is_not_run(self, shop: Repo, cache: Path, tmp_path: Path) -> None:
        source = Source(cache, shop.path)
        assert reads_well(source)
        (mirror,) = cache.glob("*.git")
        hook = mirror / "hooks" / "reference-transaction"
        hook.parent.mkdir()
        hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
        hook.chmod(0o755)
        shop.commit(NOW, files={"kilo.config.json": None})
        assert [one.evidence for one in source.poll().repositories] == [Evidence()]
        assert hook.exists()
        assert not (tmp_path / "ran").exists()
