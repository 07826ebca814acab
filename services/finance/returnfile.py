"""The bank's return file as CSV: read line by line, as often as need be, and never held.

batch,lines,paid_fen
(one line with them)
payment,result,amount_fen,reason
(one line a payment; result: paid, failed, unknown; a reason where it failed)
"""

from __future__ import annotations

import csv
import io
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from typing import BinaryIO, get_args

from events import finance as f
from services.chassis.refusal import Malformed

CONTROL = ["batch", "lines", "paid_fen"]
COLUMNS = ["payment", "result", "amount_fen", "reason"]
RESULTS = ("paid", "failed", "unknown")
CHUNK = 1 << 16
REASONS: tuple[str, ...] = get_args(f.Failure)


@dataclass(frozen=True, slots=True)
class Control:
    """What the file says of itself."""

    batch: str
    lines: int
    paid_fen: int


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    payment: str
    result: str
    amount_fen: int
    reason: str


class ReturnFile:
    """`digest`: SHA-256 of its bytes. Malformed, with the line, where the file is not of this form or does not agree with
    its own totals: told while it is read, and of the totals at its end."""

    def __init__(self, file: BinaryIO) -> None:
        """`file` can be read from its beginning again."""
        self._file = file
        file.seek(0)
        digest = sha256()
        while chunk := file.read(CHUNK):
            digest.update(chunk)
        self.digest = digest.hexdigest()

    def control(self) -> Control:
        rows = self._rows()
        first = list(islice(rows, 3))
        rows.close()
        if len(first) < 3 or first[0] != CONTROL or first[2] != COLUMNS or len(first[1]) != len(CONTROL):
            raise bad(
                1,
                "columns",
                "回盘文件的表头或控制行不符。",
                "Heading or control line are not those of a return file.",
            )
        return Control(first[1][0], _whole(first[1][1], 2), _whole(first[1][2], 2))

    def lines(self) -> Iterator[Line]:
        control = self.control()
        seen: set[bytes] = set()
        paid = 0
        for number, row in enumerate(islice(self._rows(), 3, None), start=4):
            line = _line(number, row)
            name = line.payment.replace("-", "").encode()
            if name in seen:
                raise bad(number, "twice", "同一笔支付出现两次。", "The payment stands in the file twice.")
            seen.add(name)
            paid += line.amount_fen if line.result == "paid" else 0
            yield line
        if (control.lines, control.paid_fen) != (len(seen), paid):
            raise bad(
                2,
                "total",
                f"控制总数不符：明细{len(seen)}笔、已付{paid}分。",
                f"The control totals differ: the lines are {len(seen)}, {paid} fen of them paid.",
            )

    def _rows(self) -> Generator[list[str], None, None]:
        self._file.seek(0)
        text = io.TextIOWrapper(self._file, encoding="utf-8-sig", newline="")
        try:
            yield from csv.reader(text, strict=True)
        except (UnicodeDecodeError, csv.Error) as error:
            raise bad(
                1, "unreadable", "文件须为UTF-8编码的CSV。", "The file has to be CSV in UTF-8."
            ) from error
        finally:
            text.detach()  # else it would close the file with itself


def _line(number: int, row: list[str]) -> Line:
    if len(row) != len(COLUMNS):
        raise bad(number, "columns", "列数不符。", "The line has another number of columns.")
    payment, result, amount, reason = row
    if result not in RESULTS:
        raise bad(number, "result", "结果应为paid、failed或unknown。", "A result is paid, failed or unknown.")
    if (result == "failed") != bool(reason) or (reason and reason not in REASONS):
        raise bad(
            number, "reason", "失败须有规定的原因代码，其他结果不得有。",
            f"A failure has one of these reasons: {', '.join(REASONS)}; nothing else has.",
        )  # fmt: skip
    return Line(number, payment, result, _whole(amount, number), reason)


def _whole(text: str, line: int) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 15):
        raise bad(line, "amount", "金额和笔数应为整数。", "Sums and counts are whole numbers.")
    return int(text)


def bad(line: int, rule: str, zh: str, en: str) -> Malformed:
    return Malformed(f"return-{rule}", f"第{line}行：{zh}", f"Line {line}: {en}", field=f"file.{line}")
