"""Clerks: members of staff who work through the HTTP APIs, as a person in a post would.

    with InProcess(app) as line:
        office = Office(line, seed=43, token_for=lambda caller: issue_token(settings, caller))
        office.township("431202101000").post("/registry/people", {...})

Every request carries an `X-Request-Id` drawn from the seed: it becomes the correlation of what is recorded,
so that two runs record the same log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import cached_property
from random import Random
from typing import Any, Protocol
from uuid import UUID

import httpx
from anyio.from_thread import start_blocking_portal

from services.chassis.departments import Department
from services.chassis.tokens import Caller
from services.registry.divisions import hecheng
from services.simulator.posts import DISTRICT_APPROVER, Posts, clerk_of

Answer = dict[str, Any]
SERVER_ERROR = 500


class Refused(Exception):
    """A service said no, and by which rule."""

    def __init__(self, status: int, rule: str) -> None:
        super().__init__(f"{status} {rule}")
        self.status = status
        self.rule = rule


class Failed(RuntimeError):
    """A service answered with an error of its own: nothing a clerk could put right."""


class Line(Protocol):
    """What requests go over: an httpx.Client, or a shorter way."""

    def request(self, method: str, path: str, **said: Any) -> httpx.Response: ...


class InProcess(httpx.BaseTransport):
    """Requests answered by an ASGI application in this process, one after another, without a port.

    A line by itself too: without what a client does for addresses, cookies and redirects, which is a fifth of what
    a request costs here.
    """

    def __init__(self, app: Any) -> None:
        self._inner = httpx.ASGITransport(app)
        # One loop for all requests: the threads that answer them end with their loop, and with them all that each
        # has opened of the services' databases.
        self._running = ExitStack()
        self._portal = self._running.enter_context(start_blocking_portal())

    def request(self, method: str, path: str, **said: Any) -> httpx.Response:
        return self.handle_request(httpx.Request(method, f"http://doudi{path}", **said))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._portal.call(self._answer, request)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        return httpx.Response(answer.status_code, headers=answer.headers, content=await answer.aread())

    def close(self) -> None:
        self._running.close()


class Clerk:
    """One member of staff in one post. `ids` draws the ids of requests."""

    def __init__(self, line: Line, caller: Caller, token: str, ids: Callable[[], UUID]) -> None:
        self.caller = caller
        self._line = line
        self._token = token
        self._ids = ids

    def get(self, path: str, **query: Any) -> Any:
        """What the service answers. Raises Refused; with a `purpose` the look-up is recorded."""
        asked = {key: value for key, value in query.items() if value is not None}
        return self._ask("GET", path, params=asked)

    def post(self, path: str, body: Mapping[str, Any], version: int | None = None) -> Any:
        """Ask for a change. `version`: of what the clerk has seen of it, refused where it has moved on."""
        if version is not None:
            body = {**body, "version": version}
        return self._ask("POST", path, json=body)

    def send(self, path: str, name: str, content: bytes, **said: str) -> Any:
        """Upload a file, with what else the form says."""
        return self._ask("POST", path, files={"file": (name, content)}, data=said)

    def pages(self, path: str, **query: Any) -> Iterator[Answer]:
        """The items of all pages of a list."""
        cursor = None
        while True:
            page = self.get(path, cursor=cursor, **query)
            yield from page["items"]
            cursor = page["next"]
            if cursor is None:
                return

    def _ask(self, method: str, path: str, **said: Any) -> Any:
        headers = {"Authorization": f"Bearer {self._token}", "X-Request-Id": str(self._ids())}
        answer = self._line.request(method, path, headers=headers, **said)
        if answer.status_code >= SERVER_ERROR:
            raise Failed(f"{method} {path.partition('?')[0]}: {answer.status_code}")
        if answer.is_error:
            problem = str(answer.json().get("type", ""))
            raise Refused(answer.status_code, problem.removeprefix("urn:doudi:problem:"))
        return answer.json()


class Office:
    """The district's staff, by post. The same seed gives the same people and the same request ids."""

    def __init__(self, line: Line, *, seed: int, token_for: Callable[[Caller], str]) -> None:
        self._line = line
        self._token_for = token_for
        self._staff = Random(f"{seed} staff")
        self._requests = Random(f"{seed} requests")
        # Drawn in one go, so that whoever is asked for first changes nobody's id.
        self._county = self._person()
        self._poverty = self._person()
        self._finance = self._person()
        self._townships = {town.code: self._person() for town in hecheng().townships}
        self._author = self._person()
        self._approver = self._person()
        self._personnel = self._person()
        self.posts = Posts.of(self._county, self._townships, self._person)
        self._federation = self._person()

    @cached_property
    def county(self) -> Clerk:
        """The officer of the district's civil affairs who confirms."""
        return self._clerk(self._county, DISTRICT_APPROVER, Department.CIVIL_AFFAIRS)

    @cached_property
    def personnel(self) -> Clerk:
        """Who keeps posts and members of staff, and holds none of these posts."""
        return self._clerk(self._personnel, "personnel-officer", Department.DISTRICT)

    @cached_property
    def author(self) -> Clerk:
        """The officer who puts papers forward; another publishes them."""
        return self._clerk(self._author, "policy-officer", Department.CIVIL_AFFAIRS)

    @cached_property
    def approver(self) -> Clerk:
        return self._clerk(self._approver, "policy-officer", Department.CIVIL_AFFAIRS)

    @cached_property
    def poverty_alleviation(self) -> Clerk:
        return self._clerk(self._poverty, "register-officer", Department.POVERTY_ALLEVIATION)

    @cached_property
    def finance(self) -> Clerk:
        return self._clerk(self._finance, "payments-officer", Department.FINANCE)

    @cached_property
    def federation(self) -> Clerk:
        """The disabled persons' federation, which issues cards."""
        return self._clerk(self._federation, "card-officer", Department.DISABLED_FEDERATION)

    @cached_property
    def _clerks(self) -> dict[str, Clerk]:
        return {
            code: self._clerk(person, clerk_of(code), Department.CIVIL_AFFAIRS, code)
            for code, person in self._townships.items()
        }

    def township(self, code: str) -> Clerk:
        """The civil-affairs clerk of a township."""
        return self._clerks[code]

    def _clerk(self, person: UUID, post: str, department: Department, township: str | None = None) -> Clerk:
        caller = Caller(person=person, post=post, department=department, township=township)
        return Clerk(self._line, caller, self._token_for(caller), self._request_id)

    def _person(self) -> UUID:
        return UUID(int=self._staff.getrandbits(128), version=4)

    def _request_id(self) -> UUID:
        return UUID(int=self._requests.getrandbits(128), version=4)
