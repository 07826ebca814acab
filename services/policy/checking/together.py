"""A paper put together with the others, on the first day of every epoch within its validity."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from services.policy.checking.alone import reading
from services.policy.checking.placing import Findings, defined, written
from services.policy.checking.regions import problems
from services.policy.checking.surveys import Surveyed, rulebook_of, surveyed
from services.policy.definition import Definition, ParsedAmount, ParsedFormula, ParsedTable
from services.policy.finding import Finding, Refused
from services.policy.language.names import names_in
from services.policy.language.wrong import Wrong
from services.policy.paper import Paper
from services.policy.places import Path
from services.policy.rulebook import Edition, Rulebook

_NAMED: Final = re.compile(r"`([^`]+)`")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def check_together(paper: Paper, others: Sequence[Paper], findings: Findings) -> None:
    mine = [other for other in others if other.identity.id != paper.identity.id]
    for named in (*paper.identity.amends, *paper.identity.supersedes):
        if named not in {other.identity.id for other in mine}:
            findings.add("no-paper", ("identity",), f"没有文件 {named}", f"there is no paper `{named}`")
    try:
        rulebook = rulebook_of([*mine, paper])
    except Refused as refused:
        _place(refused.findings, paper, "", findings)
        return
    known: dict[tuple[str, ...], list[str]] = {}
    checked = set[Edition]()
    for day in epochs(rulebook, paper):
        in_force = tuple(one.identity.id for one in rulebook.in_force(day))
        if paper.identity.id not in in_force:
            break
        if in_force not in known:
            known[in_force] = concerned(paper, rulebook, day)
        for programme in known[in_force]:
            try:
                rulebook.contradictions(programme, day)
                edition = rulebook.edition(programme, day)
                if edition in checked:
                    continue
                definition = rulebook.definition(programme, day)
            except Refused as refused:
                awaited = _awaited(rulebook, day)
                left = [one for one in refused.findings if not awaited & set(_NAMED.findall(one.en))]
                _place(left, paper, programme, findings)
                continue
            # What is checked does not look at the day, and what recurs is told of the first day only.
            checked.add(edition)
            check_definition(definition, surveyed(rulebook, edition), paper, findings)


def _awaited(rulebook: Rulebook, day: date) -> set[str]:
    """Names that only a paper yet to come defines. A law is often in force before the notice with its figures: until
    then nothing is decided under it, and no fault is found with it."""
    later = [one for one in rulebook.papers if one.identity.in_force.first > day]
    begun = [one for one in rulebook.papers if one.identity.in_force.first <= day]
    known = {name for one in begun for name, _, _ in defined(one)}
    return {name for one in later for name, _, _ in defined(one)} - known


def epochs(rulebook: Rulebook, paper: Paper) -> Iterator[date]:
    """The first day of each epoch in which the paper is in force."""
    day: date | None = paper.identity.in_force.first
    last = paper.identity.in_force.last or date.max
    while day is not None and day <= last:
        yield day
        end = rulebook.epoch(day)[1]
        day = None if end is None else end + timedelta(days=1)


def concerned(paper: Paper, rulebook: Rulebook, day: date) -> list[str]:
    """The programmes of which the paper speaks, and those that read its parameters."""
    own = {one.programme for one in paper.programmes}
    named = {parameter.name for parameter in paper.parameters}
    reads = reading(rulebook.in_force(day)) if named else {}
    return sorted(own | {programme for programme, names in reads.items() if names & named})


def check_definition(definition: Definition, survey: Surveyed, paper: Paper, findings: Findings) -> None:
    """Kinds of all formulas and, where these are good, the regions of the tables."""
    where = f"{definition.programme}, {definition.on}: "
    wrong_tables: set[str] = set()

    for part, within, wrong in survey.wrong:
        assert isinstance(part, ParsedFormula | ParsedTable | ParsedAmount)
        if isinstance(part, ParsedTable):
            wrong_tables.add(part.table.name)
        said = "" if part.paper == paper else f"{part.paper.identity.id}, {part_name(part)}: "
        findings.wrong(path_of(part, paper, definition.programme, within), wrong, where + said)

    for step in definition.steps:
        if not isinstance(step, ParsedTable) or step.table.name in wrong_tables or not _about(step, paper):
            continue
        if survey.broken & set(step.table.columns):
            continue
        table = step.table.name
        for column in step.table.columns:
            if column not in survey.scope:
                at = path_of(step, paper, definition.programme, ("columns",))
                findings.add("unknown-name", at, f"没有“{column}”", f"there is no `{column}`")
        try:
            for rule, row, zh, en in problems(step, survey.scope):
                inside: Path = ("rows",) if row is None else ("rows", row)
                at = path_of(step, paper, definition.programme, inside)
                # Samples differ from epoch to epoch; the rows do not.
                once = (table, "" if rule == "gap" else en.split(":")[0])
                findings.add(rule, at, f"{where}表“{table}”：{zh}", f"{where}table `{table}`: {en}", once)
        except Wrong as wrong:
            findings.wrong(path_of(step, paper, definition.programme, ()), wrong, f"{where}{table}: ")


def _about(step: ParsedTable, paper: Paper) -> bool:
    """Whether a table is the paper's, or has cells that read its parameters."""
    if step.paper == paper:
        return True
    own = {parameter.name for parameter in paper.parameters}
    return any(names_in(test) & own for row in step.rows for test in row.when.values())


def part_name(part: ParsedFormula | ParsedTable | ParsedAmount) -> str:
    if isinstance(part, ParsedFormula):
        return part.formula.name
    return part.table.name if isinstance(part, ParsedTable) else "amount"


def path_of(
    part: ParsedFormula | ParsedTable | ParsedAmount, paper: Paper, programme: str, within: Path
) -> Path:
    """Where a part stands in the paper; of another paper's part, the paper as a whole."""
    if part.paper != paper:
        return ()
    for index, one in enumerate(paper.programmes):
        if one.programme != programme:
            continue
        if isinstance(part, ParsedAmount):
            return ("programmes", index, "amount", *within)
        if isinstance(part, ParsedFormula) and part.formula in one.formulas:
            return ("programmes", index, "formulas", one.formulas.index(part.formula), *within)
        if isinstance(part, ParsedTable) and part.table in one.tables:
            return ("programmes", index, "tables", one.tables.index(part.table), *within)
    return ()


def _place(refused: Sequence[Finding], paper: Paper, programme: str, findings: Findings) -> None:
    """Findings of putting together, at the part of this paper that defines or reads what they name."""
    for finding in refused:
        names = _NAMED.findall(finding.en) or finding.en.replace(":", " ").replace(",", " ").split()
        path = _reader(names, paper, programme, finding.rule)
        once = (_DAY.sub("", finding.en),)
        findings.add(finding.rule, path, finding.zh, finding.en, once)


def _reader(names: Sequence[str], paper: Paper, programme: str, rule: str) -> Path:
    if rule != "unknown-name":
        for name, of, path in defined(paper):
            if name in names and of in ("", programme):
                return path
    for one in written(paper):
        if one.programme == programme and (one.reads() & set(names) or one.part in names):
            return one.path
    for index, whole in enumerate(paper.programmes):
        if whole.programme == programme:
            return ("programmes", index)
    return ()
