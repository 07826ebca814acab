"""Kafka as a command meets it: what does not answer is said in one sentence, within seconds.

Kafka's client takes a tenth of every command's start: it is loaded by whoever names a broker.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer


@contextmanager
def reaching(bootstrap: str | None) -> Iterator[None]:
    """Ends the command with 1 where the brokers do not answer, or a topic holds what it must not; with None, nothing."""
    if bootstrap is None:
        yield
        return
    from kafka.errors import KafkaError

    from services.chassis.kafka.topics import Unreadable, no_answer

    try:
        yield
    except KafkaError as error:
        typer.secho(no_answer(bootstrap, error), err=True, fg="red")
        raise typer.Exit(1) from None
    except Unreadable as error:
        typer.secho(str(error), err=True, fg="red")
        raise typer.Exit(1) from None


def must_answer(bootstrap: str | None) -> None:
    """Before anything is opened for it."""
    if bootstrap is not None:
        from services.chassis.kafka.topics import create_topics

        with reaching(bootstrap):
            create_topics(bootstrap, (), 1)
