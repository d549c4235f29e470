"""What a recorder saw of a program, as the rules get it."""

from policies.declared import everything_of
from policies.resource import Resource
from policies.sources.pulumi_json import plain
from policies.things import Everything
from tests.components.recorder import Recorder


def everything(recorder: Recorder) -> Everything:
    """All that the program declared."""
    return everything_of(
        Resource(
            urn=each.urn,
            inputs={key: plain(value) for key, value in each.inputs.items()},
            parent=each.parent_urn,
            protect=each.protect,
            origins=each.origins,
        )
        for each in recorder.resources.values()
    )
