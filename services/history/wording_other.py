"""Facts of services about themselves, of policy, notification and reports, a sentence each."""

from __future__ import annotations

from events import notification as n
from events import policy as o
from events import reports as p
from events import service as s
from services.history.words import See, Wording, Words, day, short

WORDING = Wording()


@WORDING.of(s.Listening)
def _(fact: s.Listening, see: See) -> Words:
    count = len(fact.sources)
    return Words(f"订阅{count}个来源", f"Listens to {count} sources")


@WORDING.of(s.DayClosed)
def _(fact: s.DayClosed, see: See) -> Words:
    return Words(f"{day(fact.day)}已结账", f"{day(fact.day)} is closed")


@WORDING.of(s.Parked)
def _(fact: s.Parked, see: See) -> Words:
    source, number = fact.letter_source, fact.letter_sequence
    return Words(f"来文{source}第{number}号暂存待处理", f"Event {number} of {source} waits")


@WORDING.of(s.RetryRequested)
def _(fact: s.RetryRequested, see: See) -> Words:
    return Words("要求重新处理暂存来文", "A retry of a waiting event was asked for")


@WORDING.of(s.RetryFailed)
def _(fact: s.RetryFailed, see: See) -> Words:
    return Words("暂存来文重新处理未成功", "The waiting event failed again")


@WORDING.of(s.Resumed)
def _(fact: s.Resumed, see: See) -> Words:
    return Words("暂存来文已处理", "The waiting event was taken")


@WORDING.of(s.Discarded)
def _(fact: s.Discarded, see: See) -> Words:
    return Words(f"暂存来文不予处理：{fact.reason}", f"The waiting event was discarded: {fact.reason}")


@WORDING.of(s.Answered)
def _(fact: s.Answered, see: See) -> Words:
    return Words(
        "已答复一项请求，重复提交不再办理", "A request was answered; repeated, it gets the same answer"
    )


@WORDING.of(s.Unsealed)
def _(fact: s.Unsealed, see: See) -> Words:
    return Words(
        f"查看个人信息{fact.count}人（用途：{fact.purpose}）",
        f"Personal data of {fact.count} was looked at (purpose: {fact.purpose})",
    )


@WORDING.of(s.ReportReceived)
def _(fact: s.ReportReceived, see: See) -> Words:
    return Words(f"收到{fact.report_source}的报送", f"Report from {fact.report_source} taken")


@WORDING.of(s.ReportRefused)
def _(fact: s.ReportRefused, see: See) -> Words:
    return Words(
        f"退回{fact.report_source}的报送（{fact.rule}）",
        f"Report from {fact.report_source} refused ({fact.rule})",
    )


@WORDING.of(o.PaperProposed)
def _(fact: o.PaperProposed, see: See) -> Words:
    return Words(
        f"提出政策文件{fact.number}，待另一人批准",
        f"Paper {fact.code} ({fact.number}) is proposed; somebody else has to approve it",
    )


@WORDING.of(o.PaperPublished)
def _(fact: o.PaperPublished, see: See) -> Words:
    since, mark = day(fact.effective), fact.digest[:12]
    return Words(
        f"发布政策文件{fact.number}，自{since}起作为决定依据（文本{mark}）",
        f"Paper {fact.code} ({fact.number}) is published, decisions rest on it from {since} (text {mark})",
    )


@WORDING.of(o.PaperWithdrawn)
def _(fact: o.PaperWithdrawn, see: See) -> Words:
    return Words(
        f"撤回政策文件{fact.number}的提案", f"The proposal of {fact.code} ({fact.number}) is taken back"
    )


@WORDING.of(o.PaperLapseNear)
def _(fact: o.PaperLapseNear, see: See) -> Words:
    last = day(fact.last)
    return Words(
        f"政策文件{fact.number}将于{last}到期，此后的决定须另有依据",
        f"{fact.code} ({fact.number}) is in force until {last}: later decisions need another basis",
    )


@WORDING.of(o.CalendarPublished)
def _(fact: o.CalendarPublished, see: See) -> Words:
    return Words(
        f"发布{fact.year}年工作日安排（{fact.source}）",
        f"The working days of {fact.year} are published ({fact.source})",
    )


@WORDING.of(n.SummaryBegun)
def _(fact: n.SummaryBegun, see: See) -> Words:
    closes = day(fact.closes)
    return Words(f"开始汇总通知，{closes}发出", f"A summary is being gathered, composed on {closes}")


@WORDING.of(n.MessageComposed)
def _(fact: n.MessageComposed, see: See) -> Words:
    return Words(
        f"拟发通知（{fact.template}），收件：{fact.recipient}",
        f"Message composed ({fact.template}) to {fact.recipient}",
    )


@WORDING.of(n.SendingStarted)
def _(fact: n.SendingStarted, see: See) -> Words:
    return Words(f"第{fact.attempt}次发送通知", f"Sending of the message started, attempt {fact.attempt}")


@WORDING.of(n.Sent)
def _(fact: n.Sent, see: See) -> Words:
    return Words("通知已送达对方系统", "The message was handed over")


@WORDING.of(n.SendingFailed)
def _(fact: n.SendingFailed, see: See) -> Words:
    end = Words("，不再重试", ", for good") if fact.final else Words("，将重试", ", to be tried again")
    return Words(
        f"通知发送失败（{fact.reason}）{end.zh}", f"Sending of the message failed ({fact.reason}){end.en}"
    )


@WORDING.of(n.RetryAsked)
def _(fact: n.RetryAsked, see: See) -> Words:
    return Words("要求重新发送通知", "The message is to be sent again")


@WORDING.of(n.GivenUp)
def _(fact: n.GivenUp, see: See) -> Words:
    return Words("通知不再发送", "The message will not be sent")


@WORDING.of(p.DeathReported)
def _(fact: p.DeathReported, see: See) -> Words:
    who, on = short(fact.person), day(fact.on)
    return Words(f"部门报送：{who}于{on}死亡", f"Reported: {who} died on {on}")


@WORDING.of(p.MoveReported)
def _(fact: p.MoveReported, see: See) -> Words:
    since = day(fact.since)
    return Words(f"部门报送：家庭自{since}起迁出", f"Reported: the household left from {since}")


@WORDING.of(p.PovertyStatusReported)
def _(fact: p.PovertyStatusReported, see: See) -> Words:
    zh = "建档立卡" if fact.status == "registered_poor" else "脱贫"
    since = day(fact.since)
    return Words(f"部门报送：自{since}起{zh}", f"Reported: {fact.status.replace('_', ' ')} from {since}")


@WORDING.of(p.CheckAnswered)
def _(fact: p.CheckAnswered, see: See) -> Words:
    people = len({one.person for one in fact.records})
    return Words(
        f"部门报送：核对答复，数据截至{day(fact.as_of)}，{people}人有记录",
        f"Reported: answer to a check as of {day(fact.as_of)}, {people} people on record",
    )


@WORDING.of(p.FeedOpened)
def _(fact: p.FeedOpened, see: See) -> Words:
    return Words(f"开始报送数据文件，截至{day(fact.as_of)}", f"A file of data as of {day(fact.as_of)} begins")


@WORDING.of(p.FeedPiece)
def _(fact: p.FeedPiece, see: See) -> Words:
    return Words(f"报送数据文件第{fact.number}块", f"Piece {fact.number} of a file of data")


@WORDING.of(p.FeedClosed)
def _(fact: p.FeedClosed, see: See) -> Words:
    return Words(f"数据文件报送完毕，共{fact.pieces}块", f"A file of data is sent, in {fact.pieces} pieces")
