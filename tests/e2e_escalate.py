"""escalate: what goes up to the cloud model, what does not, and what its answer changes."""

import json
import unittest

import e2e
import jsonschema
from paid_model import PaidModel

PIPELINE = """\
version: 1
name: escalating
input:  {{ paths: [in] }}
output: {{ dir: out }}
backends:
  near:  {{ type: openai, url: "{near}", model: paid, context: 8192 }}
  cloud: {{ type: openai, url: "{cloud}", model: large, context: 8192, location: cloud,
            price: {{ input: 3.00, output: 15.00, as_of: 2026-11-01 }} }}
stages:
  - extract:
  - structured-extract: {{ backends: near, schema: fields.json, checks: {{ adds up: .net + .tax == .total }} }}
  - escalate:
      backend: cloud
{options}
"""
PAGES = ("Harbour Joinery Ltd\nInvoice number: INV-7\nInvoice date: 14 March 2025",
         "Terms of business\nOnly between ourselves: the sea is blue",
         "Shelves for the reading room\nas agreed\nby letter\nof May\nin Whitby\nOak 19.50\nSubtotal 100.00\nVAT 19.00\n"
         "Total 119.00 EUR\nfive\nfurther\nlines\nstand here\nWith our thanks")
# What the document says; the near model takes another amount for the tax.
TRUE = {"number": ("Invoice number: INV-7", "INV-7"), "date": ("Invoice date: 14 March 2025", "2025-03-14"),
        "seller": ("Harbour Joinery Ltd", "Harbour Joinery Ltd"), "net": ("Subtotal 100.00", 100),
        "tax": ("VAT 19.00", 19), "total": ("Total 119.00 EUR", 119)}
MISREAD = TRUE | {"tax": ("Oak 19.50", 19.5)}
NUMBERS = ("net", "tax", "total")
SCHEMA = {"type": "object", "required": ["total"],
          "properties": {name: {"type": "number" if name in NUMBERS else "string"} for name in TRUE}}


class Reader(PaidModel):
    """Answers with what it has read; a reviewer only with what it has read otherwise than it is shown."""

    def __init__(self, name, values):
        super().__init__(name)
        self.values, self.bodies = values, []

    def answer(self, body):
        prompt = "\n".join(message["content"] for message in body["messages"])
        properties = body["response_format"]["json_schema"]["schema"]["properties"]
        if "text" in properties:
            said = {"text": "A bill of a joiner. Total 119.00 EUR."}
        else:
            wanted = self.values
            if "somebody has found" in prompt:  # It is shown 19.5 for the tax.
                wanted = {"tax": self.values["tax"]}
            said = {field: {"quote": wanted[field][0], "value": wanted[field][1]} for field in properties if field in wanted}
        content = json.dumps(said)
        self.bodies.append(prompt)
        return {"id": "x", "object": "chat.completion", "model": self.name,
                "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}],
                "usage": {"prompt_tokens": len(prompt) // 4, "completion_tokens": len(content) // 4,
                          "total_tokens": len(prompt) // 4 + len(content) // 4}}


class Escalate(e2e.Case):
    def setUp(self):
        super().setUp()
        self.near, self.cloud = Reader("paid", MISREAD), Reader("large", TRUE)
        self.addCleanup(self.near.close)
        self.addCleanup(self.cloud.close)
        self.write("in/1.pdf", e2e.pdf(*PAGES))
        self.write("fields.json", json.dumps(SCHEMA))

    def escalate(self, *options):
        """The record, the text that the cloud was sent, and its output tokens."""
        lines = "\n".join("      " + option for option in options)
        self.write("pipeline.yaml", PIPELINE.format(near=self.near.url, cloud=self.cloud.url, options=lines))
        self.cloud.bodies.clear()
        result = self.docket("run", "pipeline.yaml")
        self.assertEqual(result.code, 0, result.err)
        record = self.record("in/1.pdf")
        jsonschema.validate(record, json.loads((e2e.SOURCE / "docs/record.schema.json").read_text("utf-8")))
        stage = next(stage for stage in self.report()["stages"] if stage["id"] == "escalate")
        return record, "\n".join(self.cloud.bodies), stage["usage"]["output_tokens"]

    def assert_corrected(self, record):
        self.assertEqual(record["structured_extract"]["fields"]["tax"], 19)
        old = record["escalate"]["superseded"]["tax"]
        self.assertEqual((old["value"], old["tier"]), (19.5, "near"))
        self.assertEqual(record["structured_extract"]["details"]["tax"]["evidence"]["page"], 3)

    def test_redo_sends_the_whole_document_unless_told_otherwise(self):
        record, sent, _ = self.escalate("redo: structured_extract")
        self.assert_corrected(record)
        for words in ("Harbour Joinery", "between ourselves", "With our thanks"):
            self.assertIn(words, sent)
        self.assertIn("failed check: adds up", record["reasons"])

    def test_only_the_pages_that_matter_go_up(self):
        record, sent, _ = self.escalate("reasons: [{failed_check: adds up}]", "send: pages")
        self.assert_corrected(record)
        self.assertEqual(record["reasons"], ["failed check: adds up"])
        self.assertIn("VAT 19.00", sent)
        self.assertNotIn("between ourselves", sent)
        self.assertNotIn("Harbour Joinery", sent)

    def test_only_the_doubtful_fields_go_up_with_their_surroundings(self):
        record, sent, _ = self.escalate("send: fields")
        self.assert_corrected(record)
        self.assertIn("VAT 19.00", sent)
        for words in ("between ourselves", "Harbour Joinery", "INV-7", "Shelves", "With our thanks", "- number"):
            self.assertNotIn(words, sent)
        self.assertEqual(record["structured_extract"]["fields"]["number"], "INV-7")

    def test_a_review_costs_fewer_tokens_than_a_redo(self):
        _, _, redone = self.escalate("redo: structured_extract")
        record, sent, reviewed = self.escalate("review: structured_extract")
        self.assert_corrected(record)
        self.assertNotIn("between ourselves", sent)
        self.assertLess(reviewed * 3, redone)
        number = record["structured_extract"]["details"]["number"]
        self.assertEqual(number["other_tiers"][0]["value"], "INV-7", "it was confirmed")

    def test_of_a_summary_the_cloud_sees_no_more(self):
        self.write("ask.mustache", "What is it, with its {{structured_extract.fields.total}}?")
        record, sent, _ = self.escalate("prompt: ask.mustache", "send: summary", "summarize_with: near")
        self.assertEqual(record["escalate"], {"text": "A bill of a joiner. Total 119.00 EUR."})
        self.assertIn("A bill of a joiner", sent)
        self.assertIn("with its 119", sent)
        for words in ("between ourselves", "Harbour Joinery", "With our thanks"):
            self.assertNotIn(words, sent)
            self.assertIn(words, "\n".join(self.near.bodies))


if __name__ == "__main__":
    e2e.main()
