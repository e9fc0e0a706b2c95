"""WeRoBot: somebody else's callback server, told of events by the pretended platform, plain or encrypted."""

import json
import sys
import threading

sys.path.pop(0)

from wsgiref.simple_server import WSGIRequestHandler, make_server

import werobot

orders = json.loads(sys.stdin.readline())
robot = werobot.WeRoBot(
    token=orders["token"], encoding_aes_key=orders["aes_key"], app_id=orders["appid"], enable_session=False
)
heard = []
done = threading.Event()


@robot.subscribe
def subscribe(message):
    heard.append(["subscribe", message.source])
    return "欢迎"


@robot.text
def text(message):
    heard.append(["text", message.content])
    done.set()
    return f"收到：{message.content}"


class Quiet(WSGIRequestHandler):
    def log_message(self, *_args):
        pass


server = make_server("127.0.0.1", orders["port"], robot.wsgi, handler_class=Quiet)
threading.Thread(target=server.serve_forever, daemon=True).start()
done.wait(orders["seconds"])
server.shutdown()
print(json.dumps(heard))
