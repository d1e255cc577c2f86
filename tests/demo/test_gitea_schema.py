"""Every answer through the models that pyforgejo made of the published description, strictly, down to each field.

Forgejo began as Gitea and shares most shapes. Where they have grown apart, the difference is written down here.
"""

from datetime import datetime

import pydantic
import pytest
from pydantic import TypeAdapter
from pyforgejo import types

REPOSITORY = "/repos/acme/payments-api"
EMPTY, FORK = "/repos/acme/voice-assistant", "/repos/acme/postgres-operator"
ONLY_GITEA = {
    "Repository": {
        "allow_manual_merge",
        "autodetect_manual_merge",
        "branch_count",
        "has_code",
        "licenses",
        "projects_mode",
    },
    "User": {"username"},
    "PullRequest": {"content_version"},
    "ContentsResponse": {"last_author_date", "last_committer_date"},
}
"""Fields that Gitea 1.26 has and Forgejo has not."""
ONLY_FORGEJO = {
    "Repository": {"default_update_style", "globally_editable_wiki", "wiki_branch"},
    "User": {"pronouns"},
    "PullRequest": {"flow"},
    "ContentsResponse": {"last_commit_when"},
}
"""Fields that Forgejo has and Gitea has not."""
SOMETIMES = {
    "Repository": {"external_tracker", "external_wiki", "repo_transfer", "parent"},
    "PullRequest": {"additions", "deletions", "changed_files", "review_comments"},
}
"""Fields that both leave out where there is nothing to say."""

PAGES = {
    "/version": types.ServerVersion,
    "/user": types.User,
    "/users/amara-o": types.User,
    "/users/acme/repos?limit=50": list[types.Repository],
    "/orgs/acme": types.Organization,
    "/orgs/acme/repos?limit=50": list[types.Repository],
    REPOSITORY: types.Repository,
    EMPTY: types.Repository,
    FORK: types.Repository,
    f"{REPOSITORY}/branches": list[types.Branch],
    f"{REPOSITORY}/branches/main": types.Branch,
    f"{REPOSITORY}/git/trees/main?recursive=true": types.GitTreeResponse,
    f"{REPOSITORY}/git/trees/main": types.GitTreeResponse,
    f"{REPOSITORY}/contents": list[types.ContentsResponse],
    f"{REPOSITORY}/contents/.gitea/workflows": list[types.ContentsResponse],
    f"{REPOSITORY}/contents/README.md": types.ContentsResponse,
    f"{REPOSITORY}/commits?limit=50": list[types.Commit],
    f"{REPOSITORY}/pulls?state=all&limit=50": list[types.PullRequest],
    f"{REPOSITORY}/actions/tasks?limit=50": types.ActionTaskResponse,
}


def check(reply, kind):
    """What fits without being bent, and every field of it is accounted for."""
    assert reply.status_code == 200
    found = TypeAdapter(kind).validate_python(reply.json())
    assert found
    assert not set(differences(found)) | set(bent(reply.json(), found))


def differences(found):
    """Fields that are in one of the two, answer and model, and that nobody wrote down."""
    if isinstance(found, list):
        for each in found:
            yield from differences(each)
    if isinstance(found, pydantic.BaseModel):
        name, fields = type(found).__name__, type(found).model_fields
        extra, missing = set(found.model_extra or ()), set(fields) - found.model_fields_set
        yield from (f"{name} has {each}" for each in extra - ONLY_GITEA.get(name, set()))
        allowed = ONLY_FORGEJO.get(name, set()) | SOMETIMES.get(name, set())
        yield from (f"{name} lacks {each}" for each in missing - allowed)
        for each in fields:
            yield from differences(getattr(found, each))


def bent(raw, found, place="$"):
    """Values that pydantic had to change into what the model wants. Moments are written as text."""
    if isinstance(found, pydantic.BaseModel):
        for name, field in type(found).model_fields.items():
            yield from bent(raw.get(field.alias or name), getattr(found, name), f"{place}.{name}")
    elif isinstance(found, list):
        for one, other in zip(raw, found, strict=True):
            yield from bent(one, other, place)
    elif type(raw) is not (str if isinstance(found, datetime) else type(found)):
        yield f"{place}: {raw!r}"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_as_published(gitea, path):
    check(gitea(path), PAGES[path])


def test_blobs_and_pulls_are_as_published(gitea, gitea_acme):
    tree = gitea(f"{REPOSITORY}/git/trees/main", recursive=1).json()["tree"]
    blob = next(entry["sha"] for entry in tree if entry["type"] == "blob")
    check(gitea(f"{REPOSITORY}/git/blobs/{blob}"), types.GitBlob)
    for pull in gitea_acme.repositories["payments-api"].pulls:
        check(gitea(f"{REPOSITORY}/pulls/{pull.number}"), types.PullRequest)
        check(gitea(f"{REPOSITORY}/pulls/{pull.number}/commits"), list[types.Commit])


@pytest.mark.parametrize("path", ["/orgs/nobody", "/repos/acme/nothing", "/user?token=wrong", f"{EMPTY}/commits"])
def test_an_error_is_as_published(gitea, path):
    reply = gitea(path)
    assert reply.status_code >= 400
    TypeAdapter(types.ApiError).validate_python(reply.json())
    assert reply.json()["url"].endswith("/gitea/api/swagger")
