"""Records and reports are what docs/*.schema.json say, and their numbers agree with each other."""

import json

import e2e
import jsonschema
from e2e import HOLDS, PIPELINE, invoice, pdf

FIELDS = """\
  - structured-extract:
      id: fields
      when: .classify.label == "invoice"
      backends: [rules]
      schema:
        type: object
        required: [total, nonsense]
        properties:
          total:    { type: number, format: amount, x-labels: { en: [total] } }
          date:     { type: string, format: date, x-labels: { en: [invoice date] } }
          nonsense: { type: string, format: email }
      checks:
        total is positive: .total > 0
        no sense: .nonsense == "x"
"""


def validator(name):
    schema = json.loads((e2e.SOURCE / f"docs/{name}.schema.json").read_text("utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


class Schemas(e2e.Case):
    def check(self, out="out"):
        """Validates all that a run wrote; returns its records and its report."""
        record_schema = validator("record")
        for record in self.results(out):
            self.assertEqual([f"{'/'.join(map(str, e.absolute_path))}: {e.message}"
                              for e in record_schema.iter_errors(record)], [], record["document"]["path"])
        report = self.report(out)
        self.assertEqual([f"{'/'.join(map(str, e.absolute_path))}: {e.message}"
                          for e in validator("report").iter_errors(report)], [])
        return self.results(out), report

    def check_sums(self, records, report):
        documents = report["documents"]
        self.assertEqual(documents["in"], sum(documents[key] for key in documents if key != "in"))
        for status in ("done", "failed", "held"):
            self.assertEqual(documents[status], sum(record["status"] == status for record in records))
        for stage in report["stages"]:
            self.assertEqual(stage["in"], sum(stage[key] for key in ("done", "skipped", "failed", "held", "cancelled")))
        self.assertEqual(report["totals"]["cpu_ms"] > 0, True)
        self.assertAlmostEqual(report["totals"]["cpu_ms"], sum(s["cpu_ms"] for s in report["stages"]), delta=3)
        self.assertEqual(sum(group["count"] for group in report["errors"]), documents["failed"])
        self.assertEqual(sum(group["count"] for group in report["held"]), documents["held"])
        counted = {}
        for record in records:
            for reason in record["reasons"]:
                counted[reason] = counted.get(reason, 0) + 1
        told = {}
        for row in report["reasons"]:
            told[row["reason"]] = told.get(row["reason"], 0) + row["count"]
        self.assertEqual(told, counted)

    def test_done_failed_held_and_skipped(self):
        for number in range(4):
            self.write(f"in/{number}.pdf", pdf(invoice(number), "and a page more"))
            self.write(f"in/{number}.txt", invoice(number))
        self.write("in/letter.txt", "Dear Jane,\n\nthe letter you sent was kind.\n\nWith kind regards,\nyours sincerely\n")
        self.write("in/empty.pdf")
        self.write("in/broken.pdf", "%PDF-1.5\n%%EOF")
        self.run_pipeline("in", expect=1, pipeline=PIPELINE + FIELDS + HOLDS)
        records, report = self.check()
        self.check_sums(records, report)
        self.assertEqual(len(records), 11)
        stages = {stage["id"]: stage for stage in report["stages"]}
        self.assertEqual(stages["fields"]["type"], "structured-extract")
        self.assertGreaterEqual(stages["fields"]["skipped"], 1)
        self.assertEqual(report["documents"]["failed"], 2)
        self.assertEqual({group["class"] for group in report["errors"]}, {"empty", "damaged"})
        self.assertEqual([group["why"] for group in report["held"]], ["no cloud backend"])
        self.assertEqual(self.docket("ack", "pipeline.yaml", "in/*", "--reason", "seen").code, 0)
        self.run_pipeline("in", "-B", expect=0)
        self.assertEqual(self.check()[1]["errors"][0]["documents"][0]["acknowledged"]["reason"], "seen")

    def test_evidence_stands_where_it_says(self):
        self.write("in/a.pdf", pdf("A page before", invoice(7)))
        self.run_pipeline(pipeline=PIPELINE + FIELDS)
        records, _ = self.check()
        fields = records[0]["fields"]
        self.assertEqual([fields["fields"]["total"], fields["fields"]["date"]], [119.0, "2025-03-14"])
        pages = (self.dir / "out/in/a.pdf.txt").read_text().split("\f")
        for name in ("total", "date"):
            evidence = fields["details"][name]["evidence"]
            self.assertEqual(evidence["page"], 2)
            self.assertIn(evidence["quote"], pages[1])
            left, top, right, bottom = evidence["box"]
            self.assertTrue(0 <= left < right <= 595 and 0 <= top < bottom <= 842, evidence)
        self.assertEqual(fields["fields"]["nonsense"], None)
        self.assertEqual(fields["checks"], {"total is positive": "passed", "no sense": "not_applicable"})

    def test_a_run_of_nothing(self):
        self.run_pipeline("-", stdin="", expect=1)
        self.assertEqual(set(self.check()[1]["documents"].values()), {0})

    def test_the_examples(self):
        for name in ("invoices", "contracts"):
            result = self.docket("run", e2e.SOURCE / "examples" / name / "pipeline.yaml", "-o", name)
            self.assertEqual(result.code, 3, result.err)
            self.check_sums(*self.check(name))


if __name__ == "__main__":
    e2e.main()
