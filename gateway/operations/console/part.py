"""Serve the console's page, its files, and the runbooks as pages."""

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Final

from aiohttp import web

import fairlead
from fairlead.gateway.operations.api.guard import HEADERS
from fairlead.gateway.operations.api.part import ApiPart
from fairlead.gateway.operations.console.markdown import as_html
from fairlead.gateway.operations.parts import Desk, Part

STATIC: Final = Path(__file__).with_name("static")
RUNBOOKS: Final = Path(fairlead.__file__).resolve().parents[2] / "docs" / "runbooks"
"""Beside the sources, where the program runs from its repository."""
_TYPES: Final = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
_NAME: Final = re.compile(r"[A-Za-z0-9_-]+\.md")
_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="/static/icon.svg"><link rel="stylesheet" href="/static/theme.css">
<link rel="stylesheet" href="/static/style.css"><script type="module" src="/static/theme.js"></script>
</head><body class="text-page"><main>{body}</main></body></html>
"""


class ConsolePart(Part):
    """Be the console. Who is not logged in gets the login at whatever address was asked for."""

    def __init__(self, desk: Desk, runbooks: Path = RUNBOOKS) -> None:
        super().__init__(desk)
        self._runbooks = runbooks
        # read once: a request can name none that is not among them
        self._files = {
            path.relative_to(STATIC).as_posix(): (path.read_bytes(), _TYPES[path.suffix])
            for path in STATIC.rglob("*")
            if path.suffix in _TYPES
        }

    def routes(self) -> Sequence[web.RouteDef]:
        """Return the page, the files, the runbooks."""
        return (
            web.get("/", self._index),
            web.get("/static/{name:[a-z_/]+[.](?:js|css|svg)}", self._file),
            web.get("/runbooks/{name}", self._runbook),
        )

    def _is_logged_in(self, request: web.Request) -> bool:
        return self.desk.part(ApiPart).guard.login_of(request) is not None

    async def _index(self, request: web.Request) -> web.Response:
        return self._answer("index.html" if self._is_logged_in(request) else "login.html")

    async def _file(self, request: web.Request) -> web.Response:
        return self._answer(request.match_info["name"])

    def _answer(self, name: str) -> web.Response:
        if name not in self._files:
            raise web.HTTPNotFound(reason="no such file of the console")
        body, content_type = self._files[name]
        # files change with the program alone, but a browser must not show an old page after an update
        headers = {**HEADERS, "Cache-Control": "no-cache"} if not name.endswith(".html") else dict(HEADERS)
        return web.Response(body=body, content_type=content_type, charset="utf-8", headers=headers)

    async def _runbook(self, request: web.Request) -> web.Response:
        if not self._is_logged_in(request):
            return self._answer("login.html")
        name = request.match_info["name"]
        path = self._runbooks / name
        if not _NAME.fullmatch(name) or not path.is_file():
            text = f"No runbook {name} in {self._runbooks}: its first step is shown beside the alert."
            return _page("No such runbook", f"<p>{escape(text)}</p>", 404)
        return _page(path.stem, as_html(path.read_text(encoding="utf-8")), 200)


def _page(title: str, body: str, status: int) -> web.Response:
    text = _PAGE.format(title=escape(title), body=body)
    return web.Response(text=text, content_type="text/html", status=status, headers=HEADERS)
