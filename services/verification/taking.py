"""Taking a file: read in pieces (`matching`), kept for comparison, recorded once. Of any size: from a request or from disk."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import IO, Any
from uuid import UUID

from events import verification as v
from events.ids import AgreementId, FeedId
from services.chassis.refusal import Malformed, Refused
from services.chassis.runtime import Runtime
from services.chassis.work import Cause, Work
from services.verification import sharing
from services.verification.files import Opened, open_file
from services.verification.keeping import file_key
from services.verification.matching import Matching, Told
from services.verification.records import Reached, Records
from services.verification.sharing import Agreement, State

Row = dict[str, Any]


def take(
    runtime: Runtime,
    records: Records,
    identifier: AgreementId,
    as_of: date,
    file: IO[bytes],
    filename: str,
    cause: Cause,
    told: Told = id,
) -> Row:
    """What became of the file, the same for every repeat; Refused, and that is recorded, where it is refused whole. Cut off,
    it goes on when the same file comes again. `told` hears how far it is."""
    digest = _digest(file)
    key = file_key(identifier, as_of, digest)
    agreed, today = runtime.decide(lambda work: (_agreed(work, identifier), work.today), cause)
    before = runtime.looking().fact("feed-file", key)
    if before is not None and not records.lost(UUID(before["feed"])):
        return dict(before)
    try:
        if as_of > today:
            raise Malformed(
                "day-in-future", "数据日期不得晚于今天。", "Data of a day to come.", field="as_of"
            )
        opened = open_file(file, filename, agreed.source, agreed.fields)
        # Of a file whose rows were lost they are put back under its id: nothing new is recorded.
        feed = UUID(before["feed"]) if before else runtime.around.ids.random()
        begun = records.begin(key, feed, today)
        try:
            taken = Matching(runtime, records, agreed.source, as_of, opened).take(key, begun, told)
        except Refused:
            records.drop(begun.feed)
            raise
    except Refused as refused:
        record_refusal(runtime, identifier, digest, refused, cause)
        raise
    row = runtime.decide(lambda work: _record(work, identifier, as_of, digest, opened, taken), cause)
    if row["feed"] == str(taken.feed):
        records.taken(taken.feed)
    else:
        records.drop(taken.feed)  # the same file was taken twice, one behind the other: one counts
    return row


def _agreed(work: Work, identifier: AgreementId) -> Agreement:
    return sharing.agreement(work, identifier, State.GRANTED)


def _digest(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(1 << 18):
        digest.update(chunk)
    return digest.hexdigest()


def _record(
    work: Work, identifier: AgreementId, as_of: date, digest: str, opened: Opened, taken: Reached
) -> Row:
    key = file_key(identifier, as_of, digest)
    before = work.fact("feed-file", key)
    if before is None:
        found = _agreed(work, identifier)
        current = found.as_of is None or as_of >= found.as_of
        work.record(
            identifier,
            v.FeedReceived(
                agreement=identifier, source=found.source, feed=FeedId.of(taken.feed), as_of=as_of, digest=digest, rows=taken.rows,
                matched=taken.kept, strangers=taken.strangers, refused=taken.refused, beyond=opened.beyond,
                beyond_other=opened.beyond_other, late=work.today > found.due, current=current,
                next_by=sharing.next_by(found, as_of, work.today), officer=work.cause.actor.person,
            ),
        )  # fmt: skip
        before = work.fact("feed-file", key)
    return dict(before or {})


def record_refusal(
    runtime: Runtime, identifier: AgreementId, digest: str, refused: Refused, cause: Cause
) -> None:
    """A whole file is refused. `digest`: of what came of it."""

    def decide(work: Work) -> None:
        source = sharing.agreement(work, identifier).source
        said: dict[str, Any] = {
            "digest": digest,
            "field": refused.field,
            "rule": refused.slug,
            "on": work.today,
        }
        work.record(identifier, v.FeedRefused(agreement=identifier, source=source, **said))

    runtime.decide(decide, cause)
