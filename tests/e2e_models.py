"""One pipeline with rules, a model nearby and a model in the cloud: who is asked, what it costs, what may leave."""

import json
import unittest

import e2e
from e2e import invoice
from paid_model import PaidModel

PIPELINE = """\
version: 1
name: tiers
input:  {{ paths: [in] }}
output: {{ dir: out }}
{top}
backends:
  rules: {{ type: builtin }}
  near:  {{ type: openai, url: "{near}", model: paid, context: 8192 }}
  cloud: {{ type: openai, url: "{cloud}", model: large, context: 8192, location: cloud{price} }}
stages:
  - extract:
  - classify:
      backends: [rules, near]
      accept: {accept}
      labels:
        invoice: {{ description: a bill from a supplier, keywords: [invoice, invoice number, VAT, bill to] }}
        letter:  {{ description: a letter to a person, keywords: [dear, sincerely, kind regards] }}
  - structured-extract:
      backends: [near]
      schema: fields.json
  - escalate:
      backend: cloud
      when: {{ large sum: .structured_extract.fields.total > 500 }}
      redo: structured_extract
"""
SCHEMA = {"type": "object", "required": ["total"], "properties": {"total": {"type": "number"}}}
PRICE = ", price: { input: 3.00, output: 15.00, as_of: 2026-11-01 }"
CALL_DOLLARS = (200 * 3 + 10 * 15) / 1e6  # PaidModel counts 200 tokens in and 10 out.


class Tiers(e2e.Case):
    def setUp(self):
        super().setUp()
        self.near, self.cloud = PaidModel(), PaidModel("large")
        self.addCleanup(self.near.close)
        self.addCleanup(self.cloud.close)
        self.write("in/hr/1.txt", invoice(1, "900.00"))
        self.write("in/2.txt", invoice(2, "119.00"))
        self.write("in/3.txt", invoice(3, "700.00"))
        self.write("fields.json", json.dumps(SCHEMA))
        self.pipeline()

    def pipeline(self, accept=0.5, price=PRICE, top=""):
        self.write("pipeline.yaml", PIPELINE.format(near=self.near.url, cloud=self.cloud.url, accept=accept, price=price,
                                                    top=top))

    def usage(self):
        """{(stage, backend): usage} of the report."""
        return {(stage["id"], model["backend"]): model["usage"]
                for stage in self.report()["stages"] for model in stage["models"]}

    def test_each_tier_is_asked_for_what_the_one_before_is_not_sure_of(self):
        result = self.docket("run", "pipeline.yaml")
        self.assertEqual(result.code, 0, result.err)
        self.assertEqual(sorted(self.near.take()), [("1", "fields"), ("2", "fields"), ("3", "fields")])
        self.assertEqual(sorted(self.cloud.take()), [("1", "fields"), ("3", "fields")])
        record = self.record("in/3.txt")
        self.assertEqual(record["classify"]["tier"], "rules")
        self.assertEqual(record["escalate"]["replaces"], "structured_extract")
        self.assertEqual(record["reasons"], ["large sum"])
        total = record["structured_extract"]["details"]["total"]  # The new answer stands in its place.
        self.assertEqual(total["tier"], "near")
        self.assertGreater(total["signals"]["agreement"], 0.9)
        cloud, = total["other_tiers"]
        self.assertEqual((cloud["tier"], cloud["value"]), ("cloud", 700))
        self.assertGreater(record["structured_extract"]["confidence"], record["escalate"]["before"]["confidence"])
        self.assert_valid()

    def test_agreement_is_kept_with_what_lower_tiers_said(self):
        self.pipeline(accept=1)
        self.write("in/2.txt", "INVOICE INV-2\n\nInvoice number: INV-2\n\nTotal   GBP 119.00\n")
        self.assertEqual(self.docket("run", "pipeline.yaml").code, 0)
        label = self.record("in/2.txt")["classify"]
        self.assertEqual((label["tier"], label["label"], label["signals"]["agreement"]), ("near", "invoice", 1))
        self.assertEqual([(lower["tier"], lower["label"]) for lower in label["lower_tiers"]], [("rules", "invoice")])

    def test_every_cent_is_in_the_report(self):
        self.docket("run", "pipeline.yaml")
        usage = self.usage()
        self.assertEqual({key: (value["calls"], value["cost_usd"]) for key, value in usage.items()},
                         {("structured_extract", "near"): (3, 0), ("escalate", "cloud"): (2, 2 * CALL_DOLLARS)})
        totals = self.report()["totals"]["usage"]
        self.assertEqual((totals["calls"], totals["input_tokens"], totals["output_tokens"], totals["cost_usd"]),
                         (5, 1000, 50, 2 * CALL_DOLLARS))
        self.assertEqual(self.record("in/3.txt")["usage"]["cost_usd"], CALL_DOLLARS)

    def test_a_cost_that_nobody_knows_is_null(self):
        self.pipeline(price="")
        result = self.docket("run", "pipeline.yaml")
        self.assertEqual(result.code, 0, result.err)
        self.assertIsNone(self.report()["totals"]["usage"]["cost_usd"])
        self.assertIsNone(self.record("in/3.txt")["usage"]["cost_usd"])
        self.assertEqual(self.record("in/2.txt")["usage"]["cost_usd"], 0)
        self.assert_valid()

    def test_what_is_private_never_leaves(self):
        self.pipeline(top='policy: { private: ["path: in/hr/**"] }')
        result = self.docket("run", "pipeline.yaml")
        self.assertEqual(result.code, 3, result.err)
        self.assertEqual(self.cloud.take(), [("3", "fields")])
        record = self.record("in/hr/1.txt")
        self.assertEqual(record["status"], "held")
        self.assertEqual((record["held"], record["held_detail"]), ("policy: private", "path: in/hr/**"))
        result = self.docket("run", "pipeline.yaml")
        self.assertEqual((result.code, self.cloud.take()), (3, []))
        self.assertIn("3 up to date", result.err)
        self.assert_valid()

    def test_offline_no_cloud_model_is_asked_and_the_next_run_makes_up_for_it(self):
        result = self.docket("run", "pipeline.yaml", "--offline")
        self.assertEqual(result.code, 3, result.err)
        self.assertEqual(self.cloud.take(), [])
        self.assertEqual(self.report()["documents"]["held"], 2)
        result = self.docket("run", "pipeline.yaml")
        self.assertEqual(result.code, 0, result.err)
        self.assertEqual(sorted(self.cloud.take()), [("1", "fields"), ("3", "fields")])
        self.assertEqual(len(self.near.take()), 3, "what was known was not asked again")

    def test_a_budget_holds_what_it_has_no_room_for_and_the_next_run_goes_on(self):
        self.pipeline(top="budget: { run: 1 }")
        result = self.docket("run", "pipeline.yaml", "--set", "budget.run=0.0001")
        self.assertEqual(result.code, 3, result.err)
        self.assertEqual(self.cloud.take(), [])
        self.assertEqual(self.record("in/3.txt")["held"], "budget: the run's limit is reached")
        result = self.docket("run", "pipeline.yaml", "--set", "budget.run=1")
        self.assertEqual(result.code, 0, result.err)
        self.assertEqual(len(self.cloud.take()), 2)
        self.assertEqual(len(self.near.take()), 3)

    def test_a_budget_needs_prices(self):
        self.pipeline(price="", top="budget: { run: 1 }")
        result = self.docket("run", "pipeline.yaml")
        self.assertEqual(result.code, 2)
        self.assertIn("backends.cloud: is a cloud model without a `price`", result.err)

    def test_trace_shows_what_was_sent(self):
        self.docket("run", "pipeline.yaml", "--trace", "trace")
        requests = sorted(path.read_text() for path in (self.dir / "trace").glob("*-cloud-request.txt"))
        self.assertEqual(len([text for text in requests if "/chat/completions" in text]), 2)
        for path in (self.dir / "trace").iterdir():
            self.assertEqual(path.stat().st_mode & 0o777, 0o600, path)

    def test_probe_says_what_each_server_can_do(self):
        result = self.docket("check", "--probe", "pipeline.yaml")
        self.assertEqual(result.code, 0, result.err)
        near, cloud = result.out.splitlines()
        self.assertIn("near", near)
        self.assertIn("(local)", near)
        self.assertIn("does NOT enforce schemas", near)  # PaidModel answers what it wants to.
        self.assertIn("(cloud)", cloud)
        self.cloud.take()
        offline = self.docket("check", "--probe", "--offline", "pipeline.yaml")
        self.assertIn("not asked because of --offline", offline.out)
        self.assertEqual(self.cloud.take(), [])
        self.near.close()
        dead = self.docket("check", "--probe", "--offline", "pipeline.yaml")
        self.assertEqual(dead.code, 4)
        self.assertIn("cannot be used: cannot connect", dead.out)


if __name__ == "__main__":
    unittest.main()
