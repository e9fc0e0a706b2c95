"""/console: my work, what a person must do first."""

from aiohttp import web

from server.console.page import Page, Visit


async def show_work(visit: Visit) -> web.Response:
    """Show what waits for the visitor."""
    return visit.show("work.html", section="work")


PAGES = (Page("GET", "/console", show_work, "signed_in"),)
