"""`python -m server.cli`: the command line where the package is not installed."""

from server.cli import app

app()
