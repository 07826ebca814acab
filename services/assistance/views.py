"""The list of cases: a row each, as it stands, from this service's own log. Nothing of means, nobody's name.

`opened` is the sequence of the application and orders the list. `amount_fen` is the latest sum a month and
counts from `since`; `illustrative` says whether it rests on a figure that is only illustrative.
"""

from __future__ import annotations

from typing import Any

from events import assistance as a
from events import casework as c
from events import living as l
from events import remedies as m
from events.base import Recorded
from events.evidence import EvidenceAttached
from events.letters import LetterIssued, LetterServed
from services.assistance.model import Stage
from services.chassis.views import Tables, View

COLUMNS = (
    "id TEXT PRIMARY KEY, programme TEXT NOT NULL, opened BIGINT NOT NULL, version INTEGER NOT NULL, household TEXT NOT NULL,"
    " township TEXT NOT NULL, members INTEGER NOT NULL, state TEXT NOT NULL, step TEXT NOT NULL,"
    " basis TEXT, applied TEXT NOT NULL, survey_by TEXT, decide_by TEXT, notice_until TEXT, decided TEXT,"
    " amount_fen BIGINT, illustrative INTEGER NOT NULL, since TEXT, months INTEGER NOT NULL,"
    " last_month TEXT, review_open INTEGER NOT NULL, review_on TEXT, ended TEXT, reason TEXT"
)

CASES = View(
    "cases",
    3,
    {"cases": COLUMNS},
    [("cases", "opened"), ("cases", "state, opened"), ("cases", "township, opened")],
)


def _change(tables: Tables, fact: Recorded[a.CaseFact], **columns: Any) -> None:
    """Write columns of the fact's case; its version and number of members always."""
    data = fact.data
    columns |= {"version": fact.envelope.streamversion, "members": len(data.members)}
    names = ", ".join(f"{name} = ?" for name in columns)
    tables.execute(f"UPDATE {{cases}} SET {names} WHERE id = ?", (*columns.values(), str(data.case)))


@CASES.on(a.Applied)
def applied(tables: Tables, fact: Recorded[a.Applied]) -> None:
    data = fact.data
    columns = {
        "id": str(data.case),
        "programme": data.programme,
        "opened": fact.envelope.sequence,
        "version": fact.envelope.streamversion,
        "household": str(data.household),
        "township": data.township,
        "members": len(data.members),
        "state": Stage.APPLIED.value,
        "step": "applied",
        "applied": data.on.isoformat(),
        "illustrative": 0,
        "months": 0,
        "review_open": 0,
    }
    marks = ", ".join("?" for _ in columns)
    tables.execute(f"INSERT INTO {{cases}} ({', '.join(columns)}) VALUES ({marks})", tuple(columns.values()))


@CASES.on(a.TakenOver)
def taken_over(tables: Tables, fact: Recorded[a.TakenOver]) -> None:
    data, since = fact.data, fact.data.since.isoformat()
    columns: dict[str, Any] = {
        "id": str(data.case), "programme": data.programme, "opened": fact.envelope.sequence,
        "version": fact.envelope.streamversion, "household": str(data.household), "township": data.township,
        "members": len(data.members), "state": Stage.GRANTED.value, "step": "taken_over", "basis": data.basis,
        "applied": since, "decided": since, "amount_fen": data.amount_fen, "illustrative": 0, "since": since,
        "months": 0, "review_open": 0, "review_on": data.review_on.isoformat(),
    }  # fmt: skip
    marks = ", ".join("?" for _ in columns)
    tables.execute(f"INSERT INTO {{cases}} ({', '.join(columns)}) VALUES ({marks})", tuple(columns.values()))


@CASES.on(a.Accepted)
def accepted(tables: Tables, fact: Recorded[a.Accepted]) -> None:
    data = fact.data
    _change(
        tables,
        fact,
        state=Stage.ACCEPTED.value,
        step="accepted",
        basis=data.basis,
        survey_by=data.survey_by.isoformat() if data.survey_by else None,
        decide_by=data.decide_by.isoformat() if data.decide_by else None,
    )


@CASES.on(a.SupplementAsked)
def supplement_asked(tables: Tables, fact: Recorded[a.SupplementAsked]) -> None:
    _change(tables, fact, step="supplement_asked")


@CASES.on(a.StepTaken)
def step_taken(tables: Tables, fact: Recorded[a.StepTaken]) -> None:
    _change(tables, fact, step=fact.data.step)


@CASES.on(
    a.StepFound,
    a.InstalmentsPlanned,
    a.InstalmentGranted,
    a.CheckSuggested,
    c.RegisteredApart,
    c.StepDemanded,
    c.Suspended,
    c.Resumed,
    c.MonthWithheld,
    c.WorkOffered,
    c.WorkAnswered,
    l.PaidFirst,
    l.PapersOverdue,
    m.ContestedDecision,
    m.LawsuitFiled,
    m.FineImposed,
    m.ReviewExtended,
    m.ReviewOverdue,
    m.ArrearsGranted,
    m.RecoveryOrdered,
    m.RecoveryWaived,
)
def went_on(tables: Tables, fact: Recorded[a.CaseFact]) -> None:
    """Nothing of the row but its version."""
    _change(tables, fact)


@CASES.on(m.ReviewDecided, m.CourtRuled)
def review_decided(tables: Tables, fact: Recorded[m.ReviewDecided | m.CourtRuled]) -> None:
    """A refusal that was revoked is inquired into once more."""
    _change(tables, fact)
    if fact.data.remake_since is not None:
        tables.execute(
            "UPDATE {cases} SET state = ?, step = 'review_decided', decided = NULL, reason = NULL"
            " WHERE id = ? AND state = ?",
            (Stage.ACCEPTED.value, str(fact.data.case), Stage.DECLINED.value),
        )


@CASES.on(LetterIssued, LetterServed, EvidenceAttached)
def beside(tables: Tables, fact: Recorded[LetterIssued | LetterServed | EvidenceAttached]) -> None:
    """The case's version has moved on; nothing else of the row."""
    tables.execute(
        "UPDATE {cases} SET version = ? WHERE id = ?", (fact.envelope.streamversion, str(fact.data.case))
    )


@CASES.on(a.Surveyed, a.Checked, a.Assessed)
def found_out(tables: Tables, fact: Recorded[a.Surveyed | a.Checked | a.Assessed]) -> None:
    _change(tables, fact, step=type(fact.data).__name__.lower())


@CASES.on(a.NoticePosted)
def notice_posted(tables: Tables, fact: Recorded[a.NoticePosted]) -> None:
    until = fact.data.until.isoformat()
    _change(tables, fact, state=Stage.NOTICE.value, step="notice_posted", notice_until=until)


@CASES.on(a.ObjectionLodged)
def objection_lodged(tables: Tables, fact: Recorded[a.ObjectionLodged]) -> None:
    _change(tables, fact, state=Stage.ACCEPTED.value, step="objection_lodged", notice_until=None)


@CASES.on(a.NoticeEnded)
def notice_ended(tables: Tables, fact: Recorded[a.NoticeEnded]) -> None:
    _change(tables, fact, state=Stage.NOTICE_ENDED.value, step="notice_ended")


@CASES.on(a.HouseholdChanged)
def household_changed(tables: Tables, fact: Recorded[a.HouseholdChanged]) -> None:
    if fact.data.township is not None:
        _change(tables, fact, township=fact.data.township)
    tables.execute(
        "UPDATE {cases} SET state = ?, notice_until = NULL WHERE id = ? AND state IN (?, ?)",
        (Stage.ACCEPTED.value, str(fact.data.case), Stage.NOTICE.value, Stage.NOTICE_ENDED.value),
    )
    _change(tables, fact, step="household_changed")


@CASES.on(a.SubsidyGranted)
def granted(tables: Tables, fact: Recorded[a.SubsidyGranted]) -> None:
    data = fact.data
    _change(
        tables,
        fact,
        state=Stage.GRANTED.value,
        step="granted",
        decided=data.confirmed.isoformat(),
        amount_fen=data.amount_fen,
        illustrative=int(data.grounds.illustrative),
        since=data.since.isoformat(),
        reason=None,
        ended=data.until.isoformat() if data.until else None,
        review_on=data.review_on.isoformat() if data.review_on else None,
    )


@CASES.on(a.Declined)
def declined(tables: Tables, fact: Recorded[a.Declined]) -> None:
    on = fact.data.on.isoformat()
    _change(tables, fact, state=Stage.DECLINED.value, step="declined", decided=on, reason=fact.data.reason)


@CASES.on(a.Withdrawn)
def withdrawn(tables: Tables, fact: Recorded[a.Withdrawn]) -> None:
    on = fact.data.on.isoformat()
    _change(tables, fact, state=Stage.WITHDRAWN.value, step="withdrawn", ended=on, reason=fact.data.reason)


@CASES.on(a.MonthGranted)
def month_granted(tables: Tables, fact: Recorded[a.MonthGranted]) -> None:
    _change(tables, fact, last_month=fact.data.month)
    tables.execute("UPDATE {cases} SET months = months + 1 WHERE id = ?", (str(fact.data.case),))


@CASES.on(a.ReviewOpened)
def review_opened(tables: Tables, fact: Recorded[a.ReviewOpened]) -> None:
    _change(tables, fact, review_open=1, step="review_opened", review_on=None)


@CASES.on(a.Reviewed)
def reviewed(tables: Tables, fact: Recorded[a.Reviewed]) -> None:
    on = fact.data.review_on.isoformat() if fact.data.review_on else None
    _change(tables, fact, review_open=0, step="reviewed", review_on=on)


@CASES.on(a.Adjusted)
def adjusted(tables: Tables, fact: Recorded[a.Adjusted]) -> None:
    data = fact.data
    _change(
        tables,
        fact,
        amount_fen=data.amount_fen,
        illustrative=int(data.grounds.illustrative),
        since=data.since.isoformat(),
    )


@CASES.on(a.Exited)
def exited(tables: Tables, fact: Recorded[a.Exited]) -> None:
    since = fact.data.since.isoformat()
    _change(
        tables,
        fact,
        state=Stage.EXITED.value,
        step="exited",
        ended=since,
        reason=fact.data.reason,
        review_open=0,
        review_on=None,
    )
