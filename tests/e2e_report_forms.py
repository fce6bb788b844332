"""The forms of a report for other programs: Prometheus, CI systems, pull requests."""

import os
import re
import shutil
import stat
import subprocess
import unittest
import xml.etree.ElementTree as ElementTree
from html import unescape

import e2e
from large_ledger import enlarge

HOSTILE = ["in/<b>&\"'.txt", "in/a|b`c @octocat #1 [x](https://evil.example) www.evil.example.txt", "in/two\nlines\x07.txt",
           "in/back\\slash*bold*_.txt"]

NEWER = ("attention", "unsure", "doubtful", "egress", "files", "totals", "tiers", "escalations", "saved", "all_cloud", "input")
UNREAD = ("backends", "labels", "without_model", "prices", "warm_ups")  # No form reads what is in them.

NAME = r"[a-z_][a-z0-9_]*"
SAMPLE = re.compile(rf'({NAME})\{{((?:{NAME}="(?:[^"\\\n]|\\["\\n])*",?)*)\}} (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)')
LABEL = re.compile(rf'({NAME})="((?:[^"\\]|\\["\\n])*)"')


def parsed(text):
    """The samples of a text of Prometheus' format, as {(name, labels): value}; strict about its order and its names."""
    samples, seen, current = {}, set(), None
    lines = text.split("\n")
    assert lines.pop() == "", "the text must end with a line end"
    for line in lines:
        if line.startswith("# HELP "):
            current = re.fullmatch(rf"# HELP ({NAME}) \S.*\.", line)[1]
            assert current not in seen, f"{current} is told twice"
            assert current.startswith("docket_") and not current.endswith(("_total", "_count", "_sum", "_bucket", "_ms"))
            seen.add(current)
            kind = None
        elif line.startswith("# TYPE "):
            assert line == f"# TYPE {current} gauge" and kind is None
            kind = "gauge"
        else:
            match = SAMPLE.fullmatch(line)
            assert match, line
            assert match[1] == current and kind, line
            labels = tuple(LABEL.findall(match[2]))
            assert labels[0][0] == "pipeline" and len({name for name, _ in labels}) == len(labels), line
            assert (match[1], labels[1:]) not in samples, f"twice: {line}"
            samples[match[1], labels[1:]] = float(match[3])
    return samples


class ReportForms(e2e.Case):
    def setUp(self):
        super().setUp()
        self.write("p.yaml", e2e.PIPELINE + e2e.HOLDS)
        for number in range(3):
            self.write(f"in/{number}.txt", e2e.invoice(number))
        self.assertEqual(self.docket("run", "p.yaml", "-q").code, 3)

    def form(self, *arguments, **options):
        result = self.docket("report", "p.yaml", *arguments, **options)
        self.assertEqual(result.code, 0, result.err)
        return result.out

    def test_prometheus_has_the_figures_of_the_report(self):
        report = enlarge(self.dir / "out", 2000, failed=30, held=50)
        text = self.form("--prometheus", "-")
        samples = parsed(text)
        for state in ("done", "failed", "held", "up_to_date", "cancelled"):
            self.assertEqual(samples["docket_documents", (("state", state),)], report["documents"][state])
        self.assertEqual(samples["docket_run_exit_code", ()], 3)
        self.assertEqual(samples["docket_run_duration_seconds", ()], report["run"]["wall_ms"] / 1000)
        ended = subprocess.run(["date", "-d", report["run"]["finished"], "+%s"], capture_output=True, check=True).stdout
        self.assertEqual(samples["docket_run_timestamp_seconds", ()], int(ended))
        for stage in report["stages"]:
            for result in ("done", "skipped", "failed", "held", "cancelled"):
                self.assertEqual(samples["docket_stage_documents", (("stage", stage["id"]), ("result", result))],
                                 stage[result])
        for model in report["models"]:
            labels = (("backend", model["backend"]), ("model", model["model"]))
            self.assertAlmostEqual(samples["docket_cost_usd", labels], model["usage"]["cost_usd"])
            self.assertEqual(samples["docket_tokens", (*labels, ("kind", "output"))], model["usage"]["output_tokens"])
            self.assertEqual(samples["docket_calls", labels], model["calls"])
            self.assertEqual(samples["docket_latency_seconds", (*labels, ("percentile", "90"))],
                             model["latency_ms"]["p90"] / 1000)
        promtool = shutil.which("promtool")  # Of Debian's prometheus, where somebody has it.
        if promtool:
            checked = subprocess.run([promtool, "check", "metrics"], input=text.encode(), capture_output=True)
            self.assertEqual((checked.returncode, checked.stdout + checked.stderr), (0, b""))

    def test_unknown_price_is_no_figure(self):
        report = enlarge(self.dir / "out", 10)
        report["models"][0]["usage"]["cost_usd"] = None
        self.write("out/report.json", e2e.json.dumps(report))
        costs = [labels for name, labels in parsed(self.form("--prometheus", "-")) if name == "docket_cost_usd"]
        self.assertEqual(costs, [(("backend", report["models"][1]["backend"]), ("model", report["models"][1]["model"]))])

    def test_names_are_escaped_for_prometheus(self):
        report = enlarge(self.dir / "out", 10)
        report["models"][0]["model"] = 'a"b\\c\nd'
        self.write("out/report.json", e2e.json.dumps(report))
        text = self.form("--prometheus", "-")
        parsed(text)
        self.assertIn('model="a\\"b\\\\c\\nd"', text)

    def test_file_for_the_collector_is_whole_and_for_all_to_read(self):
        file = self.write("textfile/docket.prom", "# HELP docket_old It was.\n")
        before = file.stat().st_ino
        old = os.umask(0o077)
        self.addCleanup(os.umask, old)
        self.form("--prometheus", "textfile/docket.prom")
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o644)
        self.assertNotEqual(file.stat().st_ino, before)  # Another file, renamed: nobody reads half of it.
        self.assertEqual(os.listdir(file.parent), ["docket.prom"])
        self.assertTrue(parsed(file.read_text()))

    def test_junit_has_a_test_for_each_document(self):
        enlarge(self.dir / "out", 100, failed=4, held=6, bad_names=HOSTILE)
        suite = ElementTree.fromstring(self.form("--junit", "-"))
        self.look_at_suite(suite)
        failures, skipped = suite.findall("testcase/failure"), suite.findall("testcase/skipped")
        self.assertEqual((len(failures), len(skipped)), (4, 6))
        self.assertEqual({failure.get("type") for failure in failures}, {"damaged"})
        self.assertIn("held: no cloud backend: low confidence: classify", [one.get("message") for one in skipped])
        names = [case.get("name") for case in suite.iter("testcase")]
        for name in HOSTILE:
            self.assertIn(re.sub(r"[\x00-\x1f]", "?", name), names)

    def test_junit_has_what_is_done_and_how_long_it_took(self):
        self.write("q.yaml", e2e.PIPELINE.replace("dir: out", "dir: out2"))
        self.assertEqual(self.docket("run", "q.yaml", "-q").code, 0)
        result = self.docket("report", "q.yaml", "--junit", "tests.xml")
        self.assertEqual((result.code, result.out), (0, ""))
        suite = ElementTree.parse(self.dir / "tests.xml").getroot()
        self.look_at_suite(suite)
        self.assertEqual([case.get("name") for case in suite.iter("testcase")], ["in/0.txt", "in/1.txt", "in/2.txt"])
        self.assertGreater(sum(float(case.get("time")) for case in suite.iter("testcase")), 0)

    def look_at_suite(self, suite):
        """As the schema of Jenkins' xUnit plugin (junit-10.xsd) has it."""
        self.assertEqual(suite.tag, "testsuite")
        self.assertEqual(set(suite.attrib), {"name", "tests", "failures", "errors", "skipped", "time", "timestamp"})
        self.assertRegex(suite.get("timestamp"), r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$")
        self.assertEqual([child.tag for child in suite][0], "properties")
        self.assertEqual({child.tag for child in suite[1:]} - {"testcase"}, set())
        for member in suite[0]:
            self.assertEqual((member.tag, set(member.attrib)), ("property", {"name", "value"}))
        for case in suite.iter("testcase"):
            self.assertEqual(set(case.attrib), {"classname", "name", "time"})
            self.assertLessEqual(float(case.get("time")), 1000)
            for child in case:
                self.assertEqual(set(child.attrib), {"failure": {"type", "message"}, "skipped": {"message"}}[child.tag])
        cases = suite.findall("testcase")
        self.assertEqual(int(suite.get("tests")), len(cases))
        self.assertEqual(int(suite.get("failures")), len(suite.findall("testcase/failure")))
        self.assertEqual(int(suite.get("skipped")), len(suite.findall("testcase/skipped")))

    def test_markdown_is_short_and_obeys_nobody(self):
        enlarge(self.dir / "out", 100, failed=5, held=40, bad_names=HOSTILE)
        text = self.form("--markdown")
        self.assertLess(len(text.splitlines()), 25)
        self.assertIn("| 100 | 55 | 40 | 5 |", text)
        self.assertIn("and 35 more", text)
        self.assertNotRegex(text, r"[@`\[#](?!\d+;)|https?:|www\.|\\|<(?!/?code>)")
        for row in text[text.index("| document |"):].splitlines()[2:]:
            if row.startswith("|"):
                self.assertEqual(row.count("|"), 4, row)
        self.assertIn(HOSTILE[1], unescape(text))
        self.assertIn("| <code>held: no cloud backend</code> |", text)  # What Markdown does not read stands as it is.

    def test_a_report_that_lacks_something_is_a_clear_error(self):
        enlarge(self.dir / "out", 20, failed=2, held=2)
        whole = self.report()
        for path in sorted(set(self.members(whole))):
            broken = e2e.json.loads(e2e.json.dumps(whole))
            place = broken
            for step in path[:-1]:
                place = place[step]
            del place[path[-1]]
            self.shows_or_refuses(broken, path, "--markdown", *(part for form in ("--html", "--junit", "--prometheus") for part in (form, "/dev/null")))
            if path[0] in NEWER:  # Only the table reads more of these.
                self.shows_or_refuses(broken, path)
            if len(path) == 1:
                broken[path[0]] = [True]
                self.shows_or_refuses(broken, path)
        for text in ('{"docket":1}', "[1]", '"docket"', '{"docket":"1","pipeline":7}', "{"):
            self.write("out/report.json", text)
            result = self.docket("report", "p.yaml")
            self.assertEqual((result.code, result.out), (2, ""))
            self.assertIn("is not a report of docket: ", result.err)
            self.assertIn("; run the pipeline again to write a new one", result.err)
        self.write("out/report.json", '{"docket":1}')
        self.assertIn("`pipeline` is missing", self.docket("report", "p.yaml").err)

    def members(self, value, path=()):
        """Of lists the first item stands for all."""
        for name, one in list(value.items() if isinstance(value, dict) else enumerate(value[:1])):
            if isinstance(value, dict):
                yield (*path, name)
            if isinstance(one, (dict, list)) and name not in UNREAD and not (path and name == "models"):
                yield from self.members(one, (*path, name))

    def shows_or_refuses(self, report, what, *forms):
        self.write("out/report.json", e2e.json.dumps(report))
        result = self.docket("report", "p.yaml", *forms)
        self.assertIn(result.code, (0, 2), (what, result.err))
        self.assertEqual(result.code == 2, "is not a report of docket: " in result.err, (what, result.err))

    def test_no_form_becomes_a_document(self):
        for option in ("--html", "--prometheus", "--junit"):
            for file, said in (("in/new.html", "it would be a document of the input"), ("out/in/0.txt.json", "docket"),
                               ("out/new.txt", "it could be the file of a document")):
                result = self.docket("report", "p.yaml", option, file)
                self.assertEqual(result.code, 2)
                self.assertIn(f"{option} {file}: ", result.err)
                self.assertIn(said, result.err)
            self.form(option, "out/new.form")
            (self.dir / "out/new.form").unlink()
        self.assertFalse((self.dir / "in/new.html").exists() or (self.dir / "out/new.txt").exists())

    def test_no_file_is_replaced_that_is_none_of_docket(self):
        for option in ("--html", "--prometheus", "--junit"):
            with self.subTest(option=option):
                result = self.docket("report", "p.yaml", option, "in/0.txt")
                self.assertEqual(result.code, 2)
                self.assertIn(f"{option} in/0.txt: there is a file that docket has not written so", result.err)
                self.assertEqual((self.dir / "in/0.txt").read_text(), e2e.invoice(0))
                for _ in range(2):  # An earlier one of its kind is, and an empty file.
                    self.write("empty")
                    self.form(option, "again")
                    self.form(option, "empty")
                (self.dir / "again").unlink()

    def test_one_form_alone_goes_to_stdout_and_files_beside_it(self):
        result = self.docket("report", "p.yaml", "--prometheus", "-", "--markdown")
        self.assertEqual(result.code, 2)
        self.assertIn("only one form", result.err)
        out = self.form("--prometheus", "a.prom", "--junit", "a.xml", "--html", "a.html", "--json")
        self.assertEqual(e2e.json.loads(out)["docket"], 1)
        self.assertTrue(all((self.dir / name).exists() for name in ("a.prom", "a.xml", "a.html")))
        self.assertEqual(self.form("--junit", "a.xml"), "")


if __name__ == "__main__":
    unittest.main()
