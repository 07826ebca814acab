"""Who is told of what: the one table that templates, reactions and their check at start-up rest on.

The township's office acts for the family and hears of it by name. Departments get numbers only: whoever
there needs to know whom a number means asks the registry, and the asking is recorded.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.departments import Department


@dataclass(frozen=True, slots=True)
class Telling:
    """`values`: what its templates may say, beside `number` and, to a township, `whom`."""

    values: tuple[str, ...]
    township: bool = True
    departments: tuple[Department, ...] = ()

    @property
    def audiences(self) -> tuple[str, ...]:
        found = ("township",) if self.township else ()
        return (*found, "department") if self.departments else found

    def allowed(self, audience: str) -> frozenset[str]:
        always = {"number", "whom"} if audience == "township" else {"number"}
        return frozenset(always.union(self.values))


TELLINGS = {
    "enrolled": Telling(
        ("township", "categories", "since", "clause"), departments=(Department.MEDICAL_INSURANCE,)
    ),
    "recategorised": Telling(("categories", "since")),
    "exited": Telling(("reason", "since", "clause"), departments=(Department.MEDICAL_INSURANCE,)),
    "accepted": Telling(("programme", "on", "basis")),
    "notice_posted": Telling(("programme", "on", "until")),
    "granted": Telling(
        ("programme", "amount_fen", "since", "confirmed", "illustrative"),
        departments=(Department.FINANCE,),
    ),
    "granted_once": Telling(
        ("programme", "amount_fen", "confirmed", "illustrative"), departments=(Department.FINANCE,)
    ),
    # A status that brings no money: there is nothing for finance to do.
    "recognised": Telling(("programme", "since", "confirmed")),
    "declined": Telling(("programme", "reason", "on")),
    # Of the whole month at once: nobody reads a letter a family and month.
    "month_granted": Telling(
        ("township", "month", "cases", "total_fen", "until", "illustrative"),
        departments=(Department.FINANCE,),
    ),
    "case_ended": Telling(("programme", "reason", "since"), departments=(Department.FINANCE,)),
    "contested": Telling(("programme", "kind", "on", "until")),
    # Whoever has to find out why; the family's township hears of the result.
    "review_overdue": Telling(
        ("programme", "until"), township=False, departments=(Department.CIVIL_AFFAIRS,)
    ),
    "review_decided": Telling(("programme", "outcome", "on")),
    "arrears_granted": Telling(
        ("programme", "months", "amount_fen", "illustrative"), departments=(Department.FINANCE,)
    ),
    "recovery_ordered": Telling(
        ("programme", "amount_fen", "parts", "on"), departments=(Department.FINANCE,)
    ),
    # Whoever pays something to the dead must stop.
    "died": Telling(
        ("on",),
        township=False,
        departments=(
            Department.CIVIL_AFFAIRS,
            Department.FINANCE,
            Department.HUMAN_RESOURCES,
            Department.MEDICAL_INSURANCE,
        ),
    ),
}
