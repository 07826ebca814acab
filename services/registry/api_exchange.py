"""Routes for departments: the list of beneficiary households."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from events.registry import Township
from events.service import Digest
from services.chassis.refusal import Malformed
from services.chassis.requests import Command
from services.chassis.runtime import Runtime
from services.chassis.unsealing import checked_purpose
from services.chassis.views import ViewReader
from services.chassis.work import Cause
from services.registry import listing
from services.registry.web import OfTheTen, Text, must_act_in


class AskList(Command):
    """Names come only with a purpose, which is recorded."""

    as_of: date
    township: Township | None = None
    purpose: Text | None = None


class BeneficiaryShown(BaseModel):
    person: UUID
    relation: str
    categories: tuple[str, ...]
    name: str | None = None


class HouseholdListed(BaseModel):
    household: UUID
    township: str
    village: str
    beneficiaries: tuple[BeneficiaryShown, ...]


class ListReceipt(BaseModel):
    """The receipt: the event that records the list, and the digest by which it can be known again."""

    receipt: UUID
    department: str
    as_of: date
    count: int = Field(ge=0, description="households")
    digest: Digest
    households: tuple[HouseholdListed, ...]


def router(runtime: Runtime, view: ViewReader) -> APIRouter:
    routes = APIRouter()

    @routes.post("/lists", tags=["lists"])
    def issue_list(request: Request, body: AskList, caller: OfTheTen) -> ListReceipt:
        """The households with beneficiaries as of a day, for the caller's department, with a receipt."""
        if body.township is not None:
            must_act_in(caller, body.township)
        purpose = checked_purpose(body.purpose) if body.purpose is not None else None
        cause = Cause(caller.to_actor(), request.state.request_id)
        today = runtime.decide(lambda work: work.today, cause)
        if body.as_of > today:
            raise Malformed(
                "date-in-future", "日期不得晚于今天。", "The date lies in the future.", field="as_of"
            )
        listed = listing.households_on(view, body.as_of, body.township or caller.township)
        department = caller.department.value
        receipt = runtime.decide(
            lambda work: listing.issue(work, department, body.as_of, listed, purpose), cause
        )
        names = iter(receipt.names)
        return ListReceipt(
            receipt=receipt.event,
            department=department,
            as_of=body.as_of,
            count=len(listed),
            digest=receipt.digest,
            households=tuple(
                HouseholdListed(
                    household=UUID(one.household),
                    township=one.township,
                    village=one.village,
                    beneficiaries=tuple(
                        BeneficiaryShown(
                            person=UUID(b.person),
                            relation=b.relation,
                            categories=b.categories,
                            name=next(names, None),
                        )
                        for b in one.beneficiaries
                    ),
                )
                for one in listed
            ),
        )

    return routes
