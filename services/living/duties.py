"""What living owes beside its cases, and what its decisions demand of others by themselves. How often and to whom
stands in the papers; who has to be told when dibao is refused, too.
"""

from __future__ import annotations

from events import assistance as a
from services.assistance import continuing, gap_lists
from services.assistance.links import Link, link
from services.assistance.owing import Declared, declare
from services.chassis.departments import Department
from services.living import self_care

GAP_LIST = declare(Declared("gap_list", "living", does=gap_lists.make))
GROUPS_REPORTED = declare(Declared("groups_reported", "living"))
HELP_CONTINUES = declare(Declared(continuing.CODE, "living", ours=False, still=continuing.still))

SELF_CARE = declare(Declared(self_care.YEARLY, "living", ours=False, still=self_care.still))

RELIEF_CHECK = link(Link("dibao", a.Declined, "relief_check", Department.CIVIL_AFFAIRS))

ALL = (GAP_LIST, GROUPS_REPORTED, HELP_CONTINUES, SELF_CARE)
