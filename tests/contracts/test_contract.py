"""The contract that every provider keeps: its recorded cases, and the faults that all sources have.

It runs over every member of the provider union, so a provider without cases fails. The format of
the cases is described in `tests/support/cases.py` and CONTRIBUTING.
"""

from __future__ import annotations

import time
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter

from exporter.errors import RateLimited, Reason, SourceError
from exporter.http import Usage
from exporter.model import Facts
from exporter.providers import AnyProvider
from exporter.providers.base import Provider, Since, WebProvider
from tests.support.cases import CaseFile, differences, make_repositories, moment, read_case, read_provider
from tests.support.replay import Answer, Exchange, Manner, ReplayServer

FOLDER = Path(__file__).parent
REQUIRED = (
    "happy",
    "second_page",
    "empty",
    "unchanged",
    "unknown_status",
    "missing_fields",
    "nulls",
    "absurd_dates",
    "clock_skew",
    "page_drift",
    "changed_between_pages",
    "renamed_during_the_poll",
    "archived_during_the_poll",
)
"""The last five are what only real servers show: their clock is not ours, a list moves while it is paged, a run
changes its state between two pages, a repository gets another name or is archived while it is read."""
SECRET = "canary-5f0c1d-secret"
TIMES_OUT = 0.3


def _members(union: Any) -> tuple[type[Provider], ...]:
    annotated = get_args(union)[0]
    return get_args(annotated) or (annotated,)


def _kind(member: type[Provider]) -> str:
    return str(get_args(member.model_fields["kind"].annotation)[0])


MODELS = {_kind(member): member for member in _members(AnyProvider)}
KINDS = sorted(MODELS)
IN_GIT = [kind for kind in KINDS if "ssh_key_file" in MODELS[kind].model_fields]
OVER_HTTP = [kind for kind in KINDS if issubclass(MODELS[kind], WebProvider) and kind not in IN_GIT]
IN_A_FILE = [kind for kind in KINDS if "path" in MODELS[kind].model_fields]
CASES = [path for kind in KINDS for path in sorted((FOLDER / kind).glob("*.yml")) if path.name != "provider.yml"]


@dataclass(frozen=True)
class Fault:
    """What goes wrong, and the reason that the poll (or the item) must give for it."""

    name: str
    answer: Answer
    reason: Reason
    retried: bool = False


def _said(status: int, body: str = f'{{"message": "{SECRET}"}}', **headers: str) -> Answer:
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, body.encode())


HTML = f"<!DOCTYPE html><html><body>Sign in, {SECRET}</body></html>"
FAULTS = {
    fault.name: fault
    for fault in (
        Fault("401", _said(401), Reason.UNAUTHORIZED),
        Fault("403", _said(403), Reason.FORBIDDEN),
        Fault("404", _said(404), Reason.NOT_FOUND),
        Fault("429", _said(429, Retry_After="77"), Reason.RATE_LIMITED),
        Fault("500", _said(500), Reason.SERVER_ERROR),
        Fault("502", _said(502, HTML, Content_Type="text/html"), Reason.SERVER_ERROR, retried=True),
        Fault("503", _said(503), Reason.SERVER_ERROR, retried=True),
        Fault("timeout", Answer(manner=Manner.HOLD), Reason.TIMEOUT),
        Fault("reset", Answer(manner=Manner.RESET), Reason.UNREACHABLE, retried=True),
        Fault("truncated", Answer(body=b'{"a": ', manner=Manner.TRUNCATE), Reason.UNREACHABLE),
        Fault("malformed", _said(200, f'{{"{SECRET}": '), Reason.BAD_PAYLOAD),
        Fault("html", _said(200, HTML, Content_Type="text/html"), Reason.BAD_PAYLOAD),
    )
}
FILES = {
    "missing": (None, Reason.NOT_FOUND),
    "empty": (b"", Reason.BAD_PAYLOAD),
    "comments_only": (f"# {SECRET}\n".encode(), Reason.BAD_PAYLOAD),
    "truncated": (f"{SECRET}: [".encode(), Reason.BAD_PAYLOAD),
    "malformed": (f"a: 1\n\tb: '{SECRET}".encode(), Reason.BAD_PAYLOAD),
    "binary": (b"\xff\xfe\x00", Reason.BAD_PAYLOAD),
    "a_list": (f"- {SECRET}\n".encode(), Reason.BAD_PAYLOAD),
    "a_key_twice": (f"a: {SECRET}\na: {SECRET}\n".encode(), Reason.BAD_PAYLOAD),
    "holding_itself": (b"a: &a [*a]\n", Reason.BAD_PAYLOAD),
}
"""What a file that people edit may come to hold (None: it is gone), and the reason that the poll must give."""
OF_AN_ITEM = ("403", "404", "500", "502", "malformed", "html")
OF_THE_POLL = ("401", "429", "timeout", "reset")


@dataclass
class Outcome:
    """What one poll gave: its steps, how it ended, what it cost, and what the server saw."""

    steps: list[Facts]
    error: SourceError | None
    usage: Usage
    server: ReplayServer

    @property
    def facts(self) -> Facts:
        return Facts.merged(self.steps)

    @property
    def messages(self) -> str:
        return f"{self.error} {[fact.detail for fact in self.facts.unreadable]}"


def poll(path: Path, case: CaseFile, time_limit: float = 20.0, **source: Any) -> Outcome:
    """Polls the source once, as the case configures it: `exchanges` of a server, a `file`, or repositories of `git`.

    The token is watched for. The server is there for a file too: nobody may ask it.
    """
    kind = path.parent.name
    steps: list[Facts] = []
    error: SourceError | None = None
    with ReplayServer(source.get("exchanges", [])) as server:
        own = source.get("own") or {"url": "{url}", "token": SECRET}
        config = {"kind": kind, **own, **read_provider(path.parent).config, **case.config}
        config = {key: value.replace("{url}", server.url) if key == "url" else value for key, value in config.items()}
        provider: Provider = TypeAdapter(AnyProvider).validate_python(config)
        with provider.connect(time.monotonic() + time_limit, provider.auth()) as http:
            try:
                steps.extend(provider.fetch(http, Since(moment(case.now), case.marks)))
            except SourceError as raised:
                error = raised
    assert not server.unmatched, f"{path.name}: asked for what no exchange answers: {server.unmatched}"
    return Outcome(steps, error, http.usage, server)


def poll_case(path: Path, folder: Path) -> Outcome:
    """Polls the case as it stands; its file and its repositories, if it has any, are made in `folder`."""
    case = read_case(path)
    own: dict[str, Any] = {}
    if case.file is not None:
        own = {"path": folder / "case.yml"}
        own["path"].write_text(case.file)
    if case.git:
        own = {"repositories": make_repositories(case, folder / "git"), "cache": str(folder / "cache")}
    return poll(path, case, exchanges=[one.exchange() for one in case.exchanges], own=own)


def polled_with(path: Path, fault: Fault, target: int) -> Outcome:
    """Polls the case with the fault in place of the answer of its exchange number `target`."""
    case = read_case(path)
    exchanges = [one.exchange() for one in case.exchanges]
    broken = replace(exchanges[target], answer=fault.answer, if_etag=None)
    others = [
        one for one in exchanges if (one.method, one.path, one.query) != (broken.method, broken.path, broken.query)
    ]
    time_limit = TIMES_OUT if fault.reason is Reason.TIMEOUT else 20.0
    return poll(path, case, time_limit, exchanges=[broken, *others])


@pytest.mark.parametrize("kind", KINDS)
def test_every_provider_has_the_required_cases(kind: str) -> None:
    about = read_provider(FOLDER / kind)
    there = {path.stem for path in (FOLDER / kind).glob("*.yml")} - {"provider"}
    excused = set(about.not_applicable) - {"http"}
    assert set(REQUIRED) - there == excused, "each required case is there, or provider.yml says why not; not both"
    assert all(about.not_applicable.values()), "an excuse has a reason"
    assert "happy" in there


@pytest.mark.parametrize("kind", KINDS)
def test_only_a_source_without_an_address_is_excused_from_the_faults_of_http(kind: str) -> None:
    assert ("http" in read_provider(FOLDER / kind).not_applicable) == (kind not in OVER_HTTP)


def test_every_folder_belongs_to_a_provider() -> None:
    assert {path.name for path in FOLDER.iterdir() if (path / "provider.yml").exists()} <= set(KINDS)


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_case(path: Path, tmp_path: Path) -> None:
    case = read_case(path)
    outcome = poll_case(path, tmp_path)
    assert (outcome.error and outcome.error.reason) == case.expect.error, f"{case.about}\n{outcome.error!r}"
    wrong = list(differences(case.expect.facts, outcome.facts, path.stem))
    assert not wrong, "\n".join([case.about, *wrong])
    if case.expect.requests is not None:
        assert len(outcome.server.requests) == case.expect.requests, list(map(str, outcome.server.requests))
    assert [part for part in case.expect.says if part not in outcome.messages] == [], outcome.messages
    assert SECRET not in outcome.messages


@pytest.mark.parametrize("fault", FILES)
@pytest.mark.parametrize("kind", IN_A_FILE)
def test_a_fault_of_the_file_ends_the_poll(kind: str, fault: str, tmp_path: Path) -> None:
    content, reason = FILES[fault]
    file = tmp_path / "fault.yml"
    if content is not None:
        file.write_bytes(content)
    path = FOLDER / kind / "happy.yml"
    outcome = poll(path, read_case(path), own={"path": file})
    assert outcome.error is not None, f"{fault} did not end the poll"
    assert outcome.error.reason is reason, repr(outcome.error)
    assert str(outcome.error).startswith(str(file)), "the message names the place"
    assert outcome.steps == [], "what the file told before stays"
    assert SECRET not in outcome.messages


@pytest.mark.parametrize("kind", OVER_HTTP)
def test_every_request_carries_the_token(kind: str, tmp_path: Path) -> None:
    outcome = poll_case(FOLDER / kind / "happy.yml", tmp_path)
    assert outcome.server.requests
    assert [str(one) for one in outcome.server.requests if not _carries(one.headers)] == []


def _carries(headers: Mapping[str, str]) -> bool:
    """Whether the token is in a header, or in one of basic authentication."""
    basic = (text.removeprefix("Basic ") for text in headers.values() if text.startswith("Basic "))
    return any(SECRET in text for text in (*headers.values(), *(b64decode(one).decode() for one in basic)))


@pytest.mark.parametrize("fault", FAULTS.values(), ids=lambda fault: fault.name)
@pytest.mark.parametrize("kind", OVER_HTTP)
def test_a_fault_of_the_first_answer_ends_the_poll(kind: str, fault: Fault, caplog: pytest.LogCaptureFixture) -> None:
    path = FOLDER / kind / "happy.yml"
    outcome = polled_with(path, fault, 0)
    asked = outcome.server.asked(_target(path, 0).path)
    _ends_as(outcome, fault)
    assert asked == 3 if fault.retried else asked == 1
    assert _target(path, 0).path.rstrip("/") in str(outcome.error), "the message names the place"
    assert SECRET not in outcome.messages + caplog.text
    assert not outcome.facts.unreadable, "a failed poll is no unreadable item"


@pytest.mark.parametrize("fault", [FAULTS[name] for name in OF_AN_ITEM], ids=lambda fault: fault.name)
@pytest.mark.parametrize("kind", OVER_HTTP)
def test_a_fault_of_one_item_spares_the_others(
    kind: str, fault: Fault, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    path = FOLDER / kind / "happy.yml"
    case = read_case(path)
    good = poll_case(path, tmp_path).facts
    for target in _items(case):
        outcome = polled_with(path, fault, target)
        assert outcome.error is None, f"{_target(path, target)} with {fault.name}: {outcome.error}"
        facts = outcome.facts
        new = [one for one in facts.unreadable if one not in good.unreadable]
        assert [one.reason for one in new] == [fault.reason], f"{_target(path, target)}: {new}"
        assert (facts.scope, facts.told) == (good.scope, good.told), "what cannot be read for once is not forgotten"
        wrong = list(_changes(good, facts, new[0].item))
        assert not wrong, "\n".join([f"{_target(path, target)} with {fault.name}:", *wrong])
        assert SECRET not in outcome.messages + caplog.text


@pytest.mark.parametrize("fault", [FAULTS[name] for name in OF_THE_POLL], ids=lambda fault: fault.name)
@pytest.mark.parametrize("kind", OVER_HTTP)
def test_a_fault_of_the_source_at_an_item_ends_the_poll(kind: str, fault: Fault, tmp_path: Path) -> None:
    path = FOLDER / kind / "happy.yml"
    case = read_case(path)
    good = poll_case(path, tmp_path).facts
    for target in _items(case)[:1]:
        outcome = polled_with(path, fault, target)
        _ends_as(outcome, fault)
        assert not list(_invented(good, outcome.facts)), "what was yielded before the fault is as in a good poll"
        assert SECRET not in outcome.messages


def _target(path: Path, index: int) -> Exchange:
    return read_case(path).exchanges[index].exchange()


def _items(case: CaseFile) -> list[int]:
    return [index for index, one in enumerate(case.exchanges) if one.item and index > 0]


def _ends_as(outcome: Outcome, fault: Fault) -> None:
    assert outcome.error is not None, f"{fault.name} did not end the poll"
    assert outcome.error.reason is fault.reason, repr(outcome.error)
    if isinstance(outcome.error, RateLimited):
        assert outcome.error.retry_at == pytest.approx(time.time() + 77, abs=5)
        assert outcome.usage.requests["throttled"] == 1


def _lists(facts: Facts) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Each kind of fact with its facts; the time that an answer took is no part of the comparison."""
    for name in (one.name for one in fields(Facts) if one.name not in ("unreadable", "scope", "told", "marks")):
        yield name, tuple(_timeless(fact) for fact in getattr(facts, name))


def _timeless(fact: Any) -> Any:
    return replace(fact, latency=None) if hasattr(fact, "latency") else fact


def _changes(good: Facts, faulty: Facts, item: str) -> Iterator[str]:
    """What the fault of `item` changed about others. A fact of the whole source may lack parts, but not differ."""
    faulty_lists = dict(_lists(faulty))
    for name, facts in _lists(good):
        kept = [fact for fact in faulty_lists[name] if not _about(fact, item)]
        for fact in facts:
            if not _about(fact, item) and _names(fact) and fact not in kept:
                yield f"{name}: lost {fact}"
    yield from _invented(good, faulty, item)


def _invented(good: Facts, faulty: Facts, item: str | None = None) -> Iterator[str]:
    good_lists = dict(_lists(good))
    for name, facts in _lists(faulty):
        for fact in facts:
            about_it = item is not None and _about(fact, item)
            if not about_it and not any(_lacks(fact, whole) for whole in good_lists[name]):
                yield f"{name}: new {fact}"


def _lacks(less: Any, whole: Any) -> bool:
    """Whether `less` is `whole`, with some optional fields at their defaults."""
    for one in fields(whole):
        empty = one.default if one.default_factory is MISSING else one.default_factory()
        if getattr(less, one.name) not in (getattr(whole, one.name), empty):
            return False
    return True


def _names(fact: Any) -> set[str]:
    """What a fact is about: a repository, a pipeline, a component; nothing, when about the whole source."""
    there = {
        name: getattr(fact, name) for name in ("repository", "pipeline", "component", "bridge") if hasattr(fact, name)
    }
    names = {str(value) for value in there.values()}
    if {"repository", "pipeline"} <= there.keys():
        names.add(f"{there['repository']}/{there['pipeline']}")
    return names


def _about(fact: Any, item: str) -> bool:
    """Whether the item's name is, or begins with, what the fact is about: `acme/a` or `acme/a runs`."""
    return any(item == name or (item.startswith(name) and item[len(name)] in " :#/@") for name in _names(fact) - {""})
