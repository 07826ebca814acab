"""An uploaded workbook is not trusted: limits, bombs, disguises and damage, found before it is parsed.

What an archive declares about itself is not believed. Every part is inflated once, counted against the
limits and searched for document type declarations, so that neither a lie in the archive's directory nor
an entity bomb reaches a parser.
"""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from typing import IO

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from services.registry.roster_rows import RosterRefused

_DOCTYPES = tuple("<!DOCTYPE".encode(code) for code in ("ascii", "utf-16-le", "utf-16-be"))
_STRINGS = "xl/sharedStrings.xml"
_NOT_HELD = ("xl/worksheets/", "xl/media/")
"""Sheets are streamed and pictures never opened; every other part is held in memory as a whole."""
_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is read before it is refused. Bytes, rows and counts; all can be set."""

    file_bytes: int = 32 << 20
    inflated_bytes: int = 256 << 20
    whole_part_bytes: int = 16 << 20
    """Parts that the parser holds in memory as a whole: styles, themes, the list of sheets."""
    strings_bytes: int = 64 << 20
    """The table of texts that the cells of all sheets share; held in memory too."""
    ratio: int = 300
    """Inflated to stored size of one part; real sheets stay under 60, a bomb comes near 1,000."""
    entries: int = 2_000
    rows: int = 200_000
    cells: int = 16 << 20
    """Rows and cells looked at, blank ones too: a single cell in the last column or row of a sheet makes
    all those before it be walked through."""


def inspect_archive(file: IO[bytes], limits: Limits) -> None:
    """Inflate every part of a workbook once, and refuse it if it breaks a limit or is damaged."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            if len(entries) > limits.entries:
                raise bomb()
            if any(entry.flag_bits & 1 for entry in entries):
                raise password_set()
            _refuse_disguises(archive)
            total = whole = 0
            for entry in entries:
                if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise damaged()
                size = _inflate(archive, entry, limits, total)
                total += size
                if entry.filename == _STRINGS:
                    held = limits.strings_bytes
                elif entry.filename.startswith(_NOT_HELD):
                    continue
                else:
                    held, whole = limits.whole_part_bytes, whole + size
                    size = whole
                if size > held:
                    raise bomb()
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as damage:
        if isinstance(damage, RosterRefused):
            raise
        raise damaged() from None
    file.seek(0)


def _refuse_disguises(archive: zipfile.ZipFile) -> None:
    """A part held in memory must not hide from its limit behind the name of a sheet."""
    try:
        entry = archive.getinfo("[Content_Types].xml")
        if entry.file_size > 1 << 20:
            raise bomb()
        parts = fromstring(archive.read(entry), forbid_dtd=True)
    except (KeyError, ParseError, DefusedXmlException):
        raise damaged() from None
    for part in parts:
        name, kind = part.get("PartName", "").lower(), part.get("ContentType", "")
        if name.startswith("/xl/worksheets/") and not kind.endswith("worksheet+xml"):
            raise damaged()


def _inflate(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: Limits, before: int) -> int:
    """The true inflated size of a part. zipfile itself stops at the declared size and then checks the sum."""
    size = 0
    tail = b""
    with archive.open(entry) as part:
        while chunk := part.read(_CHUNK):
            size += len(chunk)
            if before + size > limits.inflated_bytes:
                raise bomb()
            if size > 1 << 20 and size > limits.ratio * max(entry.compress_size, 1):
                raise bomb()
            seen = tail + chunk
            if any(mark in seen for mark in _DOCTYPES) and not entry.filename.startswith("xl/media/"):
                raise RosterRefused(
                    "workbook-entities",
                    "工作簿含有不允许的XML声明，可能有害，已拒绝",
                    "the workbook has an XML declaration that no spreadsheet program writes; refused",
                )
            tail = chunk[-32:]
    return size


def password_set() -> RosterRefused:
    return RosterRefused(
        "workbook-password",
        "工作簿有打开密码，请取消密码后再导入",
        "the workbook is protected by a password; remove it first",
    )


def bomb() -> RosterRefused:
    return RosterRefused(
        "workbook-bomb",
        "工作簿解压后过大或结构异常，已拒绝",
        "the workbook inflates beyond the limits; refused as harmful",
    )


def damaged() -> RosterRefused:
    return RosterRefused(
        "workbook-damaged",
        "文件不是有效的 .xlsx 工作簿或已损坏",
        "the file is not an .xlsx workbook, or it is damaged",
    )
