"""From a fact to a message: to whom, in which words, once; and nothing of a person in the log in clear."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from events.ids import PaperId
from events.notification import MessageComposed, SummaryBegun
from events.policy import PaperLapseNear
from services import notification
from services.chassis.clock import midnight
from services.notification.tellings import TELLINGS, Telling
from services.notification.wording import TEMPLATES, TemplateError, check
from tests.notification.upstreams import NAME, TOWNSHIP, Family, upstream
from tests.support import District, speaker


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    with District(tmp_path, [upstream("registry"), upstream("living"), notification.SERVICE]) as found:
        yield found


@pytest.fixture
def family(district: District) -> Family:
    return Family.registered(district.runtime("registry"), district.runtime("living"))


def composed(district: District) -> list[MessageComposed]:
    district.host.drain()
    return district.facts("notification", MessageComposed)


@pytest.mark.parametrize(
    ("happens", "told"),
    [
        (
            "enrol",
            {
                f"township:{TOWNSHIP}": "enrolled.township",
                "department:medical-insurance": "enrolled.department",
            },
        ),
        ("recategorise", {f"township:{TOWNSHIP}": "recategorised.township"}),
        (
            "leave",
            {f"township:{TOWNSHIP}": "exited.township", "department:medical-insurance": "exited.department"},
        ),
        ("accept", {f"township:{TOWNSHIP}": "accepted.township"}),
        ("post", {f"township:{TOWNSHIP}": "notice_posted.township"}),
        ("grant", {f"township:{TOWNSHIP}": "granted.township", "department:finance": "granted.department"}),
        ("decline", {f"township:{TOWNSHIP}": "declined.township"}),
        (
            "end",
            {f"township:{TOWNSHIP}": "case_ended.township", "department:finance": "case_ended.department"},
        ),
        ("contest", {f"township:{TOWNSHIP}": "contested.township"}),
        ("review_overdue", {"department:civil-affairs": "review_overdue.department"}),
        ("review_decided", {f"township:{TOWNSHIP}": "review_decided.township"}),
        (
            "arrears",
            {
                f"township:{TOWNSHIP}": "arrears_granted.township",
                "department:finance": "arrears_granted.department",
            },
        ),
        (
            "recovery",
            {
                f"township:{TOWNSHIP}": "recovery_ordered.township",
                "department:finance": "recovery_ordered.department",
            },
        ),
        (
            "die",
            {
                f"department:{name}": "died.department"
                for name in ("civil-affairs", "finance", "human-resources", "medical-insurance")
            },
        ),
    ],
)
def test_each_fact_is_told_once_to_each_who_must_know(
    district: District, family: Family, happens: str, told: dict[str, str]
) -> None:
    event = getattr(family, happens)()
    messages = composed(district)
    assert {one.recipient: one.template for one in messages} == told
    assert len(messages) == len(told)
    assert {one.about for one in messages} == {event}
    assert len({one.message for one in messages}) == len(messages)
    district.host.drain()
    assert composed(district) == messages
    assert district.differences("notification") == []


def test_the_words_are_those_of_the_office(district: District, family: Family) -> None:
    family.grant()
    township, finance = composed(district)
    values = township.values | {"whom": NAME, "number": str(family.household)}
    subject, text = TEMPLATES[township.template].render(values)
    assert subject == f"【兜底保障】最低生活保障确认通知：{NAME}"
    assert (
        "已于2020年8月20日确认，自2020年9月1日起每月356.00元（金额按示例标准测算，不作为发放依据）。" in text
    )
    subject, text = TEMPLATES[finance.template].render(finance.values | {"number": str(family.household)})
    assert NAME not in subject + text
    assert str(family.household) in text


def test_what_is_paid_once_is_not_told_as_a_sum_a_month(district: District, family: Family) -> None:
    family.grant(83_400, "once")
    township, finance = composed(district)
    for one in (township, finance):
        _, text = TEMPLATES[one.template].render(one.values | {"number": "1", "whom": NAME})
        assert "已于2020年8月20日确认，一次性给予834.00元" in text
        assert "每月" not in text


def test_a_status_without_money_is_told_to_the_township_alone_and_names_no_sum(
    district: District, family: Family
) -> None:
    family.grant(0, "once")
    (township,) = composed(district)
    assert township.recipient == f"township:{TOWNSHIP}"
    _, text = TEMPLATES[township.template].render(township.values | {"number": "1", "whom": NAME})
    assert "自2020年9月1日起有效" in text
    assert "元" not in text


def test_a_name_lies_in_the_log_only_as_a_box_and_only_for_the_township(
    district: District, family: Family
) -> None:
    family.enrol()
    township, department = composed(district)
    assert township.subject_name is not None
    assert township.subject_name.clear is None
    assert district.vault.open_text(township.subject_name) == NAME
    assert department.subject_name is None
    assert NAME.encode() not in (district.folder / "notification.db").read_bytes()


def test_a_month_is_told_as_one_sum_a_recipient_not_as_one_letter_a_family(
    district: District, family: Family
) -> None:
    other = Family.registered(
        district.runtime("registry"), district.runtime("living"), township="431202001000"
    )
    neighbour = Family.registered(district.runtime("registry"), district.runtime("living"))
    family.grant()
    before = len(composed(district))
    first = family.grant_month("2020-09", 35_600)
    neighbour.grant_month("2020-09", 40_000)
    other.grant_month("2020-09", 50_000)
    assert len(composed(district)) == before
    assert len(district.facts("notification", SummaryBegun)) == 1

    district.clock.advance_to(midnight(date(2020, 8, 4)))
    district.host.settle(date(2020, 8, 4))
    summary = {one.recipient: one for one in composed(district)[before:]}
    assert {code: (one.values["cases"], one.values["total_fen"]) for code, one in summary.items()} == {
        "department:finance": ("3", "125600"),
        f"township:{TOWNSHIP}": ("2", "75600"),
        "township:431202001000": ("1", "50000"),
    }
    assert {one.about for one in summary.values()} == {first}
    _, text = TEMPLATES["month_granted.township"].render(
        summary[f"township:{TOWNSHIP}"].values | {"number": "", "whom": ""}
    )
    assert "黄金坳镇" in text
    assert "2020年9月应发放救助金的家庭共2户，合计756.00元（金额按示例标准测算，不作为发放依据）" in text
    assert district.differences("notification") == []


def test_grants_that_come_after_the_sum_are_told_as_a_new_sum_of_the_whole_month(
    district: District, family: Family
) -> None:
    late = Family.registered(district.runtime("registry"), district.runtime("living"))
    family.grant_month("2020-09")
    district.host.settle(date(2020, 8, 4))
    late.grant_month("2020-09")
    district.host.drain()
    district.host.settle(date(2020, 8, 5))
    sums = [one.values for one in composed(district) if one.recipient == "department:finance"]
    assert [one["cases"] for one in sums] == ["1", "2"]
    assert district.differences("notification") == []


def test_a_household_nobody_here_knows_is_told_to_civil_affairs(district: District, family: Family) -> None:
    stranger = Family(
        family.registry,
        family.living,
        family.person,
        type(family.household).of(district.ids.random()),
        family.case,
    )
    stranger.accept()
    assert [one.recipient for one in composed(district)] == ["department:civil-affairs"]


# -- the templates themselves


def test_every_template_of_the_table_is_there_and_says_only_what_it_may() -> None:
    assert {name.partition(".")[0] for name in TEMPLATES} == TELLINGS.keys()
    assert not any(one.says_whom() for name, one in TEMPLATES.items() if name.endswith(".department"))


@pytest.mark.parametrize(
    "content",
    [
        "主题\n正文 {whom}\n",  # a name, to a department
        "主题\n正文 {salary}\n",
        "主题\n正文 {number.__class__}\n",
        "主题\n正文 {number!r}\n",
        "主题\n正文 {number:>99999999}\n",
        "主题\n正文 {}\n",
        "主题\n正文 {0}\n",
        "主题\n正文 {number\n",
        "主题\n",
        "",
    ],
)
def test_a_template_that_says_more_than_it_may_is_refused_at_start(content: str) -> None:
    telling = Telling(("since",), township=False, departments=TELLINGS["died"].departments)
    assert check({"gone.department": "主题\n{number} {since}\n"}, {"gone": telling})
    with pytest.raises(TemplateError):
        check({"gone.department": content}, {"gone": telling})


def test_a_missing_or_superfluous_template_is_refused_at_start() -> None:
    telling = Telling((), township=True)
    with pytest.raises(TemplateError, match=r"gone\.township"):
        check({}, {"gone": telling})
    with pytest.raises(TemplateError, match="old"):
        check({"gone.township": "主题\n正文\n", "old.township": "主题\n正文\n"}, {"gone": telling})


@pytest.mark.clause("Z1")
def test_civil_affairs_hears_that_a_paper_will_lapse_and_nobody_else(tmp_path: Path) -> None:
    services = [upstream("registry"), upstream("living"), speaker("policy", PaperId), notification.SERVICE]
    with District(tmp_path, services) as district:
        paper = PaperId(int=7, version=4)
        fact = PaperLapseNear(
            paper=paper, code="hecheng-2020-43", number="鹤民发〔2020〕43号", digest="0" * 64, last=date(2025, 7, 26),
            on=date(2025, 1, 27),
        )  # fmt: skip
        district.say("policy", (paper, fact))
        [message] = composed(district)
        assert (message.recipient, message.person) == ("department:civil-affairs", None)
        subject, text = TEMPLATES[message.template].render(message.values | {"number": ""})
        assert "鹤民发〔2020〕43号" in subject and "有效期至2025年7月26日" in text
