"""What a recorder saw of a program, as the rules get it."""

from policies.resource import Resource
from policies.sources.pulumi_json import plain
from tests.components.recorder import Recorder


def resources_of(recorder: Recorder, stack: str) -> list[Resource]:
    """The recorded resources, with urns as the engine would make them."""
    return [
        Resource(
            urn=f"urn:pulumi:{stack}::slipway::{each.type}::{each.name}",
            inputs={key: plain(value) for key, value in each.inputs.items()},
            parent=next(
                (
                    f"urn:pulumi:{stack}::slipway::{parent.type}::{parent.name}"
                    for parent in recorder.resources.values()
                    if parent.name == each.parent and parent.type.startswith("slipway:")
                ),
                "",
            ),
            protect=each.protect,
        )
        for each in recorder.resources.values()
    ]
