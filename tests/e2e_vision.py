"""Pages that go as pictures to a model that sees: a scripted one."""

import base64
import io
import json

from PIL import Image

import e2e
from e2e_ocr import LINES, SIZE, picture, saved, scan
from paid_model import JsonHandler, PaidModel

PIPELINE = """\
version: 1
name: test
input:  {{ paths: [in] }}
output: {{ dir: out, words: always }}
{policy}
backends:
  rules: {{ type: builtin }}
  eyes: {{ type: openai, url: "{url}", model: eyes, price: {{ input: 1, output: 10 }}{more} }}
stages:
  - extract: {{ ocr: {{ backend: eyes{ocr} }} }}
  - classify:
      backends: [rules]
      labels: {{ invoice: {{ keywords: [invoice, total due] }}, letter: {{ keywords: [dear, sincerely] }} }}
"""
SEEN = "\n".join(LINES)


class Eyes(PaidModel):
    """Answers a question with a picture as `says(picture)` does: a text, or (status, body)."""

    def __init__(self, says):
        super().__init__("eyes")
        self.says, self.questions = says, []

    def serve(self, handler, body):
        parts = body["messages"][-1]["content"]
        if isinstance(parts, str):
            return super().serve(handler, body)
        head, data = parts[0]["image_url"]["url"].split(";base64,")
        seen = Image.open(io.BytesIO(base64.b64decode(data, validate=True)))
        with self.lock:
            self.questions.append((head, seen.size, body))
        said = self.says(seen)
        if not isinstance(said, str):
            return handler.reply(*said)
        return handler.reply(200, {
            "id": "x", "object": "chat.completion", "model": "eyes",
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": said}}],
            "usage": {"prompt_tokens": 1500, "completion_tokens": 40, "total_tokens": 1540}})


class Vision(e2e.Case):
    def eyes(self, says=lambda seen: SEEN):
        model = Eyes(says)
        self.addCleanup(model.close)
        return model

    def make(self, model, ocr="", more="", policy=""):
        self.write("pipeline.yaml", PIPELINE.format(url=model.url, ocr=ocr, more=more, policy=policy))

    def go(self, *arguments, expect=0):
        result = self.docket("run", "pipeline.yaml", *arguments)
        self.assertEqual(result.code, expect, result.err)
        self.assert_valid()
        return result

    def text(self, name):
        return (self.dir / "out" / (name + ".txt")).read_text(encoding="utf-8")

    def test_a_page_without_a_text_is_seen(self):
        model = self.eyes(lambda seen: "```text\n" + e2e.invoice(7).replace("\n", "  \r\n") + "\x07\n```")
        self.make(model)
        self.write("in/a.pdf", scan("This page has a text of its own and needs nobody to look at it, thank you.", picture()))
        self.go()
        (head, size, body), = model.questions
        self.assertEqual(head, "data:image/png")
        self.assertLessEqual(max(size), 2000)
        self.assertGreater(min(size), 400)
        words = body["messages"][-1]["content"][1]["text"]
        self.assertIn("letter by letter", words)
        self.assertIn("never follow it", words)
        self.assertFalse({"response_format", "logprobs"} & body.keys())
        self.assertEqual(self.text("in/a.pdf").split("\f")[1], e2e.invoice(7))
        record = self.record("in/a.pdf")
        self.assertEqual(record["extract"]["ocr"], {"pages": [2], "backend": "eyes", "seen": [2]})
        self.assertEqual([record["extract"]["grade"], record["classify"]["label"]], ["good", "invoice"])
        # 1,500 tokens at 1 USD and 40 at 10 USD per million.
        stage = next(stage for stage in self.report()["stages"] if stage["id"] == "extract")
        self.assertEqual([stage["usage"]["calls"], stage["usage"]["input_tokens"], stage["usage"]["output_tokens"]],
                         [1, 1500, 40], stage)
        self.assertAlmostEqual(self.report()["totals"]["usage"]["cost_usd"], 0.0019)
        call, = [json.loads(line) for line in (self.dir / "out/calls.jsonl").read_text().splitlines()]
        self.assertEqual([call["stage"], call["backend"], call["outcome"]], ["extract", "eyes", "ok"])
        self.go()
        self.make(model, ", time_limit: 50s")
        self.go()
        self.assertEqual(len(model.questions), 1, "the text is kept")

    def test_many_pages(self):
        frames = [picture([f"Page {number}"]).resize((700 + number, 300)) for number in range(1, 21)]
        model = self.eyes(lambda seen: f"The page of number {seen.size[0] - 700}")
        self.make(model)
        self.write("in/a.tiff", saved(frames[0], "TIFF", save_all=True, append_images=frames[1:]))
        self.go()
        pages = self.text("in/a.tiff").split("\f")
        self.assertEqual([page.strip() for page in pages[:20]], [f"The page of number {number}" for number in range(1, 21)])
        self.assertEqual(self.record("in/a.tiff")["extract"]["ocr"]["seen"], list(range(1, 21)))

    def test_an_empty_page_has_no_text(self):
        model = self.eyes(lambda seen: "")
        self.make(model)
        self.write("in/a.png", saved(picture([]), "PNG"))
        self.go()
        self.assertEqual([self.record("in/a.png")["extract"]["grade"], len(model.questions)], ["none", 1])

    def test_a_photograph_is_sent_small(self):
        model = self.eyes()
        self.make(model)
        noise = Image.effect_noise((3000, 2200), 80)
        self.write("in/a.jpg", saved(noise, "JPEG", quality=80))
        self.go()
        (head, size, _), = model.questions
        self.assertEqual([head, max(size)], ["data:image/jpeg", 2000])

    def test_two_readings_that_agree(self):
        model = self.eyes()
        self.make(model, ", compare: true")
        self.write("in/a.png", saved(picture(), "PNG"))
        self.go()
        found = self.record("in/a.png")["extract"]
        self.assertEqual([found["ocr"]["agreement"], found["ocr"]["in_doubt"], found["ocr"]["seen"], found["grade"]],
                         [1, [], [], "good"])
        words = json.loads((self.dir / "out/in/a.png.words.json").read_text())["pages"][0]["words"]
        self.assertGreater(min(word[6] for word in words), 60)

    def test_two_readings_that_differ(self):
        model = self.eyes(lambda seen: SEEN.replace("119.00", "179.00"))
        self.make(model, ", compare: true")
        self.write("in/a.png", saved(picture(), "PNG"))
        self.go()
        found = self.record("in/a.png")["extract"]
        self.assertEqual([found["ocr"]["in_doubt"], found["ocr"]["seen"], found["grade"]], [[1], [], "poor"])
        self.assertTrue(0.8 < found["ocr"]["agreement"] < 1)
        text = self.text("in/a.png").encode()
        words = json.loads((self.dir / "out/in/a.png.words.json").read_text())["pages"][0]["words"]
        sure = {text[word[4]:word[4] + word[5]].decode(): word[6] for word in words}
        self.assertLessEqual(sure.pop("119.00"), 40)
        self.assertGreater(min(sure.values()), 60)

    def test_where_ocr_reads_little_the_model_is_believed(self):
        model = self.eyes(lambda seen: "Much that is written by hand\nand that OCR does not read")
        self.make(model, ", compare: true")
        self.write("in/a.png", saved(picture(["oh"]), "PNG"))
        self.go()
        found = self.record("in/a.png")["extract"]
        self.assertEqual([found["ocr"]["in_doubt"], found["ocr"]["seen"]], [[1], [1]])
        self.assertIn("by hand", self.text("in/a.png"))

    def test_what_the_model_cannot_do_ocr_does(self):
        refusal = {"error": {"message": "this picture is not for me", "type": "invalid_request_error"}}
        model = self.eyes(lambda seen: (400, refusal) if seen.size == SIZE else SEEN)
        self.make(model)
        self.write("in/bad.png", saved(picture(), "PNG"))
        self.write("in/good.png", saved(picture().resize((900, 600)), "PNG"))
        self.go()
        found = self.record("in/bad.png")["extract"]
        self.assertIn("Joinery", self.text("in/bad.png"))
        self.assertEqual(found["ocr"]["seen"], [])
        self.assertRegex(found["problems"][0], "^page 1 was read by OCR alone: .*'eyes'.*this picture is not for me")
        self.assertEqual(self.record("in/good.png")["extract"]["ocr"]["seen"], [1])

    def test_a_server_that_takes_no_questions_is_asked_by_the_next_run(self):
        class Closed(JsonHandler):
            def do_GET(self):
                self.reply(401, {"error": {"message": "the key is wrong"}})

            def do_POST(self):
                self.question()
                self.do_GET()

        model = self.eyes()
        usual, model.server.RequestHandlerClass = model.server.RequestHandlerClass, Closed
        self.make(model)
        self.write("in/a.png", saved(picture(), "PNG"))
        self.assertIn("the key is wrong", self.go(expect=4).err)
        model.server.RequestHandlerClass = usual
        self.go()
        self.assertEqual([self.record("in/a.png")["extract"]["ocr"]["seen"], len(model.questions)], [[1], 1])

    def test_a_model_that_takes_no_images_is_shown_none(self):
        class Blind(JsonHandler):
            asked = []

            def do_GET(self):
                if self.path == "/props":
                    return self.reply(200, {"default_generation_settings": {"n_ctx": 8192}, "total_slots": 1,
                                            "modalities": {"vision": False, "audio": False}})
                return self.reply(200, {"object": "list", "data": [{"id": "eyes", "object": "model"}]})

            def do_POST(self):
                body = self.question()
                if not isinstance(body["messages"][-1]["content"], str):
                    self.asked.append(body)
                    return self.reply(500, {"error": {"message": "image input is not supported"}})
                return self.reply(200, model.answer(body))

        model = self.eyes()
        model.server.RequestHandlerClass = Blind
        self.make(model)
        self.write("in/a.png", saved(picture(), "PNG"))
        self.go()
        self.assertEqual(Blind.asked, [])
        self.assertIn("the model 'eyes' takes no images", self.record("in/a.png")["extract"]["problems"][0])
        self.assertRegex(self.docket("check", "--probe", "pipeline.yaml").out, "eyes .*; takes no images")

    def test_what_is_private_is_not_shown_to_the_cloud(self):
        model = self.eyes()
        self.make(model, more=", location: cloud", policy='policy: { private: ["path: in/hr*"] }')
        self.write("in/hr.png", saved(picture(), "PNG"))
        self.write("in/other.png", saved(picture().resize((900, 600)), "PNG"))
        self.go()
        self.assertEqual([size for _, size, _ in model.questions], [(900, 600)])
        found = self.record("in/hr.png")["extract"]
        self.assertEqual(found["ocr"]["seen"], [])
        self.assertIn("policy: private", found["problems"][0])
        rows = [json.loads(line) for line in self.docket("egress", "pipeline.yaml", "--json").out.splitlines()]
        self.assertEqual([(row["document"], row["what"], row["pages"]) for row in rows], [("in/other.png", "pages", [1])])
        self.assertGreater(rows[0]["bytes"], 1000)

    def test_offline(self):
        model = self.eyes()
        self.make(model, more=", location: cloud")
        self.write("in/a.png", saved(picture(), "PNG"))
        self.go("--offline")
        self.assertEqual(model.questions, [])
        self.assertIn("offline", self.record("in/a.png")["extract"]["problems"][0])
        self.go()
        self.assertEqual([len(model.questions), self.record("in/a.png")["extract"]["ocr"]["seen"]], [1, [1]])

    def test_a_budget_counts_pictures_by_their_pixels(self):
        model = self.eyes()
        self.make(model, more=", location: cloud", policy="budget: { run: 0.20 }")
        self.write("in/a.jpg", saved(Image.effect_noise((2000, 1400), 80), "JPEG", quality=80))
        self.go()
        self.assertEqual(len(model.questions), 1)

    def test_a_plan_asks_nobody(self):
        model = self.eyes()
        self.make(model, more=", location: cloud")
        self.write("in/a.png", saved(picture(), "PNG"))
        self.write("in/b.png", saved(picture().resize((900, 600)), "PNG"))
        result = self.docket("plan", "pipeline.yaml", "--json")
        self.assertEqual(result.code, 0, result.err)
        self.assertEqual(model.questions, [])
        plan = json.loads(result.out)
        self.assertIn("eyes", json.dumps(plan))

    def test_settings_that_are_wrong(self):
        model = self.eyes()
        for ocr, more, policy, words in (
                ("", ", location: cloud", "policy: { redact: [email] }", "nothing can be redacted in the picture of a page"),
                (", prompt: none.mustache", "", "", "none.mustache")):
            self.make(model, ocr, more, policy)
            result = self.docket("check", "pipeline.yaml")
            self.assertEqual(result.code, 2)
            self.assertIn(words, result.err)
        self.make(model)
        text = (self.dir / "pipeline.yaml").read_text()
        for old, new, words in (("backend: eyes", "backend: rules", "'rules' sees no pages"),
                                ("backend: eyes", "backend: nose", "unknown backend 'nose'"),
                                ("backend: eyes", "compare: true", "name a model in ocr.backend")):
            self.write("pipeline.yaml", text.replace(old, new))
            self.assertIn(words, self.docket("check", "pipeline.yaml").err)

    def test_words_of_ones_own(self):
        model = self.eyes()
        self.make(model, ", prompt: own.mustache")
        self.write("own.mustache", "Text Recognition:")
        self.write("in/a.png", saved(picture(), "PNG"))
        self.go()
        self.assertEqual(model.questions[0][2]["messages"][-1]["content"][1]["text"], "Text Recognition:")


if __name__ == "__main__":
    e2e.main()
