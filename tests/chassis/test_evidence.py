"""Evidence kept: closed under its owners' keys, durable before it is named, looked at on record, swept."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from threading import Thread

import pytest

from events.evidence import Attachment
from events.service import Unsealed
from services.chassis.clock import FixedClock, SimulatedClock, civil_date
from services.chassis.codec import read
from services.chassis.evidence import GRACE, Gone, Reference, TooLarge, attachment_of, attachments_of
from services.chassis.refusal import Conflict, Malformed, NotFound
from services.chassis.restore import RESTORING, back_up
from services.chassis.vault import Tampered
from tests.chassis.evidence_office import ANNA, BEN, CASE, JPEG, LIMIT, PDF, PNG, START, Office, reference

ROOT = Path(__file__).parents[2]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.close()


def kept(office: Office, content: bytes = PDF) -> Attachment:
    return office.evidence.attach(BytesIO(content), "survey_form", (ANNA,))


def looked(office: Office, attachment: Attachment, purpose: str = "复核入户调查") -> bytes:
    return b"".join(office.evidence.look(attachment, purpose, office.runtime.cause()).content)


def swept(office: Office, until: timedelta | None = None) -> list[str]:
    """The clock goes on by so much, the day is closed, and the orphans are swept; their digests."""
    if until is not None:
        office.clock.advance_to(START + until)
    office.runtime.close_day(civil_date(office.clock.now()))
    return [one.digest for one in office.evidence.sweep()]


def unsealed(office: Office) -> list[Unsealed]:
    facts = [read(entry, office.vault.for_reader("toys")).data for entry in office.runtime.log()]
    return [fact for fact in facts if isinstance(fact, Unsealed)]


# -- kept ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "media"), [(PDF, "application/pdf"), (PNG, "image/png"), (JPEG, "image/jpeg")]
)
def test_a_file_comes_back_as_it_was_handed_in(office: Office, content: bytes, media: str) -> None:
    attachment = kept(office, content)
    assert (attachment.media, attachment.size, attachment.of) == (media, len(content), (ANNA,))
    assert looked(office, attachment) == content


@pytest.mark.parametrize("size", [100, (64 << 10) - 1, 64 << 10, (64 << 10) + 1, 128 << 10, LIMIT])
def test_sizes_around_a_piece_come_back_too_and_are_told_from_the_kept_file_alone(
    office: Office, size: int
) -> None:
    content = PNG[:24] + os.urandom(size - 24)
    attachment = kept(office, content)
    assert looked(office, attachment) == content
    office.record(reference(attachment))
    found = office.runtime.decide(lambda work: attachment_of(work, attachment.id))
    assert found.attachment == attachment


def test_nothing_of_it_lies_on_disk_in_clear_and_nobody_else_may_read_the_folder(office: Office) -> None:
    attachment = kept(office)
    path = office.evidence.folder.path(attachment.digest)
    stored = path.read_bytes()
    assert "入户".encode() not in stored and b"%PDF" not in stored and b"survey_form" not in stored
    assert hashlib.sha256(stored).hexdigest() == attachment.digest
    assert path.stat().st_mode & 0o077 == 0 and path.parent.stat().st_mode & 0o077 == 0


def test_the_same_file_handed_in_twice_is_kept_twice_and_tells_nobody_that_it_is_the_same(
    office: Office,
) -> None:
    assert kept(office).digest != kept(office).digest


@pytest.mark.parametrize(
    ("content", "slug"),
    [
        (b"", "evidence-empty"),
        (b"MZ\x90\x00", "evidence-media"),
        (b"<html>%PDF-1.7", "evidence-media"),
        (b"%PDF", "evidence-media"),
        (b"\xff\xd8\xff", "evidence-media"),
        (b"PK\x03\x04", "evidence-media"),
    ],
)
def test_what_is_no_pdf_jpeg_or_png_inside_is_refused_and_leaves_nothing(
    office: Office, content: bytes, slug: str
) -> None:
    with pytest.raises(Malformed) as refused:
        kept(office, content)
    assert refused.value.slug == slug
    assert list(office.evidence.folder.every()) == []


def test_one_byte_too_many_is_refused_and_leaves_nothing(office: Office) -> None:
    with pytest.raises(TooLarge):
        kept(office, PNG + bytes(LIMIT + 1 - len(PNG)))
    assert list(office.evidence.folder.every()) == []


def test_a_large_file_passes_in_bounded_memory(office: Office) -> None:
    office.evidence.limit = 64 << 20
    kept(office)  # whatever is loaded once
    size, source = 24 << 20, BytesIO(PNG + bytes((24 << 20) - len(PNG)))
    tracemalloc.start()
    try:
        attachment = office.evidence.attach(source, "photograph", (ANNA,))
        taken = sum(map(len, office.evidence.look(attachment, "测试", office.runtime.cause()).content))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert taken == size
    assert peak < 2 << 20


# -- looked at ----------------------------------------------------------------------------------------


def test_who_looked_whose_and_why_is_recorded_before_the_first_byte(office: Office) -> None:
    attachment = kept(office)
    opened = office.evidence.look(attachment, "复核入户调查", office.runtime.cause())
    assert [(fact.purpose, fact.people) for fact in unsealed(office)] == [("复核入户调查", (ANNA,))]
    assert b"".join(opened.content) == PDF


def test_without_a_good_purpose_nothing_is_opened(office: Office) -> None:
    attachment = kept(office)
    for purpose in ("", "查 430102199001011234"):
        with pytest.raises(Malformed):
            looked(office, attachment, purpose)
    assert unsealed(office) == []


def test_after_an_erasure_it_says_so_and_records_no_look(office: Office) -> None:
    attachment = kept(office)
    office.record(reference(attachment))
    office.vault.erase(ANNA)
    with pytest.raises(Gone):
        looked(office, attachment)
    with pytest.raises(Gone):
        office.record(reference(attachment))
    with pytest.raises(Gone):
        kept(office)
    assert unsealed(office) == []


@pytest.mark.parametrize("where", [5, 40, 400, 70_000, -1])
def test_a_byte_changed_anywhere_is_noticed_before_anything_is_given(office: Office, where: int) -> None:
    attachment = kept(office)
    path = office.evidence.folder.path(attachment.digest)
    changed = bytearray(path.read_bytes())
    changed[where] ^= 1
    path.write_bytes(changed)
    with pytest.raises(Tampered):
        looked(office, attachment)
    assert unsealed(office) == []


def test_a_file_cut_or_reordered_does_not_open_even_under_its_own_new_digest(office: Office) -> None:
    attachment = kept(office)
    stored = office.evidence.folder.path(attachment.digest).read_bytes()
    piece = (64 << 10) + 16
    head = len(stored) - (len(PDF) + 16 * -(-len(PDF) // (64 << 10)))
    one, two, rest = (
        stored[head : head + piece],
        stored[head + piece : head + 2 * piece],
        stored[head + 2 * piece :],
    )
    for forged in (
        stored[:head] + two + one + rest,
        stored[: head + 2 * piece],
        stored[:head] + one + rest,
        stored + rest,
    ):
        digest = office.evidence.folder.write([forged], START)
        with pytest.raises(Tampered):
            looked(office, attachment.model_copy(update={"digest": digest}))


def test_a_look_at_a_file_that_is_another_ones_is_refused(office: Office) -> None:
    mine, other = kept(office), kept(office)
    with pytest.raises(Tampered):
        looked(office, mine.model_copy(update={"digest": other.digest}))


# -- named --------------------------------------------------------------------------------------------


def test_only_what_was_handed_in_for_these_people_can_be_named(office: Office) -> None:
    attachment, other = kept(office), kept(office)
    wrong = [
        Reference(id=attachment.id, digest="0" * 64),
        Reference(id=attachment.id, digest=other.digest),
    ]
    for reference_ in wrong:
        with pytest.raises(NotFound):
            office.record(reference_)
    with pytest.raises(NotFound):
        office.record(reference(attachment), of=BEN)
    office.record(reference(attachment), reference(other))
    named = office.runtime.decide(lambda work: attachments_of(work, CASE))
    assert {one.attachment.id for one in named} == {attachment.id, other.id}


def test_the_event_tells_its_content_to_its_audience_only(office: Office) -> None:
    attachment = kept(office)
    office.record(reference(attachment))
    entry = list(office.runtime.log())[-1]
    assert entry.envelope.audience == "toys" and entry.envelope.concerns == (ANNA,)
    assert attachment.digest.encode() not in entry.data and b"survey" not in entry.data


# -- orphans ------------------------------------------------------------------------------------------


def test_an_orphan_is_left_alone_for_the_grace_and_then_swept(office: Office) -> None:
    orphan, named = kept(office), kept(office)
    office.record(reference(named))
    assert swept(office, GRACE) == []
    assert swept(office, GRACE + timedelta(days=1)) == [orphan.digest]
    assert swept(office) == []
    assert looked(office, named) == PDF
    with pytest.raises(NotFound):
        office.record(reference(orphan))


def test_an_old_copy_of_the_store_sweeps_nothing_that_the_events_it_lost_name(
    office: Office, tmp_path: Path
) -> None:
    office.runtime.close_day(civil_date(START))
    office.clock.advance_to(START + GRACE)
    orphan = kept(office)
    office.clock.advance_to(START + GRACE * 1.5)
    copy = tmp_path / "copy"
    back_up([tmp_path / "toys.sqlite", tmp_path / "vault.sqlite"], copy)
    attachment = kept(office)
    office.record(reference(attachment))
    old = Office(copy, FixedClock(START + GRACE * 100))
    old.evidence.folder.root = office.evidence.folder.root
    assert old.evidence.sweep() == []
    assert looked(office, attachment) == PDF
    assert swept(office, GRACE * 100) == [orphan.digest]
    old.close()


def test_what_waited_half_the_grace_can_not_be_named_any_more_unless_an_event_names_it(
    office: Office,
) -> None:
    late, named = kept(office), kept(office)
    office.record(reference(named))
    office.clock.advance_to(START + GRACE / 2 + timedelta(seconds=1))
    with pytest.raises(Conflict):
        office.record(reference(late))
    office.record(reference(named))


def test_a_sweep_waits_for_an_unfinished_restore_and_leaves_foreign_files(office: Office) -> None:
    orphan = kept(office)
    office.clock.advance_to(START + GRACE * 2)
    office.runtime.close_day(civil_date(office.clock.now()))
    foreign = office.evidence.folder.root / "README"
    foreign.write_text("whose?")
    os.utime(foreign, (0, 0))
    office.runtime.decide(lambda work: work.keep(*RESTORING, {"began": True}))
    with pytest.raises(Conflict):
        office.evidence.sweep()
    office.runtime.decide(lambda work: work.keep(*RESTORING, None))
    assert [one.digest for one in office.evidence.sweep()] == [orphan.digest]
    assert foreign.exists()


def test_many_at_once_are_all_kept(office: Office) -> None:
    found: list[Attachment] = []
    threads = [Thread(target=lambda: found.append(kept(office))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one.digest for one in found}) == 8
    assert all(looked(office, one) == PDF for one in found)


# -- a process killed ---------------------------------------------------------------------------------


def killed(folder: Path, until: str) -> str:
    command = [sys.executable, "-m", "tests.chassis.evidence_office", str(folder), until]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout:
        said = process.stdout.readline().split()
    process.send_signal(signal.SIGKILL)
    process.wait(60)
    assert said[0] == until
    return said[-1]


@pytest.mark.crash
def test_killed_between_file_and_event_leaves_an_orphan_and_no_event(tmp_path: Path) -> None:
    digest = killed(tmp_path, "kept")
    after = Office(tmp_path, SimulatedClock(START + GRACE / 2))
    assert list(after.runtime.log()) == []
    assert swept(after) == []
    assert swept(after, GRACE * 2) == [digest]
    after.close()


@pytest.mark.crash
def test_killed_half_way_leaves_an_unfinished_file_that_is_swept(tmp_path: Path) -> None:
    killed(tmp_path, "half-way")
    after = Office(tmp_path, FixedClock(START + GRACE * 20))
    # It carries the machine's own time: nobody got round to giving it the house's.
    for path in after.evidence.folder.root.iterdir():
        os.utime(path, (START.timestamp(), START.timestamp()))
    assert swept(after) == [""]
    assert list(after.evidence.folder.every()) == []
    after.close()


@pytest.mark.crash
def test_killed_after_the_event_the_file_is_whole_and_never_swept(tmp_path: Path) -> None:
    digest = killed(tmp_path, "named")
    after = Office(tmp_path, FixedClock(START + GRACE * 1000))
    assert swept(after) == []
    (named,) = after.runtime.decide(lambda work: attachments_of(work, CASE))
    assert named.attachment.digest == digest
    assert looked(after, named.attachment) == PDF
    after.close()
