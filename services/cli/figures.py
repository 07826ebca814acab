"""The live figures beside the services: in the house of an embedded host, over Kafka, or in a process alone.

Insight has no store, no key and no database: alone it needs Kafka and the signer of tokens, nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI

from services.chassis.clock import Clock, SystemClock
from services.chassis.embedded import EmbeddedHost
from services.chassis.settings import Settings
from services.chassis.tokens import tokens_of
from services.chassis.web import mount
from services.cli.house import ROOMS, House
from services.insight import NAME, Insight
from services.insight.answer import Labels
from services.registry.divisions import hecheng

if TYPE_CHECKING:
    from services.chassis.kafka.host import KafkaHost
    from services.insight.host import FaustHost


def townships(settings: Settings) -> Labels:
    """By code; of a district that we have no table of, the figures show codes alone."""
    known = hecheng()
    return {one.code: one.name for one in known.townships} if settings.district == known.district_code else {}


def open_insight(settings: Settings, clock: Clock) -> Insight:
    return Insight(settings, ROOMS, townships(settings), clock)


def faust_host(insight: Insight) -> FaustHost:
    """For settings that name a Kafka; not started."""
    from services.insight.host import FaustHost  # here: it takes a sixth of the start of every other command

    settings = insight.settings
    host = FaustHost(
        insight.figures,
        settings.kafka or "",
        partition=settings.partition,
        partitions=max(settings.partitions, settings.partition + 1),
    )
    insight.unready.append(host.unready)
    return host


def count_beside(house: House, host: KafkaHost | EmbeddedHost) -> None:
    """Let the figures of the house follow what its host does; started and stopped with the house."""
    if house.insight is None:
        return
    house.insight.ended = host.ended.is_set
    if isinstance(host, EmbeddedHost):
        host.collect(house.insight.figures)
        return
    faust = faust_host(house.insight)
    faust.start()
    house.closing.append(faust.stop)


class Alone:
    """`doudi up insight`: what a server needs of a house."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.insight = open_insight(settings, SystemClock())
        self.host = faust_host(self.insight)
        self.insight.ended = self.host.ended.is_set

    def web(self) -> FastAPI:
        return mount({NAME: self.insight.app(tokens_of(self.settings))})
