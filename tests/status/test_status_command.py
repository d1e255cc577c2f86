"""The command `status`: what it prints, what it asks, and how it ends."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from exporter.kpis.criteria import Tier
from exporter.kpis.verdict import State
from exporter.snapshot import Snapshot
from exporter.status.shape import PLACE, Status
from tests.support import statuses, world
from tests.support.exporter import run
from tests.support.pki import Authority
from tests.support.replay import Answer, Server
from tests.support.site import Pages, served

HASHED = "$2b$04$1.9KQQGIBTq7SrEBJ7FqEeRSo4GnGCxw5fc1BYnMGQ/kasfUSV996"  # wonderland
NOWHERE = "http://127.0.0.1:9"


def judged(**states: State) -> Snapshot:
    """A snapshot in which all of the twelve are met, but these."""
    card = world.scorecard()
    verdicts = {
        key: replace(each, state=states.get(key, State.MET)) if each.criterion.tier is Tier.CRITERION else each
        for key, each in card.verdicts.items()
    }
    return replace(world.snapshot(), scorecard=replace(card, verdicts=verdicts))


@pytest.fixture
def site() -> Pages:
    pages = Pages()
    pages.snapshot = world.snapshot()
    return pages


@pytest.fixture
def base(site: Pages) -> Iterator[str]:
    with served(site) as address:
        yield address


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_running_exporter_is_asked(base: str, tmp_path: Path, slash: str) -> None:
    done = run("status", f"--url={base}{slash}", folder=tmp_path, COLUMNS="80")
    golden = (Path(__file__).parent.parent / "golden" / "status.txt").read_text()
    assert (done.returncode, done.stderr) == (1, "")
    assert [line.rstrip() for line in done.stdout.splitlines()] == golden.splitlines()


def test_json_is_the_document(base: str, tmp_path: Path) -> None:
    done = run("status", f"--url={base}", "--json", folder=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith('{\n  "schema_version": 1,\n')
    assert Status.model_validate_json(done.stdout) == statuses.WHOLE


def test_a_terminal_without_unicode_gets_all_of_it(base: str, tmp_path: Path) -> None:
    for flags in ((), ("--json",)):
        done = run("status", f"--url={base}", *flags, folder=tmp_path, PYTHONIOENCODING="ascii")
        assert (done.returncode, done.stderr) == (1, "")
        assert done.stdout.isascii()


@pytest.mark.parametrize(
    ("states", "code", "strict"),
    [
        ({}, 0, 0),
        ({"uptime": State.AT_RISK}, 0, 0),
        ({"uptime": State.MISSED}, 1, 1),
        ({"uptime": State.NO_DATA}, 0, 1),
        ({"uptime": State.STALE}, 0, 1),
    ],
)
def test_the_exit_code_says_whether_one_is_missed(site, base, tmp_path, states, code, strict) -> None:
    site.snapshot = judged(**states)
    assert run("status", f"--url={base}", "--json", folder=tmp_path).returncode == code
    assert run("status", f"--url={base}", "--json", "--strict", folder=tmp_path).returncode == strict


def test_a_name_and_a_password_open_a_protected_exporter(site: Pages, tmp_path: Path) -> None:
    web, password = tmp_path / "web.yml", tmp_path / "password"
    web.write_text(f'basic_auth_users: {{alice: "{HASHED}"}}\n')
    password.write_text("wonderland\n")
    access = ("--username=alice", f"--password-file={password}")
    with served(site, config=web) as base:
        shut = run("status", f"--url={base}", folder=tmp_path)
        opened = run("status", f"--url={base}", *access, folder=tmp_path)
        password.write_text("looking-glass\n")
        wrong = run("status", f"--url={base}", *access, folder=tmp_path)
    assert (opened.returncode, opened.stderr) == (1, "")
    for refused in (shut, wrong):
        assert (refused.returncode, refused.stdout) == (2, "")
        assert refused.stderr == f"{base}{PLACE}: 401, the credentials are missing, wrong or expired\n"


def test_certificates_open_an_exporter_with_mutual_tls(site: Pages, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    server, client = authority.issue("server"), authority.issue("prometheus")
    web = tmp_path / "web.yml"
    files = {"cert_file": server[0], "key_file": server[1], "client_ca_file": authority.ca_file}
    rules = {name: str(file) for name, file in files.items()}
    web.write_text(yaml.safe_dump({"tls_server_config": {**rules, "client_auth_type": "RequireAndVerifyClientCert"}}))
    with served(site, config=web) as base:
        trusted = (f"--url={base}", f"--ca-file={authority.ca_file}")
        stranger = run("status", *trusted, folder=tmp_path)
        friend = run("status", *trusted, f"--cert-file={client[0]}", f"--key-file={client[1]}", folder=tmp_path)
    assert (stranger.returncode, len(stranger.stderr.splitlines())) == (2, 1)
    assert (friend.returncode, friend.stderr) == (1, "")


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (Answer(404), "nothing there; is this an exporter, and of this version?"),
        (Answer(500), "the server failed with 500"),
        (Answer(200, {}, b"<html>"), "HTML instead of JSON; is this the address of the API?"),
        (Answer.of_json([1]), "this is no status document; is it an exporter's address?"),
        (
            Answer.of_json({"schema_version": 2}),
            "its schema version is 2, this program reads 1; use the program of the",
        ),
        (Answer.of_json({"schema_version": 1}), "taken_at: Field required"),
    ],
)
def test_an_answer_that_cannot_be_used_is_told_in_a_line(tmp_path, answer, complaint) -> None:
    with Server(lambda _: answer) as server:
        done = run("status", f"--url={server.url}", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"{server.url}{PLACE}: {complaint}")
    assert len(done.stderr.splitlines()) == 1


def test_an_older_exporter_s_document_is_shown_and_printed_as_it_is(base: str, tmp_path: Path) -> None:
    old = statuses.older()
    with Server(lambda _: Answer.of_json(old)) as server:
        shown, printed = (run("status", f"--url={server.url}", *flags, folder=tmp_path) for flags in ((), ("--json",)))
    assert (shown.returncode, shown.stderr, printed.returncode, printed.stderr) == (1, "", 1, "")
    assert shown.stdout == run("status", f"--url={base}", folder=tmp_path).stdout
    assert json.loads(printed.stdout) == old


def test_nobody_there_is_told_in_a_line(tmp_path: Path) -> None:
    done = run("status", f"--url={NOWHERE}", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"{NOWHERE}{PLACE}: no connection; does the host listen on this port?\n"


@pytest.mark.parametrize(
    ("flags", "complaint"),
    [
        (["--url=127.0.0.1:9847"], "write it like http://127.0.0.1:9847"),
        (["--url=ftp://host"], "write it like http://127.0.0.1:9847"),
        (["--url=http://[host"], "Invalid IPv6 URL"),
        (["--url=http://host/?a=b"], "write it like http://127.0.0.1:9847"),
        (["--url=http://alice:wonderland@host"], "use --username and --password-file"),
        ([f"--url={NOWHERE}", "--username=alice"], "--username and --password-file belong together"),
        ([f"--url={NOWHERE}", "--key-file=key.pem"], "--cert-file and --key-file belong together"),
        (["--username=alice", "--password-file=password"], "credentials and certificates go with --url"),
    ],
)
def test_flags_that_do_not_fit_are_refused(tmp_path, flags, complaint) -> None:
    done = run("status", *flags, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert complaint in done.stderr
    assert "wonderland" not in done.stderr


def test_a_password_file_that_cannot_be_read(tmp_path: Path) -> None:
    done = run("status", f"--url={NOWHERE}", "--username=a", "--password-file=none", folder=tmp_path)
    assert (done.returncode, done.stderr) == (2, "cannot read the secret file none: FileNotFoundError\n")


@pytest.fixture
def configured(tmp_path: Path) -> Iterator[str]:
    """A configuration whose only source answers."""
    with Server(lambda _: Answer.of_json({"status": "healthy", "version": "1.2.3"})) as kilo:
        file = tmp_path / "config.yml"
        sources = {"kilo": {"kind": "kilo", "url": kilo.url}}
        file.write_text(yaml.safe_dump({"ledger": {"url": f"sqlite:///{tmp_path}/ledger.db"}, "sources": sources}))
        yield f"--config.file={file}"


def test_without_an_address_the_ledger_is_read_and_nothing_polled(configured: str, tmp_path: Path) -> None:
    assert run("once", configured, folder=tmp_path).returncode == 0
    done = run("status", configured, "--json", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    found = Status.model_validate_json(done.stdout)
    (source,) = found.sources
    assert (source.name, source.up, source.last_success is None) == ("kilo", None, False)
    assert (found.summary.no_data, found.summary.ok) == (12, True)
    assert run("status", configured, "--strict", folder=tmp_path).returncode == 1


def test_a_ledger_that_remembers_nothing_is_no_good_news(configured: str, tmp_path: Path) -> None:
    done = run("status", configured, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("the ledger remembers no poll; begin with `serve` or `once`")


def test_without_a_configuration_there_is_a_line_that_says_so(tmp_path: Path) -> None:
    done = run("status", folder=tmp_path)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
