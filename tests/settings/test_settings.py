"""The configuration: what is read from where, and one clear line for every fault."""

from pathlib import Path

import pytest
import yaml

from exporter import settings
from exporter.yamlfile import ConfigError

GOOD = """\
web: {listen_address: "127.0.0.1:9847"}
ledger: {url: "sqlite:///ledger.db", retention: 35d}
sources:
  orchex:  {kind: orchex, url: "https://orchex.example/v1", interval: 30s}
  kilo:    {kind: kilo, url: "https://kilo.example", interval: 30s}
  bridges: {kind: bridge, url: "https://orchex.example/v1/bridges/status", interval: 30s}
  ci:      {kind: buildbot, url: "http://127.0.0.1:8010", interval: 30s}
  acme:
    kind: github
    url: "https://api.github.com"
    owner: acme
    repositories: ["*"]
    exclude: ["*-archive"]
    interval: 60s
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.yml"


def faults(file: Path, text: str) -> list[str]:
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        settings.load(file)
    return [fault.removeprefix(str(file)) for fault in caught.value.faults]


def test_the_documented_example_is_valid(file: Path) -> None:
    file.write_text(GOOD)
    loaded = settings.load(file)
    assert list(loaded.sources) == ["orchex", "kilo", "bridges", "ci", "acme"]
    assert loaded.ledger.retention == 35 * 86400
    assert {name: source.interval for name, source in loaded.sources.items()}["acme"] == 60


def test_the_environment_overrides_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(GOOD)
    monkeypatch.setenv("ORCHEX_KILO_SOURCES__ACME__TOKEN", "1234567890")
    monkeypatch.setenv("ORCHEX_KILO_SOURCES__ACME__INTERVAL", "90s")
    monkeypatch.setenv("ORCHEX_KILO_WEB__LISTEN_ADDRESS", "127.0.0.1:1")
    monkeypatch.setenv("ORCHEX_KILO_SOURCES__ACME__EXCLUDE", '["a-*", "b-*"]')
    loaded = settings.load(file)
    acme = loaded.sources["acme"]
    assert acme.token.get_secret_value() == "1234567890"
    assert (acme.interval, acme.exclude, acme.owner) == (90, ("a-*", "b-*"), "acme")
    assert loaded.web.listen_address == "127.0.0.1:1"


SOURCES = 'sources: {k: {kind: kilo, url: "https://kilo.example"}}\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", ": sources: missing; give it a value", id="empty"),
        pytest.param("- a\n", ": must hold a mapping of keys to values", id="a list"),
        pytest.param("web: {}\n", ": sources: missing; give it a value", id="no sources"),
        pytest.param("sources: {}\n", ":1: sources: dictionary should have at least 1 item", id="no source"),
        pytest.param("sources: [\n", ":2: not valid YAML", id="not YAML"),
        pytest.param("a: 1\n\tb: 2\n", ":2: not valid YAML", id="tab"),
        pytest.param(SOURCES + "wep: {}\n", ":2: wep: unknown key; did you mean `web`?", id="unknown section"),
        pytest.param(
            'sources:\n  k:\n    kind: kilo\n    url: "https://k.example"\n    intervall: 3s\n',
            ":5: sources.k.intervall: unknown key; did you mean `interval`?",
            id="unknown key",
        ),
        pytest.param("sources:\n  k: {url: 'https://k'}\n", ":2: sources.k: missing `kind`; one of ", id="no kind"),
        pytest.param("sources:\n  k: {kind: kilos}\n", ":2: sources.k: unknown kind 'kilos'; one of ", id="wrong kind"),
        pytest.param("sources:\n  k: {kind: kilo}\n", ":2: sources.k.url: missing; give it a value", id="no address"),
        pytest.param(
            "sources:\n  k: {kind: kilo, url: ftp://k}\n", ":2: sources.k.url: uRL scheme should be 'http'", id="scheme"
        ),
        pytest.param(
            'sources:\n  k: {kind: kilo, url: "https://u:hunter2@k"}\n',
            ":2: sources.k.url: no user or password in an address; use `token` or `token_file`",
            id="password in the address",
        ),
        pytest.param(
            SOURCES.replace("}}", ", interval: soon}}"),
            ":1: sources.k.interval: not a duration; write it like 30s, 5m, 1h30m or 35d (found 'soon')",
            id="not a duration",
        ),
        pytest.param(
            SOURCES.replace("}}", ", interval: 500ms}}"),
            ":1: sources.k.interval: input should be greater than or equal to 1 (found '500ms')",
            id="impossible interval",
        ),
        pytest.param(
            SOURCES.replace("}}", ", token: x, token_file: y}}"),
            ":1: sources.k: give token or token_file, not both",
            id="two tokens",
        ),
        pytest.param(
            SOURCES.replace("}}", ", token_file: /nowhere/token}}"),
            ":1: sources.k.token_file: the file /nowhere/token cannot be read (No such file or directory); "
            "create it or correct the path",
            id="missing secret",
        ),
        pytest.param(
            SOURCES.replace("k:", "K-1:"),
            ":1: sources.K-1: a source's name must be lower-case letters, digits and _, beginning with a letter",
            id="source name",
        ),
        pytest.param(SOURCES + SOURCES, ":2: sources: this key stands here twice", id="twice"),
        pytest.param(
            SOURCES + "ledger: {retention: 1h}\n", ":2: ledger.retention: input should be greater", id="short"
        ),
        pytest.param(
            SOURCES + "evidence: {integrated_run: '('}\n",
            ":2: evidence.integrated_run: not a regular expression",
            id="pattern",
        ),
        pytest.param(
            SOURCES + "uptime: {required_components: [orchix]}\n", ":2: uptime.required_components", id="component"
        ),
    ],
)
def test_a_fault_is_one_line_with_place_key_problem_and_remedy(file: Path, text: str, expected: str) -> None:
    (found,) = faults(file, text)
    assert found.startswith(expected)
    assert "\n" not in found
    assert "hunter2" not in found


def test_every_fault_is_told_at_once(file: Path) -> None:
    found = faults(file, "sources:\n  a: {kind: kilo}\n  b: {kind: nothing}\nwep: 1\n")
    assert len(found) == 3


def test_a_missing_file_says_how_to_name_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot be read \(No such file or directory\); name the file with --config"):
        settings.load(tmp_path / "none.yml")


def test_text_that_is_not_utf8(file: Path) -> None:
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="is not UTF-8 text"):
        settings.load(file)


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        (
            "ORCHEX_KILO_SUORCES__K__TOKEN",
            "x",
            "environment ORCHEX_KILO_SUORCES__K__TOKEN: no such setting; did you mean",
        ),
        ("ORCHEX_KILO_SOURCES__K__TOKE", "x", "environment ORCHEX_KILO_SOURCES__K__TOKE: sources.k.toke: unknown key"),
        (
            "ORCHEX_KILO_SOURCES__K__INTERVAL",
            "x",
            "environment ORCHEX_KILO_SOURCES__K__INTERVAL: sources.k.interval: not",
        ),
        ("ORCHEX_KILO_SOURCES__OTHER__TOKEN", "hunter2", "sources.other: missing `kind`"),
    ],
)
def test_a_fault_in_the_environment_names_the_variable(
    file: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(variable, value)
    (found,) = faults(file, SOURCES)
    assert expected in found
    assert "hunter2" not in found


def test_secrets_are_masked_wherever_the_configuration_is_shown(file: Path) -> None:
    file.write_text(
        SOURCES.replace("}}", ", token: hunter2}}") + 'ledger: {url: "postgresql://exporter:hunter3@db/ledger"}\n'
    )
    loaded = settings.load(file)
    shown = loaded.effective() + repr(loaded)
    assert "hunter2" not in shown
    assert "hunter3" not in loaded.effective()
    effective = yaml.safe_load(loaded.effective())
    assert effective["ledger"]["url"] == "postgresql://exporter:**********@db/ledger"
    assert effective["sources"]["k"]["token"] == "**********"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:hunter@2@db/ledger",
        "postgresql://u:hunter/2@db/ledger",
        "postgresql://u:hunter%402@db/ledger",
        "postgresql://u@db/ledger?sslmode=require&password=hunter2",
        "postgresql://u:hunter2@db/ledger?sslpassword=hunter3",
        "hunter2",
    ],
)
def test_no_password_of_the_ledger_is_shown_however_it_is_written(file: Path, url: str) -> None:
    file.write_text(SOURCES + f"ledger: {{url: {url!r}}}\n")
    loaded = settings.load(file)
    assert "hunter" not in loaded.effective() + repr(loaded)
    assert "**********" in loaded.effective()


def test_the_organisation_s_evidence_holds_for_every_host_that_has_none_of_its_own(file: Path) -> None:
    file.write_text(
        "evidence: {integrated_configs: [both.json]}\n"
        "sources:\n"
        "  a: {kind: github, owner: acme}\n"
        "  b: {kind: github, owner: acme, evidence: {integrated_configs: [own.json]}}\n"
        '  k: {kind: kilo, url: "https://kilo.example"}\n'
    )
    loaded = settings.load(file)
    assert loaded.sources["a"].evidence.integrated_configs == ("both.json",)
    assert loaded.sources["b"].evidence.integrated_configs == ("own.json",)


def test_a_value_of_the_wrong_type_is_shown_unless_it_may_be_a_secret(file: Path) -> None:
    (shown,) = faults(file, SOURCES + "series: {total: many}\n")
    assert "(found 'many')" in shown
    (hidden,) = faults(file, SOURCES.replace("}}", ", token: [hunter2]}}"))
    assert "hunter2" not in hidden
