"""Erasure: asked for by two people, refused while a duty to keep the data runs, done by destroying the keys.

The log keeps what happened to an id; the vault forgets who that was (社会救助法 70; PIPL 47). Until then the
person is `Restricted`: stored, and not processed further than the law asks.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal, NamedTuple, Protocol, Self, get_args, runtime_checkable
from uuid import UUID

from events.ids import HouseholdId, PersonId
from events.registry import Erased, ErasureRequested, Restricted
from services.chassis.refusal import Conflict, Malformed
from services.chassis.runtime import Runtime
from services.chassis.shedding import Shedding
from services.chassis.store import Store
from services.chassis.work import Work
from services.registry.acts import Register
from services.registry.model import Person

RETENTION_YEARS = 10
"""How long a former beneficiary's data is kept. Illustrative: no period was confirmed for the district."""
Reason = Literal["request", "purpose_fulfilled", "consent_withdrawn", "unlawful", "other"]
"""Why, as a code: a text of one's own would stand in the log in clear, for ever."""


def duty_to_keep(register: Register, id: PersonId, years: int = RETENTION_YEARS) -> str | None:
    """The code of what forbids erasure today; None where nothing does."""
    person = register.person(id)
    today = register.work.today
    if register.involved(id):
        return "open_case"
    if register.contested(id):
        return "open_contest"
    if person.announced is not None:
        return "beneficiary"
    if person.living and register.home(id) is not None:
        return "member_of_household"
    if person.exited is not None and today < _years_after(person.exited, years):
        return "retention_period"
    return None


class Asked(NamedTuple):
    """`requested`: a second person is needed; `erased`: now, the keys are to be destroyed; `was_erased`: long ago, and
    nothing was done; `since`: the day of the erasure."""

    status: Literal["requested", "restricted", "erased", "was_erased"]
    since: date | None = None


def ask(work: Work, id: PersonId, reason: str, years: int = RETENTION_YEARS) -> Asked:
    """One of two people asks.

    A refusal is no exception here: that the person is restricted has to be recorded. Malformed for a reason that is
    no `Reason`.
    """
    if reason not in get_args(Reason):
        codes = ", ".join(get_args(Reason))
        raise Malformed(
            "erasure-reason",
            f"删除原因应为下列之一：{codes}。",
            f"The reason is one of {codes}.",
            field="reason",
        )
    gone = work.fact("erased-since", id)
    if gone is not None:
        return Asked("was_erased", date.fromisoformat(gone))
    register = Register(work)
    person = register.person(id)
    person.must_be_known()
    if work.cause.actor.person is None:
        raise Conflict(
            "erasure-needs-a-person", "须由具体人员申请。", "A person has to ask for it.", field="person"
        )
    duty = duty_to_keep(register, id, years)
    if duty is not None:
        _restrict(work, id, person, duty)
        return Asked("restricted")
    asked = work.fact("erasure-asked", id)
    if asked is None:
        work.record(id, ErasureRequested(person=id, reason=reason))
        return Asked("requested")
    if asked == str(work.cause.actor.person):
        raise Conflict(
            "erasure-same-person",
            "删除须由两名不同的人员申请。",
            "An erasure needs two different people.",
            field="person",
        )
    merged = tuple(PersonId(one) for one in work.fact("duplicates", id) or [])
    work.record(id, Erased(person=id, merged=merged, households=_emptied(register, (id, *merged))))
    return Asked("erased", work.today)


def _emptied(register: Register, going: tuple[PersonId, ...]) -> tuple[HouseholdId, ...]:
    """Households in which nobody ever lived but those who go now, and those who were erased before."""

    def is_gone(one: PersonId) -> bool:
        return one in going or register.person(register.survivor(one)).erased

    homes = dict.fromkeys(home for one in going for home in register.work.fact("homes", one) or [])
    households = [HouseholdId(home) for home in homes]
    return tuple(home for home in households if all(map(is_gone, register.household(home).lived)))


def _restrict(work: Work, id: PersonId, person: Person, duty: str) -> None:
    if not person.restricted:
        work.record(id, Restricted(person=id, reason=duty))


def _years_after(day: date, years: int) -> date:
    # A 29th of February ends on the 1st of March.
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


@runtime_checkable
class Vault(Protocol):
    """What destroys keys. The vault that a decision sees cannot: `Keys` has no such thing."""

    def erase(self, owner: UUID, merged: Iterable[UUID] = ()) -> None: ...


class KeyDestroyer:
    """Destroys the keys of everybody erased, after the fact is on record; again changes nothing.

    Runs among the senders (`EmbeddedHost.after_dues`), never in a replay: a crash between the record and the
    keys is made good at the next start.
    """

    def __init__(self, store: Store, vault: Vault) -> None:
        self._store = store
        self._vault = vault
        self._done: set[str] = set()
        self._shed = Shedding(store)

    @classmethod
    def of(cls, runtime: Runtime) -> Self:
        """For a service whose keys are those of a whole vault."""
        vault = runtime.around.keys
        if not isinstance(vault, Vault):
            raise TypeError("the registry erases, and needs a vault that can")
        return cls(runtime.store, vault)

    def __call__(self) -> int:
        """How many people's keys were destroyed now."""
        rows = self._store.kept_range("erased", "", "", 1_000_000)
        todo = [(person, merged) for person, merged in rows if person not in self._done]
        for person, merged in todo:
            self._vault.erase(UUID(person), [UUID(one) for one in merged])
            self._done.add(person)
        self._shed()
        return len(todo)
