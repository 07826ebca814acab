"""Facts of evidence: the signed form, the consent, the photograph that a step of a case rests on.

The file itself never lies in the log: it is closed under the keys of those it is about and kept beside it.
The fact carries the digest of what was kept, so that whoever reads the log can prove that it is the same.
"""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from events.base import Event, Value
from events.ids import CaseId, Concerned
from events.service import Digest

EvidenceKind = Literal[
    "application_form",  # 申请书
    "consent",  # 核对授权书
    "survey_form",  # 入户调查表
    "photograph",  # 照片
    "identity",  # 身份证明、户口簿
    "medical",  # 诊断、残疾评定等
    "means",  # 收入财产凭证
    "minutes",  # 民主评议、会议记录
    "receipt",  # 送达回证
    "other",
]
Media = Literal["application/pdf", "image/jpeg", "image/png"]


class Attachment(Value):
    """A file that was kept: where to find it (digest) and how to know it again."""

    id: UUID = Field(description="the attachment's own; its ciphertext is bound to it")
    kind: EvidenceKind
    digest: Digest = Field(description="SHA-256 of the ciphertext as kept, hexadecimal")
    media: Media = Field(description="by the file's content, not by its name")
    size: int = Field(gt=0, description="bytes of the file in clear")
    of: tuple[Concerned, ...] = Field(
        min_length=1, description="under whose keys it is closed; it dies with any one of theirs"
    )


class EvidenceAttached(Event, restricted=True):
    """A member of staff put evidence to a step of a case; the files were durable before this was recorded."""

    case: CaseId
    step: str = Field(min_length=1, max_length=64, description="as the procedure in force names it")
    attachments: tuple[Attachment, ...] = Field(min_length=1, max_length=20)
    by: UUID = Field(description="member of staff")
    on: date = Field(description="the day on which the evidence came in")
