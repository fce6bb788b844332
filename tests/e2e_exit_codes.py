"""The contract with scripts: exit codes, what goes to standard output and what to standard error."""

import json
import os
import subprocess

import e2e
from e2e import HOLDS, PIPELINE, invoice, wait_for


class ExitCodes(e2e.Case):
    def test_0_when_all_are_done(self):
        self.write("in/a.txt", invoice(1))
        self.run_pipeline(expect=0)
        self.assertEqual(self.report()["run"]["exit_code"], 0)

    def test_1_when_a_document_failed_and_the_others_are_done(self):
        self.write("a.txt", invoice(1))
        self.write("empty.txt")
        self.run_pipeline("empty.txt", "a.txt", expect=1)
        present, empty = self.results()
        self.assertEqual([empty["status"], present["status"]], ["failed", "done"])
        self.assertEqual(empty["error"]["class"], "empty")
        self.assertEqual(empty["error"]["stage"], "extract")
        group, = self.report()["errors"]
        self.assertEqual([group["class"], group["count"]], ["empty", 1])
        self.assertEqual(group["documents"][0]["path"], "empty.txt")

    def test_2_for_a_wrong_command_line_and_nothing_is_written(self):
        self.write("in/a.txt", invoice(1))
        self.write("pipeline.yaml", PIPELINE)
        for arguments in ([], ["frob"], ["run"], ["run", "absent.yaml"], ["run", "pipeline.yaml", "--frob"],
                          ["run", "pipeline.yaml", "-j", "0"], ["run", "pipeline.yaml", "-j", "many"],
                          ["run", "pipeline.yaml", "--until", "clasify"], ["run", "pipeline.yaml", "--set", "x"],
                          ["run", "pipeline.yaml", "--set", "stages.classify.acept=1"]):
            with self.subTest(arguments):
                result = self.docket(*arguments)
                self.assertEqual(result.code, 2, result.err)
                self.assertEqual(result.out, "")
                self.assertNotEqual(result.err, "")
        self.assertFalse((self.dir / "out").exists())

    def test_2_names_what_was_probably_meant(self):
        self.write("in/a.txt", invoice(1))
        self.write("pipeline.yaml", PIPELINE)
        for arguments, meant in ((["run", "pipelin.yaml"], "pipeline.yaml"), (["status", "pipeline.yml"], "pipeline.yaml"),
                                 (["check", "PIPELINE.yaml"], "pipeline.yaml"), (["graph", "pipeline.yaml", "--format", "mermiad"], "mermaid"),
                                 (["run", "pipeline.yaml", "--progress", "plian"], "plain"), (["plan", "pipeline.yaml", "--until", "clasify"], "classify"),
                                 (["run", "pipeline.yaml", "inn"], "in"), (["plan", "pipeline.yaml", "in/a.tx"], "in/a.txt")):
            result = self.docket(*arguments)
            self.assertEqual([result.code, result.out], [2, ""], result.err)
            self.assertIn(f"did you mean '{meant}'?", result.err)
        self.run_pipeline()
        clean = self.docket("clean", "pipeline.yaml", "--missing", "in", "inn")
        self.assertEqual(clean.code, 2)
        self.assertIn("inn does not exist, did you mean 'in'? nothing was removed", clean.err)

    def test_3_when_documents_are_held(self):
        self.write("in/a.txt", invoice(1))
        self.run_pipeline(expect=3, pipeline=PIPELINE + HOLDS)
        record = self.record("in/a.txt")
        self.assertEqual(record["status"], "held")
        self.assertEqual(record["reasons"], ["always"])
        self.assertEqual(record["held"], "no cloud backend")
        self.assertEqual(record["classify"]["label"], "invoice")  # What was found stays.

    def test_a_failure_weighs_more_than_a_held_document(self):
        self.write("a.txt", invoice(1))
        self.write("empty.txt")
        self.run_pipeline("a.txt", "empty.txt", expect=1, pipeline=PIPELINE + HOLDS)

    def test_5_while_another_run_holds_the_output(self):
        self.write("a.txt", invoice(1))
        self.write("pipeline.yaml", PIPELINE)
        first = self.start("run", "pipeline.yaml", "-", stdin=subprocess.PIPE)
        first.stdin.write(b"a.txt\n")
        first.stdin.flush()
        wait_for((self.dir / "out/a.txt.json").exists, "the first run's record")
        second = self.docket("run", "pipeline.yaml", "a.txt")
        self.assertEqual(second.code, 5, second.err)
        self.assertIn("out", second.err)
        self.assertEqual(self.finish(first, b"").code, 0)
        self.assertEqual(self.paths(), ["a.txt"])

    def test_keep_going_stops_after_so_many_failures(self):
        self.write("empty.txt")
        for number in range(3000):
            os.link(self.dir / "empty.txt", self.dir / f"{number}.txt")
        self.run_pipeline("-", "-k", "1", "-j", "1", stdin="".join(f"{number}.txt\n" for number in range(3000)), expect=1)
        failed = self.report()["documents"]["failed"]
        self.assertTrue(1 <= failed < 3000, failed)
        self.assertIn("stopped", self.report()["run"])


class Streams(e2e.Case):
    def test_a_run_says_nothing_on_standard_output(self):
        self.write("in/a.txt", invoice(1))
        result = self.run_pipeline()
        self.assertEqual(result.out, "")
        self.assertIn("1 document", result.err)

    def test_quiet_means_quiet(self):
        self.write("in/a.txt", invoice(1))
        self.assertEqual(self.run_pipeline("-q").err, "")

    def test_quiet_says_what_made_the_exit_code_and_nothing_else(self):
        self.write("in/a.txt", invoice(1))
        self.write("in/known.pdf", "%PDF-1.4\nbroken\n")
        self.write("in/new.pdf", "%PDF-1.4\nbroken\n")
        self.run_pipeline(expect=1, pipeline=PIPELINE + HOLDS)
        self.assertEqual(self.docket("ack", "pipeline.yaml", "in/known.pdf").code, 0)
        result = self.run_pipeline("-q", expect=1)
        self.assertRegex(result.err, r"\Afailed \(1\): damaged\n  in/new.pdf: .*\n\Z")
        self.assertEqual(self.docket("ack", "pipeline.yaml", "in/new.pdf").code, 0)
        self.assertEqual(self.run_pipeline("-q", expect=3).err, "")
        before = "held (1): since an earlier run\n  all of them: docket status pipeline.yaml -v\n"
        self.assertEqual(self.run_pipeline("-q", "--fail-on", "held", expect=1).err, before)
        self.assertEqual(self.run_pipeline("-q", "-B", "--fail-on", "held", expect=1).err,
                         "held (1): no cloud backend\n  in/a.txt: always (known)\n")

    def test_quiet_names_the_unsure_that_fail_the_run(self):
        self.write("in/note.txt", "nothing that any label has a word for\n")
        self.run_pipeline("-q")
        words = "unsure (1): done, with an answer not accepted\n"
        self.assertEqual(self.run_pipeline("-q", "--fail-on", "unsure", expect=1).err,
                         words + "  all of them: docket status pipeline.yaml -v\n")
        self.assertEqual(self.run_pipeline("-q", "-B", "--fail-on", "unsure", expect=1).err, words + "  in/note.txt\n")
        self.assertIn("in/note.txt: up to date, poor text, unsure\n", self.run_pipeline("-v").err)

    def test_the_report_goes_where_it_is_wanted(self):
        self.write("in/a.txt", invoice(1))
        result = self.run_pipeline("--report", "-", "-v")
        self.assertEqual(json.loads(result.out), self.report())
        self.run_pipeline("-B", "--report", "copy.json")
        self.assertEqual(json.loads((self.dir / "copy.json").read_text()), self.report())
        shown = self.docket("report", "pipeline.yaml", "--json")
        self.assertEqual([shown.code, json.loads(shown.out), shown.err], [0, self.report(), ""])
        table = self.docket("report", "pipeline.yaml")
        self.assertEqual([table.code, table.err], [0, ""])
        self.assertIn("classify", table.out)

    def test_machine_output_is_on_standard_output_only(self):
        self.write("pipeline.yaml", PIPELINE)
        schema = self.docket("schema")
        self.assertEqual([schema.code, schema.err], [0, ""])
        self.assertIn("properties", json.loads(schema.out))
        graph = self.docket("graph", "pipeline.yaml")
        self.assertEqual([graph.code, graph.err], [0, ""])
        self.assertRegex(graph.out, r'"extract" -> "classify"')
        check = self.docket("check", "pipeline.yaml")
        self.assertEqual([check.code, check.out], [0, ""])

    def test_help_and_version(self):
        for arguments in (["--help"], ["run", "--help"], ["--version"]):
            result = self.docket(*arguments)
            self.assertEqual([result.code, result.err], [0, ""], arguments)
            self.assertNotEqual(result.out, "")

    def test_standard_output_that_cannot_be_written_is_an_error(self):
        with open("/dev/full", "wb") as full:
            process = self.start("schema", stdout=full)
            self.assertNotEqual(self.finish(process).code, 0)

    def test_standard_error_that_is_closed_does_not_matter(self):
        self.write("in/a.txt", invoice(1))
        self.write("pipeline.yaml", PIPELINE)
        with open("/dev/full", "wb") as full:
            process = self.start("run", "pipeline.yaml", stderr=full)
            self.assertEqual(self.finish(process).code, 0)
        self.assertEqual(self.paths(), ["in/a.txt"])


if __name__ == "__main__":
    e2e.main()
