"""Reconstruction over HTTP, for civil affairs and audit: it shows what a family owns and earns. Names stay sealed."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.chassis.auth import allow
from services.chassis.departments import Department
from services.chassis.refusal import NotFound
from services.chassis.tokens import Caller
from services.history.api import of_their_township
from services.history.audit.reconstruct import Auditor
from services.history.audit.verdict import Reconstruction
from services.history.timelines import Timelines

Entitled = Annotated[Caller, allow(Department.CIVIL_AFFAIRS, Department.AUDIT)]
PDF: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}
}


def router(auditor: Auditor, timelines: Timelines) -> APIRouter:
    routes = APIRouter(tags=["audit"])

    @routes.get("/decisions/{id}/reconstruction", response_model=Reconstruction, responses=PDF)
    def reconstruction(id: UUID, request: Request, caller: Entitled) -> Reconstruction | Response:
        """Why it was decided so: what was known, the rule, the procedure, who decided, and that it is unchanged.

        With `Accept: application/pdf` as a PDF to print and file.
        """
        chain = timelines.event(id)
        if not chain:
            raise NotFound("没有该决定。", "There is no such decision.", field="id")
        of_their_township(caller, timelines.townships_of(chain[0].entry))
        found = auditor.reconstruct(id)
        if "application/pdf" not in request.headers.get("accept", ""):
            return found
        from services.history.audit.printed import (
            to_pdf,  # the typesetter is slow to load, and seldom asked for
        )

        name = {"Content-Disposition": f'attachment; filename="reconstruction-{id}.pdf"'}
        return Response(to_pdf(found), media_type="application/pdf", headers=name)

    return routes
