"""What the sentences of a timeline are made of: both languages at once, codes in words, sums marked.

Chinese is what officials read; the English beside it is for everybody else. A code without a word of its
own is shown as the code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple, Protocol, TypeVar
from uuid import UUID

from events.base import Event
from events.sealed import Sealed
from services.registry.divisions import hecheng


class Words(NamedTuple):
    zh: str
    en: str


class See(Protocol):
    """What this reader may see of a sealed text: the text, or why it is not shown."""

    def __call__(self, sealed: Sealed) -> Words: ...


SEALED = Words("（已封存）", "(sealed)")
ERASED = Words("（已删除）", "(erased)")
RESTRICTED = Words("（不公开）", "(restricted)")

E = TypeVar("E", bound=Event)
Sentence = Callable[[Any, See], Words]


class Wording:
    """One sentence a type of fact."""

    def __init__(self) -> None:
        self.sentences: dict[type[Event], Sentence] = {}

    def of(self, fact: type[E]) -> Callable[[Callable[[E, See], Words]], Callable[[E, See], Words]]:
        def register(sentence: Callable[[E, See], Words]) -> Callable[[E, See], Words]:
            if self.sentences.setdefault(fact, sentence) is not sentence:
                raise TypeError(f"{fact.TYPE} is already put into words")
            return sentence

        return register


def short(identifier: UUID) -> str:
    """The beginning of an id: enough to tell the members of a family apart."""
    return str(identifier)[:8]


def shorts(identifiers: tuple[UUID, ...]) -> str:
    return "、".join(map(short, identifiers))


def day(when: date) -> str:
    return when.isoformat()


def yuan(fen: int, illustrative: bool) -> Words:
    """A sum; one that rests on an illustrative figure says so wherever it is shown."""
    sign, fen = ("-" if fen < 0 else ""), abs(fen)
    text = f"{sign}{fen // 100:,}.{fen % 100:02d}"
    if illustrative:
        return Words(f"{text}元〔示例标准〕", f"{text} yuan [illustrative]")
    return Words(f"{text}元", f"{text} yuan")


def place(code: str) -> Words:
    """A township or village, by name where the district's table has it."""
    unit = hecheng().by_code(code)
    return Words(code, code) if unit is None else Words(unit.name, f"{unit.name} ({code})")


def of(table: Mapping[str, Words], code: str) -> Words:
    return table.get(code, Words(code, code.replace("_", " ")))


def listed(table: Mapping[str, Words], codes: tuple[str, ...]) -> Words:
    words = [of(table, code) for code in codes]
    return Words("、".join(one.zh for one in words) or "无", ", ".join(one.en for one in words) or "none")


CATEGORIES = {
    "registered_poor": Words("建档立卡贫困人口", "registered poor"),
    "lifted": Words("已脱贫（享受政策）", "lifted out of poverty"),
    "dibao": Words("低保", "dibao"),
    "tekun": Words("特困供养", "tekun"),
    "dibao_margin": Words("低保边缘", "dibao margin"),
    "rigid_expenditure": Words("刚性支出困难", "rigid expenditure"),
    "at_risk": Words("返贫致贫风险", "at risk of poverty"),
    "back_in_poverty": Words("返贫人口", "back in poverty"),
    "newly_poor": Words("新增贫困人口", "newly poor"),
    "moved_rural_poor": Words("进城农村贫困人口", "rural poor moved to town"),
    "registered_unemployed": Words("登记失业人员", "registered unemployed"),
    "suspected_disabled": Words("疑似残疾人", "suspected disabled"),
    "care_dependent": Words("失能、半失能人员", "care-dependent"),
    "disabled": Words("残疾人", "disabled"),
    "severely_ill": Words("重病患者", "severely ill"),
    "left_behind_child": Words("留守儿童", "left-behind child"),
    "child_without_guardian": Words("事实无人抚养儿童", "child without guardian"),
    "left_behind_elder": Words("留守老人", "left-behind elder"),
}
SERVICES = {
    "policy": Words("政策文件", "papers"),
    "registry": Words("对象登记", "the register"),
    "staff": Words("岗位与人员", "staff"),
    "living": Words("基本生活保障", "basic living"),
    "verification": Words("信息核对", "verification"),
    "disability": Words("残疾人帮扶", "help for the disabled"),
    "finance": Words("资金发放", "payment"),
    "notification": Words("消息通知", "messages"),
    "history": Words("历史", "history"),
}
"""Who recorded something, by the name of the service."""
PROGRAMMES = {
    "dibao": Words("最低生活保障", "dibao"),
    "tekun": Words("特困人员供养", "tekun"),
    "temporary_relief": Words("临时救助", "temporary relief"),
    "relief-emergency": Words("急难型临时救助", "temporary relief in an emergency"),
    "relief-expenditure": Words("支出型临时救助", "temporary relief for heavy expenditure"),
    "rigid-expenditure": Words("刚性支出困难家庭认定", "recognition for rigid expenditure"),
    "disability-living": Words("困难残疾人生活补贴", "living subsidy for disabled persons in need"),
    "disability-care": Words("重度残疾人护理补贴", "care subsidy for severely disabled persons"),
    "assistive-device": Words("辅助器具适配补贴", "subsidy for an assistive device"),
    "home-adaptation": Words("家庭无障碍改造", "a home made free of barriers"),
}
REASONS = {
    "ABOVE": Words("人均收入不低于低保标准", "income a head is not below the standard"),
    "HOUSEHOLD": Words("全家纳入", "the whole family is admitted"),
    "PROPERTY": Words("财产不符合规定", "property over the rule"),
    "SINGLE": Words("参照单人户纳入", "admitted as single persons"),
    "TAPER": Words("渐退期", "phasing out"),
    "BEARABLE": Words("支出未超出家庭承受能力", "the spending is within what the family can bear"),
    "CAPPED": Words("十二个月内救助已达封顶额", "relief within 12 months has reached the most"),
    "COVERED": Words("已纳入低保、特困或低保边缘", "already on dibao or tekun, or a margin household"),
    "DIBAO_CHECK": Words("十二个月内再次救助", "relieved again within 12 months"),
    "INCOME": Words("人均收入不低于上年人均水平", "income a head is not below last year's"),
    "LOCAL": Words("不符合地方条件", "other local conditions are not met"),
    "NO_EVENT": Words("没有急难情形", "no emergency"),
    "NO_HARDSHIP": Words("基本生活没有严重困难", "basic living is not in serious difficulty"),
    "REPEATED": Words("同一事由已经救助", "relieved for the same event already"),
    "SHARE": Words("刚性支出占比未超出规定", "the spending does not exceed the set part of income"),
    "NO_CONSENT": Words("没有申请，也没有同意", "neither applied nor agreed"),
    "NO_CARD": Words("没有有效的残疾人证", "no valid card"),
    "IN_PRISON": Words("在监狱服刑", "in prison"),
    "INJURY_CARE": Words("领取工伤护理费", "paid care by work-injury insurance"),
    "TEKUN_CARE": Words("特困供养已含照料护理费", "tekun brings money for care"),
    "FULL_ALLOWANCE": Words("全额领取儿童保障", "a child on the full allowance"),
    "NO_DIBAO": Words("不在低保家庭中", "not covered by dibao"),
    "DISABLED_IN_NEED": Words("低保家庭中的持证残疾人", "a card holder on dibao"),
    "GRADE": Words("残疾等级不符合", "the grade does not qualify"),
    "NO_CARE_NEED": Words("不需要长期照护", "needs no care for a long time"),
    "SEVERELY_DISABLED": Words("需要长期照护的重度残疾人", "severely disabled, needs care"),
    "NOT_NEEDED": Words("评估认为不需要", "not needed, by assessment"),
    "TOO_SOON": Words("使用年限未满", "its years are not over"),
    "FITTED": Words("按目录适配", "fitted by the catalogue"),
    "NOT_ENROLLED": Words("不是兜底保障对象", "no beneficiary"),
    "DONE_BEFORE": Words("已经改造过", "done before"),
    "TO_BE_PULLED_DOWN": Words("房屋为D级或者待拆除", "the house is of grade D or to be pulled down"),
    "ADAPT": Words("列入改造", "to be changed"),
    "adjusted": Words("调整", "adjusted"),
    "aid_changed": Words("低保、特困变化", "dibao or tekun changed"),
    "card_issued": Words("核发残疾人证", "a card was issued"),
    "card_changed": Words("残疾人证变更", "the card was changed"),
    "card_void": Words("残疾人证注销", "the card is void"),
    "card_expired": Words("残疾人证到期", "the card expired"),
    "care_need": Words("照护需要评估", "the need of care was assessed"),
    "consent_given": Words("同意免申即享", "consent was given"),
    "consent_withdrawn": Words("撤回同意", "consent was withdrawn"),
    "exclusion": Words("不得同时享受的情形", "an exclusion"),
    "exclusion_ended": Words("该情形终止", "an exclusion ended"),
    "adoption": Words("收养", "adoption"),
    "birth": Words("出生", "birth"),
    "completed": Words("救助完成", "completed"),
    "death": Words("死亡", "death"),
    "definition_no_longer_met": Words("不再符合认定条件", "definition no longer met"),
    "departs_from_recommendation": Words("与建议不一致", "departs from the recommendation"),
    "due": Words("定期复核", "due"),
    "duplicate": Words("重复登记", "duplicate"),
    "ended": Words("终止", "ended"),
    "error": Words("登记有误", "error"),
    "household_gone": Words("家庭不复存在", "household gone"),
    "lapsed": Words("有效期满", "lapsed"),
    "marriage": Words("婚姻", "marriage"),
    "member_joined": Words("成员增加", "a member joined"),
    "member_left": Words("成员减少", "a member left"),
    "merge": Words("并户", "merge"),
    "merged": Words("已并户", "merged"),
    "moved": Words("区内迁移", "moved"),
    "moved_away": Words("迁出本区", "moved away"),
    "relief_repeated": Words("十二个月内再次临时救助", "relieved again within twelve months"),
    "remedy": Words("执行行政复议决定", "by the decision of a review"),
    "fraud": Words("骗取救助", "obtained by deceit"),
    "no_longer_eligible": Words("不再符合条件", "no longer eligible"),
    "nobody_left": Words("户内无人", "nobody left"),
    "nothing_due": Words("差额为零", "nothing is due"),
    "other": Words("其他", "other"),
    "registration": Words("补登记", "registration"),
    "request": Words("本人申请", "at the family's request"),
    "return": Words("返乡", "return"),
    "review": Words("复核", "review"),
    "certificate_expired": Words("证件到期", "a certificate expired"),
    "rule_changed": Words("政策文件变化", "the papers changed"),
    "split": Words("分户", "split"),
    "standard_changed": Words("标准调整", "the standard changed"),
    "taper": Words("开始渐退", "phasing out begins"),
    "taper_ended": Words("渐退期满", "phasing out ended"),
    "transfer": Words("转入转出", "transfer"),
    "unchanged": Words("不变", "unchanged"),
    "work": Words("外出务工", "work elsewhere"),
}
