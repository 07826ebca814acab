"""Evidence over HTTP, the same for every service that keeps some: hand in, list a case's, look at one.

Handing in answers a reference that the command for the step then names; until then nothing is recorded. The
parts of a request above 1 MiB pass through a file without a name in the folder for temporary files; where
that must not touch a disk in clear, `TMPDIR` points to memory (docs/operations.md).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, UploadFile
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from events.evidence import Attachment, EvidenceKind, Media
from events.ids import CaseId, Concerned
from events.service import Digest
from services.chassis.auth import allow, allow_any_department
from services.chassis.commands import execute
from services.chassis.departments import Department
from services.chassis.edge import import_body
from services.chassis.evidence import Evidence, Named, attachment_of, attachments_of
from services.chassis.problems import MEDIA_TYPE
from services.chassis.runtime import Runtime
from services.chassis.tokens import Caller
from services.chassis.work import Cause, Work

Admit = Callable[[Work, Caller, CaseId], Sequence[Concerned]]
"""Whom a case's evidence is about; NotFound, or Problem 403, where the case is not the caller's business."""

ENDINGS: dict[Media, str] = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
Admitted = Annotated[Caller, allow_any_department()]
"""Of the departments that the router was made for: it is asked first."""
Purpose = Annotated[str, Query(min_length=1, max_length=200, description="why it is looked at; recorded")]


class EvidenceShown(BaseModel):
    """A reference to what was handed in; `id` and `digest` are what a command names it by."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    digest: Digest
    kind: EvidenceKind
    media: Media
    bytes: int = Field(gt=0)

    @classmethod
    def of(cls, one: Attachment) -> EvidenceShown:
        return cls(id=one.id, digest=one.digest, kind=one.kind, media=one.media, bytes=one.size)


class OfCase(EvidenceShown):
    step: str

    @classmethod
    def named(cls, one: Named) -> OfCase:
        return cls(**EvidenceShown.of(one.attachment).model_dump(), step=one.step)


def router(
    runtime: Runtime, admit: Admit, *, departments: Sequence[Department] = (Department.CIVIL_AFFAIRS,)
) -> APIRouter:
    """Routes below `/evidence`. `admit` is asked in every decision, for handing in and for looking alike."""
    routes = APIRouter(prefix="/evidence", tags=["evidence"], dependencies=[allow(*departments)])

    def kept(request: Request) -> Evidence:
        # Where data lies is a setting of the host, known once it serves.
        return Evidence.of(runtime, request.app.state.settings)

    @routes.post("", status_code=201, dependencies=[import_body()])
    def hand_in(
        request: Request,
        file: UploadFile,
        case: Annotated[CaseId, Form()],
        kind: Annotated[EvidenceKind, Form()],
        caller: Admitted,
    ) -> EvidenceShown:
        """Hand in a PDF, JPEG or PNG file for a case. A command must name it within a day."""
        owners = runtime.decide(lambda work: admit(work, caller, case))
        answer = EvidenceShown.of(kept(request).attach(file.file, kind, owners))
        # The same request again answers the first file's reference; what was kept this time is an orphan.
        return execute(request, runtime, caller, EvidenceShown, lambda work: answer)

    @routes.get("")
    def list_of_case(case: CaseId, caller: Admitted) -> list[OfCase]:
        """What a case rests on: which files, of what kind, at which step; nothing of what is in them."""

        def decide(work: Work) -> list[OfCase]:
            admit(work, caller, case)
            return [OfCase.named(one) for one in attachments_of(work, case)]

        return runtime.decide(decide)

    @routes.get("/{id}", **_file())
    def look(request: Request, id: UUID, purpose: Purpose, caller: Admitted) -> StreamingResponse:
        """The file in clear. Who looked, at whose and why is recorded; 410 once somebody in it was erased."""

        def decide(work: Work) -> Attachment:
            named = attachment_of(work, id)
            admit(work, caller, named.case)
            return named.attachment

        found = runtime.decide(decide)
        opened = kept(request).look(found, purpose, Cause(caller.to_actor(), request.state.request_id))
        headers = {
            # Never shown within a page of ours: a file from outside may carry a program.
            "Content-Disposition": f'attachment; filename="{id}.{ENDINGS[found.media]}"',
            "Content-Length": str(found.size),
        }
        return StreamingResponse(opened.content, media_type=found.media, headers=headers)

    return routes


def _file() -> dict[str, Any]:
    binary = {"schema": {"type": "string", "format": "binary"}}
    gone = {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}
    return {
        "response_class": StreamingResponse,
        "responses": {
            200: {"content": dict.fromkeys(ENDINGS, binary)},
            410: {"description": "Somebody it is about was erased.", "content": {MEDIA_TYPE: gone}},
        },
    }
