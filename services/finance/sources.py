"""Whose grants are paid, and out of which earmarked fund. One line here is all that another domain needs.

Which programme is paid from which fund stands in the papers (`fund` of a programme); a test holds this table against
them. Illustrative where a district names its funds otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping

PAID: tuple[str, ...] = ("living", "disability")
"""Services whose grants are paid, in the order in which a batch goes through them."""

FUNDS: Mapping[str, str] = {
    "dibao": "basic-living",
    "tekun": "basic-living",
    "relief-emergency": "basic-living",
    "relief-expenditure": "basic-living",
    "price-link": "price-link",
    "disability-living": "disability-subsidies",
    "disability-care": "disability-subsidies",
    "assistive-device": "disability-services",
}
"""Programme → the fund that pays it, and no other."""

ASKED_BACK = frozenset({"disability-living", "disability-care"})
"""Of which what was paid and is not due comes back by itself (三(七)), and not by an order of its domain."""

TITLES: Mapping[str, str] = {
    "basic-living": "困难群众救助补助资金",
    "price-link": "价格临时补贴资金",
    "medical-relief": "城乡医疗救助基金",
    "disability-subsidies": "残疾人两项补贴资金",
    "disability-services": "残疾人事业发展补助资金",
}
"""Every fund that has a book, with its name."""
