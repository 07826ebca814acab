"""The HTTP of accounts: taken down at the window, confirmed by a second person; custody. No account is ever answered."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BeforeValidator, Field

from events.ids import HouseholdId, PersonId
from services.chassis.commands import execute
from services.chassis.problems import not_allowed
from services.chassis.requests import Command
from services.chassis.runtime import Runtime
from services.chassis.tokens import Caller
from services.chassis.work import Work
from services.finance import naming
from services.finance.account import checked_number
from services.finance.web import Digest, Done, Office


class Owner(Command):
    """Whose account: the household's, or one person's of it."""

    household: UUID
    person: UUID | None = None

    @property
    def home(self) -> HouseholdId:
        return HouseholdId.of(self.household)

    @property
    def one(self) -> PersonId | None:
        return None if self.person is None else PersonId.of(self.person)


class Naming(Owner):
    holder: UUID
    account: Annotated[
        str, BeforeValidator(lambda text: checked_number(text) if isinstance(text, str) else text)
    ]
    name: str = Field(min_length=1, max_length=60, description="the holder's, as the bank has it")
    bank: str = Field(pattern=r"^[A-Z0-9]{2,20}$")
    mandate: Digest | None = None
    why: Literal["first", "closed", "wrong", "lost", "holder_died", "wish"]
    since: date


class Custody(Owner):
    keeper: Literal["village", "institution", "relative", "guardian"]
    agreement: Digest
    since: date


class CustodyOver(Owner):
    why: Literal["wish", "expired", "abuse", "death"]
    on: date


def router(runtime: Runtime) -> APIRouter:
    routes = APIRouter(prefix="/accounts", tags=["accounts"])

    def here(work: Work, caller: Caller, household: HouseholdId) -> None:
        if not caller.may_act_in(naming.home(work, household)):
            raise not_allowed("只能办理本乡镇（街道）的事项。", "Only what is of your own township.")

    @routes.post("", status_code=201)
    def name(body: Naming, request: Request, caller: Office) -> Done:
        """Take down an account. It counts once another person has confirmed it."""

        def decide(work: Work) -> Done:
            here(work, caller, body.home)
            naming.name(
                work, body.home, body.one, PersonId.of(body.holder), body.account, body.name, caller.person,
                bank=body.bank, mandate=body.mandate, why=body.why, since=body.since,
            )  # fmt: skip
            return Done()

        return execute(request, runtime, caller, Done, decide)

    @routes.post("/confirmation", status_code=201)
    def confirm(body: Owner, request: Request, caller: Office) -> Done:
        """By another person than who took it down."""

        def decide(work: Work) -> Done:
            here(work, caller, body.home)
            naming.confirm(work, body.home, body.one, caller.person)
            return Done()

        return execute(request, runtime, caller, Done, decide)

    @routes.post("/custody", status_code=201)
    def custody(body: Custody, request: Request, caller: Office) -> Done:
        """Somebody keeps passbook or card for the family, by a written agreement on file (2021 办法 26)."""

        def decide(work: Work) -> Done:
            here(work, caller, body.home)
            said = {"keeper": body.keeper, "agreement": body.agreement, "since": body.since}
            naming.agree_custody(work, body.home, body.one, **said, officer=caller.person)
            return Done()

        return execute(request, runtime, caller, Done, decide)

    @routes.post("/custody/end", status_code=201)
    def custody_over(body: CustodyOver, request: Request, caller: Office) -> Done:
        """Passbook and card are back with the family."""

        def decide(work: Work) -> Done:
            here(work, caller, body.home)
            naming.end_custody(work, body.home, body.one, why=body.why, on=body.on, officer=caller.person)
            return Done()

        return execute(request, runtime, caller, Done, decide)

    return routes
