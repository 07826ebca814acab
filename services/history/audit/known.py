"""Every input of a decision again, from what its decider knew; and whether those it covers were known to live."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from uuid import UUID

from events import assistance as a
from services.history.asof import states
from services.history.asof.knowledge import Known
from services.history.asof.looking import Look
from services.history.audit.deriving import derive, texts
from services.history.audit.knowing import NOWHERE, OWN, Knowing, Told
from services.history.audit.of_others import AGREEING
from services.history.audit.reading import Found, Log
from services.history.audit.reported import DEATH, reported
from services.history.audit.rows import Rows, Ruling, papers_on, ruling
from services.history.audit.rule import SUMS
from services.history.audit.story import Story, day_of, first_of_next_month
from services.history.audit.verdict import Check, Class, Derived, Link, Outcome, Sort, broken, kept, unknown
from services.policy.finding import Refused
from services.policy.keeping import Altered

FOUND_OUT = frozenset({a.Applied.TYPE, a.Surveyed.TYPE, a.Checked.TYPE})
TO_BE_FOUND_OUT = frozenset({"application", "survey", "verification"})
"""Sources, as papers name them, of inputs that somebody has to say or find out: no service knows them by itself."""
BESIDE = frozenset({"registry", "file", "aid", "relief"})
"""Kinds of sources beside the case."""
UNREAD = "inputs-unread"
Chain = Callable[[UUID], tuple[Link, ...]]


def known_inputs(
    log: Log, assessed: Found, story: Story, rows: Rows, known: Known, chain: Chain
) -> tuple[list[Check], tuple[Derived, ...]]:
    """`story`: up to the recommendation; `known`: to its decider, then."""
    fact: a.Assessed = assessed.fact
    try:
        expected = inputs_again(log, assessed, story, rows, known)
    except (Refused, Altered):
        return [
            unknown(
                "inputs",
                "当日没有可用的规则，输入无从核对。",
                "No rule of that day says what its inputs are.",
            )
        ], ()
    checks: list[Check] = []
    lines: list[Derived] = []
    unread = not {one.name for one in fact.inputs} <= expected.keys() and log.cannot_read(
        assessed.recorded.envelope.stream
    )
    if unread:
        zh, en = (
            "案卷中有无法读取的事件，输入无从核对。",
            "An event of the case cannot be read: nothing can be said.",
        )
        return [unknown(UNREAD, zh, en)], ()
    for used in fact.inputs:
        again = expected.pop(used.name, NOWHERE)
        links = {link.id: link for event in again.events for link in chain(event)}
        line = Derived(
            name=used.name,
            used=used.value,
            derived=again.value,
            source=again.source,
            chain=tuple(links.values()),
        )
        lines.append(line)
        checks.append(_judged(log, used, again, assessed, known))
    for name in expected:
        zh, en = f"“{name}”见于调查核对，决定未采用。", f"`{name}` was found out, and not used."
        checks.append(broken("input-missing", Class.SWAPPED_INPUT, zh, en, events=(assessed.id,)))
    return _together(checks, lines), tuple(lines)


def _together(checks: list[Check], lines: list[Derived]) -> list[Check]:
    """What is wrong one by one; what follows from the log, and what the service alone can say, in a sentence each."""
    wrong = [one for one in checks if one.outcome is Outcome.BROKEN]
    own = [line.name for line, check in zip(lines, checks, strict=False) if check.outcome is Outcome.OPEN]
    right = sum(one.outcome is Outcome.KEPT for one in checks)
    if right:
        zh, en = f"{right}项输入可由当时所知得出。", f"{right} inputs follow from what was known."
        wrong.append(kept("inputs", zh, en, events=tuple(_events(lines))))
    if own:
        zh = f"{len(own)}项为部门自有信息，没有事件直接说明：{'、'.join(own)}。"
        en = f"{len(own)} are the service's own, and no event says them: {', '.join(own)}."
        wrong.append(unknown("inputs-own", zh, en))
    return wrong


def inputs_again(log: Log, assessed: Found, story: Story, rows: Rows, known: Known) -> dict[str, Told]:
    """By name as a recommendation writes them; of what the service may know by itself, and no fact of the log says, no
    value. What it names beside these nothing supports. Refused without a rule of its day."""
    fact, on = assessed.fact, day_of(assessed)
    rule = ruling(papers_on(rows, on), fact.programme, on)
    month = first_of_next_month(on) if rule.monthly else on
    definition = rule.rule.definition
    derived = derive(definition, story, story.inquiry, story.township, f"{month:%Y-%m}")
    expected = {"decision_day": Told(on.isoformat(), "day")}
    for whole, one in derived.items():
        for name, told in texts(whole, one.value):
            expected[name] = Told(told, one.source, one.event)
    expected |= _beside(rule, expected, Knowing(log, assessed, story, known))
    own = (one.name for one in fact.inputs if one.local and one.name not in expected)
    return expected | {name: OWN for name in own if _may_be_own(rule, name)}


def _beside(rule: Ruling, said: Mapping[str, Told], knowing: Knowing) -> dict[str, Told]:
    """What the decider knew beside the case; `said`: what the case itself says."""
    if not knowing.story.members:
        return {}
    found: dict[str, Told] = {}
    for name, derivation in rule.beside.items():
        if name not in said or name in AGREEING:
            told = derivation(knowing)
            if told.value is not None:
                found[name] = OWN if knowing.unsure else told
    return found


def _may_be_own(rule: Ruling, name: str) -> bool:
    if name in rule.beside:
        return False
    definition = rule.rule.definition
    asked = definition.inputs.get(name.partition("[")[0])
    return name in definition.history if asked is None else asked.source not in TO_BE_FOUND_OUT


def _judged(log: Log, used: a.Input, again: Told, assessed: Found, known: Known) -> Check:
    value, source, event, _ = again
    about = {"events": again.events}
    if source == "none":
        zh = f"“{used.name}”没有依据：案卷中没有说明该项的事件，也不属部门可自行掌握的情况。"
        en = (
            f"`{used.name}` is unfounded: no event of the case says it, and no service may know it by itself."
        )
        return broken("input-unfounded", Class.UNFOUNDED, zh, en)
    if value is not None and value != used.value:
        # The values themselves stand in `inputs`, for whoever may see those.
        zh, en = f"“{used.name}”与其来源事件不符。", f"`{used.name}` is not what its event says."
        if source in BESIDE:
            zh, en = (
                f"“{used.name}”与决定部门当时所知不符。",
                f"`{used.name}` is not what the decider knew then.",
            )
        return broken("input", Class.SWAPPED_INPUT, zh, en, **about)
    if used.event not in (None, event):
        wrong = _not_from(log, used, event, assessed, known)
        if wrong is not None:
            return wrong
    if event is not None and not _known(log, event, known):
        zh = f"“{used.name}”的来源事件当时尚不为决定部门所知。"
        en = f"The event of `{used.name}` was not known then."
        return broken("input", Class.SWAPPED_INPUT, zh, en, **about)
    if value is None:
        zh = f"“{used.name}”为部门自有信息，日志未载来源。"
        en = f"`{used.name}` is the service's own; no event says it."
        return unknown("input", zh, en)
    return kept("input", f"“{used.name}”一致。", f"`{used.name}` is the same.", **about)


def _not_from(log: Log, used: a.Input, event: UUID | None, assessed: Found, known: Known) -> Check | None:
    """An input that names another event than `event`, from which it comes; None where it may."""
    assert used.event is not None, "asked before"
    if log.event(used.event) is None:
        zh = f"“{used.name}”注明的来源事件在日志中不存在。"
        en = f"`{used.name}` names an event that the log does not have."
        return broken("input-unfounded", Class.UNFOUNDED, zh, en)
    if event is None and not _known(log, used.event, known):
        zh = f"“{used.name}”注明的来源事件当时尚不为决定部门所知。"
        en = f"`{used.name}` names an event that was not known then."
        return broken("input-unfounded", Class.UNFOUNDED, zh, en, events=(used.event,))
    if event is not None and not follows(log, used, assessed):
        zh = f"“{used.name}”注明的来源事件有误。"
        en = f"`{used.name}` names another event than it comes from."
        return broken("input", Class.SWAPPED_INPUT, zh, en, events=(event,))
    return None


def follows(log: Log, used: a.Input, assessed: Found) -> bool:
    """A recommendation names for all that was found the check, which came after the survey and agreed with it: of its own
    case, and before it."""
    named = log.event(used.event) if used.event is not None else None
    if named is None or named.fact.TYPE not in FOUND_OUT:
        return False
    same = named.recorded.envelope.stream == assessed.recorded.envelope.stream
    return same and named.line.source == assessed.line.source and named.line.sequence < assessed.line.sequence


def _known(log: Log, event: UUID, known: Known) -> bool:
    found = log.event(event)
    return found is not None and bool(log.known([found], known))


def _events(lines: Iterable[Derived]) -> Iterable[UUID]:
    return dict.fromkeys(line.chain[0].id for line in lines if line.chain)


def alive(log: Log, decision: Found) -> list[Check]:
    """That nobody covered had died by the day of the decision; else who could know it: the decider, the district."""
    fact, on = decision.fact, day_of(decision)
    if fact.TYPE not in SUMS:
        return []
    last = log.everything()
    dead = [member for member in fact.members if died(log, last, on, member)]
    if not dead:
        zh, en = "决定所涉人员当日均在世。", "All whom it covers were alive that day."
        return [kept("alive", zh, en)]
    decider, district = log.decider(decision), log.district_before(decision)
    return [_dead(log, member, on, decider, district) for member in dead]


def _dead(log: Log, member: UUID, on: date, decider: Known, district: Known) -> Check:
    sort: Sort = "later"
    if died(log, decider, on, member):
        sort = "had"
    elif died(log, district, on, member):
        sort = "unread"
    zh, en = {
        "had": ("决定时已知其死亡", "the decider knew"),
        "unread": ("死亡信息已到达而未被读取", "it had arrived and was not read"),
        "later": ("死亡于决定后才获知", "it became known only afterwards"),
    }[sort]
    found = broken(
        "alive",
        Class.AFTER_DEATH,
        f"决定所涉人员{str(member)[:8]}在{on.isoformat()}前已死亡：{zh}。",
        f"{str(member)[:8]}, whom it covers, had died by {on}: {en}.",
        sort=sort,
    )
    return found if sort == "had" else found.model_copy(update={"outcome": Outcome.NOTED})


def died(log: Log, known: Known, on: date, member: UUID) -> bool:
    """Whether somebody had died by a day, as far as this is known: by the registry, or by a department's data."""
    if not log.touched(member, "death"):
        return False
    person = states.person(Look(log.session, log.generation, known, on), member)
    if person is not None and person.died is not None and person.died <= on:
        return True
    deaths = reported(log, [member], DEATH)
    return any(one.counts and one.found.fact.as_of <= on and one.known(log, known) for one in deaths)
