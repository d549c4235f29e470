"""The rules, one module per subject; `ALL` is the order in which people read them."""

from policies.rule import Rule
from policies.rules.access import RULES as ACCESS
from policies.rules.costs import RULES as COSTS
from policies.rules.deployers import RULES as DEPLOYERS
from policies.rules.images import RULES as IMAGES
from policies.rules.model_fit import RULES as MODEL_FIT
from policies.rules.models import RULES as MODELS
from policies.rules.network import RULES as NETWORK
from policies.rules.protection import RULES as PROTECTION
from policies.rules.required import RULES as REQUIRED
from policies.rules.secret_scopes import RULES as SECRET_SCOPES
from policies.rules.secrets_kept import RULES as SECRETS_KEPT

ALL: tuple[Rule, ...] = (
    *ACCESS,
    *SECRETS_KEPT,
    *SECRET_SCOPES,
    *REQUIRED,
    *NETWORK,
    *MODELS,
    *MODEL_FIT,
    *IMAGES,
    *DEPLOYERS,
    *PROTECTION,
    *COSTS,
)
