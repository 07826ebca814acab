"""The headers of a message, as JSON Schemas: CloudEvents 1.0 in binary mode, with Doudi's extensions.

Headers on Kafka are text; what is a number or JSON inside says so in its pattern or `contentMediaType`.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

_NUMBER = "^[0-9]+$"
_MOMENT = {"type": "string", "format": "date-time"}
_ID = {"type": "string", "format": "uuid"}
_POSITIONS = {"type": "string", "contentMediaType": "application/json"}


def _of(shape: Schema, description: str) -> Schema:
    return {**shape, "description": description}


def _object(description: str, properties: dict[str, Schema], optional: set[str]) -> Schema:
    required = [name for name in properties if name not in optional]
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": required,
    }


def recorded() -> Schema:
    """Headers of what a service of ours has recorded."""
    text = {"type": "string"}
    number = {"type": "string", "pattern": _NUMBER}
    return _object(
        "CloudEvents 1.0, binary mode: what is recorded around a fact. Readers ignore headers that they do "
        "not know.",
        {
            "content-type": {"type": "string", "const": "application/json"},
            "ce_specversion": {"type": "string", "const": "1.0"},
            "ce_id": _of(_ID, "id of the event, a UUIDv7"),
            "ce_source": _of(text, "the service that recorded it, and its district: /431202/living"),
            "ce_type": _of(text, "name of the fact: registry.PersonRegistered"),
            "ce_dataschema": _of(text, "name with version: registry.PersonRegistered.1"),
            "ce_subject": _of(text, "what it is about: person/<id>, household/<id>, case/<id> ..."),
            "ce_time": _of(_MOMENT, "when it happened"),
            "ce_effective": _of({"type": "string", "format": "date"}, "from which day it counts"),
            "ce_recordedtime": _of(_MOMENT, "when it was recorded; strictly rising in a source"),
            "ce_stream": _of(_ID, "the aggregate"),
            "ce_streamversion": _of(number, "its number in the aggregate"),
            "ce_sequence": _of(number, "its number in the source's log"),
            "ce_previous": _of(_ID, "id of the event before it in the source's log; absent on the first"),
            "ce_concerns": _of(text, "ids of every person and household it touches, by comma; may be empty"),
            "ce_known": _of(
                _POSITIONS, "upstream positions consumed when it was decided: {source: sequence}"
            ),
            "ce_heard": _of(
                _POSITIONS, "highest positions, of sources not listened to, that anything consumed had named"
            ),
            "ce_decision": _of(_ID, "id of the first event of the same decision"),
            "ce_correlationid": _of(_ID, "id shared by everything that one command began"),
            "ce_causationid": _of(_ID, "id of the event reacted to"),
            "ce_depth": _of(number, "reactions between this fact and the command that began it"),
            "ce_corrects": _of(_ID, "id of the event that it corrects"),
            "ce_department": _of(text, "the department that acted"),
            "ce_post": _of(text, "the post in it"),
            "ce_person": _of(_ID, "the member of staff, by random id"),
            "ce_audience": _of(text, "present where the data is closed: the service whose audience opens it"),
        },
        {"ce_previous", "ce_heard", "ce_causationid", "ce_corrects", "ce_post", "ce_person", "ce_audience"},
    )


def reported() -> Schema:
    """Headers of what a department's own system sends to us."""
    name = {"type": "string", "minLength": 1, "maxLength": 200}
    return _object(
        "CloudEvents 1.0, binary mode. Source and id together name the report: the same again changes "
        "nothing, another content under them is refused. Neither may contain a number of a person.",
        {
            "content-type": {"type": "string", "const": "application/json"},
            "ce_specversion": {"type": "string", "const": "1.0"},
            "ce_id": _of(name, "the sender's own number of the report"),
            "ce_source": _of(name, "the sender's system: /health/vital-records"),
            "ce_type": _of({"type": "string"}, "name of the report: reports.DeathReported"),
            "ce_dataschema": _of({"type": "string"}, "name with version: reports.DeathReported.1"),
            "ce_subject": _of({"type": "string"}, "for the sender's own use"),
            "ce_time": _of(_MOMENT, "when it happened, with its zone"),
        },
        {"content-type", "ce_subject", "ce_time"},
    )
