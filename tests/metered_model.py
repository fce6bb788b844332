"""A model server that counts tokens in its own way and keeps its own bill: speaks OpenAI's chat completions, and answers
what schema it is given from the words of the document, as long as people's answers are."""

import json
import re
import threading

from paid_model import JsonHandler, Server

MONTHS = {name: number for number, name in enumerate(
    "January February March April May June July August September October November December".split(), 1)}
DATE = re.compile(r"\b(%s) (\d{1,2}), (\d{4})\b" % "|".join(MONTHS))
DOCUMENT = re.compile(r"<document [^>]*>\n(.*?)</document ", re.DOTALL)


class MeteredModel:
    """`characters_per_token`: how it counts. `sure`: of what it reads, the share about which it quotes what stands there; of
    the rest it gives values that no words support. The share is that of characters, and kept to at any moment, so that what
    a run costs does not hang on whether the one long document is among them. `is_sure_of`: instead,
    whether it is sure, from a prompt's words. `price`: USD per million tokens of input and output."""

    def __init__(self, name, characters_per_token=4.0, sure=1.0, price=(0, 0), is_sure_of=None):
        self.name, self.characters_per_token, self.sure, self.price = name, characters_per_token, sure, price
        self.is_sure_of = is_sure_of
        self.lock = threading.Lock()
        self.calls, self.input_tokens, self.output_tokens = 0, 0, 0
        self.read, self.read_surely = 0, 0  # Characters.
        model = self

        class Handler(JsonHandler):
            def do_GET(self):
                self.reply(200, {"object": "list", "data": [{"id": model.name, "object": "model"}]})

            def do_POST(self):
                body = self.question()
                if self.path.endswith("/chat/completions"):
                    return self.reply(200, model.answer(body))
                return self.reply(404, {"error": {"message": "not found"}})

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    @property
    def dollars(self):
        """What it has charged."""
        return (self.input_tokens * self.price[0] + self.output_tokens * self.price[1]) / 1e6

    def answer(self, body):
        prompt = "".join(text_of(message["content"]) for message in body["messages"])
        document = DOCUMENT.search(prompt).group(1)
        schema = body["response_format"]["json_schema"]["schema"]
        words = json.dumps(self.value(schema, document, "label" in schema["properties"] or self.is_sure(prompt)))
        used = {"prompt_tokens": self.tokens(prompt), "completion_tokens": self.tokens(words)}
        with self.lock:
            self.calls += 1
            self.input_tokens += used["prompt_tokens"]
            self.output_tokens += used["completion_tokens"]
        return {"id": "x", "object": "chat.completion", "model": self.name,
                "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": words}}],
                "usage": used | {"total_tokens": sum(used.values())}}

    def tokens(self, text):
        return max(1, round(len(text) / self.characters_per_token))

    @staticmethod
    def value(schema, document, sure):
        """Of a label the first that is offered; of fields a quote of some words each."""
        properties = schema["properties"]
        if "label" in properties:
            return {"label": properties["label"]["enum"][0], "quote": title_of(document)}
        return {name: found(field_schema(member), document, number, sure)
                for number, (name, member) in enumerate(properties.items())}

    def is_sure(self, prompt):
        if self.is_sure_of is not None:
            return self.is_sure_of(prompt)
        with self.lock:
            self.read += len(prompt)
            sure = self.read_surely + len(prompt) / 2 <= self.sure * self.read
            self.read_surely += len(prompt) if sure else 0
            return sure


def text_of(content):
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def title_of(document):
    """Its first words, that name what it is, if it says so."""
    named = re.search(r"[^\n]*\bagreement\b[^\n]*", document, re.IGNORECASE)
    return " ".join((named.group(0) if named else document).split())[:80]


def field_schema(member):
    """Of what is found of a field, that may be null."""
    return next((one for one in member.get("anyOf", [member]) if one.get("type") != "null"), member)


def found(schema, document, number, sure):
    """A value in the words that state it, or one that no words state."""
    if schema.get("type") == "array":
        return [found(schema["items"], document, number, sure)]
    value = schema["properties"]["value"]
    if value.get("format") == "date":
        date = DATE.search(document)
        if date is None:
            return None
        around = " ".join(document[max(0, date.start() - 60):date.end()].split()[1:])
        day = f"{int(date.group(3)):04}-{MONTHS[date.group(1)]:02}-{int(date.group(2)):02}"
        return {"quote": around if sure else "no words of it", "value": day}
    start = (len(document) // 7) * (number % 5 + 1)
    words = " ".join(document[start:start + 110].split()[1:-1])
    return {"quote": words if sure else "no words of it", "value": " ".join(words.split()[:8]) if sure else "somebody else"}
