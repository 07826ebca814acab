"""A row may admit some of the members only: whoever has a share of the sum that it names (参照单人户)."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from services.policy.checking import check
from services.policy.examples import run
from services.policy.explaining import explain
from services.policy.finding import Refused
from services.policy.mutation import caught, mutants
from services.policy.reading import canonical, from_canonical, read_paper
from tests.policy.rules import (
    ALL,
    SAID,
    TABLE,
    agree,
    definition,
    field,
    formula,
    given,
    interpreted,
    parameter,
)

PAPERS = Path(__file__).parents[2] / "services" / "policy" / "papers"
MEMBERS = given(
    "家庭成员", "list", source="registry", range=("1", "30"),
    fields=[field("工资", "money", unit="yuan/month"), field("重病", "boolean"), field("残疾等级", "count", range=("0", "4"))],
)  # fmt: skip
SHARE = "sum(max(0, 标准 - m.工资) for m in 家庭成员 where m.重病 or m.残疾等级 in [1..2])"


def table(admits: str | None = "保障额", **more: Any) -> dict[str, Any]:
    some = {
        "id": "SOME", "clause": "1", "when": {"保障额": "> 0"}, "then": {"route": "'paid'"}, "admits": admits, **SAID
    }  # fmt: skip
    return TABLE | {"columns": ("保障额",), "rows": [some, ALL]} | more


def rule(share: str = SHARE, tables: Any = None, **more: Any) -> Any:
    return definition(
        [more.pop("members", MEMBERS)],
        formulas=[formula("保障额", share, "yuan/month"), *more.pop("formulas", ())],
        parameters=[parameter("标准", "600.00", "yuan/month")],
        tables=tables or [table()],
        amount="保障额",
    )


def member(wage: str = "0.00", ill: bool = False, grade: int = 0) -> dict[str, object]:
    return {"工资": Decimal(wage), "重病": ill, "残疾等级": grade}


def test_whoever_has_a_share_of_the_sum_is_admitted_and_nobody_else() -> None:
    family = [member("3000.00"), member(grade=1), member(), member("599.99", ill=True)]
    [outcome] = interpreted(rule(), [{"家庭成员": family}])
    assert (outcome.admitted, outcome.amount_fen) == ((2, 4), 60001)


def test_who_meets_the_condition_and_lacks_nothing_of_the_standard_is_not_admitted() -> None:
    [outcome] = interpreted(rule(), [{"家庭成员": [member("600.00", ill=True), member(ill=True)]}])
    assert (outcome.admitted, outcome.amount_fen) == ((2,), 60000)


def test_a_row_that_says_nothing_admits_all() -> None:
    [outcome] = interpreted(rule(), [{"家庭成员": [member()]}])
    assert (outcome.row, outcome.admitted) == ("ALL", None)


FAMILIES = st.lists(
    st.builds(
        member, st.sampled_from(["0.00", "599.99", "600.00", "600.01"]), st.booleans(), st.integers(0, 4)
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=30, deadline=None)
@drawn(st.lists(FAMILIES, min_size=1, max_size=20))
def test_interpreter_and_sql_admit_the_same_and_the_sum_is_that_of_those_admitted(
    families: list[Any],
) -> None:
    cases = [{"家庭成员": family} for family in families]
    agree(rule(), cases)
    for family, outcome in zip(families, interpreted(rule(), cases), strict=True):
        shares = [60000 - int(family[place - 1]["工资"] * 100) for place in outcome.admitted or ()]
        assert outcome.amount_fen == sum(shares)


OTHER = table(name="other") | {
    "outputs": [TABLE["outputs"][0] | {"name": "second"}],
    "rows": [row | {"then": {"second": "'paid'"}} for row in table()["rows"]],
}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"tables": [table("不存在")]}, "there is no formula `不存在`"),
        ({"share": "sum(m.工资 for m in 家庭成员) * 2"}, "`保障额` must be a sum over the members"),
        ({"members": MEMBERS | {"source": "survey"}}, "`保障额` must be a sum over the members"),
        ({"tables": [TABLE, OTHER]}, "only a row that is the reason of the decision"),
    ],
)
def test_an_admission_that_nobody_can_follow_is_refused(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(Refused, match=says):
        rule(**wrong)


# -- the shipped papers ----------------------------------------------------------------------------------


def shipped() -> dict[str, Any]:
    return {folder.name: read_paper(folder).paper for folder in sorted(PAPERS.iterdir()) if folder.is_dir()}


def test_who_is_admitted_stands_in_the_canonical_text_and_comes_back_from_it() -> None:
    paper = shipped()["dibao-2021"]
    assert '"admits":"单人户保障额"'.encode() in canonical(paper)
    assert from_canonical(canonical(paper)) == paper


def test_a_paper_checked_with_an_admission_that_is_no_sum_says_where() -> None:
    papers = shipped()
    paper = papers.pop("dibao-2021")
    [programme] = paper.programmes
    [only] = programme.tables
    rows = tuple(row.model_copy(update={"admits": "差额" if row.admits else None}) for row in only.rows)
    programme = programme.model_copy(update={"tables": (only.model_copy(update={"rows": rows}),)})
    found = check(paper.model_copy(update={"programmes": (programme,)}), list(papers.values()))
    assert any(one.rule == "admits" and "认定/SINGLE" in one.en for one in found)


@pytest.mark.parametrize("name", ["dibao-2012", "dibao-2021"])
def test_an_example_tells_who_is_admitted_and_notices_when_it_is_somebody_else(name: str) -> None:
    papers = shipped()
    paper, others = papers[name], [one for id, one in papers.items() if id != name]
    slips = [one for one in mutants(paper, others) if one.where.endswith("/admits")]
    assert {one.kind for one in slips} == {"admits", "typo"}
    assert all(caught(one.paper, others) for one in slips)
    group, one = next(
        (group, one) for group in paper.examples for one in group.examples if one.admitted is not None
    )
    wrong = group.model_copy(update={"examples": (one.model_copy(update={"admitted": (1,)}),)})
    [finding] = run(paper.model_copy(update={"examples": (wrong,)}), others)
    assert "expected [1] admitted, found [2]" in finding.en


def test_a_citizen_reads_that_only_some_are_admitted() -> None:
    assert "（只有在“保障额”中有份的家庭成员享受。）" in explain(rule(), "zh").text
    assert "(Only members with a share of “保障额” are admitted.)" in explain(rule(), "en").text
