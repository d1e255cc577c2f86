"""Every answer against GitHub's published OpenAPI description, through the models generated from it."""

import pytest
from githubkit_schemas.latest import models
from pydantic import TypeAdapter

REPOSITORY = "/repos/acme/payments-api"


def rerun(frozen):
    every = ((name, run) for name, each in frozen.repositories.items() for run in each.runs if not each.unreadable)
    return next((name, run.run_id) for name, run in every if len(run.attempts) > 1)


def merged(repository):
    return next(pull.number for pull in repository.pulls if pull.merged_at)


def opened(frozen):
    return next(
        (n, p.number) for n, r in frozen.repositories.items() if not r.unreadable for p in r.pulls if not p.closed_at
    )


PAGES = {
    "/orgs/acme": models.OrganizationFull,
    "/orgs/acme/repos": list[models.MinimalRepository],
    "/users/amara-o/repos": list[models.MinimalRepository],
    "/rate_limit": models.RateLimitOverview,
    REPOSITORY: models.FullRepository,
    "/repos/acme/voice-assistant": models.FullRepository,
    f"{REPOSITORY}/branches/main": models.BranchWithProtection,
    f"{REPOSITORY}/git/trees/main?recursive=1": models.GitTree,
    f"{REPOSITORY}/git/trees/main": models.GitTree,
    f"{REPOSITORY}/contents": list[models.ContentDirectoryItems],
    f"{REPOSITORY}/contents/.github/workflows": list[models.ContentDirectoryItems],
    f"{REPOSITORY}/contents/README.md": models.ContentFile,
    f"{REPOSITORY}/actions/runs?per_page=100": models.ReposOwnerRepoActionsRunsGetResponse200,
    "/repos/acme/voice-assistant/actions/runs": models.ReposOwnerRepoActionsRunsGetResponse200,
    f"{REPOSITORY}/actions/workflows": models.ReposOwnerRepoActionsWorkflowsGetResponse200,
    f"{REPOSITORY}/pulls?state=all&per_page=100": list[models.PullRequestSimple],
}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_as_published(github, path):
    reply = github(path)
    assert reply.status_code == 200
    assert reply.headers["Content-Type"] == "application/json; charset=utf-8"
    TypeAdapter(PAGES[path]).validate_json(reply.content, strict=True)


def test_every_repository_is_as_published(github):
    page = github("/orgs/acme/repos", per_page=100)
    every = TypeAdapter(list[models.Repository]).validate_json(page.content, strict=True)
    assert len(every) == 40


def test_runs_in_every_state_and_attempt_are_as_published(github, frozen):
    for status in ("completed", "in_progress"):
        name, number = next(
            (name, run.run_id)
            for name, each in frozen.repositories.items()
            for run in each.runs
            if run.latest.status == status and not each.unreadable
        )
        reply = github(f"/repos/acme/{name}/actions/runs/{number}")
        run = models.WorkflowRun.model_validate_json(reply.content, strict=True)
        assert (run.status, run.conclusion is None) == (status, status != "completed")
    name, number = rerun(frozen)
    for attempt in (1, 2):
        reply = github(f"/repos/acme/{name}/actions/runs/{number}/attempts/{attempt}")
        run = models.WorkflowRun.model_validate_json(reply.content, strict=True)
        assert run.run_attempt == attempt


def test_pull_requests_and_their_commits_are_as_published(github, frozen, lively):
    listed = github(f"/repos/{lively.full_name}/pulls", state="all", per_page=100)
    assert len(TypeAdapter(list[models.PullRequestSimple]).validate_json(listed.content, strict=True)) > 1
    for path in (
        f"/repos/{lively.full_name}/pulls/{merged(lively)}",
        "/repos/acme/{}/pulls/{}".format(*opened(frozen)),
    ):
        pull = models.PullRequest.model_validate_json(github(path).content, strict=True)
        commits = TypeAdapter(list[models.Commit]).validate_json(github(f"{path}/commits").content, strict=True)
        assert len(commits) == pull.commits
        assert all(isinstance(commit.author, models.SimpleUser) for commit in commits)


def test_deployments_and_their_statuses_are_as_published(github, deployer):
    page = github(f"/repos/{deployer.full_name}/deployments", per_page=100)
    listed = TypeAdapter(list[models.Deployment]).validate_json(page.content, strict=True)
    assert [each.id for each in listed] == [each.deployment_id for each in reversed(deployer.deployments)]
    states = set()
    for each in listed:
        statuses = github(each.statuses_url)
        found = TypeAdapter(list[models.DeploymentStatus]).validate_json(statuses.content, strict=True)
        states |= {status.state for status in found}
        assert found[0].created_at == each.updated_at
        models.Deployment.model_validate_json(github(each.url).content, strict=True)
    assert states >= {"in_progress", "success", "inactive"}


def test_a_blob_is_as_published(github):
    entries = github(f"{REPOSITORY}/git/trees/main").json()["tree"]
    url = next(entry["url"] for entry in entries if entry["path"] == "README.md")
    models.Blob.model_validate_json(github(url).content, strict=True)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/orgs/nobody", 404),
        ("/users/acme/repos", 404),
        ("/repos/acme/fraud-models", 403),
        ("/repos/acme/voice-assistant/git/trees/main", 409),
        (f"{REPOSITORY}/actions/runs?created=yesterday", 422),
    ],
)
def test_errors_are_as_published(github, path, status):
    reply = github(path)
    assert reply.status_code == status
    error = models.BasicError.model_validate_json(reply.content, strict=True)
    assert error.message
    assert error.documentation_url.startswith("https://docs.github.com/rest")
    assert error.status == str(status)
