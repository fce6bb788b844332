"""What docket believes: nothing of a model that reads badly, most of what a good one reads right, and rules are never worse for
a model after them.

BELIEF_DOCUMENTS says how many documents of each kind there are (default 8).
"""

import json
import os

import e2e
from belief import MANY, Belief, accepted_and_right, field_stages, label_stages
from made_documents import LAYOUTS, document
from reading_models import GARBAGE, ReadingModel, garbage, good

EACH = int(os.environ.get("BELIEF_DOCUMENTS", "8"))
MANY_DOCUMENTS = [document(kind, number) for kind in LAYOUTS for number in range(8)]
DOCUMENTS = [document(kind, number) for kind in LAYOUTS for number in range(EACH)]
LEAST_BELIEVED = 0.85  # Of what a good model reads right.


class OfReader(Belief):
    def of_reader(self, of, model):
        self.addCleanup(model.close)
        return self.of_model(of, model.url)


class Models(OfReader):
    documents = DOCUMENTS

    def test_what_a_bad_model_says_is_not_believed(self):
        rules = self.of_rules(field_stages)
        for kind in GARBAGE:
            # A true quote of another field, truly read by a model that is sure of it: nothing tells that from the right one.
            sure = 0.1 if kind == "quotes and values of other fields" else 0.9999
            answers = self.of_reader(field_stages, ReadingModel(DOCUMENTS, garbage(kind), sure=sure))
            with self.subTest(kind, tiers="rules, local"):
                self.assert_never_worse(rules, answers["both"])
            with self.subTest(kind, tiers="local"):
                self.assert_hardly_believed(answers["local"])
            if kind == "invented quotes":  # Not even the values that are right.
                with self.subTest(kind, tiers="local"):
                    self.assertLess(accepted_and_right(answers["local"]), MANY)

    def test_labels_of_a_model_that_is_not_sure_are_not_believed(self):
        """Of one that is sure: nothing but its own words stands for a label."""
        rules = self.of_rules(label_stages)
        for name, label in (("the same", lambda document, chance: "receipt"),
                            ("any", lambda document, chance: chance.choice(list(LAYOUTS)))):
            answers = self.of_reader(label_stages, ReadingModel(DOCUMENTS, None, label, sure=0.4))
            with self.subTest(name, tiers="rules, local"):
                self.assert_never_worse(rules, answers["both"])
            with self.subTest(name, tiers="local"):
                self.assert_hardly_believed(answers["local"])

    def test_a_good_model_is_believed(self):
        rules = self.of_rules(field_stages)
        for quote, sure in (("quote", 0.98), ("line", None)):
            answers = self.of_reader(field_stages, ReadingModel(DOCUMENTS, good(quote), sure=sure))
            with self.subTest(quote=quote, sure=sure, tiers="rules, local"):
                # Its mistakes may cost a value of the rules, but never more than it adds.
                self.assertGreater(accepted_and_right(answers["both"]), accepted_and_right(rules))
            right = {place: answer for place, answer in answers["local"].items() if answer.right}
            with self.subTest(quote=quote, sure=sure, tiers="local"):
                self.assertGreater(len(right), 13 * EACH)
                left = {place: answer for place, answer in right.items() if not answer.accepted}
                self.assertLessEqual(len(left), (1 - LEAST_BELIEVED) * len(right), f"not accepted of {len(right)}: {left}")


class Export(OfReader):
    documents = MANY_DOCUMENTS  # In few there may be no row that is not accepted.

    def test_export_of_accepted_values_has_no_others(self):
        self.of_reader(field_stages, ReadingModel(self.documents, good("line"), sure=None))
        lines = self.docket("export", "pipeline.yaml", "--accepted-only").out.splitlines()
        rows = {True: 0, False: 0}
        for record in map(json.loads, lines):
            for output in record.values():
                if not isinstance(output, dict) or "fields" not in output:
                    continue
                for field, value in output["fields"].items():
                    detail = output["details"][field]
                    for other in detail.get("other_tiers", []):
                        self.assertIn(other["value"], [None, value])
                    if not value or "rows" not in detail:
                        continue
                    for row in detail["rows"]:
                        rows[row["accepted"]] += 1
                        self.assertEqual(value[row["index"]] is not None, row["accepted"])
        self.assertTrue(all(rows.values()), rows)


if __name__ == "__main__":
    e2e.main()
