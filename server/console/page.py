"""A page of the console as data, and the visit of a person to it."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Literal
from urllib.parse import urlencode

from aiohttp import web

from server.console.asked import FormToken, asked_of, carried
from server.console.assets import asset
from server.console.cookies import form_token
from server.console.environment import rendered
from server.console.fields import Fields
from server.console.sections import DONE, Section, sections_for
from server.core.problems import Problem
from server.forms.refusals import status_of
from server.importing.dropped import dropped, is_known
from server.parts import PARTS, Parts
from server.security.access import Act, SignedIn

HTML: Final = "text/html"
SECURITY: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; "
        "connect-src 'self'; font-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
"""`data:` and `blob:` pictures are those an editor sees before they are uploaded."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a person who is signed in: what he may do, and what he posted."""

    request: web.Request
    parts: Parts
    who: SignedIn
    fields: Fields
    practising: tuple[str, ...] = ()  # names of the visitor's organs that are in practice

    def place(self, name: str) -> str:
        """Give a part of the address, `{name}` in the path of the page."""
        return self.request.match_info[name]

    def query(self, name: str, default: str = "") -> str:
        """Give a word that the page was asked for, without what no database takes."""
        told = {**carried(self.fields), **self.request.query}
        return told.get(name, default)[:200].replace("\0", "")

    def show(
        self, template: str, *, section: str, trouble: tuple[Problem, ...] = (), status: int | None = None,
        **values: Any,
    ) -> web.Response:  # fmt: skip
        """Answer with a page; `section` is the slug of the section that it belongs to.

        `trouble` is what was refused on it; the first refusal gives the status where none is told.
        """
        if status is None:
            status = status_of(trouble[0]) if trouble else HTTPStatus.OK
        # No page can put a file back into its field: what was chosen must be chosen again.
        unkept = tuple(one.name for one in self.fields.uploads) if status >= HTTPStatus.BAD_REQUEST else ()
        values = {
            "practising": self.practising,
            "asked_for": asked_of(self.request, self.fields),
            "unkept": unkept,
            "trouble": trouble,
            **values,
        }
        return show(self.request, template, who=self.who, section=section, status=status, **values)

    def back(self, path: str, *, done: str) -> web.Response:
        """Send the browser back to the list on which the form stood, narrowed and turned as it was."""
        return go(f"{path}?{urlencode({'done': done, **asked_of(self.request, self.fields)})}")

    def go(self, path: str, *, done: str = "", **query: str) -> web.Response:
        """Send the browser to another page of ours; `done` names a sentence of `sections.DONE`."""
        return go(path, done=done, **query)


PageHandler = Callable[[Visit], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Page:
    """One method on one address below /console.

    `who` names the act that the visitor must be allowed somewhere; at which organ, the handler asks once it
    knows the item.
    """

    method: Literal["GET", "POST"]
    path: str
    handler: PageHandler
    who: Act | Literal["signed_in"]
    before_factor: bool = False  # open to a person who has yet to set his second step up


def show(
    request: web.Request, template: str, *, who: SignedIn | None, section: str = "", status: int = 200,
    **values: Any,
) -> web.Response:  # fmt: skip
    """Answer with a page, for a visitor or for somebody at the door (None)."""
    values = {"trouble": (), "practising": (), "unkept": (), **values}
    asked_for = values.pop("asked_for", {})
    text = rendered(
        template,
        site=request.config_dict[PARTS].site,
        who=who,
        section=section,
        sections=_sections(request, who),
        form_token=FormToken(form_token(request), asked_for),
        asset=asset,
        here=request.path_qs,
        done=DONE.get(request.query.get("done", ""), "") if request.method == "GET" else "",
        dropped=_dropped(request),
        errors=_by_field(values["trouble"]),
        **values,
    )
    return web.Response(status=status, text=text, content_type=HTML, charset="utf-8", headers=SECURITY)


def tell(value: Mapping[str, object], status: int) -> web.Response:
    """Answer one of our scripts, in JSON."""
    text = json.dumps(value, ensure_ascii=False)
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return web.Response(status=status, text=text, content_type="application/json", headers=headers)


def go(path: str, *, done: str = "", **query: str) -> web.Response:
    """Answer a form that was carried out with another page (303), so that a reload repeats nothing."""
    told = {"done": done, **query} if done else query
    where = f"{path}?{urlencode(told)}" if told else path
    return web.Response(status=303, headers={"Location": where, "Cache-Control": "no-store"})


def _sections(request: web.Request, who: SignedIn | None) -> tuple[Section, ...]:
    return () if who is None else sections_for(who, request.config_dict[BUILT])


def _dropped(request: web.Request) -> tuple[str, ...]:
    """Say what fell away from a body just saved; the address carries the codes, never the sentences."""
    codes = request.query.get("dropped", "").split(".") if request.method == "GET" else []
    return tuple(dropped(code).message for code in dict.fromkeys(codes) if is_known(code))


def _by_field(trouble: tuple[Problem, ...]) -> Mapping[str, str]:
    """Give the first sentence for each field, and for the field that a place inside it belongs to."""
    found: dict[str, str] = {}
    for one in trouble:
        found.setdefault(one.field, one.message)
        found.setdefault(one.field.partition(".")[0], one.message)
    found.pop("", None)
    return found


BUILT: Final = web.AppKey("console_paths", frozenset[str])
