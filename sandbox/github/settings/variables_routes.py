"""Actions variables of repositories and environments."""

from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.github.http.addressed import Addressed
from sandbox.github.http.body import Body
from sandbox.github.http.requests import HOLDERS, answer, nothing, page, route
from sandbox.github.settings.holders import check_size, checked_name
from sandbox.github.settings.variable_store import VariableStore

_PAGE, _LARGEST_PAGE = 10, 30  # smaller than elsewhere


class VariableRoutes:
    """Endpoints of variables."""

    def __init__(self, addressed: Addressed, store: VariableStore) -> None:
        self._addressed = addressed
        self._store = store

    def routes(self) -> list[Route]:
        """The addresses served here."""
        found = []
        for place in HOLDERS:
            found += [
                route("GET", f"{place}/variables", self.list),
                route("POST", f"{place}/variables", self.add),
                route("GET", f"{place}/variables/{{name}}", self.get),
                route("PATCH", f"{place}/variables/{{name}}", self.change),
                route("DELETE", f"{place}/variables/{{name}}", self.delete),
            ]
        return found

    def list(self, request: Request, _body: Body) -> Response:
        """`GET …/variables`."""
        variables = self._store.list(self._addressed.holder(request))
        chosen, headers = page(request, variables, size=_PAGE, largest=_LARGEST_PAGE)
        shown = [asdict(each) for each in chosen]
        return answer(request, {"total_count": len(variables), "variables": shown}, headers=headers)

    def get(self, request: Request, _body: Body) -> Response:
        """`GET …/variables/{name}`."""
        holder = self._addressed.holder(request)
        return answer(request, asdict(self._store.get(holder, request.path_params["name"])))

    def add(self, request: Request, body: Body) -> Response:
        """`POST …/variables`."""
        holder = self._addressed.holder(request)
        body.require("name", "value")
        name, value = checked_name("Variable", body.text("name")), body.text("value")
        check_size("Variable", value.encode())
        self._store.add(holder, name, value)
        return answer(request, {}, 201)

    def change(self, request: Request, body: Body) -> Response:
        """`PATCH …/variables/{name}`."""
        holder = self._addressed.holder(request)
        found = self._store.get(holder, request.path_params["name"])
        wanted, value = body.optional_text("name"), body.optional_text("value")
        name = found.name if wanted is None else checked_name("Variable", wanted)
        value = found.value if value is None else value
        check_size("Variable", value.encode())
        self._store.change(holder, found.name, name, value)
        return nothing()

    def delete(self, request: Request, _body: Body) -> Response:
        """`DELETE …/variables/{name}`."""
        self._store.delete(self._addressed.holder(request), request.path_params["name"])
        return nothing()
