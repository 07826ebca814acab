"""A file through the gate, piece by piece: the same as an upload of it, or nothing at all (V2)."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from events import service
from events import verification as v
from events.base import Actor
from events.ids import AgreementId
from services import verification
from services.chassis import jwe
from services.chassis.gate import Receipt
from services.chassis.vault import Erased
from services.verification import pieces as pieces_of
from services.verification import sending
from services.verification.cutting import cut
from tests.verification.given import Bureau, csv_file, json_lines, number_of
from tests.verification.test_postgres import PostgresBureau

pytestmark = pytest.mark.clause("V2")
Message = dict[str, Any]
CARS = ("id_number", "kind", "registered")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def bureau(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bureau]:
    with ExitStack() as stack:
        if request.param == "postgres":
            found: Bureau = PostgresBureau(tmp_path, request.getfixturevalue("postgres"), stack)
            found.doer = verification.Doer(found.bureau, found.records, 2)
            found.host.senders.append(found.doer.step)
        else:
            found = Bureau(tmp_path)
        with found:
            yield found
            assert found.differences("verification") == []


class Department:
    """A department's own system, which cuts its files after every 40 bytes: in the middle of numbers and letters."""

    def __init__(self, bureau: Bureau, agreement: AgreementId, department: str = "civil-affairs") -> None:
        self.bureau, self.agreement, self.department = bureau, agreement, department
        self.jwk = sending.public_key(bureau.bureau, agreement)

    def cut(self, content: bytes, name: str = "data.csv", as_of: date | None = None) -> list[Message]:
        return list(
            cut(
                io.BytesIO(content), name, sending=uuid4(), agreement=self.agreement, jwk=self.jwk, source="/traffic",
                as_of=as_of or self.bureau.today, size=40,
            )
        )  # fmt: skip

    def send(self, message: Message) -> Receipt:
        runtime = self.bureau.bureau
        cause = runtime.cause(Actor(self.department, "gate"))
        return verification.GATE.take(runtime, message, cause, self.bureau.records)

    def send_all(self, messages: Sequence[Message]) -> Receipt:
        """The last answer; every other message is taken."""
        *first, last = messages
        for message in first:
            assert self.send(message).taken
        return self.send(last)


def refused(receipt: Receipt) -> tuple[str, str]:
    assert not receipt.taken
    return receipt.field, receipt.rule


def changed(message: Message, **data: Any) -> Message:
    """The same under another id, with other data."""
    return {**message, "id": str(uuid4()), "data": {**message["data"], **data}}


@pytest.fixture
def department(bureau: Bureau) -> Department:
    return Department(bureau, bureau.share("vehicles"))


def cars(bureau: Bureau) -> bytes:
    """Two good rows of two people, one repeated, a stranger's, one of another day, a column beyond the agreement."""
    _, (one, two) = bureau.helped(2)
    first, second = bureau.numbers[one], bureau.numbers[two]
    return csv_file(
        (*CARS, "owner"),
        (first, "小型汽车", "2019-05-01", "石某某"),
        (first, "小型汽车", "2019-05-01", "石某某"),
        (number_of(900), "car", "2019-05-01", "龙某某"),
        (second, "car", "2021-01-01", "麻某某"),
        (second, "motorcycle", "2019-05-01", "麻某某"),
    )


def test_a_file_through_the_gate_is_what_an_upload_of_it_is(bureau: Bureau, department: Department) -> None:
    content = cars(bureau)
    assert department.send_all(department.cut(content)).taken
    [sent] = bureau.facts("verification", v.FeedReceived)
    assert (sent.rows, sent.matched, sent.strangers, sent.refused, sent.beyond) == (5, 2, 1, 2, ("owner",))
    assert sent.digest == hashlib.sha256(content).hexdigest()
    # The same uploaded changes nothing, and the other way round.
    row = bureau.deliver(department.agreement, content)
    assert row["feed"] == sent.feed and len(bureau.facts("verification", v.FeedReceived)) == 1
    assert department.send_all(department.cut(content)).taken
    assert len(bureau.facts("verification", v.FeedReceived)) == 1
    # A newer one uploaded has the same rows and the same refusals as one that came through the gate.
    upload = bureau.deliver(department.agreement, content, as_of=date(2020, 8, 2))["feed"]
    kept = [list(bureau.records.refusals(feed)) for feed in (sent.feed, upload)]
    assert kept[0] == kept[1] != []


def test_json_lines_come_by_http_at_the_gate_too(bureau: Bureau) -> None:
    agreement = bureau.share("death")
    _, (person,) = bureau.helped()
    office = bureau.office(sending_department := "health")
    key = office.get(f"/agreements/{agreement}/key").json()
    content = json_lines({"id_number": bureau.numbers[person], "died": "2020-07-01"})
    department = Department(bureau, agreement, sending_department)
    assert key == department.jwk
    for message in department.cut(content, "deaths.jsonl"):
        answer = office.post("/gate", json=message)
        assert answer.status_code == 200, answer.text
    [received] = bureau.facts("verification", v.FeedReceived)
    assert (received.matched, received.source) == (1, "death")
    # Who is not the source's department gets neither key nor answer.
    other = bureau.office("education")
    assert other.get(f"/agreements/{agreement}/key").status_code == 403
    assert other.post("/gate", json=department.cut(content, "deaths.jsonl")[0]).status_code == 403


def test_every_message_may_come_again_and_gets_the_same_answer(
    bureau: Bureau, department: Department
) -> None:
    messages = department.cut(cars(bureau))
    for number, message in enumerate(messages):
        first = department.send(message)
        head = bureau.bureau.store.head()
        assert [department.send(one) for one in messages[: number + 1]][-1] == first
        assert bureau.bureau.store.head() == head, "nothing was recorded"
    assert len(bureau.facts("verification", v.FeedReceived)) == 1


def test_a_step_made_before_a_crash_is_made_once(
    bureau: Bureau, department: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Put beside the log, and then the process dies before its answer is recorded."""
    gate = verification.GATE
    for message in department.cut(cars(bureau)):
        with monkeypatch.context() as dying:
            dying.setattr(type(gate), "_receive", _dies)
            with pytest.raises(OSError, match="killed"):
                department.send(message)
        assert department.send(message).taken
    [received] = bureau.facts("verification", v.FeedReceived)
    assert (received.rows, received.matched) == (5, 2)


def _dies(*_: object) -> None:
    raise OSError("killed")


def test_the_answer_to_a_file_refused_whole_is_the_same_after_a_crash(
    bureau: Bureau, department: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    *first, last = department.cut(csv_file(("id_number", "registered")))
    department.send_all(first)
    with monkeypatch.context() as dying:
        dying.setattr(type(verification.GATE), "_receive", _dies)
        with pytest.raises(OSError, match="killed"):
            department.send(last)
    assert refused(department.send(last)) == ("data.kind", "column-missing")
    assert len(bureau.facts("verification", v.FeedRefused)) == 1


def test_what_is_out_of_order_repeated_or_missing_is_refused_and_the_file_goes_on(
    bureau: Bureau, department: Department
) -> None:
    opened, first, second, *rest, closed = department.cut(cars(bureau))
    assert refused(department.send(first)) == ("data.file", "file-not-opened")
    assert department.send(opened).taken
    assert refused(department.send(changed(opened))) == ("data.file", "file-opened")
    assert refused(department.send(changed(second))) == ("data.number", "piece-missing-before")
    first = changed(first)  # what was refused under its id stays refused: it is sent under another
    assert department.send(first).taken
    assert refused(department.send(changed(first))) == ("data.number", "piece-repeated")
    assert department.send(second).taken
    assert refused(department.send(changed(closed))) == ("data.pieces", "pieces-missing")
    assert department.send_all([*rest, closed]).taken
    for late in (second, closed):
        assert refused(department.send(changed(late))) == ("data.file", "file-ended")
    [received] = bureau.facts("verification", v.FeedReceived)
    assert received.rows == 5


@pytest.mark.parametrize(
    ("content", "field", "rule"),
    [
        (csv_file(("id_number", "registered")), "data.kind", "column-missing"),
        (csv_file((*CARS, "kind")), "data.kind", "column-twice"),
        (b"\xff\xfe\x00", "data.file", "csv-encoding"),
    ],
)
def test_a_file_of_another_form_is_refused_whole_as_an_upload_is(
    bureau: Bureau, department: Department, content: bytes, field: str, rule: str
) -> None:
    messages = department.cut(content)
    answer = department.send_all(messages)
    assert refused(answer) == (field, rule)
    [refusal] = bureau.facts("verification", v.FeedRefused)
    assert (f"data.{refusal.field}", refusal.rule) == (field, rule)
    assert bureau.facts("verification", v.FeedReceived) == []
    assert list(bureau.records.pieces.contents(UUID(messages[0]["data"]["file"]))) == []


def test_a_wrong_digest_and_data_of_a_day_to_come_are_refused_and_nothing_stays(
    bureau: Bureau, department: Department
) -> None:
    *first, closed = department.cut(cars(bureau))
    department.send_all(first)
    assert refused(department.send(changed(closed, digest="0" * 64))) == ("data.digest", "digest")
    assert refused(department.send(closed)) == ("data.file", "file-ended")
    [refusal] = bureau.facts("verification", v.FeedRefused)
    assert (refusal.field, refusal.rule) == ("digest", "digest")
    tomorrow = department.cut(cars(bureau), as_of=date(2020, 8, 4))
    assert refused(department.send(tomorrow[0])) == ("data.as_of", "day-in-future")
    assert refused(department.send(tomorrow[1])) == ("data.file", "file-not-opened")
    assert bureau.facts("verification", v.FeedReceived) == []


def test_a_file_that_is_too_large_is_refused_and_nothing_stays(
    bureau: Bureau, department: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "MOST_BYTES", 100)
    opened, *pieces, _ = department.cut(cars(bureau))
    answers = [department.send(message) for message in (opened, *pieces)]
    assert [one.rule for one in answers if not one.taken][:2] == ["file-too-large", "file-ended"]
    [refusal] = bureau.facts("verification", v.FeedRefused)
    assert refusal.rule == "file-too-large"


def test_a_piece_not_closed_for_the_agreement_is_refused_and_can_be_sent_anew(
    bureau: Bureau, department: Department
) -> None:
    opened, first, *rest = department.cut(cars(bureau))
    department.send(opened)
    clear = changed(first, content="id_number,kind")
    stranger = jwe.close(b"x", jwe.public_jwk(jwe.private_key(bytes(48)).public_key()))
    altered = first["data"]["content"][:-4] + "AAAA"
    for message in (clear, changed(first, content=stranger), changed(first, content=altered)):
        assert refused(department.send(message)) == ("data.content", "not-closed")
    assert department.send_all([first, *rest]).taken


def test_a_file_cut_off_counts_for_nothing_and_is_on_record_the_day_after(
    bureau: Bureau, department: Department
) -> None:
    opened, *pieces, closed = department.cut(cars(bureau))
    department.send_all([opened, *pieces])
    bureau.pass_days(1)
    bureau.host.close_days(bureau.today)
    bureau.host.drain()
    [refusal] = bureau.facts("verification", v.FeedRefused)
    assert (refusal.field, refusal.rule) == ("file", "file-cut-off")
    assert refused(department.send(closed)) == ("data.file", "file-ended")
    assert bureau.facts("verification", v.FeedReceived) == []
    file = UUID(opened["data"]["file"])
    assert list(bureau.records.pieces.contents(file)) == []


def test_a_department_that_begins_again_gives_up_what_it_began_before(
    bureau: Bureau, department: Department
) -> None:
    content = cars(bureau)
    department.send_all(department.cut(content)[:3])
    assert department.send_all(department.cut(content)).taken
    assert [one.rule for one in bureau.facts("verification", v.FeedRefused)] == ["file-cut-off"]
    assert len(bureau.facts("verification", v.FeedReceived)) == 1


def test_nothing_is_sent_without_an_agreement_in_force_and_after_its_end_nobody_opens_what_was(
    bureau: Bureau, department: Department
) -> None:
    messages = department.cut(cars(bureau))
    asked = bureau.office().post(
        "/agreements",
        json={"source": "tax", "fields": ["id_number", "income"], "until": "2022-08-01", "conditional": True},
    )
    early = changed(messages[0], agreement=asked.json()["agreement"])
    assert refused(department.send(early)) == ("data.agreement", "agreement-state")
    assert refused(department.send(changed(messages[0], agreement=str(uuid4())))) == (
        "data.agreement", "not-found",
    )  # fmt: skip
    department.send_all(messages[:3])
    bureau.office().post(f"/agreements/{department.agreement}/end", json={"reason": "not_needed"})
    bureau.host.drain()
    assert refused(department.send(messages[3])) == ("data.agreement", "agreement-state")
    with pytest.raises(Erased):
        bureau.vault.derived(department.agreement, "delivery", jwe.SEED_BYTES)


def test_no_number_of_a_person_lies_in_clear_in_what_is_sent_kept_or_recorded(
    bureau: Bureau, department: Department
) -> None:
    content = cars(bureau)
    number = content.decode("utf-8-sig").splitlines()[1][:18]
    messages = department.cut(content)
    department.send_all(messages[:-1])
    file = UUID(messages[0]["data"]["file"])
    assert number not in repr(messages) + repr(list(bureau.records.pieces.contents(file)))
    department.send(messages[-1])
    assert number.encode() not in b"".join(entry.data for entry in bureau.bureau.log())
    received = bureau.facts("verification", service.ReportReceived)
    assert len(received) == len(messages)


def test_a_piece_that_is_another_process_s_by_now_is_no_second_one(
    bureau: Bureau, department: Department
) -> None:
    new = pieces_of.Sending(uuid4(), department.agreement, bureau.today, "csv", bureau.today, opened_by="m/0")
    kept = bureau.records.pieces
    kept.open(new)
    assert kept.add(new.file, 1, "m/1", "one", 3) and kept.add(new.file, 1, "m/1", "one", 3)
    assert not kept.add(new.file, 1, "other", "else", 4)
    found = kept.find(new.file)
    assert found is not None and (found.pieces, found.bytes) == (1, 3)
    assert list(kept.contents(new.file)) == ["one"]
