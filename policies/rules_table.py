"""The rules as a table for people; docs/policies.md holds it."""

from policies.rules import ALL


def rules_table() -> str:
    """One line for each rule, in Markdown."""
    head = ["| rule | what has to be so | or else | prod | dev |", "|---|---|---|---|---|"]
    rows = [
        f"| `{each.name}` | {each.about} | {each.why} | {each.prod} | {each.dev} |" for each in ALL
    ]
    return "\n".join([*head, *rows])
