"""A small district for verification's tests: a registry and a living that say what they are told to; departments' files."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from events import assistance as a
from events import registry as r
from events import verification as v
from events.ids import AgreementId, CaseId, CheckId, HouseholdId, PersonId
from events.sealed import Sealed
from services import policy, verification
from services.chassis.departments import Department
from services.chassis.service import Service
from services.chassis.work import Work
from services.registry.identity import check_digit
from services.verification import checking, sharing, taking
from services.verification.checking import CHECK, Check
from services.verification.matching import Told
from services.verification.sources import EVERY, SOURCES
from tests.papers import publish_shipped
from tests.support import District, speaker

PAPERS = ("dibao-2012", "dibao-2021", "tekun-2021", "disability-subsidies-2015")
"""Of which data contradict help."""
TOWN, VILLAGE = "431202101000", "431202101201"
OFFICER = UUID(int=0xB1, version=4)
GROUNDS = a.Grounds(
    papers=(a.Paper(number="鹤民发〔2020〕43号", clause="三(一)1"),), language="1", rows=("HOUSEHOLD",),
    illustrative=True,
)  # fmt: skip


def number_of(n: int) -> str:
    """A made-up ID number with a good check digit."""
    first = f"4312021980{n % 12 + 1:02d}{n // 12 % 28 + 1:02d}{n // 336:03d}"
    return first + check_digit(first)


def csv_file(headings: Sequence[str], *rows: Sequence[object]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([headings, *rows])
    return out.getvalue().encode("utf-8-sig")


def json_lines(*rows: Mapping[str, object]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


class Bureau(District):
    """The check centre of a district. `seen`: the numbers of those registered, by person."""

    def __init__(self, folder: Path, more: Sequence[Service] = ()) -> None:
        registry = speaker("registry", PersonId, HouseholdId)
        domains = [speaker("living", CaseId), speaker("disability", CaseId)]
        super().__init__(folder, [policy.SERVICE, registry, *domains, verification.SERVICE, *more])
        publish_shipped(self.runtime("policy"), PAPERS)
        self.readers = self.serve("verification", verification.routers, verification.VIEWS)
        self.bureau = self.runtime("verification")
        self.records = verification.Records.open(self.settings, self.bureau.around.keys)
        self.doer = verification.Doer(self.bureau, self.records, 2)
        self.host.senders.append(self.doer.step)
        self.count = 0
        self.numbers: dict[PersonId, str] = {}

    @property
    def today(self) -> date:
        return self.clock.now().date()

    def pass_days(self, days: int) -> None:
        for _ in range(days):
            self.clock.advance_to(self.clock.now() + timedelta(days=1))
            self.host.settle(self.today)
        self.host.drain()

    # -- the registry and living -------------------------------------------------------------------------

    def household(self, people: int = 1) -> tuple[HouseholdId, tuple[PersonId, ...]]:
        home = HouseholdId.of(self.ids.random())
        members = tuple(self.person() for _ in range(people))
        self.say(
            "registry",
            (
                home,
                r.HouseholdRegistered(
                    household=home, head=members[0], township=TOWN, village=VILLAGE, since=self.today,
                    members=tuple(r.Member(person=one, relation="02") for one in members),
                ),
            ),
        )  # fmt: skip
        return home, members

    def person(self) -> PersonId:
        self.count += 1
        person, number = PersonId.of(self.ids.random()), number_of(self.count)
        self.numbers[person] = number
        index = self.vault.blind_index("id-number", number)
        fact = r.PersonRegistered(
            person=person, name=Sealed.of("石某某", person), id_number=Sealed.of(number, person),
            id_index=Sealed.of(index, person), sex="1", born=date(1980, 1, 1),
        )  # fmt: skip
        self.say("registry", (person, fact))
        return person

    def case(
        self, home: HouseholdId, members: Sequence[PersonId], programme: str = "dibao"
    ) -> dict[str, Any]:
        """What every fact about a new case of theirs says."""
        case = CaseId.of(self.ids.random())
        return {"case": case, "programme": programme, "household": home, "members": tuple(members)}

    def apply(self, said: Mapping[str, Any], consent: bool = True) -> None:
        fact = a.Applied(**said, applicant=said["members"][0], township=TOWN, consent=consent, on=self.today)
        self.say("living", (said["case"], fact))

    def accept(self, said: Mapping[str, Any]) -> None:
        fact = a.Accepted(**said, on=self.today, basis="民发〔2021〕57号")
        self.say("living", (said["case"], fact))

    def grant(self, said: Mapping[str, Any], by: str = "living") -> None:
        fact = a.SubsidyGranted(
            **said,
            amount_fen=380_00,
            since=self.today,
            confirmed=self.today,
            officer=OFFICER,
            grounds=GROUNDS,
        )
        self.say(by, (said["case"], fact))

    def helped(self, people: int = 1, consent: bool = True) -> tuple[HouseholdId, tuple[PersonId, ...]]:
        """A household that applied and was granted help; its check has not begun where nobody delivers."""
        home, members = self.household(people)
        said = self.case(home, members)
        if consent:
            self.apply(said)
        self.grant(said)
        return home, members

    # -- the departments -----------------------------------------------------------------------------------

    def share(self, source: v.Source, fields: Iterable[str] = (), **said: Any) -> AgreementId:
        """An agreement in force."""
        usual = {"conditional": True, "every_months": 3, "floor_fen": 0, "until": date(2030, 1, 1)}
        wanted = ["id_number", *(fields or SOURCES[source].columns)]

        def decide(work: Work) -> AgreementId:
            identifier = sharing.request(work, source, wanted, OFFICER, **(usual | said))
            sharing.grant(work, identifier, OFFICER)
            return identifier

        found = self.bureau.decide(decide)
        self.host.drain()
        return found

    def deliver(
        self,
        agreement: AgreementId,
        content: bytes,
        as_of: date | None = None,
        name: str = "data.csv",
        told: Told = id,
    ) -> dict[str, Any]:
        day, cause = as_of or self.today, self.bureau.cause()
        row = taking.take(self.bureau, self.records, agreement, day, io.BytesIO(content), name, cause, told)
        self.host.drain()
        return row | {"feed": UUID(row["feed"])}

    def cars(self, *people: PersonId, kind: str = "car") -> bytes:
        rows = ((self.numbers[one], kind, "2019-05-01") for one in people)
        return csv_file(("id_number", "kind", "registered"), *rows)

    # -- looking -------------------------------------------------------------------------------------------

    def check_of(self, case: CaseId) -> tuple[CheckId, Check]:
        found = [one for one in self.facts("verification", v.CheckOwed) if one.case == case][-1].check
        return found, self.bureau.decide(lambda work: work.load(CHECK, found))

    def found(self) -> list[v.MismatchFound]:
        return self.facts("verification", v.MismatchFound)

    def office(self, department: Department = Department.CIVIL_AFFAIRS, **said: Any) -> Any:
        self.host.follow()
        return self.client("verification", department, person=OFFICER, **said)


__all__ = ["EVERY", "OFFICER", "TOWN", "Bureau", "checking", "csv_file", "json_lines", "number_of"]
