"""The contents of a default branch: read again only where what matters is new."""

import base64
from collections.abc import Iterable

import pytest

from exporter.errors import BadPayload, NotFound
from exporter.evidence import EvidenceRules
from exporter.model import Evidence, Repository, Workflow
from exporter.providers.common.contents import ContentsMark, digest_of, judged, parse_blob, told, untold

RULES = EvidenceRules()
SHOP = Repository("acme", "shop")
CI = ".github/workflows/ci.yml"
FILES = {"kilo.config.json": "a", CI: "b", "README.md": "c"}


class Texts:
    """The texts of files, and which were asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, paths: Iterable[str]) -> dict[str, str]:
        self.asked += paths
        return {path: "ORCHEX analyze . --governance-check" if path == CI else "{}" for path in self.asked}


def test_only_what_matters_is_read_and_only_when_it_is_new() -> None:
    texts = Texts()
    mark, evidence = judged(ContentsMark(), FILES, texts, RULES)
    assert evidence == Evidence(legacy_config=True, integrated_workflow=True)
    assert texts.asked == [CI, "kilo.config.json"]
    assert judged(mark, FILES | {"README.md": "new", "docs.md": "d"}, texts, RULES) == (mark, None)
    assert len(texts.asked) == 2
    again, backed = judged(mark, FILES | {"kilo.config.backup.json": "e"}, texts, RULES)
    assert backed is not None
    assert backed.backup
    assert again.digest != mark.digest


def test_definitions_that_are_gone_are_remembered() -> None:
    mark, _ = judged(ContentsMark(), FILES, Texts(), RULES)
    later, _ = judged(mark, {"kilo.config.json": "a"}, Texts(), RULES)
    assert later.workflows == mark.workflows == {CI: Workflow.INTEGRATED}


def test_what_cannot_be_read_is_told_as_unknown_and_read_whole_again() -> None:
    mark, evidence = judged(ContentsMark(rules=digest_of(RULES)), FILES, Texts(), RULES)
    assert told(SHOP, mark, evidence).repositories[0].evidence == evidence
    assert told(SHOP, mark, None).repositories == ()
    facts = untold(SHOP, mark, NotFound("gone"))
    assert [(state.repository, state.evidence) for state in facts.repositories] == [(SHOP, None)]
    assert [(one.item, one.reason) for one in facts.unreadable] == [("acme/shop", "not_found")]
    kept = ContentsMark.model_validate_json(facts.marks["contents:acme/shop"])
    assert kept == ContentsMark(workflows=mark.workflows)
    assert untold(SHOP, mark).unreadable == ()


def test_other_rules_have_another_digest() -> None:
    assert digest_of(RULES) != digest_of(RULES.model_copy(update={"backups": ()}))


def test_a_blob_is_base64_in_lines() -> None:
    text = base64.encodebytes("größer ".encode() * 20).decode()
    assert parse_blob({"content": text, "encoding": "base64"}, "x") == "größer " * 20


def test_a_blob_may_be_plain() -> None:
    assert parse_blob({"content": "plain", "encoding": "utf-8"}, "x") == "plain"


def test_bytes_that_are_no_text_are_replaced() -> None:
    assert parse_blob({"content": base64.b64encode(b"\xff{}").decode()}, "x") == "\ufffd{}"


@pytest.mark.parametrize(
    "data", [{"content": "a"}, {"content": None}, {}, [], None, {"content": "ä", "encoding": "base64"}]
)
def test_what_is_no_blob_is_refused(data: object) -> None:
    with pytest.raises(BadPayload, match="the place"):
        parse_blob(data, "the place")
