"""Which addresses Render's API has, with their methods: what it lacks is not "not imitated"."""

import re
from functools import cache

# api-docs.render.com, the API's reference, and what Render's own SDK asks for. `*` stands for an id
# or a name; of the methods G is GET, P is POST, U is PUT, A is PATCH and D is DELETE.
_TABLE = """
artifact-sources GP; artifact-sources/* DGA; artifact-sources/*/artifacts G
artifact-sources/*/env-vars GU; artifact-sources/*/env-vars/* DGU
artifact-sources/*/secret-files GU; artifact-sources/*/secret-files/* DGU
blueprints G; blueprints/* GAD; blueprints/*/syncs G; blueprints/validate P
cron-jobs/*/runs PD
dedicated-ips GP; dedicated-ips/* DGA
disks GP; disks/* DGA; disks/*/snapshots G; disks/*/snapshots/restore P
env-groups GP; env-groups/* DGA; env-groups/*/artifact-sources/* DP
env-groups/*/env-vars/* DGU; env-groups/*/secret-files/* DGU; env-groups/*/services/* DP
environments GP; environments/* DGA; environments/*/resources DP
events/* G
key-value GP; key-value/* DGA; key-value/*/connection-info G; key-value/*/resume P
key-value/*/suspend P
logs G; logs/streams/owner/* DGU; logs/streams/resource G; logs/streams/resource/* DGU
logs/subscribe G; logs/values G
maintenance G; maintenance/* GA; maintenance/*/trigger P
metrics-stream/* DGU; metrics/* G; metrics/filters/* G
notification-settings/overrides G; notification-settings/overrides/services/* GA
notification-settings/owners/* GA
objects/*/* G; objects/*/*/* DGU
organizations/*/audit-logs G
owners G; owners/* G; owners/*/audit-logs G; owners/*/members G; owners/*/members/* DA
postgres GP; postgres/* DGA; postgres/*/connection-info G; postgres/*/credentials GP
postgres/*/credentials/* D; postgres/*/export GP; postgres/*/failover P
postgres/*/parameter-overrides GPU; postgres/*/parameter-overrides/available G
postgres/*/promote P; postgres/*/query/* G; postgres/*/recovery GP; postgres/*/replication P
postgres/*/restart P; postgres/*/resume P; postgres/*/suspend P
projects GP; projects/* DGA
redis GP; redis/* DGA; redis/*/connection-info G; redis/*/resume P
redis/*/suspend P
registrycredentials GP; registrycredentials/* DGA
sandbox-groups GP; sandbox-groups/* DGA
sandboxes GP; sandboxes/* DG; sandboxes/*/files/download/token P; sandboxes/*/files/list G
sandboxes/*/runs/stream/token P; sandboxes/*/execs/* G; sandboxes/*/execs/*/status P
sandboxes/*/logs G; sandboxes/*/terminate P
services GP; services/* DGA; services/*/outbound-ips G; services/*/autoscaling DU
services/*/cache/purge P
services/*/custom-domains GP; services/*/custom-domains/* DG
services/*/custom-domains/*/verify P; services/*/deploys GP; services/*/deploys/* G
services/*/deploys/*/cancel P; services/*/env-vars GU; services/*/env-vars/* DGU
services/*/ephemeral-shell P; services/*/events G; services/*/headers GPU
services/*/headers/* D; services/*/instances G; services/*/jobs GP; services/*/jobs/* G
services/*/jobs/*/cancel P; services/*/preview P; services/*/restart P; services/*/resume P
services/*/rollback P; services/*/routes GPUA; services/*/routes/* DA; services/*/scale P
services/*/secret-files GU; services/*/secret-files/* DGU; services/*/suspend P
task-runs GP; task-runs/* GD; tasks G; tasks/* G; workflows GP; workflows/* DGA
workflowversions GP; workflowversions/* G
users G
webhooks GP; webhooks/* DGA; webhooks/*/events G
"""
_LETTERS = {"G": "GET", "P": "POST", "U": "PUT", "A": "PATCH", "D": "DELETE"}


def methods_of(path: str) -> frozenset[str]:
    """The methods that Render has for an address; none if it has no such address.

    Args:
        path: as it was sent, after `/v1`.
    """
    return next((methods for form, methods in _forms() if form.fullmatch(path)), frozenset())


@cache
def _forms() -> tuple[tuple[re.Pattern[str], frozenset[str]], ...]:
    found = []
    for entry in re.split(r"[;\n]", _TABLE.strip()):
        address, letters = entry.split()
        form = re.compile("/" + re.escape(address).replace(r"\*", "[^/]+") + "/?")
        found.append((form, frozenset(_LETTERS[each] for each in letters)))
    # An address with fewer names to fill in goes before one that would take its word for a name.
    return tuple(sorted(found, key=lambda each: each[0].pattern.count("[^/]+")))
