"""Who signs a letter: a township's office or the district's, with the word its numbers begin with."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from events.letters import OfficeCode
from services.registry.divisions import Division

_SHORTENED = ("街道", "镇", "乡")


class Office(BaseModel):
    """`word`: 城中 of 城中低受〔2021〕12号. `contact`: address and telephone of the office, of no person."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: OfficeCode
    name: str = Field(min_length=2, max_length=40)
    word: str = Field(min_length=1, max_length=10, pattern=r"^\S+$")
    contact: str = Field(default="", max_length=200)


def of_township(township: Division, contact: str = "") -> Office:
    """乡镇人民政府（街道办事处）, as the papers call it."""
    name, word = township.name, township.name
    for ending in _SHORTENED:
        if name.endswith(ending) and len(name) > len(ending) + 1:
            word = name.removesuffix(ending)
            break
    office = name + {"街": "办事处", "镇": "人民政府", "乡": "人民政府"}.get(
        name[len(word) : len(word) + 1], ""
    )
    return Office(code=township.code, name=office, word=word, contact=contact)


def of_district(district: Division, contact: str = "") -> Office:
    """The district's civil affairs bureau: 鹤城区民政局, word 鹤民."""
    word = district.name[0] + "民"
    return Office(code=district.code, name=f"{district.name}民政局", word=word, contact=contact)
