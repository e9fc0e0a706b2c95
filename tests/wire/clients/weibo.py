"""weibo: OAuth and share, with and without a picture."""

import io
import json
import sys

sys.path.pop(0)

import requests
import weibo

orders = json.load(sys.stdin)
client = weibo.Client(orders["client_id"], orders["client_secret"], orders["redirect_uri"])
for name in ("site", "authorization_url", "token_url", "api_url"):
    setattr(client, name, getattr(client, name).replace("https://api.weibo.com", orders["base_url"]))
page = requests.get(client.authorize_url, timeout=10)
agreed = requests.post(
    orders["base_url"] + "/oauth2/authorize",
    data={"client_id": orders["client_id"], "redirect_uri": orders["redirect_uri"], "choice": "agree"},
    allow_redirects=False,
    timeout=10,
)
code = agreed.headers["Location"].partition("code=")[2].partition("&")[0]
client.set_code(code)
link = "http://www.example.gov.cn/a/1.html"
plain = client.post("statuses/share", status=f"医疗救助办法 {link}")
pictured = client.post(
    "statuses/share",
    status=f"配图一条 {link}",
    pic=("a.png", io.BytesIO(bytes.fromhex(orders["picture"]))),
)
try:
    client.post("statuses/share", status="没有安全域名链接的一条")
    refused = "accepted"
except RuntimeError as error:
    refused = str(error)
timeline = client.get("statuses/user_timeline", uid=client.uid)
print(
    json.dumps(
        {
            "page": page.status_code,
            "alive": client.alive,
            "uid": client.uid,
            "plain": plain["text"],
            "has_picture": bool(pictured.get("original_pic") or pictured.get("pic_urls")),
            "refused": refused,
            "texts": [one["text"] for one in timeline["statuses"]],
        }
    )
)
