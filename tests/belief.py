"""What tests of docket's belief share: made_documents read by rules, by a model, and by both, and which values are right and
which are accepted."""

import json
import shutil

import e2e
from made_documents import LAYOUTS
from reading_models import Said

ACCEPT = 0.8     # Where a value does not say itself whether it is accepted.
LEAST_RIGHT = 0.97   # Of what is accepted of a model that reads badly, where that is as much as
MANY = 3             # this.

RECEIPT = {"type": "object", "required": ["total", "items"], "properties": {
    "items": {"type": ["integer", "null"], "description": "how many things were bought"},
    "company": {"type": ["string", "null"], "maxLength": 80, "x-format": "party", "x-role": "sender"},
    "date": {"type": ["string", "null"], "format": "date", "x-labels": ["Date"]},
    "total": {"type": ["number", "null"], "x-format": "currency-amount", "x-labels": ["Total"], "x-not-labels": ["Subtotal"]}}}
LINES = {"type": ["array", "null"], "maxItems": 20, "items": {
    "type": "object", "required": ["description", "amount"], "properties": {
        "description": {"type": "string", "maxLength": 60}, "amount": {"type": "number"}}}}

HEAD = """\
version: 1
name: belief
input:  {{ paths: [in] }}
output: {{ dir: out }}
backends:
  rules: {{ type: builtin }}
  local: {{ type: openai, url: "{url}", model: model, {options} }}
stages:
  - extract:
"""
LABEL = """\
  - classify:
      id: {id}_label
      backends: [{tiers}]
      labels:
        invoice:  {{ description: a bill, keywords: [invoice, VAT, Rechnung, MwSt, facture, TVA] }}
        receipt:  {{ description: a slip from a till, keywords: [receipt, cash, change, cashier, card payment] }}
        contract: {{ description: an agreement, keywords: [agreement, contract, parties, governing law, governed by] }}
"""
FIELDS = """\
  - structured-extract:
      id: {id}_{kind}
      when: .document.path | test("{kind}-")
      backends: [{tiers}]
      schema: {kind}.json
      checks: {{ {checks} }}
"""
CHECKS = {"invoice": '"totals add up": (.net + .tax - .total | fabs) < 0.01',
          "contract": '"ends after it begins": .expiration_date > .effective_date', "receipt": ""}


def label_stages(name, tiers):
    return LABEL.format(id=name, tiers=tiers)


def field_stages(name, tiers):
    return "".join(FIELDS.format(id=name, kind=kind, tiers=tiers, checks=CHECKS[kind]) for kind in LAYOUTS)


class Answer:
    """One value of a record: what it is, whether it is right and whether it is accepted."""

    def __init__(self, value, true, accepted):
        self.value, self.right, self.accepted = value, value is not None and same(value, true), bool(accepted)

    def __repr__(self):
        return f"{self.value!r}{'' if self.right else ' (wrong)'}{' accepted' if self.accepted else ''}"


def same(value, true):
    if isinstance(true, list):
        return value == [row.value for row in true]
    if isinstance(value, str) and true is not None:
        return " ".join(value.split()) == true.value
    return true is not None and value == true.value


def accepted_and_right(answers):
    return sum(answer.accepted and answer.right for answer in answers.values())


class Belief(e2e.Case):
    documents = []  # Those of the test.
    options = "context: 8192"  # Of the model's backend.
    seconds = e2e.TIMEOUT      # That a run may take.

    def setUp(self):
        super().setUp()
        for one in self.documents:
            self.write(f"in/{one.name}", one.text)
        invoice = json.loads((e2e.SOURCE / "examples/invoices/invoice.schema.json").read_text("utf-8"))
        for field in ("due", "seller_vat"):
            del invoice["properties"][field]
        invoice["properties"]["lines"] = LINES
        invoice["required"].append("lines")  # The rules do not read lists: the model is always asked.
        contract = json.loads((e2e.SOURCE / "examples/contracts/contract.schema.json").read_text("utf-8"))
        contract["required"].append("parties")
        for kind, schema in {"invoice": invoice, "contract": contract, "receipt": RECEIPT}.items():
            self.write(f"{kind}.json", json.dumps(schema))

    def run_stages(self, stages, url):
        """{document's name: record}"""
        shutil.rmtree(self.dir / "out", ignore_errors=True)  # Another model's.
        self.write("pipeline.yaml", HEAD.format(url=url, options=self.options) + stages)
        process = self.start("run", "pipeline.yaml", "--progress", "none", "-q")
        _, err = process.communicate(timeout=self.seconds)
        self.assertIn(process.returncode, (0, 1, 3), err.decode())
        return {record["document"]["path"].removeprefix("in/"): record for record in self.results()}

    def answers(self, of, names, url):
        """{name: {(document, field): Answer}} for each of the names: of the rules, of both, of the model alone."""
        # The model alone comes last: where a stage fails, so does the document.
        tiers = {"rules": "rules", "both": "rules, local", "local": "local"}
        records = self.run_stages("".join(of(name, tiers[name]) for name in names), url)
        known = {one.name: one for one in self.documents}
        self.assertEqual(set(records), set(known))
        return {name: {(document, field): answer for document, record in records.items()
                       for field, answer in self.of_record(record, name, known[document])} for name in names}

    def of_model(self, of, url):
        return self.answers(of, ("both", "local"), url)

    def of_rules(self, of):
        return self.answers(of, ("rules",), "http://127.0.0.1:9")["rules"]

    @staticmethod
    def of_record(record, name, known):
        label = record.get(f"{name}_label", {})
        if label.get("label"):
            yield "label", Answer(label["label"], Said(known.kind, "", ""), label["accepted"])
        found = record.get(f"{name}_{known.kind}", {"fields": {}})
        for field, value in found["fields"].items():
            detail = found["details"][field]
            accepted = value is not None and detail.get("accepted", detail["confidence"] >= ACCEPT)
            yield field, Answer(value, known.fields.get(field), accepted)

    def assert_hardly_believed(self, answers):
        accepted = {place: answer for place, answer in answers.items() if answer.accepted}
        wrong = {place: answer for place, answer in accepted.items() if not answer.right}
        if len(accepted) >= MANY:
            self.assertLessEqual(len(wrong), (1 - LEAST_RIGHT) * len(accepted), f"wrong of {len(accepted)} accepted: {wrong}")

    def assert_never_worse(self, rules, both):
        worse = {place: (answer, both.get(place)) for place, answer in rules.items() if answer.right
                 and not (place in both and both[place].right and both[place].accepted >= answer.accepted)}
        self.assertFalse(worse, "with the rules alone, and with the model after them")
