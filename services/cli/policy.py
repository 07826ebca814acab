"""`doudi policy`: papers shown, checked, compared, explained and published."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn
from uuid import uuid4

import httpx
import typer
from rich.table import Table

from services import policy
from services.cli.show import wide_console
from services.policy.checking import check
from services.policy.comparing import differences
from services.policy.explaining import explain
from services.policy.finding import Finding, Refused
from services.policy.paper import Limit, Paper, Status, Step
from services.policy.reading import ReadPaper, canonical, digest, read_paper
from services.policy.rulebook import Rulebook

SHIPPED = Path(policy.__file__).parent / "papers"
PATIENCE_SECONDS = 120.0
WAITING = ("proposed", "published")

app = typer.Typer(
    help="The papers that decisions rest on, and their rules in plain words.", no_args_is_help=True
)


class Language(StrEnum):
    ZH = "zh"
    EN = "en"


Beside = Annotated[
    list[Path] | None, typer.Option("--with", help="folders of papers beside it; without: those shipped")
]


def register(whole: typer.Typer) -> None:
    whole.add_typer(app, name="policy")


@app.command()
def show(
    paper: Annotated[
        str | None, typer.Argument(help="id of a shipped paper, or a folder; all, unless said")
    ] = None,
) -> None:
    """The papers that Doudi ships, or what is in one of them."""
    if paper is not None:
        _show_one(_read(_folder(paper)).paper)
        return
    table = Table(title="papers")
    for column in ("id", "number", "title", "in force", "status"):
        table.add_column(column, overflow="fold")
    for folder in _shipped():
        told = _read(folder).paper.identity
        table.add_row(told.id, told.number, told.title, _span(told.in_force), told.status)
    wide_console().print(table)


@app.command("check")
def check_command(
    folders: Annotated[list[str], typer.Argument(help="folders of papers, or ids of shipped ones")],
    beside: Beside = None,
) -> None:
    """Check papers beside the others; status 1 where anything is found, each with file, line and reason."""
    found: list[Finding] = []
    read = [_read_or_findings(_folder(one), found) for one in folders]
    others = [_read(folder).paper for folder in (_shipped() if beside is None else beside)]
    checked = [one for one in read if one is not None]
    mine = {one.paper.identity.id for one in checked}
    known = [*(one.paper for one in checked), *(one for one in others if one.identity.id not in mine)]
    for one in checked:
        found += check(one.paper, [other for other in known if other is not one.paper], one.places)
    for finding in found:
        typer.echo(str(finding))
    if found:
        typer.secho(f"{len(found)} found", err=True, fg="red")
        raise typer.Exit(1)
    typer.echo(f"{len(checked)} checked, nothing found")


@app.command()
def diff(
    before: Annotated[str, typer.Argument(help="a folder, or the id of a shipped paper")],
    after: Annotated[str, typer.Argument(help="another")],
) -> None:
    """What differs between two papers, part by part; status 1 where anything does."""
    old, new = _read(_folder(before)).paper, _read(_folder(after)).paper
    found = list(differences(old, new))
    for line in found:
        typer.echo(line)
    if found:
        raise typer.Exit(1)
    typer.echo(f"the same: {digest(old)}")


@app.command("explain")
def explain_command(
    programme: Annotated[str, typer.Argument(help="e.g. dibao")],
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="on which day; today, unless said")
    ] = None,
    lang: Annotated[Language, typer.Option(help="in which language")] = Language.ZH,
    papers: Annotated[
        list[Path] | None, typer.Option(help="folders of papers; without: those shipped")
    ] = None,
) -> None:
    """The rule of a programme on a day, in plain words for a citizen."""
    day = date.today() if on is None else on.date()  # noqa: DTZ011  # the day on this machine is meant
    read = [_read(folder).paper for folder in papers or _shipped()]
    try:
        definition = Rulebook(read).definition(programme, day)
    except Refused as refused:
        _fail(f"there is no rule of {programme} on {day}:\n{refused}")
    typer.echo(explain(definition, lang.value).text, nl=False)


@app.command()
def publish(
    folders: Annotated[list[str], typer.Argument(help="papers that are published together")],
    author: Annotated[str, typer.Option(envvar="DOUDI_AUTHOR_TOKEN", help="token of who proposes")],
    approver: Annotated[
        str, typer.Option(envvar="DOUDI_APPROVER_TOKEN", help="token of another, who approves")
    ],
    url: Annotated[str, typer.Option(help="of the policy service")] = "http://127.0.0.1:8350/policy",
) -> None:
    """Propose papers to a running system and approve them, all or none; a text that is published already is passed over."""
    papers = {digest(paper): paper for paper in (_read(_folder(folder)).paper for folder in folders)}
    with httpx.Client(base_url=url, timeout=PATIENCE_SECONDS) as client:
        known = {mark: _state(client, author, paper, mark) for mark, paper in papers.items()}
        for mark, paper in papers.items():
            if known[mark] == "published":
                typer.echo(f"{paper.identity.id}: published already")
        texts = [canonical(paper).decode() for mark, paper in papers.items() if known[mark] not in WAITING]
        if texts:
            _must_be_good(_post(client, "/papers/together", author, {"texts": texts}))
        marks = [mark for mark in papers if known[mark] != "published"]
        if not marks:
            return
        approved = _post(client, "/papers/approve", approver, {"digests": marks})
        _must_be_good(approved)
        for one in approved.json()["items"]:
            typer.echo(f"{one['code']}: published, in effect from {one['effective']}  {one['digest']}")


def _state(client: httpx.Client, token: str, paper: Paper, mark: str) -> str:
    """Where the very text stands: `proposed`, `published`, or anything else if it is neither."""
    answer = _sent(client, "GET", f"/papers/{paper.identity.id}", token, None)
    if answer.status_code == 404:
        return ""
    _must_be_good(answer)
    states = [str(one["state"]) for one in answer.json()["items"] if one["digest"] == mark]
    return states[-1] if states else ""


def _post(client: httpx.Client, path: str, token: str, body: dict[str, Any]) -> httpx.Response:
    return _sent(client, "POST", path, token, body)


def _sent(
    client: httpx.Client, method: str, path: str, token: str, body: dict[str, Any] | None
) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"}
    if body is not None:
        headers["Idempotency-Key"] = str(uuid4())
    try:
        return client.request(method, path, json=body, headers=headers)
    except httpx.HTTPError as error:
        _fail(f"no answer from {client.base_url}: {type(error).__name__}")


def _must_be_good(answer: httpx.Response) -> None:
    if answer.is_success:
        return
    try:
        told = answer.json()
        lines = [f"{told['detail']} {told['detail_en']}"]
        lines += [f"{one['rule']}: {one['en']} {one['zh']}" for one in told.get("errors", ())]
    except (ValueError, KeyError):
        lines = [answer.text[:500]]
    _fail(f"refused ({answer.status_code})\n" + "\n".join(lines))


def _shipped() -> list[Path]:
    return sorted(folder for folder in SHIPPED.iterdir() if (folder / "paper.yaml").is_file())


def _folder(name: str) -> Path:
    """A folder by its path, or a shipped paper's by its id."""
    for folder in (Path(name), SHIPPED / name):
        if (folder / "paper.yaml").is_file():
            return folder
    _fail(f"{name} is neither a folder with a paper.yaml nor a shipped paper; see `doudi policy show`")


def _read(folder: Path) -> ReadPaper:
    try:
        return read_paper(folder)
    except Refused as refused:
        _fail(str(refused))


def _read_or_findings(folder: Path, found: list[Finding]) -> ReadPaper | None:
    try:
        return read_paper(folder)
    except Refused as refused:
        found += refused.findings
        return None


def _show_one(paper: Paper) -> None:
    told = paper.identity
    typer.echo(
        f"{told.number}《{told.title}》\n{told.id}, {_span(told.in_force)}, {told.status}\n{digest(paper)}"
    )
    for name, parts in _parts(paper):
        typer.echo(f"\n{name}")
        for part in parts:
            typer.echo(f"  {part}")


def _parts(paper: Paper) -> Iterator[tuple[str, list[str]]]:
    told = paper.identity
    yield "outline", [f"{clause}  {about}" for clause, about in told.outline.items()]
    for parameter in paper.parameters:
        values = [
            f"from {one.first}: {one.value} {parameter.unit} ({one.status}; {one.source})"
            for one in parameter.values
        ]
        yield f"{parameter.name} ({parameter.en}, {parameter.clause})", values
    for programme in paper.programmes:
        parts = [f"{one.name} = {one.formula}  ({one.clause})" for one in programme.formulas]
        parts += [
            f"{table.name}/{row.id}: {row.zh}  ({row.clause})"
            for table in programme.tables
            for row in table.rows
        ]
        parts += [
            f"{one.source}: {one.zh}  ({one.clause}){_mark(one.status)}" for one in programme.contradicted_by
        ]
        yield f"{programme.programme} ({programme.title.zh}, {programme.title.en})", parts
    for procedure in paper.procedures:
        yield (
            f"{procedure.procedure} ({procedure.title.zh})",
            [f"{one.step}: {one.zh}  ({one.clause}){_limits(one)}" for one in procedure.steps],
        )
    yield "duties", [f"{one.zh}  ({one.clause}){_mark(one.status)}" for one in paper.duties]
    yield "referrals", [f"{one.zh}  ({one.clause}){_within(one.reply_within)}" for one in paper.referrals]
    yield "notes", list(told.notes)


def _limits(step: Step) -> str:
    return "".join(map(_within, (step.start_within, step.finish_within, step.stands)))


def _within(limit: Limit | None) -> str:
    if limit is None:
        return ""
    return f"  [{limit.count} {limit.unit.replace('_', ' ')} after {limit.after}]{_mark(limit.status)}"


def _mark(status: Status) -> str:
    return "  示例 illustrative" if status == "illustrative" else ""


def _span(span: Any) -> str:
    return f"{span.first} – {span.last or ''}".rstrip()


def _fail(message: str) -> NoReturn:
    typer.secho(message, err=True, fg="red")
    raise typer.Exit(2)
