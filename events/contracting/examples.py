"""Golden examples: a whole message of every version of every fact, as it lies on its topic.

`headers` are CloudEvents 1.0 in binary mode (one header an attribute); `value` is what the record holds. A
restricted fact's value is a closed box; what its audience reads after opening it stands beside, as `data`.
"""

from __future__ import annotations

import json
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from events.base import Event
from events.contracting.catalogue import reported, type_of
from events.contracting.channels import DISTRICT, Channel, channels_of
from events.contracting.samples import box, event_id, identifier, sample
from events.contracting.schemas import Schema
from events.ids import KINDS

Example = dict[str, Any]

UPSTREAM = {
    "registry": ("living",),
    "living": ("registry",),
    "verification": ("policy", "registry", "living"),
    "disability": ("registry", "living"),
    "finance": ("policy", "registry", "living", "disability"),
    "notification": ("registry", "living"),
}
HAPPENED, RECORDED, DAY = "2020-08-03T01:00:00Z", "2020-08-03T01:00:00.120000Z", "2020-08-03"


def example_of(fact: type[Event], schema: Schema) -> Example:
    """The golden example of a fact's current version; pydantic's ValidationError if it is none."""
    this = event_id(fact.SCHEMA)
    drawn = sample(schema, this)
    read = fact.model_validate_json(json.dumps(drawn))
    data = json.loads(read.model_dump_json())
    if reported(fact.SCHEMA):
        return {"headers": _report_headers(fact, this), "value": data}
    headers = _headers(fact, read, this, schema)
    if not fact.RESTRICTED:
        return {"headers": headers, "value": data}
    length = len(read.model_dump_json().encode())
    return {"headers": headers, "value": box(fact.SCHEMA, length), "data": data}


def data_of(example: Example) -> dict[str, Any]:
    """The fact's data: what stands in the message, or what its audience reads."""
    data: dict[str, Any] = example["data"] if "data" in example else example["value"]
    return data


def _headers(fact: type[Event], read: Event, this: str, schema: Schema) -> dict[str, str]:
    channel = channels_of(fact.SCHEMA)[0]
    source = f"/{DISTRICT}/{channel.writer}"
    kind, stream = _stream(schema, json.loads(read.model_dump_json()), source)
    known = {f"/{DISTRICT}/{name}": 977 for name in UPSTREAM.get(channel.writer, ())}
    attributes = {
        "specversion": "1.0",
        "id": this,
        "source": source,
        "type": fact.TYPE,
        "dataschema": fact.SCHEMA,
        "subject": f"{kind}/{stream}",
        "time": HAPPENED,
        "effective": DAY,
        "recordedtime": RECORDED,
        "stream": stream,
        # What a service records about itself counts with its whole log.
        "streamversion": "1042" if kind == "service" else "3",
        "sequence": "1042",
        "previous": event_id("previous"),
        "concerns": ",".join(map(str, read.concerns())),
        "known": json.dumps(known, separators=(",", ":")),
        "decision": this,
        "correlationid": event_id("correlation"),
        "causationid": event_id("cause 1"),
        "depth": "1",
        "department": "civil-affairs",
        "post": "township-clerk",
        "person": identifier("officer 1"),
        **({"audience": channel.writer} if fact.RESTRICTED else {}),
    }
    return _binary(attributes)


def _report_headers(fact: type[Event], this: str) -> dict[str, str]:
    sender: Channel = channels_of(fact.SCHEMA)[0]
    return _binary(
        {
            "specversion": "1.0",
            "id": f"2020-{this[-6:]}",
            "source": f"/{sender.writer}/reporting",
            "type": type_of(fact.SCHEMA),
            "dataschema": fact.SCHEMA,
            "time": HAPPENED,
        }
    )


def _binary(attributes: dict[str, str]) -> dict[str, str]:
    return {
        "content-type": "application/json",
        **{f"ce_{name}": value for name, value in attributes.items()},
    }


def _stream(schema: Schema, data: dict[str, Any], source: str) -> tuple[str, str]:
    """What the fact is about: the first that its data must name; else the service itself."""
    for name in schema.get("required", ()):
        kind = schema["properties"][name].get("x-identifies")
        if kind in KINDS:
            return kind, data[name]
    return "service", str(uuid5(NAMESPACE_URL, source))
