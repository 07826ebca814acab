"""Help of every fund, granted by the real services and paid by the real finance, to be told again with a fault in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from events.ids import PersonId
from services import finance
from services.disability import filing
from tests.disability.town import Town
from tests.finance.treasury import Treasury, beside
from tests.history.audited import Told, clean, told_by, told_of
from tests.living.aid import Aid
from tests.living.tekun import TekunOffice


@dataclass(frozen=True)
class Paid:
    """`period`: the last that was paid; `due`: by when it had to be; `service`: that granted it."""

    lived: Callable[[], tuple[Told, ...]]
    service: str
    programme: str
    period: str
    due: date


@cache
def tekun() -> tuple[Told, ...]:
    """An old man, supported at home, for two months."""
    with TemporaryDirectory() as folder:
        office = TekunOffice(Path(folder))
        household, person = office.alone()
        treasury = beside(office, 2021)
        office.tekun(household, person)
        treasury.account(household, person)
        for month in ("2021-08", "2021-09"):
            office.until(date.fromisoformat(f"{month}-02"))
            assert treasury.pay(month)
        return told_by(office, treasury)


@cache
def relief() -> tuple[Told, ...]:
    """A fire, and what is paid once for it."""
    with TemporaryDirectory() as folder:
        aid = Aid(Path(folder))
        household, person = aid.one()
        treasury = beside(aid)
        aid.relieved(household, person, "fire-1")
        treasury.account(household, person)
        assert treasury.pay(f"{aid.today:%Y-%m}") == 1
        return told_by(aid, treasury)


@cache
def disability() -> tuple[Told, ...]:
    """The care subsidy of somebody whose card makes it begin by itself, for two months."""
    with TemporaryDirectory() as folder, Town(Path(folder), more=[finance.SERVICE]) as town:
        home, (person,) = town.family()
        treasury = Treasury(
            town.runtime("finance"), lambda: town.today, town.host.drain, fund="disability-subsidies"
        )
        disabled(town, person)
        treasury.account(home, person)
        for month in ("2020-08", "2020-09"):
            town.until(date.fromisoformat(f"{month}-05"))
            assert treasury.pay(month)
        names = ("policy", "registry", "disability", "finance")
        return told_of({name: town.runtime(name) for name in names})


def disabled(town: Town, person: PersonId) -> None:
    town.do(filing.issue, person, town.card_number(person, grade=1))
    town.do(filing.consent, person, "person")
    town.do(filing.find_need, person, True)


EVERY = {
    "dibao": Paid(clean, "living", "dibao", "2020-10", date(2020, 10, 31)),
    "tekun": Paid(tekun, "living", "tekun", "2021-09", date(2021, 9, 30)),
    "relief": Paid(relief, "living", "relief-emergency", "part-1", date(2020, 9, 30)),
    "disability": Paid(disability, "disability", "disability-care", "2020-09", date(2020, 9, 30)),
}
