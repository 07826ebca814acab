"""Evidence of a service: kept under the keys of those it is about, named by an event, looked at on record.

The order is what makes it safe. `attach` returns when the file is durable; only then may an event name it
(`named`, then `EvidenceAttached`). A crash in between leaves an orphan, which `sweep` takes away after a
grace period. So a file without an event can exist for a while; an event without its file, never.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO, ClassVar
from uuid import UUID

from pydantic import Field

from events.base import Recorded
from events.evidence import Attachment, EvidenceAttached, EvidenceKind
from events.ids import CaseId, Concerned
from events.service import Digest
from services.chassis.evidence_box import Header, Label, content, pieces
from services.chassis.evidence_folder import Folder, Kept, whole
from services.chassis.evidence_media import SNIFFED, sniff
from services.chassis.refusal import Conflict, Malformed, NotFound, Refused
from services.chassis.requests import Command
from services.chassis.restore import RESTORING
from services.chassis.runtime import Runtime
from services.chassis.service import Service, Shelf
from services.chassis.settings import Settings
from services.chassis.unsealing import checked_purpose, unseal
from services.chassis.vault.cipher import new_secret
from services.chassis.vault.errors import Erased, Tampered
from services.chassis.work import Cause, Work

GRACE = timedelta(days=2)
"""So long a file without an event is left alone; an event may name it for the first half only."""

BY_ID, BY_DIGEST, BY_CASE = "evidence", "evidence-digest", "evidence-case"


class Gone(Refused):
    """It was kept, and can never be read again: one of those it was about was erased."""

    status: ClassVar[int] = 410

    def __init__(self) -> None:
        super().__init__(
            "evidence-erased",
            "当事人信息已依法删除，该附件无法再打开。",
            "Somebody the attachment is about was erased: it can never be opened again.",
            field="id",
        )


class TooLarge(Refused):
    """More bytes than an attachment may have."""

    status: ClassVar[int] = 413

    def __init__(self, limit: int) -> None:
        super().__init__(
            "evidence-too-large",
            f"附件不得超过{limit}字节。",
            f"An attachment may have at most {limit} bytes.",
            field="file",
        )


class Reference(Command):
    """How a command names what was handed in before it; the rest is read from the file itself."""

    id: UUID
    digest: Digest = Field(description="as the hand-in answered it")


@dataclass(frozen=True, slots=True)
class Look:
    """An attachment opened for somebody: what it is, and its content in pieces."""

    attachment: Attachment
    content: Iterator[bytes]


class Evidence:
    """What one service keeps. Safe for threads; the command line may sweep beside a running service."""

    def __init__(self, runtime: Runtime, folder: Path, limit: int) -> None:
        self.runtime = runtime
        self.folder = Folder(folder)
        self.limit = limit

    @classmethod
    def of(cls, runtime: Runtime, settings: Settings) -> Evidence:
        """A service's own folder below the setting's: a sweep asks the log of that service only."""
        root = settings.evidence or settings.data / "evidence"
        return cls(runtime, root / runtime.service.name, settings.evidence_limit)

    # -- handing in ----------------------------------------------------------------------------------

    def attach(self, source: BinaryIO, kind: EvidenceKind, owners: Sequence[Concerned]) -> Attachment:
        """Close the file under its owners' keys and keep it; durable when this returns, and not yet named.

        Memory is bounded by a piece of 64 KiB. Malformed (no PDF, JPEG or PNG; empty), TooLarge, Gone.
        """
        around = self.runtime.around
        whose = tuple(sorted({UUID(int=owner.int) for owner in owners}))
        start = source.read(SNIFFED)
        if not start:
            raise Malformed("evidence-empty", "附件为空。", "The attachment is empty.", field="file")
        label = Label(kind, sniff(start), new_secret())
        measured = _Measured(start, source, self.limit)
        try:
            around.keys.ensure(whose)
            header = Header.closed(around.keys, around.ids.random(), whose, label)
        except Erased as erased:
            raise Gone from erased
        sealed = pieces(measured, label.secret, header)
        digest = self.folder.write(itertools.chain([header.raw], sealed), around.clock.now())
        return Attachment(
            id=header.attachment,
            kind=kind,
            digest=digest,
            media=label.media,
            size=measured.taken,
            of=tuple(Concerned.of(owner) for owner in whose),
        )

    # -- naming --------------------------------------------------------------------------------------

    def named(
        self, work: Work, given: Sequence[Reference], owners: Sequence[Concerned]
    ) -> tuple[Attachment, ...]:
        """What a decision may record in `EvidenceAttached`: each file is there, whole, and about `owners` only.

        NotFound for what was not handed in (or was swept), Conflict for what waited too long.
        """
        allowed = {UUID(int=owner.int) for owner in owners}
        return tuple(self._named(work, one, allowed) for one in given)

    def _named(self, work: Work, given: Reference, allowed: set[UUID]) -> Attachment:
        try:
            with self.folder.open(given.digest) as file:
                header = Header.read(file)
                size = header.plain_size(file.seek(0, 2))
            since = self.folder.since(given.digest)
        except FileNotFoundError as missing:
            raise _not_handed_in() from missing
        if header.attachment != given.id or not set(header.seal.owners) <= allowed:
            raise _not_handed_in()
        # The sweep runs in another process: what an event may still name and what it may take must never
        # meet, so half the grace lies between them.
        if work.fact(BY_DIGEST, given.digest) is None and work.now - since > GRACE / 2:
            raise Conflict(
                "evidence-lapsed",
                "附件上传后未及时使用，请重新上传。",
                "The attachment waited too long to be used: hand it in again.",
                field="attachments",
            )
        try:
            # Not a look at the evidence: only its kind is learnt, which the event is about to say.
            label = Label.from_text(work.around.keys.open_text(header.seal))
        except Erased as erased:
            raise Gone from erased
        return Attachment(
            id=given.id,
            kind=label.kind,
            digest=given.digest,
            media=label.media,
            size=size,
            of=tuple(Concerned.of(owner) for owner in header.seal.owners),
        )

    # -- looking -------------------------------------------------------------------------------------

    def look(self, attachment: Attachment, purpose: str, cause: Cause) -> Look:
        """Open it for somebody; that they looked is recorded before the first byte is given.

        The file is compared with the digest in the event first. Tampered where it is another, Gone after an
        erasure, FileNotFoundError where the folder lost it.
        """
        purpose = checked_purpose(purpose)
        file = self.folder.open(attachment.digest)
        try:
            if whole(file) != attachment.digest:
                raise Tampered(f"the file of attachment {attachment.id} is not the one that was kept")
            header = Header.read(file)
            if header.attachment != attachment.id:
                raise Tampered(f"the file of attachment {attachment.id} is another one's")
            said = self.runtime.decide(lambda work: unseal(work, purpose, header.seal)[0], cause)
        except BaseException:
            file.close()
            raise
        if said is None:
            file.close()
            raise Gone
        return Look(attachment, _closing(file, content(file, Label.from_text(said).secret, header)))

    # -- orphans -------------------------------------------------------------------------------------

    def orphans(self) -> list[Kept]:
        """Files that no event names and that are past the grace, also those whose writing was cut off.

        The grace ends before the last event of the log, not before now. In an old copy of a store the newest
        events are missing, and what they name would look like an orphan; but it was kept less than half a
        grace before them, so after the moment that is asked here. Services close their day daily, so a log
        that is alive is never far behind.
        """
        store = self.runtime.store
        last = store.head().recordedtime
        if last is None:
            return []
        before = min(last, self.runtime.around.clock.now()) - GRACE
        return [
            one
            for one in self.folder.every()
            if one.since < before and (not one.digest or store.kept(BY_DIGEST, one.digest) is None)
        ]

    def sweep(self) -> list[Kept]:
        """Take the orphans away; which they were.

        Refused while a restore is unfinished: rows that say what is named are not all back yet.
        """
        if self.runtime.store.kept(*RESTORING) is not None:
            raise Conflict(
                "restore-unfinished",
                "恢复尚未完成，不能清理附件。",
                "A restore was cut off: finish it before sweeping.",
            )
        found = self.orphans()
        for one in found:
            one.path.unlink(missing_ok=True)
        return found


def keep_evidence(service: Service) -> None:
    """Declare the rows by which a service finds what its events name: by id, by digest, by case."""

    @service.keep(EvidenceAttached, of=service.name)
    def _(shelf: Shelf, fact: Recorded[EvidenceAttached]) -> None:
        said = fact.data
        for one in said.attachments:
            row = {"case": str(said.case), "step": said.step, "on": said.on.isoformat()}
            shelf.put(BY_ID, one.id, {**row, "attachment": one.model_dump(mode="json")})
            shelf.put(BY_DIGEST, one.digest, str(one.id))
            shelf.put(BY_CASE, f"{said.case}|{fact.envelope.sequence:012}|{one.id}", str(one.id))


@dataclass(frozen=True, slots=True)
class Named:
    """An attachment as an event names it."""

    case: CaseId
    step: str
    attachment: Attachment

    @classmethod
    def of(cls, row: dict[str, Any]) -> Named:
        attachment = Attachment.model_validate(row["attachment"])
        return cls(CaseId.of(row["case"]), row["step"], attachment)


def attachment_of(work: Work, id: UUID) -> Named:
    """What an event of this service names by this id; NotFound."""
    row = work.fact(BY_ID, id)
    if row is None:
        raise NotFound("没有该附件。", "There is no such attachment.", field="id")
    return Named.of(row)


def attachments_of(work: Work, case: CaseId, limit: int = 1000) -> list[Named]:
    """What a case rests on, in the order in which it was attached."""
    rows = work.facts(BY_CASE, f"{case}|", f"{case}~", limit)
    ids = dict.fromkeys(id for _, id in rows)
    return [attachment_of(work, UUID(id)) for id in ids]


def _not_handed_in() -> NotFound:
    return NotFound(
        "没有上传过该附件，或与本案无关。",
        "No such attachment was handed in for this case.",
        field="attachments",
    )


class _Measured:
    """The start that was looked at and the rest behind it, counted; TooLarge as soon as it is."""

    def __init__(self, start: bytes, rest: BinaryIO, limit: int) -> None:
        self._start, self._rest, self._limit = start, rest, limit
        self.taken = 0

    def read(self, size: int, /) -> bytes:
        part = self._start or self._rest.read(size)
        self._start = b""
        self.taken += len(part)
        if self.taken > self._limit:
            raise TooLarge(self._limit)
        return part


def _closing(file: BinaryIO, parts: Iterator[bytes]) -> Iterator[bytes]:
    with file:
        yield from parts
