"""What the program says of itself, and of a command line that it does not understand."""

import json
import re
import unittest
from xml.etree import ElementTree

import yaml

import e2e

VERBS = ["init", "check", "run", "plan", "status", "explain", "egress", "ack", "export", "clean", "report", "graph",
         "schema", "help", "runs", "unlock", "verify"]
TOPICS = ["pipeline", "stages", "fields", "conditions", "models", "routing", "money", "reports", "logs", "exit-codes"]
LINES, COLUMNS = 24, 80  # A terminal as tmux opens it; the prompt takes a line.


class Help(e2e.Case):
    def said(self, *arguments):
        result = self.docket(*arguments)
        self.assertEqual((result.code, result.err), (0, ""), arguments)
        return result.out

    def test_each_verb_by_both_ways(self):
        for verb in VERBS:
            short, whole = self.said(verb, "--help"), self.said("help", verb)
            self.assertLessEqual(max(map(len, (short + whole).splitlines())), COLUMNS, verb)
            self.assertLess(short.count("\n"), LINES, verb)
            rest = f"All options: docket help {verb}\n"
            self.assertEqual(short.endswith(rest), short != whole, verb)
            self.assertLessEqual(set(short.replace(rest, "").split()), set(whole.split()), verb)

    def test_only_run_and_plan_have_more_options_than_a_screen(self):
        self.assertEqual([verb for verb in VERBS if self.said(verb, "--help") != self.said("help", verb)], ["run", "plan"])
        self.assertNotIn("--log-level", self.said("run", "--help"))
        self.assertIn("--log-level", self.said("help", "run"))

    def test_examples_come_first_and_have_options_that_there_are(self):
        for verb in VERBS:
            text, whole = self.said(verb, "--help"), self.said("help", verb)
            about, examples, *others = text.split("\n\n")
            self.assertTrue(about.startswith(f"Usage: docket {verb}"), text)
            heading, *commands = examples.splitlines()
            self.assertEqual(heading, "Examples:", text)
            self.assertIn(len(commands), (1, 2, 3), verb)
            self.assertEqual(len(others), 0 if verb == "schema" else 1)
            for line in commands:
                command, does = line.split(" # ")
                self.assertTrue(command.startswith(f"  docket {verb}") and does.strip(), line)
                for option in re.findall(r"(?<=\s)(--?[a-z][a-z-]*)", command):
                    self.assertRegex(whole, rf"(?m)^  +(?:-., )?{option}\b|^  {option}, --", line)

    def test_the_overview_lists_verbs_and_topics(self):
        text, every = self.said("--help"), self.said("help")
        self.assertTrue(every.startswith(text))
        self.assertLess(text.count("\n"), LINES)
        self.assertLessEqual(max(map(len, every.splitlines())), COLUMNS)
        for verb in VERBS:
            self.assertRegex(text, f"(?m)^(?:[A-Z][a-z]+)? {{2,9}}{verb} +[A-Z]")
        for topic in TOPICS:
            self.assertRegex(text, rf"(?s)Topics: .*\b{topic},")
            self.assertRegex(every, f"(?m)^  {topic} ")

    def test_nothing_asked(self):
        result = self.docket()
        self.assertEqual((result.code, result.out), (2, ""))
        self.assertIn("docket run pipeline.yaml", result.err)

    def test_pipelines_in_topics_are_right(self):
        seen = []
        for topic in TOPICS:
            text = self.said("help", topic)
            for block in re.findall(r"(?m)^    version: 1\n(?:    .*\n)*", text):
                content = re.sub("(?m)^    ", "", block)
                self.write("pipeline.yaml", content)
                self.assertIn("stages", yaml.safe_load(content))
                result = self.docket("check", "pipeline.yaml", env={"ANTHROPIC_API_KEY": "k"})
                self.assertEqual(result.code, 0, topic + ": " + result.err)
                seen.append(topic)
        self.assertEqual(set(TOPICS) - set(seen), {"reports", "logs", "exit-codes"})

    def test_topics_know_what_the_schema_knows(self):
        text = self.said("help", "pipeline")
        for name in ("document_time", "complexity", "policy"):
            self.assertRegex(text, f"(?m)^  {name} ")
        self.assertRegex(self.said("help", "structured-extract"), "(?m)^  checks ")
        self.assertRegex(self.said("help", "ollama"), "(?m)^  context ")

    def test_fields_have_the_keywords_that_the_documentation_has(self):
        page = (e2e.SOURCE / "docs/fields.md").read_text(encoding="utf-8")
        keywords = re.findall(r"(?m)^\| `(x-[a-z-]+)` ", page)
        self.assertGreater(len(keywords), 7)
        self.assertEqual(sorted(re.findall(r"(?m)^  (x-[a-z-]+) ", self.said("help", "fields"))), sorted(keywords))

    def test_topics_know_the_options(self):
        for topic, verb, heading in (("logs", "run", "Log"), ("reports", "report", "Forms")):
            group = re.search(rf"(?m)^{heading}:\n((?:  .*\n)+)", self.said("help", verb))[1]
            for option in re.findall(r"(?m)^ +(--[a-z-]+)", group):
                self.assertRegex(self.said("help", topic), f"(?m)^ +{option} ")

    def test_keywords_and_terms_are_topics(self):
        fields = self.said("help", "fields")
        for topic in ("x-einvoice", "x-labels", "einvoices"):
            self.assertEqual(self.said("help", topic), fields)
        self.assertTrue(self.said("help", "BT-112").startswith("BT-112: Invoice total amount with VAT, of e-invoices\n"))
        self.assertIn("in a list that has `x-einvoice: BG-25`", self.said("help", "BT-131"))
        self.assertLessEqual(max(map(len, self.said("help", "BT-131").splitlines())), COLUMNS)
        self.assertEqual(self.docket("help", "x-foo").code, 2)
        result = self.docket("help", "BT112")
        self.assertEqual((result.code, result.err), (2, "docket: no help on 'BT112', did you mean 'BT-112'?\n"))

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
        for name in ("b.yaml", "a.yml"):
            self.write(name, e2e.PIPELINE)
        self.assertEqual(self.complaint("run"), "docket: PIPELINE is missing; here are a.yml, b.yaml; see docket help run\n")
        self.write("pipeline.yaml", e2e.PIPELINE)
        self.assertEqual(self.complaint("check"), "docket: PIPELINE is missing, did you mean: docket check pipeline.yaml\n")
        self.assertEqual(self.complaint("explain", "in/a b.pdf"),
                         "docket: the pipeline comes first: docket explain pipeline.yaml 'in/a b.pdf'\n")
        self.assertEqual(self.complaint("explain", "pipeline.yaml"), "docket: DOCUMENT is missing; see docket help explain\n")

    def test_a_name_with_blanks_without_quotes(self):
        self.write("p/in/a big one.txt", "x")
        self.assertEqual(self.complaint("explain", "p/b.yaml", "in/a", "big", "one.txt"),
                         "docket: explain: unexpected 'big'; it takes one document, did you mean: 'in/a big one.txt'\n")
        self.assertEqual(self.complaint("explain", "p/b.yaml", "in/a", "small"),
                         "docket: explain: unexpected 'small'; it takes one document, and a name with blanks wants quotes\n")

    def test_options_of_other_words(self):
        for arguments, says in ((["report", "--html"], "--html needs a FILE, or - for standard output; see docket help report"),
                                (["run", "--depfile"], "--depfile needs a FILE; see docket help run"),
                                (["report", "--format", "html"], "report has no option --format; the forms are --json, --markdown,"
                                                                 " --html, --junit, --prometheus"),
                                (["ack", "--list"], "ack has no option --list; without a DOCUMENT it lists them"),
                                (["export", "--xlsx"], "export has no option --xlsx; --csv --bom is for spreadsheets")):
            self.assertEqual(self.complaint(arguments[0], "pipeline.yaml", *arguments[1:]), f"docket: {says}\n")

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
        self.assertEqual(a["backends"], [{"name": "rules", "type": "builtin", "location": "local"}])
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

    def test_where_the_servers_are(self):
        servers = "\n  near: { type: ollama, model: m, context: 4096 }\n  far: { type: anthropic, model: m, api_key: \"${K}\", price: unknown-ok }\n"
        self.write("a.yaml", e2e.PIPELINE.replace("\n  rules:", servers + "  rules:").replace("[rules]", "[rules, near, far]"))
        result = self.docket("check", "a.yaml", env={"K": "k"})
        self.assertEqual(result.code, 0, result.err)
        self.assertIn("backend 'near': local, http://127.0.0.1:11434\n", result.err)
        self.assertIn("backend 'far': cloud, https://api.anthropic.com", result.err)
        self.assertNotIn("backend 'rules'", result.err)

    def test_junit(self):
        self.write("a.yaml", e2e.PIPELINE)
        self.write("b.yaml", e2e.PIPELINE.replace("labels:", "lables:"))
        self.write("c <&>.yaml", e2e.PIPELINE)
        result = self.docket("check", "a.yaml", "b.yaml", "c <&>.yaml", "d.yaml", "--junit", "t.xml")
        self.assertEqual((result.code, result.out), (2, ""))
        self.assertIn("did you mean 'labels'?", result.err)
        suite = ElementTree.parse(self.dir / "t.xml").getroot()
        self.assertEqual({name: suite.get(name) for name in ("name", "tests", "failures", "errors", "skipped")},
                         {"name": "docket check", "tests": "4", "failures": "2", "errors": "0", "skipped": "0"})
        self.assertRegex(suite.get("timestamp"), r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$")
        failures = {case.get("name"): case.find("failure") for case in suite.iter("testcase")}
        self.assertEqual(list(failures), ["a.yaml", "b.yaml", "c <&>.yaml", "d.yaml"])
        self.assertEqual([name for name, failure in failures.items() if failure is None], ["a.yaml", "c <&>.yaml"])
        b = failures["b.yaml"]
        self.assertEqual(b.get("type"), "config")
        self.assertEqual(b.text.splitlines(), [line for line in result.err.splitlines() if line.startswith("b.yaml:")])
        self.assertTrue(b.get("message").startswith(b.text.splitlines()[0]))
        again = self.docket("check", "a.yaml", "--junit", "t.xml")  # An earlier one is replaced.
        self.assertEqual(again.code, 0)
        self.assertEqual(ElementTree.parse(self.dir / "t.xml").getroot().get("failures"), "0")

    def test_junit_on_standard_output_or_beside_json(self):
        self.write("a.yaml", e2e.PIPELINE)
        result = self.docket("check", "a.yaml", "--junit", "-")
        self.assertEqual((result.code, result.err), (0, ""))
        self.assertEqual(ElementTree.fromstring(result.out).get("tests"), "1")
        result = self.docket("check", "a.yaml", "--json", "--junit", "t.xml")
        self.assertEqual((result.code, json.loads(result.out)["files"][0]["ok"]), (0, True))
        self.assertTrue((self.dir / "t.xml").exists())
        result = self.docket("check", "a.yaml", "--json", "--junit", "-")
        self.assertEqual((result.code, result.out), (2, ""))
        self.assertIn("cannot both go to standard output", result.err)

    def test_junit_takes_the_place_of_no_other_file(self):
        self.write("a.yaml", e2e.PIPELINE)
        result = self.docket("check", "--junit", "a.yaml", "a.yaml")
        self.assertEqual((result.code, (self.dir / "a.yaml").read_text()), (2, e2e.PIPELINE))
        self.assertIn("--junit a.yaml: there is a file that docket has not written so", result.err)
        self.write("in/a.txt", "Dear Sir\n")
        result = self.docket("check", "a.yaml", "--junit", "in/t.txt")
        self.assertEqual(result.code, 2)
        self.assertIn("it would be a document of the input", result.err)
        self.assertEqual(self.docket("check", "a.yaml", "--junit", "none/t.xml").code, 1)

    def test_junit_has_servers(self):
        server = "\nbackends: { m: { type: openai, url: 'http://127.0.0.1:1', model: m, context: 4096 } }\n"
        self.write("a.yaml", re.sub(r"(?ms)^backends:\n(?:  .*?\n)+", server, e2e.PIPELINE).replace("rules", "m"))
        result = self.docket("check", "a.yaml", "--probe", "--junit", "-")
        self.assertEqual(result.code, 4, result.err)
        cases = list(ElementTree.fromstring(result.out).iter("testcase"))
        self.assertEqual([case.get("name") for case in cases], ["a.yaml", "a.yaml: backend m"])
        self.assertEqual(cases[1].find("failure").get("type"), "unavailable")


if __name__ == "__main__":
    unittest.main()
