"""wechatpy: drafts, publishing, pushes and the menu, as its own manual shows them."""

import io
import json
import sys
import time

# The driver has the client's name and lies first on the path.
sys.path.pop(0)

from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException

orders = json.load(sys.stdin)


class Here(WeChatClient):
    API_BASE_URL = orders["base_url"] + "/cgi-bin/"


client = Here(orders["appid"], orders["secret"])
# It fetches its token from an address of its own.
client.fetch_access_token = lambda: client._fetch_access_token(
    url=client.API_BASE_URL + "token",
    params={"grant_type": "client_credential", "appid": client.appid, "secret": orders["secret"]},
)
picture = bytes.fromhex(orders["picture"])


def article(title):
    cover = client.material.add("image", ("cover.png", io.BytesIO(picture)))
    return {"title": title, "content": "<p>正文</p>", "thumb_media_id": cover["media_id"]}


saw = {}
draft = client.draft.add([article("医疗救助办法")])["media_id"]
saw["drafts"] = client.draft.count()["total_count"]
saw["title"] = client.draft.get(draft)["news_item"][0]["title"]
client.draft.update(draft, 0, article("医疗救助实施办法"))
saw["title_after_update"] = client.draft.get(draft)["news_item"][0]["title"]
job = client.freepublish.submit(draft)["publish_id"]
statuses = []
for _try in range(100):
    state = client.freepublish.get(job)
    statuses.append(state["publish_status"])
    if state["publish_status"] != 1:
        break
    time.sleep(0.1)
saw["statuses"] = sorted(set(statuses))
article_id = state["article_id"]
saw["link"] = state["article_detail"]["item"][0]["article_url"]
saw["published"] = client.freepublish.getarticle(article_id)["news_item"][0]["title"]
saw["listed"] = client.freepublish.batchget(0, 10, 1)["total_count"]
client.freepublish.delete(article_id)
left = client.freepublish.batchget(0, 10, 1)["item"]
saw["left"] = [one["is_deleted"] for item in left for one in item["content"]["news_item"]]
push = client.draft.add([article("群发一篇")])["media_id"]
sent = client.message.send_mass_article(push, is_to_all=True, client_msg_id="push-1")
saw["sent"] = sorted(sent)
try:
    client.message.send_mass_article(push, is_to_all=True, client_msg_id="push-1")
    saw["sent_again"] = "accepted"
except WeChatClientException as error:
    saw["sent_again"] = error.errcode
saw["no_menu"] = client.menu.get()
client.menu.create({"button": [{"type": "click", "name": "政策", "key": "column:zcwj"}]})
saw["menu"] = client.menu.get()["menu"]["button"][0]["name"]
try:
    client.menu.create({"button": [{"type": "click", "name": "太多", "key": str(n)} for n in range(4)]})
    saw["four_buttons"] = "accepted"
except WeChatClientException as error:
    saw["four_buttons"] = error.errcode
print(json.dumps(saw))
