"""The project's own stacks keep the rules, as they are written and whatever is known of them."""

import runpy

import pulumi
import pytest

from policies.check import check, table
from policies.declared import everything_of
from policies.rules import ALL
from policies.settings import of_stack
from tests.components.recorder import Recorder, run
from tests.policies.recorded import resources_of
from tests.systems.conftest import CHECKOUT, checkout, stack_values

__all__ = ["checkout", "stack_values"]


class Known(Recorder):
    def new_resource(self, args):
        id_, outputs = super().new_resource(args)
        return id_, {**IMAGE, **outputs}


IMAGE = {"ref": f"registry.test/it@sha256:{'a' * 64}", "digest": f"sha256:{'a' * 64}", "size_bytes": 1, "model_layer_bytes": 1, "model_layer": ""}


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_own_stacks(stack, stack_values, monkeypatch):
    for name in ("RENDER_API_KEY", "SLIPWAY_API_KEY", "SYMPTOMS_API_KEY", "RETRAINING_API_KEY", "TURNOVER_API_KEY", "RENDER_DEPLOY_HOOK_KEY"):
        monkeypatch.setenv(name, f"canary-{name}")
    monkeypatch.setenv("SLIPWAY_REGISTRY", "registry.test")
    monkeypatch.setattr(pulumi, "export", lambda *_: None)
    recorder = Known()
    run(recorder, lambda: runpy.run_path(str(CHECKOUT / "__main__.py")) and None, stack_values(stack), stack=stack)
    results = check(everything_of(resources_of(recorder, stack)), ALL, of_stack(stack, ALL))
    print(table(results))
    assert False
