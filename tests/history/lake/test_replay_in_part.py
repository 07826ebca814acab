"""A part of the history asked for: what is left out is not counted, and what was told before it is not forgotten."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from services.chassis.clock import SystemClock, civil_date
from services.chassis.refusal import Malformed
from services.cli import app
from services.history.lake.selection import BadSelection, Selection
from services.history.library import History
from tests.history.lake.days import TOWNS
from tests.history.logs import Logs


def by_month(history: History, projection: str, what: str, **days: Any) -> Counter[tuple[str, str]]:
    with history.run(projection, Selection(**days)) as found:
        return Counter({(row["month"], row["township"]): row[what] for row in found.rows()})


@pytest.mark.parametrize(
    ("projection", "what"), [("spend", "amount_fen"), ("beneficiaries", "beneficiaries")]
)
def test_months_asked_for_alone_are_what_they_are_among_all(
    history: History, projection: str, what: str
) -> None:
    """Where a family lives and since when somebody is enrolled was told before the first day asked for."""
    whole = by_month(history, projection, what)
    asked = by_month(history, projection, what, since=date(2026, 2, 1), until=date(2026, 2, 28))
    assert asked == {key: count for key, count in whole.items() if key[0] == "2026-02"} != {}
    assert None not in {town for _, town in asked}


def test_a_condition_leaves_out_what_is_not_counted_and_not_where_a_family_lived(history: History) -> None:
    assert by_month(history, "spend", "amount_fen", where="programme = 'dibao'") == by_month(
        history, "spend", "amount_fen"
    )
    counted = Counter[str]()
    where = f"township = '{TOWNS[0]}'"
    for (month, _), people in by_month(history, "beneficiaries", "beneficiaries", where=where).items():
        counted[month] += people
    # By where they were enrolled: an exit names no township, and ends the enrolment all the same.
    assert counted == {"2026-01": 6, "2026-02": 6, "2026-03": 3}


def test_no_month_is_counted_after_the_last_enrolment_or_exit_that_nothing_was_recorded_in(
    history: History, logs: Logs
) -> None:
    told = [entry.envelope for own in logs.of.values() for entry in own]
    last = max(envelope.effective for envelope in told).isoformat()[:7]
    assert max(month for month, _ in by_month(history, "beneficiaries", "beneficiaries")) == "2026-03" < last


def test_cases_of_which_only_later_steps_are_asked_for_keep_the_township_in_which_they_began(
    history: History,
) -> None:
    with history.run("cases", Selection(where="type <> 'assistance.Applied'")) as found:
        assert {row["township"] for row in found.rows()} <= set(TOWNS) and len(found) > 0


def test_what_will_be_known_on_a_day_to_come_is_refused_as_by_as_of(history: History) -> None:
    tomorrow = civil_date(SystemClock().now()) + timedelta(days=1)
    asked: list[Callable[[], object]] = [
        lambda: history.run("spend", Selection(known=tomorrow)),
        lambda: history.sql("FROM facts", known=tomorrow),
        lambda: history.timeline(uuid4(), Selection(known=tomorrow)),
    ]
    for ask in asked:
        with pytest.raises(Malformed, match="known-in-future"):
            ask()
    told = CliRunner().invoke(app, ["replay", "spend", "--known", tomorrow.isoformat(), "--data", "nowhere"])
    assert told.exit_code == 2
    assert "nobody knows yet what will be recorded" in told.output and "nowhere" not in told.output


def test_days_of_which_the_last_is_before_the_first_are_refused() -> None:
    with pytest.raises(BadSelection, match="--from is after --to"):
        Selection(since=date(2026, 2, 2), until=date(2026, 2, 1))
