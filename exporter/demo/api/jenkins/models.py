"""What Jenkins, folders and jobs export, by class. The objects themselves are `items`."""

from __future__ import annotations

from operator import methodcaller

from exporter.demo.api.jenkins.export import ALWAYS, Exported, Model, Plain, fixed, plain, read
from exporter.demo.api.jenkins.standing import HEALTH, PERMALINKS

SHOWN_BUILDS = 100
"""How many `builds` shows; `allBuilds` has no end."""

_LOAD = Model("hudson.model.OverallLoadStatistics")
_UNLABELLED = Model("hudson.model.UnlabeledLoadStatistics")
_NODE = Model(
    "hudson.model.Node",
    [
        Exported("assignedLabels", lambda _: [{}]),
        fixed("mode", "NORMAL"),
        fixed("nodeDescription", "the Jenkins controller's built-in node"),
        fixed("nodeName", "", ALWAYS),
        fixed("numExecutors", 0),
    ],
)
TOP = Model(
    "hudson.model.Hudson",
    [
        fixed("description", None),
        read("items", "jobs"),
        fixed("overallLoad", Plain(_LOAD)),
        read("primary_view", "primaryView"),
        fixed("quietDownReason", None),
        fixed("quietingDown", value=False),
        fixed("slaveAgentPort", -1),
        fixed("unlabeledLoad", Plain(_UNLABELLED)),
        read("url"),
        fixed("useCrumbs", value=True),
        fixed("useSecurity", value=True),
        read("views"),
    ],
    _NODE,
)
_ITEM = Model(
    "hudson.model.AbstractItem",
    [
        fixed("description", None),
        read("display_name", "displayName"),
        read("title", "displayNameOrNull"),
        read("full_display_name", "fullDisplayName"),
        read("full_name", "fullName"),
        read("name", visibility=ALWAYS),
        read("url", visibility=ALWAYS),
    ],
    Model("hudson.model.Actionable", [read("actions")]),
)
_ANY_FOLDER = Model(
    "com.cloudbees.hudson.plugins.folder.AbstractFolder",
    [fixed("healthReport", []), read("items", "jobs"), read("primary_view", "primaryView"), read("views")],
    _ITEM,
)
FOLDER = _ANY_FOLDER.child("com.cloudbees.hudson.plugins.folder.Folder")
_SOURCES = Model("jenkins.branch.BranchSource", plain("source"))
_GIT_SOURCE = Model("jenkins.plugins.git.GitSCMSource")
MULTIBRANCH = Model(
    "org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject",
    [
        fixed("buildable", value=True),
        Exported("sources", lambda _: [Plain(_SOURCES, {"source": Plain(_GIT_SOURCE)})], declared=_SOURCES.name),
    ],
    _ANY_FOLDER,
)
_JOB = Model(
    "hudson.model.Job",
    [
        read("newest", "allBuilds", visibility=-2),
        read("buildable"),
        Exported("builds", lambda job: job.newest[:SHOWN_BUILDS]),
        read("colour", "color", visibility=2),
        read("first_build", "firstBuild"),
        read("health", "healthReport", declared=HEALTH.name),
        fixed("keepDependencies", value=False),
        read("next_build_number", "nextBuildNumber"),
        Exported("property", lambda job: [job.branch_property], inline=True),
        *(Exported(name, methodcaller("permalink", name)) for name in PERMALINKS),
    ],
    _ITEM,
)
WORKFLOW_JOB = Model(
    "org.jenkinsci.plugins.workflow.job.WorkflowJob",
    [
        fixed("concurrentBuild", value=True),
        fixed("disabled", value=False),
        Exported("inQueue", lambda job: bool(job.queue_items)),
        Exported("queueItem", lambda job: next(iter(job.queue_items), None)),
        fixed("resumeBlocked", value=False),
    ],
    _JOB,
)
_BRANCH_CLASS = "jenkins.branch.Branch"
BRANCH = Model(_BRANCH_CLASS, plain("head"))
HEAD = Model("jenkins.scm.api.SCMHead", plain("name"))
BRANCH_PROPERTY = Model(
    "org.jenkinsci.plugins.workflow.multibranch.BranchJobProperty", plain("branch", declared=_BRANCH_CLASS)
)
PRIMARY = Model("jenkins.scm.api.metadata.PrimaryInstanceMetadataAction")
OBJECT = Model(
    "jenkins.scm.api.metadata.ObjectMetadataAction", plain("objectDescription", "objectDisplayName", "objectUrl")
)
CONTRIBUTOR = Model(
    "jenkins.scm.api.metadata.ContributorMetadataAction",
    plain("contributor", "contributorDisplayName", "contributorEmail"),
)
