"""Two well-known client libraries against the simulated Jenkins: python-jenkins and api4jenkins."""

from collections import Counter

import api4jenkins
import jenkins as python_jenkins
import pytest
from api4jenkins.exceptions import AuthenticationError

from exporter.demo.catalogue import PEOPLE

MAIN = "acme/payments-api/ci/main"


@pytest.fixture
def py(jenkins_server):
    client = python_jenkins.Jenkins(jenkins_server.addresses.jenkins, "demo", jenkins_server.tokens.jenkins, timeout=10)
    yield client
    client._session.close()


@pytest.fixture
def api(jenkins_server):
    client = api4jenkins.Jenkins(jenkins_server.addresses.jenkins, auth=("demo", jenkins_server.tokens.jenkins))
    with client.http_client:
        yield client


def attempts(repository, path, *, pulls):
    """The attempts that have begun, of pull requests or of the default branch."""
    runs = [run for run in repository.runs if run.path.endswith(f"/{path}.yml") and bool(run.pull) == pulls]
    return sorted((a for run in runs for a in run.attempts if a.started_at), key=lambda a: a.started_at)


def waiting(on_git):
    runs = [run for each in on_git.repositories.values() if not each.unreadable for run in each.runs]
    return [a for run in runs for a in run.attempts if a.started_at is None]


def running(on_git):
    runs = [run for each in on_git.repositories.values() for run in each.runs]
    return [a for run in runs for a in run.attempts if a.started_at and not a.finished_at]


def test_python_jenkins_knows_who_and_what(py):
    assert py.get_info()["_class"] == "hudson.model.Hudson"
    assert py.get_whoami()["id"] == "demo"
    assert py.get_version() == "2.462.3"
    assert [view["name"] for view in py.get_views()] == ["all"]


def test_python_jenkins_finds_every_job(py, on_git):
    names = {job["fullname"] for job in py.get_all_jobs()}
    readable = {name: each for name, each in on_git.repositories.items() if not each.unreadable}
    expected = {"acme", *(f"acme/{name}" for name in on_git.repositories)}
    for name, each in readable.items():
        for run in each.runs:
            project = f"acme/{name}/{run.path.rpartition('/')[2].removesuffix('.yml')}"
            expected |= {project, f"{project}/{f'PR-{run.pull}' if run.pull else run.branch}"}
    assert names == expected
    step_by_step = py.get_all_jobs(folder_depth_per_request=1)
    assert {job["fullname"] for job in step_by_step} == names
    assert len(py.get_all_jobs(folder_depth=0)) == 1
    assert {job["fullname"] for job in py.get_all_jobs(folder_depth=1)} == {n for n in names if n.count("/") <= 1}


def test_python_jenkins_reads_a_job_and_its_builds(py, on_git):
    known = attempts(on_git.repositories["payments-api"], "ci", pulls=False)
    job = py.get_job_info(MAIN, fetch_all_builds=True)
    assert [build["number"] for build in job["builds"]] == list(range(len(known), 0, -1))
    assert job["nextBuildNumber"] == len(known) + 1
    for number, attempt in enumerate(known, 1):
        build = py.get_build_info(MAIN, number)
        assert build["timestamp"] == attempt.started_at * 1000
        assert build["building"] == (attempt.finished_at is None)
    assert py.get_job_name(MAIN) == "main"
    with pytest.raises(python_jenkins.JenkinsException, match="does not exist"):
        py.get_build_info(MAIN, len(known) + 1)


def test_python_jenkins_reads_the_queue_and_what_runs(py, on_git):
    queue = py.get_queue_info()
    assert sorted(item["inQueueSince"] for item in queue) == sorted(a.requested_at * 1000 for a in waiting(on_git))
    assert py.get_queue_item(queue[0]["id"])["why"] == "Waiting for next available executor"
    hidden = [a for each in on_git.repositories.values() if each.unreadable for run in each.runs for a in run.attempts]
    seen = [a for a in running(on_git) if a not in hidden]
    builds = py.get_running_builds()
    assert len({build["url"] for build in builds}) == len(builds) == len(seen)


def test_python_jenkins_reads_nodes(py):
    nodes = {node["name"]: node["offline"] for node in py.get_nodes()}
    assert nodes.pop("Built-In Node") is False
    assert nodes.pop("agent-lost") is True
    assert not any(nodes.values())
    assert py.get_node_info("agent-1")["numExecutors"] == 4
    with pytest.raises(python_jenkins.JenkinsException, match="does not exist"):
        py.get_node_info("agent-none")


def test_python_jenkins_understands_refusals(py, jenkins_server):
    with pytest.raises(python_jenkins.JenkinsException, match=r"\[403\]"):
        py.get_job_info("acme/fraud-models")
    with pytest.raises(python_jenkins.JenkinsException, match="does not exist"):
        py.get_job_info("acme/nothing")
    wrong = python_jenkins.Jenkins(jenkins_server.addresses.jenkins, "demo", "wrong", timeout=10)
    with pytest.raises(python_jenkins.JenkinsException, match=r"\[401\]"):
        wrong.get_info()
    wrong._session.close()


def test_api4jenkins_finds_every_job(api, on_git):
    assert api.version == "2.462.3"
    kinds = Counter(type(job).__name__ for job in api.iter(depth=3))
    readable = [each for each in on_git.repositories.values() if not each.unreadable]
    projects = {(each.name, run.path) for each in readable for run in each.runs}
    jobs = {(each.name, run.path, run.pull or run.branch) for each in readable for run in each.runs}
    assert kinds["Folder"] == 1 + len(on_git.repositories)
    assert kinds["WorkflowMultiBranchProject"] == len(projects)
    assert kinds["WorkflowJob"] == len(jobs)


def test_api4jenkins_reads_builds(api, on_git):
    known = attempts(on_git.repositories["payments-api"], "ci", pulls=False)
    job = api.get_job(MAIN)
    builds = list(job.iter_all_builds())
    assert builds == list(job)
    assert len(builds) == len(known)
    for build, attempt in zip(reversed(builds), known, strict=True):
        assert build.building == (attempt.finished_at is None)
        assert build.duration == (attempt.finished_at - attempt.started_at) * 1000
        assert (build.result == "SUCCESS") == (attempt.outcome.result == "success")
    assert job.get_last_build() == builds[0]
    assert job.get_first_build() == builds[-1]
    assert builds[0].get_previous_build() == builds[1]
    assert builds[0].get_next_build() is None
    assert builds[0].project == job
    known_causes = {"Branch indexing", *(f"Started by user {person.name}" for person in PEOPLE)}
    assert {cause["shortDescription"] for build in builds for cause in build.get_causes()} <= known_causes


def test_api4jenkins_reads_queue_nodes_and_what_runs(api, on_git):
    assert len(list(api.queue)) == len(waiting(on_git))
    names = {type(node).__name__ for node in api.nodes}
    assert names == {"MasterComputer", "SlaveComputer"}
    assert api.nodes.get("agent-lost").offline
    assert [node.url.rpartition("/computer/")[2] for node in api.nodes.filter_node_by_status(online=False)] == [
        "agent-lost/"
    ]
    building = list(api.nodes.iter_building_builds())
    assert building
    assert all(build.building for build in building)
    assert api.user.full_name == "Demo"
    assert [view.url.rpartition("/jenkins/")[2] for view in api.views] == ["view/all/"]


def test_api4jenkins_understands_refusals(api, jenkins_server):
    assert api.get_job("acme/nothing") is None
    with pytest.raises(PermissionError):
        api.get_job("acme/fraud-models").api_json()
    stranger = api4jenkins.Jenkins(jenkins_server.addresses.jenkins, auth=("demo", "wrong"))
    with stranger.http_client, pytest.raises(AuthenticationError):
        stranger._request("GET", f"{stranger.url}api/json")
