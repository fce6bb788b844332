"""What the program says of itself, and of a command line that it does not understand."""

import re
import unittest

import yaml

import e2e

VERBS = ["init", "check", "run", "plan", "status", "explain", "egress", "ack", "export", "clean", "report", "graph",
         "schema", "help"]
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


if __name__ == "__main__":
    unittest.main()
