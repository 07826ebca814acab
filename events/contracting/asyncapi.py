"""The topics as an AsyncAPI 3.0 document: who may write and read what, with the schemas beside it.

Every version that was ever stored is named: topics keep their records for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from events.contracting import attributes
from events.contracting.catalogue import reported, type_of
from events.contracting.channels import CHANNELS, Channel
from events.contracting.schemas import Schema

Document = dict[str, Any]

KAFKA = "0.5.0"
KEY = {"type": "string", "description": "The subject. It never chooses the partition."}
PARTITION = (
    "All records of one source lie in one explicitly chosen partition, for ever: a source's log is one "
    "total order. A province spreads districts over partitions. Kept for ever; read committed records only."
)
INTRODUCTION = """\
Doudi (兜底) keeps the register of a district's social-assistance beneficiaries as a history of events. \
Each service records facts on its own topic `doudi.<service>`, which any department may read; a department's \
own system reports to `in.<department>`. Messages are CloudEvents 1.0 in binary mode. Personal text is \
sealed, and the data of restricted facts is closed for all but their audience. Readers ignore fields, \
headers and types that they do not know."""


def document(schemas: Mapping[str, Schema]) -> Document:
    """`schemas`: the contract of every version, old ones too, by schema name."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Doudi",
            "version": "1.0.0",
            "description": INTRODUCTION,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "kafka": {
                "host": "{bootstrap}",
                "protocol": "kafka",
                "description": "Apache Kafka 4 of the district or the province.",
                "variables": {"bootstrap": {"default": "localhost:9092", "description": "HOST:PORT"}},
            }
        },
        "channels": {channel.topic: _channel(channel, schemas) for channel in CHANNELS},
        "operations": dict(one for channel in CHANNELS for one in _operations(channel)),
        "components": {
            "schemas": {"RecordedHeaders": attributes.recorded(), "ReportHeaders": attributes.reported()},
            "messages": {name: _message(name, schema) for name, schema in sorted(schemas.items())},
        },
    }


def _channel(channel: Channel, schemas: Mapping[str, Schema]) -> Document:
    carried = [name for name in sorted(schemas) if channel.carries(name)]
    return {
        "address": channel.topic,
        "description": f"{channel.about} {PARTITION}" if channel.ours else channel.about,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in carried},
        "bindings": {
            "kafka": {
                "topic": channel.topic,
                "topicConfiguration": {
                    "cleanup.policy": ["delete"],
                    "retention.ms": -1,
                    "retention.bytes": -1,
                },
                "bindingVersion": KAFKA,
            }
        },
    }


def _operations(channel: Channel) -> list[tuple[str, Document]]:
    reference = {"$ref": f"#/channels/{channel.topic}"}
    name = channel.topic.replace(".", "-")
    if not channel.ours:
        about = "Reports are taken once, as facts of ours, or refused with field and rule."
        return [(f"{name}-receive", {"action": "receive", "channel": reference, "summary": about})]
    return [
        (
            f"{name}-send",
            {
                "action": "send",
                "channel": reference,
                "summary": f"The service {channel.writer} publishes its log; nobody else writes here.",
            },
        ),
        (
            f"{name}-receive",
            {
                "action": "receive",
                "channel": reference,
                "summary": "Services of the district, and departments' own systems, read it.",
            },
        ),
    ]


def _message(name: str, schema: Schema) -> Document:
    kind = "ReportHeaders" if reported(name) else "RecordedHeaders"
    own = {
        "ce_type": {"type": "string", "const": type_of(name)},
        "ce_dataschema": {"type": "string", "const": name},
    }
    made: Document = {
        "name": name,
        "title": type_of(name),
        "summary": str(schema.get("description", "")),
        "contentType": "application/json",
        "headers": {"allOf": [{"$ref": f"#/components/schemas/{kind}"}, {"properties": own}]},
        "payload": _payload(name, schema),
        "bindings": {"kafka": {"bindingVersion": KAFKA}},
        "x-golden-example": f"examples/{name}.json",
    }
    if not reported(name):
        made["bindings"]["kafka"]["key"] = KEY
    return made


def _payload(name: str, schema: Schema) -> Document:
    if not schema.get("x-restricted"):
        return {"$ref": f"./schemas/{name}.json"}
    return {
        "type": "string",
        "contentEncoding": "base64url",
        "description": (
            "Restricted: closed under the audience key of the service in `ce_audience` (AES-256-GCM), which "
            "the vault gives to that service, to history and to audit. "
            f"Opened, it is schemas/{name}.json."
        ),
        "x-opened": f"./schemas/{name}.json",
    }
