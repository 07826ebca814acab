"""Staff: the posts of the offices and their roles, who holds them, leave, handover, and near relatives.

Serves 2012 办法 14 and 2021 办法 11 (applications of near relatives of officials and of village committees are
registered apart) and the rule that whoever decides is independent of the family. Listens to the registry, for
people who had been registered twice. Records `staff.*`; services that judge officials keep it (`keeping.py`).

A task belongs to a post, never to a person: whoever acts in the post on a day has it. Its rooms: `post` and
`member` (what the facts make of the two), `model` and `relatives` (what may be decided), `steps`, `leave` and
`declaring` (what is done), `views` and the three `api` files.
"""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter

from events import registry, staff
from events.ids import PostId, StaffId
from services.chassis.runtime import Runtime
from services.chassis.service import Service
from services.chassis.views import View, ViewReader
from services.staff import declaring, leave, steps
from services.staff.api import post_routes
from services.staff.api_leave import leave_routes
from services.staff.api_members import member_routes
from services.staff.keeping import STAFF, keep_staff
from services.staff.member import MEMBER
from services.staff.post import POST
from services.staff.views import OFFICES

SERVICE = Service(STAFF, listens=("registry",))
VIEWS: tuple[View, ...] = (OFFICES,)

SERVICE.stream(PostId, POST)
SERVICE.stream(StaffId, MEMBER)

keep_staff(SERVICE)
SERVICE.keep(staff.StaffRegistered, staff.StaffCorrected, of=STAFF)(steps.keep_name)
SERVICE.keep(staff.LeaveTaken, staff.LeaveCorrected, of=STAFF)(leave.keep_told)
SERVICE.keep(staff.NearRelativeDeclared, staff.NearRelativeCorrected, of=STAFF)(declaring.keep_told)
SERVICE.keep(registry.PeopleMerged)(declaring.keep_merged)

SERVICE.on(registry.PeopleMerged)(declaring.follow_merge)


def routers(runtime: Runtime, readers: Mapping[str, ViewReader]) -> list[APIRouter]:
    offices = readers[OFFICES.name]
    return [post_routes(runtime, offices), member_routes(runtime, offices), leave_routes(runtime)]
