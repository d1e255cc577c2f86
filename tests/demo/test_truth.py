"""The truth against what a patient reader of the API finds, with no code of the exporter's but the evidence."""

import base64
from collections import Counter
from datetime import UTC, datetime

from exporter.demo.organisation import Organisation
from exporter.evidence import EvidenceRules, judge
from exporter.migration.stages import stage_of

MEANT = {
    "success": "success",
    "neutral": "success",
    "failure": "failure",
    "cancelled": "cancellation",
    "stale": "cancellation",
    "skipped": "skip",
    "timed_out": "timeout",
    "startup_failure": "error",
}


def crawled(ask, url, key=None):
    """Every entry of a list, page by page."""
    while url:
        reply = ask(url, **({} if "?" in url else {"per_page": 100}))
        assert reply.status_code == 200, reply.text
        yield from reply.json()[key] if key else reply.json()
        url = reply.links.get("next", {}).get("url")


def in_scope(ask):
    every = crawled(ask, "/orgs/acme/repos")
    return [r for r in every if not (r["archived"] or r["fork"] or r["name"].endswith("-archive"))]


def readable(ask):
    return [r for r in in_scope(ask) if ask(r["url"]).status_code == 200]


def test_runs_are_all_attempts_that_ended(github, frozen: Organisation):
    found = Counter()
    for repository in readable(github):
        for run in crawled(github, f"{repository['url']}/actions/runs", "workflow_runs"):
            attempts = [run]
            while attempts[-1]["previous_attempt_url"]:
                attempts.append(github(attempts[-1]["previous_attempt_url"]).json())
            found.update(
                (repository["name"], a["name"], MEANT[a["conclusion"]]) for a in attempts if a["status"] == "completed"
            )
    assert found == frozen.truth.runs()
    assert found.total() > 1_500


def test_stages_and_templates_are_what_the_files_show(github, frozen: Organisation):
    stages, templates = Counter(), []
    for repository in in_scope(github):
        tree = github(f"{repository['url']}/git/trees/{repository['default_branch']}", recursive=1)
        if tree.status_code == 403:
            stages["unknown"] += 1
            continue
        entries = [] if tree.status_code == 409 else [e for e in tree.json()["tree"] if e["type"] == "blob"]
        texts = {e["path"]: base64.b64decode(github(e["url"]).json()["content"]).decode() for e in entries}
        evidence = judge(texts, texts, EvidenceRules()).evidence
        stages[stage_of(evidence, integrated_before="migration-backup/README.md" in texts)] += 1
        templates.append(evidence.template)
    assert stages == frozen.truth.stages()
    assert sum(templates) / len(templates) == frozen.truth.template_adoption()


def test_changes_are_the_merged_pull_requests(github, frozen: Organisation):
    def seconds(text):
        return int(datetime.fromisoformat(text).timestamp())

    found = set()
    for repository in readable(github):
        for pull in crawled(github, f"{repository['url']}/pulls?state=closed&per_page=100"):
            if pull["merged_at"]:
                commits = crawled(github, f"{pull['url']}/commits")
                first = min(seconds(commit["commit"]["author"]["date"]) for commit in commits)
                found.add((repository["name"], pull["number"], first, seconds(pull["merged_at"])))
    assert found == {(c.repository, c.number, c.first_commit_at, c.at) for c in frozen.truth.changes()}
    assert len(found) > 100


def test_deployed_are_the_changes_that_a_success_followed(github, frozen: Organisation):
    """GitHub's statuses tell when one succeeded; a change came with the first that began after its merge."""

    def seconds(text):
        return int(datetime.fromisoformat(text).timestamp())

    successes = {}
    for repository in readable(github):
        for each in crawled(github, f"{repository['url']}/deployments?environment=production&per_page=100"):
            ends = [seconds(s["created_at"]) for s in github(each["statuses_url"]).json() if s["state"] == "success"]
            if ends:
                successes.setdefault(repository["name"], []).append((seconds(each["created_at"]), ends[0]))
    told = {(each.repository, each.begun_at, each.at) for each in frozen.truth.deployments()}
    assert told == {(name, *each) for name, every in successes.items() for each in every}
    found = set()
    for change in frozen.truth.changes():
        since = sorted(each for each in successes.get(change.repository, []) if each[0] >= change.at)
        found |= {(change.repository, change.number, since[0][1])} if since else set()
    assert found == {(change.repository, change.number, at) for change, at in frozen.truth.deployed_changes()}
    assert 30 < len(found) < len(frozen.truth.changes())


def test_workflow_adoption_is_by_the_newest_run_of_the_tools(github, frozen: Organisation):
    since = datetime.fromtimestamp(frozen.now - 3600, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    active, adopted = set(), set()
    for repository in readable(github):
        url = f"{repository['url']}/actions/runs?status=completed&created=>={since}&per_page=100"
        runs = list(crawled(github, url, "workflow_runs"))
        runs.sort(key=lambda run: run["run_started_at"] if run["run_attempt"] > 1 else run["created_at"])
        active |= {repository["name"] for _ in runs}
        on_default = [run["path"] for run in runs if run["head_branch"] == repository["default_branch"]]
        of_tools = [path for path in on_default if path.endswith(("integrated-quality.yml", "separate-systems.yml"))]
        adopted |= {repository["name"] for path in of_tools[-1:] if "integrated" in path}
    assert 0 < len(adopted) < len(active)
    assert frozen.truth.workflow_adoption(frozen.now - 3600) == len(adopted) / len(active)


def test_bridge_success_is_one_without_errors_over_operations():
    organisation = Organisation(start=1_760_000_000)
    organisation.begin("error-burst")
    organisation.advance(organisation.start + 100)
    done = organisation.truth.operations(organisation.start)
    total = sum(done[name].total for name in ("k2a", "a2k"))
    failed = sum(done[name].failed for name in ("k2a", "a2k"))
    assert failed > 0
    assert organisation.truth.bridge_success(organisation.start)["together"] == 1 - failed / total
    assert organisation.truth.bridge_success(organisation.now) == {}
