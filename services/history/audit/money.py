"""Payments, decisions and facts held against each other, both ways, a few hundred families at a time.

Paid without a decision, another sum, twice, after a death or an end; decided and not paid, or late. What is not paid
is judged up to the last day that the paying service has closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from events import finance as f
from services.finance.sources import TITLES
from services.history.audit.admission import covered
from services.history.audit.classing import SAID, knew, knew_by, weighed, when_known
from services.history.audit.dues import GRANTS, TYPES, Due, gather
from services.history.audit.finding import Finding, Progress, Window, finding
from services.history.audit.known import died
from services.history.audit.reading import Found, Log
from services.history.audit.rows import Rows, all_rows, fund_of, papers_on
from services.history.audit.rule import yuan
from services.history.audit.story import day_of, ends_of
from services.history.audit.verdict import Check, Class, Outcome, broken
from services.history.sql import AT_ONCE
from services.history.wording_finance import STATES
from services.history.words import Words
from services.policy.keeping import Altered

WAITS: dict[f.Withholding, Literal["rightly", "family", "office"]] = {
    "death": "rightly", "ended": "rightly", "moved_away": "rightly", "no_account": "family", "account_failed": "family",
    "holder_dead": "family", "erased": "family", "no_fund": "office", "funds_short": "office", "dropped": "office",
    "changed": "office",
}  # fmt: skip
"""Why finance withholds a payment: nothing is due; it waits for what the office cannot put right alone; or for the office."""
ONE_DAY = timedelta(days=1)


def findings(log: Log, window: Window, progress: Progress) -> Iterator[Finding]:
    money = frozenset({f.PaymentOrdered.TYPE, f.PaymentPaid.TYPE, *(fact.TYPE for fact in GRANTS)})
    rows = all_rows(log)
    families = sorted({one.fact.household for one in log.of_types(money, None, window.moments[1])})
    handed = {one.fact.batch: one for one in log.of_types(frozenset({f.BatchHandedOver.TYPE}))}
    payer = next((one.line.source for one in log.of_types(frozenset({f.BatchOpened.TYPE}))), None)
    closed = None if payer is None else log.closed(payer)
    for start in range(0, len(families), AT_ONCE):
        progress(start, len(families))
        facts = log.about(families[start : start + AT_ONCE], TYPES)
        ends = ends_of(facts)
        for due in gather(facts).values():
            yield from _given(log, due, window, handed, ends)
            yield from (told for one in due.ordered if window.holds(one) for told in _fund(rows, one))
            if payer is not None and closed is not None and due.grant is not None:
                yield from _owed(log, due, window, payer, closed)


# -- from the payment to the decision and the facts --------------------------------------------------------


def _given(
    log: Log, due: Due, window: Window, handed: dict[UUID, Found], ends: Sequence[Found]
) -> Iterator[Finding]:
    told = "；".join((str(due.case)[:8], due.period))
    for number, paid in enumerate(due.paid):
        if number and window.holds(paid):
            zh, en = f"同一期间重复支付（{told}）。", f"The period was paid before ({told})."
            yield finding(paid, broken("paid-once", Class.PAID_TWICE, zh, en, events=(due.paid[0].id,)))
    if not due.acts:
        return
    first = due.acts[0]
    grant = due.grant
    if grant is None or _told_before(first, grant):
        if window.holds(first):
            zh, en = f"支付没有在先的决定（{told}）。", f"No decision came before this payment ({told})."
            yield finding(first, broken("payment-decided", Class.PAID_WITHOUT_DECISION, zh, en))
        return
    wrong = next((one for one in due.acts if one.fact.amount_fen != due.amount_fen), None)
    if wrong is not None and window.holds(wrong):
        yield finding(wrong, _another_sum(log, due, wrong, handed))
    act = due.ordered[-1] if due.ordered else first
    gone = handed.get(act.fact.batch) or (due.paid[0] if due.paid else None)
    if gone is not None and window.holds(gone):
        yield from _not_due(log, due, act, gone, ends)


def _fund(rows: Rows, order: Found) -> Iterator[Finding]:
    """An earmarked fund pays what its papers name, and nothing else."""
    fact, on = order.fact, day_of(order)
    try:
        named = fund_of(papers_on(rows, on), fact.programme, on)
    except Altered:
        return  # told where a decision rests on it
    charged = TITLES.get(fact.fund, fact.fund)
    if named is not None and named != charged:
        zh = f"{fact.period}由{charged}列支，文件规定由{named}列支。"
        en = f"{fact.period} was paid out of {charged}; the papers name {named}."
        yield finding(order, broken("payment-fund", Class.WRONG_FUND, zh, en))


def _told_before(one: Found, other: Found) -> bool:
    return bool(one.recorded.envelope.recordedtime < other.recorded.envelope.recordedtime)


def _another_sum(log: Log, due: Due, paid: Found, handed: dict[UUID, Found]) -> Check:
    """A sum that was due until it was lowered is weighed by who knew of that when the money left the office."""
    is_, decided = paid.fact.amount_fen, due.sums
    behind = max((number for number, (fen, _) in enumerate(decided) if fen == is_), default=None)
    back, put_right = _put_right(due)
    if behind is None:
        (fen, by), sort = decided[-1], knew(log, paid, decided[-1][1])
        zh = f"决定{yuan(fen)}元，支付{yuan(is_)}元（{due.period}）{back}。"
        en = f"Decided {yuan(fen)} yuan, paid {yuan(is_)} ({due.period}){put_right}."
    else:
        fen, by = decided[behind + 1]
        sort = knew(log, handed.get(paid.fact.batch, paid), by)
        zh = f"{due.period}已由{yuan(is_)}元改为{yuan(fen)}元，仍支付{yuan(is_)}元：{SAID[sort][0]}{back}。"
        en = f"{due.period} was lowered from {yuan(is_)} to {yuan(fen)} yuan, and {yuan(is_)} were paid:"
        en = f"{en} {SAID[sort][1]}{put_right}."
    return weighed(broken("payment-sum", Class.ALTERED_PAYMENT, zh, en, events=(by.id,)), sort)


def _put_right(due: Due) -> tuple[str, str]:
    return ("", "") if due.recovery is None else ("；已启动追回", "; it is being recovered")


def _not_due(log: Log, due: Due, act: Found, gone: Found, ends: Iterable[Found]) -> Iterator[Finding]:
    """`gone`: when the money left the office, so that it could no longer be held back."""
    starts, members = due.starts, act.fact.members
    back, put_right = _put_right(due)
    about = {"events": (act.id,) if due.recovery is None else (act.id, due.recovery.id)}
    if all(died(log, log.everything(), starts - ONE_DAY, one) for one in members):
        sort = when_known(
            log, gone, lambda known: all(died(log, known, starts - ONE_DAY, one) for one in members)
        )
        zh = f"所涉人员在{starts.isoformat()}前均已死亡，仍支付{due.period}：{SAID[sort][0]}{back}。"
        en = f"Nobody whom {due.period} is for lived on {starts}: {SAID[sort][1]}{put_right}."
        check = broken("paid-to-living", Class.PAID_AFTER_DEATH, zh, en, **about)
        yield finding(act, weighed(check, sort))
        return
    if due.month is None:
        return
    ended = next((one for one in ends if one.fact.case == due.case and one.fact.since <= starts), None)
    if ended is not None:
        sort = knew(log, gone, ended)
        zh = f"保障自{ended.fact.since.isoformat()}终止，仍支付{due.period}：{SAID[sort][0]}{back}。"
        en = f"The case ended from {ended.fact.since}, and {due.period} was paid: {SAID[sort][1]}{put_right}."
        check = broken("paid-running", Class.PAID_AFTER_END, zh, en, events=(*about["events"], ended.id))
        yield finding(act, weighed(check, sort))


# -- from the decision to the payment ----------------------------------------------------------------------


def _owed(log: Log, due: Due, window: Window, payer: str, closed: date) -> Iterator[Finding]:
    grant, last = due.grant, due.pay_by
    assert grant is not None, "asked before"
    if due.paid:
        paid: date = due.paid[0].fact.on
        if paid > last and window.covers(paid):
            zh = f"{due.period}应在{last.isoformat()}前发放，{paid.isoformat()}发放。"
            en = f"{due.period} was to be paid by {last}, and was on {paid}."
            yield finding(due.paid[0], _left(log, payer, last, grant, Class.LATE, "payment-limit", zh, en))
        return
    why: f.Withholding | None = due.withheld[-1].fact.reason if due.withheld else None
    waits = None if why is None else WAITS[why]
    if closed <= last or not window.covers(last) or waits == "rightly" or _nobody_left(log, due):
        return
    said = Words("", "") if why is None else Words(f"（{STATES[why].zh}）", f": {STATES[why].en}")
    zh = f"{due.period}应在{last.isoformat()}前发放{yuan(due.amount_fen)}元，未发放{said.zh}。"
    en = f"{due.period}, {yuan(due.amount_fen)} yuan, was to be paid by {last}, and was not{said.en}."
    check = _left(log, payer, last, grant, Class.UNPAID, "unpaid", zh, en)
    noted = check.model_copy(update={"outcome": Outcome.NOTED})
    yield finding(grant, noted if waits == "family" else check, last)


def _left(log: Log, payer: str, last: date, grant: Found, kind: Class, code: str, zh: str, en: str) -> Check:
    """Something was not done by a day, though (or because) whoever does it had (not) read what calls for it."""
    return broken(code, kind, zh, en, events=(grant.id,), sort=knew_by(log, payer, last, grant))


def _nobody_left(log: Log, due: Due) -> bool:
    members = covered(due.granted[-1].fact)
    return all(died(log, log.everything(), due.starts - ONE_DAY, one) for one in members)
