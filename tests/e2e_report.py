"""What a run says of its calls, its money and its decisions: report.json, calls.jsonl and routing.jsonl, held against the
servers' own bills."""

import json
from collections import Counter
from decimal import Decimal

import jsonschema

import e2e
from e2e import invoice
from paid_model import PaidModel

PIPELINE = """\
version: 1
input:  {{ paths: [in] }}
output: {{ dir: out }}
{top}
backends:
  rules: {{ type: builtin }}
  near: {{ type: openai, url: {near}, model: paid, context: 8192 }}
  cloud: {{ type: openai, url: {cloud}, model: large, context: 8192, location: cloud{price} }}
stages:
  - extract:
  - classify:
      backends: [rules]
      labels: {{ invoice: {{ keywords: [invoice, bill to] }}, letter: {{ keywords: [dear, sincerely] }} }}
  - structured-extract:
      backends: [near]
      schema: fields.json
  - escalate:
      backend: cloud
      when: {{ large sum: .structured_extract.fields.total > 500 }}
      redo: structured_extract
"""
SCHEMA = {"type": "object", "required": ["total"], "properties": {"total": {"type": "number"}}}
PRICE = ", price: { input: 3.1, cached_input: 0.37, output: 15.3 }"
INPUT, CACHED, OUTPUT = Decimal("3.1"), Decimal("0.37"), Decimal("15.3")
AMOUNTS = ("input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens")


class Model(PaidModel):
    """Counts tokens that differ from call to call; refuses the first try at every third question, and spoils the first answer
    to every fifth. `bill` is what it would charge for."""

    def __init__(self, name="paid"):
        self.bill, self.seen = [], Counter()
        self.fails = self.spoils = False
        self.tier = None
        super().__init__(name)

    def serve(self, handler, body):
        number, kind = self.subject(body)
        with self.lock:
            self.seen[number, kind] += 1
            is_first = self.seen[number, kind] == 1
        if self.fails and is_first and number and int(number) % 3 == 0:
            return handler.reply(503, {"error": {"message": "out of order"}})
        reply = self.answer(body)
        if self.spoils and is_first and number and int(number) % 5 == 0:
            reply["choices"][0]["message"]["content"] = "no JSON"
        tokens = 1000 + 7 * int(number or 0)
        usage = {"prompt_tokens": tokens, "completion_tokens": tokens % 13, "total_tokens": tokens + tokens % 13,
                 "prompt_tokens_details": {"cached_tokens": tokens % 5}}
        with self.lock:
            self.bill.append((number, usage))
        handler.reply(200, reply | {"usage": usage} | ({"service_tier": self.tier} if self.tier else {}))


def charge(usage):
    """In dollars, to the nano-dollar."""
    cached = usage["prompt_tokens_details"]["cached_tokens"]
    micro = (usage["prompt_tokens"] - cached) * INPUT + cached * CACHED + usage["completion_tokens"] * OUTPUT
    return (micro / 10**6).quantize(Decimal("1e-9"))


class Reports(e2e.Case):
    def setUp(self):
        super().setUp()
        self.near, self.cloud = Model(), Model("large")
        self.addCleanup(self.near.close)
        self.addCleanup(self.cloud.close)
        self.write("fields.json", json.dumps(SCHEMA))

    def set_up(self, documents=6, top="", price=PRICE):
        """Every second invoice has a large sum, and goes up."""
        for number in range(1, documents + 1):
            self.write(f"in/{number:02}.txt", invoice(number, "900.00" if number % 2 else "119.00"))
        self.write("pipeline.yaml", PIPELINE.format(near=self.near.url, cloud=self.cloud.url, price=price, top=top))

    def lines(self, name):
        text = (self.dir / "out" / name).read_text("utf-8")
        self.assertTrue(text == "" or text.endswith("\n"))
        return [json.loads(line, parse_float=Decimal) for line in text.splitlines()]

    def run_and_check(self, *arguments, expect=0):
        """Runs; what all its reports have in common holds. The report, with exact numbers."""
        self.said = self.run_pipeline(*arguments, expect=expect)
        for name, schema in (("calls.jsonl", "call"), ("routing.jsonl", "decision")):
            schema = json.loads((e2e.SOURCE / f"docs/{schema}.schema.json").read_text("utf-8"))
            for line in (self.dir / "out" / name).read_text("utf-8").splitlines():
                jsonschema.validate(json.loads(line), schema)
        jsonschema.validate(self.report(), json.loads((e2e.SOURCE / "docs/report.schema.json").read_text("utf-8")))
        report = json.loads((self.dir / "out/report.json").read_text("utf-8"), parse_float=Decimal)
        self.check_sums(report)
        return report

    def check_sums(self, report):
        calls = self.lines("calls.jsonl")
        self.assertEqual(calls, sorted(calls, key=lambda call: call["document"].encode()))
        for call in calls:
            self.assertLessEqual(call["queued_ms"] + call["wire_ms"], call["wall_ms"] + 2, call)
        self.check_group(report["totals"], calls)
        for groups, of in ((report["stages"], lambda group: {"stage": group["id"]}),
                           *((report[name], lambda group: {key: group[key] for key in ("backend", "model", "label") if key in group})
                             for name in ("backends", "models", "labels"))):
            for group in groups:
                self.check_group(group, [call for call in calls if of(group).items() <= call.items()])

    def check_group(self, group, calls):
        """The sums are those of the lines, to the last digit."""
        asked = [call for call in calls if call["attempt"] > 0]
        self.assertEqual(group["attempts"], len(asked))
        self.assertEqual(group["calls"], sum(call["attempt"] == 1 for call in asked))
        self.assertEqual(group["retries"], sum(call["attempt"] > 1 for call in asked))
        self.assertEqual(group["cache_hits"], len(calls) - len(asked))
        for name in ("queued_ms", "wire_ms", "paused_ms"):
            self.assertEqual(group[name], sum(call[name] for call in calls))
        for name in ("calls", *AMOUNTS):
            self.assertEqual(group["usage"][name], sum(call["usage"][name] for call in calls))
        costs = [call["usage"]["cost_usd"] for call in calls]
        self.assertEqual(group["usage"]["cost_usd"], None if None in costs else sum(costs))
        latencies = sorted(max(0, call["wall_ms"] - call["queued_ms"]) for call in asked if call["outcome"] == "ok")
        for name, percent in (("p50", 50), ("p90", 90), ("p99", 99)):
            self.assertEqual(group["latency_ms"][name],
                             latencies[-(-len(latencies) * percent // 100) - 1] if latencies else None)

    def test_agree_with_the_bill_to_the_last_digit(self):
        self.set_up(documents=15)
        self.near.fails = self.cloud.fails = self.near.spoils = self.cloud.spoils = True
        report = self.run_and_check()
        bill = sum(charge(usage) for _, usage in self.cloud.bill)
        self.assertEqual(report["totals"]["usage"]["cost_usd"], bill)
        self.assertEqual(report["all_cloud"]["spent_usd"], bill)
        backends = {row["backend"]: row for row in report["backends"]}
        for name, model in (("near", self.near), ("cloud", self.cloud)):
            usage = backends[name]["usage"]
            self.assertEqual(usage["input_tokens"], sum(usage["prompt_tokens"] for _, usage in model.bill))
            self.assertEqual(usage["output_tokens"], sum(usage["completion_tokens"] for _, usage in model.bill))
            self.assertEqual(usage["calls"], sum(model.seen.values()))
        # 5 numbers of 15 are refused first and 3 answers are spoilt; 15 is refused, and its first answer is good.
        self.assertEqual([backends["near"][name] for name in ("calls", "attempts", "retries")], [15, 22, 7])
        self.assertEqual([backends["cloud"][name] for name in ("calls", "attempts", "retries")], [8, 12, 4])
        self.assertEqual([(label["label"], label["calls"]) for label in report["labels"]], [("invoice", 23)])

    def test_all_cloud_asks_every_question_once(self):
        self.set_up(documents=6)
        all_cloud = self.run_and_check()["all_cloud"]
        # The cloud's own bill for the odd ones, and what the local model told of the even ones.
        dear = sum(charge(usage) for _, usage in self.cloud.bill)
        others = sum(charge(usage) for number, usage in self.near.bill if int(number) % 2 == 0)
        self.assertEqual((all_cloud["backend"], all_cloud["model"], all_cloud["questions"]), ("cloud", "large", 6))
        self.assertEqual(all_cloud["cost_usd"], dear + others)
        self.assertEqual(all_cloud["saving_usd"], others)
        self.assertAlmostEqual(all_cloud["ratio"], (dear + others) / dear, 12)
        self.assertEqual(all_cloud["without_model"]["answers"], 6, "the labels")
        self.assertIsNone(all_cloud["without_model"]["estimate_usd"], "no model gave a label that could tell")
        self.assertIn("6 questions, each counted once", all_cloud["how"])
        self.assertIn("all-cloud (large): $", self.said.err)

    def test_all_cloud_is_what_was_spent_where_the_cloud_alone_was_asked(self):
        self.cloud.tier = "flex"
        self.set_up(price=PRICE.replace(" }", ", batch: 0.5 }"))
        text = (self.dir / "pipeline.yaml").read_text()
        self.write("pipeline.yaml", text[:text.index("  - escalate:")].replace("backends: [near]", "backends: [cloud]"))
        report = self.run_and_check()
        all_cloud, bill = report["all_cloud"], sum(charge(usage) / 2 for _, usage in self.cloud.bill)
        self.assertEqual(all_cloud["questions"], 6)
        self.assertAlmostEqual(all_cloud["cost_usd"], bill, 8)
        self.assertEqual((all_cloud["cost_usd"], all_cloud["ratio"], all_cloud["saving_usd"]), (all_cloud["spent_usd"], 1, 0))
        self.assertIn("of that 0.5 times, as in a batch: $", all_cloud["how"])
        self.assertIn(f" = ${all_cloud['cost_usd']} / ${all_cloud['spent_usd']}.", all_cloud["how"])
        cached = sum(usage["prompt_tokens_details"]["cached_tokens"] for _, usage in self.cloud.bill)
        self.assertAlmostEqual(report["saved"]["prefix"]["cost_usd"], cached * (INPUT - CACHED) / 2 / 10**6, 8)

    def test_a_price_that_nobody_knows_makes_it_null(self):
        self.set_up(price="")
        all_cloud = self.run_and_check()["all_cloud"]
        for name in ("prices", "cost_usd", "spent_usd", "saving_usd", "ratio"):
            self.assertIsNone(all_cloud[name], name)
        self.assertEqual(all_cloud["reason"], "the price of backend 'cloud' is not known")
        self.assertIn("all-cloud: not known, as the price of backend 'cloud' is not known", self.said.err)

    def test_what_is_known_is_saved_and_asked_of_nobody(self):
        self.set_up()
        first = self.run_and_check()
        self.near.bill, self.cloud.bill = [], []
        report = self.run_and_check("--set", "stages.structured_extract.accept=0.99")
        self.assertEqual((self.near.bill, self.cloud.bill), ([], []))
        totals = report["totals"]
        self.assertEqual((totals["calls"], totals["cache_hits"], totals["usage"]["cost_usd"]), (0, 9, 0))
        self.assertEqual(report["saved"]["cache"]["cost_usd"], first["totals"]["usage"]["cost_usd"])
        self.assertEqual(report["saved"]["cache"]["input_tokens"], first["totals"]["usage"]["input_tokens"])
        self.assertEqual({call["location"] for call in self.lines("calls.jsonl")}, {"ledger"})
        self.assertEqual(report["all_cloud"]["questions"], 0)
        self.assertIn("known answers 9", self.said.err)
        explained = self.docket("explain", "pipeline.yaml", "in/01.txt").out
        self.assertIn("knew what near (paid) had answered", explained)
        self.assertIn("1 call left this machine", explained, "an answer that was known leaves nothing")

    def test_what_the_servers_kept_of_prompts_is_saved(self):
        self.set_up()
        prefix = self.run_and_check()["saved"]["prefix"]
        cached = [usage["prompt_tokens_details"]["cached_tokens"] for _, usage in self.near.bill + self.cloud.bill]
        self.assertEqual(prefix["tokens"], sum(cached))
        whole = sum(charge(usage | {"prompt_tokens_details": {"cached_tokens": 0}}) for _, usage in self.cloud.bill)
        self.assertEqual(prefix["cost_usd"], whole - sum(charge(usage) for _, usage in self.cloud.bill))

    def test_one_line_for_each_decision(self):
        self.set_up(documents=2, top='policy: { private: ["path: in/01.txt"] }')
        report = self.run_and_check(expect=3)
        routing = {(line["document"], line["stage"]): line for line in self.lines("routing.jsonl")}
        self.assertEqual(len(routing), 8)
        self.assertEqual(routing["in/01.txt", "classify"]["tiers"], ["rules"])
        self.assertEqual(routing["in/01.txt", "structured_extract"]["decision"], "runs")
        self.assertEqual(routing["in/01.txt", "structured_extract"]["tiers"], ["near"])
        held = routing["in/01.txt", "escalate"]
        self.assertEqual((held["decision"], held["reasons"]), ("held", ["large sum"]))
        self.assertEqual(held["why"], report["held"][0]["why"])
        self.assertEqual(routing["in/02.txt", "escalate"]["decision"], "skipped")
        self.assertEqual(report["escalations"], {"documents": 0, "reasons": []})
        self.write("pipeline.yaml", (self.dir / "pipeline.yaml").read_text().replace("in/01.txt", "in/hr"))
        report = self.run_and_check()
        escalate = {line["document"]: line["decision"] for line in self.lines("routing.jsonl") if line["stage"] == "escalate"}
        self.assertEqual(escalate["in/01.txt"], "escalated")
        self.assertEqual(report["escalations"], {"documents": 1, "reasons": [{"reason": "large sum", "stage": "escalate", "count": 1}]})
        self.assertIn("escalated: 1: 1 large sum\n", self.said.err)

    def test_fails_on_what_it_is_told_to(self):
        self.set_up(documents=2, top='policy: { private: ["path: in/01.txt"] }')
        self.assertEqual(self.run_and_check(expect=3)["unsure"], 0)
        unsure = ("--set", "stages.structured_extract.accept=1")
        for options, expect in (((), 3), (("--fail-on", "unsure"), 1), (("--fail-on", "held"), 1),
                                (("--fail-on", "unsure,held"), 1), (("--fail-on", "held", "in/02.txt"), 0),
                                (("in/02.txt", "--fail-on", "unsure"), 1), (("in/02.txt",), 0)):
            with self.subTest(options):
                report = self.run_and_check(*unsure, *options, expect=expect)
                self.assertEqual((report["unsure"], report["run"]["exit_code"]), (1, expect))
        self.assertIn("unsure (1): done, with an answer not accepted", self.said.err)
        self.assertEqual(self.docket("run", "pipeline.yaml", "--fail-on", "doubt").code, 2)

    def test_the_new_lines_of_the_summary_are_few_and_short(self):
        self.set_up(documents=3)
        name = "a condition whose name is longer than any line of a terminal could ever be and then some"
        self.write("pipeline.yaml", (self.dir / "pipeline.yaml").read_text().replace("large sum:", f"{name}:"))
        self.run_and_check()
        said = self.said.err.splitlines()
        self.assertLessEqual(len(said), 20)
        self.assertEqual([line for line in said if len(line) > 80], [])
        self.assertTrue(next(line for line in said if line.startswith("escalated: 2: 2 a condition")).endswith("…"))
        told = self.docket("report", "pipeline.yaml").out
        self.assertEqual([line for line in told[told.index("\ncalls: ") + 1:].splitlines() if len(line) > 80], [])

    def test_reports_of_older_dockets_are_shown(self):
        self.set_up(documents=1)
        self.run_and_check()
        report = self.report()
        new = ("unsure", "backends", "models", "labels", "tiers", "escalations", "saved", "all_cloud")
        for name in new:
            del report[name]
        for group in (report["totals"], *report["stages"]):
            for name in ("calls", "attempts", "retries", "cache_hits", "latency_ms", "queued_ms", "paused_ms", "wire_ms"):
                del group[name]
        self.write("out/report.json", json.dumps(report))
        shown = self.docket("report", "pipeline.yaml")
        self.assertEqual((shown.code, shown.err), (0, ""))
        self.assertIn("1 document: 1 done", shown.out)

    def test_a_file_of_that_name_that_is_not_dockets_is_kept(self):
        self.set_up(documents=1)
        for name in ("calls.jsonl", "routing.jsonl"):
            for known in (False, True):
                with self.subTest(name, known=known):
                    self.write(f"out/{name}", "mine")
                    result = self.run_pipeline(expect=2)
                    self.assertIn(f"{name} is there already, and docket has not written it", result.err)
                    (self.dir / "out" / name).unlink()
                    self.run_pipeline()


if __name__ == "__main__":
    e2e.main()
