"""How the figures are called in the office: measures, programmes, and which department a service answers for."""

from __future__ import annotations

from services.chassis.departments import Department

MEASURES: dict[str, tuple[str, str]] = {
    "applications": ("申请", "applications"),
    "accepted": ("受理", "accepted"),
    "notices": ("公示", "notices posted"),
    "granted": ("批准", "granted"),
    "declined": ("不予批准", "declined"),
    "withdrawn": ("撤回申请", "withdrawn"),
    "on_time": ("按期办结", "decided within the limit"),
    "late": ("逾期办结", "decided after the limit"),
    "on_time_rate": ("按期办结率", "share decided within the limit, of those that had one"),
    "payments": ("发放月次", "months granted"),
    "spend_fen": ("救助金额（分）", "sums granted, in fen"),
    "illustrative_fen": ("其中依示例标准（分）", "of that by illustrative figures, in fen"),
    "adjusted": ("调整", "adjusted"),
    "ended": ("停止救助", "ended"),
    "reviews_opened": ("启动复核", "reviews opened"),
    "reviewed": ("复核办结", "reviews ended"),
    "under_way": ("在办", "under way, not decided"),
    "overdue": ("超期未办结", "not decided, and past the limit"),
    "active": ("在保", "cases that stand granted"),
    "commitment_fen": ("月保障金额（分）", "granted a month as it stands, in fen"),
    "reviews_open": ("复核在办", "reviews under way"),
    "enrolled": ("登记对象（人）", "beneficiaries enrolled, people"),
    "covered": ("已获救助（人）", "of those, members of a granted case of dibao or tekun"),
    "coverage_gap": ("未获救助（人）", "enrolled and not covered"),
}

_ANSWERS_FOR: dict[str, Department] = {
    "registry": Department.CIVIL_AFFAIRS,
    "living": Department.CIVIL_AFFAIRS,
    "assistance": Department.CIVIL_AFFAIRS,
    "verification": Department.CIVIL_AFFAIRS,
    "society": Department.CIVIL_AFFAIRS,
    "care": Department.CIVIL_AFFAIRS,
    "education": Department.EDUCATION,
    "medical": Department.MEDICAL_INSURANCE,
    "housing": Department.HOUSING,
    "industry": Department.AGRICULTURE,
    "employment": Department.HUMAN_RESOURCES,
    "disability": Department.DISABLED_FEDERATION,
    "finance": Department.FINANCE,
}


def department_of(source: str) -> str:
    """The department that answers for a source (`/431202/living`); the district itself for any other."""
    return _ANSWERS_FOR.get(source.rpartition("/")[2], Department.DISTRICT).value


def department_zh(code: str) -> str:
    return Department(code).zh
