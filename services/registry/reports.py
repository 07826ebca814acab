"""What departments' own systems report at the registry's gate, and the facts that it becomes."""

from __future__ import annotations

from events import reports
from events.registry import Category
from services.chassis.departments import Department
from services.chassis.gate import Gate
from services.chassis.work import Work
from services.registry.acts import Register
from services.registry.reactions import SERVICE

GATE = Gate(SERVICE)


@GATE.takes(reports.DeathReported, Department.HEALTH, Department.CIVIL_AFFAIRS)
def a_death_reported(work: Work, report: reports.DeathReported) -> None:
    register = Register(work)
    register.die(register.survivor(report.person), report.on)


@GATE.takes(reports.MoveReported, Department.CIVIL_AFFAIRS, Department.POVERTY_ALLEVIATION)
def a_move_reported(work: Work, report: reports.MoveReported) -> None:
    Register(work).move_away(report.household, report.since)


@GATE.takes(reports.PovertyStatusReported, Department.POVERTY_ALLEVIATION)
def a_poverty_status_reported(work: Work, report: reports.PovertyStatusReported) -> None:
    register = Register(work)
    register.must_not_be_future(report.since)
    register.categorise(register.survivor(report.person), {Category(report.status): report.since})
