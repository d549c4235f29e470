"""What all components have in common: what they are made of is in reach."""

from collections.abc import Mapping

import pulumi


class Component(pulumi.ComponentResource):
    """A component whose parts a program can look at, depend on, or hand to somebody else."""

    @property
    def nodes(self) -> Mapping[str, pulumi.Resource]:
        """The resources it declares itself, by what their logical names have beyond its own.

        For what its arguments do not offer: `space.nodes["ready"]`, say, to depend on the proof
        that the app answers. Parts that are components have nodes of their own. To change a part's
        options use `transforms` of the component's; a change after it was declared comes too late.
        """
        own = f"{self.pulumi_resource_name}-"
        parts = {each.pulumi_resource_name: each for each in self._childResources}
        return {name.removeprefix(own): parts[name] for name in sorted(parts)}
