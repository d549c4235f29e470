"""The rules, one module per subject; `ALL` is the order in which people read them."""

from policies.rule import Rule
from policies.rules import (
    access,
    costs,
    deployers,
    images,
    model_fit,
    models,
    network,
    protection,
    required,
    secret_scopes,
    secrets_kept,
)

_SUBJECTS = (
    access,
    secrets_kept,
    secret_scopes,
    required,
    network,
    models,
    model_fit,
    images,
    deployers,
    protection,
    costs,
)
ALL = tuple(rule for each in _SUBJECTS for rule in vars(each).values() if isinstance(rule, Rule))
