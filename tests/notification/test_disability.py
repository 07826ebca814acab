"""What of a disabled person is told to whom: subsidies that follow by themselves, cards, homes, places, carers (三(七))."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from events import assistance as a
from events import disability as d
from events.ids import CaseId, InstitutionId, PersonId
from events.living import InstitutionRegistered
from events.notification import MessageComposed, SummaryBegun
from services import notification
from services.disability import care, filing
from services.notification.wording import TEMPLATES
from services.registry.people import Particulars
from tests.disability.town import GROUNDS, HERE, OFFICER, Town

HOME = f"township:{HERE.township}"
FEDERATION, FINANCE = "department:disabled-federation", "department:finance"
CIVIL_AFFAIRS = "department:civil-affairs"
Told = list[tuple[str, str]]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with Town(tmp_path, more=[notification.SERVICE]) as town:
        yield town
        assert town.differences("notification") == []
        assert town.runtime("notification").unready() == []


def news(town: Town) -> list[MessageComposed]:
    """What was composed since this was asked last, of what disability tells."""
    words = {"subsidy", "card", "home", "placed", "left", "carer", "month", "granted", "case"}
    told = town.facts("notification", MessageComposed)
    found = told[getattr(town, "heard", 0) :]
    town.heard = len(told)  # type: ignore[attr-defined]
    return [one for one in found if one.template.partition("_")[0].partition(".")[0] in words]


def told(town: Town) -> Told:
    return [(one.recipient, one.template) for one in news(town)]


def text(town: Town, message: MessageComposed) -> str:
    """As the recipient reads it."""
    whom = town.vault.open_text(message.subject_name) if message.subject_name else "编号"
    number = str(message.person or message.household)
    return "\n".join(TEMPLATES[message.template].render(message.values | {"number": number, "whom": whom}))


def disabled(town: Town, grade: int = 2) -> PersonId:
    """With a card, consent, and need of care: on the care subsidy."""
    _, (person,) = town.family()
    town.do(filing.issue, person, town.card_number(person, grade=grade))
    town.do(filing.find_need, person, True)
    news(town)
    town.do(filing.consent, person, "person")
    return person


@pytest.mark.clause("D1")
def test_whoever_gets_a_subsidy_without_applying_is_told_so_and_what_to_do_if_it_is_wrong(town: Town) -> None:
    person = disabled(town)
    messages = news(town)
    assert [(one.recipient, one.template) for one in messages] == [
        (HOME, "subsidy_started.township"),
        (FINANCE, "subsidy_started.department"),
        (FEDERATION, "subsidy_started.department"),
    ], "and nothing of an application that nobody has made"
    said = text(town, messages[0])
    assert "石某某符合重度残疾人护理补贴条件，自2020年8月1日起每月60.00元" in said
    assert "无需本人申请" in said and "认为有误的" in said and "撤回同意" in said and "行政复议" in said
    assert {one.person for one in messages} == {person}
    assert all(one.subject_name is None for one in messages[1:])
    assert all("石某某" not in text(town, one) for one in messages[1:])


@pytest.mark.clause("D1")
def test_whoever_loses_it_is_told_how_to_have_it_put_right(town: Town) -> None:
    person = disabled(town)
    news(town)
    town.do(filing.change, person, town.card_number(person, grade=3), "regraded")
    messages = news(town)
    assert [(one.recipient, one.template) for one in messages] == [
        (HOME, "subsidy_ended.township"),
        (FINANCE, "subsidy_ended.department"),
        (FEDERATION, "subsidy_ended.department"),
    ]
    said = text(town, messages[0])
    assert "石某某的重度残疾人护理补贴自2020年9月1日起终止" in said
    assert "认为有误的" in said and "更正后自动恢复，无需重新申请" in said
    assert messages[0].values.keys() == {"programme", "reason", "since"}, "how grave it is, is in no message"


@pytest.mark.clause("D1")
def test_another_sum_is_told_to_the_person_and_to_who_pays(town: Town) -> None:
    person = disabled(town)
    [case] = town.told(a.SubsidyGranted, "disability-care")
    news(town)
    said = {name: getattr(case, name) for name in ("case", "programme", "household", "members", "grounds")}
    changed = a.Adjusted(**said, amount_fen=90_00, since=date(2020, 10, 1), reason="standard_changed")
    town.say("disability", (case.case, changed))
    messages = news(town)
    assert [one.recipient for one in messages] == [HOME, FINANCE, FEDERATION]
    assert "自2020年10月1日起调整为每月90.00元" in text(town, messages[0])
    assert {one.person for one in messages} == {person}


@pytest.mark.clause("D1")
def test_the_month_of_the_subsidies_is_one_sum_of_its_own_beside_that_of_living(town: Town) -> None:
    for _ in range(2):
        disabled(town)
    home, (other,) = town.family()
    dibao = town.dibao(home, [other], date(2020, 8, 1))
    granted = a.MonthGranted(
        case=dibao, programme="dibao", household=home, members=(other,), month="2020-08", amount_fen=380_00,
        illustrative=True,
    )  # fmt: skip
    town.say("living", (dibao, granted))
    town.until(town.today + timedelta(days=2))
    sums = {
        (one.recipient, one.template): (one.values["cases"], one.values["total_fen"])
        for one in town.facts("notification", MessageComposed)
        if one.template.startswith("month")
    }
    assert sums == {
        (FINANCE, "month_granted.department"): ("1", "38000"),
        (HOME, "month_granted.township"): ("1", "38000"),
        (FINANCE, "month_subsidised.department"): ("2", "12000"),
        (FEDERATION, "month_subsidised.department"): ("2", "12000"),
        (HOME, "month_subsidised.township"): ("2", "12000"),
    }
    assert {one.domain for one in town.facts("notification", SummaryBegun)} == {"living", "disability"}


@pytest.mark.clause("D5")
def test_a_card_that_ends_is_told_three_months_before_and_again_when_nobody_has_renewed_it(
    town: Town,
) -> None:
    person = town.alone()
    town.do(filing.issue, person, town.card_number(person), until=date(2020, 11, 5))
    assert told(town) == []
    town.until(date(2020, 8, 5))
    assert told(town) == [(HOME, "card_expiring.township"), (FEDERATION, "card_expiring.department")]
    # a renewed one is told of at its own time
    town.do(filing.change, person, town.card_number(person), "renewed", until=date(2020, 11, 9))
    town.until(date(2020, 8, 9))
    assert told(town) == [(HOME, "card_expiring.township"), (FEDERATION, "card_expiring.department")]
    assert [one.until for one in town.facts("disability", d.CardExpiring)] == [
        date(2020, 11, 5), date(2020, 11, 9),
    ]  # fmt: skip
    town.do(filing.void, person, "mistake")
    assert told(town) == [(HOME, "card_void.township")]
    gone = town.alone()
    town.do(filing.issue, gone, town.card_number(gone), until=town.today)
    town.until(town.today + timedelta(days=1))
    assert told(town)[-2:] == [(HOME, "card_expired.township"), (FEDERATION, "card_expired.department")]


@pytest.mark.clause("D3")
def test_a_device_is_told_in_the_name_of_who_gets_it_and_not_of_the_head(town: Town) -> None:
    home, (_, person) = town.family(2)
    town.registry(lambda register: register.correct_person(person, Particulars(name="石小某")))
    said = _case(home, person, "assistive-device")
    town.say("disability", (said["case"], _granted(said, 800_00)))
    township, finance = news(town)
    assert "石小某家庭的辅助器具适配补贴" in text(town, township) and "一次性给予800.00元" in text(
        town, township
    )
    assert (township.recipient, finance.recipient) == (HOME, FINANCE)


@pytest.mark.clause("D4")
def test_a_home_is_told_when_it_is_accepted_and_not_as_an_allowance_that_ends(town: Town) -> None:
    home, (person,) = town.family()
    said = _case(home, person, "home-adaptation")
    adapted = d.HomeAdapted(person=person, case=said["case"], household=home, on=town.today)
    ended = a.Exited(**said, reason="completed", since=town.today, grounds=GROUNDS)
    town.say("disability", (person, adapted))
    town.say("disability", (said["case"], ended))
    assert told(town) == [(HOME, "home_adapted.township")]


@pytest.mark.clause("D6")
def test_a_place_is_told_at_home_and_to_who_pays_for_care_there(town: Town) -> None:
    person = disabled(town, grade=1)
    house = InstitutionId.of(town.ids.random())
    registered = InstitutionRegistered(institution=house, title="某敬老院", township=HERE.township, beds=9)
    town.say("living", (house, registered))
    town.do(care.wish, person, "institution", "person")
    news(town)
    town.do(care.place, person, house)
    messages = news(town)
    assert [(one.recipient, one.template) for one in messages] == [
        (HOME, "placed_in_care.township"),
        (CIVIL_AFFAIRS, "placed_in_care.department"),
    ]
    assert "按本人意愿" in text(town, messages[0])
    town.do(care.leave, person, "wish")
    assert told(town) == [(HOME, "left_care.township"), (CIVIL_AFFAIRS, "left_care.department")]


@pytest.mark.clause("D7")
def test_a_carer_is_told_and_so_is_that_there_is_none_any_more(town: Town) -> None:
    person, neighbour = disabled(town, grade=1), town.alone()
    town.do(care.wish, person, "home", "person")
    news(town)
    town.do(care.name_carer, person, "neighbour", carer=neighbour)
    assert told(town) == [(HOME, "carer_named.township")]
    town.registry(lambda register: register.die(neighbour, town.today))
    assert told(town) == [(HOME, "carer_gone.township"), (FEDERATION, "carer_gone.department")]


@pytest.mark.clause("D5")
def test_a_card_under_a_registration_that_was_merged_is_told_where_the_person_lives(town: Town) -> None:
    person, duplicate = town.alone(), town.alone()
    town.do(filing.issue, duplicate, town.card_number(duplicate), until=town.today)
    town.registry(lambda register: register.merge_people(person, duplicate))
    news(town)
    town.until(town.today + timedelta(days=1))
    messages = news(town)
    assert [one.recipient for one in messages] == [HOME, FEDERATION]
    assert {one.person for one in messages} == {person}


def _case(home: Any, person: PersonId, programme: str) -> dict[str, Any]:
    return {"case": CaseId.of(uuid4()), "programme": programme, "household": home, "members": (person,)}


def _granted(said: dict[str, Any], fen: int) -> a.SubsidyGranted:
    return a.SubsidyGranted(
        **said, amount_fen=fen, period="once", since=date(2020, 8, 3), confirmed=date(2020, 8, 3), officer=OFFICER,
        grounds=GROUNDS,
    )  # fmt: skip
