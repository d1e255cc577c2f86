"""Which repository a clone address means."""

from __future__ import annotations

from urllib.parse import urlsplit

from exporter.model import Repository


def repository_at(address: str, owner: str, project: str = "") -> Repository:
    """The repository that an address names; `project` where it names none, `owner` where neither names one.

    `https://host/acme/shop.git` and `git@host:acme/shop.git` are acme/shop, `/srv/git/shop.git` is a
    shop without an owner. A repository without a name is one that is not known.
    """
    for path in (_path_of(address), project):
        before, _, name = path.strip("/ ").removesuffix(".git").rpartition("/")
        if name:
            return Repository(before or owner, name)
    return Repository(owner, "")


def _path_of(address: str) -> str:
    """The part of an address that names the repository; credentials and host are no part of it."""
    if "://" in address:
        try:
            parts = urlsplit(address)
        except ValueError:
            return ""
        path, local = parts.path, parts.scheme == "file"
    else:
        host, colon, path = address.partition(":")
        local = not colon or "/" in host or "\\" in address
        path = address.replace("\\", "/") if local else path
    path = path.strip("/ ")
    return path.rpartition("/")[2] if local else path
