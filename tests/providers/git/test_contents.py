"""Evidence in a tree: which paths, which texts, and what is not guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from exporter.errors import BadPayload
from exporter.model import Evidence
from exporter.providers.git.contents import parse_tree
from exporter.providers.git.remote import parse_head
from tests.support.git import DAY, NOW, GitHttp, Repo, Source
from tests.support.replay import Server

CI = "jobs:\n  quality:\n    steps:\n      - run: ORCHEX analyze . --governance-check\n"


def evidence(repo: Repo, tmp_path: Path) -> Evidence | None:
    with Server(GitHttp(repo.path.parent)) as server:
        (state,) = Source(tmp_path / "cache", f"{server.url}/{repo.path.name}").poll().repositories
    return state.evidence


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "srv" / "shop.git", filters=True)


def test_paths_and_texts_are_judged(repo: Repo, tmp_path: Path) -> None:
    files = {
        ".github/workflows/integrated-quality.yml": CI,
        "ORCHEX.config.json": '{"integration": {"enabled": true}}',
        "migration-backup/old/kilo.config.json": "{}",
        ".kilo/templates/ci.yml": "x",
    }
    repo.commit(NOW - DAY, files=files)
    assert evidence(repo, tmp_path) == Evidence(
        integrated_config=True, integrated_workflow=True, backup=True, template=True
    )


def test_the_same_text_at_two_paths_is_read_for_both(repo: Repo, tmp_path: Path) -> None:
    repo.commit(NOW, files={"kilo.config.json": "{}", "ORCHEX.config.json": "{}", "ORCHEX-kilo.config.json": "{}"})
    assert evidence(repo, tmp_path) == Evidence(legacy_config=True, integrated_config=True)


def test_names_and_texts_that_are_odd(repo: Repo, tmp_path: Path) -> None:
    """Spaces, letters of other scripts, no line's end, and bytes that are no text."""
    repo.commit(
        NOW, files={"ein Ordner/ä\tö.txt": "x", "日本.json": "{}", ".gitlab-ci.yml": CI.strip(), "Jenkinsfile": ""}
    )
    assert evidence(repo, tmp_path) == Evidence(integrated_workflow=True)


def test_a_link_is_read_as_what_it_holds_and_a_submodule_is_no_file(repo: Repo, tmp_path: Path) -> None:
    other = repo.commit(NOW - DAY, branch="other")
    repo.commit(NOW, files={"x": "1"})
    tree = repo.git("mktree", given=f"120000 blob {_blob(repo, '/etc/passwd')}\tkilo.config.json\n"
                                    f"160000 commit {other}\tORCHEX-kilo.config.json\n")  # fmt: skip
    commit = repo.git("-c", "user.name=a", "-c", "user.email=a", "commit-tree", "-m", "m", tree)
    repo.git("update-ref", "refs/heads/main", commit)
    assert evidence(repo, tmp_path) == Evidence(legacy_config=True)


def _blob(repo: Repo, text: str) -> str:
    return repo.git("hash-object", "-w", "--stdin", given=text)


def test_a_tree_that_cannot_be_read_is_no_empty_one() -> None:
    assert parse_tree(b"", "shop") == {}
    assert parse_tree(b"100644 blob 5e\ta b\tc\x00040000 tree 5f\tdir\0", "shop") == {"a b\tc": "5e"}
    with pytest.raises(BadPayload, match="shop: its tree cannot be read"):
        parse_tree(b"nothing\0", "shop")


def test_the_head_is_head_and_nothing_that_ends_so() -> None:
    listed = b"5e\tHEAD\n5f\trefs/remotes/origin/HEAD\n"
    assert parse_head(listed) == "5e"
    assert parse_head(b"5f\trefs/remotes/origin/HEAD\n") is None
    assert parse_head(b"") is None
