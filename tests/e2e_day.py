"""The example of a day's post: what it costs, and what it saves, by the report's own figure and by the servers' bills."""

import json
import os
import re
import shutil
import subprocess
import sys
from decimal import Decimal

import e2e
from made_documents import Said
from paid_model import PaidModel
from reading_models import shaped

EXAMPLE = e2e.SOURCE / "examples/day"
sys.path.insert(0, str(EXAMPLE))

from make_documents import documents  # noqa: E402

DOCUMENTS = int(os.environ.get("DAY_DOCUMENTS", "1000"))
INPUT, OUTPUT = Decimal("1.25"), Decimal("10.00")  # As the pipeline has them.


class Reader(PaidModel):
    """Reads the day's documents, and charges a token for four bytes. Of every 40th invoice it misreads an amount, if it may."""

    def __init__(self, name, day, misreads):
        self.day = {number_of(document.text): document for document in day}
        self.misreads = misreads
        self.bill = {}  # {(document, question): cost of the last answer in dollars, as the cloud would charge}
        super().__init__(name)

    def answer(self, body):
        prompt = "\n".join(message["content"] for message in body["messages"])
        number = number_of(prompt)
        if number is None:  # A small question of docket's own.
            return super().answer(body)
        document = self.day[number]
        question = "clauses" if "no lawyer" in prompt else document.kind
        schema = body["response_format"]["json_schema"]["schema"]
        said = self.clauses(document) if question == "clauses" else self.fields(document, schema)
        content = json.dumps(said)
        usage = {"prompt_tokens": len(json.dumps(body).encode()) // 4, "completion_tokens": len(content.encode()) // 4}
        usage["total_tokens"] = sum(usage.values())
        micro = usage["prompt_tokens"] * INPUT + usage["completion_tokens"] * OUTPUT
        with self.lock:
            assert (document.name, question) not in self.bill, "asked twice"
            self.bill[document.name, question] = micro / 10**6
        return {"id": "x", "object": "chat.completion", "model": self.name, "usage": usage,
                "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}]}

    def fields(self, document, schema):
        numbers = {"net", "tax", "total"}
        said = {name: Said(float(value.replace(",", "")) if name in numbers else value, quote_of(value, document.text), "")
                for name, value in document.fields.items()}
        for name in ("issue_date", "effective_date"):
            if name in said:
                said[name] = Said(iso(said[name].value), said[name].quote, "")
        rows = []
        for line, goods, quantity, price, amount in document.items:
            values = [float(value.replace(",", "")) for value in (quantity, price, amount)]
            if self.misreads and not rows and int(document.fields["invoice_number"][4:]) % 40 == 7:
                values[2] += 100
            rows.append(Said(dict(zip(("description", "quantity", "unit_price", "amount"), (goods, *values))), line, ""))
        if rows:
            said["items"] = rows
        return {name: shaped(member, said.get(name), schema) for name, member in schema["properties"].items()}

    @staticmethod
    def clauses(document):
        return {"summary": f"{document.fields['supplier']} works for {document.fields['customer']} for three years and is paid "
                           "within thirty days. Both keep secrets, and neither pays more than a year's charges if it fails.",
                "unusual": [{"clause": clause, "quote": words, "why": "Such a contract does not usually say so, and it binds us."}
                            for clause, words in document.unusual]}


def number_of(text):
    found = re.search(r"\b(?:INV|C)-\d{5}\b", text)
    return found and found.group()


def quote_of(value, text):
    """The line's words up to the value."""
    line = next(line for line in text.splitlines() if value in line)
    return line[:line.index(value) + len(value)].strip()


def iso(words):
    day, month, year = words.split()
    months = "January February March April May June July August September October November December".split()
    return f"{year}-{months.index(month) + 1:02}-{int(day):02}"


class Day(e2e.Case):
    def setUp(self):
        super().setUp()
        day = documents(DOCUMENTS)
        self.local, self.cloud = Reader("qwen3-8b", day, misreads=True), Reader("gpt-5.1", day, misreads=False)
        self.addCleanup(self.local.close)
        self.addCleanup(self.cloud.close)
        shutil.copytree(EXAMPLE, self.dir / "day", ignore=shutil.ignore_patterns("inbox", "out", "__pycache__"))
        subprocess.run([sys.executable, self.dir / "day/make_documents.py", "-n", str(DOCUMENTS)], check=True)

    def test_costs_a_fifth_of_all_cloud_at_most(self):
        result = self.docket("run", "day/pipeline.yaml", env={"LOCAL_MODEL_URL": self.local.url, "CLOUD_URL": self.cloud.url,
                                                              "CLOUD_API_KEY": "key"})
        self.assertEqual(result.code, 0, result.err)
        report = self.report("day/out")
        self.assertEqual(report["documents"]["done"], DOCUMENTS)
        self.assertEqual(report["unsure"], 0)
        contracts = DOCUMENTS // 10
        misread = len([document for document, _ in self.cloud.bill if document.startswith("invoice")])
        self.assertEqual(report["escalations"]["reasons"],
                         [{"reason": "does not add up", "stage": "doubts", "count": misread},
                          {"reason": "complex contract", "stage": "clauses", "count": contracts}])
        self.check_answers()
        # By hand: what the cloud charged, and what each question would have cost there, once.
        spent = sum(self.cloud.bill.values())
        once = self.local.bill | self.cloud.bill
        self.assertEqual(len(once), DOCUMENTS + contracts)
        all_cloud = sum(once.values())
        self.assertGreater(all_cloud, 5 * spent)
        told = report["all_cloud"]
        self.assertEqual(Decimal(str(told["spent_usd"])), spent)
        self.assertEqual(Decimal(str(told["cost_usd"])), all_cloud)
        self.assertAlmostEqual(told["ratio"], float(all_cloud / spent), 9)
        line, = [line for line in result.err.splitlines() if line.startswith("all-cloud")]
        self.assertRegex(line, fr"^all-cloud \(gpt-5\.1\): \$[0-9.]+, spent \$[0-9.]+: {all_cloud / spent:.1f} times as much$")
        print(line)

    def check_answers(self):
        day = {f"inbox/{document.name}": document for document in documents(DOCUMENTS)}
        for record in self.results("day/out"):
            document = day[record["document"]["path"].removeprefix("day/")]
            if document.kind == "invoice":
                self.assertEqual(record["invoice"]["checks"], {"items add up": "passed", "totals add up": "passed"})
                self.assertEqual([item["amount"] for item in record["invoice"]["fields"]["items"]],
                                 [float(amount.replace(",", "")) for *_, amount in document.items])
            else:
                answer = record["clauses"]["answer"]
                self.assertEqual([(clause["clause"], clause["quote"]) for clause in answer["unusual"]], document.unusual)
                self.assertIn("three years", answer["summary"])


if __name__ == "__main__":
    e2e.main()
