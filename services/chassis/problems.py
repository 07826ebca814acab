"""Errors at the edge, as RFC 9457 problem details: a stable type, words in Chinese and English, no data.

`type` is `urn:doudi:problem:<slug>`. Whatever goes wrong leaves as one of these; what nobody expected leaves
as a 500 that says nothing but the request id, and is logged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from services.chassis.refusal import Refused
from services.chassis.store import INFRASTRUCTURE
from services.chassis.wording import BrokenRule, broken_rules

MEDIA_TYPE = "application/problem+json"
log = structlog.get_logger(__name__)


class ProblemDetails(BaseModel):
    """RFC 9457, with the broken rules; `title` and `detail` are Chinese, their English lies beside."""

    type: str = Field(pattern=r"^urn:doudi:problem:[a-z0-9-]+$")
    title: str
    title_en: str
    status: int = Field(ge=400, le=599)
    detail: str
    detail_en: str
    instance: str | None = Field(default=None, description="urn:uuid: of the request")
    errors: list[BrokenRule] = []
    reasons: list[str] = Field(default=[], description="why a service is not ready")


_TITLES: dict[int, tuple[str, str, str]] = {
    400: ("malformed-request", "请求格式错误", "Malformed request"),
    401: ("not-authenticated", "未通过身份认证", "Not authenticated"),
    403: ("not-allowed", "无权办理", "Not allowed"),
    404: ("not-found", "未找到", "Not found"),
    405: ("method-not-allowed", "不支持该方法", "Method not allowed"),
    406: ("not-acceptable", "无法提供所需格式", "Not acceptable"),
    409: ("conflict", "与已登记的内容冲突", "Conflict"),
    410: ("gone", "已删除", "Gone"),
    413: ("body-too-large", "请求内容过大", "Body too large"),
    415: ("unsupported-media-type", "不支持该内容类型", "Unsupported media type"),
    422: ("validation", "数据校验未通过", "Validation failed"),
    500: ("internal", "系统内部错误", "Internal error"),
    503: ("not-ready", "服务尚未就绪", "Not ready"),
}


class Problem(HTTPException):
    """An error with its words; raise it anywhere behind a route."""

    def __init__(
        self,
        status: int,
        zh: str,
        en: str,
        *,
        slug: str = "",
        errors: Sequence[BrokenRule] = (),
        reasons: Sequence[str] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail=en, headers=headers)
        self.zh, self.en = zh, en
        self.slug = slug or _titles(status)[0]
        self.errors, self.reasons = list(errors), list(reasons)

    def body(self, request_id: object = None) -> ProblemDetails:
        _, title, title_en = _titles(self.status_code)
        return ProblemDetails(
            type=f"urn:doudi:problem:{self.slug}",
            title=title,
            title_en=title_en,
            status=self.status_code,
            detail=self.zh,
            detail_en=self.en,
            instance=f"urn:uuid:{request_id}" if request_id else None,
            errors=self.errors,
            reasons=self.reasons,
        )

    def response(self, request_id: object = None) -> Response:
        content = self.body(request_id).model_dump(mode="json", exclude_none=True)
        return JSONResponse(content, self.status_code, headers=self.headers, media_type=MEDIA_TYPE)


def _titles(status: int) -> tuple[str, str, str]:
    return _TITLES.get(status) or _TITLES[400 if status < 500 else 500]


def malformed(field: str, rule: str, zh: str, en: str) -> Problem:
    """400: the request cannot be read at all."""
    return Problem(400, zh, en, errors=[BrokenRule(field=field, rule=rule, zh=zh, en=en)])


def not_authenticated(zh: str, en: str, *, error: str = "") -> Problem:
    """401, with the challenge that RFC 6750 asks for; never says more than the kind of the fault."""
    challenge = f'Bearer realm="doudi", error="{error}"' if error else 'Bearer realm="doudi"'
    return Problem(401, zh, en, headers={"WWW-Authenticate": challenge})


def not_allowed(zh: str, en: str) -> Problem:
    return Problem(403, zh, en)


def too_large(limit: int) -> Problem:
    # Closing saves both sides from sending the rest.
    return Problem(
        413,
        f"请求内容不得超过{limit}字节。",
        f"A body may have at most {limit} bytes.",
        headers={"Connection": "close"},
    )


def unsupported_media_type(expected: str) -> Problem:
    return Problem(415, f"内容类型应为 {expected}。", f"The content type must be {expected}.")


def invalid(field: str, rule: str, zh: str, en: str) -> Problem:
    """422: readable, but it breaks a rule."""
    return Problem(422, zh, en, errors=[BrokenRule(field=field, rule=rule, zh=zh, en=en)])


def not_ready(reasons: Sequence[str]) -> Problem:
    return Problem(
        503, "服务尚未就绪。", "The service is not ready.", reasons=reasons, headers={"Retry-After": "5"}
    )


def machine_failed() -> Problem:
    """A full disk, a database away: no fault of the request, and soon over. What was asked may have happened."""
    return Problem(
        503,
        "系统暂时无法处理，请稍后以同一幂等键重试。",
        "The machine failed. Try again in a while, with the same Idempotency-Key.",
        headers={"Retry-After": "5"},
    )


def internal() -> Problem:
    return Problem(
        500,
        "系统内部错误，请凭请求编号联系管理员。",
        "Something failed inside. Give the request id to the administrator.",
    )


def refused(refusal: Refused) -> Problem:
    """A refusal of the domain, as it leaves."""
    return Problem(
        refusal.status,
        refusal.zh,
        refusal.en,
        slug=refusal.slug,
        errors=[BrokenRule(field=refusal.field, rule=refusal.slug, zh=refusal.zh, en=refusal.en)],
    )


def validation_failed(errors: Sequence[Mapping[str, Any]]) -> Problem:
    """pydantic's errors: 400 where the text is no JSON, else 422 with every broken rule."""
    rules = broken_rules(errors)
    if any(rule.rule == "json_invalid" for rule in rules):
        return Problem(400, "请求体不是有效的JSON。", "The body is not valid JSON.", errors=rules)
    return Problem(422, "提交的数据不符合要求。", "What was sent breaks the rules listed.", errors=rules)


def of_status(error: HTTPException) -> Problem:
    """What the framework raises by itself (404, 405, a body it cannot read), in our words."""
    if isinstance(error, Problem):
        return error
    status = error.status_code
    _, zh, en = _titles(status)
    return Problem(status, f"{zh}。", f"{en}.", headers=error.headers)


def install(app: FastAPI) -> None:
    """Let every error of `app` leave as a problem."""

    async def on_problem(request: Request, error: Exception) -> Response:
        if isinstance(error, Refused):
            problem = refused(error)
        elif isinstance(error, RequestValidationError):
            problem = validation_failed(error.errors())
        elif isinstance(error, HTTPException):
            problem = of_status(error)
        elif isinstance(error, INFRASTRUCTURE):
            log.warning("the machine failed", error=type(error).__name__)
            problem = machine_failed()
        else:
            log.error("request failed", exc_info=error)
            problem = internal()
        return problem.response(getattr(request.state, "request_id", None))

    for kind in (Refused, RequestValidationError, HTTPException, *INFRASTRUCTURE, Exception):
        app.add_exception_handler(kind, on_problem)
