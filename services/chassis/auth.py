"""Who may call a route: every route says so itself, and one that says nothing answers nobody.

    @router.post("/people")
    def register(caller: Annotated[Caller, allow(Department.CIVIL_AFFAIRS)]) -> ...
    @router.get("/health/live", dependencies=[public()])

The tokens are verified before the first byte of a body is read (`edge.py`), so that nobody without a token
can make a service take in an upload. With it the request is judged (`requests.py`), but for what is open to everybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.routing import Mount

from services.chassis.departments import Department
from services.chassis.problems import Problem, not_allowed, not_authenticated
from services.chassis.requests import read_request
from services.chassis.tokens import Caller, Tokens

_BEARER = HTTPBearer(
    auto_error=False, bearerFormat="JWT", scheme_name="bearer", description="JWT: sub, post, department"
)

Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]


class Access:
    """A route's declaration. As a dependency it gives the caller, or refuses."""

    def __init__(self, departments: frozenset[Department]) -> None:
        self.departments = departments

    async def __call__(self, request: Request, credentials: Bearer = None) -> Caller:
        await read_request(request)
        known = getattr(request.state, "caller", None)
        if isinstance(known, Caller):  # admitted already, before the body was read
            return self.admitted(known)
        return await self.admit(request, credentials)

    async def admit(self, request: Request, credentials: HTTPAuthorizationCredentials | None) -> Caller:
        """The caller by the request's token; Problem 401 without a good one, 403 for another department."""
        if credentials is None:
            raise not_authenticated("请先登录（Bearer令牌）。", "A bearer token is needed.")
        tokens: Tokens = request.app.state.tokens
        token = credentials.credentials
        # In a thread: keys that verify tokens may have to be fetched first.
        known = tokens.known(token)
        caller = await run_in_threadpool(tokens.caller, token) if known is None else known
        request.state.caller = caller
        return self.admitted(caller)

    def admitted(self, caller: Caller) -> Caller:
        if caller.department not in self.departments:
            names = sorted(self.departments)
            raise not_allowed(
                f"该业务由{'、'.join(one.zh for one in names)}办理。",
                f"This is for {', '.join(names)}.",
            )
        return caller


class Open:
    """A declaration that everybody may call: for health and documentation only, which take no body."""

    async def __call__(self) -> None:
        return None


class Observed:
    """A declaration for monitoring: without a token from some networks, from elsewhere with the district's.

    Behind a reverse proxy on the same machine every request comes from loopback: the proxy must not pass
    such a route on.
    """

    _elsewhere = Access(frozenset({Department.DISTRICT}))

    async def __call__(self, request: Request, credentials: Bearer = None) -> None:
        await read_request(request)
        networks: tuple[IPv4Network | IPv6Network, ...] = request.app.state.settings.metrics_from
        if request.client is None or not _within(request.client.host, networks):
            await self._elsewhere.admit(request, credentials)


def _within(host: str, networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    try:
        address = ip_address(host)
    except ValueError:  # a name, or the path of a socket
        return False
    return any(address in network for network in networks)


def allow(*departments: Department | str) -> Any:
    """For these departments only. Use as `Annotated[Caller, allow(...)]` or in `dependencies=[...]`."""
    if not departments:
        raise TypeError("allow() needs a department; say allow_any_department() if all are meant")
    return Depends(Access(frozenset(Department(one) for one in departments)))


def allow_any_department() -> Any:
    """For every member of staff with a token."""
    return Depends(Access(frozenset(Department)))


def public() -> Any:
    """For everybody, without a token."""
    return Depends(Open())


def observed() -> Any:
    """For monitoring: see Observed."""
    return Depends(Observed())


def declaration(dependant: Dependant | None) -> Access | Open | Observed | None:
    """What a route declares, itself or through its router."""
    for inner in dependant.dependencies if dependant is not None else ():
        if isinstance(inner.call, (Access, Open, Observed)):
            return inner.call
        found = declaration(inner)
        if found is not None:
            return found
    return None


def undeclared_routes(app: FastAPI) -> list[str]:
    """Every route, also of mounted services, that does not say who may call it."""
    return list(_undeclared(app, ""))


def _undeclared(app: Any, prefix: str) -> Iterator[str]:
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, Mount):
            if isinstance(route.app, FastAPI):
                yield from _undeclared(route.app, prefix + route.path)
            else:
                yield f"{prefix}{route.path}/*"
        elif declaration(getattr(context, "dependant", None)) is None:
            yield f"{','.join(sorted(context.methods or {'?'}))} {prefix}{context.path}"


def still_good(request: Request) -> bool:
    """Whether the request's token still is. For an answer that goes on: it was admitted only once. Blocks as `admit`
    would, so ask in a thread."""
    credentials, tokens = bearer_of(request), request.app.state.tokens
    if credentials is None:
        return False
    try:
        return bool(tokens.known(credentials.credentials) or tokens.caller(credentials.credentials))
    except Problem:
        return False


def bearer_of(request: Request) -> HTTPAuthorizationCredentials | None:
    """The request's bearer token, before any dependency runs."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        return None
    return HTTPAuthorizationCredentials(scheme=scheme, credentials=token.strip())
