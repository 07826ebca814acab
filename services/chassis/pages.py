"""The few pages for people: the documentation of a service, and the list of services of a host.

Everything they load comes from this host: a district's network may not reach the outside. The Swagger UI
is the one packed in `fastapi-offline`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from html import escape
from importlib.resources import files
from typing import Literal

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from services.chassis.auth import public

_POLICY = "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
_DOCS_POLICY = f"{_POLICY}; script-src 'self'; connect-src 'self'"
_START = """window.onload = () => SwaggerUIBundle({
  url: "openapi.json", dom_id: "#ui", deepLinking: true, docExpansion: "list", validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis], layout: "BaseLayout"
});
"""
_STYLE = """
body { font: 16px/1.6 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; max-width: 60rem;
       margin: 3rem auto; padding: 0 1rem; color: #1d2733 }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .5rem .75rem;
        border-bottom: 1px solid #d5dbe2; vertical-align: top } a { color: #0b57a4 }
.small { color: #5a6775; font-size: .9em }
"""
_ASSETS = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
}


@cache
def _asset(name: str) -> bytes:
    return (files("fastapi_offline") / "static" / name).read_bytes()


def documentation(app: FastAPI) -> APIRouter:
    """`/openapi.json` and `/docs` of a service."""
    router = APIRouter(dependencies=[public()], include_in_schema=False)

    @router.get("/openapi.json")
    def openapi(request: Request) -> Response:
        schema = dict(app.openapi())
        root = request.scope.get("root_path", "").rstrip("/")
        if root:
            schema["servers"] = [{"url": root}]
        return JSONResponse(schema)

    @router.get("/docs")
    def docs() -> Response:
        return HTMLResponse(
            f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{escape(app.title)}</title>'
            '<link rel="stylesheet" href="docs/assets/swagger-ui.css"><div id="ui"></div>'
            '<script src="docs/assets/swagger-ui-bundle.js"></script><script src="docs/start.js"></script>',
            headers={"Content-Security-Policy": _DOCS_POLICY},
        )

    @router.get("/docs/start.js")
    def start() -> Response:
        return Response(_START, media_type="text/javascript")

    @router.get("/docs/assets/{name}")
    def asset(name: Literal["swagger-ui-bundle.js", "swagger-ui.css"]) -> Response:
        return Response(
            _asset(name), media_type=_ASSETS[name], headers={"Cache-Control": "public, max-age=86400"}
        )

    return router


def index(services: Mapping[str, FastAPI]) -> Response:
    """What runs on this host, in Chinese and English."""
    rows = "".join(
        f"<tr><td><strong>{escape(app.title)}</strong><br><code>/{escape(name)}</code></td>"
        f"<td>{escape(app.summary or '')}</td>"
        f'<td><a href="{escape(name)}/docs">接口文档 docs</a><br>'
        f'<a href="{escape(name)}/openapi.json">OpenAPI</a></td>'
        f'<td><a href="{escape(name)}/health/ready">就绪 ready</a><br>'
        f'<a href="{escape(name)}/health/live">存活 live</a></td></tr>'
        for name, app in services.items()
    )
    return HTMLResponse(
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>兜底 Doudi</title>'
        f"<style>{_STYLE}</style><h1>兜底 Doudi</h1>"
        "<p>社会救助兜底保障对象登记：每一项事实和决定都是一个事件，不覆盖，可回放。<br>"
        '<span class="small">The register of social-assistance beneficiaries as a history of events.</span>'
        "</p><table><thead><tr><th>服务 Service</th><th>用途 Purpose</th><th>接口 API</th>"
        f"<th>状态 Health</th></tr></thead><tbody>{rows}</tbody></table>"
        '<p class="small">调用接口需要令牌 · Calls need a token: <code>doudi token</code></p>',
        headers={
            "Content-Security-Policy": _POLICY,
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )
