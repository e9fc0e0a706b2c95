"""The command line `tongfa`: what each command is called; what it does stands in the files beside."""

import typer

from server.cli import (
    auditing,
    calendars,
    checking,
    counting,
    dictionary,
    drafting,
    jobs,
    keeping,
    moves,
    office,
    publishing,
    reporting,
    sandbox,
    serving,
)

app = typer.Typer(
    name="tongfa",
    help="同发：一次发布，各渠道上线，准确统计。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they print local variables, secrets among them
)
app.command("serve")(serving.serve)
app.command("web")(serving.web)
app.command("worker")(serving.worker)
app.command("clock")(serving.clock)
app.command("sandbox")(sandbox.sandbox)
app.command("migrate")(checking.migrate_database)
app.command("verify")(checking.verify)
app.command("backup")(keeping.backup)
app.command("restore")(keeping.restore)
app.command("rebuild-site")(keeping.rebuild_site)
app.command("check-config")(checking.check_config)
app.command("publish")(publishing.publish)
app.command("counts")(counting.counts)

report = typer.Typer(help="年度报告", no_args_is_help=True)
report.command("check")(reporting.check)
report.command("draft")(drafting.draft)
report.command("enter")(drafting.enter)
report.callback()(lambda: None)
app.add_typer(report, name="report")

for noun, told, add in (
    ("org", "机构", office.add_org),
    ("user", "人员", office.add_user),
    ("token", "访问令牌", office.add_token),
    ("account", "账号", office.add_account),
):
    group = typer.Typer(help=told, no_args_is_help=True)
    group.command("add")(add)
    # A group of one command would otherwise swallow its name.
    group.callback()(lambda: None)
    app.add_typer(group, name=noun)
app.add_typer(calendars.group, name="calendar")
app.add_typer(dictionary.group, name="dictionary")
app.add_typer(moves.group, name="redirect")
app.add_typer(jobs.group, name="jobs")
app.add_typer(auditing.group, name="audit")
