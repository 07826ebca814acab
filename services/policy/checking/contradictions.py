"""What a paper says of departments' data that contradict help: fields that there are, values that they can have."""

from __future__ import annotations

from services.policy.checking.placing import Findings
from services.policy.contradicting import is_plain
from services.policy.delivered import DELIVERED
from services.policy.language.judging import kind_of
from services.policy.language.kind import kind_of_input
from services.policy.language.parse import parse_cell
from services.policy.language.wrong import Wrong
from services.policy.paper import Contradiction, Paper, RecordField
from services.policy.places import Path


def check_contradictions(paper: Paper, findings: Findings) -> None:
    for index, programme in enumerate(paper.programmes):
        for number, one in enumerate(programme.contradicted_by):
            _check(one, ("programmes", index, "contradicted_by", number), findings)


def _check(one: Contradiction, at: Path, findings: Findings) -> None:
    for name, cell in one.when.items():
        path = (*at, "when", name)
        field = DELIVERED[one.source].get(name)
        if field is None:
            findings.add("unknown-name", path, f"没有数据项“{name}”", f"there is no field `{name}`")
            continue
        kind = kind_of_input(RecordField(name=name, en=name, type=field.type, of=tuple(field.of)))
        try:
            test = parse_cell(name, cell)
            if is_plain(test):
                kind_of(test, {name: kind})
            else:
                findings.add("cell", path, "只能与固定值比较", "it compares with fixed values only")
        except Wrong as wrong:
            findings.wrong(path, wrong)
