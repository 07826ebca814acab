"""Dates, sums and remedies in the words of Chinese papers."""

from __future__ import annotations

from datetime import date

PROGRAMMES_ZH = {
    "dibao": "最低生活保障",
    "tekun": "特困人员救助供养",
    "temporary_relief": "临时救助",
    "relief-emergency": "急难型临时救助",
    "relief-expenditure": "支出型临时救助",
    "rigid-expenditure": "刚性支出困难家庭认定",
    "disability-living": "困难残疾人生活补贴",
    "disability-care": "重度残疾人护理补贴",
    "assistive-device": "辅助器具适配补贴",
    "home-adaptation": "家庭无障碍改造",
}
PAID_ONCE = frozenset({"temporary_relief", "relief-emergency", "relief-expenditure", "assistive-device"})


def chinese_date(day: date) -> str:
    """2021年8月5日."""
    return f"{day.year}年{day.month}月{day.day}日"


def chinese_month(day: date) -> str:
    return f"{day.year}年{day.month}月"


def yuan(fen: int) -> str:
    """In yuan, exact to the fen: 123456 → 1234.56元, 120000 → 1200元."""
    whole, rest = divmod(fen, 100)
    return f"{whole}元" if rest == 0 else f"{whole}.{rest:02}元"


def remedies_text(reconsider_at: str, court: str) -> tuple[str, ...]:
    """What the law demands at the end of a decision: where and within which time it can be contested.

    行政复议法 (2023) art. 20: 60 days; 行政诉讼法 art. 46: six months; both from the day it became known.
    """
    return (
        f"如不服本决定，可以自收到本文书之日起60日内，向{reconsider_at}申请行政复议；"
        f"也可以自收到本文书之日起6个月内，直接向{court}提起行政诉讼。",
    )
