"""The departments that work on one family, named as the district's plan of 2020 (〔2020〕43) names them."""

from __future__ import annotations

from enum import StrEnum


class Department(StrEnum):
    """Ten departments, the district itself, and its audit."""

    CIVIL_AFFAIRS = "civil-affairs"
    FINANCE = "finance"
    EDUCATION = "education"
    HUMAN_RESOURCES = "human-resources"
    HOUSING = "housing"
    AGRICULTURE = "agriculture"
    HEALTH = "health"
    POVERTY_ALLEVIATION = "poverty-alleviation"
    MEDICAL_INSURANCE = "medical-insurance"
    DISABLED_FEDERATION = "disabled-federation"
    DISTRICT = "district"
    AUDIT = "audit"

    @property
    def zh(self) -> str:
        return _CHINESE[self]


_CHINESE = {
    Department.CIVIL_AFFAIRS: "民政局",
    Department.FINANCE: "财政局",
    Department.EDUCATION: "教育局",
    Department.HUMAN_RESOURCES: "人力资源和社会保障局",
    Department.HOUSING: "住房和城乡建设局",
    Department.AGRICULTURE: "农业农村局",
    Department.HEALTH: "卫生健康局",
    Department.POVERTY_ALLEVIATION: "扶贫开发办公室",
    Department.MEDICAL_INSURANCE: "医疗保障局",
    Department.DISABLED_FEDERATION: "残疾人联合会",
    Department.DISTRICT: "区人民政府",
    Department.AUDIT: "审计局",
}
