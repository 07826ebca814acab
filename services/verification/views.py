"""What is read of verification: agreements and files, checks, comparisons, mismatches, and counts a source. Nobody's name."""

from __future__ import annotations

from typing import Any

from events import verification as v
from events.base import Recorded
from services.chassis.views import Tables, View

SHARING = View(
    "sharing",
    1,
    {
        "agreements": "id TEXT PRIMARY KEY, opened BIGINT NOT NULL, source TEXT NOT NULL, department TEXT NOT NULL,"
        " fields TEXT NOT NULL, state TEXT NOT NULL, due TEXT, overdue INTEGER NOT NULL, until TEXT NOT NULL,"
        " late_replies INTEGER NOT NULL, late_files INTEGER NOT NULL, files INTEGER NOT NULL,"
        " beyond INTEGER NOT NULL, as_of TEXT",
        "files": "feed TEXT PRIMARY KEY, opened BIGINT NOT NULL, agreement TEXT NOT NULL, source TEXT NOT NULL,"
        " state TEXT NOT NULL, as_of TEXT, day TEXT NOT NULL, lag INTEGER, rows INTEGER, matched INTEGER,"
        " strangers INTEGER, refused INTEGER, late INTEGER, beyond TEXT, field TEXT, rule TEXT",
    },
    [("files", "source, opened"), ("agreements", "opened")],
)
CHECKS = View(
    "checks",
    1,
    {
        "checks": "id TEXT PRIMARY KEY, opened BIGINT NOT NULL, case_id TEXT NOT NULL, household TEXT NOT NULL,"
        " state TEXT NOT NULL, due TEXT, overdue INTEGER NOT NULL, late INTEGER NOT NULL,"
        " reports INTEGER NOT NULL, stale INTEGER NOT NULL, unused INTEGER NOT NULL, day TEXT NOT NULL",
        "reports": "id TEXT PRIMARY KEY, opened BIGINT NOT NULL, check_id TEXT NOT NULL, case_id TEXT NOT NULL,"
        " source TEXT NOT NULL, as_of TEXT NOT NULL, age_days INTEGER NOT NULL, stale INTEGER NOT NULL,"
        " unused TEXT, day TEXT NOT NULL",
        "tallies": "source TEXT PRIMARY KEY, asked BIGINT NOT NULL, hits BIGINT NOT NULL,"
        " compared BIGINT NOT NULL, contradicted BIGINT NOT NULL, found BIGINT NOT NULL",
        "comparisons": "id TEXT PRIMARY KEY, opened BIGINT NOT NULL, period TEXT NOT NULL, number INTEGER NOT NULL,"
        " state TEXT NOT NULL, people BIGINT NOT NULL, unconsented BIGINT NOT NULL, found BIGINT NOT NULL,"
        " day TEXT NOT NULL",
        "mismatches": "id TEXT PRIMARY KEY, opened BIGINT NOT NULL, person TEXT NOT NULL, household TEXT,"
        " source TEXT NOT NULL, as_of TEXT NOT NULL, state TEXT NOT NULL, heard TEXT, result TEXT,"
        " correct_by TEXT, overdue INTEGER NOT NULL, day TEXT NOT NULL",
    },
    [("checks", "case_id"), ("reports", "case_id"), ("mismatches", "state, opened")],
)


# -- sharing -----------------------------------------------------------------------------------------------


@SHARING.on(v.ShareRequested)
def requested(tables: Tables, fact: Recorded[v.ShareRequested]) -> None:
    told = fact.data
    tables.execute(
        "INSERT INTO {agreements} VALUES (?, ?, ?, ?, ?, 'requested', ?, 0, ?, 0, 0, 0, 0, NULL)",
        (
            str(told.agreement), fact.envelope.sequence, told.source, told.department, ",".join(told.fields),
            told.reply_by.isoformat(), told.until.isoformat(),
        ),
    )  # fmt: skip


@SHARING.on(v.ShareGranted)
def granted(tables: Tables, fact: Recorded[v.ShareGranted]) -> None:
    told = fact.data
    _now(tables, told, "granted", told.deliver_by.isoformat(), int(told.late))


@SHARING.on(v.ShareRefused)
def refused(tables: Tables, fact: Recorded[v.ShareRefused]) -> None:
    _now(tables, fact.data, "refused", None, int(fact.data.late))


@SHARING.on(v.ShareEnded)
def ended(tables: Tables, fact: Recorded[v.ShareEnded]) -> None:
    _now(tables, fact.data, "ended", None, 0)


def _now(tables: Tables, told: v.SharingFact, state: str, due: str | None, late: int) -> None:
    tables.execute(
        "UPDATE {agreements} SET state = ?, due = ?, overdue = 0, late_replies = late_replies + ? WHERE id = ?",
        (state, due, late, str(told.agreement)),
    )


@SHARING.on(v.ShareReplyOverdue, v.FeedOverdue)
def overdue(tables: Tables, fact: Recorded[v.ShareReplyOverdue | v.FeedOverdue]) -> None:
    tables.execute("UPDATE {agreements} SET overdue = 1 WHERE id = ?", (str(fact.data.agreement),))


@SHARING.on(v.FeedReceived)
def received(tables: Tables, fact: Recorded[v.FeedReceived]) -> None:
    told, day = fact.data, fact.envelope.effective
    tables.execute(
        "UPDATE {agreements} SET due = ?, overdue = 0, late_files = late_files + ?, files = files + 1,"
        " beyond = beyond + ?, as_of = CASE WHEN ? = 1 THEN ? ELSE as_of END WHERE id = ?",
        (
            told.next_by.isoformat(), int(told.late), int(bool(told.beyond or told.beyond_other)),
            int(told.current), told.as_of.isoformat(), str(told.agreement),
        ),
    )  # fmt: skip
    beyond = ",".join([*told.beyond, *(["…"] if told.beyond_other else [])])
    tables.execute(
        "INSERT INTO {files} VALUES (?, ?, ?, ?, 'taken', ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)",
        (
            str(told.feed), fact.envelope.sequence, str(told.agreement), told.source, told.as_of.isoformat(),
            day.isoformat(), (day - told.as_of).days, told.rows, told.matched, told.strangers, told.refused,
            int(told.late), beyond,
        ),
    )  # fmt: skip


@SHARING.on(v.FeedRefused)
def file_refused(tables: Tables, fact: Recorded[v.FeedRefused]) -> None:
    told = fact.data
    tables.execute(
        "INSERT INTO {files} (feed, opened, agreement, source, state, day, field, rule)"
        " VALUES (?, ?, ?, ?, 'refused', ?, ?, ?)",
        (
            str(fact.envelope.id), fact.envelope.sequence, str(told.agreement), told.source, told.on.isoformat(),
            told.field, told.rule,
        ),
    )  # fmt: skip


# -- checks ------------------------------------------------------------------------------------------------


@CHECKS.on(v.CheckOwed)
def owed(tables: Tables, fact: Recorded[v.CheckOwed]) -> None:
    told = fact.data
    tables.execute(
        "INSERT INTO {checks} VALUES (?, ?, ?, ?, 'owed', ?, 0, 0, 0, 0, 0, ?)",
        (
            str(told.check), fact.envelope.sequence, str(told.case), str(told.household),
            told.start_by.isoformat(), fact.envelope.effective.isoformat(),
        ),
    )  # fmt: skip


@CHECKS.on(v.CheckRequested)
def asked(tables: Tables, fact: Recorded[v.CheckRequested]) -> None:
    told = fact.data
    tables.execute(
        "UPDATE {checks} SET state = 'asked', due = ?, overdue = 0, late = ? WHERE id = ?",
        (told.answer_by.isoformat(), int(told.late), str(told.check)),
    )


@CHECKS.on(v.CheckOverdue)
def not_begun(tables: Tables, fact: Recorded[v.CheckOverdue]) -> None:
    tables.execute("UPDATE {checks} SET overdue = 1 WHERE id = ?", (str(fact.data.check),))


@CHECKS.on(v.CheckReported)
def reported(tables: Tables, fact: Recorded[v.CheckReported]) -> None:
    told = fact.data
    used = told.unused is None
    tables.execute(
        "UPDATE {checks} SET reports = reports + ?, stale = stale + ?, unused = unused + ? WHERE id = ?",
        (int(used), int(used and told.stale), int(not used), str(told.check)),
    )
    tables.execute(
        "INSERT INTO {reports} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            str(fact.envelope.id), fact.envelope.sequence, str(told.check), str(told.case), told.source,
            told.as_of.isoformat(), told.age_days, int(told.stale), told.unused, told.on.isoformat(),
        ),
    )  # fmt: skip


@CHECKS.on(v.RecordsCounted)
def counted(tables: Tables, fact: Recorded[v.RecordsCounted]) -> None:
    _tally(tables, fact.data.source, asked=fact.data.asked, hits=fact.data.hits)


@CHECKS.on(v.CheckClosed)
def closed(tables: Tables, fact: Recorded[v.CheckClosed]) -> None:
    tables.execute(
        "UPDATE {checks} SET state = ?, due = NULL, overdue = 0 WHERE id = ?",
        (fact.data.outcome, str(fact.data.check)),
    )


def _tally(tables: Tables, source: str, **more: int) -> None:
    names = ("asked", "hits", "compared", "contradicted", "found")
    sums = ", ".join(f"{name} = {{tallies}}.{name} + excluded.{name}" for name in names)
    tables.execute(
        f"INSERT INTO {{tallies}} VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (source) DO UPDATE SET {sums}",
        (source, *(more.get(name, 0) for name in names)),
    )


# -- comparison --------------------------------------------------------------------------------------------


@CHECKS.on(v.ComparisonOpened)
def opened(tables: Tables, fact: Recorded[v.ComparisonOpened]) -> None:
    told = fact.data
    tables.execute(
        "INSERT INTO {comparisons} VALUES (?, ?, ?, ?, 'running', 0, 0, 0, ?)",
        (str(told.comparison), fact.envelope.sequence, told.period, told.number, told.on.isoformat()),
    )


@CHECKS.on(v.ComparisonSkipped)
def skipped(tables: Tables, fact: Recorded[v.ComparisonSkipped]) -> None:
    told = fact.data
    tables.execute(
        "INSERT INTO {comparisons} VALUES (?, ?, ?, 1, ?, 0, 0, 0, ?)",
        (str(told.comparison), fact.envelope.sequence, told.period, told.reason, told.on.isoformat()),
    )


@CHECKS.on(v.PieceCompared)
def piece(tables: Tables, fact: Recorded[v.PieceCompared]) -> None:
    told = fact.data
    found = sum(one.found for one in told.counts)
    tables.execute(
        "UPDATE {comparisons} SET people = people + ?, unconsented = unconsented + ?, found = found + ? WHERE id = ?",
        (told.people, told.unconsented, found, str(told.comparison)),
    )
    for one in told.counts:
        _tally(tables, one.source, compared=one.compared, contradicted=one.hits, found=one.found)


@CHECKS.on(v.ComparisonDone)
def done(tables: Tables, fact: Recorded[v.ComparisonDone]) -> None:
    tables.execute("UPDATE {comparisons} SET state = 'done' WHERE id = ?", (str(fact.data.comparison),))


@CHECKS.on(v.MismatchFound)
def found(tables: Tables, fact: Recorded[v.MismatchFound]) -> None:
    told = fact.data
    tables.execute(
        "INSERT INTO {mismatches} VALUES (?, ?, ?, ?, ?, ?, 'found', NULL, NULL, NULL, 0, ?)",
        (
            str(told.mismatch), fact.envelope.sequence, str(told.person), told.household and str(told.household),
            told.source, told.as_of.isoformat(), told.on.isoformat(),
        ),
    )  # fmt: skip


def _mismatch(tables: Tables, told: v.MismatchFact, **changed: Any) -> None:
    sets = ", ".join(f"{name} = ?" for name in changed)
    tables.execute(f"UPDATE {{mismatches}} SET {sets} WHERE id = ?", (*changed.values(), str(told.mismatch)))


@CHECKS.on(v.MismatchDisputed)
def disputed(tables: Tables, fact: Recorded[v.MismatchDisputed]) -> None:
    _mismatch(tables, fact.data, state="disputed")


@CHECKS.on(v.MismatchHeard)
def heard(tables: Tables, fact: Recorded[v.MismatchHeard]) -> None:
    _mismatch(tables, fact.data, heard=fact.data.on.isoformat())


@CHECKS.on(v.MismatchResolved)
def resolved(tables: Tables, fact: Recorded[v.MismatchResolved]) -> None:
    _mismatch(tables, fact.data, state="resolved", result=fact.data.result)


@CHECKS.on(v.CorrectionAsked)
def correction(tables: Tables, fact: Recorded[v.CorrectionAsked]) -> None:
    _mismatch(tables, fact.data, correct_by=fact.data.correct_by.isoformat())


@CHECKS.on(v.CorrectionAnswered)
def corrected(tables: Tables, fact: Recorded[v.CorrectionAnswered]) -> None:
    _mismatch(tables, fact.data, correct_by=None, overdue=0)


@CHECKS.on(v.CorrectionOverdue)
def correction_overdue(tables: Tables, fact: Recorded[v.CorrectionOverdue]) -> None:
    _mismatch(tables, fact.data, overdue=1)
