"""`POST /graphql`: one address for all queries."""

from typing import Any

from graphql import OperationType
from starlette.requests import Request
from starlette.responses import Response

from sandbox.github.contract import RunHost
from sandbox.github.graphql.execution import answer_to
from sandbox.github.graphql.inquiry import Inquiry
from sandbox.github.graphql.mutations.root import Mutation
from sandbox.github.graphql.objects.making import Making
from sandbox.github.graphql.queries import Query
from sandbox.github.http.access import Access
from sandbox.github.http.body import Body
from sandbox.github.http.errors import AuthenticationRequiredError, BadRequestError
from sandbox.github.http.requests import Routes, answer, urls
from sandbox.github.service import GitHubService
from sandbox.http.handlers import at

_LARGEST = 1 << 20  # bytes of a request: texts of bodies are shorter than 64 Ki characters


class GraphQLRoutes(Routes):
    """The endpoint of GraphQL."""

    def __init__(self, access: Access, service: GitHubService, run_host: RunHost) -> None:
        self._access = access
        self._service = service
        self._run_host = run_host

    @at("POST", "/graphql", "/api/graphql", limit=_LARGEST)
    def _answer(self, request: Request, body: Body) -> Response:
        """200 with `data` and `errors`, whatever the query; by signed-in callers.

        Raises:
            AuthenticationRequiredError: nobody asks.
            BadRequestError: the body has no query.
        """
        caller = self._access.caller(request)
        if caller is None:
            raise AuthenticationRequiredError("This endpoint requires you to be authenticated.")
        query, variables = body.fields.get("query"), body.fields.get("variables") or {}
        name = body.fields.get("operationName") or None
        if not isinstance(query, str) or not query.strip():
            raise BadRequestError("A query attribute must be specified and must be a string.")
        if not isinstance(variables, dict) or not isinstance(name, str | None):
            raise BadRequestError("Variables must be an object, and the operation's name a string.")
        making = Making()
        inquiry = Inquiry(caller, self._service, self._run_host, urls(request), making)
        making.inquiry = inquiry
        roots: dict[OperationType, Any] = {
            OperationType.QUERY: Query(inquiry),
            OperationType.MUTATION: Mutation(inquiry),
        }
        return answer(request, answer_to(query, variables, name, roots=roots))
