"""/console/help: how a day's work goes, in plain words."""

from aiohttp import web

from server.console.page import Page, Visit


async def show_help(visit: Visit) -> web.Response:
    """Show the help."""
    return visit.show("help.html", section="help")


PAGES = (Page("GET", "/console/help", show_help, "signed_in"),)
