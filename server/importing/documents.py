"""One file of an import: which reader it gets, and what to do with the kinds that none can read."""

from collections.abc import Callable, Mapping
from typing import Final

from server.core.problems import Problem, too_large
from server.importing.aside import aside
from server.importing.found import Document
from server.importing.pages import read_markdown, read_page
from server.importing.shape import INVISIBLE
from server.importing.word import read_word

Reader = Callable[[bytes, str], Document]

_READERS: Final[Mapping[str, Reader]] = {
    "docx": read_word,
    "html": read_page,
    "htm": read_page,
    "md": read_markdown,
    "markdown": read_markdown,
}
_SAVE_AS: Final = "请用 Word 或 WPS 打开，选“另存为”，类型选“Word 文档（*.docx）”，再导入"
_REFUSED: Final[Mapping[str, str]] = {
    "doc": f"旧的 .doc 格式不能直接导入：{_SAVE_AS}",
    "wps": f"WPS 的 .wps 格式不能直接导入：{_SAVE_AS}",
    "rtf": f".rtf 格式不能直接导入：{_SAVE_AS}",
    "docm": f"带宏的 .docm 格式不接受：{_SAVE_AS}",
    "odt": f".odt 格式不能直接导入：{_SAVE_AS}",
    "pdf": "PDF 是排好的版面，取不回段落和表格：请向拟稿人要 .docx 原稿；PDF 可以作为附件上传",
    "ofd": "OFD 是排好的版面，取不回段落和表格：请向拟稿人要 .docx 原稿；OFD 可以作为附件上传",
    "jpg": "图片和扫描件不能导入成文字：请向拟稿人要 .docx 原稿；图片可以插入正文或作为附件",
    "png": "图片和扫描件不能导入成文字：请向拟稿人要 .docx 原稿；图片可以插入正文或作为附件",
    "xlsx": "表格文件请作为附件上传；要放进正文时，在表格软件里复制后粘贴到正文",
    "xls": "表格文件请作为附件上传；要放进正文时，在表格软件里复制后粘贴到正文",
    "zip": "请先解压，再一次选中里面的文件导入",
    "txt": "请把文字直接粘贴到正文，或另存为 .docx 再导入",
}  # fmt: skip
_OLE: Final = b"\xd0\xcf\x11\xe0"


async def read_document(body: bytes, name: str, *, limit: int) -> Document:
    """Read one file off the event loop; refuses it with a sentence that says what to do."""
    shown = INVISIBLE.sub("", name.replace("\\", "/").rsplit("/", 1)[-1])[:120] or "（没有文件名）"
    ending = shown.rpartition(".")[2].lower()
    if not body:
        raise Problem("unsupported_file", f"“{shown}”是空的", field="file")
    if len(body) > limit:
        raise too_large(f"“{shown}”", limit)
    reader = _READERS.get(ending)
    if reader is None:
        told = _REFUSED.get(ending, "不认识这种文件：可导入 .docx、.html、.md")
        raise Problem("unsupported_file", f"“{shown}”没有导入。{told}", field="file")
    if ending == "docx" and body.startswith(_OLE):
        told = f"文件设了密码，或是改了名的旧格式：请先去掉密码；{_SAVE_AS}"
        raise Problem("unsupported_file", f"“{shown}”没有导入。{told}", field="file")
    return await aside(reader, body, shown)
