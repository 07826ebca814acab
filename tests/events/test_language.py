"""What every fact keeps to: words, money in whole fen, sealed text, and the people it names."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, get_args, get_origin
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticSerializationError

from events.base import CATALOGUE, Event
from events.contracting.catalogue import facts
from events.contracting.schemas import schema_of
from events.ids import KINDS, CaseId, HouseholdId, Identifier, PersonId, parse_subject
from events.registry import HouseholdRegistered, Member, PersonCorrected, PersonRegistered
from events.sealed import NotSealed, Sealed, map_sealed
from events.service import Parked
from tests.events.shapes import fact, language

CALM = settings(deadline=None)  # a busy machine is no failure

MONEY = re.compile(r"(^|_)(amount|fen|income|deductions?|sum|price|cost|paid|balance|expenditure)(_|$)")
uuids = st.uuids()
people = uuids.map(PersonId.of)


def parts(model: type[BaseModel]) -> list[tuple[str, Any, str]]:
    """Name, type and description of every field of a fact, those of its parts too."""
    found = []
    for name, field in model.model_fields.items():
        found.append((name, field.annotation, field.description or ""))
        for inner in leaves(field.annotation):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                found += parts(inner)
    return found


def leaves(annotation: Any) -> list[Any]:
    if get_origin(annotation) is Annotated:
        return leaves(get_args(annotation)[0])
    inner = [leaf for one in get_args(annotation) for leaf in leaves(one)]
    return inner or [annotation]


@pytest.mark.parametrize("name", facts())
def test_every_fact_says_in_a_sentence_what_happened(name: str) -> None:
    words = facts()[name].__doc__ or ""
    assert len(words.split()) >= 3, f"{name} needs a docstring"
    assert words.rstrip().endswith((".", "。", ")")), f"{name}: a sentence"


@pytest.mark.parametrize("name", facts())
def test_money_is_whole_fen_and_nothing_is_a_float(name: str) -> None:
    for field, annotation, description in parts(facts()[name]):
        assert float not in leaves(annotation), f"{name}.{field}"
        if MONEY.search(field):
            assert set(leaves(annotation)) <= {int, type(None)}, f"{name}.{field} is money: whole fen"
            assert field.endswith("_fen") or "fen" in description, f"{name}.{field} says its unit"


@pytest.mark.parametrize("name", facts())
def test_direct_identifiers_are_never_in_clear(name: str) -> None:
    personal = {"name", "id_number", "id_index", "telephone", "address", "account", "statement", "remarks"}
    for field in personal & facts()[name].model_fields.keys():
        assert Sealed in leaves(facts()[name].model_fields[field].annotation), f"{name}.{field}"


def test_what_was_found_of_a_familys_means_is_restricted() -> None:
    for name, one in facts().items():
        if {"means", "inputs", "worked"} & one.model_fields.keys():
            assert one.RESTRICTED, name


# -- sealed text -------------------------------------------------------------------------------------

texts = st.text(min_size=4).filter(lambda text: text not in repr(Sealed(owners=())))


@CALM
@given(text=texts, owner=people, household=uuids.map(HouseholdId.of))
def test_sealed_text_never_leaves_in_clear(text: str, owner: PersonId, household: HouseholdId) -> None:
    sealed = Sealed.of(text, owner)
    corrected = PersonCorrected(person=owner, name=sealed)
    for write in (corrected.model_dump_json, lambda: corrected.model_dump(mode="json"), corrected.model_dump):
        with pytest.raises((PydanticSerializationError, NotSealed)) as refused:
            write()
        assert text not in str(refused.value)
    with pytest.raises(NotSealed):
        sealed.to_json()
    for shown in (repr(sealed), repr(corrected), str(corrected)):
        assert text not in shown.replace(str(owner), "")


@CALM
@given(text=st.text(), owners=st.lists(people, min_size=1, max_size=4), event=uuids, box=st.text())
def test_a_box_is_read_as_it_was_written_and_holds_no_text(
    text: str, owners: list[PersonId], event: UUID, box: str
) -> None:
    closed = Sealed.of(text, *owners).closed(event, "name", box)
    assert closed.clear is None
    corrected = PersonCorrected(person=owners[0], name=closed)
    assert PersonCorrected.model_validate_json(corrected.model_dump_json()) == corrected


@CALM
@given(owners=st.lists(people, min_size=1, max_size=4))
def test_owners_are_a_set_in_one_order(owners: list[PersonId]) -> None:
    assert Sealed.of("x", *owners) == Sealed.of("x", *reversed(owners), owners[0])


def test_the_cipher_binds_event_field_and_owners() -> None:
    one, other = PersonId(int=1), PersonId(int=2)
    places = [
        Sealed.of("x", *owners).closed(UUID(int=event), field, "").associated
        for owners in ((one,), (other,), (one, other))
        for event in (1, 2)
        for field in ("name", "names")
    ]
    assert len(set(places)) == len(places)
    with pytest.raises(NotSealed):
        _ = Sealed.of("x", one).associated


@pytest.mark.parametrize(
    "clear", ['"Zhang San"', '{"clear": "Zhang San"}', '{"of": [], "event": "", "field": ""}']
)
def test_text_in_clear_is_no_sealed_text(clear: str) -> None:
    person = "00000000-0000-4000-8000-000000000001"
    with pytest.raises(ValidationError):
        PersonCorrected.model_validate_json(f'{{"person": "{person}", "name": {clear}}}')


def test_every_sealed_text_of_a_fact_is_found_with_its_place() -> None:
    with language():
        inner = type("Inner", (Member,), {"__annotations__": {"name": Sealed}, "__module__": __name__})
        family = fact({"members": (tuple[inner, ...], ()), "address": (Sealed | None, None)})
        person = PersonId(int=1)
        made = family(
            members=(inner(person=person, relation="01", name=Sealed.of("a", person)),),
            address=Sealed.of("b", person),
        )
        seen: dict[str, str | None] = {}

        def close(place: str, text: Sealed) -> Sealed:
            seen[place] = text.clear
            return text.closed(UUID(int=7), place, "box")

        closed = map_sealed(made, close)
        assert seen == {"members.0.name": "a", "address": "b"}
        assert "box" in closed.model_dump_json()
        with pytest.raises((PydanticSerializationError, NotSealed)):
            made.model_dump_json()


# -- whom a fact concerns ----------------------------------------------------------------------------


@CALM
@given(household=uuids, head=uuids, members=st.lists(uuids, min_size=1, max_size=9))
def test_everyone_named_in_a_fact_is_concerned_nested_ones_too(
    household: UUID, head: UUID, members: list[UUID]
) -> None:
    registered = HouseholdRegistered.model_validate(
        {
            "household": household,
            "head": head,
            "members": [{"person": one, "relation": "01"} for one in members],
            "township": "431202101000",
            "village": "431202101201",
            "since": "2020-08-03",
        }
    )
    assert registered.concerns() == tuple(dict.fromkeys([household, head, *members]))
    assert {type(one) for one in registered.concerns()} == {UUID}


def test_who_is_not_named_is_not_concerned_and_cases_are_nobody() -> None:
    with language():
        made = fact({"case": (CaseId, ...), "person": (PersonId | None, None)})
        assert made(case=CaseId(int=1)).concerns() == ()
        assert made(case=CaseId(int=1), person=PersonId(int=2)).concerns() == (UUID(int=2),)


def test_a_letter_concerns_whom_its_event_concerns() -> None:
    parked = Parked.model_validate(
        {
            "letter_source": "/431202/registry",
            "letter_sequence": 1,
            "letter": UUID(int=1),
            "letter_concerns": [UUID(int=2), UUID(int=3)],
            "reason": "decoding",
        }
    )
    assert parked.concerns() == (UUID(int=2), UUID(int=3))


@pytest.mark.parametrize("name", facts())
def test_ids_of_people_and_households_have_their_kind(name: str) -> None:
    """A person or household in a plain UUID would be left out of the timelines."""
    for field, annotation, _ in parts(facts()[name]):
        if re.search(r"(^|_)(person|household|head|member|members|applicant)$", field):
            assert UUID not in leaves(annotation), f"{name}.{field}"


# -- identifiers -------------------------------------------------------------------------------------


@CALM
@given(kind=st.sampled_from(sorted(KINDS)), value=uuids)
def test_a_subject_is_read_as_it_was_written(kind: str, value: UUID) -> None:
    identifier = KINDS[kind].of(value)
    read = parse_subject(identifier.subject)
    assert read == identifier
    assert type(read) is KINDS[kind]
    assert identifier.subject == f"{kind}/{value}"
    assert Identifier.of(str(value)) == identifier


@pytest.mark.parametrize(
    "subject", ["", "person", "person/", "person/x", "clerk/" + "0" * 32, "/" + "0" * 32]
)
def test_what_is_no_subject_is_refused(subject: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_subject(subject)


@CALM
@given(text=st.text(alphabet="0123456789abcdef-{}", max_size=40))
def test_no_text_is_taken_for_an_id_that_is_none(text: str) -> None:
    try:
        UUID(text)
    except ValueError:
        with pytest.raises(ValueError, match=r".*"):
            PersonId.of(text)


# -- writers and readers -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", facts())
def test_a_writer_may_not_add_a_field(name: str) -> None:
    with pytest.raises(ValidationError, match="a_field_of_tomorrow"):
        facts()[name].model_validate({"a_field_of_tomorrow": 1})


def test_a_fact_does_not_change() -> None:
    corrected = PersonCorrected(person=PersonId(int=1))
    with pytest.raises(ValidationError):
        corrected.person = PersonId(int=2)  # type: ignore[misc]  # this is what is tried


def test_shapes_are_no_facts_and_facts_know_their_names() -> None:
    for name, one in facts().items():
        assert CATALOGUE[name] is one
        assert name == f"{one.__module__.split('.')[1]}.{one.__name__}.{one.VERSION}"
    assert not {"CaseFact", "Letter", "MessageFact"} & {one.__name__ for one in facts().values()}
    assert Event.SCHEMA == ""
    assert PersonRegistered.TYPE == "registry.PersonRegistered"


def test_descriptions_reach_the_schema() -> None:
    schema = schema_of(facts()["registry.PersonRegistered.1"])
    assert schema["properties"]["sex"]["description"] == "GB/T 2261.1"
    assert json.dumps(schema)
