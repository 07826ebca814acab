"""Who is told of what: the one table that templates, reactions and their check at start-up rest on.

The township's office acts for the family and hears of it by name. Departments get numbers only: whoever
there needs to know whom a number means asks the registry, and the asking is recorded.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.departments import Department


@dataclass(frozen=True, slots=True)
class Telling:
    """`values`: what its templates may say, beside `number` and, to a township, `whom`. `named`: it goes to departments that
    the fact names, too."""

    values: tuple[str, ...]
    township: bool = True
    departments: tuple[Department, ...] = ()
    named: bool = False

    @property
    def audiences(self) -> tuple[str, ...]:
        found = ("township",) if self.township else ()
        return (*found, "department") if self.departments or self.named else found

    def allowed(self, audience: str) -> frozenset[str]:
        always = {"number", "whom"} if audience == "township" else {"number"}
        return frozenset(always.union(self.values))


SUBSIDIES = frozenset({"disability-living", "disability-care"})
"""Programmes that begin, change and end by themselves (免申即享): nobody has applied, so who is told is told what to do if it
is wrong."""
FOR_PERSONS = SUBSIDIES | {"assistive-device", "home-adaptation"}
"""Programmes of which a message names the person, and not the head of the household."""
MONTHS = {"living": "month_granted", "disability": "month_subsidised"}
"""Service whose grants are paid → what is told of its month."""
_FEDERATION = Department.DISABLED_FEDERATION

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
    "month_subsidised": Telling(
        ("township", "month", "cases", "total_fen", "until", "illustrative"),
        departments=(Department.FINANCE, _FEDERATION),
    ),
    "case_ended": Telling(("programme", "reason", "since"), departments=(Department.FINANCE,)),
    "subsidy_started": Telling(
        ("programme", "amount_fen", "since", "illustrative"), departments=(Department.FINANCE, _FEDERATION)
    ),
    "subsidy_changed": Telling(
        ("programme", "amount_fen", "since", "illustrative"), departments=(Department.FINANCE, _FEDERATION)
    ),
    "subsidy_ended": Telling(("programme", "reason", "since"), departments=(Department.FINANCE, _FEDERATION)),
    # The federation renews, and calls on whoever cannot come.
    "card_expiring": Telling(("until",), departments=(_FEDERATION,)),
    "card_expired": Telling(("until",), departments=(_FEDERATION,)),
    "card_void": Telling(("reason", "since")),
    "home_adapted": Telling(("on",)),
    # Whoever pays for somebody's care at home has to know that it is given elsewhere.
    "placed_in_care": Telling(("since",), departments=(Department.CIVIL_AFFAIRS,)),
    "left_care": Telling(("since",), departments=(Department.CIVIL_AFFAIRS,)),
    "carer_named": Telling(("since",)),
    "carer_gone": Telling(("since",), departments=(_FEDERATION,)),
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
    # What the departments' data say of somebody is theirs to hear first: here stands that there is something.
    "mismatch_found": Telling(("on",)),
    "late_report": Telling(("on",)),
    "mismatch_settled": Telling(("on",)),
    "check_overdue": Telling(("until",), township=False, departments=(Department.CIVIL_AFFAIRS,)),
    # To those that share data, but for whoever is told of the same by another of these lines.
    "changed": Telling(("change", "on"), township=False, named=True),
    "share_requested": Telling(("source", "until"), township=False, named=True),
    "share_overdue": Telling(
        ("source", "until"), township=False, departments=(Department.CIVIL_AFFAIRS,), named=True
    ),
    "corrections_due": Telling(("corrections", "until"), township=False, named=True),
    "feed_overdue": Telling(
        ("source", "until"), township=False, departments=(Department.CIVIL_AFFAIRS,), named=True
    ),
    # Whoever writes papers: after its last day nothing rests on it (43号 附).
    "paper_lapsing": Telling(("paper", "until"), township=False, departments=(Department.CIVIL_AFFAIRS,)),
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
