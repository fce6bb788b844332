"""What `docket plan` says that a run would ask and cost, against what the run does."""

import json
import re

import jsonschema

import e2e
from e2e import Case, invoice, main
from metered_model import MeteredModel

CHEAP, DEAR = (0.10, 0.40), (3.00, 15.00)  # USD per million tokens of input and output.
FIELDS = {"type": "object", "required": ["law"], "properties": {
    "signed": {"type": ["string", "null"], "format": "date"}, "law": {"type": "string"}, "parties": {"type": "string"}}}


def contract(number):
    clauses = "\n\n".join(
        f"{clause}. Clause {clause} of agreement {number}. The parties agree that the goods named in schedule {clause * number} are "
        f"handed over within {clause + number} days, and that whoever is late pays one per cent of their price for each week."
        for clause in range(1, 4 + number % 7))
    return f"AGREEMENT {number}\n\nmade on March {1 + number % 28}, 2025 between Alder and Birch {number} Ltd.\n\n{clauses}\n"


class Plan(Case):
    def model(self, name, **options):
        server = MeteredModel(name, **options)
        self.addCleanup(server.close)
        return server

    def backend(self, server, **options):
        price = {"price": dict(zip(("input", "output"), server.price))} if any(server.price) else {}
        return {"type": "openai", "url": server.url, "model": server.name} | price | options

    def project(self, stages, documents=24, text=contract, **top):
        """`stages` between extract and the end."""
        for number in range(1, documents + 1):
            self.write(f"in/{number:03}.txt", text(number))
        backends = {"rules": {"type": "builtin"}} | top.pop("backends")
        pipeline = {"version": 1, "name": "test", "input": {"paths": ["in"]}, "output": {"dir": "out"}, "backends": backends,
                    "stages": [{"extract": {}}, *stages]} | top
        self.write("pipeline.yaml", json.dumps(pipeline))

    def plan(self, *options):
        result = self.docket("plan", "pipeline.yaml", "--json", *options)
        self.assertEqual(result.code, 0, result.err)
        plan = json.loads(result.out)
        jsonschema.validate(plan, json.loads((e2e.SOURCE / "docs/plan.schema.json").read_text("utf-8")))
        return plan

    def estimate(self, *options):
        return self.plan(*options)["estimate"]

    def row(self, estimate, stage, backend):
        return next((row for row in estimate["calls"] if (row["stage"], row["backend"]) == (stage, backend)), None)

    def asks(self, server, **options):
        """A project with one stage that asks one model about every document."""
        self.project([{"structured-extract": {"backends": ["model"], "schema": FIELDS}}],
                     backends={"model": self.backend(server, location="cloud")}, **options)

    def tiers(self, sure=0.5, characters_per_token=(4.0, 4.0), is_sure_of=None, **options):
        of_cheap, of_dear = characters_per_token
        self.cheap = self.model("cheap", sure=sure, price=CHEAP, characters_per_token=of_cheap, is_sure_of=is_sure_of)
        self.dear = self.model("dear", price=DEAR, characters_per_token=of_dear)
        self.project(
            [{"structured-extract": {"backends": ["cheap"], "schema": FIELDS}},
             {"escalate": {"backend": "dear", "reasons": ["low_confidence"]}}],
            backends={"cheap": self.backend(self.cheap), "dear": self.backend(self.dear, location="cloud")}, **options)

    def dollars(self):
        return self.cheap.dollars + self.dear.dollars

    def test_a_plan_asks_nobody_and_writes_nothing(self):
        self.tiers(documents=10)
        before = sorted(str(path) for path in self.dir.rglob("*"))
        estimate = self.estimate()
        self.assertEqual(sorted(str(path) for path in self.dir.rglob("*")), before)
        self.assertEqual((self.cheap.calls, self.dear.calls), (0, 0))
        self.assertGreater(estimate["cost_usd"]["expected"], 0)
        self.run_pipeline("--limit", "3", expect=0)
        calls, files = self.cheap.calls, self.tree("out")
        ledger = (self.dir / "out/.docket/ledger.db").read_bytes()
        self.estimate()
        self.assertEqual((self.cheap.calls, self.tree("out")), (calls, files))
        self.assertEqual((self.dir / "out/.docket/ledger.db").read_bytes(), ledger)

    def test_expected_is_near_where_a_third_is_known(self):
        self.tiers(characters_per_token=(3.2, 4.8), documents=30)
        self.docket("run", "pipeline.yaml", *(f"in/{number:03}.txt" for number in range(1, 30, 3)))
        estimate, before = self.estimate(), self.dollars()
        self.run_pipeline()
        real, cost = self.dollars() - before, estimate["cost_usd"]
        self.assertLess(abs(cost["expected"] / real - 1), 0.25, (cost, real))
        self.assertLess(cost["low"], real)
        self.assertGreater(cost["high"], real)
        self.assertFalse(any(basis["assumed"] for row in estimate["calls"] for basis in row["basis"]), estimate)

    def test_long_documents_are_expected_to_be_doubted_where_they_were(self):
        self.tiers(documents=28, is_sure_of=lambda prompt: prompt.count("Clause") < 6)
        self.docket("run", "pipeline.yaml", *(f"in/{number:03}.txt" for number in range(1, 28, 2)))
        expected, before = self.estimate()["cost_usd"]["expected"], self.dollars()
        self.run_pipeline()
        self.assertLess(abs(expected / (self.dollars() - before) - 1), 0.25)

    def test_documents_are_expected_to_go_as_they_went_before(self):
        self.tiers(documents=8, is_sure_of=lambda prompt: "agreement 3." in prompt or "agreement 5." in prompt)
        first = self.estimate()
        self.run_pipeline()
        real = self.dollars()
        estimate = self.estimate("-B")
        self.assertEqual(self.row(estimate, "escalate", "dear")["documents"], {"low": 6, "expected": 6, "high": 6})
        self.assertLess(estimate["cost_usd"]["high"], first["cost_usd"]["high"] / 4)
        stricter = self.estimate("-B", "--set", "stages.structured_extract.accept=0.99")
        self.assertEqual(self.row(stricter, "escalate", "dear")["documents"]["high"], 8, "the answers are judged anew")
        self.write("in/001.txt", contract(30))
        changed = self.row(self.estimate("-B"), "escalate", "dear")["documents"]
        self.assertEqual([changed["low"], changed["high"]], [5, 6], "another text may go otherwise")
        self.assertLess(abs(estimate["cost_usd"]["expected"] / real - 1), 0.02)

    def test_expected_is_near_without_history_where_no_model_decides(self):
        """Rules say what is a contract, and a model is asked about each."""
        labels = {"contract": {"keywords": ["agreement", "parties"]}, "invoice": {"keywords": ["invoice", "amount due"]}}
        for characters_per_token in (3.2, 4.8):
            with self.subTest(characters_per_token):
                server = self.model("only", price=DEAR, characters_per_token=characters_per_token)
                self.project([{"classify": {"backends": ["rules"], "accept": 0.5, "labels": labels}},
                              {"structured-extract": {"when": '.classify.label == "contract"', "backends": ["model"],
                                                      "schema": FIELDS}}],
                             backends={"model": self.backend(server, location="cloud")}, documents=8)
                self.write("in/invoice.txt", invoice(1))
                out = ("-o", f"out{characters_per_token}")
                expected = self.estimate(*out)["cost_usd"]["expected"]
                self.run_pipeline(*out)
                self.assertEqual(server.calls, 8)
                self.assertLess(abs(expected / server.dollars - 1), 0.25)

    def escalations(self, stages, **escalate):
        """The row of those to a dear model, planned without history; a cheap one gives all fields."""
        cheap, dear = self.model("cheap", price=CHEAP), self.model("dear", price=DEAR)
        self.project([*stages, {"structured-extract": {"backends": ["cheap"], "schema": FIELDS}},
                      {"escalate": {"backend": "dear"} | escalate}],
                     backends={"cheap": self.backend(cheap), "dear": self.backend(dear, location="cloud")}, documents=7)
        row = self.row(self.estimate(), "escalate", "dear")
        self.run_pipeline()
        return row and row["documents"], dear.calls

    def test_what_no_model_decides_is_sure(self):
        planned, calls = self.escalations([], when={"long": ".document.bytes > 1200"})
        self.assertEqual(planned, {"low": calls, "expected": calls, "high": calls})
        self.assertTrue(0 < calls < 7, calls)
        planned, calls = self.escalations([], when={"long": ".document.bytes > 100000"})
        self.assertEqual((planned, calls), (None, 0))
        unlike = {"a": {"keywords": ["nothing", "of"]}, "b": {"keywords": ["this", "kind"]}}
        planned, calls = self.escalations([{"classify": {"backends": ["rules"], "labels": unlike}}], reasons=["unknown_label"],
                                          redo="structured_extract")
        self.assertEqual(planned, {"low": calls, "expected": calls, "high": calls})
        self.assertGreater(calls, 0)

    def test_a_reason_that_only_a_model_may_give_may_be_there(self):
        planned, _ = self.escalations([], reasons=["missing_required_field"])
        self.assertEqual(planned, {"low": 0, "expected": 2, "high": 7})

    def test_the_range_holds_without_any_history_and_assumptions_are_said(self):
        self.tiers(documents=10)
        text = self.docket("plan", "pipeline.yaml").out
        self.assertIn("assumed, since no run has shown it yet: tokens per byte: a token for each 4 bytes", text)
        self.assertIn("3 in 10 are doubtful (escalate by dear)", text)
        cost = self.estimate()["cost_usd"]
        self.run_pipeline()
        self.assertLess(cost["low"], self.dollars())
        self.assertGreater(cost["high"], self.dollars())

    def test_calls_and_documents_of_a_stage_that_asks_about_all(self):
        server = self.model("only", price=DEAR)
        self.asks(server, documents=10)
        row = self.row(self.estimate(), "structured_extract", "model")
        self.assertEqual(row["documents"], {"low": 10, "expected": 10, "high": 10})
        self.assertEqual(row["calls"], {"low": 10, "expected": 10, "high": 20})
        self.run_pipeline()
        self.assertEqual(server.calls, 10)

    def test_an_unknown_price_is_null_and_said(self):
        self.asks(self.model("free"), documents=2)
        estimate = self.estimate()
        self.assertIsNone(self.row(estimate, "structured_extract", "model")["cost_usd"])
        self.assertEqual(estimate["unknown_prices"], ["model"])
        self.assertIn("what calls to model cost is unknown", self.docket("plan", "pipeline.yaml").out)

    def test_a_price_of_time_is_known_once_calls_have_told_how_long_they_take(self):
        server = self.model("timed")
        self.project([{"structured-extract": {"backends": ["model"], "schema": FIELDS}}],
                     backends={"model": self.backend(server, price={"per_hour": 3600})}, documents=4)
        estimate = self.estimate()
        self.assertIsNone(self.row(estimate, "structured_extract", "model")["cost_usd"])
        self.assertEqual(estimate["unknown_prices"], ["model"])
        self.run_pipeline()
        real, cost = self.report()["totals"]["usage"]["cost_usd"], self.estimate("-B")["cost_usd"]
        self.assertGreater(real, 0)
        self.assertLess(abs(cost["expected"] / real - 1), 0.25)
        self.assertLess(cost["low"], real)
        self.assertGreater(cost["high"], real)

    def test_nothing_to_do_is_no_estimate(self):
        self.asks(self.model("only", price=DEAR), documents=2)
        self.run_pipeline()
        plan = self.plan()
        self.assertEqual((plan["documents"], plan["up_to_date"], plan["estimate"]), (0, 2, None))

    def test_a_pipeline_without_models_has_no_estimate(self):
        self.write("in/a.txt", invoice(1))
        self.write("pipeline.yaml", json.dumps({
            "version": 1, "name": "test", "input": {"paths": ["in"]}, "output": {"dir": "out"},
            "backends": {"rules": {"type": "builtin"}}, "stages": [{"extract": {}}]}))
        self.assertIsNone(self.estimate())

    def test_what_is_private_or_offline_costs_nothing(self):
        policy = {"policy": {"private": ["path: in/00*", '.document.path == "in/010.txt"']}}
        self.asks(self.model("only", price=DEAR), documents=12, **policy)
        self.assertEqual(self.row(self.estimate(), "structured_extract", "model")["documents"]["high"], 2)
        self.assertEqual(self.estimate("--offline")["calls"], [])
        run = self.docket("run", "-n", "--offline", "pipeline.yaml")
        self.assertIn("no model would be asked", run.out)

    def test_what_a_model_has_answered_before_is_free(self):
        server = self.model("only", price=DEAR, sure=0.5)
        self.asks(server, documents=6)
        self.run_pipeline()
        changed = (self.dir / "pipeline.yaml").read_text().replace('"schema"', '"accept": 0.5, "schema"')
        self.write("pipeline.yaml", changed)
        plan = self.plan()
        self.assertEqual((plan["documents"], plan["estimate"]["calls"]), (6, []))
        self.assertEqual(self.row(self.estimate("-B"), "structured_extract", "model")["documents"]["high"], 6)

    def test_a_known_answer_is_found_by_the_words_that_were_sent(self):
        """They are not the document's where something is redacted."""
        server = self.model("only", price=DEAR)
        self.asks(server, documents=1, policy={"redact": ["all"]})
        self.write("in/001.txt", contract(1) + "Write to jane.doe@alder.example or +44 20 7946 0958, IBAN GB29 NWBK 6016 1331 9268 19.")
        self.run_pipeline()
        report = json.loads((self.dir / "out/report.json").read_text("utf-8"))
        self.assertEqual(set(report["egress"]["redactions"]), {"email", "phone", "iban"})
        changed = (self.dir / "pipeline.yaml").read_text().replace('"schema"', '"accept": 0.5, "schema"')
        self.write("pipeline.yaml", changed)
        plan = self.plan()
        self.assertEqual((plan["documents"], plan["estimate"]["calls"]), (1, []))
        self.run_pipeline()
        self.assertEqual(server.calls, 1)

    def test_a_stage_that_thinks_is_planned_with_room_for_it(self):
        server = self.model("only", price=DEAR)
        rooms = []
        for think in ({}, {"think": True}):
            self.project([{"structured-extract": {"backends": ["model"], "schema": FIELDS} | think}],
                         backends={"model": self.backend(server, location="cloud")}, documents=1)
            rooms.append(self.row(self.estimate(), "structured_extract", "model")["output_tokens"])
        self.assertEqual(rooms[1]["high"] - rooms[0]["high"], 2 * 8192)  # Asked twice.
        self.assertEqual(rooms[1]["expected"] - rooms[0]["expected"], round(8192 / 5))

    def test_what_earlier_runs_left_of_a_day_limits_the_cost(self):
        server = self.model("only", price=DEAR)
        self.asks(server, documents=2, budget={"day": 0.05, "month": 5})
        self.docket("run", "pipeline.yaml", "in/001.txt", "--progress", "none")
        estimate = self.estimate("-B")
        left = 0.05 - server.dollars
        self.assertAlmostEqual(estimate["cost_usd"]["high"], left)
        self.assertEqual(len(estimate["limits"]), 1)
        self.assertIn("budget of the day (what is left of it): $", estimate["limits"][0])

    def test_documents_with_the_same_text_are_asked_about_once(self):
        server = self.model("only", price=DEAR)
        self.asks(server, documents=4)
        self.write("in/copy.txt", contract(1))
        self.assertEqual(self.row(self.estimate(), "structured_extract", "model")["calls"]["expected"], 4)
        self.run_pipeline()
        self.assertEqual(server.calls, 4)

    def test_a_budget_limits_the_cost(self):
        server = self.model("only", price=DEAR)
        self.asks(server, budget={"run": 0.05})
        estimate = self.estimate()
        self.assertEqual(estimate["cost_usd"]["high"], 0.05)
        self.assertEqual(estimate["limits"], ["budget of the run, which is expected to reach it: $0.05"])
        self.asks(server, budget={"document": 0.05})
        self.assertAlmostEqual(self.estimate()["cost_usd"]["high"], 24 * 0.05)

    def test_nothing_is_planned_that_no_budget_has_room_for(self):
        server = self.model("only", price=DEAR)
        for budget, said in (({"run": 0.01}, "budget of the run, which is below what a call has to reserve: $0.01"),
                             ({"document": 0.001}, "budget of a document: $0.0010")):
            self.asks(server, budget=budget, documents=2)
            estimate = self.estimate()
            self.assertEqual((estimate["cost_usd"]["high"], estimate["limits"]), (0, [said]))
            self.docket("run", "pipeline.yaml", "--progress", "none")
            self.assertEqual(server.calls, 0)

    def test_a_document_longer_than_the_window_is_asked_about_in_pieces(self):
        server = self.model("small", price=CHEAP)
        self.project([{"classify": {"backends": ["model"], "labels": {"contract": {}, "other": {}}}}], documents=3,
                     backends={"model": self.backend(server, context=1024)})
        for number in range(1, 4):
            self.write(f"in/{number:03}.txt", contract(7 * number - 1) * 5)
        row = self.row(self.estimate(), "classify", "model")
        self.assertEqual(row["documents"]["expected"], 3)
        self.assertGreater(row["calls"]["expected"], 3)

    def test_a_stage_for_some_labels_runs_for_their_share(self):
        server = self.model("only", price=DEAR)
        self.project([{"classify": {"backends": ["model"], "labels": {"contract": {}, "invoice": {}, "letter": {}}}},
                      {"structured-extract": {"when": '.classify.label == "contract"', "backends": ["model"],
                                              "schema": FIELDS}}],
                     backends={"model": self.backend(server)}, documents=12)
        row = self.row(self.estimate(), "structured_extract", "model")
        self.assertEqual(row["documents"], {"low": 0, "expected": 4, "high": 12})

    def test_many_documents_are_estimated_from_some_of_them(self):
        server = self.model("only", price=DEAR)
        self.asks(server, documents=204, text=lambda number: f"Contract {number} with " + "Alder and " * (100 * (number % 9)) + "Birch")
        text = self.docket("plan", "pipeline.yaml").out
        self.assertRegex(text, r"structured_extract by model +204 ")
        error = re.search(r"estimated from 200 of 204 documents: ±(\d+) %", text)
        self.assertTrue(0 < int(error.group(1)) < 10, text)


if __name__ == "__main__":
    main()
