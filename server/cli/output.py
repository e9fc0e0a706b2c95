"""What a command leaves behind: a file that nobody sees half written, or standard output."""

import sys
from pathlib import Path

from server.cli.endings import MISUSED, end
from server.file_errors import reason_of


def put(content: bytes, output: Path | None) -> None:
    """Write to a file as a whole, or to standard output; ends the command where that cannot be."""
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    part = output.with_name(output.name + ".part")
    try:
        part.write_bytes(content)
        part.replace(output)
    except OSError as error:
        part.unlink(missing_ok=True)
        end(f"写不了文件 {output}：{reason_of(error)}", MISUSED)
