"""A paper with a last day is told of 180 days before it, so that its successor is in force in time (43号 附; notes there)."""

from __future__ import annotations

from datetime import timedelta

from events.base import Recorded
from events.ids import PaperId
from events.policy import PaperLapseNear, PaperPublished
from services.chassis.clock import civil_date
from services.chassis.service import Service, Shelf
from services.chassis.work import Work
from services.policy import model

NEAR = timedelta(days=180)
LAPSE = "paper-lapse"


def keep_lapses(service: Service) -> None:
    service.keep(PaperPublished)(_published)
    service.keep(PaperLapseNear)(_told)
    service.due(LAPSE)(_is_near)


def _published(shelf: Shelf, fact: Recorded[PaperPublished]) -> None:
    """One that has lapsed already, or never does, is not told of."""
    last = fact.data.in_force_to
    if last is None or last < civil_date(fact.envelope.recordedtime):
        shelf.forget(LAPSE, fact.data.paper)
    else:
        shelf.remind(last - NEAR, LAPSE, fact.data.paper)


def _told(shelf: Shelf, fact: Recorded[PaperLapseNear]) -> None:
    shelf.forget(LAPSE, fact.data.paper)


def _is_near(work: Work, paper: PaperId) -> None:
    work.record(paper, model.lapse_near(work.load(model.DOSSIER, paper), work.today))
