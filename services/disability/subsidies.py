"""The two subsidies (两项补贴): what the service knows of whoever might get them, and when it looks again.

国发〔2015〕52号. Nobody applies twice (免申即享): with consent on the file both begin, change and end by themselves as
living's dibao and tekun, the card, the need of care and the exclusions say.
"""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from events import assistance as a
from events import registry as r
from events.assistance import Finding
from events.base import Recorded
from events.ids import PersonId
from services.assistance import automatic
from services.assistance.automatic import Because
from services.assistance.model import Case, Stage
from services.assistance.programme import Local, Programme, declare
from services.assistance.published import Published
from services.chassis.refusal import Refused
from services.chassis.work import Work
from services.disability.known import aid_of, aided_by, file_of, whose
from services.disability.model import File

PROCEDURE = "disability-subsidies"


def known_of_both(work: Work, case: Case, file: File) -> dict[str, str]:
    (person,) = case.members
    applied = case.stage is not Stage.NONE  # by hand: that is the consent, until it is withdrawn
    return {
        "本人同意": text(applied if file.consent is None else file.consent),
        "残疾人证有效": text(file.card is not None),
        "服刑": text("prison" in file.exclusions),
        "工伤护理费": text("injury_care" in file.exclusions),
        "特困供养": text(aided_by(work, person, "tekun")),
    }


def of_living(work: Work, case: Case) -> Local:
    (person,) = case.members
    file = file_of(work, person)
    return known_of_both(work, case, file) | {
        "儿童全额保障": text("full_child_allowance" in file.exclusions),
        "低保家庭": text(aided_by(work, person, "dibao")),
    }


def of_care(work: Work, case: Case) -> Local:
    file = file_of(work, case.members[0])
    return known_of_both(work, case, file) | {
        "残疾等级": str(file.grade),
        "需要长期照护": text(file.care_needed),
    }


def text(truth: bool) -> str:
    return "true" if truth else "false"


def admits_nothing(by: Published, today: date, step: str, findings: tuple[Finding, ...]) -> None:
    """Everything is known from the card, from living and from assessments: nobody types it into a case."""
    if findings:
        raise Refused(
            "known-not-entered",
            "两项补贴所需情况由系统掌握，不得在案件中填写。",
            "What the subsidies ask for is known here: nothing is entered into a case.",
            field="findings",
        )


LIVING = declare(
    Programme(
        "disability-living",
        "disability",
        ("困难残疾人生活补贴", "living subsidy for disabled persons in need"),
        PROCEDURE,
        of_living,
        admits=admits_nothing,
        beside=automatic.beside,
    )
)
CARE = declare(
    Programme(
        "disability-care",
        "disability",
        ("重度残疾人护理补贴", "care subsidy for severely disabled persons"),
        PROCEDURE,
        of_care,
        admits=admits_nothing,
        beside=automatic.beside,
    )
)
BOTH = (LIVING, CARE)


def follow(work: Work, person: PersonId, reason: str, day: date, cause: UUID | None = None) -> None:
    """Both, after a change. `day`: on which it became so, or the last on which it was."""
    for programme in BOTH:
        automatic.follow(work, programme.code, person, Because(reason, day, cause))


def aid_changed(
    work: Work,
    fact: Recorded[a.SubsidyGranted | a.TakenOver | a.Adjusted | a.HouseholdChanged | a.Exited],
) -> None:
    """Dibao or tekun of somebody with a file began, changed or ended."""
    told = fact.data
    if not aid_of(told):
        return
    last = told.since - timedelta(days=1)  # of the aid of whom it ends for
    left = told.left if isinstance(told, a.HouseholdChanged) else ()
    for person in (*told.members, *left):
        ends = isinstance(told, a.Exited) or (isinstance(told, a.Adjusted) and person not in told.covered)
        if work.version(whose(work, person)) > 0:
            follow(work, person, "aid_changed", last if ends else told.since, fact.envelope.id)


def at_home(work: Work, fact: Recorded[r.HouseholdRegistered | r.MemberJoined]) -> None:
    """Whoever lives in a household here again gets what they are entitled to."""
    told = fact.data
    came = (told.person,) if isinstance(told, r.MemberJoined) else tuple(one.person for one in told.members)
    for person in came:
        if work.version(whose(work, person)) > 0:
            follow(work, person, "member_joined", told.since, fact.envelope.id)
