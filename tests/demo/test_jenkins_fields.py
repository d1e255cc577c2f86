"""Each page has the fields that Jenkins' core and plugins export of such an object, with their types."""

from numbers import Real

import pytest

NOTHING = type(None)
MAIN = "/job/acme/job/payments-api/job/ci/job/main"

ACTIONABLE = {"actions": list}
ITEM = ACTIONABLE | {
    "description": (str, NOTHING),
    "displayName": str,
    "displayNameOrNull": (str, NOTHING),
    "fullDisplayName": str,
    "fullName": str,
    "name": str,
    "url": str,
}
BUILD_OR_NOT = (dict, NOTHING)
JOB = ITEM | {
    "buildable": bool,
    "builds": list,
    "color": str,
    "firstBuild": BUILD_OR_NOT,
    "healthReport": list,
    "inQueue": bool,
    "keepDependencies": bool,
    "lastBuild": BUILD_OR_NOT,
    "lastCompletedBuild": BUILD_OR_NOT,
    "lastFailedBuild": BUILD_OR_NOT,
    "lastStableBuild": BUILD_OR_NOT,
    "lastSuccessfulBuild": BUILD_OR_NOT,
    "lastUnstableBuild": BUILD_OR_NOT,
    "lastUnsuccessfulBuild": BUILD_OR_NOT,
    "nextBuildNumber": int,
    "property": list,
    "queueItem": (dict, NOTHING),
}
WORKFLOW_JOB = JOB | {"concurrentBuild": bool, "disabled": bool, "resumeBlocked": bool}
FOLDER = ITEM | {"healthReport": list, "jobs": list, "primaryView": dict, "views": list}
RUN = ACTIONABLE | {
    "artifacts": list,
    "building": bool,
    "description": (str, NOTHING),
    "displayName": str,
    "duration": int,
    "estimatedDuration": int,
    "executor": (dict, NOTHING),
    "fullDisplayName": str,
    "id": str,
    "inProgress": bool,
    "keepLog": bool,
    "number": int,
    "queueId": int,
    "result": (str, NOTHING),
    "timestamp": int,
    "url": str,
}
WORKFLOW_RUN = RUN | {"changeSets": list, "culprits": list, "nextBuild": BUILD_OR_NOT, "previousBuild": BUILD_OR_NOT}
COMPUTER = ACTIONABLE | {
    "assignedLabels": list,
    "description": str,
    "displayName": str,
    "executors": list,
    "icon": str,
    "iconClassName": str,
    "idle": bool,
    "jnlpAgent": bool,
    "launchSupported": bool,
    "loadStatistics": dict,
    "manualLaunchAllowed": bool,
    "monitorData": dict,
    "numExecutors": int,
    "offline": bool,
    "offlineCause": (dict, NOTHING),
    "offlineCauseReason": str,
    "oneOffExecutors": list,
    "temporarilyOffline": bool,
}
QUEUE_ITEM = ACTIONABLE | {
    "blocked": bool,
    "buildable": bool,
    "buildableStartMilliseconds": int,
    "id": int,
    "inQueueSince": int,
    "params": str,
    "pending": bool,
    "stuck": bool,
    "task": dict,
    "url": str,
    "why": (str, NOTHING),
}
TOP = {
    "assignedLabels": list,
    "description": (str, NOTHING),
    "jobs": list,
    "mode": str,
    "nodeDescription": str,
    "nodeName": str,
    "numExecutors": int,
    "overallLoad": dict,
    "primaryView": dict,
    "quietDownReason": (str, NOTHING),
    "quietingDown": bool,
    "slaveAgentPort": int,
    "unlabeledLoad": dict,
    "url": str,
    "useCrumbs": bool,
    "useSecurity": bool,
    "views": list,
}
USER = {"absoluteUrl": str, "description": (str, NOTHING), "fullName": str, "id": str, "property": list}
PAGES = {
    "": ("hudson.model.Hudson", TOP),
    "/job/acme": ("com.cloudbees.hudson.plugins.folder.Folder", FOLDER),
    "/job/acme/job/payments-api": ("com.cloudbees.hudson.plugins.folder.Folder", FOLDER),
    "/job/acme/job/payments-api/job/ci": (
        "org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject",
        FOLDER | {"buildable": bool, "sources": list},
    ),
    MAIN: ("org.jenkinsci.plugins.workflow.job.WorkflowJob", WORKFLOW_JOB),
    f"{MAIN}/1": ("org.jenkinsci.plugins.workflow.job.WorkflowRun", WORKFLOW_RUN),
    f"{MAIN}/lastBuild": ("org.jenkinsci.plugins.workflow.job.WorkflowRun", WORKFLOW_RUN),
    "/view/all": (
        "hudson.model.AllView",
        {"description": (str, NOTHING), "jobs": list, "name": str, "property": list, "url": str},
    ),
    "/queue": ("hudson.model.Queue", {"discoverableItems": list, "items": list}),
    "/computer": (
        "hudson.model.ComputerSet",
        {"busyExecutors": int, "computer": list, "displayName": str, "totalExecutors": int},
    ),
    "/computer/(built-in)": ("hudson.model.Hudson$MasterComputer", COMPUTER),
    "/computer/agent-1": ("hudson.slaves.SlaveComputer", COMPUTER | {"absoluteRemotePath": (str, NOTHING)}),
    "/me": ("hudson.model.User", USER),
    "/whoAmI": (
        "hudson.security.WhoAmI",
        {"anonymous": bool, "authenticated": bool, "authorities": list, "name": str},
    ),
    "/crumbIssuer": ("hudson.security.csrf.DefaultCrumbIssuer", {"crumb": str, "crumbRequestField": str}),
}


def fits(document, class_, fields):
    assert document.pop("_class") == class_
    assert set(document) == set(fields)
    wrong = {name: document[name] for name, kind in fields.items() if not isinstance(document[name], kind)}
    assert not wrong


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_what_jenkins_exports(ask_jenkins, path):
    reply = ask_jenkins(f"{path}/api/json")
    assert reply.status_code == 200
    assert reply.headers["Content-Type"] == "application/json;charset=utf-8"
    fits(reply.json(), *PAGES[path])


def test_what_waits_has_what_jenkins_exports(ask_jenkins):
    items = ask_jenkins("/queue/api/json").json()["items"]
    assert items
    for item in items:
        fits(dict(item), "hudson.model.Queue$BuildableItem", QUEUE_ITEM)
        assert set(item["task"]) == {"_class", "name", "url", "color"}
        assert ask_jenkins(f"/{item['url']}api/json").json()["id"] == item["id"]


def test_what_stands_at_builds_has_what_its_plugins_export(ask_jenkins):
    build = ask_jenkins(f"{MAIN}/lastBuild/api/json", depth=1).json()
    by_class = {action["_class"]: action for action in build["actions"] if action}
    assert {} in build["actions"]
    waited = by_class.pop("jenkins.metrics.impl.TimeInQueueAction")
    kinds = ("blocked", "buildable", "queuing", "waiting")
    names = {f"{kind}{what}Millis" for kind in kinds for what in ("Duration", "Time")}
    names |= {"buildingDurationMillis", "executingTimeMillis", "totalDurationMillis", "executorUtilization"}
    assert set(waited) == names | {"_class", "subTaskCount"}
    assert all(isinstance(waited[name], Real) for name in names)
    git = by_class.pop("hudson.plugins.git.util.BuildData")
    assert set(git) == {"_class", "buildsByBranchName", "lastBuiltRevision", "remoteUrls", "scmName"}
    assert git["buildsByBranchName"]["main"]["revision"] == git["lastBuiltRevision"]
    assert set(by_class) == {"hudson.model.CauseAction"}


def test_depth_0_shows_of_the_time_in_the_queue_what_lies_deep_enough(ask_jenkins):
    build = ask_jenkins(f"{MAIN}/lastBuild/api/json").json()
    waited = next(each for each in build["actions"] if each.get("_class", "").endswith("TimeInQueueAction"))
    assert "buildableTimeMillis" in waited
    assert "queuingDurationMillis" not in waited


def test_lists_show_of_jobs_and_builds_how_to_find_them(ask_jenkins):
    listed = ask_jenkins("/job/acme/api/json").json()["jobs"]
    assert all(set(each) == {"_class", "name", "url"} for each in listed)
    branches = ask_jenkins("/job/acme/job/payments-api/job/ci/api/json").json()["jobs"]
    assert all(set(each) == {"_class", "name", "url", "color"} for each in branches)
    builds = ask_jenkins(f"{MAIN}/api/json").json()["builds"]
    assert all(set(each) == {"_class", "number", "url"} for each in builds)


def test_executors_are_empty_until_one_asks_deeper(ask_jenkins):
    agent = ask_jenkins("/computer/agent-1/api/json").json()
    assert agent["executors"] == [{}] * agent["numExecutors"]
    deeper = ask_jenkins("/computer/agent-1/api/json", depth=1).json()["executors"]
    assert all(set(each) == {"currentExecutable", "idle", "likelyStuck", "number", "progress"} for each in deeper)
