"""Direct answers of a department to a request, over HTTP or at the gate: read by the same columns as a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from events import verification as v
from events.ids import PersonId
from services.chassis.refusal import Malformed
from services.verification.sources import SOURCES, Record


def read_records(
    source: v.Source, as_of: date, told: Iterable[tuple[PersonId, Mapping[str, str]]]
) -> dict[PersonId, list[Record]]:
    """Malformed, with the field, for a column that the source is not asked for or a text that it cannot have."""
    columns = SOURCES[source].columns
    found: dict[PersonId, list[Record]] = {}
    for person, record in told:
        if not record or not record.keys() <= columns.keys():
            raise Malformed(
                "fields-beyond-need",
                f"只接受：{'、'.join(columns)}。",
                f"Only {', '.join(columns)}.",
                field="records",
            )
        try:
            read = {name: columns[name].read(text, as_of) for name, text in record.items()}
        except Malformed as wrong:
            raise Malformed(wrong.slug, wrong.zh, wrong.en, field="records") from None
        found.setdefault(person, []).append(read)
    return found
