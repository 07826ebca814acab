"""What a service knew by itself when it recommended, derived from the log: cards, help of other programmes, relief before.

The deciding services keep the same as rows, in their own rooms; that it is written twice is the point. Only what the
decider had read by then counts. `BY_NAME`: one derivation an input, by its name in the papers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from events import assistance as a
from events import disability as d
from events import registry as r
from services.assistance.days import months_after
from services.history.asof import states
from services.history.asof.looking import Look
from services.history.audit.deriving import area, text
from services.history.audit.knowing import NOWHERE, Knowing, Told
from services.history.audit.reading import RELIEF, Found, Touch
from services.history.audit.story import first_of_next_month
from services.policy.definition import Definition
from services.policy.language.remember import fold
from services.policy.paper import Remembered

REGISTERED_POOR = "未脱贫建档立卡户"
DEVICE, EVENT = "器具", "事由编号"
"""What an application says itself: the device asked for; the event that relief is for, by a code."""
NEVER_FITTED = 1200
"""Months, as the paper writes that a device was never fitted."""
SAME_EVENT_MONTHS = 12
RETURNED = (r.Category.BACK_IN_POVERTY, r.Category.NEWLY_POOR)
"""Groups of relief that the register knows, the first before the second."""
VALID, VOID = (
    frozenset({d.CardIssued.TYPE, d.CardChanged.TYPE}),
    frozenset({d.CardVoided.TYPE, d.CardExpired.TYPE}),
)
GRADED = frozenset({d.GradeCertified.TYPE})
NEED = frozenset({d.CareNeedFound.TYPE})
CONSENT = frozenset({d.SubsidyConsentGiven.TYPE, d.SubsidyConsentWithdrawn.TYPE})
EXCLUDED = frozenset({d.ExclusionNoted.TYPE, d.ExclusionEnded.TYPE})
SERIES: Mapping[str, Callable[[Found], Decimal]] = {
    "relief_amount": lambda granted: Decimal(granted.fact.amount_fen).scaleb(-2),
    "relief_count": lambda granted: Decimal(1),
}
"""What a grant of relief adds to its month, by the name of the series in the papers."""
Derive = Callable[[Knowing], Told]
SETTING = frozenset({a.SubsidyGranted.TYPE, a.TakenOver.TYPE, a.Adjusted.TYPE})
"""With which it counts anew whom a case covers."""


def _last(found: Sequence[Found]) -> Found | None:
    return found[-1] if found else None


def _told(value: object, source: str, *events: Found | None) -> Told:
    """The last of the events first: it is the one that made it so."""
    ids = [one.id for one in reversed(events) if one is not None]
    return Told(text(value), source, ids[0] if ids else None, tuple(ids[1:]))


# -- of a disabled person's file -----------------------------------------------------------------------------


def _card(k: Knowing) -> Found | None:
    """The last that was said of the card."""
    return _last(k.file(VALID | VOID))


def _is_valid(card: Found | None, on: date) -> bool:
    return card is not None and card.fact.TYPE in VALID and bool(card.fact.until >= on)


def _has_card(k: Knowing) -> Told:
    card = _card(k)
    return _told(_is_valid(card, k.on), "file", card)


def _grade(k: Knowing) -> Told:
    card = _card(k)
    if not _is_valid(card, k.on):
        return _told(0, "file", card)
    certified = _last(k.file(GRADED))
    return _told(0 if certified is None else certified.fact.grade, "file", card, certified)


def _needs_care(k: Knowing) -> Told:
    found = _last(k.file(NEED))
    return _told(found is not None and found.fact.needed, "file", found)


def _consented(k: Knowing) -> Told:
    """Whoever has never been asked has consented by applying."""
    said = _last(k.file(CONSENT))
    if said is None:
        return _told(True, "application", k.story.applied)
    return _told(said.fact.TYPE == d.SubsidyConsentGiven.TYPE, "file", said)


def _excluded(what: d.Exclusion) -> Derive:
    def derive(k: Knowing) -> Told:
        said = _last([one for one in k.file(EXCLUDED) if one.fact.what == what])
        return _told(said is not None and said.fact.TYPE == d.ExclusionNoted.TYPE, "file", said)

    return derive


def _since_fitted(k: Knowing) -> Told:
    """Whole months since the same device was fitted."""
    device, _ = k.story.stated.get(DEVICE, ("", None))
    same = [one for one in k.file(frozenset({d.DeviceFitted.TYPE})) if one.fact.device == device]
    last = _last(same)
    if last is None:
        return _told(NEVER_FITTED, "file")
    on: date = last.fact.on
    months = (k.on.year - on.year) * 12 + k.on.month - on.month - (k.on.day < on.day)
    return _told(max(months, 0), "file", last)


def _adapted(k: Knowing) -> Told:
    household = k.assessed.fact.household
    homes = [one for one in k.about(household, "disability") if one.fact.TYPE == d.HomeAdapted.TYPE]
    return _told(bool(homes), "file", _last(homes))


# -- of the register -----------------------------------------------------------------------------------------


def _enrolled(k: Knowing) -> Told:
    types = (r.Enrolled.TYPE, r.Exited.TYPE)
    said = _last([one for one in k.about(k.person, "registry") if one.fact.TYPE in types])
    return _told(said is not None and said.fact.TYPE == r.Enrolled.TYPE, "registry", said)


def _ends(k: Knowing) -> Told:
    """Of the reasons that tekun ends for, the one that the register tells."""
    deaths = [
        one
        for id in k.registrations(k.person)
        for one in k.about(id, "registry")
        if one.fact.TYPE == r.Died.TYPE and one.fact.person.int == id.int
    ]
    return _told("dead" if deaths else "none", "registry", _last(deaths))


def _poor(k: Knowing) -> Told:
    """Whether any of them is registered as poor and not yet out of poverty: the poor are registered by household."""
    poor, said = _any_belongs(k, r.Category.REGISTERED_POOR, "poor")
    return _told(poor, "registry", said)


def _any_belongs(k: Knowing, category: r.Category, how: Touch = "group") -> tuple[bool, Found | None]:
    """Whether any of the family belongs to a population; and what said so last, where it stands by itself."""
    ended: Found | None = None
    for member in k.story.members:
        if k.log.touched(member, how):
            found, said = _belongs(k, member, category)
            if found:
                return True, said
            ended = said or ended
    return False, ended


def _belongs(k: Knowing, member: UUID, category: r.Category) -> tuple[bool, Found | None]:
    told = k.log.categories(member)
    if told is None:
        person = states.person(Look(k.log.session, k.log.generation, k.known, k.on), member)
        return person is not None and any(one.category == category for one in person.categories), None
    counting = [
        (e.effective, e.recordedtime, e.sequence, one)
        for one in k.log.known(told, k.known)
        if one.fact.category is category and (e := one.recorded.envelope).effective <= k.on
    ]
    if not counting:
        return False, None
    said = max(counting, key=lambda one: one[:3])[3]
    return isinstance(said.fact, r.Categorised), said


# -- of help by other programmes -----------------------------------------------------------------------------


def _aided(programme: str) -> Derive:
    def derive(k: Knowing) -> Told:
        helped, said = aid(k, [k.person], programme)
        return _told(helped, "aid", said)

    return derive


def aid(k: Knowing, people: Iterable[UUID], programme: str) -> tuple[bool, Found | None]:
    """Whether a granted case of the programme covers any of them; and what said so last."""
    ended: Found | None = None
    for person in people:
        ids = {id.int: id for id in k.registrations(person)}
        for case in _cases_of(k, ids.values(), programme):
            covered, said = _covered(k, case)
            if covered & ids.keys():
                return True, said
            ended = said or ended
    return False, ended


def _cases_of(k: Knowing, ids: Iterable[UUID], programme: str) -> list[UUID]:
    found = {
        one.fact.case.int: UUID(int=one.fact.case.int)
        for id in ids
        for one in k.about(id, "living")
        if getattr(one.fact, "programme", "") == programme
    }
    return list(found.values())


def _covered(k: Knowing, case: UUID) -> tuple[set[int], Found | None]:
    """Whom a case covers now; and what said so last. Living counts whoever joins the family as soon as they do; whoever
    only hears of it, from the sum on that was worked out with them, unless it is somebody who was covered."""
    covered: set[int] | None = None
    said: Found | None = None
    for one in k.about(case, "living"):
        fact, now = one.fact, covered
        if fact.TYPE in SETTING:
            now = _ids(fact.admitted or fact.members)
        elif fact.TYPE == a.Exited.TYPE:
            now = None
        elif fact.TYPE == a.HouseholdChanged.TYPE and covered is not None:
            with_them = _ids(fact.admitted or fact.members)
            if k.own == "living":
                now = with_them
            else:
                same = _ids(fact.joined) & with_them if fact.reason == "duplicate" else set()
                now = covered - _ids(fact.left) | same
        if now != covered:
            covered, said = now, one
    return covered or set(), said


def _ids(people: Iterable[UUID]) -> set[int]:
    return {one.int for one in people}


def _aid_of_family(k: Knowing) -> tuple[str | None, Found | None]:
    """By which programme of basic living any of the family is helped."""
    ended: Found | None = None
    for programme in a.BASIC_LIVING:
        helped, said = aid(k, k.story.members, programme)
        if helped:
            return programme, said
        ended = said or ended
    return None, ended


def _group(k: Knowing) -> Told:
    """The priority group of relief; None where nothing is known, and the survey has to say."""
    programme, said = _aid_of_family(k)
    if programme is not None:
        return _told(f"{programme}_{area(k.story.township)}", "aid", said)
    for category in RETURNED:
        belongs, categorised = _any_belongs(k, category)
        if belongs:
            return _told(category.value, "registry", categorised)
    return NOWHERE


def _covered_by(k: Knowing) -> Told:
    """Whether the household is helped already, or is a margin household."""
    programme, said = _aid_of_family(k)
    if programme is None:
        margin, categorised = _any_belongs(k, r.Category.MARGIN)
        if margin:
            return _told("margin", "registry", categorised)
    return _told(programme or "none", "aid", said)


def _people(k: Knowing) -> Told:
    applied = k.story.applied
    same = applied is not None and _ids(applied.fact.members) == _ids(k.story.members)
    return _told(len(k.story.members), "application", applied if same else None)


# -- of relief before ----------------------------------------------------------------------------------------


def _relief(k: Knowing) -> list[Found]:
    """What was given of both kinds to any of the family: the last grant of each case, in the order of the log."""
    cases = {
        one.fact.case.int: one
        for member in k.story.members
        for id in k.registrations(member)
        for one in k.about(id, k.own)
        if one.fact.TYPE == a.SubsidyGranted.TYPE
        and one.fact.programme in RELIEF
        and id.int in _ids(one.fact.members)
    }
    return sorted(cases.values(), key=lambda one: one.line.sequence)


def _relieved(k: Knowing) -> Told:
    """Whether any of them was relieved for the same event within twelve months."""
    event, _ = k.story.stated.get(EVENT, (None, None))
    since = months_after(k.on, -SAME_EVENT_MONTHS)
    same = [one for one in _relief(k) if one.fact.since >= since and _event_of(k, one) == event]
    return _told(bool(same), "relief", *same)


def _event_of(k: Knowing, granted: Found) -> str | None:
    said = [
        one.fact.findings
        for one in k.about(UUID(int=granted.fact.case.int), k.own)
        if one.fact.TYPE == a.Applied.TYPE
    ]
    return next((str(one.value) for found in said for one in found if one.name == EVENT), None)


def _remembered(remembered: Remembered) -> Derive:
    """What the paper remembers of relief of both kinds, for the month to come: what was given earlier in this one counts,
    too."""

    def derive(k: Knowing) -> Told:
        deciding = first_of_next_month(k.on)
        first = date.min if remembered.window is None else months_after(deciding, -remembered.window)
        given = [one for one in _relief(k) if one.fact.since >= first]
        months: dict[str, Decimal] = {}
        for one in given:
            month = f"{one.fact.since:%Y-%m}"
            months[month] = months.get(month, Decimal(0)) + SERIES[remembered.of](one)
        return _told(fold(remembered, months.items(), f"{deciding:%Y-%m}"), "relief", *given)

    return derive


# -- by name -------------------------------------------------------------------------------------------------

BY_NAME: Mapping[str, Derive] = {
    "本人同意": _consented, "残疾人证有效": _has_card, "残疾等级": _grade, "需要长期照护": _needs_care,
    "服刑": _excluded("prison"), "工伤护理费": _excluded("injury_care"), "儿童全额保障": _excluded("full_child_allowance"),
    "特困供养": _aided("tekun"), "低保家庭": _aided("dibao"), "继续领取低保": _aided("dibao"),
    "距上次适配月数": _since_fitted, "已改造": _adapted, "兜底保障对象": _enrolled, "终止情形": _ends,
    REGISTERED_POOR: _poor, "对象类别": _group, "已纳入类别": _covered_by, "家庭人口": _people,
    "同一事由已救助": _relieved,
}  # fmt: skip
AGREEING = frozenset({"对象类别", "已纳入类别", "家庭人口", "同一事由已救助"})
"""What somebody may find out, too, but never against what the service has recorded."""


def derivations(definition: Definition) -> dict[str, Derive]:
    """Of the inputs that a rule asks for, those that the log gives beside the case."""
    named = {name: BY_NAME[name] for name in definition.inputs if name in BY_NAME}
    return named | {name: _remembered(one) for name, one in definition.history.items() if one.of in SERIES}
