"""Papers read from their folders: every value as written, every mistake with its file and line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import services.policy
from services.policy.finding import Finding, Refused
from services.policy.reading import canonical, digest, from_canonical, read_paper
from tests.policy.little import PARAMETERS, PROGRAMME, aid, identity, lay

SHIPPED = sorted((Path(services.policy.__file__).parent / "papers").glob("*/paper.yaml"))


def refused(folder: Path, files: dict[str, str]) -> tuple[Finding, ...]:
    with pytest.raises(Refused) as caught:
        read_paper(lay(folder, {"paper.yaml": identity(), **files}))
    return caught.value.findings


def only(findings: tuple[Finding, ...], folder: Path) -> tuple[str, str, int]:
    """Rule, file and line of the one finding there is."""
    assert len(findings) == 1, findings
    assert findings[0].zh and findings[0].en
    return findings[0].rule, Path(findings[0].file).relative_to(folder).as_posix(), findings[0].line


def test_the_digits_of_a_parameter_stay_as_published(tmp_path):
    unquoted = PARAMETERS.replace('"400.00"', "400.00")
    paper = aid(tmp_path, {"parameters.yaml": unquoted})
    assert [value.value for value in paper.parameters[0].values] == ["400.00", "450.50"]


def test_words_that_yaml_takes_for_truths_stay_words(tmp_path):
    paper = aid(tmp_path, {"parameters.yaml": PARAMETERS.replace("en: standard", "en: No")})
    assert paper.parameters[0].en == "No"


def test_every_part_has_its_file_and_line(tmp_path):
    aid(tmp_path)
    places = read_paper(tmp_path).places
    file, line = places.line(("programmes", 0, "formulas", 0, "formula"))
    assert file.endswith("programmes/aid.yaml")
    assert "收入 / 人数" in Path(file).read_text().splitlines()[line - 1]
    assert places.line(("parameters", 0, "values", 1, "value"))[1] == 8


def test_a_field_called_otherwise_in_python_has_the_same_place(tmp_path):
    aid(tmp_path)
    places = read_paper(tmp_path).places
    assert places.line(("parameters", 0, "values", 1, "first")) == places.line(
        ("parameters", 0, "values", 1, "from")
    )


def test_where_nothing_stands_the_part_above_answers(tmp_path):
    aid(tmp_path)
    places = read_paper(tmp_path).places
    assert places.line(("programmes", 0, "amount", "missing", 3)) == places.line(("programmes", 0, "amount"))
    assert places.line(("duties", 4))[0].endswith("paper.yaml")


def test_programmes_go_by_the_order_of_their_files(tmp_path):
    second = PROGRAMME.replace("programme: aid", "programme: other")
    paper = aid(tmp_path, {"programmes/zz.yaml": second})
    assert [one.programme for one in paper.programmes] == ["aid", "other"]
    assert read_paper(tmp_path).places.line(("programmes", 1))[0].endswith("zz.yaml")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("- {a: 1, a: 2}\n", 1),
        ("- a: 1\n- b: &x 1\n", 2),
        ("- a: 1\n- *x\n", 2),
        ("- a: !!python/name:os.system x\n", 1),
        ("- a: 1\n  ? [x]\n  : 2\n", 2),
        ("- a: [1\n", 2),
        ("a: 1\n---\nb: 1\n", 2),
        ("[" * 30 + "]" * 30, 1),
    ],
    ids=[
        "key twice",
        "anchor",
        "alias",
        "tag",
        "key that is a list",
        "not yaml",
        "two documents",
        "too deep",
    ],
)
def test_yaml_beyond_the_plain_is_refused_with_its_line(tmp_path, text, line):
    assert only(refused(tmp_path, {"duties.yaml": text}), tmp_path) == ("yaml", "duties.yaml", line)


def test_bytes_that_are_not_utf_8_are_refused(tmp_path):
    lay(tmp_path, {"paper.yaml": identity()})
    (tmp_path / "duties.yaml").write_bytes("- a\n- 低保".encode("gb18030"))
    assert only(refused(tmp_path, {}), tmp_path) == ("yaml", "duties.yaml", 2)


def test_a_file_that_would_be_overlooked_is_refused(tmp_path):
    assert only(refused(tmp_path, {"programme/aid.yaml": PROGRAMME}), tmp_path) == (
        "file",
        "programme/aid.yaml",
        1,
    )
    (tmp_path / "programme/aid.yaml").unlink()
    assert only(refused(tmp_path, {"programmes/aid.yml": PROGRAMME}), tmp_path)[0] == "file"


def test_a_folder_without_paper_yaml_is_refused(tmp_path):
    with pytest.raises(Refused, match=r"paper\.yaml"):
        read_paper(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("    - {from: 2021-01-01,", "    - {form: 2021-01-01,", 8),
        ("unit: yuan/month", "unit: jiao", 4),
        ("2021-01-01", "2021-13-01", 8),
        ("2021-01-01", "20210101", 8),
        ("2021-01-01", "1609459200", 8),
        ('"450.50"', "null", 8),
        ('clause: "1"', "remark: x", 2),
    ],
    ids=[
        "misspelt field",
        "unknown unit",
        "no such day",
        "day without dashes",
        "seconds",
        "nothing",
        "missing",
    ],
)
def test_a_wrong_shape_is_refused_with_its_line(tmp_path, old, new, line):
    findings = refused(tmp_path, {"parameters.yaml": PARAMETERS.replace(old, new, 1)})
    assert {finding.rule for finding in findings} == {"shape"}
    assert line in [finding.line for finding in findings]
    assert all(finding.file.endswith("parameters.yaml") for finding in findings)


def test_inputs_of_examples_tell_numbers_and_truths_from_texts(tmp_path):
    text = """
    programme: aid
    base: {a: 3, b: true, c: "3", d: 600.00, e: 2020-01-01, f: [{g: false}]}
    examples:
      - {name: one, on: 2020-02-01, inputs: {h: -1}, row: BELOW, amount: "1.00", outputs: {i: 2}}
    """
    group = aid(tmp_path, {"examples/aid.yaml": text}).examples[0]
    assert group.base == {"a": 3, "b": True, "c": "3", "d": "600.00", "e": "2020-01-01", "f": [{"g": False}]}
    assert group.examples[0].inputs == {"h": -1} and group.examples[0].outputs == {"i": 2}


@pytest.mark.parametrize("value", ["yes", "010", "1_000", "0x1F", "12:30"])
def test_an_input_that_may_be_read_in_two_ways_is_refused(tmp_path, value):
    text = f"""
    programme: aid
    examples:
      - name: one
        on: 2020-02-01
        inputs: {{h: {value}}}
        row: BELOW
        amount: "1.00"
    """
    assert only(refused(tmp_path, {"examples/aid.yaml": text}), tmp_path) == ("yaml", "examples/aid.yaml", 6)


def test_the_canonical_text_has_sorted_keys_no_spaces_and_no_defaults(tmp_path):
    text = canonical(aid(tmp_path))
    assert text.decode().startswith('{"identity":{"id":"little"')
    assert "标准" in text.decode() and '"duties"' not in text.decode()
    spelled = json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert spelled.encode() == text


def test_the_digest_does_not_know_how_the_files_were_laid_out(tmp_path):
    lines = PARAMETERS.strip().splitlines()
    other = "\n".join([lines[0], *reversed(lines[1:4]), *lines[4:]]) + "\n# a remark\n"
    assert digest(aid(tmp_path / "a")) == digest(aid(tmp_path / "b", {"parameters.yaml": other}))
    assert digest(aid(tmp_path / "a")) != digest(
        aid(tmp_path / "c", {"parameters.yaml": PARAMETERS.replace("400.00", "400.0")})
    )


def test_what_is_written_as_by_default_changes_nothing(tmp_path):
    written = PROGRAMME.replace("hit: first", "hit: first\n    overlaps: []")
    assert digest(aid(tmp_path / "a")) == digest(aid(tmp_path / "b", {"programmes/aid.yaml": written}))


def test_a_text_that_is_not_canonical_is_refused(tmp_path):
    text = canonical(aid(tmp_path))
    with pytest.raises(Refused, match="canonical"):
        from_canonical(text.replace(b'"language":1', b'"language": 1'))
    with pytest.raises(Refused, match="shape"):
        from_canonical(b'{"identity":{}}')


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.parent.name)
def test_a_shipped_paper_comes_back_from_its_canonical_text(file):
    paper = read_paper(file.parent).paper
    again = from_canonical(canonical(paper))
    assert again == paper and digest(again) == digest(paper)
    assert paper.identity.id == file.parent.name
