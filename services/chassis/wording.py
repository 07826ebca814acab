"""How a broken rule is told, in Chinese and English, without repeating what was sent.

pydantic's own messages may quote a piece of the value; these never do. A rule that is not listed is told in
general words and by its name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from services.chassis.redaction import redact
from services.chassis.refusal import Refused


class BrokenRule(BaseModel):
    """One rule that a request breaks, and where."""

    model_config = ConfigDict(frozen=True)

    field: str = Field(description="where: a dotted path into the body, or query.…, path.…, header.…")
    rule: str = Field(description="stable name of the rule")
    zh: str
    en: str


_WORDS: dict[str, tuple[str, str]] = {
    "missing": ("缺少必填项。", "This field is required."),
    "extra_forbidden": ("不存在该字段。", "There is no such field."),
    "json_invalid": ("不是有效的JSON。", "This is not valid JSON."),
    "string_type": ("应为文本。", "Must be text."),
    "string_unicode": ("应为有效的Unicode文本。", "Must be valid Unicode text."),
    "string_too_short": ("至少{min_length}个字符。", "At least {min_length} characters."),
    "string_too_long": ("最多{max_length}个字符。", "At most {max_length} characters."),
    "string_pattern_mismatch": ("格式应符合 {pattern}。", "Must match {pattern}."),
    "int_type": ("应为整数。", "Must be a whole number."),
    "int_parsing": ("应为整数。", "Must be a whole number."),
    "int_from_float": ("应为整数。", "Must be a whole number."),
    "int_parsing_size": ("数值过大。", "The number is too large."),
    "bool_type": ("应为 true 或 false。", "Must be true or false."),
    "bool_parsing": ("应为 true 或 false。", "Must be true or false."),
    "decimal_parsing": ("应为数值。", "Must be a number."),
    "decimal_type": ("应为数值。", "Must be a number."),
    "float_type": ("应为数值。", "Must be a number."),
    "float_parsing": ("应为数值。", "Must be a number."),
    "finite_number": ("应为有限数值。", "Must be a finite number."),
    "greater_than": ("应大于{gt}。", "Must be greater than {gt}."),
    "greater_than_equal": ("不得小于{ge}。", "Must be at least {ge}."),
    "less_than": ("应小于{lt}。", "Must be less than {lt}."),
    "less_than_equal": ("不得大于{le}。", "Must be at most {le}."),
    "date_type": ("应为日期（YYYY-MM-DD）。", "Must be a date (YYYY-MM-DD)."),
    "text_control": ("不得含有不可见的控制字符。", "Must hold no control characters."),
    "date_parsing": ("不存在该日期，应为 YYYY-MM-DD。", "Must be an existing date, YYYY-MM-DD."),
    "date_from_datetime_parsing": (
        "不存在该日期，应为 YYYY-MM-DD。",
        "Must be an existing date, YYYY-MM-DD.",
    ),
    "date_from_datetime_inexact": ("应为日期，不含时间。", "Must be a date without a time."),
    "datetime_type": ("应为带时区的时间。", "Must be a time with its zone."),
    "datetime_parsing": ("应为带时区的时间。", "Must be a time with its zone."),
    "datetime_from_date_parsing": ("应为带时区的时间。", "Must be a time with its zone."),
    "timezone_aware": ("时间应带时区。", "The time needs its zone."),
    "uuid_type": ("应为UUID。", "Must be a UUID."),
    "uuid_parsing": ("应为UUID。", "Must be a UUID."),
    "enum": ("应为以下之一：{expected}。", "Must be one of: {expected}."),
    "literal_error": ("应为以下之一：{expected}。", "Must be one of: {expected}."),
    "list_type": ("应为列表。", "Must be a list."),
    "tuple_type": ("应为列表。", "Must be a list."),
    "too_short": ("至少{min_length}项。", "At least {min_length} items."),
    "too_long": ("最多{max_length}项。", "At most {max_length} items."),
    "dict_type": ("应为对象。", "Must be an object."),
    "model_type": ("应为JSON对象。", "Must be a JSON object."),
    "model_attributes_type": ("应为JSON对象。", "Must be a JSON object."),
    "union_tag_not_found": ("缺少种类字段。", "The field that names the kind is missing."),
    "union_tag_invalid": ("种类应为以下之一：{expected_tags}。", "The kind must be one of: {expected_tags}."),
}
_OURS = re.compile(r"[A-Za-z0-9_.-]+", re.ASCII)  # as we name fields; -1 and 0 count list items
_GENERAL = ("不符合规则“{rule}”。", "Breaks the rule {rule}.")


def broken_rules(errors: Sequence[Mapping[str, Any]]) -> list[BrokenRule]:
    """pydantic's list of errors, each told in our own words; at most a hundred."""
    return [_broken_rule(error) for error in errors[:100]]


def _broken_rule(error: Mapping[str, Any]) -> BrokenRule:
    context = error.get("ctx", {})
    raised = context.get("error")
    field = place(error["loc"])
    if isinstance(raised, Refused):  # one of our validators spoke, with words of its own
        return BrokenRule(field=field, rule=raised.slug, zh=raised.zh, en=raised.en)
    rule = str(error["type"])
    if rule == "json_invalid":  # its place is an offset into the text
        field = "body"
    zh, en = _WORDS.get(rule, _GENERAL)
    try:
        return BrokenRule(
            field=field, rule=rule, zh=zh.format(rule=rule, **context), en=en.format(rule=rule, **context)
        )
    except KeyError:  # a pydantic that gives another context than ours: general words are still right
        zh, en = _GENERAL
        return BrokenRule(field=field, rule=rule, zh=zh.format(rule=rule), en=en.format(rule=rule))


def place(loc: Sequence[str | int]) -> str:
    """`("body", "members", 0, "name")` → `members.0.name`; other parts of a request keep their name."""
    steps = [str(step)[:100] if _OURS.fullmatch(str(step)) else "?" for step in loc]
    if len(steps) > 1 and steps[0] == "body":
        steps = steps[1:]
    # An unknown field's name is the caller's text, which may be somebody's name or number.
    return redact(".".join(steps))
