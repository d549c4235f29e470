"""The rules as a table for people; docs/policies.md holds it."""

from policies.rules import ALL


def rules_table() -> str:
    """One line for each rule, in Markdown."""
    head = [
        "| rule | what has to be so | or else | severity | prod | dev |",
        "|---" * 6 + "|",
    ]
    rows = [
        f"| `{e.name}` | {e.about} | {e.why} | {e.severity} | {e.prod} | {e.dev} |" for e in ALL
    ]
    return "\n".join([*head, *rows])
