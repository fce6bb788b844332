"""What may be spent: limits of a run, a stage, a document, a day and a month, and --max-cost, against a model that
writes its own bill."""

import json
import random
import sqlite3
import unittest

import e2e
from e2e import invoice
from paid_model import PaidModel

PIPELINE = """\
version: 1
input:  {{ paths: [in] }}
output: {{ dir: out }}
budget: {{ {budget} }}
backends:
  near:  {{ type: openai, url: "{near}", model: paid, context: 8192 }}
  cloud: {{ type: openai, url: "{cloud}", model: large, context: 8192, location: cloud, price: {price} }}
stages:
  - extract:
  - structured-extract: {{ backends: [near], schema: fields.json }}
  - escalate: {{ backend: cloud, when: {{ all of them: "true" }}, redo: structured_extract{stage} }}
"""
SCHEMA = {"type": "object", "required": ["total"], "properties": {"total": {"type": "number"}}}
PRICE = "{ input: 3.00, output: 15.00 }"
CALL = 200 * 3000 + 10 * 15000  # Nano-dollars, of PaidModel's 200 tokens in and 10 out.
ENOUGH = 0.05  # USD: more than the most that one call can cost.


class Shop(PaidModel):
    """Charges for what it answers well, at the prices of PRICE; answers badly, slowly or not at all as chance has it."""

    def __init__(self, seed=None):
        self.bill, self.random = 0, random.Random(seed)
        self.is_moody = seed is not None
        super().__init__("large")

    def serve(self, handler, body):
        with self.lock:
            mood = self.random.random() if self.is_moody else 1
        if mood < 0.1:
            return handler.reply(429, {"error": {"message": "busy"}})
        reply = self.answer(body)
        if self.is_moody:
            reply["usage"] = self.usage(body)
        with self.lock:
            self.bill += reply["usage"]["prompt_tokens"] * 3000 + reply["usage"]["completion_tokens"] * 15000
        if mood < 0.2:
            reply["choices"][0]["message"]["content"] = "Let me think."
        return handler.reply(200, reply)

    def usage(self, body):
        with self.lock:
            tokens = self.random.randint(1, len(json.dumps(body["messages"]))), self.random.randint(1, body["max_tokens"])
        return {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)}


class Budget(e2e.Case):
    def setUp(self):
        super().setUp()
        self.near = PaidModel()
        self.addCleanup(self.near.close)
        self.shop = self.open(Shop())
        self.write("fields.json", json.dumps(SCHEMA))
        self.inbox(3)

    def open(self, shop):
        self.addCleanup(shop.close)
        return shop

    def inbox(self, count):
        for number in range(count):
            self.write(f"in/{number}.txt", invoice(number, f"{100 + number}.00"))

    def pipeline(self, budget="", price=PRICE, stage=""):
        self.write("pipeline.yaml", PIPELINE.format(near=self.near.url, cloud=self.shop.url, budget=budget, price=price, stage=stage))

    def nano_dollars(self, usd):
        return None if usd is None else round(usd * 1e9)

    def ledger(self, sql):
        with sqlite3.connect(self.dir / "out/.docket/ledger.db") as database:
            return database.execute(sql).fetchall()

    def assert_all_agree(self, bill):
        """The ledger, the report and the records say what the last run has cost."""
        known, counted = self.ledger("SELECT sum(nano_dollars), sum(counted_nano_dollars) FROM calls WHERE run = (SELECT max(id) FROM runs)")[0]
        self.assertEqual((known or 0, counted or 0), (bill, bill))
        self.assertEqual(self.nano_dollars(self.report()["totals"]["usage"]["cost_usd"]), bill)

    def test_each_limit_holds_the_rest_with_its_own_reason(self):
        for owner, budget, stage in (("run", "run: 0.0001", ""), ("document", "document: 0.0001", ""),
                                     ("day", "day: 0.0001", ""), ("month", "month: 0.0001", ""),
                                     ("stage", "", ", budget: 0.0001")):
            with self.subTest(owner):
                self.pipeline(budget, stage=stage)
                result = self.docket("run", "pipeline.yaml")
                self.assertEqual(result.code, 3, result.err)
                self.assertEqual(self.shop.bill, 0)
                self.assertEqual([(group["why"], group["count"]) for group in self.report()["held"]],
                                 [(f"budget: the {owner}'s limit is reached", 3)])
                record = self.record("in/1.txt")
                self.assertEqual((record["status"], record["structured_extract"]["fields"]["total"]), ("held", 101))
                self.assertRegex(record["held_detail"], r"^\$0\.00 of \$0\.0001\d* are spent, and a call can cost up to \$0\.0\d+$")
                self.assert_valid()

    def test_the_next_run_that_may_goes_on_without_doing_anything_twice(self):
        self.pipeline("run: 1")
        self.assertEqual(self.docket("run", "pipeline.yaml", "--max-cost", "0").code, 3)
        self.assertEqual(self.shop.bill, 0)
        self.pipeline(f"run: {ENOUGH}, month: 1")
        while self.docket("run", "pipeline.yaml").code == 3:
            self.assertLess(self.shop.bill, 3 * CALL)
        self.assertEqual(self.shop.bill, 3 * CALL)
        self.assertEqual(sorted(self.near.take()), [("0", "fields"), ("1", "fields"), ("2", "fields")])
        result = self.docket("run", "pipeline.yaml", "--max-cost", "0")
        self.assertEqual((result.code, self.shop.bill), (0, 3 * CALL), "there is nothing to do")

    def test_a_day_counts_all_runs_of_it(self):
        self.pipeline("day: 0.2, month: 1")
        self.assertEqual(self.docket("run", "pipeline.yaml").code, 0)
        self.inbox(4)
        self.pipeline(f"day: {3 * CALL / 1e9:.9f}")
        self.assertEqual(self.docket("run", "pipeline.yaml").code, 3)
        self.assertEqual(self.record("in/3.txt")["held"], "budget: the day's limit is reached")
        self.assertIn("$0.0023 of $0.0023 are spent", self.record("in/3.txt")["held_detail"])
        self.assertEqual(self.shop.bill, 3 * CALL)
        self.ledger("UPDATE calls SET time = '2020-01-31T23:59:59Z'")
        self.pipeline(f"day: {ENOUGH}, month: {ENOUGH}")
        self.assertEqual(self.docket("run", "pipeline.yaml").code, 0)
        self.assertEqual(self.shop.bill, 4 * CALL)

    def test_max_cost_holds_for_the_run_and_the_tighter_limit_counts(self):
        self.pipeline("run: 1")
        result = self.docket("run", "pipeline.yaml", "--max-cost", "0.0001")
        self.assertEqual((result.code, self.shop.bill), (3, 0), result.err)
        self.pipeline("run: 0.0001")
        result = self.docket("run", "pipeline.yaml", "--max-cost", "1")
        self.assertEqual((result.code, self.shop.bill), (3, 0), result.err)
        self.assertEqual(self.docket("plan", "pipeline.yaml", "--max-cost", "1").code, 0)
        for wrong in ("-1", "much", "1e400", "nan", "", "0.0000000001", "99999999999"):
            result = self.docket("run", "pipeline.yaml", f"--max-cost={wrong}")
            self.assertEqual(result.code, 2, wrong)
            self.assertIn("--max-cost", result.err)

    def test_a_budget_of_nothing_lets_what_costs_nothing_work(self):
        for budget, stage in (("run: 0", ""), ("document: 0, day: 0", ""), ("", ", budget: 0")):
            with self.subTest(budget + stage):
                self.pipeline(budget, stage=stage)
                self.assertEqual(self.docket("run", "pipeline.yaml", "-B").code, 3)
                self.assertEqual(self.shop.bill, 0)
                self.assertEqual(len(self.near.take()), 3)
        self.pipeline("run: 0")
        result = self.docket("check", "--probe", "pipeline.yaml")
        self.assertEqual((result.code, self.shop.bill), (0, 0), result.err)
        self.assertIn("(cloud): not asked because of the budget", result.out)

    def test_what_nobody_knows_the_price_of(self):
        self.pipeline("run: 1", price="{ input: 3, output: 15 }")
        text = (self.dir / "pipeline.yaml").read_text().replace(", price: { input: 3, output: 15 }", "")
        for budget, arguments in (("budget: { run: 1 }", ()), ("", ("--max-cost", "1"))):
            self.write("pipeline.yaml", text.replace("budget: { run: 1 }", budget))
            result = self.docket("run", "pipeline.yaml", *arguments)
            self.assertEqual(result.code, 2, result.err)
            self.assertIn("backends.cloud: is a cloud model without a `price`", result.err)
            self.assertIn("pipeline.yaml:7:3:", result.err)
            self.assertIn("price: unknown-ok", result.err)
        self.assertEqual(self.docket("plan", "pipeline.yaml", "--max-cost", "1").code, 2)
        self.pipeline("run: 1", price="unknown-ok")
        result = self.docket("run", "pipeline.yaml")
        self.assertEqual(result.code, 0, result.err)
        self.assertEqual(result.err.count("count as nothing"), 1, result.err)
        self.assertIsNone(self.report()["totals"]["usage"]["cost_usd"])
        for price, arguments, said in (("unknown-ok", ("--max-cost", "1"), 1), ("unknown-ok", (), 0), (PRICE, ("--max-cost", "1"), 0)):
            self.pipeline("", price=price)
            result = self.docket("run", "pipeline.yaml", "-B", *arguments)
            self.assertEqual((result.code, result.err.count("count as nothing")), (0, said), result.err)
            self.assertEqual(sum("count as nothing" in warning for warning in self.report()["run"].get("warnings", [])), said)
        self.pipeline("", price="unknown-ok")
        result = self.docket("run", "pipeline.yaml", "-B", "--max-cost", "0")
        self.assertEqual((result.code, self.report()["totals"]["usage"]["cost_usd"]), (3, 0), result.err)

    def test_an_answer_that_cost_more_than_it_could_is_said_once(self):
        self.shop.answer = lambda body: PaidModel.answer(self.shop, body) | {
            "usage": {"prompt_tokens": 20_000, "completion_tokens": 10, "total_tokens": 20_010}}
        self.inbox(12)
        self.pipeline("run: 0.2")
        result = self.docket("run", "pipeline.yaml")
        self.assertEqual(result.code, 3, result.err)
        self.assertEqual(result.err.count("backend 'cloud': an answer cost $0.06"), 1, result.err)
        one = 20_000 * 3000 + 10 * 15000
        self.assertLessEqual(self.shop.bill, 200_000_000 + 4 * one)
        self.assert_all_agree(self.shop.bill)

    def test_no_limit_is_exceeded_and_all_say_the_same(self):
        self.inbox(16)
        dice = random.Random(4711)
        for seed in range(3):
            with self.subTest(seed):
                self.shop = self.open(Shop(seed))
                most = dice.choice([0.02, 0.05, 0.1, 1])
                self.pipeline(f"run: {most}, document: {dice.choice([0.01, 0.02, 0.05])}")
                result = self.docket("run", "pipeline.yaml", "-B")
                self.assertIn(result.code, (0, 1, 3), result.err)
                self.assertLessEqual(self.shop.bill, most * 1e9)
                self.assert_all_agree(self.shop.bill)
                self.assertEqual(sum(self.nano_dollars(record["usage"]["cost_usd"]) for record in self.results()), self.shop.bill)


if __name__ == "__main__":
    unittest.main()
