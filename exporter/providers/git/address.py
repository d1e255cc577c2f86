"""Clone addresses: which are understood, what each needs, and which repository it names. It asks nobody."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

from exporter.model import Repository
from exporter.providers.common.origin import repository_at

Protocol: TypeAlias = Literal["https", "http", "ssh", "file"]
PROTOCOLS: tuple[Protocol, ...] = ("https", "http", "ssh", "file")
REMEDY = "write https://HOST/PATH, ssh://USER@HOST/PATH, USER@HOST:PATH, or the path of a bare repository"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a repository is cloned from. The text holds no secret: it is fit for messages."""

    text: str
    protocol: Protocol

    def __str__(self) -> str:
        return self.text

    @property
    def over_http(self) -> bool:
        return self.protocol in ("https", "http")

    @property
    def repository(self) -> Repository:
        return repository_at(self.text, owner="")

    @property
    def for_git(self) -> str:
        """As git takes it from any folder: a path is given whole."""
        local = self.protocol == "file" and "://" not in self.text
        return str(Path(self.text).absolute()) if local else self.text


def parse_address(text: str) -> Address:
    """The address. Raises ValueError with the remedy; the text is not quoted, because it may hold a password."""
    if not text or text.startswith("-") or not text.isprintable() or re.match(r"[\w-]+::", text):
        raise ValueError(f"is no clone address; {REMEDY}")
    address = Address(text, _protocol(text))
    if not address.repository.name:
        raise ValueError(f"names no repository; {REMEDY}")
    return address


def _protocol(text: str) -> Protocol:
    scheme, separator, _ = text.partition("://")
    if not separator:
        host, colon, _ = text.partition(":")
        return "ssh" if colon and "/" not in host else "file"
    protocol = next((known for known in PROTOCOLS if known == scheme), None)
    if protocol is None:
        raise ValueError(f"has a protocol that is not asked; {REMEDY}")
    try:
        parts = urlsplit(text)
    except ValueError:
        raise ValueError(f"is no clone address; {REMEDY}") from None
    if parts.password is not None or (parts.username is not None and protocol != "ssh"):
        raise ValueError("holds a user or password; take it out, and give `user`, and `token` or `token_file`")
    return protocol


def parse_addresses(texts: Sequence[str]) -> tuple[Address, ...]:
    """All of them, in the order of their repositories' names. Raises ValueError for two of the same name."""
    found: dict[Repository, tuple[int, Address]] = {}
    for number, text in enumerate(texts, 1):
        try:
            address = parse_address(text)
        except ValueError as error:
            raise ValueError(f"address {number} {error}") from None
        if address.repository in found:
            other = found[address.repository][0]
            problem = f"addresses {other} and {number} are both the repository {address.repository}"
            raise ValueError(f"{problem}; keep one, or give them sources of their own")
        found[address.repository] = (number, address)
    return tuple(address for _, address in sorted(found.values(), key=lambda one: str(one[1].repository)))
