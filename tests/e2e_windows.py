"""What docket finds out of a model server, and what it does where a text or an answer does not fit."""

import json
import threading
import unittest

import e2e
from e2e import invoice
from paid_model import JsonHandler, Server

PIPELINE = """\
version: 1
name: windows
input:  {{ paths: [in] }}
output: {{ dir: out }}
backends:
  model: {{ type: {type}, url: "{url}", model: m{more} }}
stages:
  - extract:
  - structured-extract:
      backends: [model]
      schema: {{ type: object, properties: {{ total: {{ type: [number, 'null'] }} }} }}
"""
QUOTE = {"quote": "Total   GBP 119.00", "value": 119}


def tokens(text):
    return len(text) // 4 + 1


class Model:
    """Reads the last `window` tokens of a prompt and says nothing of it. `told`: replies by path to what is no question."""

    def __init__(self, window=100_000, told=None):
        self.window, self.told = window, told or {}
        self.lock = threading.Lock()
        self.asked, self.whole, self.running, self.most_running = [], [], 0, 0
        self.hold = threading.Barrier(1)
        self.answer = lambda text: json.dumps({"total": QUOTE if QUOTE["quote"] in text else None})
        self.reason = lambda text: "stop"
        model = self

        class Handler(JsonHandler):
            def do_GET(self):
                self.reply(*model.told.get(self.path, (404, "nothing here")))

            def do_POST(self):
                body = self.question()
                if self.path == "/tokenize":
                    return self.reply(200, {"tokens": list(range(tokens(body["content"])))})
                if not body.get("messages"):
                    return self.reply(*model.told.get(self.path, (404, "nothing here")))
                self.reply(200, model.serve(self.path, body))

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def serve(self, path, body):
        text = "\n".join(message["content"] for message in body["messages"])
        window = body.get("options", {}).get("num_ctx", self.window)
        with self.lock:
            self.asked.append((path, body))
            self.running += 1
            self.most_running = max(self.most_running, self.running)
            if tokens(text) <= window:
                self.whole.append(text)
        content, used = self.answer(text), min(tokens(text), window)
        with self.lock:
            self.running -= 1
        if path == "/api/chat":
            return {"message": {"content": content}, "done": True, "done_reason": "stop", "prompt_eval_count": used, "eval_count": 9}
        return {"choices": [{"finish_reason": self.reason(text), "message": {"content": content}}],
                "usage": {"prompt_tokens": used, "completion_tokens": 9, "total_tokens": used + 9}}


LLAMA = {"/props": (200, {"default_generation_settings": {"n_ctx": 8192}, "total_slots": 2})}
OLLAMA = {"/": (200, "Ollama is running"), "/api/version": (200, {"version": "0.24.0"}),
          "/api/chat": (200, {"done": True, "done_reason": "load"}),
          "/api/ps": (200, {"models": [{"name": "m:latest", "context_length": 8192}]})}


class Windows(e2e.Case):
    def set_up(self, model, type="openai", more=""):
        self.addCleanup(model.close)
        self.write("pipeline.yaml", PIPELINE.format(url=model.url, type=type, more=more))
        return model

    def long_text(self, kind):
        """A text of one page with the total at its end, and what must be read of it."""
        lines = {"prose": [f"Clause {i} of the lease of a quay house and its lamps." for i in range(400)],
                 "Chinese": [f"第{i}条房屋租赁合同的租金按月支付。" for i in range(1200)]}[kind]
        self.write("in/long.txt", ("" if kind == "Chinese" else "\n").join(lines) + "\n" + QUOTE["quote"] + "\n")
        return lines

    def test_a_text_that_a_server_shortens_is_asked_about_in_pieces(self):
        for kind, window in (("prose", 2048), ("prose", 3000), ("Chinese", 1024)):
            with self.subTest(kind, window=window):
                model = self.set_up(Model(window))
                lines = self.long_text(kind)
                self.run_pipeline("-B")
                fields = self.record("in/long.txt")["structured_extract"]
                self.assertEqual(fields["fields"]["total"], 119)
                self.assertEqual(fields["details"]["total"]["evidence"]["page"], 1)
                read = "".join(model.whole)
                self.assertEqual([line for line in lines if line.split()[0][:5] not in read], [])
                self.assertGreater(len(model.whole), 1)

    def test_ollama_behind_another_type_gets_a_window_and_one_call_at_a_time(self):
        for kind in ("openai", "anthropic"):
            with self.subTest(kind):
                more = ", api_key: '${KEY}'" if kind == "anthropic" else ""
                model = self.set_up(Model(1024, OLLAMA), kind, more)
                for number in range(5):
                    self.write(f"in/{number}.txt", invoice(number) + "A house at the quay.\n" * 300)
                self.run_pipeline("-B", env={"KEY": "key-123456"})
                self.assertEqual({(path, body["options"]["num_ctx"]) for path, body in model.asked}, {("/api/chat", 8192)})
                self.assertEqual((len(model.asked), len(model.whole), model.most_running), (5, 5, 1))

    def test_as_many_calls_as_the_server_has_slots(self):
        for more, most in (("", 2), (", max_concurrent: 3", 3)):
            with self.subTest(more):
                model = self.set_up(Model(told=LLAMA), more=more)
                model.hold = threading.Barrier(most)
                answer = model.answer

                def together(text, hold=model.hold, answer=answer):
                    hold.wait(e2e.TIMEOUT)  # None is answered before so many are there.
                    return answer(text)

                model.answer = together
                for number in range(6):
                    self.write(f"in/{number}.txt", invoice(number))
                self.run_pipeline("-B")
                self.assertEqual(model.most_running, most)

    def test_the_server_counts_the_room_for_an_answer(self):
        model = self.set_up(Model(told=LLAMA))
        self.write("in/1.txt", invoice(1))
        self.run_pipeline()
        counted = model.asked[0][1]["max_tokens"]
        model = self.set_up(Model())
        self.run_pipeline("-B")
        self.assertLess(counted, model.asked[0][1]["max_tokens"], "four characters a token")

    def test_a_model_that_repeats_itself_is_not_given_more_room(self):
        model = self.set_up(Model())
        answer = model.answer
        is_bad = lambda text: "INV-2" in text
        model.answer = lambda text: '{"total": {"quote": "' + "the total " * 90 if is_bad(text) else answer(text)
        model.reason = lambda text: "length" if is_bad(text) else "stop"
        for number in (1, 2, 3):
            self.write(f"in/{number}.txt", invoice(number))
        self.run_pipeline(expect=1)
        error = self.record("in/2.txt")["error"]
        self.assertEqual(error["class"], "content")
        self.assertIn("the model repeats itself", error["message"])
        rooms = [body["max_tokens"] for _, body in model.asked if is_bad(json.dumps(body))]
        self.assertEqual(len(rooms), 2)
        self.assertEqual(rooms[0], rooms[1])

    def test_check_says_what_was_found_out(self):
        for told, words in ((LLAMA, "llama-server, model m, window 8192 tokens, 2 at a time"),
                            (OLLAMA, "Ollama 0.24.0, model m, window 8192 tokens, does not say how many at a time: asked 1"),
                            ({}, "window unknown, does not say how many at a time: asked 4")):
            self.set_up(Model(told=told))
            result = self.docket("check", "--probe", "pipeline.yaml")
            self.assertIn(words, result.out)


if __name__ == "__main__":
    unittest.main()
