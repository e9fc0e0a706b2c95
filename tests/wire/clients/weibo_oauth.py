"""weibo-oauth: the way to a token, a share, and giving the token back."""

import json
import sys

sys.path.pop(0)

import requests
from requests import Session

orders = json.load(sys.stdin)
send = Session.request


def sent_here(self, method, url, **details):
    return send(self, method, url.replace("https://api.weibo.com", orders["base_url"]), **details)


Session.request = sent_here

from weibo_oauth import Weibo  # noqa: E402 -- the host is replaced first

client = Weibo(orders["client_id"], orders["client_secret"], orders["redirect_uri"])
requests.get(client.get_authorize_url(), timeout=10)
agreed = requests.post(
    "https://api.weibo.com/oauth2/authorize",
    data={"client_id": orders["client_id"], "redirect_uri": orders["redirect_uri"], "choice": "agree"},
    allow_redirects=False,
    timeout=10,
)
code = agreed.headers["Location"].partition("code=")[2].partition("&")[0]
token = client.get_access_token(code)
shared = client.post("statuses/share", status="医疗救助办法 http://www.example.gov.cn/a/1.html")
client.revoke()
after = client.post("statuses/share", status="再发一条 http://www.example.gov.cn/a/1.html")
print(json.dumps({"token": bool(token), "shared": shared.get("text"), "after": after.get("error_code")}))
