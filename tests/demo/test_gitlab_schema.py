"""Every field that GitLab's documentation shows in its example answers is there, of the same kind.

The tables say for each page of docs.gitlab.com/api its fields: `int`, `str`, `bool`, `float`, `list`, `dict`, a table
of its own for an object, and `?` behind what may be null. A number that is written without a fraction is an `int`.
What is shown to owners and administrators alone, or in paid tiers, is not in them.
"""

import pytest

INT, STR, BOOL, NUMBER, LIST, DICT = "int", "str", "bool", "number", "list", "dict"
KINDS = {INT: (int,), STR: (str,), BOOL: (bool,), NUMBER: (int, float), LIST: (list,), DICT: (dict,)}


def table(text, **nested):
    """Fields as `name:kind`, with spaces between."""
    return {**dict(pair.split(":") for pair in text.split()), **nested}


USER = table("id:int username:str name:str state:str avatar_url:str? web_url:str")
PROFILE = USER | table(
    "created_at:str bio:str? location:str? public_email:str linkedin:str twitter:str website_url:str organization:str?"
)
COMMIT = table(
    "id:str short_id:str title:str message:str author_name:str author_email:str authored_date:str committer_name:str "
    "committer_email:str committed_date:str created_at:str parent_ids:list web_url:str"
)
NAMESPACE = table("id:int name:str path:str kind:str full_path:str parent_id:int? avatar_url:str? web_url:str")
SIMPLE = table(
    "id:int description:str? name:str name_with_namespace:str path:str path_with_namespace:str created_at:str "
    "default_branch:str? tag_list:list topics:list ssh_url_to_repo:str http_url_to_repo:str web_url:str "
    "readme_url:str? forks_count:int avatar_url:str? star_count:int last_activity_at:str",
    namespace=NAMESPACE,
)
PROJECT = SIMPLE | table(
    "visibility:str issues_enabled:bool open_issues_count:int merge_requests_enabled:bool jobs_enabled:bool "
    "wiki_enabled:bool snippets_enabled:bool can_create_merge_request_in:bool resolve_outdated_diff_discussions:bool? "
    "container_registry_enabled:bool creator_id:int import_status:str archived:bool shared_runners_enabled:bool "
    "ci_default_git_depth:int? public_jobs:bool shared_with_groups:list only_allow_merge_if_pipeline_succeeds:bool "
    "allow_merge_on_skipped_pipeline:bool? only_allow_merge_if_all_discussions_are_resolved:bool "
    "remove_source_branch_after_merge:bool? request_access_enabled:bool merge_method:str squash_option:str "
    "autoclose_referenced_issues:bool suggestion_commit_message:str? empty_repo:bool packages_enabled:bool "
    "auto_devops_enabled:bool auto_devops_deploy_strategy:str repository_access_level:str builds_access_level:str "
    "merge_requests_access_level:str environments_access_level:str ci_config_path:str? updated_at:str",
    _links=table("self:str issues:str merge_requests:str repo_branches:str labels:str events:str members:str"),
)
GROUP = table(
    "id:int name:str path:str description:str visibility:str share_with_group_lock:bool "
    "require_two_factor_authentication:bool two_factor_grace_period:int project_creation_level:str "
    "auto_devops_enabled:bool? subgroup_creation_level:str emails_disabled:bool? emails_enabled:bool? "
    "mentions_disabled:bool? lfs_enabled:bool default_branch:str? default_branch_protection:int avatar_url:str? "
    "web_url:str request_access_enabled:bool full_name:str full_path:str parent_id:int? created_at:str archived:bool"
)
BASIC_PIPELINE = table("id:int ref:str sha:str status:str created_at:str updated_at:str web_url:str")
LISTED_PIPELINE = BASIC_PIPELINE | table("iid:int project_id:int source:str name:str?")
PIPELINE = LISTED_PIPELINE | table(
    "before_sha:str? tag:bool yaml_errors:str? started_at:str? finished_at:str? committed_at:str? duration:int? "
    "queued_duration:int? coverage:str?",
    user=USER,
    detailed_status=table(
        "icon:str text:str label:str group:str tooltip:str has_details:bool details_path:str illustration:dict? "
        "favicon:str"
    ),
)
JOB = table(
    "id:int name:str stage:str status:str ref:str tag:bool coverage:number? allow_failure:bool created_at:str "
    "started_at:str? finished_at:str? erased_at:str? duration:number? queued_duration:number? artifacts:list "
    "artifacts_expire_at:str? tag_list:list runner:dict? runner_manager:dict? web_url:str",
    commit=COMMIT,
    pipeline=BASIC_PIPELINE | table("project_id:int"),
    project=table("ci_job_token_scope_enabled:bool"),
    user=PROFILE,
)
MERGE_REQUEST = table(
    "id:int iid:int project_id:int title:str description:str? state:str created_at:str updated_at:str merged_by:dict? "
    "merge_user:dict? merged_at:str? prepared_at:str? closed_by:dict? closed_at:str? target_branch:str "
    "source_branch:str upvotes:int downvotes:int assignee:dict? assignees:list reviewers:list source_project_id:int "
    "target_project_id:int labels:list draft:bool imported:bool imported_from:str work_in_progress:bool "
    "milestone:dict? merge_when_pipeline_succeeds:bool merge_status:str detailed_merge_status:str sha:str "
    "merge_commit_sha:str? squash_commit_sha:str? user_notes_count:int discussion_locked:bool? "
    "should_remove_source_branch:bool? force_remove_source_branch:bool? web_url:str squash:bool has_conflicts:bool "
    "blocking_discussions_resolved:bool reference:str",
    author=USER,
    references=table("short:str relative:str full:str"),
    time_stats=table("time_estimate:int total_time_spent:int human_time_estimate:str? human_total_time_spent:str?"),
    task_completion_status=table("count:int completed_count:int"),
)
WHOLE_MERGE_REQUEST = MERGE_REQUEST | table(
    "subscribed:bool changes_count:str? latest_build_started_at:str? latest_build_finished_at:str? "
    "first_deployed_to_production_at:str? pipeline:dict? head_pipeline:dict? merge_error:str? first_contribution:bool",
    diff_refs=table("base_sha:str head_sha:str start_sha:str"),
    user=table("can_merge:bool"),
)
ENVIRONMENT = table("id:int name:str slug:str external_url:str? created_at:str updated_at:str")
DEPLOYMENT = table(
    "id:int iid:int ref:str sha:str created_at:str updated_at:str status:str deployable:dict?",
    user=USER,
    environment=ENVIRONMENT,
)
FILE = table(
    "file_name:str file_path:str size:int encoding:str content:str content_sha256:str ref:str blob_id:str "
    "commit_id:str last_commit_id:str execute_filemode:bool"
)
HERE = "/projects/acme%2Fpayments%2Fpayments-api"
PAGES = {
    "metadata": ("/version", table("version:str revision:str")),
    "users": ("/user", PROFILE | table("email:str")),
    "groups": ("/groups/acme", GROUP | table("projects:list shared_projects:list")),
    "groups, below": ("/groups/acme/subgroups", GROUP),
    "groups, projects": ("/groups/acme/projects?include_subgroups=true&order_by=id&sort=asc&per_page=5", PROJECT),
    "groups, simple": (
        "/groups/acme/projects?include_subgroups=true&simple=true&order_by=id&sort=asc&per_page=5",
        SIMPLE,
    ),
    "projects": (HERE, PROJECT | table("permissions:dict")),
    "repositories, tree": (f"{HERE}/repository/tree", table("id:str name:str type:str path:str mode:str")),
    "repository_files": (f"{HERE}/repository/files/README.md?ref=main", FILE),
    "branches": (
        f"{HERE}/repository/branches",
        table(
            "name:str merged:bool protected:bool default:bool developers_can_push:bool developers_can_merge:bool "
            "can_push:bool web_url:str",
            commit=COMMIT,
        ),
    ),
    "commits": (f"{HERE}/repository/commits", COMMIT),
    "commits, one": (
        f"{HERE}/repository/commits/main",
        COMMIT | table("status:str? last_pipeline:dict?", stats=table("additions:int deletions:int total:int")),
    ),
    "pipelines": (f"{HERE}/pipelines?per_page=100", LISTED_PIPELINE),
    "merge_requests": (f"{HERE}/merge_requests?per_page=100", MERGE_REQUEST),
}


def problems(shown, fields, place="$"):
    """Fields that are missing or of another kind."""
    for name, kind in fields.items():
        where = f"{place}.{name}"
        if name not in shown:
            yield f"{where} is missing"
        elif isinstance(kind, dict):
            yield from (
                problems(shown[name], kind, where) if isinstance(shown[name], dict) else [f"{where} is no object"]
            )
        elif shown[name] is None:
            yield from [] if kind.endswith("?") else [f"{where} is null"]
        elif type(shown[name]) not in KINDS[kind.removesuffix("?")]:
            yield f"{where} is {shown[name]!r}, not {kind}"


def check(reply, fields):
    assert reply.status_code == 200
    shown = reply.json() if isinstance(reply.json(), list) else [reply.json()]
    assert shown
    assert not {problem for each in shown for problem in problems(each, fields)}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_as_documented(gitlab_host, name):
    path, fields = PAGES[name]
    check(gitlab_host(path), fields)


def test_pipelines_and_jobs_are_as_documented(gitlab_host):
    statuses = {}
    for pipeline in gitlab_host(f"{HERE}/pipelines", per_page=100).json():
        statuses.setdefault((pipeline["status"], pipeline["source"]), pipeline["id"])
    assert len(statuses) > 3
    for (status, _), number in statuses.items():
        check(gitlab_host(f"{HERE}/pipelines/{number}"), PIPELINE)
        if status != "skipped":
            failed = table("failure_reason:str") if status == "failed" else {}
            check(gitlab_host(f"{HERE}/pipelines/{number}/jobs"), JOB | failed)


def test_merge_requests_are_as_documented(gitlab_host, gitlab_acme):
    for pull in gitlab_acme.repositories["payments-api"].pulls:
        check(gitlab_host(f"{HERE}/merge_requests/{pull.number}"), WHOLE_MERGE_REQUEST)
        check(gitlab_host(f"{HERE}/merge_requests/{pull.number}/commits"), COMMIT)


def test_deployments_are_as_documented(gitlab_host, gitlab_acme):
    readable = [each for each in gitlab_acme.repositories.values() if not each.unreadable]
    project = f"/projects/{max(readable, key=lambda each: len(each.deployments)).repository_id}"
    check(gitlab_host(f"{project}/deployments", per_page=100), DEPLOYMENT)
    check(gitlab_host(f"{project}/environments"), ENVIRONMENT | table("state:str tier:str auto_stop_at:str?"))


def test_what_is_inside_of_something_else_is_as_documented(gitlab_host, merging, shipping):
    path = f"/projects/{merging.repository_id}"
    request = gitlab_host(f"{path}/merge_requests", state="merged").json()[0]
    whole = gitlab_host(f"{path}/merge_requests/{request['iid']}").json()
    listed = table("iid:int project_id:int source:str")
    assert list(problems(whole["merged_by"], USER)) == list(problems(whole["merge_user"], USER)) == []
    assert list(problems(whole["head_pipeline"], PIPELINE)) == []
    assert list(problems(whole["pipeline"], BASIC_PIPELINE | listed)) == []
    commit = gitlab_host(f"{path}/repository/commits/HEAD").json()
    assert list(problems(commit["last_pipeline"], BASIC_PIPELINE | listed)) == []
    deployments = gitlab_host(f"/projects/{shipping.repository_id}/deployments", per_page=100).json()
    jobs = [each["deployable"] for each in deployments if each["deployable"]]
    assert jobs
    assert [problem for job in jobs for problem in problems(job, JOB)] == []


def test_what_the_table_does_not_allow_is_found():
    fields = table("id:int at:str?", user=table("name:str"))
    assert list(problems({"id": 1, "at": None, "user": {"name": "x"}}, fields)) == []
    wrong = {"id": "1", "user": {"name": None}}
    assert list(problems(wrong, fields)) == ["$.id is '1', not int", "$.at is missing", "$.user.name is null"]
    assert list(problems({"id": True, "at": "x", "user": 5}, fields)) == [
        "$.id is True, not int",
        "$.user is no object",
    ]
