"""The contract suite's case files: what they may hold, and how expected facts are compared."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from exporter.errors import Reason
from exporter.model import Repository
from tests.support.git import Repo
from tests.support.replay import Answer, Exchange


class _TextLoader(yaml.SafeLoader):
    """YAML whose dates stay text, as they are in JSON."""


_TextLoader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class ExchangeFile(_Strict):
    """One exchange of a case; exactly one of `get` and `post`, at most one of `json` and `text`."""

    get: str | None = None
    post: str | None = None
    status: int = 200
    headers: dict[str, str] = {}
    data: Any = Field(None, alias="json")
    text: str | None = None
    if_etag: str | None = None
    item: bool = False

    @model_validator(mode="after")
    def _one_target(self) -> ExchangeFile:
        if (self.get is None) == (self.post is None):
            raise ValueError("an exchange has either `get` or `post`")
        return self

    def exchange(self) -> Exchange:
        method, target = ("GET", self.get) if self.get is not None else ("POST", self.post)
        headers = dict(self.headers)
        body = (self.text or "").encode()
        if "data" in self.model_fields_set:
            body = json.dumps(self.data).encode()
            headers.setdefault("Content-Type", "application/json")
        answer = Answer(self.status, headers, body)
        return Exchange.of(str(target), answer, method, if_etag=self.if_etag, item=self.item)


class CommitFile(_Strict):
    """A commit of a case's repository. `id` is its name for the `parents` of others; without parents it follows
    the branch's head. `authored` is `at` where it is not given."""

    id: str = ""
    at: str
    authored: str | None = None
    parents: list[str] | None = None
    branch: str = "main"
    files: dict[str, str] = {}


class ExpectFile(_Strict):
    """`says` are parts of the messages of the error and of the unreadable items."""

    error: Reason | None = None
    says: list[str] = []
    facts: dict[str, Any] = {}
    requests: int | None = None


class CaseFile(_Strict):
    """A source over HTTP has `exchanges`; one that reads a file has its text as `file`; one that reads git has
    repositories as `git`, each with its commits, or none where there is no such repository."""

    about: str
    config: dict[str, Any] = {}
    now: str = "2026-01-10T12:00:00Z"
    marks: dict[str, str] = {}
    exchanges: list[ExchangeFile] = []
    file: str | None = None
    git: dict[str, list[CommitFile] | None] = {}
    expect: ExpectFile


class ProviderFile(_Strict):
    """`{url}` in the address of a configuration is the server's. `not_applicable` says of a required case,
    or of `http` (which means all faults of HTTP), why it makes no sense."""

    config: dict[str, Any] = {}
    not_applicable: dict[str, str] = {}


def read_case(path: Path) -> CaseFile:
    return CaseFile.model_validate(_load(path))


def read_provider(folder: Path) -> ProviderFile:
    return ProviderFile.model_validate(_load(folder / "provider.yml"))


def _load(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), _TextLoader)  # a subclass of the safe loader


def make_repositories(case: CaseFile, folder: Path) -> list[str]:
    """The case's repositories below `folder`, made by git itself, and their paths; one that is not there has a path."""
    for name, commits in case.git.items():
        if commits is not None:
            _make_repository(Repo(folder / f"{name}.git"), commits)
    return [str(folder / f"{name}.git") for name in case.git]


def _make_repository(repo: Repo, commits: list[CommitFile]) -> None:
    shas: dict[str, str] = {}
    for one in commits:
        parents = None if one.parents is None else [shas[parent] for parent in one.parents]
        authored = None if one.authored is None else moment(one.authored)
        sha = repo.commit(moment(one.at), authored=authored, parents=parents, branch=one.branch, files=one.files)
        shas[one.id] = sha


def differences(expected: Any, actual: Any, path: str) -> Iterator[str]:
    """Where `actual` is not as expected: mappings are subsets, lists are whole, moments may be text."""
    if isinstance(actual, Repository) and isinstance(expected, str):
        yield from differences(expected, str(actual), path)
    elif isinstance(actual, frozenset):
        yield from differences(expected, sorted(actual), path)
    elif is_dataclass(actual) and isinstance(expected, Mapping):
        yield from _in_mapping(expected, {f.name: getattr(actual, f.name) for f in fields(actual)}, path)
    elif isinstance(actual, Mapping) and isinstance(expected, Mapping):
        yield from _in_mapping(expected, actual, path)
    elif isinstance(actual, list | tuple) and isinstance(expected, list):
        yield from _in_list(expected, actual, path)
    elif not _equal(expected, actual):
        yield f"{path}: expected {expected!r}, got {actual!r}"


def _in_mapping(expected: Mapping[str, Any], actual: Mapping[str, Any], path: str) -> Iterator[str]:
    for key, value in expected.items():
        if key not in actual:
            yield f"{path}.{key}: expected {value!r}, but there is only {', '.join(map(str, actual)) or 'nothing'}"
        else:
            yield from differences(value, actual[key], f"{path}.{key}")


def _in_list(expected: list[Any], actual: list[Any] | tuple[Any, ...], path: str) -> Iterator[str]:
    if len(expected) != len(actual):
        yield f"{path}: expected {len(expected)} entries, got {len(actual)}: {list(actual)!r}"
    for index, (one, other) in enumerate(zip(expected, actual, strict=False)):
        yield from differences(one, other, f"{path}[{index}]")


def _equal(expected: Any, actual: Any) -> bool:
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if isinstance(actual, int | float) and isinstance(expected, str):
        return math.isclose(moment(expected), actual, rel_tol=0, abs_tol=1e-6)
    if isinstance(actual, int | float) and isinstance(expected, int | float):
        return math.isclose(expected, actual, rel_tol=0, abs_tol=1e-6)
    return bool(expected == actual)


def moment(text: str) -> float:
    """ISO 8601 with a zone as Unix seconds."""
    return datetime.fromisoformat(text).timestamp()
