"""Python runs this when it starts: the engine's provider processes wait less between two looks.

Only how long is waited differs from what people run, never for what.
"""

import sys

if "run_dynamic_providers.py" in " ".join(sys.orig_argv):
    from slipway.core.transport import calls as core_calls
    from slipway.render.api import client
    from slipway.render.api import transport as calls
    from slipway.render.deploy import client as deploy_client
    from slipway.render.deploy import following

    following.FIRST_POLL_SECONDS = 0.05
    following.LAST_POLL_SECONDS = 0.2
    following.PROBE_POLL_SECONDS = 0.02
    following.PROBE_GRACE_SECONDS = 3.0
    deploy_client._LOOK_SECONDS = 0.05
    calls.READ_SECONDS = 2.0

    def _soon(_attempt, asked=None):
        return 0.05 if asked is None else asked

    core_calls.pause_seconds = client.pause_seconds = _soon
