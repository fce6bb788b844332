"""What docket believes: nothing of a model that reads badly, most of what a good one reads right, and rules are never worse for
a model after them."""

import json
import shutil

import e2e
import reading_models
from made_documents import LAYOUTS, document
from reading_models import GARBAGE, ReadingModel, good

DOCUMENTS = [document(kind, number) for kind in LAYOUTS for number in range(8)]
ACCEPT = 0.8     # Where a value does not say itself whether it is accepted.
LEAST_RIGHT = 0.97   # Of what is accepted of a model that reads badly, where that is as much as
MOST_ACCEPTED = 3    # this.
LEAST_BELIEVED = 0.85  # Of what a good model reads right.

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
  local: {{ type: openai, url: "{url}", model: paid, context: 8192 }}
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
    def setUp(self):
        super().setUp()
        for one in DOCUMENTS:
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
        self.write("pipeline.yaml", HEAD.format(url=url) + stages)
        result = self.docket("run", "pipeline.yaml", "--progress", "none", "-q")
        self.assertIn(result.code, (0, 1, 3), result.err)
        return {record["document"]["path"].removeprefix("in/"): record for record in self.results()}

    def answers(self, of, names, url):
        """{name: {(document, field): Answer}} for each of the names: of the rules, of both, of the model alone."""
        # The model alone comes last: where a stage fails, so does the document.
        tiers = {"rules": "rules", "both": "rules, local", "local": "local"}
        records = self.run_stages("".join(of(name, tiers[name]) for name in names), url)
        known = {one.name: one for one in DOCUMENTS}
        self.assertEqual(set(records), set(known))
        return {name: {(document, field): answer for document, record in records.items()
                       for field, answer in self.of_record(record, name, known[document])} for name in names}

    def of_model(self, of, model):
        self.addCleanup(model.close)
        return self.answers(of, ("both", "local"), model.url)

    def of_rules(self, of):
        return self.answers(of, ("rules",), "http://127.0.0.1:9")["rules"]

    @staticmethod
    def of_record(record, name, known):
        label = record.get(f"{name}_label", {})
        if label.get("label"):
            yield "label", Answer(label["label"], reading_models.Said(known.kind, "", ""), label["accepted"])
        found = record.get(f"{name}_{known.kind}", {"fields": {}})
        for field, value in found["fields"].items():
            detail = found["details"][field]
            accepted = value is not None and detail.get("accepted", detail["confidence"] >= ACCEPT)
            yield field, Answer(value, known.fields.get(field), accepted)

    def assert_hardly_believed(self, answers):
        accepted = {place: answer for place, answer in answers.items() if answer.accepted}
        wrong = {place: answer for place, answer in accepted.items() if not answer.right}
        if len(accepted) >= MOST_ACCEPTED:
            self.assertLessEqual(len(wrong), (1 - LEAST_RIGHT) * len(accepted), f"wrong of {len(accepted)} accepted: {wrong}")

    def assert_never_worse(self, rules, both):
        worse = {place: (answer, both.get(place)) for place, answer in rules.items() if answer.right
                 and not (place in both and both[place].right and both[place].accepted >= answer.accepted)}
        self.assertFalse(worse, "with the rules alone, and with the model after them")

    def test_what_a_bad_model_says_is_not_believed(self):
        rules = self.of_rules(field_stages)
        for kind in GARBAGE:
            answers = self.of_model(field_stages, ReadingModel(DOCUMENTS, reading_models.garbage(kind), sure=0.9999))
            with self.subTest(kind, tiers="rules, local"):
                self.assert_never_worse(rules, answers["both"])
            with self.subTest(kind, tiers="local"):
                self.assert_hardly_believed(answers["local"])

    def test_labels_of_a_model_that_is_not_sure_are_not_believed(self):
        """Of one that is sure: nothing but its own words stands for a label."""
        rules = self.of_rules(label_stages)
        for name, label in (("the same", lambda document, chance: "receipt"),
                            ("any", lambda document, chance: chance.choice(list(LAYOUTS)))):
            answers = self.of_model(label_stages, ReadingModel(DOCUMENTS, None, label, sure=0.4))
            with self.subTest(name, tiers="rules, local"):
                self.assert_never_worse(rules, answers["both"])
            with self.subTest(name, tiers="local"):
                self.assert_hardly_believed(answers["local"])

    def test_a_good_model_is_believed(self):
        rules = self.of_rules(field_stages)
        for quote, sure in (("quote", 0.98), ("line", None)):
            answers = self.of_model(field_stages, ReadingModel(DOCUMENTS, good(quote), sure=sure))
            with self.subTest(quote=quote, sure=sure, tiers="rules, local"):  # Its mistakes may cost a value, not more than it adds.
                self.assertGreater(accepted_and_right(answers["both"]), accepted_and_right(rules))
            right = {place: answer for place, answer in answers["local"].items() if answer.right}
            with self.subTest(quote=quote, sure=sure, tiers="local"):
                self.assertGreater(len(right), 100)
                left = {place: answer for place, answer in right.items() if not answer.accepted}
                self.assertLessEqual(len(left), (1 - LEAST_BELIEVED) * len(right), f"not accepted of {len(right)}: {left}")


if __name__ == "__main__":
    e2e.main()
