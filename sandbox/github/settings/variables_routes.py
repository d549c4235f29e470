"""Actions variables of repositories and environments."""

from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import Response

from sandbox.github.http.addressed import Addressed
from sandbox.github.http.body import Body
from sandbox.github.http.requests import HOLDERS, Routes, answer, listed, nothing
from sandbox.github.settings.holders import check_size, checked_name
from sandbox.github.settings.variable_store import VariableStore
from sandbox.http.handlers import at

_PAGE, _LARGEST_PAGE = 10, 30  # smaller than elsewhere
_ALL = [f"{place}/variables" for place in HOLDERS]
_ONE = [f"{place}/{{name}}" for place in _ALL]


class VariableRoutes(Routes):
    """Endpoints of variables."""

    def __init__(self, addressed: Addressed, store: VariableStore) -> None:
        self._addressed = addressed
        self._store = store

    @at("GET", *_ALL)
    def _list(self, request: Request, _body: Body) -> Response:
        variables = self._store.list(self._addressed.holder(request))
        return listed(request, variables, asdict, "variables", size=_PAGE, largest=_LARGEST_PAGE)

    @at("GET", *_ONE)
    def _get(self, request: Request, _body: Body) -> Response:
        holder = self._addressed.holder(request)
        return answer(request, asdict(self._store.get(holder, request.path_params["name"])))

    @at("POST", *_ALL)
    def _add(self, request: Request, body: Body) -> Response:
        holder = self._addressed.holder(request)
        body.require("name", "value")
        name, value = checked_name("Variable", body.text("name")), body.text("value")
        check_size("Variable", value.encode())
        self._store.add(holder, name, value)
        return answer(request, {}, 201)

    @at("PATCH", *_ONE)
    def _change(self, request: Request, body: Body) -> Response:
        holder = self._addressed.holder(request)
        found = self._store.get(holder, request.path_params["name"])
        wanted, value = body.optional_text("name"), body.optional_text("value")
        name = found.name if wanted is None else checked_name("Variable", wanted)
        value = found.value if value is None else value
        check_size("Variable", value.encode())
        self._store.change(holder, found.name, name, value)
        return nothing()

    @at("DELETE", *_ONE)
    def _delete(self, request: Request, _body: Body) -> Response:
        self._store.delete(self._addressed.holder(request), request.path_params["name"])
        return nothing()
