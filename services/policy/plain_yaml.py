"""YAML as papers use it: mappings, lists and plain values, with the line of each.

Less than YAML is accepted, so that what a reader sees is what is meant: no anchors or aliases, no tags, no key twice,
one document a file. Values stay as written: `0.20` keeps its digits and `2020-07-27` its dashes; `Paper` gives them
their types. Only the inputs of examples, which have no types of their own, tell numbers and truths from texts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import yaml
from yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, NodeEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from services.policy.finding import Finding
from services.policy.places import Path, Places

LARGEST = 1_000_000
"""Bytes of a file."""
DEEPEST = 20

WHOLE = re.compile(r"-?(0|[1-9][0-9]*)")
TAG = "tag:yaml.org,2002:"
_loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class NotPlain(Exception):
    """What is wrong with a file, and where."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


def load(raw: bytes, file: str, at: Path, places: Places, free: Callable[[Path], bool]) -> object:
    """The value of one file, its parts noted in `places` under the path `at`.

    Mappings become dicts, lists lists, every plain value a str; under a path that is `free`, whole numbers become int,
    `true` and `false` bool. None is what is left empty or written `null`. Raises NotPlain.
    """
    text = _text(raw, file)
    try:
        _must_be_plain(text, file)
        node = yaml.compose(text, Loader=_loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise _not_plain("yaml", "不是正确的 YAML", f"not YAML: {error.problem}", file, line) from None
    except yaml.YAMLError as error:
        raise _not_plain(
            "yaml", "不是正确的 YAML", f"not YAML: {str(error).splitlines()[0]}", file, 0
        ) from None
    places.note(at, file, 1 if node is None else node.start_mark.line + 1)
    return None if node is None else _value(node, file, at, places, free)


def _text(raw: bytes, file: str) -> str:
    if len(raw) > LARGEST:
        raise _not_plain("yaml", "文件过大", f"the file has more than {LARGEST:,} bytes", file, 0)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _not_plain("yaml", "文件须为 UTF-8", "the file is not UTF-8", file, line) from None


def _must_be_plain(text: str, file: str) -> None:
    """Looks at the stream before anything is built from it: an alias may unfold into more than there is room for."""
    depth = 0
    for event in yaml.parse(text, Loader=_loader):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, AliasEvent) or (isinstance(event, NodeEvent) and event.anchor):
            raise _not_plain(
                "yaml", "不得使用锚点与别名（& 和 *）", "no anchors and no aliases (& and *)", file, line
            )
        if isinstance(event, NodeEvent) and getattr(event, "tag", None):
            raise _not_plain("yaml", "不得使用标签（!）", "no tags (!)", file, line)
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > DEEPEST:
            raise _not_plain("yaml", "嵌套过深", f"nested deeper than {DEEPEST}", file, line)


def _value(node: Node, file: str, at: Path, places: Places, free: Callable[[Path], bool]) -> object:
    match node:
        case MappingNode():
            return dict(_pairs(node, file, at, places, free))
        case SequenceNode():
            for index, item in enumerate(node.value):
                places.note((*at, index), file, item.start_mark.line + 1)
            return [_value(item, file, (*at, index), places, free) for index, item in enumerate(node.value)]
        case ScalarNode():
            return _scalar(node, file, free(at))
    raise AssertionError(node)


def _pairs(
    node: MappingNode, file: str, at: Path, places: Places, free: Callable[[Path], bool]
) -> Iterator[tuple[str, object]]:
    seen: set[str] = set()
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, ScalarNode):
            raise _not_plain("yaml", "键须为文字", "a key must be a plain text", file, line)
        if key.value in seen:
            raise _not_plain(
                "yaml", f"键“{key.value}”重复", f"the key `{key.value}` stands twice", file, line
            )
        seen.add(key.value)
        places.note((*at, key.value), file, line)
        yield key.value, _value(value, file, (*at, key.value), places, free)


def _scalar(node: ScalarNode, file: str, free: bool) -> object:
    text: str = node.value
    kind = node.tag.removeprefix(TAG)
    if kind == "null":
        return None
    if not free or kind == "str" or node.style in ("'", '"', "|", ">"):
        return text
    if kind == "int" and WHOLE.fullmatch(text):
        return int(text)
    if kind == "bool" and text in ("true", "false"):
        return text == "true"
    if kind in ("float", "timestamp"):
        return text
    raise _not_plain(
        "yaml", f"“{text}”含义不明，请加引号或改写", f"`{text}` may be read in two ways: quote it or write it plainly",
        file, node.start_mark.line + 1,
    )  # fmt: skip


def _not_plain(rule: str, zh: str, en: str, file: str, line: int) -> NotPlain:
    return NotPlain(Finding(rule, zh, en, file, line))
