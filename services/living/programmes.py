"""What living carries: dibao, tekun, temporary relief of both kinds, and recognition for rigid expenditure.

The rest stands in the papers.
"""

from __future__ import annotations

from events.registry import Category
from services.assistance.model import Case
from services.assistance.programme import Local, Programme, declare
from services.chassis.work import Work
from services.living import following, known, links, relief, tekun
from services.registry.keeping import belongs_since

REGISTERED_POOR = "未脱贫建档立卡户"


def of_dibao(work: Work, case: Case) -> Local:
    """Whether a member is registered poor and not yet out of poverty: the poor are registered by household."""
    poor = any(belongs_since(work, one, Category.REGISTERED_POOR) for one in case.members)
    return {REGISTERED_POOR: "true" if poor else "false"}


DIBAO = declare(
    Programme(
        "dibao",
        "living",
        ("最低生活保障", "dibao"),
        "dibao",
        of_dibao,
        covers=tekun.without_tekun,
        follows=links.of_dibao,
    )
)
TEKUN = declare(
    Programme(
        "tekun",
        "living",
        ("特困人员救助供养", "tekun"),
        "tekun",
        tekun.of_tekun,
        admits=tekun.admits,
        beside=following.beside,
    )
)
EMERGENCY = declare(
    Programme(
        known.EMERGENCY,
        "living",
        ("急难型临时救助", "temporary relief in an emergency"),
        known.EMERGENCY,
        known.of_relief,
        follows=relief.follows,
    )
)
EXPENDITURE = declare(
    Programme(
        known.EXPENDITURE,
        "living",
        ("支出型临时救助", "temporary relief for heavy expenditure"),
        known.EXPENDITURE,
        known.of_relief,
        owes=known.owes_check,
        follows=relief.follows,
    )
)
RIGID = declare(
    Programme(
        known.RIGID,
        "living",
        ("刚性支出困难家庭认定", "recognition for rigid expenditure"),
        known.RIGID,
        known.of_rigid,
    )
)

ALL = (DIBAO, TEKUN, EMERGENCY, EXPENDITURE, RIGID)
