"""The sender against real servers: what arrives, what is tried again and when, what is left to a person."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from events.base import Event
from events.notification import Channel, MessageComposed, SendingFailed, SendingStarted, Sent
from events.service import Unsealed
from services import notification
from services.notification.channels import Channels, MailChannel, MailServer, NullChannel, WebhookChannel
from services.notification.model import BACK_OFF, IN_DOUBT_AFTER
from services.notification.outgoing import Outgoing
from services.notification.sending import Sender
from tests.notification.servers import Mailbox, Receiver, free_port, mail_server, webhook_receiver
from tests.notification.upstreams import NAME, TOWNSHIP, Family, upstream
from tests.support import District

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
TOWN = f"township:{TOWNSHIP}"
FINANCE = "department:finance"
LONG = IN_DOUBT_AFTER + timedelta(seconds=1)


class Post:
    """A district, one family, and a sender to whatever channels a test names."""

    def __init__(self, folder: Path) -> None:
        services = [upstream("registry"), upstream("living"), notification.SERVICE]
        self.district = District(folder, services)
        self.family = Family.registered(self.district.runtime("registry"), self.district.runtime("living"))

    def sender(self, otherwise: Any = None, **by_recipient: Any) -> Sender:
        codes = {"town": TOWN, "finance": FINANCE}
        channels = Channels(
            {codes[name]: channel for name, channel in by_recipient.items()}, otherwise or NullChannel()
        )
        return Sender(self.district.runtime("notification"), channels, self.district.clock)

    def facts(self, *types: type[Event]) -> list[Any]:
        return self.district.facts("notification", *types)

    def told(self, recipient: str) -> MessageComposed:
        return next(one for one in self.facts(MessageComposed) if one.recipient == recipient)

    def pass_time(self, by: timedelta) -> None:
        self.district.clock.advance_to(self.district.clock.now() + by)


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    found = Post(tmp_path)
    yield found
    assert found.district.differences("notification") == []
    found.district.close()


def mail(mailbox: Mailbox, **options: Any) -> MailChannel:
    server = MailServer("127.0.0.1", mailbox.port, "doudi@hecheng.example", **({"tls": "none"} | options))
    return MailChannel(server, "office@huangjinao.example")


def webhook(receiver: Receiver, **options: Any) -> WebhookChannel:
    return WebhookChannel(receiver.url, SECRET, **options)


# -- mail


def test_a_township_gets_a_chinese_mail_with_the_name_and_the_opening_is_recorded(post: Post) -> None:
    post.family.accept()
    post.district.host.drain()
    with mail_server() as mailbox:
        assert post.sender(town=mail(mailbox)).send_due() == 1
    message = post.told(TOWN)
    (letter,) = mailbox.mails
    assert letter["Message-ID"] == f"<{message.message}@hecheng.example>"
    assert letter["To"] == "office@huangjinao.example"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Subject"] == f"【兜底保障】最低生活保障申请已受理：{NAME}"
    assert f"{NAME}家庭的最低生活保障申请已于2020年8月3日受理" in letter.get_content()
    started, opened, sent = post.facts(SendingStarted, Unsealed, Sent)
    assert (started.attempt, started.channel, sent.attempt) == (1, Channel.MAIL, 1)
    assert opened.purpose == "发送通知 accepted.township"
    assert [str(one) for one in opened.people] == [str(post.family.person)]


def test_what_is_recorded_of_a_sending_follows_from_the_composing(post: Post) -> None:
    post.family.accept()
    post.district.host.drain()
    post.sender().send_due()
    log = list(post.district.log("notification"))
    composed = next(one.envelope for one in log if isinstance(one.data, MessageComposed))
    for one in log:
        if isinstance(one.data, (SendingStarted, Sent)):
            assert one.envelope.causationid == composed.id
            assert one.envelope.correlationid == composed.correlationid


def test_a_message_about_an_erased_person_speaks_of_a_number(post: Post) -> None:
    post.family.accept()
    post.district.host.drain()
    post.district.vault.erase(post.family.person)
    with mail_server() as mailbox:
        post.sender(town=mail(mailbox)).send_due()
    assert f"编号{post.family.household}" in str(mailbox.mails[0]["Subject"])
    assert post.facts(Unsealed) == []


def test_a_name_crosses_no_network_in_clear() -> None:
    def says_names(**options: Any) -> bool:
        return MailChannel(MailServer("mail.example", 25, "a@b.example", **options), "c@d.example").says_names

    assert says_names(tls="starttls")
    assert says_names(tls="tls")
    assert not says_names(tls="none")


def test_a_server_that_is_busy_gets_the_very_same_mail_later(post: Post) -> None:
    post.family.accept()
    post.district.host.drain()
    with mail_server() as mailbox:
        mailbox.answers = ["451 try later", "250 OK"]
        sender = post.sender(town=mail(mailbox))
        assert sender.send_due() == 1
        assert sender.send_due() == 0, "not before its time"
        (failed,) = post.facts(SendingFailed)
        assert (failed.reason, failed.final) == ("smtp 451", False)
        assert failed.again == post.district.clock.now() + BACK_OFF[0]
        post.pass_time(BACK_OFF[0])
        assert sender.send_due() == 1
    assert len(mailbox.mails) == 1
    assert [one.attempt for one in post.facts(SendingStarted)] == [1, 2]
    assert [one.attempt for one in post.facts(Sent)] == [2]


@pytest.mark.parametrize("where", ["recipient", "content"])
def test_a_server_that_says_never_is_not_asked_again(post: Post, where: str) -> None:
    post.family.accept()
    post.district.host.drain()
    with mail_server() as mailbox:
        if where == "recipient":
            mailbox.recipient_answer = "550 no such office"
        else:
            mailbox.answers = ["554 not this"]
        sender = post.sender(town=mail(mailbox))
        sender.send_due()
        post.pass_time(timedelta(days=30))
        assert sender.send_due() == 0
    (failed,) = post.facts(SendingFailed)
    assert failed.final
    assert failed.reason == ("smtp 550" if where == "recipient" else "smtp 554")
    assert failed.again is None


def test_the_back_off_ends_with_a_person(post: Post) -> None:
    post.family.accept()
    post.district.host.drain()
    nobody = Mailbox(port=free_port())
    sender = post.sender(town=mail(nobody))
    waits = []
    while sender.send_due():
        failed = post.facts(SendingFailed)[-1]
        if failed.again is None:
            break
        waits.append(failed.again - post.district.clock.now())
        post.pass_time(waits[-1] - timedelta(seconds=1))
        assert sender.send_due() == 0
        post.pass_time(timedelta(seconds=1))
    assert waits == list(BACK_OFF)
    assert [one.final for one in post.facts(SendingFailed)] == [False] * 5 + [True]
    assert {one.reason for one in post.facts(SendingFailed)} == {"smtp no connection"}


def test_a_server_that_does_not_know_starttls_gets_nothing(post: Post) -> None:
    post.family.accept()
    post.district.host.drain()
    with mail_server() as mailbox:
        post.sender(town=mail(mailbox, tls="starttls")).send_due()
    assert mailbox.mails == []
    assert post.facts(SendingFailed)[0].reason == "smtp not supported"


# -- webhooks


def test_a_department_gets_a_signed_cloud_event_without_a_name(post: Post) -> None:
    post.family.grant()
    post.district.host.drain()
    with webhook_receiver() as receiver:
        post.sender(finance=webhook(receiver)).send_due()
    message = post.told(FINANCE)
    (call,) = receiver.calls
    event = json.loads(call.body)
    assert call.headers["content-type"].startswith("application/cloudevents+json")
    assert {key: event[key] for key in ("specversion", "id", "source", "type", "subject")} == {
        "specversion": "1.0",
        "id": str(message.message),
        "source": "/431202/notification",
        "type": "notification.granted.department",
        "subject": f"household/{post.family.household}",
    }
    assert event["data"]["values"]["amount_fen"] == "35600"
    assert "示例标准" in event["data"]["text"]
    assert NAME not in call.body.decode()
    # Verified as a receiver would, from the specification and not with our own function.
    headers = call.headers
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + call.body
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["webhook-id"] == str(message.message)
    assert [one.attempt for one in post.facts(Sent) if one.message == message.message] == [1]


def test_a_receiver_that_refuses_drops_and_dawdles_gets_it_once_it_behaves(post: Post) -> None:
    post.family.grant()
    post.district.host.drain()
    with webhook_receiver() as receiver:
        receiver.answers = [500, 0, 302, 404, 204]
        sender = post.sender(finance=webhook(receiver, timeout=httpx.Timeout(0.5)))
        sender.send_due()
        for wait in BACK_OFF[:4]:
            post.pass_time(wait)
            assert sender.send_due() == 1
        assert sender.send_due() == 0
    assert [one.reason for one in post.facts(SendingFailed)] == [
        "http 500",
        "http no connection",
        "http 302",  # not followed: five calls, all to the address that was set
        "http 404",
    ]
    assert len(receiver.calls) == 5
    assert len({call.headers["webhook-id"] for call in receiver.calls}) == 1
    assert len({call.body for call in receiver.calls}) == 1, "the same to the byte"


def test_a_receiver_that_answers_too_late_gets_it_again_under_the_same_id(post: Post) -> None:
    post.family.grant()
    post.district.host.drain()
    with webhook_receiver() as receiver:
        receiver.slow_seconds = 1.0
        sender = post.sender(finance=webhook(receiver, timeout=httpx.Timeout(0.2)))
        sender.send_due()
        assert post.facts(SendingFailed)[0].reason == "http timeout"
        receiver.slow_seconds = 0.0
        post.pass_time(BACK_OFF[0])
        sender.send_due()
    assert [call.headers["webhook-id"] for call in receiver.calls] == [str(post.told(FINANCE).message)] * 2


def test_a_receiver_that_is_gone_is_not_called_again(post: Post) -> None:
    post.family.grant()
    post.district.host.drain()
    with webhook_receiver() as receiver:
        receiver.answers = [410]
        sender = post.sender(finance=webhook(receiver))
        sender.send_due()
        post.pass_time(timedelta(days=30))
        sender.send_due()
    assert len(receiver.calls) == 1
    assert [(one.reason, one.final) for one in post.facts(SendingFailed)] == [("http 410", True)]


# -- attempts in doubt, and several senders


class Dying(NullChannel):
    """The process dies when the other side has the message and before it can be said."""

    kind = Channel.MAIL
    together = 1

    def __init__(self) -> None:
        self.taken: list[Outgoing] = []

    def send(self, message: Outgoing) -> None:
        self.taken.append(message)
        raise SystemExit


def test_an_attempt_in_doubt_is_repeated_under_its_id_and_after_many_a_person_is_asked(post: Post) -> None:
    post.family.accept()
    post.district.host.drain()
    dying = Dying()
    sender = post.sender(town=dying)
    while True:
        try:
            if not sender.send_due():
                break
        except SystemExit:
            assert sender.send_due() == 0, "somebody may still be at it"
        post.pass_time(LONG)
    assert {one.id for one in dying.taken} == {post.told(TOWN).message}
    assert [one.attempt for one in dying.taken] == [1, 2, 3, 4, 5, 6]
    assert [(one.reason, one.final, one.attempt) for one in post.facts(SendingFailed)] == [
        ("in doubt", True, 6)
    ]


def test_one_who_wakes_up_late_does_not_undo_what_another_has_said(post: Post) -> None:
    post.family.accept()
    post.district.host.drain()
    other = post.sender()

    class Paused(Dying):
        def send(self, message: Outgoing) -> None:
            post.pass_time(LONG)
            assert other.send_due() == 1

    assert post.sender(town=Paused()).send_due() == 1
    assert [one.attempt for one in post.facts(SendingStarted)] == [1, 2]
    assert [one.attempt for one in post.facts(Sent)] == [2], "sent is said once"


def test_two_senders_on_one_store_send_each_message_once(post: Post) -> None:
    for _ in range(20):
        Family.registered(post.family.registry, post.family.living).accept()
    post.district.host.drain()
    channel = Dying()
    channel.send = channel.taken.append  # type: ignore[method-assign]  # takes all that comes
    first = post.sender(town=channel)
    process = post.district.another(notification.SERVICE)
    second = Sender(process, Channels({TOWN: channel}), post.district.clock)
    first.start()
    second.start()
    while len(post.facts(Sent)) < 20:
        first._stop.wait(0.05)
    first.stop()
    second.stop()
    assert len(channel.taken) == 20
    assert len({one.id for one in channel.taken}) == 20
    process.store.close()


def test_the_console_begins_many_in_one_commit(post: Post) -> None:
    for _ in range(30):
        Family.registered(post.family.registry, post.family.living).accept()
    post.district.host.drain()
    before = post.district.runtime("notification").store.head().revision
    assert post.sender().send_due() == 30
    assert post.district.runtime("notification").store.head().revision == before + 2


def test_what_is_summed_up_is_sent_too(post: Post) -> None:
    post.family.grant_month("2020-09")
    post.district.host.drain()
    post.district.host.senders.append(post.sender().send_due)
    post.district.host.settle(date(2020, 8, 4))
    assert {one.message for one in post.facts(Sent)} == {one.message for one in post.facts(MessageComposed)}
