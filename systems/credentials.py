"""The keys of this project's own apps: where somebody may have given them, else they are drawn."""

from slipway.core.credentials import PLATFORM_CREDENTIALS, Credential

API_KEY = Credential("SLIPWAY_API_KEY", "apiKey", "API key that the tests call the apps with")
SYMPTOMS_API_KEY = Credential(
    "SYMPTOMS_API_KEY", "symptomsApiKey", "key that the log of the symptoms Space is read with"
)
RETRAINING_API_KEY = Credential(
    "RETRAINING_API_KEY", "retrainingApiKey", "API key that callers of the retraining backend send"
)
FRIGO_ADMIN_KEY = Credential(
    "FRIGO_ADMIN_KEY", "frigoAdminKey", "key that frigo's simulations and fine-tunes need"
)
FRIGO_SERVICE_KEY = Credential(
    "FRIGO_SERVICE_KEY", "frigoServiceKey", "key by which frigo's services know each other"
)
TURNOVER_API_KEY = Credential(
    "TURNOVER_API_KEY", "turnoverApiKey", "API key that callers of the turnover API send"
)
ALL = (
    *PLATFORM_CREDENTIALS,
    API_KEY,
    SYMPTOMS_API_KEY,
    RETRAINING_API_KEY,
    FRIGO_ADMIN_KEY,
    FRIGO_SERVICE_KEY,
    TURNOVER_API_KEY,
)
