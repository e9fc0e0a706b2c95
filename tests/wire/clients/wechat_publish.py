"""wechat-publish: the whole chain from a file with a picture to a publishing job."""

import json
import sys
from pathlib import Path

sys.path.pop(0)

from wechat_publish import core

orders = json.load(sys.stdin)
core.BASE = orders["base_url"] + "/cgi-bin"
Path("cover.png").write_bytes(bytes.fromhex(orders["picture"]))
Path("a.html").write_text('<p>正文</p><p><img src="cover.png" alt=""></p>', "utf-8")
draft = core.push_articles(
    orders["appid"],
    orders["secret"],
    [{"html_path": "a.html", "title": "医疗救助办法", "cover_path": "cover.png", "digest": "摘要"}],
    author="政府办",
    publish_now=True,
)
refused = ""
try:
    core.push_articles(
        orders["appid"], "wrong", [{"html_path": "a.html", "title": "x", "cover_path": "cover.png"}]
    )
except core.WeChatAPIError as error:
    refused = str(error)
print()
print(json.dumps({"draft": draft, "refused": refused}))
