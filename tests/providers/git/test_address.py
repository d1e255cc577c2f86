"""Clone addresses: what each is taken for, and that no secret of one is ever said."""

from __future__ import annotations

from pathlib import Path

import pytest

from exporter.providers.git.address import parse_address, parse_addresses

KNOWN = {
    "https://git.example.org/acme/shop.git": ("https", "acme/shop"),
    "http://127.0.0.1:3000/acme/platform/shop": ("http", "acme/platform/shop"),
    "ssh://git@git.example.org:2222/acme/shop.git": ("ssh", "acme/shop"),
    "git@git.example.org:acme/shop.git": ("ssh", "acme/shop"),
    "git.example.org:shop.git": ("ssh", "shop"),
    "/srv/git/shop.git": ("file", "shop"),
    "mirrors/shop.git": ("file", "shop"),
    "./a:b/shop.git": ("file", "shop"),
    "file:///srv/git/shop.git": ("file", "shop"),
}


@pytest.mark.parametrize("text", KNOWN)
def test_what_is_understood(text: str) -> None:
    address = parse_address(text)
    assert (address.protocol, str(address.repository)) == KNOWN[text]
    assert str(address) == text


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is no clone address"),
        ("--upload-pack=touch x", "is no clone address"),
        ("https://host/a\nb", "is no clone address"),
        ("ext::sh -c id", "is no clone address"),
        ("https://[host/shop.git", "is no clone address"),
        ("git://host/shop.git", "has a protocol that is not asked"),
        ("HTTPS://host/shop.git", "has a protocol that is not asked"),
        ("https://host", "names no repository"),
        ("/", "names no repository"),
        ("https://me@host/shop.git", "holds a user or password"),
        ("https://me:hunter2@host/shop.git", "holds a user or password"),
        ("ssh://me:hunter2@host/shop.git", "holds a user or password"),
    ],
)
def test_what_is_not(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=f"^{problem}") as raised:
        parse_address(text)
    assert "hunter2" not in str(raised.value)


def test_they_stand_in_the_order_of_their_names() -> None:
    found = parse_addresses(["/srv/b.git", "https://host/a/z.git", "/srv/A.git"])
    assert [str(address.repository) for address in found] == ["A", "a/z", "b"]


def test_a_relative_path_is_taken_from_where_we_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert parse_address("mirrors/shop.git").for_git == f"{tmp_path}/mirrors/shop.git"
    assert parse_address("https://host/shop.git").for_git == "https://host/shop.git"
