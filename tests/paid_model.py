"""A model server for tests: speaks OpenAI's chat completions, answers from the prompt alone, and writes down what it
was asked, as if it were paid for it."""

import http.client
import json
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, *args):
        self.connections, self.changed = 0, threading.Condition()
        super().__init__(*args)

    def count(self, change):
        with self.changed:
            self.connections += change
            self.changed.notify_all()

    def process_request(self, request, client_address):
        self.count(1)
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        super().shutdown_request(request)
        self.count(-1)

    def wait_for_the_end(self, timeout):
        """Until all is served that was asked before: whoever asked has ended, perhaps killed, and left bytes behind."""
        last = http.client.HTTPConnection(*self.server_address, timeout=timeout)
        last.request("GET", "/models")
        last.getresponse().read()  # This connection was taken on after all of those.
        last.close()
        with self.changed:
            return self.changed.wait_for(lambda: self.connections == 0, timeout)

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):  # Those are docket's doing.
            super().handle_error(request, client_address)


class JsonHandler(BaseHTTPRequestHandler):
    """Replies in JSON, or with a text or bytes as they are, and says nothing of it."""
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # Else each body waits 40 ms behind its head.

    def log_message(self, *_):
        pass

    def question(self):
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def reply(self, status, body):
        content = body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class PaidModel:
    """Its answers: `label` is invoice, `total` is the number behind the word Total in the document."""

    def __init__(self, name="paid"):
        self.name = name
        self.lock = threading.Lock()
        self.asked = []  # (number of the invoice, "classify" or "fields") of each call that was answered.
        model = self

        class Handler(JsonHandler):
            def do_GET(self):
                if self.path.endswith("/models"):
                    self.reply(200, {"object": "list", "data": [{"id": model.name, "object": "model"}]})
                else:
                    self.reply(404, {"error": {"message": "not found"}})

            def do_POST(self):
                body = self.question()
                if not self.path.endswith("/chat/completions"):
                    return self.reply(404, {"error": {"message": "not found"}})
                model.serve(self, body)

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def serve(self, handler, body):
        """Replies to a question. Others may fail here."""
        handler.reply(200, self.answer(body))

    @staticmethod
    def subject(body):
        """What is asked: (number of the invoice, "classify" or "fields")."""
        prompt = json.dumps(body["messages"])
        number = re.search(r"INV-(\d+)", prompt)
        return number.group(1) if number else "", "classify" if "Which of these labels" in prompt else "fields"

    def answer(self, body):
        prompt = json.dumps(body["messages"])
        number, kind = self.subject(body)
        total = re.search(r"Total +GBP ([0-9.]+)", prompt)
        if kind == "classify":
            answer = {"label": "invoice", "quote": f"INV-{number}"}
        elif total:
            answer = {"total": {"quote": total.group(0), "value": float(total.group(1))}}
        else:
            answer = {"greeting": "hello"}  # `check --probe`; it wants another.
        with self.lock:
            self.asked.append((number, kind))
        return {"id": "x", "object": "chat.completion", "model": self.name,
                "choices": [{"index": 0, "finish_reason": "stop",
                             "message": {"role": "assistant", "content": json.dumps(answer)}}],
                "usage": {"prompt_tokens": 200, "completion_tokens": 10, "total_tokens": 210}}

    def take(self):
        """What was asked since the last time."""
        with self.lock:
            asked, self.asked = self.asked, []
        return asked
