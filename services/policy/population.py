"""Cases made up for a rule: seeded, of every kind its inputs allow, half of them where the rule changes its mind.

Same seed, definition and number: same cases. Many begin as an example of the papers with a few of its inputs drawn
anew, since some rows need much to come together that chance seldom brings. A case aimed at a threshold (a comparison, a
bound of an interval, a pair of `min` or `max`, in any formula or table) has one input moved to where the two sides
meet, or one unit beside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from operator import itemgetter
from random import Random
from typing import Any

import duckdb

from services.policy.aiming import Aim, Knob, Search
from services.policy.definition import Definition
from services.policy.examples import inputs_of
from services.policy.language.intake import Asked, digits_of, problem_of
from services.policy.paper import Input
from services.policy.sql.inputs import givens, longest, range_of, storing, telling
from services.policy.sql.thresholds import Distance, distances

Case = dict[str, Any]
Stored = dict[str, Any]
"""A case as it lies in a table (`sql.inputs.storing`): whole numbers, days as text."""

Drawer = Callable[[float], object]
Choices = list[tuple[int, list[Knob]]]
"""Distances, by their places, each with the knobs that may move it."""

BLOCK = 20_000
ROUNDS = 8
"""How often a block takes aim before it is content with fewer than half."""

NEAR_ZERO = 0.2
"""How often a number is 0, or the nearest to it that is allowed."""

OFTEN = (0.03, 0.1, 0.3, 0.6, 0.9)
"""How often a truth is true: another in every case, since many rules end at the first that is."""

CHANGED = 0.4
"""How often, at least, a choice is drawn and not the first of its members, which is most often the plain one."""

BEGUN = 0.4
"""How often a case begins as an example of the papers, any row as often as another."""

DRAWN_ANEW = 0.08
"""How often each input, and each field of a record, of an example is drawn anew."""

USUAL_RECORDS = 6
USUAL_COUNT = 20
YEARS_OF_DATES = 100


@dataclass(frozen=True, slots=True)
class Span:
    """Of an input's whole number (days before the decision, of a date): what is drawn, not all that is allowed."""

    low: int
    high: int


class Population:
    """`cases(n)` gives n cases, made in blocks."""

    def __init__(self, definition: Definition, seed: int) -> None:
        self.definition = definition
        self.random = Random(seed)
        self.inputs = givens(definition)
        self.usual_money = _usual_money(definition)
        self.building, self.distances = distances(definition)
        self.knobs = self._knobs()
        self.drawers = {name: self._drawer(given) for name, given in self.inputs.items()}
        self.fields = {
            name: {field.name: self._drawer(field) for field in given.fields}
            for name, given in self.inputs.items()
            if given.type == "list"
        }
        self.examples = _examples(definition, self.inputs)
        self.told = [(name, telling(given)) for name, given in self.inputs.items()]
        self.aimed = 0

    def cases(self, count: int) -> Iterator[Case]:
        """Whole inputs as the interpreter takes them. `self.aimed` counts those on a threshold."""
        while count > 0:
            block = [self._case() for _ in range(min(BLOCK, count))]
            self.aimed += self._take_aim(block)
            for stored in block:
                yield {name: tell(stored[name]) for name, tell in self.told}
            count -= len(block)

    # -- any case ------------------------------------------------------------------------------------

    def _case(self) -> Stored:
        often = self.random.choice(OFTEN)
        if self.examples and self.random.random() < BEGUN:
            return self._like(self.random.choice(self.random.choice(self.examples)), often)
        return {name: draw(often) for name, draw in self.drawers.items()}

    def _like(self, example: Stored, often: float) -> Stored:
        random = self.random.random
        case: Stored = {}
        for name, value in example.items():
            if random() < DRAWN_ANEW:
                case[name] = self.drawers[name](often)
            elif name in self.fields:
                fields = self.fields[name].items()
                case[name] = [
                    {field: draw(often) if random() < DRAWN_ANEW else record[field] for field, draw in fields}
                    for record in value
                ]
            else:
                case[name] = value
        return case

    def _drawer(self, given: Asked) -> Drawer:
        """What draws a value of one input, as it is stored; it is told how often a truth is true in this case."""
        random = self.random.random
        if given.type == "boolean":
            return lambda often: random() < often
        if given.type == "choice":
            members = given.of
            return lambda often: members[int(random() * len(members)) if random() < CHANGED + often else 0]
        if given.type == "list":
            assert isinstance(given, Input)
            return self._list_drawer(given)
        span, value = self.span(given), self._reader(given)
        size, zero = span.high - span.low + 1, max(span.low, min(0, span.high))
        return lambda often: value(zero if random() < NEAR_ZERO else span.low + int(random() * size))

    def _list_drawer(self, given: Input) -> Drawer:
        random = self.random.random
        least = 0 if given.range is None else int(given.range[0])
        size = min(longest(given), max(least, USUAL_RECORDS)) - least + 1
        fields = {field.name: self._drawer(field) for field in given.fields}

        def records(often: float) -> list[Stored]:
            count = least + int(random() * size)
            return [{name: draw(often) for name, draw in fields.items()} for _ in range(count)]

        return records

    def span(self, given: Asked) -> Span:
        if given.type == "date":
            return Span(-(365 * YEARS_OF_DATES), 400)
        low, high = range_of(given)
        digits = digits_of(given)
        usual = USUAL_COUNT * 10**digits
        if given.type == "money" or (given.unit or "").startswith("yuan"):
            usual = self.usual_money
        return Span(max(low, min(-usual // 4, high)), min(high, max(usual, low)))

    def _reader(self, given: Asked) -> Callable[[int], object]:
        """From the whole number of a knob to the value as it is stored."""
        on = self.definition.on
        if given.type == "date":
            return lambda drawn: (on + timedelta(days=drawn)).isoformat()
        return lambda drawn: drawn

    # -- aimed ---------------------------------------------------------------------------------------

    def _knobs(self) -> list[Knob]:
        """Every number and date that can be turned, of the case itself or of a record."""
        found: list[Knob] = []
        for name, given in self.inputs.items():
            if given.type == "list":
                found += [self._knob(name, field, field.name) for field in given.fields if _turns(field)]
            elif _turns(given):
                found.append(self._knob(name, given, None))
        return found

    def _knob(self, name: str, given: Asked, field: str | None) -> Knob:
        span = self.span(given)
        origin = self.definition.on if given.type == "date" else None
        return Knob(name, field, span.low, span.high, origin)

    def _take_aim(self, block: list[Stored]) -> int:
        """Moves one input of about half the cases; gives how many were moved."""
        choices = [(place, self._knobs_for(one)) for place, one in enumerate(self.distances)]
        choices = [(place, knobs) for place, knobs in choices if knobs]
        if not choices:
            return 0
        wanted = (len(block) + 1) // 2
        found: dict[int, Aim] = {}
        with duckdb.connect() as connection:
            search = Search(connection, self.definition, self.building, self.distances, self.knobs)
            search.begin(block)
            for _ in range(ROUNDS):
                waiting = [place for place in range(len(block)) if place not in found]
                aims = {
                    place: aim for place in waiting if (aim := self._aim(block[place], choices)) is not None
                }
                changing = search.changing(aims)
                found |= {place: aims[place] for place in sorted(changing)}
                if len(found) >= wanted:
                    break
                choices = _promising(choices, [aims[place] for place in sorted(changing)])
            kept = self.random.sample(sorted(found), min(wanted, len(found)))
            points = search.meeting_points({place: found[place] for place in kept})
        for place, point in points.items():
            self._turn(block[place], found[place].knob, found[place].position, point)
        return len(points)

    def _knobs_for(self, distance: Distance) -> list[Knob]:
        return [knob for knob in self.knobs if knob.input in distance.reads]

    def _aim(self, case: Stored, choices: Choices) -> Aim | None:
        """None where the list that the aim needs is empty in this case, or has no record there."""
        place, knobs = self.random.choice(choices)
        knob = self.random.choice(knobs)
        lists = {self.distances[place].list, knob.input if knob.field is not None else None} - {None}
        records = min((len(case[name]) for name in lists if name is not None), default=1)
        return Aim(place, knob, self.random.randint(1, records)) if records else None

    def _turn(self, case: Stored, knob: Knob, position: int, point: int) -> None:
        """To where the sides meet: the last point before or the first behind, or one further."""
        given = self.inputs[knob.input]
        low, high = knob.low, knob.high
        point = max(low, min(high, point + self.random.choice((0, 1, 1, 2))))
        if knob.field is None:
            case[knob.input] = self._reader(given)(point)
            return
        assert isinstance(given, Input)
        field = next(one for one in given.fields if one.name == knob.field)
        case[knob.input][position - 1][knob.field] = self._reader(field)(point)


def _promising(choices: Choices, changing: list[Aim]) -> Choices:
    """The same distances, but of each only the knobs that have moved it, if any has; without one it is left out."""
    moved = {(one.distance, one.knob) for one in changing}
    found = [(place, [knob for knob in knobs if (place, knob) in moved]) for place, knobs in choices]
    return [(place, knobs) for place, knobs in found if knobs] or choices


def _turns(given: Asked) -> bool:
    return given.type in ("money", "number", "count", "date")


def _examples(definition: Definition, asked: dict[str, Input]) -> list[list[Stored]]:
    """The examples of the papers that this definition can decide, by the row they tell of."""
    parts = [(name, storing(given)) for name, given in asked.items()]
    found: dict[str, list[Stored]] = {}
    groups = (group for paper in definition.papers for group in paper.examples)
    for group in (one for one in groups if one.programme == definition.programme):
        for example in group.examples:
            inputs: Case = inputs_of(definition, group, example)
            if problem_of(inputs, asked) is None:
                found.setdefault(example.row, []).append({name: store(inputs[name]) for name, store in parts})
    return [examples for _, examples in sorted(found.items(), key=itemgetter(0))]


def _usual_money(definition: Definition) -> int:
    """In fen: four times the greatest sum among the parameters, at least 1,000 yuan."""
    sums = [
        int(one.value * 100)
        for one in definition.constants.values()
        if isinstance(one.value, Decimal) and one.parameter.unit.startswith("yuan")
    ]
    return 4 * max([*sums, 250_00])
