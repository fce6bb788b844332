"""A pipeline file with mistakes: exit code 2, all of them in one go, each with its place; nothing is run."""

import json
import resource
import time

import e2e
from e2e import PIPELINE, invoice


class Mistakes(e2e.Case):
    def complaints(self, text, command="run"):
        self.write("pipeline.yaml", text)
        self.write("in/a.txt", invoice(1))
        result = self.docket(command, "pipeline.yaml")
        self.assertEqual(result.code, 2, result.err)
        self.assertEqual(result.out, "")
        self.assertFalse((self.dir / "out").exists(), "something was run")
        return result.err.splitlines()

    def assert_complaint(self, lines, place, *words):
        """One line begins with `place` and has all the words."""
        at = [line for line in lines if line.startswith(f"pipeline.yaml:{place}: ")
              or f"/pipeline.yaml:{place}: " in line]
        self.assertTrue(at, f"nothing at {place} in {lines}")
        self.assertTrue(any(all(word in line for word in words) for line in at), at)

    def test_all_are_told_with_their_places_and_the_nearest_name(self):
        lines = self.complaints("""\
version: 1
name: test
input:  { path: [in] }
backends:
  rules: { type: buildin }
stages:
  - extract:
  - clasify:
      labels: {}
  - structured-extract:
      backends: [rule]
      when: .classify.label ==
      schema: absent.json
      accept: 80
""")
        self.assert_complaint(lines, "3:11", "path", "paths")
        self.assert_complaint(lines, "5:18", "buildin", "builtin")
        self.assert_complaint(lines, "8:5", "clasify", "classify")
        self.assert_complaint(lines, "11:18", "rule", "rules")
        self.assert_complaint(lines, "12:31", "jq")
        self.assert_complaint(lines, "13:15", "absent.json")
        self.assert_complaint(lines, "14:15", "80", "1")
        places = [tuple(map(int, line.split("pipeline.yaml:")[1].split(":")[:2])) for line in lines
                  if "pipeline.yaml:" in line]
        self.assertEqual(places, sorted(places))

    def test_check_and_run_say_the_same(self):
        text = PIPELINE.replace("[rules]", "[rulez]")
        self.assertEqual(self.complaints(text, "check"), self.complaints(text, "run"))

    def test_no_yaml(self):
        for text in ("stages: [", "\t- x", "\0", "'", "- a\nb: c", ""):
            with self.subTest(text):
                self.assertNotEqual(self.complaints(text), [])

    def test_a_secret_in_the_file_is_refused_and_not_repeated(self):
        lines = self.complaints(PIPELINE.replace("backends:\n", "backends:\n  cloud: { type: anthropic, model: m, "
                                                 "api_key: sk-very-secret-123 }\n", 1))
        self.assertTrue(any("api_key" in line for line in lines), lines)
        self.assertNotIn("sk-very-secret-123", "\n".join(lines))

    def test_a_missing_variable_is_an_error(self):
        text = PIPELINE.replace("dir: out", "dir: '${DOCKET_TEST_NOT_SET}'")
        self.assertTrue(any("DOCKET_TEST_NOT_SET" in line for line in self.complaints(text)))
        self.write("pipeline.yaml", text.replace("NOT_SET", "NOT_SET:-elsewhere"))
        self.assertEqual(self.docket("run", "pipeline.yaml").code, 0)
        self.assertTrue((self.dir / "elsewhere/results.jsonl").exists())

    def test_an_alias_bomb_and_deep_nesting_are_refused_cheaply(self):
        bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
            f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 20))
        deep = "stages: " + "[" * 100_000
        for text in (bomb + PIPELINE, deep, "{a: " * 100_000):
            with self.subTest(text[:20]):
                self.write("pipeline.yaml", text)
                process = self.start("check", "pipeline.yaml")
                result = self.finish(process)
                self.assertEqual(result.code, 2, result.err[:1000])
                self.assertLess(len(result.err), 10_000)
        self.assertLess(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, 1_000_000, "KiB")

    def test_a_server_that_is_not_there_is_named_and_no_documents_fault(self):
        self.write("in/a.txt", invoice(1))
        self.write("pipeline.yaml", PIPELINE.replace(
            "backends:\n", "backends:\n  near: { type: ollama, model: m, url: 'http://127.0.0.1:1', deadline: 2s }\n", 1)
            .replace("[rules]", "[rules, near]\n      accept: 1"))
        self.assertEqual(self.docket("check", "pipeline.yaml").code, 0)
        for number in range(20):
            self.write(f"in/b{number}.txt", f"of no kind at all, {number}")
        for run in range(4):  # It counts as no attempt: nothing is parked.
            begin = time.monotonic()
            result = self.docket("run", "pipeline.yaml")
            self.assertLess(time.monotonic() - begin, 30)
            self.assertEqual(result.code, 4, result.err)
            for number in range(20):
                record = self.record(f"in/b{number}.txt")
                self.assertEqual([record["status"], record["error"]["class"]], ["failed", "unavailable"])
                self.assertIn("'near'", record["error"]["message"])
                self.assertIn("cannot connect to http://127.0.0.1:1/", record["error"]["message"])


class Overrides(e2e.Case):
    def test_set_changes_a_field(self):
        self.write("in/a.txt", invoice(1))
        self.run_pipeline("--set", "output.dir=there", "--set", "stages.classify.accept=1")
        self.assertTrue((self.dir / "there/results.jsonl").exists())

    def test_the_schema_of_the_file_accepts_the_examples(self):
        import jsonschema
        import yaml
        schema = json.loads(self.docket("schema").out)
        jsonschema.Draft7Validator.check_schema(schema)
        validator = jsonschema.Draft7Validator(schema)
        for path in sorted((e2e.SOURCE / "examples").glob("*/pipeline.yaml")):
            self.assertEqual([error.message for error in validator.iter_errors(yaml.safe_load(path.read_text("utf-8")))], [])


if __name__ == "__main__":
    e2e.main()
