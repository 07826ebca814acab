"""What departments' own systems say at verification's gate: answers, and whole files, as over HTTP, each for its own sources."""

from __future__ import annotations

from events import reports
from services.chassis.departments import Department
from services.chassis.gate import Gate, NotEntitled
from services.chassis.service import Service
from services.chassis.work import Work
from services.verification import answering, checking, sending
from services.verification.sources import DELIVERERS, deliverers


def open_gate(service: Service) -> Gate:
    gate = Gate(service, rest=False)  # the registry refuses what nobody takes
    gate.takes(reports.CheckAnswered, *DELIVERERS)(answered)
    gate.puts(reports.FeedOpened, *DELIVERERS)(sending.opened)
    gate.puts(reports.FeedPiece, *DELIVERERS)(sending.piece)
    gate.puts(reports.FeedClosed, *DELIVERERS)(sending.closed)
    return gate


def answered(work: Work, report: reports.CheckAnswered) -> None:
    if Department(work.cause.actor.department) not in deliverers(report.source):
        raise NotEntitled
    told = ((one.person, one.record) for one in report.records)
    records = answering.read_records(report.source, report.as_of, told)
    checking.report(work, report.check, report.source, report.as_of, records)
