"""A department's file taken from disk, as an operator would: with what became of it, and the same again."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from typer.testing import CliRunner

from events import verification as v
from events.ids import AgreementId
from services.chassis.codec import read
from services.chassis.embedded import EmbeddedHost
from services.chassis.settings import Settings
from services.chassis.work import Work
from services.cli import app
from services.cli.house import ROOMS, House
from services.registry.acts import Register
from services.registry.identity import IdNumber
from services.registry.people import Particulars
from services.verification import sharing
from tests.verification.given import OFFICER, number_of

pytestmark = pytest.mark.clause("V2")
SERVICES = [name for name in ROOMS if name != "history"]


def doudi(*words: str) -> tuple[int, str]:
    told = CliRunner().invoke(app, ["verification", "take", *words])
    return told.exit_code, told.output


def agreed(data: Path) -> AgreementId:
    """A district with one registered person and an agreement on vehicles."""
    house = House(Settings(data=data), names=SERVICES)
    said = Particulars(name="石某某", id_number=IdNumber.read(number_of(1), date(2026, 1, 1)))
    house.runtimes["registry"].decide(lambda work: Register(work).register_person(said, synthetic=True))
    EmbeddedHost(list(house.runtimes.values())).drain()

    def agree(work: Work) -> AgreementId:
        until = date(work.today.year + 1, 1, 1)
        fields = ("id_number", "kind")
        identifier = sharing.request(
            work, "vehicles", fields, OFFICER, conditional=True, every_months=3, floor_fen=0, until=until
        )
        sharing.grant(work, identifier, OFFICER)
        return identifier

    agreement = house.runtimes["verification"].decide(agree)
    house.close()
    return agreement


def received(data: Path) -> list[v.FeedReceived]:
    house = House(Settings(data=data), names=["verification"])
    runtime = house.runtimes["verification"]
    facts = [read(entry, runtime.around.keys).data for entry in runtime.log()]
    house.close()
    return [fact for fact in facts if isinstance(fact, v.FeedReceived)]


def test_a_file_is_taken_from_disk_once_and_one_of_another_form_is_refused(tmp_path: Path) -> None:
    data, file = tmp_path / "var", tmp_path / "cars.csv"
    agreement = agreed(data)
    said = ("--by", str(OFFICER), "--data", str(data), "--as-of", "2026-01-31")
    file.write_text("id_number,colour\n", encoding="utf-8")
    code, output = doudi(str(file), *said, "--agreement", str(UUID(int=7, version=4)))
    assert code == 2 and "agreement: " in output
    said = (*said, "--agreement", str(agreement))
    code, output = doudi(str(file), *said)
    assert code == 2 and "kind: " in output and "协议约定" in output
    rows = (f"{number_of(n)},car" for n in (1, 2, 3))
    file.write_text("\n".join(["id_number,kind", *rows, "x,car"]), encoding="utf-8")
    first = doudi(str(file), *said)
    assert first[0] == 0 and "rows=4 matched=1 strangers=2 refused=1" in first[1]
    [fact] = received(data)
    assert (fact.as_of, fact.officer, str(fact.feed) in first[1]) == (date(2026, 1, 31), OFFICER, True)
    again = doudi(str(file), *said)
    assert again[0] == 0 and str(fact.feed) in again[1] and len(received(data)) == 1
    assert number_of(1) not in first[1] + again[1]
