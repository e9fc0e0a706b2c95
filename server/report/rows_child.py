"""The child that reads the rows of one table: bytes on its standard input, JSON on its standard output.

It knows no database and no network, and limits its own time and memory before it looks at a byte.
"""

import json
import sys

from server.child import limit_self, open_answer
from server.report.reading.unreadable import Unreadable
from server.report.rows_in import read_rows


def main() -> int:
    """Read the table; `argv` has the names that its head must have."""
    limit_self()
    try:
        rows = read_rows(sys.stdin.buffer.read(), tuple(sys.argv[1:]))
        told: dict[str, object] = {"rows": [[row.number, row.values] for row in rows]}
    except Unreadable as error:
        told = {"unreadable": str(error)}
    with open_answer() as answer:
        answer.write(json.dumps(told).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
