"""Where the rules come from; what each says, and how sure we are of it, stands in RULES.md here."""

from typing import Final

from server.review.findings import Source

PRIVACY: Final = Source("《中华人民共和国政府信息公开条例》", "第十五条")
LEAST: Final = Source("《中华人民共和国个人信息保护法》", "第六条")
SENSITIVE: Final = Source("《中华人民共和国个人信息保护法》", "第二十八条")
WORDING: Final = Source("《政府网站与政务新媒体检查指标》（国办秘函〔2019〕19号）", "单项否决指标")
CATALOGUE: Final = Source("《中华人民共和国政府信息公开条例》", "第十二条")
CORRECT: Final = Source("《中华人民共和国政府信息公开条例》", "第六条")
NUMBERS: Final = Source("《党政机关公文格式》（GB/T 9704-2012）", "发文字号")
LINKS: Final = Source("《政府网站发展指引》（国办发〔2017〕47号）", "")
REPRINTS: Final = Source("《政府网站发展指引》（国办发〔2017〕47号）", "页面标签")
BARRIER_FREE: Final = Source("《中华人民共和国无障碍环境建设法》", "第三十二条")
OFFICE: Final = Source("本单位的词库", "")
FILES: Final = Source("《中华人民共和国政府信息公开条例》", "第十七条")
CHANNEL: Final = Source("渠道的发布要求", "")
