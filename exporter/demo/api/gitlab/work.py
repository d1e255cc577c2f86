"""The pages of what is done in a project: pipelines and their jobs, merge requests, deployments."""

from __future__ import annotations

from exporter.demo.api.gitlab import deployments, jobs, merge_requests, pipelines
from exporter.demo.api.gitlab.call import Call, Show
from exporter.demo.api.gitlab.commits import commit
from exporter.demo.api.gitlab.finder import Finder
from exporter.demo.api.gitlab.replies import Answer, forbidden


class WorkPages:
    """What can be read by whoever may read the project's code."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder

    def pages(self) -> dict[str, Show]:
        project = "/projects/:id"
        return {
            f"{project}/pipelines": self.pipelines,
            f"{project}/pipelines/latest": self.latest,
            f"{project}/pipelines/:pipeline_id": self.pipeline,
            f"{project}/pipelines/:pipeline_id/jobs": self.jobs,
            f"{project}/merge_requests": self.merge_requests,
            f"{project}/merge_requests/:merge_request_iid": self.merge_request,
            f"{project}/merge_requests/:merge_request_iid/commits": self.merge_request_commits,
            f"{project}/deployments": self.deployments,
            f"{project}/environments": self.environments,
        }

    def pipelines(self, call: Call) -> Answer:
        found = self._finder.readable(call)
        every = pipelines.chosen(found, call.asked)
        return call.paged(every, lambda each: pipelines.listed_pipeline(call.base, found, each))

    def latest(self, call: Call) -> Answer:
        """Where there is none, GitLab says that it is not allowed to be seen."""
        found = self._finder.readable(call)
        launch = pipelines.latest(found, call.asked.text("ref") or found.plan.branch)
        if launch is None:
            raise forbidden()
        return Answer(pipelines.pipeline(call.base, found, launch))

    def pipeline(self, call: Call) -> Answer:
        return Answer(pipelines.pipeline(call.base, *self._finder.pipeline(call)))

    def jobs(self, call: Call) -> Answer:
        found, launch = self._finder.pipeline(call)
        return call.paged(jobs.chosen(launch, call.asked), lambda each: jobs.job(call.base, found, each))

    def merge_requests(self, call: Call) -> Answer:
        found, simple = self._finder.readable(call), call.asked.word("view", ("simple",)) == "simple"
        show = merge_requests.simple if simple else merge_requests.listed_request
        return call.paged(merge_requests.chosen(found, call.asked), lambda each: show(call.base, found, each))

    def merge_request(self, call: Call) -> Answer:
        return Answer(merge_requests.whole(call.base, *self._finder.merge_request(call)))

    def merge_request_commits(self, call: Call) -> Answer:
        """The newest first."""
        found, pull = self._finder.merge_request(call)
        return call.paged(pull.commits[::-1], lambda each: commit(call.base, found, each))

    def deployments(self, call: Call) -> Answer:
        call.sign_in()
        found = self._finder.readable(call)
        every = deployments.chosen(found, call.asked)
        return call.paged(every, lambda each: deployments.deployment(call.base, found, each))

    def environments(self, call: Call) -> Answer:
        call.sign_in()
        found = self._finder.readable(call)
        names = deployments.environments(found, call.asked)
        return call.paged(names, lambda each: deployments.environment(found, each))
