"""Logs: nothing that identifies a person gets into a line, whichever way it is tried."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import pytest
import structlog
from pydantic import BaseModel

from events.sealed import Sealed
from services.chassis.logs import configure
from services.chassis.redaction import BLACK, redact
from services.chassis.refusal import Conflict

NAME = "欧阳测试"
ID_NUMBER = "431202199001010017"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    stream = io.StringIO()
    configure("DEBUG", stream=stream)
    yield stream
    root.handlers[:], root.level = before
    structlog.reset_defaults()


def last(lines: io.StringIO) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(lines.getvalue().splitlines()[-1])
    return parsed


@pytest.mark.parametrize(
    "personal",
    [
        ID_NUMBER,
        "43120219900101001X",
        "４３１２０２１９９００１０１００１ｘ",
        "431202 19900101 0017",
        "431202-19900101-001-7",
        "431202900101001",
        "13812345678",
        "138 1234 5678",
        "+86-138-1234-5678",
        "１３８１２３４５６７８",
        "6222021234567890123",
        "6222 0212 3456 7890 123",
    ],
)
def test_personal_numbers_are_blacked_out_of_any_text(personal: str) -> None:
    for text in (personal, f"证件{personal}，已登记", f"id={personal};x", f"户{personal}人_{personal}_"):
        assert BLACK in redact(text)
        assert not any(char.isdigit() for char in redact(text)), redact(text)


@pytest.mark.parametrize(
    "harmless",
    [
        "01930b2e-6f3a-7c11-9f00-138123456789",
        "12345678-1234-1234-1234-123456789012",
        "9" * 31 + "a",
        "0" * 63 + "f",
        "2026-11-24T13:29:56.123456+00:00",
        "from 2026-11-24 to 2026-12-24",
        "/431202/living",
        "431202001000",
        "sequence 10000000 of 12000000",
        "",
    ],
)
def test_ids_digests_dates_and_codes_stay(harmless: str) -> None:
    assert redact(harmless) == harmless


def test_a_line_is_json_with_its_plain_values(lines: io.StringIO) -> None:
    someone = UUID(int=7)
    structlog.get_logger("doudi").info(
        "taken", person=someone, day=date(2025, 3, 1), count=3, inner={"a": [1]}
    )
    line = last(lines)
    assert line["event"] == "taken"
    assert line["level"] == "info"
    assert line["logger"] == "doudi"
    assert line["person"] == str(someone)
    assert line["day"] == "2025-03-01"
    assert line["count"] == 3
    assert line["inner"] == {"a": [1]}


def test_what_is_no_plain_value_shows_only_its_type(lines: io.StringIO) -> None:
    class Person(BaseModel):
        name: str

    @dataclass
    class Row:
        name: str

    structlog.get_logger().info(
        "seen",
        model=Person(name=NAME),
        row=[Row(NAME)],
        sealed=Sealed.of(NAME, UUID(int=1)),
        raw=NAME.encode(),
        number=int(ID_NUMBER),
        **{ID_NUMBER: 1},
    )
    text = lines.getvalue()
    assert NAME not in text
    assert ID_NUMBER not in text
    assert last(lines)["row"] == ["<Row>"]
    assert last(lines)["number"] == BLACK


def test_the_standard_library_s_loggers_go_the_same_way(lines: io.StringIO) -> None:
    logging.getLogger("httpx").warning("no answer for %s from %s", ID_NUMBER, "broker")
    assert last(lines)["event"] == f"no answer for {BLACK} from broker"
    logging.getLogger("uvicorn.error").info("started")
    assert last(lines)["logger"] == "uvicorn.error"
    logging.getLogger("uvicorn.access").info("GET /people?name=%s", NAME)
    assert NAME not in lines.getvalue()


def test_kafka_s_client_tells_its_tries_only_where_everything_is_told() -> None:
    for level, told in (("INFO", False), ("DEBUG", True)):
        stream = io.StringIO()
        configure(level, stream=stream)
        logging.getLogger("kafka.net.manager").error("Connection failed for %s", ID_NUMBER)
        logging.getLogger("kafka.consumer.fetcher").debug("Adding fetch request")
        assert (f"Connection failed for {BLACK}" in stream.getvalue()) is told
        assert "fetch" not in stream.getvalue()
        assert ID_NUMBER not in stream.getvalue()


def test_an_exception_shows_where_it_happened_and_not_what_it_held(lines: io.StringIO) -> None:
    class Person(BaseModel):
        age: int

    def fail() -> None:
        try:
            Person.model_validate({"age": NAME})
        except ValueError as error:
            raise KeyError(NAME) from error

    try:
        fail()
    except KeyError:
        structlog.get_logger().exception("failed")
        logging.getLogger("elsewhere").exception("failed there")
    assert NAME not in lines.getvalue()
    for text in lines.getvalue().splitlines():
        first, cause = json.loads(text)["exception"]
        assert first["kind"] == "KeyError"
        assert "said" not in first
        assert any(place.endswith(" fail") for place in first["at"])
        assert cause["said"] == "age: int_parsing"


def test_our_own_refusals_and_the_system_s_errors_speak(lines: io.StringIO) -> None:
    refusal = Conflict("id-number-taken", "证件号码已登记。", "This ID number is taken.")
    structlog.get_logger().warning("refused", error=refusal)
    assert last(lines)["error"].endswith("id-number-taken: This ID number is taken.")
    structlog.get_logger().warning("down", error=ConnectionRefusedError(111, "Connection refused"))
    assert "Connection refused" in last(lines)["error"]
