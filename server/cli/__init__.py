"""The command line `tongfa`: what each command is called; what it does stands in the files beside."""

from server.cli.commands import group, program

app = program(
    {
        "serve": "server.cli.serving:serve",
        "web": "server.cli.serving:web",
        "worker": "server.cli.serving:worker",
        "clock": "server.cli.serving:clock",
        "sandbox": "server.cli.sandbox:sandbox",
        "migrate": "server.cli.checking:migrate_database",
        "verify": "server.cli.verifying:verify",
        "backup": "server.cli.keeping:backup",
        "restore": "server.cli.keeping:restore",
        "rebuild-site": "server.cli.keeping:rebuild_site",
        "check-config": "server.cli.checking:check_config",
        "publish": "server.cli.publishing:publish",
        "counts": "server.cli.counting:counts",
        "report": group(
            {
                "check": "server.cli.reporting:check",
                "draft": "server.cli.drafting:draft",
                "enter": "server.cli.drafting:enter",
                "silent": "server.cli.collecting:silent",
                "months": "server.cli.collecting:months",
            },
            help="年度报告",
        ),
        "org": group(
            {"add": "server.cli.office:add_org", "list": "server.cli.office:list_orgs"}, help="机构"
        ),
        "user": group(
            {
                "add": "server.cli.staff:add_user",
                "list": "server.cli.staff:list_users",
                "password": "server.cli.staff:reset_password",
                "reset-factor": "server.cli.staff:reset_user_factor",
            },
            help="人员",
        ),
        "token": group({"add": "server.cli.staff:add_token"}, help="访问令牌"),
        "account": group(
            {"add": "server.cli.office:add_account", "list": "server.cli.office:list_accounts"}, help="账号"
        ),
        "calendar": "server.cli.calendars:group",
        "dictionary": "server.cli.dictionary:group",
        "redirect": "server.cli.moves:group",
        "jobs": "server.cli.jobs:group",
        "audit": "server.cli.auditing:group",
        "push-key": "server.cli.push:push_key",
    },
    name="tongfa",
    help="同发：一次发布，各渠道上线，准确统计。",
)
