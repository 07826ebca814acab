"""The rule of a programme in plain Chinese or English, for whoever asks why (四(四) of 鹤民发〔2020〕43号).

    explain(rulebook.definition("dibao", on), "zh").text

Who is entitled, how the sum is worked out, and with which figures of that day, each with its clause and the
number of its paper. A figure that no notice confirms is marked 示例 (illustrative).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from services.policy.definition import DECISION_DAY, Constant, Definition, ParsedFormula, ParsedTable
from services.policy.language.names import names_in
from services.policy.language.tree import Node, Number, Text, Truth
from services.policy.paper import Paper
from services.policy.prose import Lang, Prose

_MARK = {"zh": "〔示例〕", "en": " [illustrative]"}
_UNITS = {
    "yuan": ("元", " yuan"),
    "yuan/month": ("元/月", " yuan a month"),
    "yuan/year": ("元/年", " yuan a year"),
    "yuan/day": ("元/天", " yuan a day"),
    "month": ("个月", " months"),
    "day": ("天", " days"),
    "year": ("年", " years"),
}
_HEADINGS = {
    "zh": ("依据", "谁能享受", "钱数怎么算", "用到的标准和数字", "要了解的情况"),
    "en": (
        "On what it rests",
        "Who is entitled",
        "How the sum is worked out",
        "Figures used",
        "What is asked",
    ),
}


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence, where it is written, and whether a figure in it is illustrative."""

    text: str
    clause: str
    number: str
    illustrative: bool = False


@dataclass(frozen=True, slots=True)
class Explanation:
    """`sections`: headings with their statements, in the order of reading."""

    title: str
    lang: Lang
    sections: tuple[tuple[str, tuple[Statement, ...]], ...]
    papers: tuple[str, ...]
    illustrative: bool

    @property
    def text(self) -> str:
        lines = [self.title]
        if self.illustrative:
            lines.append(
                "标有〔示例〕的数字没有公告依据，仅供演示。"
                if self.lang == "zh"
                else "Figures marked [illustrative] rest on no notice and only show how it works."
            )
        for place, (heading, statements) in enumerate(self.sections, 1):
            lines += [
                "",
                f"{_NUMERALS[place - 1]}、{heading}" if self.lang == "zh" else f"{place}. {heading}",
            ]
            lines += [self._line(one) for one in statements]
        return "\n".join(lines) + "\n"

    def _line(self, one: Statement) -> str:
        if not one.clause:
            return f"- {one.text}"
        return f"- {one.text}（{one.number} {one.clause}）" if self.lang == "zh" else (
            f"- {one.text} ({one.number} {one.clause})"
        )  # fmt: skip


_NUMERALS = "一二三四五六七八九"


def explain(definition: Definition, lang: Lang = "zh") -> Explanation:
    """A programme as it is decided on `definition.on`."""
    told = _Telling(definition, lang)
    bases, entitled, worked, figures, asked = _HEADINGS[lang]
    title, on = told.title(), definition.on
    sections = (
        (bases, tuple(told.bases())),
        (entitled, tuple(told.rows())),
        (worked, tuple(told.sums())),
        (figures, tuple(told.figures())),
        (asked, tuple(told.asked())),
    )
    return Explanation(
        title=f"{title}（{on.year}年{on.month}月{on.day}日）" if lang == "zh" else f"{title}, as of {on}",
        lang=lang,
        sections=tuple((heading, found) for heading, found in sections if found),
        papers=tuple(paper.identity.number for paper in definition.papers),
        illustrative=any(one.illustrative for _, found in sections for one in found),
    )


class _Telling:
    def __init__(self, definition: Definition, lang: Lang) -> None:
        self.definition = definition
        self.lang: Lang = lang
        self.chinese = lang == "zh"
        self.labels = dict(_labels(definition))
        self.fields = {
            (source.name, field.name): field.en
            for source in definition.inputs.values()
            for field in source.fields
        }
        self.tables = _tables(definition)
        self.cases = _cases(self.tables)
        self.prose = Prose(lang, self.named, self.field, self.case)

    def title(self) -> str:
        for paper in reversed(self.definition.papers):
            for programme in paper.programmes:
                if programme.programme == self.definition.programme:
                    return programme.title.zh if self.chinese else programme.title.en
        return self.definition.programme

    def named(self, name: str) -> str:
        """Words for a name; a parameter's with its figure."""
        words = name if self.chinese else f"“{self.labels.get(name, name)}”"
        if name == DECISION_DAY:
            words = "决定之日" if self.chinese else "the day of the decision"
        constant = self.definition.constants.get(name)
        if constant is None:
            return words
        return f"{words}（{self.figure(constant)}）" if self.chinese else f"{words} ({self.figure(constant)})"

    def field(self, source: str, name: str) -> str:
        return name if self.chinese else f"“{self.fields.get((source, name), name)}”"

    def case(self, name: str, member: str) -> str:
        """`去向 = 'household'` as the cases, numbered in the section above, in which it comes out so."""
        places = self.cases.get((name, member), [])
        if not places:
            return ""
        if self.chinese:
            return f"属于情形{'、'.join(map(str, places))}"
        return f"case {' or '.join(map(str, places))} applies"

    def figure(self, constant: Constant) -> str:
        mark = _MARK[self.lang] if constant.chosen.status == "illustrative" else ""
        value = constant.value
        if isinstance(value, bool):
            return (("是" if value else "否") if self.chinese else ("yes" if value else "no")) + mark
        unit = _UNITS.get(constant.parameter.unit, ("", ""))[0 if self.chinese else 1]
        shown = f"{value:,f}" if isinstance(value, Decimal) else value.isoformat()
        return f"{shown}{unit}{mark}"

    def bases(self) -> Iterator[Statement]:
        for paper in self.definition.papers:
            told = paper.identity
            mark = _MARK[self.lang] if told.status == "illustrative" else ""
            yield Statement(f"《{told.title}》{told.number}{mark}", "", told.number, bool(mark))

    def rows(self) -> Iterator[Statement]:
        rows = [(step, parsed) for step in self.tables for parsed in step.rows]
        for place, (step, parsed) in enumerate(rows, 1):
            text = f"情形{place}：{parsed.row.zh}" if self.chinese else f"Case {place}: {parsed.row.en}"
            if parsed.row.admits is not None:
                text += self._admits(parsed.row.admits)
            yield self._stated(text, parsed.row.clause, step.paper, *parsed.when.values())

    def _admits(self, share: str) -> str:
        if self.chinese:
            return f"（只有在“{share}”中有份的家庭成员享受。）"
        return f" (Only members with a share of {self.named(share)} are admitted.)"

    def sums(self) -> Iterator[Statement]:
        amount = self.definition.amount
        whole = "发放金额：" if self.chinese else "The sum: "
        yield self._stated(
            whole + self.prose.of(amount.tree), amount.amount.clause, amount.paper, amount.tree
        )
        for step in reversed(self.definition.steps):
            if isinstance(step, ParsedFormula) and not isinstance(step.tree, Number | Truth):
                formula = step.formula
                if self.chinese:
                    text = f"{formula.name}：{formula.zh or self.prose.of(step.tree)}"
                else:
                    text = f"{self.named(formula.name)}: {self.prose.of(step.tree)}"
                yield self._stated(text, formula.clause, step.paper, step.tree)

    def figures(self) -> Iterator[Statement]:
        for constant in self.definition.constants.values():
            parameter = constant.parameter
            words = parameter.name if self.chinese else parameter.en
            since = constant.chosen.first
            begun = f"自{since.isoformat()}起" if self.chinese else f", since {since.isoformat()}"
            text = f"{words}：{self.figure(constant)}，{begun}" if self.chinese else (
                f"{words}: {self.figure(constant)}{begun}"
            )  # fmt: skip
            clause = constant.chosen.clause or parameter.clause
            illustrative = constant.chosen.status == "illustrative"
            yield Statement(text, clause, constant.paper.identity.number, illustrative)

    def asked(self) -> Iterator[Statement]:
        papers = _papers_of_inputs(self.definition)
        for source in self.definition.inputs.values():
            text = source.name if self.chinese else source.en
            if source.fields:
                names = [field.name if self.chinese else field.en for field in source.fields]
                text += "（" + "、".join(names) + "）" if self.chinese else f" ({'; '.join(names)})"
            yield Statement(text, source.clause, papers.get(source.name, ""))

    def _stated(self, text: str, clause: str, paper: Paper, *trees: Node) -> Statement:
        names = {name for tree in trees for name in names_in(tree)}
        used = [self.definition.constants[name] for name in names if name in self.definition.constants]
        illustrative = any(one.chosen.status == "illustrative" for one in used)
        if illustrative and _MARK[self.lang] not in text:
            text += _MARK[self.lang]
        return Statement(text, clause, paper.identity.number, illustrative)


def _labels(definition: Definition) -> Iterator[tuple[str, str]]:
    for source in definition.inputs.values():
        yield source.name, source.en
    for remembered in definition.history.values():
        yield remembered.name, remembered.en
    for constant in definition.constants.values():
        yield constant.parameter.name, constant.parameter.en
    for step in definition.steps:
        if isinstance(step, ParsedFormula):
            yield step.formula.name, step.formula.en
        else:
            yield from ((output.name, output.en) for output in step.table.outputs)


def _tables(definition: Definition) -> list[ParsedTable]:
    """The table that gives the reason of the decision first."""
    tables = [step for step in definition.steps if isinstance(step, ParsedTable)]
    return sorted(tables, key=lambda step: step.table.name != definition.amount.amount.table)


def _cases(tables: list[ParsedTable]) -> dict[tuple[str, str], list[int]]:
    """Output and member of its choice → places of the rows that give it, counted over all tables."""
    found: dict[tuple[str, str], list[int]] = {}
    for place, parsed in enumerate((parsed for step in tables for parsed in step.rows), 1):
        for output, tree in parsed.then.items():
            if isinstance(tree, Text):
                found.setdefault((output, tree.value), []).append(place)
    return found


def _papers_of_inputs(definition: Definition) -> dict[str, str]:
    """Name of an input → number of the last paper that defines it."""
    return {
        source.name: paper.identity.number
        for paper in definition.papers
        for programme in paper.programmes
        if programme.programme == definition.programme
        for source in programme.inputs
        if source is definition.inputs.get(source.name)
    }
