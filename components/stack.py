"""Which stack this is, as the platforms are told it."""

import pulumi


def stack_mark() -> str:
    """`project/stack`: marks what a stack made, so that it knows its own again after a crash."""
    return f"{pulumi.get_project()}/{pulumi.get_stack()}"
