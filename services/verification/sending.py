"""A department's file in pieces, through the gate: opened, piece after piece, closed, and then taken as an upload is.

The pieces are the file's own bytes, so that what is checked, kept and recorded is what an upload of the same file gives. They
name people by their ID numbers: each comes closed for the key of its agreement (`jwe`), which ends with the agreement, and
with it ends whoever could read what lies on the topics. Nothing of a file counts before it is closed with its digest.
"""

from __future__ import annotations

import hashlib
import tempfile
from typing import IO, NoReturn

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from events import reports
from events.ids import AgreementId
from services.chassis import jwe
from services.chassis.departments import Department
from services.chassis.gate import Arrived, NotEntitled
from services.chassis.refusal import Conflict, Malformed, Refused
from services.chassis.runtime import Runtime
from services.chassis.store import LostRace
from services.chassis.vault import Erased, NoKey, Vault
from services.chassis.work import Cause
from services.verification import sharing, taking
from services.verification.matching import BEING_TAKEN
from services.verification.pieces import Sending
from services.verification.records import Records
from services.verification.sharing import State
from services.verification.sources import deliverers

MOST_BYTES = 1 << 30
"""Of a whole file: some twenty million rows. It protects the disk; an upload over HTTP is bounded far below."""


# -- the key of an agreement -------------------------------------------------------------------------------


def public_key(runtime: Runtime, agreement: AgreementId) -> dict[str, str]:
    """The JWK for which an agreement's pieces are closed; its private key is made if missing."""
    runtime.around.keys.ensure([agreement])
    return jwe.public_jwk(_private_key(runtime, agreement).public_key())


def _private_key(runtime: Runtime, agreement: AgreementId) -> EllipticCurvePrivateKey:
    return jwe.private_key(vault_of(runtime).derived(agreement, "delivery", jwe.SEED_BYTES))


def destroy_key(runtime: Runtime, agreement: AgreementId) -> None:
    """Nobody opens what was sent under it ever again (政务数据共享条例 27); again changes nothing."""
    vault_of(runtime).erase(agreement)


def vault_of(runtime: Runtime) -> Vault:
    vault = runtime.around.keys
    if not isinstance(vault, Vault):
        raise TypeError("whoever takes departments' files needs a vault that can destroy keys")
    return vault


# -- the three messages ------------------------------------------------------------------------------------


def opened(arrived: Arrived, report: reports.FeedOpened) -> None:
    runtime, records = arrived.runtime, _records(arrived)
    _must_deliver(arrived, report)
    today = runtime.looking().today
    if report.as_of > today:
        raise Malformed("day-in-future", "数据日期不得晚于今天。", "Data of a day to come.", field="as_of")
    new = Sending(
        report.file, report.agreement, report.as_of, report.form, begun=today, opened_by=arrived.key
    )
    if records.pieces.open(new).opened_by != arrived.key:
        raise Conflict("file-opened", "该文件编号已使用。", "This number of a file was used.", field="file")
    for earlier in records.pieces.running(report.agreement):
        if earlier.file != report.file:
            give_up(runtime, records, earlier, arrived.cause)


def piece(arrived: Arrived, report: reports.FeedPiece) -> None:
    records, sending = _records(arrived), _sending(arrived, report)
    try:
        content = jwe.open_closed(report.content, _private_key(arrived.runtime, report.agreement))
    except (jwe.NotClosed, NoKey, Erased):
        raise Malformed(
            "not-closed", "内容未用协议公钥加密（JWE：ECDH-ES、A256GCM）。",
            "Close it for the key of the agreement: JWE, ECDH-ES with A256GCM.", field="content",
        ) from None  # fmt: skip
    if sending.bytes + len(content) > MOST_BYTES:
        refused = Malformed("file-too-large", "文件过大。", "The file is too large.", field="content")
        _refuse_whole(arrived, sending, refused, _digest_as_it_came(records, sending))
    if not records.pieces.add(report.file, report.number, arrived.key, report.content, len(content)):
        raise Conflict(
            "piece-repeated" if report.number <= sending.pieces else "piece-missing-before",
            f"应为第{sending.pieces + 1}块。", f"The next piece is number {sending.pieces + 1}.", field="number",
        )  # fmt: skip


def closed(arrived: Arrived, report: reports.FeedClosed) -> None:
    """All of it is there: it is taken, or refused, as an upload is."""
    records, sending = _records(arrived), _sending(arrived, report)
    if sending.ended_by is not None:
        return  # by this very message: it is taken
    if sending.pieces != report.pieces:
        raise Conflict(
            "pieces-missing", f"收到{sending.pieces}块，应为{report.pieces}块。",
            f"{sending.pieces} pieces came, not {report.pieces}.", field="pieces",
        )  # fmt: skip
    with tempfile.TemporaryFile() as file:
        digest = _put_together(arrived, sending, file)
        if digest != report.digest:
            refused = Malformed("digest", "文件摘要不符。", "Its digest is another.", field="digest")
            _refuse_whole(arrived, sending, refused, digest)
        name = f"{sending.file}.{sending.form}"
        try:
            taking.take(arrived.runtime, records, report.agreement, sending.as_of, file, name, arrived.cause)
        except Refused as refused:
            if refused.slug == BEING_TAKEN:
                raise LostRace(f"another process takes the file {sending.file}") from None
            records.pieces.end(sending.file, arrived.key, refused.field, refused.slug)
            raise
    records.pieces.end(sending.file, arrived.key)


def give_up(runtime: Runtime, records: Records, sending: Sending, cause: Cause) -> None:
    """A file that was not closed: on record as refused, and nothing of it stays."""
    refused = Malformed("file-cut-off", "文件未传完。", "It was not sent to its end.", field="file")
    taking.record_refusal(runtime, sending.agreement, _digest_as_it_came(records, sending), refused, cause)
    records.pieces.end(sending.file, "given up", refused.field, refused.slug)


# -- shared ------------------------------------------------------------------------------------------------


def _records(arrived: Arrived) -> Records:
    records: Records = arrived.beside
    return records


def _must_deliver(arrived: Arrived, report: reports.FeedFact) -> None:
    """The agreement is in force, and its source this department's to deliver."""
    found = arrived.runtime.decide(lambda work: sharing.agreement(work, report.agreement, State.GRANTED))
    if Department(arrived.cause.actor.department) not in deliverers(found.source):
        raise NotEntitled


def _sending(arrived: Arrived, report: reports.FeedFact) -> Sending:
    """The sending that a message goes on with, or ended by itself already, and was not refused for it."""
    _must_deliver(arrived, report)
    found = _records(arrived).pieces.find(report.file)
    if found is None or found.agreement != report.agreement:
        raise Conflict(
            "file-not-opened", "该文件未在本协议下开始报送。", "No such file was opened under the agreement.", field="file",
        )  # fmt: skip
    if found.ended_by == arrived.key and found.rule:
        raise Malformed(found.rule, "文件未被接受。", "The file was refused.", field=found.field)
    if found.ended_by not in (None, arrived.key):
        raise Conflict("file-ended", "该文件已结束报送。", "The file has ended.", field="file")
    return found


def _refuse_whole(arrived: Arrived, sending: Sending, refused: Refused, digest: str) -> NoReturn:
    taking.record_refusal(arrived.runtime, sending.agreement, digest, refused, arrived.cause)
    _records(arrived).pieces.end(sending.file, arrived.key, refused.field, refused.slug)
    raise refused


def _put_together(arrived: Arrived, sending: Sending, file: IO[bytes]) -> str:
    """Writes the file; its SHA-256."""
    key, digest = _private_key(arrived.runtime, sending.agreement), hashlib.sha256()
    for content in _records(arrived).pieces.contents(sending.file):
        opened = jwe.open_closed(content, key)
        digest.update(opened)
        file.write(opened)
    return digest.hexdigest()


def _digest_as_it_came(records: Records, sending: Sending) -> str:
    """Of a file that is not put together: of its pieces, closed as they are."""
    digest = hashlib.sha256()
    for content in records.pieces.contents(sending.file):
        digest.update(content.encode())
    return digest.hexdigest()
