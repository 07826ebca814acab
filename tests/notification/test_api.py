"""HTTP: how messages stand, whose they are to see, and what a person decides about those that failed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from events.notification import Channel, GivenUp, MessageComposed, RetryAsked, Sent
from services import notification
from services.chassis.departments import Department
from services.notification.channels import Channels, NullChannel
from services.notification.model import IN_DOUBT_AFTER
from services.notification.outgoing import Outgoing, Refused
from services.notification.sending import Sender
from tests.notification.upstreams import NAME, TOWNSHIP, Family, upstream
from tests.support import District

OTHER = "431202001000"
REASON = {"reason": "地址已更正"}


class Moody(NullChannel):
    """Takes, refuses or dies, as it is told."""

    kind = Channel.MAIL
    together = 1
    mood = "refuse"

    def send(self, message: Outgoing) -> None:
        if self.mood == "refuse":
            raise Refused("smtp 550")
        if self.mood == "die":
            raise SystemExit


class Desk:
    def __init__(self, folder: Path) -> None:
        services = [upstream("registry"), upstream("living"), notification.SERVICE]
        self.district = District(folder, services)
        self.district.serve("notification", notification.routers, notification.VIEWS)
        self.family = Family.registered(self.district.runtime("registry"), self.district.runtime("living"))
        self.channel = Moody()
        channels = Channels({f"township:{TOWNSHIP}": self.channel}, NullChannel())
        self.sender = Sender(self.district.runtime("notification"), channels, self.district.clock)
        self.family.grant()
        self.district.host.drain()

    def send(self) -> None:
        self.sender.send_due()
        self.district.host.follow()

    def get(self, path: str, department: str = "civil-affairs", **who: Any) -> Any:
        self.district.host.follow()
        answer = self.district.client("notification", department, **who).get(path)
        assert answer.status_code == 200, answer.text
        assert NAME not in answer.text
        assert str(self.family.person) not in answer.text
        assert str(self.family.household) not in answer.text
        return answer.json()

    def post(self, path: str, body: Any = REASON, department: str = "civil-affairs", **who: Any) -> Any:
        return self.district.client("notification", department, **who).post(path, json=body)

    @property
    def message(self) -> str:
        (found,) = [
            one.message
            for one in self.district.facts("notification", MessageComposed)
            if one.recipient.startswith("township:")
        ]
        return str(found)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    found = Desk(tmp_path)
    yield found
    assert found.district.differences("notification") == []
    found.district.close()


def test_messages_are_listed_with_their_state_and_counted(desk: Desk) -> None:
    assert desk.get("/messages/counts") == {"counts": {"waiting": 2}}
    desk.send()
    assert desk.get("/messages/counts") == {"counts": {"failed": 1, "sent": 1}}
    page = desk.get("/messages")
    failed, sent = page["items"]
    assert page["next"] is None
    assert (failed["state"], failed["failure"], failed["channel"], failed["attempts"]) == (
        "failed",
        "smtp 550",
        "mail",
        1,
    )
    assert (sent["state"], sent["template"], sent["recipient"]) == (
        "sent",
        "granted.department",
        "department:finance",
    )
    assert [one["state"] for one in desk.get("/messages?state=sent")["items"]] == ["sent"]


def test_pages_follow_each_other_without_gap_or_repeat(desk: Desk) -> None:
    for _ in range(4):
        Family.registered(desk.family.registry, desk.family.living).grant()
    desk.district.host.drain()
    seen: list[str] = []
    path = "/messages?limit=3"
    while True:
        page = desk.get(path)
        seen += [one["message"] for one in page["items"]]
        if page["next"] is None:
            break
        path = f"/messages?limit=3&cursor={page['next']}"
    composed = desk.district.facts("notification", MessageComposed)
    assert seen == [str(one.message) for one in composed]


def test_each_sees_what_is_theirs(desk: Desk) -> None:
    assert len(desk.get("/messages", "audit")["items"]) == 2
    assert [one["recipient"] for one in desk.get("/messages", "finance")["items"]] == ["department:finance"]
    assert desk.get("/messages/counts", "health") == {"counts": {}}
    mine = desk.get("/messages", township=TOWNSHIP)["items"]
    assert [one["recipient"] for one in mine] == [f"township:{TOWNSHIP}"]
    assert desk.get("/messages", township=OTHER)["items"] == []


def test_one_that_failed_for_good_is_tried_again_at_a_persons_word(desk: Desk) -> None:
    desk.send()
    assert [one["message"] for one in desk.get("/messages/attention")["failed"]] == [desk.message]
    answer = desk.post(f"/messages/{desk.message}/retry")
    assert answer.json() == {"message": desk.message, "state": "waiting", "attempts": 1}
    desk.channel.mood = "take"
    desk.send()
    assert desk.get("/messages/attention")["failed"] == []
    assert [one.attempt for one in desk.district.facts("notification", Sent)] == [1, 2]
    (asked,) = desk.district.facts("notification", RetryAsked)
    assert asked.reason == "地址已更正"


def test_one_in_doubt_is_listed_once_nobody_can_be_at_it_any_more(desk: Desk) -> None:
    desk.channel.mood = "die"
    with pytest.raises(SystemExit):
        desk.send()
    assert desk.get("/messages/attention")["in_doubt"] == []
    desk.district.clock.advance_to(desk.district.clock.now() + IN_DOUBT_AFTER + timedelta(seconds=1))
    assert [one["message"] for one in desk.get("/messages/attention")["in_doubt"]] == [desk.message]
    answer = desk.post(f"/messages/{desk.message}/retry")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:doudi:problem:message-being-sent")


def test_one_given_up_is_not_sent_until_somebody_asks_again(desk: Desk) -> None:
    assert desk.post(f"/messages/{desk.message}/give-up").json()["state"] == "given_up"
    desk.channel.mood = "take"
    desk.district.clock.advance_to(desk.district.clock.now() + timedelta(days=9))
    desk.send()
    assert desk.get("/messages/counts") == {"counts": {"given_up": 1, "sent": 1}}
    assert desk.post(f"/messages/{desk.message}/give-up").status_code == 409
    assert desk.post(f"/messages/{desk.message}/retry").json()["state"] == "waiting"
    desk.send()
    assert desk.get("/messages/counts") == {"counts": {"sent": 2}}
    assert desk.post(f"/messages/{desk.message}/retry").status_code == 409
    assert desk.post(f"/messages/{desk.message}/give-up").status_code == 409


def test_a_reason_holds_no_persons_number(desk: Desk) -> None:
    desk.post(f"/messages/{desk.message}/give-up", {"reason": "本人431202199001010015要求"})
    (fact,) = desk.district.facts("notification", GivenUp)
    assert "431202199001010015" not in fact.reason


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 422), ({"reason": " "}, 422), ({"reason": "x" * 201}, 422), ({"reason": 5}, 422)],
)
def test_a_decision_says_why(desk: Desk, body: dict[str, Any], status: int) -> None:
    answer = desk.post(f"/messages/{desk.message}/give-up", body)
    assert answer.status_code == status
    assert answer.json()["errors"][0]["field"] == "reason"
    assert desk.district.facts("notification", GivenUp) == []


def test_who_may_not_decide_is_refused(desk: Desk) -> None:
    path = f"/messages/{desk.message}/give-up"
    assert desk.post(path, department=Department.FINANCE).status_code == 403
    assert desk.post(path, township=OTHER).status_code == 403
    assert desk.post(f"/messages/{uuid4()}/retry").status_code == 404
    assert desk.get("/messages/counts") == {"counts": {"waiting": 2}}
