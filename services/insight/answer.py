"""What is answered: the figures of a district by township, department, month and hopping window.

Windows are sums of days of event time, so they can be asked for any length up to 90 days and never close
before the late news has come. Nothing here is stored; everything is worked out from the cells when asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from pydantic import BaseModel, Field

from services.insight.shard import Cell
from services.insight.taking import Figures
from services.insight.withheld import Values, withhold
from services.insight.words import MEASURES, department_zh

LONGEST_WINDOW = 90
MONTHS_SHOWN = 24
FLOWS = (
    "applications", "accepted", "notices", "granted", "declined", "withdrawn", "on_time", "late", "payments",
    "spend_fen", "illustrative_fen", "adjusted", "ended", "reviews_opened", "reviewed",
)  # fmt: skip
STANDING = ("under_way", "overdue", "active", "commitment_fen", "reviews_open", "enrolled", "covered")
Labels = Mapping[str, str]


class Line(BaseModel):
    """One line: of a township, a department, a programme, a month or a window."""

    code: str = Field(description="division code, department, programme, or the month")
    zh: str
    values: Values = Field(
        description="by measure; null: a small number that is withheld, or a share of nothing"
    )


class Window(Line):
    """A hopping window: `first` and `last` are its days, both counted."""

    first: date
    last: date


class Source(BaseModel):
    """How far a service's log is counted. `time`: when the last counted event happened; `lag` in events."""

    source: str
    sequence: int
    time: str | None
    lag: int | None


class Letters(BaseModel):
    """Upstream events that a service could not take: waiting now, and ever."""

    service: str
    waiting: int
    parked: int
    resumed: int
    discarded: int


class Measure(BaseModel):
    name: str
    zh: str
    en: str


class Answer(BaseModel):
    """Counts are whole, sums are whole fen, shares have four places. Figures carry no personal data."""

    district: str
    today: date
    township: str | None
    department: str | None
    month: str | None
    withheld: bool = Field(description="whether numbers below 3 are left out (null)")
    illustrative: bool = Field(description="whether a sum rests on an illustrative figure")
    total: Line
    townships: list[Line]
    departments: list[Line]
    programmes: list[Line]
    months: list[Line]
    windows: list[Window]
    letters: list[Letters]
    sources: list[Source]
    measures: list[Measure]


def answer(
    figures: Figures,
    labels: Labels,
    *,
    township: str | None = None,
    department: str | None = None,
    month: str | None = None,
    window: int = 30,
    hop: int = 7,
    small_withheld: bool = True,
) -> Answer:
    """The figures as they are now. `labels`: townships by code; `window`, `hop` in days.

    `month` (YYYY-MM) narrows what happened in the lines by township, department and programme; what stands
    is of now. `department` does not narrow enrolment, which is no department's.
    """
    with figures.lock:
        cells = _together(figures)
        sources = _sources(figures)
    today = figures.today
    cells = {cell: n for cell, n in cells.items() if _within(cell, township, department)}

    def lines(codes: Iterable[str], column: int, zh: Callable[[str], str]) -> list[Line]:
        by: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for cell, amount in cells.items():
            if (code := cell[column]) and _is_of(cell, month):
                by[code][cell.measure] += amount
        return [Line(code=code, zh=zh(code), values=_values(by[code])) for code in sorted({*codes, *by})]

    towns = lines([township] if township else labels, 2, lambda code: labels.get(code, code))
    whole = Line(code=figures.district, zh="合计", values=_values(_sum(cells, month)))
    departments = lines((), 3, department_zh)
    programmes = [one for one in lines((), 4, lambda code: _PROGRAMMES.get(code, code)) if _of_cases(one)]
    months, windows = _months(cells), _windows(cells, today, window, hop)
    illustrative = any(cell.measure == "illustrative_fen" for cell in cells)
    if small_withheld:
        withhold([line.values for line in towns], known_total=True)
        if township:
            rest = [whole, *departments, *programmes, *months, *windows]
            withhold([line.values for line in rest])
    return Answer(
        district=figures.district, today=today, township=township, department=department, month=month,
        withheld=small_withheld, illustrative=illustrative, total=whole, townships=towns,
        departments=departments, programmes=programmes, months=months, windows=windows,
        letters=[] if township else _letters(cells), sources=sources,
        measures=[Measure(name=name, zh=zh, en=en) for name, (zh, en) in MEASURES.items()],
    )  # fmt: skip


_PROGRAMMES = {
    "dibao": "最低生活保障",
    "tekun": "特困人员救助供养",
    "temporary_relief": "临时救助",
    "relief-emergency": "急难型临时救助",
    "relief-expenditure": "支出型临时救助",
    "rigid-expenditure": "刚性支出困难家庭认定",
    "disability-living": "困难残疾人生活补贴",
    "disability-care": "重度残疾人护理补贴",
    "assistive-device": "辅助器具适配补贴",
    "home-adaptation": "家庭无障碍改造",
    "rigid_expenditure": "刚性支出困难家庭",
}


def _together(figures: Figures) -> dict[Cell, int]:
    cells: dict[Cell, int] = defaultdict(int)
    today = figures.today
    for shard in figures.shards:
        for cell, amount in shard.cells.items():
            cells[cell] += amount
        for row in shard.cases.values():
            if row.stage == "accepted" and row.decide_by is not None and row.decide_by < today:
                cells[Cell("overdue", "", *row.where)] += 1
    return {cell: amount for cell, amount in cells.items() if amount}


def _within(cell: Cell, township: str | None, department: str | None) -> bool:
    if township is not None and cell.township != township:
        return False
    return department is None or cell.department in (department, "")


def _is_of(cell: Cell, month: str | None) -> bool:
    """What stands now, and what happened in the month; in all months where none is named."""
    return not cell.when or (cell.when == month if month else len(cell.when) == len("2020-08"))


def _of_cases(line: Line) -> bool:
    """A programme, not the service that a letter is of."""
    return any(line.values[name] for name in (*FLOWS, *STANDING))


def _sum(cells: Mapping[Cell, int], month: str | None) -> dict[str, int]:
    total: dict[str, int] = defaultdict(int)
    for cell, amount in cells.items():
        if _is_of(cell, month):
            total[cell.measure] += amount
    return total


def _values(found: Mapping[str, int]) -> Values:
    values: Values = {name: found.get(name, 0) for name in (*FLOWS, *STANDING)}
    values["on_time_rate"] = _rate(found)
    values["coverage_gap"] = found.get("enrolled", 0) - found.get("covered", 0)
    return values


def _flows(found: Mapping[str, int]) -> Values:
    values: Values = {name: found.get(name, 0) for name in FLOWS}
    values["on_time_rate"] = _rate(found)
    return values


def _rate(found: Mapping[str, int]) -> Decimal | None:
    on_time, late = found.get("on_time", 0), found.get("late", 0)
    decided = on_time + late
    return (Decimal(on_time) / decided).quantize(Decimal("0.0001")) if decided else None


def _months(cells: Mapping[Cell, int]) -> list[Line]:
    by: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for cell, amount in cells.items():
        if len(cell.when) == 7 and cell.measure in FLOWS:
            by[cell.when][cell.measure] += amount
    return [
        Line(code=one, zh=f"{one[:4]}年{int(one[5:])}月", values=_flows(by[one]))
        for one in sorted(by)[-MONTHS_SHOWN:]
    ]


def _windows(cells: Mapping[Cell, int], today: date, days: int, hop: int) -> list[Window]:
    """The window that ends today and those `hop` days before each other, newest first, as far as days are kept."""
    by: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for cell, amount in cells.items():
        if len(cell.when) == 10 and cell.measure in FLOWS:
            by[cell.when][cell.measure] += amount
    windows = []
    for back in range(0, LONGEST_WINDOW - days + 1, hop):
        last = today - timedelta(days=back)
        first = last - timedelta(days=days - 1)
        found: dict[str, int] = defaultdict(int)
        for day, counts in by.items():
            if first.isoformat() <= day <= last.isoformat():
                for measure, amount in counts.items():
                    found[measure] += amount
        windows.append(
            Window(
                code=last.isoformat(),
                zh=f"截至{last}的{days}天",
                first=first,
                last=last,
                values=_flows(found),
            )
        )
    return windows


def _letters(cells: Mapping[Cell, int]) -> list[Letters]:
    by: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for cell, amount in cells.items():
        if cell.measure.startswith("letters_") and len(cell.when) != 10:
            by[cell.programme][cell.measure.removeprefix("letters_")] += amount
    return [
        Letters(service=service, **{name: by[service][name] for name in ("waiting", "parked", "resumed", "discarded")})
        for service in sorted(by)
    ]  # fmt: skip


def _sources(figures: Figures) -> list[Source]:
    found = []
    for source in figures.sources:
        position = figures.positions.get(source)
        found.append(
            Source(
                source=source,
                sequence=position.sequence if position else 0,
                time=position.time if position else None,
                lag=figures.lags.get(source),
            )
        )
    return found
