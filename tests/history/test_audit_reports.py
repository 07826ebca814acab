"""The lists beside the findings: look-ups, backdated entries, overrides, changes of roles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from events import registry as r
from events import staff as s
from events.ids import PersonId, ServiceId, StaffId
from events.service import Unsealed
from services.chassis.clock import civil_date
from services.history.audit.finding import Window
from services.history.audit.reports import Report, Row
from tests.history.audited import Told, World
from tests.history.test_audit_money import beside, fact_of, reviewed
from tests.living.office import OFFICER

PURPOSE = "核对申请材料"


@contextmanager
def world(folder: Path) -> Iterator[World]:
    made = World(folder, told_more, base=reviewed)
    try:
        yield made
    finally:
        made.close()


def listed(folder: Path, kind: Report) -> list[Row]:
    with world(folder) as made:
        return list(made.auditor.report(kind, Window()))


def told_more(told: list[Told]) -> Iterable[Told]:
    """Somebody looked at a name and searched for a number; a birth was told months late; a post may decide."""
    at, someone = told[-1].at, PersonId.of(uuid4())
    return beside(told, [
        fact_of("living", ServiceId.of(uuid4()), Unsealed(purpose=PURPOSE, people=(someone,), count=1), at),
        fact_of("registry", someone, r.LookedUp(purpose=PURPOSE, person=someone), at),
        fact_of("registry", someone, r.Died(person=someone, on=day_before(at, 40)), at, day_before(at, 40)),
        fact_of("registry", someone, r.Died(person=someone, on=day_before(at, 30)), at, day_before(at, 30)),
        fact_of("staff", StaffId.of(OFFICER), s.RolesChanged(
            post="post-0", roles=(s.Role.APPROVER, s.Role.CLERK), since=at.date()
        ), at),
    ])  # fmt: skip


def day_before(at: datetime, days: int) -> date:
    return civil_date(at) - timedelta(days=days)


def test_every_look_at_personal_text_is_listed_with_its_purpose(tmp_path: Path) -> None:
    rows = listed(tmp_path, Report.LOOKS)
    # The office's own: accounts were opened for the bank's file.
    assert [row.type for row in rows if "发放文件" in row.zh] == ["service.Unsealed"] * 2
    assert {row.type for row in rows if PURPOSE in row.zh} == {"service.Unsealed", "registry.LookedUp"}
    assert len(rows) == 4


def test_what_was_entered_long_after_its_day_is_listed(tmp_path: Path) -> None:
    late = [row for row in listed(tmp_path, Report.BACKDATED) if row.type == "registry.Died"]
    assert [row.late for row in late] == [40]


def test_a_decision_that_departs_is_listed_and_its_reason_stays_sealed(tmp_path: Path) -> None:
    rows = listed(tmp_path, Report.OVERRIDES)
    assert [row.type for row in rows] == ["assistance.Reviewed"]
    assert "车辆" not in rows[0].zh


def test_changes_of_posts_and_roles_are_listed_within_the_days_asked_for(tmp_path: Path) -> None:
    kinds = ["staff.PostAssigned", "staff.PostCreated", "staff.RolesChanged"]
    with world(tmp_path) as all_days:
        every = list(all_days.auditor.report(Report.ROLES, Window()))
        assert sorted({row.type for row in every}) == kinds
        last = Window(since=every[-1].day, until=every[-1].day)
        assert list(all_days.auditor.report(Report.ROLES, last)) == [every[-1]]
        assert every[-1].type == "staff.RolesChanged" and "审核确认" in every[-1].zh
