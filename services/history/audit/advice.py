"""What to do next about a finding, by its class: a hint for whoever audits, nothing that follows by itself."""

from __future__ import annotations

from collections.abc import Mapping

from services.history.audit.verdict import Class, Sort
from services.history.words import Words

LATER = Words(
    "事后才获知：核实经办当时确不知情，更正即可（2021办法第三十九条）。",
    "Known only later: make sure that nobody knew, and put it right (2021 办法 39).",
)
_ACCOUNT = "doudi audit decision"
ADVICE: Mapping[Class, Words] = {
    Class.LATE: Words(
        "查明延误环节，书面告知当事人。", "Find out where it waited; tell the family in writing."
    ),
    Class.KIN: Words(
        "由无近亲属关系的人员重新核查并重新决定。",
        "Let somebody who is no near relative look into it and decide again.",
    ),
    Class.PAPER_OUT_OF_FORCE: Words(
        "按决定之日有效的文件复核；查看该决定的复原报告。",
        f"Review it by the papers in force that day; see its account (`{_ACCOUNT}`).",
    ),
    Class.AFTER_DEATH: Words(
        "停止死者份额，多发的依法追回。", "End the share of the dead; what was paid too much comes back."
    ),
    Class.ALTERED_AMOUNT: Words(
        "查看该决定的复原报告，逐步比对；有误的复核，补发或者追回。",
        f"See its account (`{_ACCOUNT}`) step by step; review it, pay the rest or ask it back.",
    ),
    Class.SWAPPED_INPUT: Words(
        "调取调查、核对原件比对，改正后复核。",
        "Hold it against the signed survey and the check; put it right in a review.",
    ),
    Class.UNFOUNDED: Words(
        "要求决定部门提供该项事实的来源，补做调查核对后复核。",
        "Ask who decided where it comes from; survey and check anew, and review.",
    ),
    Class.SKIPPED_NOTICE: Words(
        "补办公示，期间有异议的重新核查。", "Post the notice now; look again at any objection."
    ),
    Class.SKIPPED_STEP: Words("补办缺少的步骤，再作复核。", "Take the step that is missing, then review."),
    Class.TOO_FEW_PEOPLE: Words("由两人以上重新核查。", "Let two people or more look into it again."),
    Class.NOT_AUTHORISED: Words(
        "核对岗位与职责变动（审计清单roles），由有权人员重新决定。",
        "See who held which post (the list `roles`); let somebody who may decide it again.",
    ),
    Class.UNHEARD: Words("听取当事人意见后重新决定。", "Hear the family, and decide again."),
    Class.ALTERED_LOG: Words(
        "立即封存该库，用doudi audit log逐个服务核对。",
        "Seal the store; hold every service's log against its checkpoints (`doudi audit log`).",
    ),
    Class.NOT_ELIGIBLE: Words(
        "听取意见后复核，调整或者终止，多发的依法追回。",
        "Hear the family and review; adjust or end, and ask back what was paid too much.",
    ),
    Class.OVER_PROPERTIED: Words(
        "核实财产，听取意见后复核。", "Verify what is owned, hear the family, and review."
    ),
    Class.JAILED: Words(
        "核实服刑期间，听取意见后复核其份额。",
        "Verify the time in prison, hear the family, and review the share.",
    ),
    Class.DOUBLE: Words(
        "确定由哪一案保障，终止另一案，追回重复部分。",
        "Settle which case goes on, end the other, ask back what was double.",
    ),
    Class.MISSED: Words(
        "上门联系，协助申请，或者说明理由销号。",
        "Call on them: help to apply, or take them off the list with a reason.",
    ),
    Class.UNPAID: Words(
        "查明未发原因（账户、资金、批次），纳入下一批次。",
        "Find out why (account, fund, batch); pay it with the next batch.",
    ),
    Class.PAID_WITHOUT_DECISION: Words(
        "查明批次的汇总、审批人，追回款项或者补正决定。",
        "Find out who gathered and approved the batch; ask it back, or mend the decision.",
    ),
    Class.ALTERED_PAYMENT: Words(
        "核对批次文件与决定，差额补发或者追回。",
        "Hold the batch file against the decision; pay or ask back the difference.",
    ),
    Class.WRONG_FUND: Words(
        "专款专用：更正账目，由文件规定的资金列支。",
        "Earmarked: correct the books, and charge the fund that the paper names.",
    ),
    Class.PAID_TWICE: Words("追回重复支付的一笔。", "Ask back what was paid again."),
    Class.PAID_AFTER_DEATH: Words(
        "向账户持有人追回，核对死亡信息传递。",
        "Ask it back from whoever holds the account; see how the death was told.",
    ),
    Class.PAID_AFTER_END: Words("追回终止后的支付。", "Ask back what was paid after the end."),
}


def advice_on(kind: Class, sort: Sort) -> Words:
    return LATER if sort == "later" else ADVICE[kind]
