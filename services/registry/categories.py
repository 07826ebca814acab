"""The populations that the paper's clauses name, as categories of the register.

A category is held by a person from a day on. The definition of those to be enrolled (for the paper of
2020: registered poor together with dibao or tekun) is a rule over categories; every other population
keeps its own, so that nobody is unseen because an old tag is missing.
"""

from __future__ import annotations

from typing import Self

from services.registry.standards import Coded


class Category(Coded):
    """A population: the word we write, other words for it, and the clause that names it."""

    clause: str

    def __new__(cls, code: str, clause: str, *words: str) -> Self:
        # Not super().__new__: once a class of enums is made, that looks members up instead of making them.
        member = str.__new__(cls, code)
        member._value_ = code
        member.clause = clause
        member.words = words
        return member

    REGISTERED_POOR = (
        "registered_poor",
        "一",
        "建档立卡贫困户",
        "建档立卡",
        "建档立卡户",
        "建档立卡贫困人口",
        "脱贫户",
    )
    DIBAO = (
        "dibao",
        "三(一)1",
        "低保",
        "低保对象",
        "低保户",
        "农村低保",
        "城市低保",
        "城镇低保",
        "最低生活保障",
    )
    TEKUN = (
        "tekun",
        "三(一)2",
        "特困供养",
        "特困",
        "特困人员",
        "特困供养人员",
        "五保",
        "五保户",
        "农村特困",
        "城市特困",
    )
    DIBAO_MARGIN = "dibao_margin", "三(一)1", "低保边缘", "低保边缘家庭", "低保边缘户", "低收入家庭"
    RIGID_EXPENDITURE = "rigid_expenditure", "三(一)3", "刚性支出困难", "刚性支出困难家庭", "支出型困难家庭"
    BACK_IN_POVERTY = "back_in_poverty", "三(一)3", "返贫人口", "返贫"
    NEWLY_POOR = "newly_poor", "三(一)3", "新增贫困人口", "新增贫困"
    MOVED_RURAL_POOR = "moved_rural_poor", "三(二)", "进城农村贫困人口", "进城贫困人口"
    REGISTERED_UNEMPLOYED = "registered_unemployed", "三(六)", "登记失业", "登记失业人员"
    DISABLED = "disabled", "三(七)", "残疾人", "残疾"
    SUSPECTED_DISABLED = "suspected_disabled", "三(七)", "疑似残疾人", "疑似残疾"
    LEFT_BEHIND_ELDER = "left_behind_elder", "三(八)", "留守老年人", "留守老人"
    LEFT_BEHIND_CHILD = "left_behind_child", "三(八)", "留守儿童", "农村留守儿童"
    CARE_DEPENDENT = "care_dependent", "三(九)", "失能半失能", "失能", "半失能", "失能人员", "半失能人员"
