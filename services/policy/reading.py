"""A paper read from its folder, with the place of every part; and its canonical text, which is what is published.

    paper, places = read_paper(Path("services/policy/papers/dibao-2021"))

`paper.yaml` is the identity; `parameters.yaml`, `duties.yaml` and `referrals.yaml` are lists; each file of
`programmes/`, `procedures/` and `examples/` is one of them. Other files (`source.md`) are no part of the paper.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from services.policy.finding import Finding, Refused
from services.policy.paper import Paper
from services.policy.places import Path as Place
from services.policy.places import Places
from services.policy.plain_yaml import NotPlain, load

LISTS = ("parameters", "duties", "referrals")
FOLDERS = ("programmes", "procedures", "examples")
SAID = {
    "missing": "缺少字段",
    "extra_forbidden": "没有这个字段",
    "literal_error": "不在允许的取值之内",
    "string_type": "须为文字",
    "tuple_type": "须为列表",
    "dict_type": "须为映射",
    "model_type": "须为映射",
    "too_short": "至少要有一项",
    "string_too_short": "不得为空",
    "string_pattern_mismatch": "格式不对",
    "int_parsing": "须为整数",
    "bool_parsing": "须为 true 或 false",
}


class ReadPaper(NamedTuple):
    paper: Paper
    places: Places


def read_paper(folder: Path) -> ReadPaper:
    """Raises Refused with all that is wrong with the files: rules `yaml`, `file` and `shape`."""
    places, findings = Places(), list[Finding]()
    whole: dict[str, object] = {}
    files = dict(_files(folder, findings))
    for path, at in files.items():
        try:
            value = load(path.read_bytes(), path.as_posix(), at, places, _is_free)
        except NotPlain as problem:
            findings.append(problem.finding)
            continue
        if len(at) == 1:
            whole[str(at[0])] = value
        else:
            # Indices go by the order of the files, and a file that cannot be read ends everything below.
            whole.setdefault(str(at[0]), [])
            whole[str(at[0])] = [*_list(whole[str(at[0])]), value]
    if findings:
        raise Refused(findings)
    places.note((), (folder / "paper.yaml").as_posix(), 1)
    try:
        paper = Paper.model_validate(whole)
    except ValidationError as error:
        raise Refused(list(_shape(error, places))) from None
    changed = list(_changed(whole, _plain(paper, whole=True), (), places))
    if changed:
        raise Refused(changed)
    return ReadPaper(paper, places)


def canonical(paper: Paper) -> bytes:
    """The paper as JSON: sorted keys, no spaces, UTF-8; a field that is as by default is left out.

    Two papers that say the same have the same text, however their files were laid out.
    """
    return json.dumps(_plain(paper), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(paper: Paper) -> str:
    """SHA-256 of the canonical text, in hexadecimal."""
    return hashlib.sha256(canonical(paper)).hexdigest()


def from_canonical(text: bytes) -> Paper:
    """The paper again. Raises Refused where the text is not the canonical one of any paper."""
    try:
        paper = Paper.model_validate_json(text)
    except ValidationError as error:
        raise Refused(list(_shape(error, Places()))) from None
    if canonical(paper) != text:
        raise Refused([Finding("canonical", "不是规范文本", "this is not the canonical text of a paper")])
    return paper


def _files(folder: Path, findings: list[Finding]) -> Iterator[tuple[Path, Place]]:
    """Every YAML file of the folder with where it goes; one that goes nowhere is a finding, lest it be overlooked."""
    known = {folder / "paper.yaml": ("identity",), **{folder / f"{name}.yaml": (name,) for name in LISTS}}
    if not (folder / "paper.yaml").is_file():
        findings.append(Finding("file", "缺少 paper.yaml", "there is no paper.yaml", folder.as_posix(), 0))
    counts = dict.fromkeys(FOLDERS, 0)
    for path in sorted(folder.rglob("*.y*ml")):
        room = path.parent.name
        if path in known:
            yield path, known[path]
        elif path.suffix == ".yaml" and path.parent.parent == folder and room in FOLDERS:
            yield path, (room, counts[room])
            counts[room] += 1
        else:
            findings.append(
                Finding("file", "文件不在规定的位置", "a paper has no such file", path.as_posix(), 1)
            )


def _is_free(at: Place) -> bool:
    """Whether a path lies in the inputs or outputs of an example, whose types only the programme knows."""
    if at[:1] != ("examples",):
        return False
    return "base" in at[2:3] or (at[2:3] == ("examples",) and at[4:5] in (("inputs",), ("outputs",)))


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _plain(paper: Paper, whole: bool = False) -> dict[str, object]:
    return paper.model_dump(mode="json", by_alias=True, exclude_defaults=not whole)


def _shape(error: ValidationError, places: Places) -> Iterator[Finding]:
    seen = set[tuple[str, int, str]]()
    for problem in error.errors(include_url=False, include_input=False):
        file, line = places.line(problem["loc"])
        where = ".".join(str(part) for part in problem["loc"])
        if problem["type"] == "extra_forbidden":
            en = f"`{where}`: there is no such field"
        elif problem["type"] == "missing":
            en = f"`{where}` is missing"
        else:
            en = f"`{where}`: {problem['msg']}"
        if (file, line, problem["type"]) not in seen or problem["type"] in ("missing", "extra_forbidden"):
            zh = f"“{where}”{SAID.get(problem['type'], '类型或取值不对')}"
            yield Finding("shape", zh, en, file, line)
        seen.add((file, line, problem["type"]))


def _changed(written: object, understood: object, at: Place, places: Places) -> Iterator[Finding]:
    """Where a text was taken for something it does not spell: `20200727` for a day of 1970, `yes` for true."""
    match written, understood:
        case dict(), dict():
            for key, value in written.items():
                yield from _changed(value, understood.get(key), (*at, key), places)
        case list(), list():
            for index, (value, other) in enumerate(zip(written, understood, strict=True)):
                yield from _changed(value, other, (*at, index), places)
        case str(), _:
            spelled = str(understood).lower() if isinstance(understood, bool) else str(understood)
            if written != spelled:
                file, line = places.line(at)
                yield Finding(
                    "shape", f"“{written}”读作“{spelled}”，请写明", f"`{written}` reads as `{spelled}`: write it plainly",
                    file, line,
                )  # fmt: skip
