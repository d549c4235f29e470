"""The events that a webhook can ask for: those that happen here, and GitHub's others."""

from collections.abc import Sequence

from sandbox.github.http.errors import UnprocessableError
from sandbox.http.errors import NotImitatedError

EVERYTHING = "*"
PING = "ping"  # sent to every webhook, asked for or not

HAPPEN = frozenset(
    {
        *("check_run", "check_suite", "create", "delete", "fork", "issue_comment", "issues"),
        *(PING, "pull_request", "pull_request_review", "pull_request_review_comment", "push"),
        *("status", "workflow_job", "workflow_run"),
    }
)
# docs.github.com, "Webhook events and payloads": those of repositories that the sandbox lacks.
_OTHERS = frozenset(
    {
        *("branch_protection_configuration", "branch_protection_rule", "code_scanning_alert"),
        *("commit_comment", "custom_property_values", "dependabot_alert", "deploy_key"),
        *("deployment", "deployment_status", "discussion", "discussion_comment", "gollum"),
        *("issue_dependencies", "label", "member", "merge_group", "meta", "milestone"),
        *("package", "page_build", "project", "project_card", "project_column", "public"),
        *("pull_request_review_thread", "registry_package", "release", "repository"),
        *("repository_advisory", "repository_import", "repository_ruleset"),
        *("repository_vulnerability_alert", "secret_scanning_alert", "secret_scanning_scan"),
        *("secret_scanning_alert_location", "security_and_analysis", "star", "sub_issues"),
        *("team_add", "watch", "workflow_dispatch"),
    }
)


def fitting(names: Sequence[object]) -> tuple[str, ...]:
    """The events asked for, each once and in order.

    Raises:
        UnprocessableError: GitHub has none of that name, or none is named.
        NotImitatedError: it has, and it never happens here.
    """
    wanted = sorted({str(each) for each in names})
    strange = [each for each in wanted if each not in HAPPEN | _OTHERS | {EVERYTHING}]
    if strange or not wanted:
        named = ", ".join(each[:50] for each in strange)
        raise UnprocessableError(
            "Validation Failed",
            [
                {
                    "resource": "Hook",
                    "code": "custom",
                    "field": "events",
                    "message": f"Events {named or '(none)'} are not events of repositories",
                }
            ],
        )
    missing = sorted(_OTHERS & set(wanted))
    if missing:
        raise NotImitatedError(f"the event {missing[0]!r}: a webhook for it would wait forever")
    return tuple(wanted)
