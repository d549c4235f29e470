"""Files that an image needs and the builder is not sent."""

from collections.abc import Iterable

from slipway.core.findings import Finding, error
from slipway.dockerfile.context import BuildContext
from slipway.dockerfile.stages import Stage, read_stages


def check_copy_sources(
    subject: str, context: BuildContext, stages: Iterable[Stage] | None = None
) -> list[Finding]:
    """COPY and ADD of what the builder is not sent, in the stages that are built or in all."""
    looked_at = read_stages(context.text).all if stages is None else stages
    return [
        error(
            subject,
            f"{context.dockerfile.name} copies {source}, which {context.folder.name}/ does not "
            "hold or .dockerignore keeps from the builder",
            "Add the file; its path is relative to the context, not to the Dockerfile",
        )
        for source in context.missing_sources(looked_at)
    ]
