"""YAML files that people edit: values that are none, and files that are none."""

from pathlib import Path

import pytest

from exporter.yamlfile import ConfigError, parsed

FILE = Path("page.yml")


@pytest.mark.parametrize(
    "text",
    ["2026-02-30", "2026-13-01", "2026-11-20T25:00:00Z", "0000-01-01", "!!int ''", "!!timestamp x", "!!bool maybe"],
)
def test_what_only_looks_like_a_date_or_a_number_stays_text(text: str) -> None:
    held = text.rsplit(maxsplit=1)[-1].strip("'")
    assert parsed(FILE, f"a: {text}\n").data == {"a": held}


def test_a_number_with_too_many_digits_stays_text() -> None:
    assert parsed(FILE, f"a: {'9' * 5000}").data == {"a": "9" * 5000}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: &a [*a]", "page.yml: is nested too deeply"),
        ("a: " + "[" * 5000 + "]" * 5000, "page.yml: is nested too deeply"),
        ("a: [", "page.yml:1: not valid YAML"),
        ("a: \x07", "page.yml: not valid YAML"),
        ("- a", "page.yml: must hold a mapping of keys to values"),
        ("a: {b: 1,\n b: 2}", "page.yml:2: a.b: this key stands here twice; keep one"),
    ],
    ids=["holding itself", "deep", "cut", "unprintable", "list", "twice"],
)
def test_a_file_that_cannot_be_used_says_where_and_why(text: str, fault: str) -> None:
    with pytest.raises(ConfigError) as raised:
        parsed(FILE, text)
    assert raised.value.faults[0].startswith(fault)
