"""Audit over HTTP, for civil affairs and audit: reconstruction shows what a family owns and earns. Names stay sealed."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.chassis.refusal import NotFound
from services.history.api import of_their_township
from services.history.audit import api_findings, api_reports
from services.history.audit.access import Entitled
from services.history.audit.reconstruct import Auditor
from services.history.audit.verdict import Reconstruction
from services.history.downloads import PDF
from services.history.timelines import Timelines


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

    routes.include_router(api_findings.router(auditor))
    routes.include_router(api_reports.router(auditor))
    return routes
