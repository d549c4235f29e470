"""Where jobs ask for their proofs, and everybody for the keys that check them."""

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.github.http.errors import GitHubError
from sandbox.github.oidc.claims import ALWAYS
from sandbox.github.oidc.job_identities import ISSUER_PATH, JobIdentities, UnknownJobError
from sandbox.github.oidc.signing_key import ALGORITHM
from sandbox.http.credentials import MalformedCredentialsError, token_of
from sandbox.http.handlers import Handlers, at

_LONGEST_AUDIENCE = 1024  # characters
_KNOWN = f"{ISSUER_PATH}/.well-known"


class UnidentifiedError(GitHubError):
    """Whoever asks for a proof is no job that may have one."""

    status = 401
    message = (
        "This request token is of no job that runs now. A job gets its own where `permissions:`"
        " say `id-token: write`, and for as long as it runs."
    )


class UnacceptableAudienceError(GitHubError):
    """An audience that nobody has."""

    status = 400

    def __init__(self) -> None:
        super().__init__(f"audience: one of at most {_LONGEST_AUDIENCE} characters is wanted")


class IdentityRoutes(Handlers):
    """Endpoints of the issuer."""

    def __init__(self, identities: JobIdentities) -> None:
        self._identities = identities
        self._limiter = CapacityLimiter(1)

    # The first two need none of the threads that handlers share: other platforms' handlers, which
    # hold some, ask them.

    @at("GET", f"{_KNOWN}/openid-configuration")
    async def _discovery(self, _request: Request) -> Response:
        """`GET /.well-known/openid-configuration` below the issuer."""
        issuer = self._identities.issuer
        said = {
            "issuer": issuer,
            "jwks_uri": f"{issuer}/.well-known/jwks",
            "subject_types_supported": ["public", "pairwise"],
            "response_types_supported": ["id_token"],
            "claims_supported": [*ALWAYS, "environment"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "scopes_supported": ["openid"],
        }
        return JSONResponse(said)

    @at("GET", f"{_KNOWN}/jwks")
    async def _keys(self, _request: Request) -> Response:
        """`GET /.well-known/jwks` below the issuer."""
        key = await to_thread.run_sync(self._identities.key.published, limiter=self._limiter)
        return JSONResponse({"keys": [key]})

    @at("GET", f"{ISSUER_PATH}/jobs/{{job:int}}/idtoken")
    def _token(self, request: Request) -> Response:
        """What a job's ACTIONS_ID_TOKEN_REQUEST_URL asks, with `&audience=…` or without."""
        audience = request.query_params.get("audience")
        if audience is not None and not 0 < len(audience) <= _LONGEST_AUDIENCE:
            raise UnacceptableAudienceError
        try:
            bearer = token_of(request.headers.get("authorization"))
            value = self._identities.token(request.path_params["job"], bearer, audience)
        except (MalformedCredentialsError, UnknownJobError):
            raise UnidentifiedError from None
        return JSONResponse({"value": value}, headers={"Cache-Control": "no-store"})
