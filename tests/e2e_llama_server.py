"""A real llama-server, which docs/model-servers.md describes: that it still behaves so."""

import unittest

import e2e
import llama_server
from llama_server import LlamaServer

SCHEMA = {"type": "object", "additionalProperties": False, "required": ["label", "count"],
          "properties": {"label": {"enum": ["invoice", "contract"]}, "count": {"type": "integer", "minimum": 3, "maximum": 17}}}
CONSTRAINED = {"type": "json_schema", "json_schema": {"name": "answer", "schema": SCHEMA}}


class Server(unittest.TestCase):
    """Facts that docket relies on."""

    @classmethod
    def setUpClass(cls):
        cls.server = LlamaServer(slots=2, context=8192)
        cls.addClassCleanup(cls.server.kill)

    def test_counters_are_the_usage(self):
        before = self.server.metrics()
        processed = predicted = 0
        for text in ("One two three.", "One two four.", "One two four."):
            status, reply = self.server.chat(text, max_tokens=9)
            self.assertEqual(status, 200)
            processed += reply["usage"]["prompt_tokens"] - reply["usage"]["prompt_tokens_details"]["cached_tokens"]
            predicted += reply["usage"]["completion_tokens"]
        after = self.server.metrics()
        self.assertEqual(after["prompt_tokens_total"] - before["prompt_tokens_total"], processed)
        self.assertEqual(after["tokens_predicted_total"] - before["tokens_predicted_total"], predicted)

    def test_an_answer_follows_its_schema(self):
        for seed in range(5):
            status, reply = self.server.chat("Read this.", response_format=CONSTRAINED, max_tokens=300, seed=seed)
            self.assertEqual((status, reply["choices"][0]["finish_reason"]), (200, "stop"))
            answer = e2e.json.loads(reply["choices"][0]["message"]["content"])
            self.assertIn(answer["label"], SCHEMA["properties"]["label"]["enum"])
            self.assertTrue(3 <= answer["count"] <= 17, answer)

    def test_bytes_of_the_tokens_are_the_content_and_space_around_it(self):
        _, reply = self.server.chat("Read this.", response_format=CONSTRAINED, max_tokens=300, logprobs=True, top_logprobs=1)
        choice = reply["choices"][0]
        joined = b"".join(bytes(token["bytes"]) for token in choice["logprobs"]["content"])
        self.assertEqual(joined.decode().strip(), choice["message"]["content"])

    def test_a_prompt_beyond_the_window_is_refused_with_both_numbers(self):
        status, reply = self.server.chat("word " * 8000)
        self.assertEqual((status, reply["error"]["type"], reply["error"]["n_ctx"]), (400, "exceed_context_size_error", 4096))
        self.assertGreater(reply["error"]["n_prompt_tokens"], 4096)


if __name__ == "__main__":
    llama_server.require()
    e2e.main()
