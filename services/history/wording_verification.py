"""The facts of verification, a sentence each. What a department's data say is sealed; its kind is told of nobody by name."""

from __future__ import annotations

from datetime import date

from events import verification as v
from events.base import Event
from events.sealed import Sealed
from services.chassis.departments import Department
from services.history.words import See, Wording, Words, day, shorts
from services.verification.sources import SOURCES

WORDING = Wording()
CODES = {
    "applicant": Words("申请人", "the applicant"),
    "member": Words("共同生活的家庭成员", "a member of the household"),
    "supporter": Words("赡养、抚养、扶养义务人", "a supporter outside the household"),
    "not_shareable": Words("依法不予共享", "the law does not allow it"),
    "incomplete": Words("申请材料不全", "the request is incomplete"),
    "no_such_data": Words("无此数据", "there are no such data"),
    "purpose_not_met": Words("用途不符", "not for this purpose"),
    "period_over": Words("期限届满", "its period is over"),
    "suspended": Words("暂停共享", "suspended"),
    "not_needed": Words("不再需要", "no longer needed"),
    "answered": Words("各部门均已答复", "every department has answered"),
    "decided": Words("案件已作决定", "the case is decided"),
    "lapsed": Words("期限届满", "its time is over"),
    "asked_anew": Words("已重新提请核对", "it is asked anew"),
    "consent_withdrawn": Words("授权已撤回", "consent was withdrawn"),
    "household_changed": Words("家庭成员已变化", "the household has changed"),
    "closed": Words("核对已结束", "the check is closed"),
    "no_consent": Words("授权已失效", "consent is over"),
    "no_data": Words("无部门数据", "no department's data were there"),
    "still_running": Words("上次比对仍在进行", "the last one still ran"),
    "confirmed": Words("属实", "it is so"),
    "data_wrong": Words("数据有误", "the data are wrong"),
    "known": Words("已掌握", "it was known"),
    "other_person": Words("不是本人", "it is somebody else"),
    "mismatch": Words("部门数据与救助情况不一致", "departments' data contradict the help"),
    "late_report": Words("核对答复逾期到达", "an answer came too late to be used"),
    "died": Words("去世", "death"),
    "moved_away": Words("迁出本区", "departure from the district"),
    "granted": Words("获得救助", "a grant"),
    "ended": Words("退出救助", "an exit"),
}


def _source(code: str) -> Words:
    return Words(SOURCES[code].zh, code)  # type: ignore[index]  # the code of a source


def _says(fact: type, zh: str, en: str) -> None:
    """A sentence with fields of the fact in braces: codes in words, days as such, `{source}` by its title."""

    def sentence(told: Event, see: See) -> Words:
        found = {name: _word(name, value, see) for name, value in told}
        return Words(
            zh.format(**{name: words.zh for name, words in found.items()}),
            en.format(**{name: words.en for name, words in found.items()}),
        )

    WORDING.of(fact)(sentence)


def _word(name: str, value: object, see: See) -> Words:
    if name == "source":
        return _source(str(value))
    if name == "department":
        return Words(Department(str(value)).zh, str(value))
    if isinstance(value, Sealed):
        return see(value)
    if isinstance(value, date):
        return Words(day(value), day(value))
    if isinstance(value, bool):
        return Words("是" if value else "否", "yes" if value else "no")
    if name == "people" and isinstance(value, tuple):
        return Words(shorts(value), shorts(value))
    if name == "departments" and isinstance(value, tuple):
        return Words("、".join(Department(one).zh for one in value), ", ".join(value))
    return CODES.get(str(value), Words(str(value), str(value)))


_says(
    v.ConsentGiven,
    "{capacity}授权核对家庭经济状况，{since}起至{until}前有效",
    "Consent to the check of means by {capacity}, from {since} until before {until}",
)
_says(v.ConsentWithdrawn, "撤回核对授权", "Consent to the check is withdrawn")
_says(
    v.ShareRequested,
    "向{department}申请共享{source}数据，应于{reply_by}前答复",
    "{department} is asked to share {source}; reply by {reply_by}",
)
_says(
    v.ShareGranted,
    "同意共享{source}数据，应于{deliver_by}前提供",
    "Sharing of {source} is agreed; due by {deliver_by}",
)
_says(v.ShareRefused, "不同意共享{source}数据：{reason}", "Sharing of {source} is refused: {reason}")
_says(v.ShareReplyOverdue, "{source}数据共享申请逾期未答复", "No reply on {source} by {reply_by}")
_says(v.FeedOverdue, "{source}数据逾期未提供（应于{deliver_by}前）", "No data of {source} by {deliver_by}")
_says(v.ShareEnded, "终止共享{source}数据：{reason}", "Sharing of {source} ends: {reason}")
_says(
    v.FeedReceived,
    "收到{source}数据（截至{as_of}）{rows}行，本区{matched}行，不予接收{refused}行",
    "Data of {source} as of {as_of}: {rows} rows, {matched} of people here, {refused} refused",
)
_says(
    v.FeedRefused, "{source}数据文件不予接收：{field} {rule}", "A file of {source} is refused: {field} {rule}"
)
_says(v.CheckOwed, "应于{start_by}前启动家庭经济状况核对", "The check of means is to begin by {start_by}")
_says(
    v.CheckRequested,
    "启动家庭经济状况核对，应于{answer_by}前答复",
    "The departments are asked; answer by {answer_by}",
)
_says(v.CheckOverdue, "家庭经济状况核对逾期未启动", "The check has not begun by {start_by}")
_says(v.RecordsCounted, "{source}核对：{asked}人中{hits}人有记录", "{source}: on record of {hits} of {asked}")
_says(v.CheckClosed, "家庭经济状况核对结束：{outcome}", "The check is closed: {outcome}")
_says(
    v.CorrectionsDue,
    "请{department}于{correct_by}前校核更正数据{corrections}项",
    "{department} is to correct {corrections} of its data by {correct_by}",
)
_says(v.ReviewAsked, "须听取意见并复核：{reason}", "To be heard and reviewed: {reason}")
_says(
    v.ComparisonScheduled,
    "每{every_months}个月比对一次",
    "Recipients are compared every {every_months} months",
)
_says(v.ComparisonOpened, "{period}定期比对开始", "The comparison of {period} begins")
_says(v.ComparisonSkipped, "{period}未比对：{reason}", "Nothing is compared in {period}: {reason}")
_says(v.PieceCompared, "已比对{people}人", "{people} more are compared")
_says(
    v.ComparisonDone,
    "定期比对完成：{people}人，其中无有效授权{unconsented}人",
    "The comparison is done: {people} people, {unconsented} of them without consent",
)
_says(
    v.MismatchFound,
    "{source}数据（截至{as_of}）与救助情况不一致：{record}",
    "{source} as of {as_of} contradicts: {record}",
)
_says(v.MismatchDisputed, "本人提出异议：{statement}", "The person disputes it: {statement}")
_says(v.MismatchHeard, "{on}已听取本人意见", "The person was heard on {on}")
_says(v.MismatchResolved, "差异处理结果：{result}", "Resolved: {result}")
_says(v.MismatchSettled, "{on}差异核实办结", "The mismatch was settled on {on}")
_says(
    v.CorrectionAsked,
    "向{source}数据提供部门申请校核，应于{correct_by}前反馈",
    "Correction of {source} is asked; due by {correct_by}",
)
_says(
    v.CorrectionAnswered, "校核结果：是否更正：{corrected}", "The department answers; corrected: {corrected}"
)
_says(v.CorrectionOverdue, "校核申请逾期未反馈", "No answer on the correction by {correct_by}")
_says(v.ChangeNotified, "变化（{change}）通报{departments}", "A change ({change}) is told to {departments}")


@WORDING.of(v.CheckReported)
def _(fact: v.CheckReported, see: See) -> Words:
    source, unused = _source(fact.source), CODES.get(fact.unused or "")
    zh = f"{source.zh}核对答复，数据截至{day(fact.as_of)}（{fact.age_days}天前）"
    en = f"{source.en} answers, as of {day(fact.as_of)} ({fact.age_days} days old)"
    return (
        Words(zh, en)
        if unused is None
        else Words(f"{zh}，未采用：{unused.zh}", f"{en}, not used: {unused.en}")
    )
