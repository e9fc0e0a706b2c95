"""The command that makes the key of Web Push."""

from pathlib import Path
from typing import Annotated

import typer

from server.cli.endings import MISUSED, end
from server.file_errors import reason_of
from server.subscribe.push_key import make_push_key


def push_key(
    file: Annotated[Path, typer.Argument(help="密钥写到哪个文件，例如 /var/lib/tongfa/push.key")],
) -> None:
    """生成浏览器推送的密钥；只做一次，换了密钥读者要重新开通。"""  # noqa: D400, D415 -- shown as help
    try:
        public = make_push_key(file)
    except FileExistsError:
        end(f"文件 {file} 已经存在；换密钥会让所有读者的推送失效，确需更换请先移走旧文件。", MISUSED)
    except OSError as error:
        end(f"文件 {file} 写不了：{reason_of(error)}", MISUSED)
    typer.echo(f"密钥已写入 {file}（公钥 {public}）。")
    typer.echo(
        f'请在 tongfa.toml 的 [subscribe] 里写 push_key_file = "{file}"，重启后运行 tongfa rebuild-site。'
    )
