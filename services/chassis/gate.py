"""The gate for departments' own systems: a CloudEvents message becomes our fact, once, or a refusal.

The same `take` serves HTTP and the topics `in.<department>`. A message is known by (department, source,
id). Sent again with the same content it gets the same answer and changes nothing; with other content it is
refused. Whatever comes is on record: `service.ReportReceived` with the fact it became, in one decision, or
`service.ReportRefused` with field and rule. What is no fact of ours (a piece of a department's file) is put beside the log
first. A refusal stands: who mends a report sends it under a new id.

What is recorded of a message is in clear, so sources and ids that look like somebody's number are refused.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from pydantic import ValidationError

from events.base import CATALOGUE, Event, Recorded
from events.service import ReportReceived, ReportRefused
from services.chassis.departments import Department
from services.chassis.redaction import redact
from services.chassis.refusal import Malformed, Refused
from services.chassis.runtime import Runtime
from services.chassis.service import Service, Shelf
from services.chassis.wording import broken_rules
from services.chassis.work import Cause, Work

E = TypeVar("E", bound=Event)
REPORTS = "reports."
Message = Mapping[str, Any]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/~@#+-]{0,199}", re.ASCII)
_SOURCE = re.compile(r"[A-Za-z0-9/][A-Za-z0-9._:/~@#+-]{0,199}", re.ASCII)
_FIELD = re.compile(r"[a-z0-9_.]{0,100}", re.ASCII)  # any other text would be the sender's, recorded in clear
_ATTRIBUTE = re.compile(r"[a-z0-9]{1,20}", re.ASCII)
_NESTING = 32
"""Lists and objects in each other. Beyond Python's own limit the message could not even be written down."""
_CONTENT = ("type", "dataschema", "subject", "time", "datacontenttype", "data")


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to a message, the same for every repeat. `report`: the event that records it."""

    source: str
    id: str
    taken: bool
    report: UUID
    field: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A report as it came, for what is put beside the log. `key`: the message, the same whenever it is read again."""

    runtime: Runtime
    cause: Cause
    key: str
    beside: Any
    """Where what lies beside the log is put: the service's own."""


Decide = Callable[[Work, Any], None]
Put = Callable[[Arrived, Any], None]


@dataclass(frozen=True, slots=True)
class Contract:
    """A type of report: who may send it, and what it is for us: a decision, or something put beside the log."""

    departments: frozenset[Department]
    decide: Decide | None = None
    put: Put | None = None


class Gate:
    """Declared beside a service's reactions: `gate.takes(DeathReported, Department.HEALTH)(decide)`."""

    def __init__(self, service: Service, rest: bool = True) -> None:
        """`rest`: it refuses what no gate takes; one gate of all that read the topics does."""
        self._rest = rest
        self._contracts: dict[str, tuple[type[Event], Contract]] = {}
        service.keep(ReportReceived, ReportRefused, of=service.name)(_a_report_is_answered_once)

    def takes(
        self, report: type[E], *departments: Department
    ) -> Callable[[Callable[[Work, E], None]], Callable[[Work, E], None]]:
        """Register what a report becomes: `decide(work, report)` records our facts or raises Refused."""

        def register(decide: Callable[[Work, E], None]) -> Callable[[Work, E], None]:
            self._contracts[report.TYPE] = report, Contract(frozenset(departments), decide=decide)
            return decide

        return register

    def puts(
        self, report: type[E], *departments: Department
    ) -> Callable[[Callable[[Arrived, E], None]], Callable[[Arrived, E], None]]:
        """Register what is done with a report that is no fact: `put(arrived, report)` puts it beside the log or raises
        Refused, before the decision that records the answer. A crash between the two does it again: the same message
        then changes nothing, and gets the same answer."""

        def register(put: Callable[[Arrived, E], None]) -> Callable[[Arrived, E], None]:
            self._contracts[report.TYPE] = report, Contract(frozenset(departments), put=put)
            return put

        return register

    @property
    def departments(self) -> frozenset[Department]:
        """Who may report anything here."""
        return frozenset(one for _, contract in self._contracts.values() for one in contract.departments)

    def is_for_another(self, message: Message) -> bool:
        """Whether a message on a topic is another gate's: of a type that it takes, or of none that anybody takes."""
        told = message.get("type")
        if isinstance(told, str) and told in self._contracts:
            return False
        known = {shape.TYPE for shape in CATALOGUE.values() if shape.TYPE.startswith(REPORTS)}
        return not self._rest or (isinstance(told, str) and told in known)

    def take(self, runtime: Runtime, message: Message, cause: Cause, beside: Any = None) -> Receipt:
        """Take one message of the department of `cause.actor`: what is put `beside` the log first, then the decision.

        Never raises for what the message says: a refusal is recorded, and is the answer.
        """
        put = self._put(runtime, message, cause, beside)
        return runtime.decide(lambda work: self._receive(work, message, put), cause)

    def _put(self, runtime: Runtime, message: Message, cause: Cause, beside: Any) -> Refused | None:
        """Why what is put beside the log was not; None also where there is no such thing, or it is answered already."""
        _, contract = self._contracts.get(str(message.get("type")), (None, None))
        if contract is None or contract.put is None:
            return None
        digest, department = _digest(message), cause.actor.department
        key = _key_of(message, department, digest)
        look = runtime.looking()
        if look.fact("report", key) is not None or look.fact("report", f"{key}|{digest}") is not None:
            return None
        try:
            _, report = self._read(message, department)
            contract.put(Arrived(runtime, cause, f"{key}|{digest}", beside), report)
        except Refused as refused:
            return refused
        return None

    def _receive(self, work: Work, message: Message, put: Refused | None) -> Receipt:
        digest = _digest(message)
        department = work.cause.actor.department
        key = _key_of(message, department, digest)
        for place in (key, f"{key}|{digest}"):
            row = work.fact("report", place)
            if row is not None and row["digest"] == digest:
                return _receipt(row)
        try:
            if work.fact("report", key) is not None:
                raise Malformed(
                    "report-id-reused",
                    "该编号已用于内容不同的另一报告。",
                    "This id was used for a report with other content.",
                    field="id",
                )
            contract, report = self._read(message, department)
        except Refused as refused:
            return self._record(work, message, digest, (refused.field, refused.slug))
        mark = work.mark()
        try:
            if put is not None:
                raise put
            if contract.decide is not None:
                contract.decide(work, report)
        except Refused as refused:
            work.rollback(mark)
            return self._record(work, message, digest, (f"data.{refused.field}", refused.slug))
        return self._record(work, message, digest, None)

    def _read(self, message: Message, department: str) -> tuple[Contract, Event]:
        _check_envelope(message)
        report_type = message["type"]
        if not isinstance(report_type, str) or report_type not in self._contracts:
            raise Malformed(
                "report-type-unknown",
                "未知的报告类型。",
                f"The type is none of {', '.join(sorted(self._contracts))}.",
                field="type",
            )
        shape, contract = self._contracts[report_type]
        if department not in contract.departments:
            raise NotEntitled
        _check_version(message.get("dataschema"), shape)
        try:
            # In JSON mode and strictly: text is no number and a number no date.
            return contract, shape.model_validate_json(json.dumps(message.get("data")), strict=True)
        except ValidationError as error:
            rule = broken_rules([{**one, "loc": ("data", *one["loc"])} for one in error.errors()])[0]
            # Text that JSON in UTF-8 cannot hold is told as a fault of the whole, which here is the data.
            place = "data" if rule.field == "body" else rule.field
            raise Malformed(rule.rule, rule.zh, rule.en, field=place) from error

    def _record(self, work: Work, message: Message, digest: str, refused: tuple[str, str] | None) -> Receipt:
        """`refused`: field and rule."""
        told = {
            "report_source": _told(message, "source", _SOURCE),
            "report_id": _told(message, "id", _NAME),
            "report_type": _told(message, "type", _NAME),
            "digest": digest,
        }
        fact: ReportReceived | ReportRefused
        if refused is None:
            fact = ReportReceived(**told)
        else:
            place, rule = refused
            fact = ReportRefused(**told, field=place if _FIELD.fullmatch(place) else "data", rule=rule)
        recorded = work.record(work.service.own(work.around.district), fact)
        return _receipt(_row(recorded.envelope.id, fact))


class NotEntitled(Refused):
    """The type is another department's to report."""

    status = 403
    SLUG = "report-not-yours"

    def __init__(self) -> None:
        super().__init__(
            self.SLUG,
            "贵单位无权报送该类型的报告。",
            "This type is not yours to report.",
            field="type",
        )


def message_of(headers: Iterable[tuple[str, bytes | None]], value: bytes) -> Message:
    """The structured form of a message as it lies on a topic: binary mode (`ce_` headers) or structured JSON.

    What is no JSON becomes a message that `receive` refuses and records.
    """
    # A header's value may be null; and nesting without end is no ValueError, but as little JSON to us.
    attributes = {
        name[3:]: (text or b"").decode(errors="replace") for name, text in headers if name.startswith("ce_")
    }
    try:
        content = json.loads(value) if value else None
    except (ValueError, RecursionError):
        return {**attributes, "data_base64": hashlib.sha256(value).hexdigest()}
    if attributes:
        return {**attributes, "data": content}
    return content if isinstance(content, dict) else {"data": content}


def _a_report_is_answered_once(
    shelf: Shelf, fact: Recorded[ReportReceived] | Recorded[ReportRefused]
) -> None:
    data = fact.data
    key = _key(fact.envelope.actor.department, data.report_source, data.report_id, data.digest)
    if shelf.get("report", key) is not None:
        key = f"{key}|{data.digest}"  # the first answer under an id stays
    shelf.put("report", key, _row(fact.envelope.id, data))


def _row(event: UUID, data: ReportReceived | ReportRefused) -> dict[str, Any]:
    refused = data if isinstance(data, ReportRefused) else None
    return {
        "digest": data.digest,
        "source": data.report_source,
        "id": data.report_id,
        "report": str(event),
        "refused": refused and [refused.field, refused.rule],
    }


def _receipt(row: Mapping[str, Any]) -> Receipt:
    refused = row["refused"]
    field, rule = refused or ("", "")
    return Receipt(row["source"], row["id"], refused is None, UUID(row["report"]), field, rule)


def _key_of(message: Message, department: str, digest: str) -> str:
    return _key(department, _told(message, "source", _SOURCE), _told(message, "id", _NAME), digest)


def _key(department: str, source: str, id: str, digest: str) -> str:
    """What cannot be told apart by its id is told apart by its content."""
    return f"{department}|{source}|{id}" if source and id else f"{department}|?|{digest}"


def _digest(message: Message) -> str:
    """Of what the sender says; not of what transports add."""
    content = {name: message[name] for name in (*_CONTENT, "data_base64") if name in message}
    content = {name: value for name, value in content.items() if _shallow(value, _NESTING)}
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _shallow(value: Any, left: int) -> bool:
    """Whether lists and objects are in each other at most `left` deep."""
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else None
    return inner is None or (left > 0 and all(_shallow(one, left - 1) for one in inner))


def _told(message: Message, attribute: str, form: re.Pattern[str]) -> str:
    """The attribute if it has the form that may be recorded; else nothing."""
    value = message.get(attribute)
    if isinstance(value, str) and form.fullmatch(value) and redact(value) == value:
        return value
    return ""


def _check_envelope(message: Message) -> None:
    for attribute, value in message.items():
        if not _shallow(value, _NESTING):
            place = "data" if attribute == "data" else ""
            raise _wrong(
                place,
                "nesting",
                f"嵌套不得超过{_NESTING}层。",
                f"Nested more than {_NESTING} deep.",
            )
    if message.get("specversion") != "1.0":
        raise _wrong("specversion", "specversion", "specversion 应为 1.0。", "specversion has to be 1.0.")
    for attribute, form in (("id", _NAME), ("source", _SOURCE)):
        if not _told(message, attribute, form):
            raise _wrong(
                attribute,
                "report-name",
                "应为1至200个字母、数字或 . _ : / ~ @ # + -，且不得含个人号码。",
                "1 to 200 letters, digits or . _ : / ~ @ # + -, and no number of a person.",
            )
    for attribute in ("type", "dataschema", "data"):
        if attribute not in message:
            raise _wrong(attribute, "missing", "缺少必填项。", "This attribute is required.")
    if message.get("datacontenttype", "application/json") != "application/json":
        raise _wrong(
            "datacontenttype", "media-type", "应为 application/json。", "Has to be application/json."
        )
    if "time" in message and not _is_time(message["time"]):
        raise _wrong("time", "datetime_parsing", "应为带时区的时间。", "Must be a time with its zone.")
    for attribute, value in message.items():
        if attribute == "data":
            continue
        if not _ATTRIBUTE.fullmatch(attribute) or not isinstance(value, (str, int, bool)):
            raise _wrong(
                "", "attribute", "CloudEvents 属性名或值无效。", "Not an attribute of CloudEvents 1.0."
            )


def _check_version(schema: Any, shape: type[Event]) -> None:
    if schema == shape.SCHEMA:
        return
    version = str(schema).removeprefix(f"{shape.TYPE}.")
    if version.isdecimal() and len(version) < 9 and int(version) > shape.VERSION and schema not in CATALOGUE:
        raise _wrong(
            "dataschema",
            "report-version-newer",
            f"该版本尚不支持，目前为第{shape.VERSION}版。",
            f"This version is not supported yet; the present one is {shape.VERSION}.",
        )
    raise _wrong(
        "dataschema", "dataschema", f"应为 {shape.SCHEMA}。", f"The schema of this type is {shape.SCHEMA}."
    )


def _is_time(value: Any) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _wrong(field: str, rule: str, zh: str, en: str) -> Malformed:
    return Malformed(rule, zh, en, field=field)
