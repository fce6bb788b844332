"""The examples do what their comments promise, and their documents come from the scripts beside them."""

import json
import shutil
import subprocess
import sys
import unittest

import e2e
import reportlab

EXAMPLES = e2e.SOURCE / "examples"


class Examples(e2e.Case):
    def run_example(self, name):
        """Runs the example as it stands, with its records in a folder of its own; {file: record}."""
        result = self.docket("run", EXAMPLES / name / "pipeline.yaml", "-o", name, cwd=self.dir)
        self.assertEqual(result.code, 3, result.err)
        records = {record["document"]["path"].removeprefix("inbox/"): record for record in self.results(name)}
        gold = [json.loads(line) for line in (EXAMPLES / name / "gold.jsonl").read_text("utf-8").splitlines()]
        self.assertEqual(sorted(records), sorted(truth["file"] for truth in gold))
        return records

    def test_invoices(self):
        records = self.run_example("invoices")
        self.assertEqual(records["scan-morwenna-cafe.pdf"]["extract"]["ocr"]["pages"], [1])
        for name, reason in (("weber-fliesen-61.pdf", "totals add up"), ("pritchard-gardens.pdf", "total")):
            with self.subTest(name):
                self.assertEqual(records[name]["status"], "held")
                self.assertIn(reason, "; ".join(records[name]["reasons"]))
        done = [record for record in records.values() if record["status"] == "done"]
        self.assertGreaterEqual(len(done), 7)
        self.assertEqual([r["document"]["path"] for r in records.values() if r["status"] == "failed"], [])
        for record in done:
            self.assertEqual(record["classify"]["label"], "invoice")

    def judge(self, name, judged, unjudged_without_truth=()):
        """(how many values above 0.8 are right, those that are not) of the example's records."""
        records = self.run_example(name)
        wrong, right = [], 0
        for line in (EXAMPLES / name / "gold.jsonl").read_text("utf-8").splitlines():
            truth = json.loads(line)
            found = records[truth["file"]].get("structured_extract", {"fields": {}})
            for field in judged:
                value, expected = found["fields"].get(field), truth["fields"].get(field)
                if value is None or found["details"][field]["confidence"] < 0.8:
                    continue
                if expected is None and field in unjudged_without_truth:
                    continue
                same = value == expected if isinstance(value, str) else f"{value:.2f}" == expected
                right += same
                wrong += [] if same else [(truth["file"], field, value, expected)]
        return right, wrong

    def test_what_is_sure_of_an_invoice_is_right(self):
        fields = ("invoice_number", "issue_date", "currency", "net", "tax", "total", "due")
        # An invoice without prepayment is due in full, and does not print it.
        right, wrong = self.judge("invoices", fields, unjudged_without_truth=("due",))
        self.assertGreaterEqual(right, 60)
        self.assertLessEqual(len(wrong), 0.03 * right, wrong)

    def test_what_is_sure_of_a_contract_is_right(self):
        right, wrong = self.judge("contracts", ("agreement_date", "effective_date", "expiration_date", "governing_law"))
        self.assertGreaterEqual(right, 14)
        self.assertEqual(wrong, [])

    def test_what_a_contract_does_not_say_is_null(self):
        record = self.run_example("contracts")["nda-orchard-tallow.pdf"]["structured_extract"]
        self.assertIsNone(record["fields"]["expiration_date"])
        self.assertEqual(record["details"]["expiration_date"]["problem"], "not found")
        self.assertEqual(record["checks"], {"ends after it begins": "not_applicable"})

    def test_every_quote_stands_in_its_document(self):
        for name in ("invoices", "contracts"):
            for document, record in self.run_example(name).items():
                for field, detail in record.get("structured_extract", {"details": {}})["details"].items():
                    if "evidence" in detail:
                        self.assertTrue(detail["signals"]["evidence_found"], (document, field, detail))

    def test_contracts(self):
        records = self.run_example("contracts")
        self.assertEqual(records["supply-calloway.pdf"]["status"], "held")
        self.assertIn("long contract", records["supply-calloway.pdf"]["reasons"])
        held = [name for name, record in records.items() if record["status"] == "held"]
        self.assertLess(len(held), len(records))
        for name, record in records.items():
            if record["classify"]["label"]:
                self.assertEqual(record["classify"]["label"], "letter" if name.startswith("letter") else "contract")

    @unittest.skipUnless(reportlab.Version == "3.6.12", "the documents were drawn by another version of reportlab")
    def test_the_documents_come_from_their_scripts(self):
        shutil.copytree(EXAMPLES, self.dir / "examples", ignore=shutil.ignore_patterns("out", "__pycache__"))
        for name in ("invoices", "contracts"):
            folder = self.dir / "examples" / name
            committed = {path.name: path.read_bytes() for path in (folder / "inbox").iterdir()}
            gold = (folder / "gold.jsonl").read_bytes()
            shutil.rmtree(folder / "inbox")
            subprocess.run([sys.executable, folder / "make_documents.py"], check=True)
            drawn = {path.name: path.read_bytes() for path in (folder / "inbox").iterdir()}
            self.assertEqual(sorted(drawn), sorted(committed))
            self.assertEqual([key for key in drawn if drawn[key] != committed[key]], [])
            self.assertEqual((folder / "gold.jsonl").read_bytes(), gold)


if __name__ == "__main__":
    e2e.main()
