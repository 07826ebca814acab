"""All papers there are, and the rule that they give together for a programme on a day.

    rulebook = Rulebook(papers)
    outcome = rulebook.rule("dibao", date(2021, 8, 2)).decide(inputs, trace=True)

Between two days on which a paper begins or ends or a parameter changes (an epoch) the rule is the same but for its
day. So it is from epoch to epoch while the same papers are in force and none of its own parameters changes (an
edition): it is put together and compiled once an edition.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from services.policy.admitting import with_admission
from services.policy.assembly import (
    Amending,
    Parsing,
    Said,
    Step,
    amount_of,
    constant_on,
    contradictions_of,
    given_by,
    in_order,
    of_wrong,
    procedure_of,
    read_by,
    settled,
)
from services.policy.definition import DECISION_DAY, Constant, Definition, ParsedTable
from services.policy.finding import Finding, Refused
from services.policy.language.dates import WorkingDay
from services.policy.language.interpret import Interpreted
from services.policy.language.parse import Wrong
from services.policy.paper import (
    Contradiction,
    Input,
    NamedFormula,
    Paper,
    Parameter,
    Procedure,
    Remembered,
    Table,
)
from services.policy.rule import LANGUAGE, Rule

DAY = timedelta(days=1)
Edition = tuple[str, tuple[str, ...], tuple[tuple[str, date], ...]]
"""Programme, papers in force, and from when on the figure of each parameter counts."""


class Rulebook:
    """`works`: the calendar of working days for `add_working_days`, `WorkingDays.is_working` say."""

    def __init__(self, papers: Iterable[Paper], works: WorkingDay | None = None) -> None:
        """Raises Refused where two papers have one id, or a paper is in another version of the language."""
        self.papers = tuple(sorted(papers, key=lambda one: (one.identity.in_force.first, one.identity.id)))
        self._must_be_readable()
        self._works = works
        self._amending = Amending(self.papers)
        self._changes = sorted(set(_changes(self.papers)))
        self._drafts: dict[tuple[str, tuple[str, ...]], Draft] = {}
        self._definitions: dict[Edition, Definition] = {}
        self._editions: dict[tuple[str, int], Edition] = {}
        self._compiled: dict[Edition, Interpreted] = {}

    def in_force(self, on: date) -> tuple[Paper, ...]:
        """The papers that count on a day, oldest first. One that is superseded does not come back when its successor
        ends."""
        ended = {
            old
            for paper in self.papers
            if paper.identity.in_force.first <= on
            for old in paper.identity.supersedes
        }
        return tuple(
            paper
            for paper in self.papers
            if paper.identity.in_force.first <= on
            and (paper.identity.in_force.last is None or on <= paper.identity.in_force.last)
            and paper.identity.id not in ended
        )

    def programmes(self, on: date) -> tuple[str, ...]:
        """The programmes of which some paper in force speaks."""
        return tuple(sorted({one.programme for paper in self.in_force(on) for one in paper.programmes}))

    def epoch(self, on: date) -> tuple[date, date | None]:
        """The first and the last day of the epoch of a day; without a last day the end is open. ValueError before the
        first paper."""
        place = bisect_right(self._changes, on)
        if not place:
            raise ValueError(f"no paper was in force on {on}")
        return self._changes[place - 1], self._changes[place] - DAY if place < len(self._changes) else None

    def definition(self, programme: str, on: date) -> Definition:
        """Raises Refused with everything that does not go together."""
        return replace(self._definitions[self.edition(programme, on)], on=on)

    def edition(self, programme: str, on: date) -> Edition:
        """The same for all days on which the rule of a programme is the same but for its day. Raises Refused like
        `definition`."""
        key = (programme, bisect_right(self._changes, on))
        if key not in self._editions:
            self._editions[key] = self._edited(programme, on)
        return self._editions[key]

    def of_edition(self, edition: Edition) -> Definition:
        """The definition of an edition that `edition` gave, as of its first day asked for."""
        return self._definitions[edition]

    def rule(self, programme: str, on: date) -> Rule:
        """Raises Refused like `definition`."""
        definition, edition = self.definition(programme, on), self.edition(programme, on)
        if edition not in self._compiled:
            try:
                self._compiled[edition] = Interpreted(definition, self._works)
            except Wrong as wrong:
                said = f"{programme}, {on}: "
                raise Refused([Finding(wrong.rule, f"{said}{wrong.zh}", f"{said}{wrong.en}")]) from wrong
        return Rule(definition, self._compiled[edition])

    def procedure(self, name: str, on: date) -> tuple[Procedure, Paper]:
        """The procedure of this name that counts on a day, and its paper; raises Refused where there is none, or two."""
        findings = list[Finding]()
        found = procedure_of(self.in_force(on), name, self._amending, findings)
        if found is None:
            raise Refused(findings)
        return found

    def contradictions(self, programme: str, on: date) -> tuple[tuple[Contradiction, Paper], ...]:
        """What of departments' data contradicts help of a programme on a day, with its papers; raises Refused where two
        papers say it of one source."""
        findings = list[Finding]()
        found = contradictions_of(self.in_force(on), programme, self._amending, findings)
        if findings:
            raise Refused(findings)
        return found

    def _must_be_readable(self) -> None:
        findings = []
        seen = set[str]()
        for paper in self.papers:
            one = paper.identity
            if one.id in seen:
                findings.append(Finding("twice", f"文件 {one.id} 有两份", f"there are two papers `{one.id}`"))
            seen.add(one.id)
            if one.language != LANGUAGE:
                findings.append(
                    Finding(
                        "language",
                        f"{one.id} 用的是语言第 {one.language} 版，这里只懂第 {LANGUAGE} 版",
                        f"{one.id} is in version {one.language} of the language; only {LANGUAGE} is understood here",
                    )
                )
        if findings:
            raise Refused(findings)

    def _edited(self, programme: str, on: date) -> Edition:
        """Sees to it that the definition is there."""
        papers = self.in_force(on)
        if not any(one.programme == programme for paper in papers for one in paper.programmes):
            en = f"no paper in force on {on} speaks of {programme}"
            raise Refused([Finding("no-paper", f"{on} 没有关于 {programme} 的有效文件", en)])
        put_together = (programme, tuple(paper.identity.id for paper in papers))
        if put_together not in self._drafts:
            self._drafts[put_together] = Draft(papers, programme, self._amending)
        draft = self._drafts[put_together]
        findings = list[Finding]()
        constants = _constants(draft.said, draft.read, on, findings)
        figures = tuple((name, constant.chosen.first) for name, constant in constants.items())
        edition = (*put_together, figures)
        if findings or edition not in self._definitions:
            self._definitions[edition] = draft.definition(on, constants, findings)
        return edition


class Draft:
    """The parts of a programme put together and parsed, all but the figures of a day."""

    def __init__(self, papers: tuple[Paper, ...], programme: str, amending: Amending) -> None:
        """Raises Refused."""
        findings = list[Finding]()
        self.papers, self.programme = papers, programme
        self.said = settled(papers, programme, amending, findings)
        amount = amount_of(papers, programme, amending, findings)
        parsing = Parsing(findings)
        parsed = None if amount is None else parsing.amount(*amount)
        steps = list(_steps(self.said, parsing))
        if parsed is not None:
            members = {
                name
                for name, (part, _) in self.said.items()
                if isinstance(part, Input) and part.source == "registry"
            }
            steps = with_admission(steps, parsed.amount.table, members, findings)
        self.steps = in_order(steps, findings)
        if findings or parsed is None:
            raise Refused(findings)
        self.amount = parsed
        self.read = set().union(*map(read_by, self.steps), read_by(parsed))

    def definition(self, on: date, constants: dict[str, Constant], findings: list[Finding]) -> Definition:
        """`findings`: what was found of the constants. Raises Refused with these and its own."""
        definition = Definition(
            self.programme,
            on,
            _contributing(self.papers, self.said, constants, self.amount.paper),
            constants,
            {name: part for name, (part, _) in self.said.items() if isinstance(part, Input)},
            {name: part for name, (part, _) in self.said.items() if isinstance(part, Remembered)},
            self.steps,
            self.amount,
        )
        valueless = {
            name for name, (part, _) in self.said.items() if isinstance(part, Parameter)
        } - constants.keys()
        findings += _unknown(definition, self.read - valueless)
        if findings:
            raise Refused(findings)
        return definition


def _changes(papers: Sequence[Paper]) -> Iterable[date]:
    """Every day from which on a rule may be another."""
    for paper in papers:
        yield paper.identity.in_force.first
        if paper.identity.in_force.last is not None and paper.identity.in_force.last < date.max:
            yield paper.identity.in_force.last + DAY
        yield from (value.first for parameter in paper.parameters for value in parameter.values)


def _steps(said: dict[str, Said], parsing: Parsing) -> Iterable[Step]:
    for part, paper in said.values():
        step: Step | None = None
        if isinstance(part, NamedFormula):
            step = parsing.formula(part, paper)
        elif isinstance(part, Table):
            step = parsing.table(part, paper)
        if step is not None:
            yield step


def _constants(
    said: dict[str, Said], read: set[str], on: date, findings: list[Finding]
) -> dict[str, Constant]:
    """The parameters that something reads, as they stand on the day; one without a value then is a finding."""
    found: dict[str, Constant] = {}
    for name, (part, paper) in said.items():
        if not isinstance(part, Parameter) or name not in read:
            continue
        try:
            constant = constant_on(part, paper, on)
        except Wrong as wrong:
            findings.append(of_wrong(wrong, name, paper))
            continue
        if constant is None:
            where = paper.identity.id
            findings.append(
                Finding(
                    "no-value", f"{where}：{name} 在 {on} 没有值", f"{where}: `{name}` has no value on {on}"
                )
            )
        else:
            found[name] = constant
    return found


def _contributing(
    papers: Sequence[Paper], said: dict[str, Said], constants: dict[str, Constant], amount: Paper
) -> tuple[Paper, ...]:
    """The papers on which a decision rests: those of which some part counts."""
    used = {amount.identity.id, *(constant.paper.identity.id for constant in constants.values())}
    used |= {paper.identity.id for part, paper in said.values() if not isinstance(part, Parameter)}
    return tuple(paper for paper in papers if paper.identity.id in used)


def _unknown(definition: Definition, read: set[str]) -> Iterable[Finding]:
    """Names that are nowhere defined, and names defined twice, by an output and by something else."""
    given = [name for step in definition.steps for name in given_by(step)]
    known = [DECISION_DAY, *definition.constants, *definition.inputs, *definition.history, *given]
    said = f"{definition.programme}, {definition.on}: "
    for name in sorted(read - set(known)):
        yield Finding("unknown-name", f"{said}没有“{name}”", f"{said}there is no `{name}`")
    for name in sorted({name for name in known if known.count(name) > 1}):
        yield Finding("twice", f"{said}“{name}”定义了两次", f"{said}`{name}` is defined twice")
    table = definition.amount.amount.table
    if table not in {step.table.name for step in definition.steps if isinstance(step, ParsedTable)}:
        yield Finding("unknown-name", f"{said}没有表“{table}”", f"{said}there is no table `{table}`")
