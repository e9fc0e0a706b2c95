"""Lines of the audit as people read them: by the name of the act, and as a sheet."""

import csv
import io
import json
from collections.abc import Iterable
from typing import Final, cast

from server.core.acts import VERB_NAMES, Verb
from server.core.days import SHANGHAI
from server.core.spreadsheets import as_text
from server.store.audit import AuditLine

_HEADS: Final = (
    "编号", "时间", "事项", "代码", "谁", "令牌", "来自", "请求编号", "稿件", "版本", "发布", "投递", "账号",
    "细节", "链上位置", "摘要",
)  # fmt: skip


def sheet_of(lines: Iterable[AuditLine]) -> bytes:
    """Write lines as CSV that a spreadsheet opens as it is; no cell of it is taken for a formula."""
    written = io.StringIO()
    sheet = csv.writer(written)
    sheet.writerow(_HEADS)
    for line in lines:
        details = json.dumps(dict(line.details), ensure_ascii=False, sort_keys=True)
        at = line.at.astimezone(SHANGHAI).isoformat(sep=" ", timespec="seconds")
        cells = (
            line.id, at, name_of(line), line.verb, line.who, line.token_id, line.address, line.request_id,
            line.item_id, line.revision_id, line.release_id, line.delivery_id, line.account_id, details,
            line.place, line.digest,
        )  # fmt: skip
        sheet.writerow(["" if cell is None else as_text(str(cell)) for cell in cells])
    return b"\xef\xbb\xbf" + written.getvalue().encode()


def name_of(line: AuditLine) -> str:
    """Give what an act is called on screen."""
    return VERB_NAMES.get(cast("Verb", line.verb), line.verb)
