"""What tests of staff begin with: an office whose every call is a decision of its own, and a service that keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from events.base import Actor
from events.ids import CaseId, PersonId
from events.staff import Role
from services import staff
from services.chassis.folding import Fold
from services.chassis.service import Service
from services.chassis.work import Cause, Work
from services.staff import keeping, steps
from tests.support import District, speaker

T = TypeVar("T")

TODAY = date(2020, 8, 3)
TOWNSHIP, OTHER_TOWNSHIP = "431202001000", "431202002000"
VILLAGE = "431202001001"
CLERK, SURVEYOR, APPROVER = f"{TOWNSHIP}-clerk", f"{TOWNSHIP}-surveyor-1", "district-approver"
ANNA, BAO, CHEN, DING = (UUID(int=n << 64, version=4) for n in (1, 2, 3, 4))
PERSONNEL = UUID(int=99 << 64, version=4)
MOTHER, SON, STRANGER = (PersonId.of(UUID(int=n << 72, version=4)) for n in (1, 2, 3))


def day(number: int) -> date:
    """So many days after today."""
    return TODAY + timedelta(days=number)


def listening() -> Service:
    """A service that judges officials by what it has kept of staff."""
    service = Service("living", listens=("staff",))
    service.stream(CaseId, Fold(None))
    keeping.keep_staff(service)
    return service


def a_district(folder: Path) -> District:
    return District(folder, [speaker("registry", PersonId), staff.SERVICE, listening()])


class Office:
    """`at`: which service decides; what is read is asked of the one that only listens."""

    def __init__(self, district: District) -> None:
        self.district = district

    def do(self, step: Callable[..., T], *said: Any, by: UUID = PERSONNEL, **more: Any) -> T:
        runtime = self.district.runtime("staff")
        cause = Cause(Actor("civil-affairs", "personnel", by), self.district.ids.random())
        found = runtime.decide(lambda work: step(work, *said, **more), cause)
        self.district.host.drain()
        return found

    def ask(self, reader: Callable[..., T], *said: Any, of: str = "living") -> T:
        return self.district.runtime(of).decide(lambda work: reader(work, *said))

    def members(self, *people: UUID) -> None:
        for person in people:
            self.do(steps.register, person, "测试人")

    def post(
        self,
        code: str,
        roles: Iterable[Role] = (Role.CLERK,),
        since: date | None = None,
        township: str | None = TOWNSHIP,
    ) -> None:
        self.do(
            steps.create,
            code,
            title="经办人",
            department="civil-affairs",
            roles=roles,
            since=since or day(-100),
            township=township,
        )

    def acting(self, who: UUID, on: date) -> list[str]:
        return [post.code for post in self.ask(keeping.acting, who, on)]


def who(office: Office, code: str, days: Iterable[int]) -> Mapping[int, UUID | None]:
    return {n: office.ask(keeping.who_acts, code, day(n)) for n in days}


def decide_of(district: District, act: Callable[[Work], T]) -> T:
    return district.runtime("staff").decide(act)
