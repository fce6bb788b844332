"""A real llama-server for tests, with the random model that scripts/llama-server makes, or a small one that was trained.

The answers of the random model mean nothing, but they are the server's: grammar, usage, timings, log probabilities, errors, slots, prefix cache.
Where the machine cannot have one, the test that asks for it ends as skipped (SKIPPED, exit code 77), and fails where
LLAMA_SERVER=required, as in continuous integration.
"""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SCRIPT = Path(os.environ["SOURCE_DIR"]) / "scripts/llama-server"
MODEL = "random"      # What a pipeline calls it.
SKIPPED = 77          # tests/CMakeLists.txt: SKIP_RETURN_CODE
PREPARE_SECONDS = 1500  # Making it takes some minutes where nothing of it is there yet.


def require(*models):
    """Makes the server, and models besides the random one, if they are not there; ends the program if this machine cannot have them."""
    result = subprocess.run([SCRIPT, "prepare", *models], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, timeout=PREPARE_SECONDS)
    if result.returncode == 0:
        return
    reason = result.stderr.decode().strip()
    if result.returncode == SKIPPED and os.environ.get("LLAMA_SERVER") != "required":
        print(f"SKIPPED: {reason}")
        sys.exit(SKIPPED)
    sys.exit(f"a test needs a llama-server: {reason}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class LlamaServer:
    """One server on a port of its own. `slots` share `context` tokens: each has context // slots of them.

    Options are those of llama-server. One thread, since two that wait for each other on a busy machine are many times slower.
    """

    def __init__(self, slots=2, context=65536, api_key=None, options=(), port=None, verb="run"):
        self.verb = verb  # Of the script: "run" or "small".
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.slots, self.window = slots, context // slots
        self.api_key = api_key
        self.arguments = ["--host", "127.0.0.1", "--port", str(self.port), "--parallel", str(slots), "--ctx-size", str(context),
                          "--threads", "1", "--alias", MODEL, "--metrics", "--no-ui", *options]
        if api_key:
            self.arguments += ["--api-key", api_key]
        self.process = None
        self.log = tempfile.TemporaryFile()
        self.start()
        self.wait_until_ready()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()
        self.log.close()

    def start(self):
        """Starts it and comes back at once: it does not listen yet, then it loads (status 503), then it is ready."""
        self.process = subprocess.Popen([SCRIPT, self.verb, *self.arguments], stdin=subprocess.DEVNULL, stdout=self.log,
                                        stderr=subprocess.STDOUT)

    def wait_until_ready(self, seconds=120):
        end = time.monotonic() + seconds
        while True:
            try:
                if self.request("GET", "/health")[0] == 200:
                    return
            except OSError:
                pass  # Does not listen yet.
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"llama-server is not ready:\n{self.tail()}")
            time.sleep(0.02)

    def kill(self):
        """By SIGKILL: calls in flight are reset, the port is free again. (On SIGTERM it would end its calls first.)"""
        self.process.kill()
        self.process.wait()

    def restart(self):
        """On the same port."""
        self.start()
        self.wait_until_ready()

    def freeze(self):
        """It still takes connections, and answers none until `thaw`."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def request(self, method, path, body=None, timeout=120):
        """(status, bytes)"""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {self.api_key}"} if self.api_key else {})
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            reply = connection.getresponse()
            return reply.status, reply.read()
        finally:
            connection.close()

    def json(self, method, path, body=None):
        """(status, the reply's JSON)"""
        status, content = self.request(method, path, body)
        return status, json.loads(content)

    def chat(self, text, **fields):
        """(status, reply) of a chat with one message of a user."""
        return self.json("POST", "/v1/chat/completions", {"messages": [{"role": "user", "content": text}]} | fields)

    def tokens(self, text):
        """How many tokens the text has by itself."""
        return len(self.json("POST", "/tokenize", {"content": text})[1]["tokens"])

    def metrics(self):
        """{name without llamacpp: value}. prompt_tokens_total counts what was processed, without what the cache held."""
        text = self.request("GET", "/metrics")[1].decode()
        return {name: float(value) for name, value in re.findall(r"^llamacpp:(\w+)(?:\{[^}]*\})? (\S+)$", text, re.M)}

    def tail(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")[-2000:]
