"""What the program says of itself, and of a command line that it does not understand."""

import json
import re
import unittest

import yaml

import e2e

VERBS = ["init", "check", "run", "plan", "status", "explain", "egress", "ack", "export", "clean", "report", "graph",
         "schema", "help", "runs", "unlock", "verify"]
TOPICS = ["pipeline", "stages", "conditions", "routing", "money", "exit-codes"]


class Help(e2e.Case):
    def said(self, *arguments):
        result = self.docket(*arguments)
        self.assertEqual((result.code, result.err), (0, ""), arguments)
        return result.out

    def test_each_verb_by_both_ways(self):
        for verb in VERBS:
            text = self.said(verb, "--help")
            self.assertEqual(self.said("help", verb), text)
            self.assertLess(max(map(len, text.splitlines())), 81, verb)
            self.assertLessEqual(text.count("\n"), 50 if verb == "run" else 30, verb)

    def test_the_overview_lists_verbs_and_topics(self):
        self.assertTrue(self.said("help").startswith(self.said("--help")))
        for word in VERBS + TOPICS:
            self.assertRegex(self.said("help"), f"(?m)^  {word} ")

    def test_nothing_asked(self):
        result = self.docket()
        self.assertEqual((result.code, result.out), (2, ""))
        self.assertIn("docket run pipeline.yaml", result.err)

    def test_pipelines_in_topics_are_right(self):
        seen = 0
        for topic in TOPICS:
            text = self.said("help", topic)
            for block in re.findall(r"(?m)^    version: 1\n(?:    .*\n)*", text):
                content = re.sub("(?m)^    ", "", block)
                self.write("pipeline.yaml", content)
                self.assertIn("stages", yaml.safe_load(content))
                result = self.docket("check", "pipeline.yaml", env={"ANTHROPIC_API_KEY": "k"})
                self.assertEqual(result.code, 0, topic + ": " + result.err)
                seen += 1
        self.assertEqual(seen, len(TOPICS) - 1)

    def test_topics_know_what_the_schema_knows(self):
        text = self.said("help", "pipeline")
        for name in ("document_time", "complexity", "policy"):
            self.assertRegex(text, f"(?m)^  {name} ")
        self.assertRegex(self.said("help", "structured-extract"), "(?m)^  checks ")
        self.assertRegex(self.said("help", "ollama"), "(?m)^  context ")

    def test_an_unknown_topic(self):
        result = self.docket("help", "moeny")
        self.assertEqual((result.code, result.out, result.err), (2, "", "docket: no help on 'moeny', did you mean 'money'?\n"))


class Mistakes(e2e.Case):
    def complaint(self, *arguments):
        result = self.docket(*arguments)
        self.assertEqual((result.code, result.out), (2, ""), result.err)
        return result.err

    def test_values(self):
        for arguments, says in (
                (["-j", "x"], "--jobs: 'x' is not a number; expected 1 to 1024"),
                (["-j", "0"], "--jobs: '0' is out of range; expected 1 to 1024"),
                (["--limit", "0"], "--limit: '0' is out of range; expected at least 1"),
                (["--progress", "fancy"], "--progress: 'fancy' is none of auto, bar, plain, none"),
                (["--fail-on", "unsur"],
                 "--fail-on: 'unsur' is none of unsure, held, did you mean 'unsure'?"),
                (["--grace", "soon"], "--grace: 'soon' is not a time; expected one such as 5s, 2m or 30, at most 24 h"),
                (["--limit"], "--limit needs a value; see docket help run"),
                (["--failed", "-B"], "--failed and --always-make do not go together")):
            said = self.complaint("run", "pipeline.yaml", *arguments)
            self.assertEqual(said, "docket: " + says + "\n", arguments)

    def test_a_missing_pipeline(self):
        self.assertEqual(self.complaint("run"), "docket: PIPELINE is missing; see docket help run\n")

    def test_grace_as_in_pipeline_files(self):
        self.write("in/a.txt", e2e.invoice(1))
        for time in ("5s", "2m", "7"):
            self.run_pipeline("--grace", time)

    def test_a_file_that_is_no_pipeline(self):
        self.write("pipeline.yaml", e2e.PIPELINE)
        self.write("in/a.pdf", e2e.pdf("Hello"))
        self.write("in/a.txt", "Dear Sir\n")
        for verb in ("run", "check", "status", "plan"):
            for name, says in (("pipeline.yml", "no such file, did you mean 'pipeline.yaml'?"),
                               ("in/a.pdf", "this is a PDF; the pipeline comes first: docket run pipeline.yaml in/a.pdf"),
                               ("in/a.txt", "this is a text; the pipeline comes first: docket run pipeline.yaml in/a.txt"),
                               (".", "this is a folder, did you mean './pipeline.yaml'?"),
                               ("in", "this is a folder, without a pipeline in it; `docket init` writes one")):
                self.assertEqual(self.complaint(verb, name), f"{name}: {says}\n")

    def test_a_stage_that_is_mistyped(self):
        self.write("in/a.txt", "Dear Sir\n")
        self.write("pipeline.yaml", e2e.PIPELINE)
        self.assertIn("did you mean 'classify'?", self.complaint("run", "pipeline.yaml", "--until", "clasify"))


class Check(e2e.Case):
    def test_several_files_and_standard_input(self):
        self.write("a.yaml", e2e.PIPELINE)
        bad = self.write("b.yaml", e2e.PIPELINE.replace("labels:", "lables:")).read_text()
        result = self.docket("check", "a.yaml", "a.yaml")
        self.assertEqual((result.code, result.err.count("a.yaml: ok")), (0, 2))
        result = self.docket("check", "a.yaml", "b.yaml")
        self.assertEqual(result.code, 2)
        self.assertIn("a.yaml: ok", result.err)
        self.assertIn("did you mean 'labels'?", result.err)
        self.assertEqual(self.docket("check", "-", stdin=e2e.PIPELINE).code, 0)
        self.assertEqual(self.docket("check", "-", stdin=bad).code, 2)
        self.assertIn("can be checked", self.docket("run", "-", stdin=e2e.PIPELINE).err)

    def test_json(self):
        self.write("a.yaml", e2e.PIPELINE)
        self.write("b.yaml", e2e.PIPELINE.replace("labels:", "lables:"))
        self.write("c.yaml", e2e.PIPELINE + e2e.HOLDS.replace('"true"', "\".classify.label ==\""))
        result = self.docket("check", "a.yaml", "b.yaml", "c.yaml", "d.yaml", "--json")
        self.assertEqual((result.code, result.err), (2, ""))
        a, b, c, d = json.loads(result.out)["files"]
        self.assertEqual((a["ok"], a["diagnostics"], a["stages"]), (True, [], ["extract", "classify"]))
        found = [one for one in b["diagnostics"] if one["suggestion"] == "labels"]
        self.assertEqual([(one["file"], one["line"], one["field"]) for one in found],
                         [("b.yaml", 11, "stages.classify.lables")])
        self.assertGreater(found[0]["column"], 0)
        self.assertFalse(b["ok"])
        self.assertEqual((c["ok"], c["diagnostics"][0]["line"], c["diagnostics"][0]["field"]),
                         (False, 15, "stages.escalate.when"))
        self.assertEqual((d["ok"], d["diagnostics"][0]["line"]), (False, None))
        ok = self.docket("check", "a.yaml", "--json", "--probe")
        self.assertEqual((ok.code, json.loads(ok.out)["files"][0]["servers"]), (0, []))


if __name__ == "__main__":
    unittest.main()
