"""When this became known, then that one is told: upstream facts as composed messages.

Composing is pure: it reads what was kept and records `MessageComposed`, once a fact and recipient. Nothing
here can send; where a recipient is reached is not even known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from events import assistance, policy, registry
from events.base import Event, Recorded
from events.ids import HouseholdId, MessageId, PersonId
from events.notification import MessageComposed
from events.sealed import Sealed
from services.chassis.departments import Department
from services.chassis.service import name_of
from services.chassis.work import Work
from services.notification.keeping import paid_by, summary_of
from services.notification.model import MESSAGE, begin_summary, message_id
from services.notification.tellings import FOR_PERSONS, MONTHS, SUBSIDIES, TELLINGS
from services.notification.wording import TEMPLATES

ROWS_AT_ONCE = 1000


def enrolled(work: Work, fact: Recorded[registry.Enrolled]) -> None:
    told = fact.data
    tell(
        work,
        of_person(work, fact, told.person, told.household),
        "enrolled",
        township=told.township,
        categories=",".join(told.categories),
        since=told.since,
        clause=told.clause,
    )


def recategorised(work: Work, fact: Recorded[registry.Recategorised]) -> None:
    told = fact.data
    about = of_person(work, fact, told.person, told.household)
    tell(work, about, "recategorised", categories=",".join(told.categories), since=told.since)


def exited(work: Work, fact: Recorded[registry.Exited]) -> None:
    told = fact.data
    about = of_person(work, fact, told.person, told.household)
    tell(work, about, "exited", reason=told.reason, since=told.since, clause=told.clause)


def died(work: Work, fact: Recorded[registry.Died]) -> None:
    tell(work, of_person(work, fact, fact.data.person, fact.data.household), "died", on=fact.data.on)


def accepted(work: Work, fact: Recorded[assistance.Accepted]) -> None:
    told = fact.data
    if told.programme in SUBSIDIES:
        return  # nobody has applied: what is told is the grant
    about = of_case(work, fact)
    tell(work, about, "accepted", programme=told.programme, on=told.on, basis=told.basis)


def notice_posted(work: Work, fact: Recorded[assistance.NoticePosted]) -> None:
    told = fact.data
    about = of_case(work, fact)
    tell(work, about, "notice_posted", programme=told.programme, on=told.on, until=told.until)


def granted(work: Work, fact: Recorded[assistance.SubsidyGranted]) -> None:
    told = fact.data
    if told.programme in SUBSIDIES:
        words = "subsidy_started"
    elif not told.amount_fen:
        words = "recognised"
    else:
        words = "granted_once" if told.period == "once" else "granted"
    tell(
        work,
        of_case(work, fact),
        words,
        programme=told.programme,
        amount_fen=told.amount_fen,
        since=told.since,
        confirmed=told.confirmed,
        illustrative=yes(told.grounds.illustrative),
    )


def declined(work: Work, fact: Recorded[assistance.Declined]) -> None:
    told = fact.data
    about = of_case(work, fact)
    tell(work, about, "declined", programme=told.programme, reason=told.reason, on=told.on)


def case_ended(work: Work, fact: Recorded[assistance.Exited]) -> None:
    told = fact.data
    if told.reason == "completed":
        return  # a home was accepted: that is told
    words = "subsidy_ended" if told.programme in SUBSIDIES else "case_ended"
    tell(work, of_case(work, fact), words, programme=told.programme, reason=told.reason, since=told.since)


def paper_lapse_near(work: Work, fact: Recorded[policy.PaperLapseNear]) -> None:
    tell(work, of_nobody(fact), "paper_lapsing", paper=fact.data.number, until=fact.data.last)


def month_granted(work: Work, fact: Recorded[assistance.MonthGranted]) -> None:
    """Of a domain's grants for a month the first begins a summary; those of the same day go into it."""
    domain, month = name_of(fact.envelope.source), fact.data.month
    if work.fact("summary", summary_of(domain, month)) is None:
        about = fact.envelope.id
        message = message_id(about, f"{MONTHS[domain]}.department", _department(Department.FINANCE))
        work.record(message, begin_summary(message, domain, month, about, work.today))


def month_summed_up(work: Work, message: MessageId) -> None:
    """The month so far, to departments for the district and to each township for its own families."""
    begun = work.load(MESSAGE, message).summary
    if begun is None:
        raise LookupError(f"{message} is no summary")
    words = MONTHS[begun.domain]
    whole, townships = _Sum(), dict[str, _Sum]()
    for row in _paid_in(work, begun.domain, begun.month):
        home = work.fact("home", row["household"]) or {}
        for one in (whole, townships.setdefault(home.get("township", ""), _Sum())):
            one.add(row, begun.month)
    about = About(begun.about, "", None, None, None)
    values = {"month": begun.month, "until": work.today}
    for department in TELLINGS[words].departments:
        _compose(work, about, words, "department", _department(department), values | whole.values(""))
    for township, part in sorted(townships.items()):
        if township:
            told = values | part.values(township)
            _compose(work, about, words, "township", f"township:{township}", told)


@dataclass(slots=True)
class _Sum:
    cases: int = 0
    fen: int = 0
    illustrative: bool = False

    def add(self, row: Mapping[str, Any], month: str) -> None:
        self.cases += 1
        fen, illustrative = row["months"][month]
        self.fen += fen
        self.illustrative |= illustrative

    def values(self, township: str) -> dict[str, object]:
        return {
            "township": township,
            "cases": self.cases,
            "total_fen": self.fen,
            "illustrative": yes(self.illustrative),
        }


def _paid_in(work: Work, domain: str, month: str) -> Iterator[dict[str, Any]]:
    first = ""
    while rows := work.facts(paid_by(domain), first, limit=ROWS_AT_ONCE):
        yield from (row for _, row in rows if month in row["months"])
        first = rows[-1][0] + "~"


# -- about whom, and to whom -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class About:
    """Of whom is told. `whom`: who is named to a township; the number that everybody else gets is the person's, else the
    household's."""

    event: UUID
    township: str
    person: PersonId | None
    household: HouseholdId | None
    whom: UUID | None


def of_person(
    work: Work, fact: Recorded[Event], person: PersonId, household: HouseholdId | None = None
) -> About:
    """A person is named as the registration that stands for them, where they live now unless the fact says where."""
    person = PersonId.of(work.fact("same", person) or person)
    lives = household or work.fact("member", person)
    household = None if lives is None else HouseholdId.of(lives)
    return About(fact.envelope.id, _home(work, household).get("township", ""), person, household, person)


def of_family(
    work: Work, fact: Recorded[Event], people: tuple[PersonId, ...], household: HouseholdId | None
) -> About:
    """One of a family by name, more of them as the family."""
    if len(people) == 1 or household is None:
        return of_person(work, fact, people[0], household)
    home = _home(work, household)
    head = UUID(home["head"]) if "head" in home else None
    return About(fact.envelope.id, home.get("township", ""), None, household, head)


def of_nobody(fact: Recorded[Event]) -> About:
    return About(fact.envelope.id, "", None, None, None)


def of_case(work: Work, fact: Recorded[assistance.CaseFact]) -> About:
    """A case is named by the head of its household, or by the person that it is for."""
    told = fact.data
    home = _home(work, told.household)
    first = next(iter(told.members), None)
    headed = "head" in home and told.programme not in FOR_PERSONS
    person = first if told.programme in SUBSIDIES else None
    return About(
        fact.envelope.id,
        home.get("township", ""),
        person,
        told.household,
        UUID(home["head"]) if headed else first,
    )


def _home(work: Work, household: HouseholdId | None) -> dict[str, str]:
    return (work.fact("home", household) if household is not None else None) or {}


def tell(work: Work, about: About, told: str, named: Iterable[str] = (), **values: object) -> None:
    """`named`: departments that the fact names, beside those of the table."""
    for audience, recipient in dict.fromkeys(_recipients(about, told, named)):
        _compose(work, about, told, audience, recipient, values)


def _recipients(about: About, told: str, named: Iterable[str]) -> Iterable[tuple[str, str]]:
    telling = TELLINGS[told]
    if telling.township:
        # A household whose township is not known here: its letter was discarded. Civil affairs keeps the
        # register and finds out; a message to nobody would be lost.
        known = bool(about.township)
        yield "township", f"township:{about.township}" if known else _department(Department.CIVIL_AFFAIRS)
    for department in (*telling.departments, *map(Department, named)):
        yield "department", _department(department)


def _compose(
    work: Work, about: About, told: str, audience: str, recipient: str, values: Mapping[str, object]
) -> None:
    name = f"{told}.{audience}"
    template = TEMPLATES[name]
    message = message_id(about.event, name, recipient)
    if work.load(MESSAGE, message).composed is not None:
        return  # told already: the fact came a second time, from a log that was restored
    work.record(
        message,
        MessageComposed(
            message=message,
            person=about.person,
            household=about.household,
            template=name,
            wording=template.digest,
            about=about.event,
            recipient=recipient,
            values={key: _said(values[key]) for key in TELLINGS[told].values},
            subject_name=_name(work, about.whom) if template.says_whom() else None,
        ),
    )


def _name(work: Work, person: UUID | None) -> Sealed | None:
    box = work.fact("name", person) if person is not None else None
    return None if box is None else Sealed.from_json(box)


def _department(department: Department) -> str:
    return f"department:{department.value}"


def _said(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def yes(value: bool) -> str:
    return "yes" if value else "no"
