"""What is wrong with a command line, said in Chinese: typer says it in English.

It knows typer's sentences and nothing of the commands. One that is not here is shown as it is.
"""

import re
from typing import Final

from typer import TyperException

_SENTENCES: Final = tuple(
    (re.compile(pattern, re.DOTALL), sentence)
    for pattern, sentence in (
        (r"Missing argument '(.+?)'\..*", "缺少参数 {}。"),
        (r"Missing option '(.+?)'\..*", "缺少选项 {}。"),
        (r"Missing command\.", "缺少子命令。"),
        (r"No such command '(.+?)'\. Did you mean (.+)\?", "没有命令 {}，相近的有 {}。"),
        (r"No such command '(.+?)'\.", "没有命令 {}。"),
        (r"No such option: (\S+) \(Possible options: (.+)\)", "没有选项 {}，相近的有 {}。"),
        (r"No such option: (\S+)", "没有选项 {}。"),
        (r"Option '(.+?)' requires an argument\.", "选项 {} 后面要写一个值。"),
        (r"Option '(.+?)' does not take a value\.", "选项 {} 后面不写值。"),
        (r"Got unexpected extra argument\(s\) \((.+)\)", "多出了 {}。"),
        (
            r"Invalid value for '(.+?)': Value error, (.+) does not match the formats '%Y-%m-%d'\.",
            "{} 应写成年-月-日，例如 2026-03-01，不能是 {}。",
        ),
        (r"Invalid value for '(.+?)': Value error, (.+) is not one of (.+)\.", "{} 不能是 {}，可用的是 {}。"),
        (r"Invalid value for '(.+?)': Input should be a valid integer.*", "{} 应是整数。"),
        (r"Invalid value for '(.+?)': Input should be greater than or equal to (.+)", "{} 最小是 {}。"),
        (r"Invalid value for '(.+?)': Input should be less than or equal to (.+)", "{} 最大是 {}。"),
    )
)


def say_misuse(error: TyperException) -> str:
    """Give the sentence for what typer refused and, where it says of which command, how to see its usage."""
    context = getattr(error, "ctx", None)
    usage = f"用法见 {context.command_path} --help。" if context is not None else ""
    return _translate(error.format_message()) + usage


def _translate(message: str) -> str:
    for pattern, sentence in _SENTENCES:
        if found := pattern.fullmatch(message):
            return sentence.format(*(part.replace("'", "").replace(", ", "、") for part in found.groups()))
    return f"命令写得不对：{message}"
