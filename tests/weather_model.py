"""A model server for tests whose health changes like the weather: it is slow, restarts, answers 503, 429, 400 with words that
nobody knows, garbage and half answers, for a while each. Speaks OpenAI's chat completions and answers from the prompt alone."""

import asyncio
import collections
import json
import random
import re
import threading

Reply = collections.namedtuple("Reply", "status body headers", defaults=[()])


def completion(body):
    """What a healthy server says: the label is invoice, the total that of the text."""
    prompt = json.dumps(body["messages"])
    total = re.search(r"Total +GBP ([0-9.]+)", prompt)
    if "Which of these labels" in prompt:
        number = re.search(r"INV-\d+", prompt)
        answer = {"label": "invoice", "quote": number.group(0) if number else ""}
    elif total:
        answer = {"total": {"quote": total.group(0), "value": float(total.group(1))}}
    else:
        answer = {"greeting": "hello"}
    return {"id": "x", "object": "chat.completion", "model": body["model"],
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": json.dumps(answer)}}],
            "usage": {"prompt_tokens": 200, "completion_tokens": 10, "total_tokens": 210}}


def answer(body):
    return Reply(200, json.dumps(completion(body)).encode())


def error(status, message, **headers):
    return Reply(status, json.dumps({"error": {"message": message}}).encode(), tuple(headers.items()))


def nonsense(body):
    """A whole reply of a server whose model writes nonsense."""
    whole = completion(body)
    whole["choices"][0]["message"]["content"] = "!!!!!!!!!!!!!!!!"
    return Reply(200, json.dumps(whole).encode())


# What each kind of weather makes of a question. A Reply of which half is sent has the status 0.
WEATHER = {
    "fair": lambda body, chance: answer(body),
    "busy": lambda body, chance: error(503, "loading"),
    "limited": lambda body, chance: error(429, "slow down", **({"Retry-After": "1"} if chance.random() < 0.5 else {})),
    "odd": lambda body, chance: error(400, "der Zähler im Keller ist abgelaufen"),
    "broken": lambda body, chance: error(500, "CUDA error: out of memory"),
    "garbage": lambda body, chance: chance.choice([
        Reply(200, b"<html><body>It works!</body></html>"), Reply(502, b"<html>Bad Gateway</html>"), Reply(200, b"\x00\xff\xfe" * 99),
        Reply(200, b'{"choices": []}'), Reply(200, b""), nonsense(body)]),
    "half": lambda body, chance: Reply(0, answer(body).body),
}


class WeatherModel:
    """`kinds`: of WEATHER, "slow" and "restart"; each lasts up to `longest` seconds. Call `clear_up` for fair weather."""

    def __init__(self, seed, kinds, longest=2.0):
        self.chance, self.kinds, self.longest = random.Random(seed), kinds, longest
        self.kind = "fair"
        self.cleared = False
        self.answered = collections.Counter()  # By the system prompt's kind and the number of the invoice: whole good answers.
        self.seen = []  # The prompts of all questions.
        self.loop = asyncio.new_event_loop()
        self.writers = set()
        self.server = None
        self.port = 0
        started = threading.Event()
        self.thread = threading.Thread(target=self._serve, args=(started,), daemon=True)
        self.thread.start()
        started.wait()
        self.url = f"http://127.0.0.1:{self.port}/v1"

    def _serve(self, started):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self._open())
        started.set()
        self.change = self.loop.create_task(self._change_weather())
        self.loop.run_forever()

    async def _open(self):
        self.server = await asyncio.start_server(self._talk, "127.0.0.1", self.port, backlog=512)
        self.port = self.server.sockets[0].getsockname()[1]

    async def _change_weather(self):
        while not self.cleared:
            self.kind = self.chance.choice([*self.kinds, "fair"])
            if self.kind == "restart":
                self.server.close()
                for writer in list(self.writers):
                    writer.close()  # What was written still arrives.
            await asyncio.sleep(self.chance.uniform(0.1, self.longest))
            if self.kind == "restart":
                await self._open()
        self.kind = "fair"

    def clear_up(self):
        """Waits for fair weather."""
        self.cleared = True
        asyncio.run_coroutine_threadsafe(asyncio.wait([self.change]), self.loop).result(60)

    def close(self):
        self.cleared = True
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()

    async def _talk(self, reader, writer):
        self.writers.add(writer)
        try:
            while await self._exchange(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self.writers.discard(writer)
            writer.close()

    async def _exchange(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = re.search(r"(?i)content-length: *(\d+)", head)
        content = await reader.readexactly(int(length.group(1))) if length else b""
        if head.startswith("GET"):
            listing = {"object": "list", "data": [{"id": name, "object": "model"} for name in ("model", "large")]}
            return await self._send(writer, Reply(200, json.dumps(listing).encode()))
        body = json.loads(content)
        prompt = json.dumps(body["messages"])
        self.seen.append(prompt)
        kind = self.kind
        if kind == "slow":
            await asyncio.sleep(self.chance.uniform(0.05, 0.6))
        reply = WEATHER.get(kind, WEATHER["fair"])(body, self.chance)
        # A server that is going down takes back what it has not said.
        if self.kind == "restart" or not await self._send(writer, reply):
            return False
        number = re.search(r"INV-(\d+)", prompt)
        if reply == answer(body) and number:
            self.answered["label" if "Which of these labels" in prompt else "fields", int(number.group(1))] += 1
        return True

    @staticmethod
    async def _send(writer, reply):
        status = reply.status or 200
        lines = [f"HTTP/1.1 {status} X", "Content-Type: application/json", f"Content-Length: {len(reply.body)}",
                 *(f"{name}: {value}" for name, value in reply.headers)]
        body = reply.body if reply.status else reply.body[:len(reply.body) // 2]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        await writer.drain()
        return reply.status != 0
