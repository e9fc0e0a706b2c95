"""wechat-oa-mcp-direct: its JSON escapes what is not ASCII, which the platform keeps as it came."""

import json
import sys

sys.path.pop(0)

from wechat_oa_mcp import server

orders = json.load(sys.stdin)
server.API_BASE = orders["base_url"]
given = {"appid": orders["appid"], "appsecret": orders["secret"], "app_id": orders["appid"]}
token = orders["token"]
made = server.WeChat_create_draft
made = getattr(made, "fn", made)
told = made(
    {
        "access_token": token,
        "image_url": orders["picture_url"],
        "title": orders["title"],
        "content": "<p>正文</p>",
    }
)
print()
print(json.dumps(told))
