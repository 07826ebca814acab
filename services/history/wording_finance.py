"""The facts of finance, a sentence each: books, accounts, batches, payments, what comes back."""

from __future__ import annotations

from events import finance as f
from services.finance.sources import TITLES
from services.history.words import PROGRAMMES, See, Wording, Words, day, place, yuan

WORDING = Wording()
STATES = {
    "no_account": Words("没有可用的收款账户", "there is no account"),
    "no_fund": Words("没有对应的资金", "no fund pays this programme"),
    "funds_short": Words("资金不足", "the fund is short"),
    "death": Words("受益人已去世", "nobody of the case lives"),
    "holder_dead": Words("户名人已去世", "the holder of the account has died"),
    "ended": Words("待遇已终止", "the case has ended"),
    "account_failed": Words("银行退回后账户未更正", "the account was not corrected"),
    "dropped": Words("批次作废", "the batch was dropped"),
    "moved_away": Words("家庭已迁出本区", "the household has left the district"),
    "changed": Words("金额已调整", "the sum was adjusted"),
    "erased": Words("户名人的信息已删除", "the holder's data is erased"),
    "account_closed": Words("账户已销户", "the account is closed"),
    "name_mismatch": Words("户名不符", "the name is another"),
    "account_unknown": Words("账号不存在", "there is no such account"),
    "account_frozen": Words("账户冻结", "the account is frozen"),
    "bank_error": Words("银行原因", "an error of the bank"),
    "other": Words("其他原因", "another reason"),
    "unspent": Words("交回", "given back"),
    "carried": Words("结转下年", "carried into the next year"),
    "collected": Words("已全部追回", "all of it came back"),
    "waived": Words("免予追回", "the rest is waived"),
    "ordered": Words("决定追回", "it was ordered"),
}

Moved = (
    f.BudgetSet | f.BudgetChanged | f.FundsAllocated | f.CarriedOver | f.FundsCommitted | f.FundsReleased
    | f.FundsPaid | f.FundsRecovered | f.ReserveSetAside | f.ReservePaid
)  # fmt: skip
BOOK: dict[type[Moved], Words] = {
    f.BudgetSet: Words("{fund}预算{sum}", "Budget in {fund}: {sum}"),
    f.BudgetChanged: Words("{fund}预算调整为{sum}", "Budget in {fund} is now {sum}"),
    f.FundsAllocated: Words("{fund}拨入{sum}", "{sum} allocated to {fund}"),
    f.CarriedOver: Words("{fund}上年结转{sum}", "{sum} carried over into {fund}"),
    f.FundsCommitted: Words("{fund}安排发放{sum}", "{sum} of {fund} set aside for payments"),
    f.FundsReleased: Words("{fund}解除安排{sum}", "{sum} of {fund} set aside no more"),
    f.FundsPaid: Words("{fund}支付{sum}", "{sum} of {fund} paid"),
    f.ReserveSetAside: Words(
        "{fund}拨入乡镇备用金{sum}", "{sum} of {fund} set aside in a township's reserve"
    ),
    f.ReservePaid: Words("{fund}由备用金支付{sum}", "{sum} of {fund} paid out of a township's reserve"),
    f.FundsRecovered: Words("{fund}追回{sum}", "{sum} came back into {fund}"),
}
"""What happened in a book: `{fund}` and `{sum}` stand for those of the fact."""


def _fund(fact: f.BookFact) -> Words:
    return Words(f"{fact.year}年{TITLES.get(fact.fund, fact.fund)}", f"the {fact.year} book of {fact.fund}")


def _moved(fact: Moved, see: See) -> Words:
    said, fund, sum_ = BOOK[type(fact)], _fund(fact), yuan(fact.amount_fen, False)
    return Words(said.zh.format(fund=fund.zh, sum=sum_.zh), said.en.format(fund=fund.en, sum=sum_.en))


for _fact in BOOK:
    WORDING.of(_fact)(_moved)


@WORDING.of(f.FundsReturned)
def _(fact: f.FundsReturned, see: See) -> Words:
    fund, sum_, why = _fund(fact), yuan(fact.amount_fen, False), STATES[fact.why]
    return Words(f"{fund.zh}{why.zh}{sum_.zh}", f"{sum_.en} of {fund.en} {why.en}")


@WORDING.of(f.AccountNamed)
def _(fact: f.AccountNamed, see: See) -> Words:
    name, since = see(fact.name), day(fact.since)
    return Words(
        f"登记收款账户（户名{name.zh}），{since}起，待复核", f"Account of {name.en} taken down, from {since}"
    )


@WORDING.of(f.AccountConfirmed)
def _(fact: f.AccountConfirmed, see: See) -> Words:
    return Words("收款账户经第二人复核", "A second person confirmed the account")


@WORDING.of(f.CustodyAgreed)
def _(fact: f.CustodyAgreed, see: See) -> Words:
    return Words(
        f"{day(fact.since)}起按书面协议代管存折（卡）",
        f"Passbook or card kept by agreement from {day(fact.since)}",
    )


@WORDING.of(f.CustodyEnded)
def _(fact: f.CustodyEnded, see: See) -> Words:
    return Words(f"{day(fact.on)}终止代管存折（卡）", f"Passbook or card given back on {day(fact.on)}")


@WORDING.of(f.BatchOpened)
def _(fact: f.BatchOpened, see: See) -> Words:
    return Words(f"{fact.month}发放批次开始汇总", f"A batch for {fact.month} is gathered")


@WORDING.of(f.PieceGathered)
def _(fact: f.PieceGathered, see: See) -> Words:
    sum_ = yuan(fact.amount_fen, False)
    return Words(
        f"汇总{fact.ordered}笔{sum_.zh}，暂缓{fact.withheld}笔",
        f"{fact.ordered} payments gathered, {sum_.en}; {fact.withheld} withheld",
    )


@WORDING.of(f.PaymentOrdered)
def _(fact: f.PaymentOrdered, see: See) -> Words:
    sum_ = yuan(fact.amount_fen, fact.illustrative)
    programme = PROGRAMMES.get(fact.programme, Words(fact.programme, fact.programme))
    return Words(
        f"{programme.zh}（{fact.period}）{sum_.zh}列入发放批次",
        f"{programme.en} of {fact.period}, {sum_.en}, to be paid",
    )


@WORDING.of(f.PaymentWithheld)
def _(fact: f.PaymentWithheld, see: See) -> Words:
    sum_, why = yuan(fact.amount_fen, fact.illustrative), STATES[fact.reason]
    return Words(
        f"{fact.period}的{sum_.zh}暂缓发放：{why.zh}", f"{sum_.en} of {fact.period} withheld: {why.en}"
    )


@WORDING.of(f.BatchClosed)
def _(fact: f.BatchClosed, see: See) -> Words:
    sum_ = yuan(fact.total_fen, False)
    return Words(
        f"发放批次汇总完毕（第{fact.revision}版）：{fact.payments}笔{sum_.zh}",
        f"Batch closed, revision {fact.revision}: {fact.payments} payments, {sum_.en}",
    )


@WORDING.of(f.BatchApproved)
def _(fact: f.BatchApproved, see: See) -> Words:
    return Words(f"发放批次第{fact.revision}版获批准", f"Revision {fact.revision} of the batch approved")


@WORDING.of(f.BatchHandedOver)
def _(fact: f.BatchHandedOver, see: See) -> Words:
    return Words(
        f"发放文件交银行（第{fact.revision}版）", f"The file was handed to the bank, revision {fact.revision}"
    )


@WORDING.of(f.BatchGivenUp)
def _(fact: f.BatchGivenUp, see: See) -> Words:
    return Words("决定作废发放批次", "The batch is given up")


@WORDING.of(f.BatchDropped)
def _(fact: f.BatchDropped, see: See) -> Words:
    return Words("发放批次作废", "The batch was dropped")


@WORDING.of(f.ReturnChecked)
def _(fact: f.ReturnChecked, see: See) -> Words:
    count = fact.executed + fact.failed + fact.unknown
    return Words(f"回盘文件核对无误，共{count}笔", f"The bank's file of {count} payments is checked")


@WORDING.of(f.ReturnTaken)
def _(fact: f.ReturnTaken, see: See) -> Words:
    sum_ = yuan(fact.paid_fen, False)
    return Words(
        f"银行回盘：已付{fact.executed}笔{sum_.zh}，失败{fact.failed}笔，不明{fact.unknown}笔",
        f"The bank answered: {fact.executed} paid, {sum_.en}; {fact.failed} failed, {fact.unknown} unknown",
    )


@WORDING.of(f.PaymentPaid)
def _(fact: f.PaymentPaid, see: See) -> Words:
    sum_ = yuan(fact.amount_fen, False)
    return Words(
        f"{day(fact.on)}银行已支付{fact.period}的{sum_.zh}",
        f"{sum_.en} of {fact.period} paid on {day(fact.on)}",
    )


@WORDING.of(f.PaymentFailed)
def _(fact: f.PaymentFailed, see: See) -> Words:
    sum_, why = yuan(fact.amount_fen, False), STATES[fact.reason]
    return Words(
        f"{fact.period}的{sum_.zh}支付失败：{why.zh}", f"{sum_.en} of {fact.period} not paid: {why.en}"
    )


@WORDING.of(f.PaymentUnknown)
def _(fact: f.PaymentUnknown, see: See) -> Words:
    sum_ = yuan(fact.amount_fen, False)
    return Words(
        f"{fact.period}的{sum_.zh}支付结果不明，待核实",
        f"Whether {sum_.en} of {fact.period} were paid is to be found out",
    )


@WORDING.of(f.RecoveryOpened)
def _(fact: f.RecoveryOpened, see: See) -> Words:
    sum_, why = yuan(fact.amount_fen, False), STATES[fact.why]
    return Words(f"应追回{sum_.zh}：{why.zh}", f"{sum_.en} are to come back: {why.en}")


@WORDING.of(f.RecoveryPlanned)
def _(fact: f.RecoveryPlanned, see: See) -> Words:
    return Words(
        f"分{fact.parts}期追回，首期{day(fact.first_due)}",
        f"To come back in {fact.parts} parts, the first due on {day(fact.first_due)}",
    )


@WORDING.of(f.RefundGranted)
def _(fact: f.RefundGranted, see: See) -> Words:
    sum_ = yuan(fact.amount_fen, fact.illustrative)
    return Words(f"追回决定被撤销，退还已追回的{sum_.zh}", f"The order was revoked: {sum_.en} is paid again")


@WORDING.of(f.RecoveryCollected)
def _(fact: f.RecoveryCollected, see: See) -> Words:
    sum_ = yuan(fact.amount_fen, False)
    return Words(f"{day(fact.on)}追回{sum_.zh}", f"{sum_.en} came back on {day(fact.on)}")


@WORDING.of(f.RecoveryEnded)
def _(fact: f.RecoveryEnded, see: See) -> Words:
    why = STATES[fact.why]
    return Words(f"追回结束：{why.zh}", f"The recovery is over: {why.en}")


@WORDING.of(f.PriceIndexRecorded)
def _(fact: f.PriceIndexRecorded, see: See) -> Words:
    return Words(
        f"{fact.month}价格同比涨幅：居民消费{fact.consumer}%，食品{fact.food}%，低收入居民{fact.scpi}%",
        f"Prices of {fact.month}: consumer {fact.consumer} %, food {fact.food} %, low-income {fact.scpi} %",
    )


@WORDING.of(f.PriceLinkStarted)
def _(fact: f.PriceLinkStarted, see: See) -> Words:
    return Words(f"{fact.month}起启动物价联动", f"The price link starts with {fact.month}")


@WORDING.of(f.PriceLinkStopped)
def _(fact: f.PriceLinkStopped, see: See) -> Words:
    return Words(f"{fact.month}起中止物价联动", f"The price link stops with {fact.month}")


@WORDING.of(f.PriceAllowanceOwed)
def _(fact: f.PriceAllowanceOwed, see: See) -> Words:
    return Words(
        f"{fact.month}价格临时补贴应于{day(fact.pay_by)}前发放",
        f"The allowance of {fact.month} is due by {day(fact.pay_by)}",
    )


@WORDING.of(f.PriceAllowanceGranted)
def _(fact: f.PriceAllowanceGranted, see: See) -> Words:
    sum_ = yuan(fact.amount_fen, fact.illustrative)
    return Words(f"{fact.month}价格临时补贴{sum_.zh}", f"Price allowance of {fact.month}: {sum_.en}")


@WORDING.of(f.PricePieceGranted)
def _(fact: f.PricePieceGranted, see: See) -> Words:
    return Words(f"价格临时补贴审批一批{fact.cases}户", f"{fact.cases} price allowances in one piece")


@WORDING.of(f.PriceAllowancesComplete)
def _(fact: f.PriceAllowancesComplete, see: See) -> Words:
    sum_ = yuan(fact.total_fen, False)
    return Words(
        f"{fact.month}价格临时补贴核定完毕：{fact.cases}件{sum_.zh}",
        f"Allowances of {fact.month} are granted: {fact.cases} cases, {sum_.en}",
    )


@WORDING.of(f.PriceAllowanceOverdue)
def _(fact: f.PriceAllowanceOverdue, see: See) -> Words:
    return Words(
        f"{fact.month}价格临时补贴逾期（期限{day(fact.pay_by)}）",
        f"The allowance of {fact.month} is overdue since {day(fact.pay_by)}",
    )


@WORDING.of(f.ReserveFunded)
def _(fact: f.ReserveFunded, see: See) -> Words:
    town, sum_ = place(fact.township), yuan(fact.amount_fen, False)
    zh, en = (
        ("已", "set aside in the fund's book") if fact.set_aside else ("资金不足，尚未", "the fund is short")
    )
    return Words(
        f"{town.zh}临时救助备用金拨入{sum_.zh}，{zh}列入资金账",
        f"{sum_.en} into the reserve of {town.en}: {en}",
    )


@WORDING.of(f.ReserveDrawnOn)
def _(fact: f.ReserveDrawnOn, see: See) -> Words:
    town, sum_ = place(fact.township), yuan(fact.amount_fen, False)
    return Words(
        f"{town.zh}临时救助备用金支出{sum_.zh}，已记资金账",
        f"{sum_.en} spent from the reserve of {town.en}: booked in the fund",
    )


@WORDING.of(f.ReserveMadeGood)
def _(fact: f.ReserveMadeGood, see: See) -> Words:
    town, sum_ = place(fact.township), yuan(fact.amount_fen, False)
    return Words(
        f"{town.zh}临时救助备用金补记资金账{sum_.zh}",
        f"{sum_.en} of the reserve of {town.en}, which lacked, set aside in the fund's book",
    )


@WORDING.of(f.ReserveCompared)
def _(fact: f.ReserveCompared, see: See) -> Words:
    town, ours, told = place(fact.township), yuan(fact.ours_fen, False), yuan(fact.told_fen, False)
    counted = yuan(fact.counted_fen, False)
    return Words(
        f"{town.zh}临时救助备用金{fact.month}对账：财政账{ours.zh}，乡镇账{told.zh}，实有{counted.zh}",
        f"The reserve of {town.en} compared for {fact.month}: {ours.en} by finance, {told.en} by the township,"
        f" {counted.en} found",
    )


@WORDING.of(f.FundReconciliationDue)
def _(fact: f.FundReconciliationDue, see: See) -> Words:
    fund = _fund(fact)
    return Words(f"{fund.zh}{fact.half}应核对账实", f"{fund.en} is to be reconciled for {fact.half}")


@WORDING.of(f.FundReconciled)
def _(fact: f.FundReconciled, see: See) -> Words:
    fund, booked, counted = _fund(fact), yuan(fact.booked_fen, False), yuan(fact.counted_fen, False)
    return Words(
        f"{fund.zh}{fact.half}核对：账面{booked.zh}，实有{counted.zh}"
        + ("，结余超过15%" if fact.above_limit else ""),
        f"{fund.en} reconciled for {fact.half}: {booked.en} by the book, {counted.en} found"
        + (", surplus above 15 %" if fact.above_limit else ""),
    )
