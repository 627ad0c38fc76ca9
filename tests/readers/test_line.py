"""What goes to LINE, held against LINE's own description of its Messaging API.

LINE publishes that description (OpenAPI) and makes its SDK's classes from it: a request that is read into them and written again must come out as it
went in, so that nothing is missing, of another type, beyond a limit or unknown. What the description leaves to words, such as lengths, the Rust tests know.

UBUGI names the program.
"""

import json
import threading
import unittest
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from linebot.v3.messaging import BroadcastRequest, MulticastRequest, NarrowcastRequest

from office import Office

REQUESTS = {"/v2/bot/message/broadcast": BroadcastRequest, "/v2/bot/message/multicast": MulticastRequest, "/v2/bot/message/narrowcast": NarrowcastRequest}
ARTICLES = {"fair": ("お祭り 👶 <春> & \"夏\"", [f"notify: {{plain: {'赤ちゃん👶' * 1200}}}"]), "checkup": ("乳幼児健診", [])}


def fault(path, body):
    """Says what is wrong with a request; nothing where all is well."""
    try:
        form = REQUESTS[path]
        read = form.from_dict(body)
        again = json.loads(json.dumps(read.to_dict()))
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    if again != {"notificationDisabled": False} | body:
        return f"{json.dumps(again, ensure_ascii=False)[:2000]} is not {json.dumps(body, ensure_ascii=False)[:2000]}"
    return None


class Line(ThreadingHTTPServer):
    """Stands in for LINE: it says 400 to what is not as described, and 409 to a key that it knows."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests, self.faults, self.keys = [], [], set()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def stop(self):
        self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        wrong = fault(self.path, body)
        key = uuid.UUID(self.headers["X-Line-Retry-Key"])
        status = 400 if wrong else 401 if self.headers["Authorization"] != "Bearer TOPSECRET" else 409 if key in self.server.keys else 200
        self.server.keys.add(key)
        self.server.requests.append((self.path, body))
        self.server.faults += [wrong] if wrong else []
        self.send_response(status)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


class Requests(unittest.TestCase):
    def sent(self, settings):
        line = Line()
        self.addCleanup(line.stop)
        office = Office(f'    - {{id: line, kind: line, api: "http://127.0.0.1:{line.server_address[1]}", {settings}}}\n', ARTICLES)
        self.addCleanup(office.close)
        office.recipients("line", [{"to": f"U{index:032x}", "segments": [["all", "babies"][index % 2]]} for index in range(1203)])
        office.secrets["UBUGI_132128_LINE_TOKEN"] = "TOPSECRET"
        told = office.send()
        self.assertEqual(line.faults, [])
        self.assertNotIn("TOPSECRET", told)
        return line.requests

    def test_broadcast(self):
        for settings in ("format: text", "format: flex"):
            with self.subTest(settings):
                requests = self.sent(f"to: broadcast, segments: [all], {settings}")
                self.assertEqual([path for path, _ in requests], ["/v2/bot/message/broadcast"] * 2)
                self.assertEqual({message["type"] for _, body in requests for message in body["messages"]}, {settings.removeprefix("format: ")})

    def test_narrowcast(self):
        requests = self.sent("to: narrowcast, audiences: {all: 5614991017775, babies: 5614991017776}, format: flex")
        self.assertEqual([path for path, _ in requests], ["/v2/bot/message/narrowcast"] * 4)
        self.assertEqual(sorted(body["recipient"]["type"] for _, body in requests), ["audience", "audience", "operator", "operator"])

    def test_multicast(self):
        for settings in ("format: text", "format: flex"):
            with self.subTest(settings):
                requests = self.sent(f"to: multicast, {settings}")
                users = [user for _, body in requests for user in body["to"]]
                self.assertEqual((len(users), len(set(users))), (2 * 1203, 1203))
                self.assertLessEqual(max(len(body["to"]) for _, body in requests), 500)

    def test_the_check_finds_faults(self):
        text = {"type": "text", "text": "x"}
        wrong = [
            ("broadcast", {"messages": []}),
            ("broadcast", {"messages": [text] * 6}),
            ("broadcast", {"messages": [{"type": "text"}]}),
            ("broadcast", {"messages": [{**text, "txet": "x"}]}),
            ("broadcast", {"messages": [{"type": "flex", "altText": "x", "contents": {"type": "bubble", "size": "huge"}}]}),
            ("multicast", {"messages": [text], "to": []}),
            ("multicast", {"messages": [text], "to": ["U"] * 501}),
            ("narrowcast", {"messages": [text], "recipient": {"type": "audience", "audienceGroupId": "x"}}),
            ("narrowcast", {"messages": [text], "recipient": {"type": "operator", "nor": []}}),
            ("push", {"messages": [text]}),
        ]
        for path, body in wrong:
            self.assertIsNotNone(fault(f"/v2/bot/message/{path}", body), body)
        self.assertIsNone(fault("/v2/bot/message/broadcast", {"messages": [text]}))


if __name__ == "__main__":
    unittest.main()
