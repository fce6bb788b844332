"""A night that went wrong is not green: what a cron job must be able to tell from the exit code, the report and standard error."""

import json
import os
import shutil
import stat
import subprocess
import unittest

import e2e
from e2e import HOLDS, PIPELINE, invoice

ONLY_EXTRACT = PIPELINE[:PIPELINE.index("  - classify")]


def reading(paths, more=""):
    return ONLY_EXTRACT.replace("{ paths: [in] }", "{ paths: %s%s }" % (json.dumps(paths), more))


# What stands in place of docket-extract: name, content, mode.
BROKEN_WORKERS = (("missing", None, 0), ("not executable", "", 0o644), ("crashes", "#!/bin/sh\nkill -SEGV $$\n", 0o755),
                  ("another version", "#!/bin/sh\nprintf '\\002\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0' >&3\ncat <&3\n", 0o755))


class Nights(e2e.Case):
    def setUp(self):
        super().setUp()
        self.write("in/a.txt", invoice(1))

    def run_over(self, paths, *arguments, expect=0, more="", **options):
        self.write("pipeline.yaml", reading(paths, more))
        return self.run_pipeline(*arguments, expect=expect, **options)

    def problems(self):
        return self.report()["input"]["problems"]["first"]


class Input(Nights):
    def test_what_is_not_there_is_told_and_known_documents_stay(self):
        os.mkdir(self.dir / "mount")
        self.run_over(["in"])
        os.rename(self.dir / "in", self.dir / "away")
        for paths in (["in"], ["in/**/*.txt"], ["in/a.txt"], ["mount"], ["mount/*.txt"], ["away/*.pdf"]):
            with self.subTest(paths):
                result = self.run_over(paths, expect=1)
                problem, = self.problems()
                self.assertIn(problem, result.err)
                self.assertIn(paths[0].split('/')[0], problem)
                self.assertEqual(self.report()["run"]["exit_code"], 1)
                self.assertEqual(self.report()["missing"]["count"], 0, "nothing is known of what was not listed")
                self.assertEqual(self.paths(), ["in/a.txt"])
                plan = self.docket("plan", "pipeline.yaml")
                self.assertEqual([plan.code, plan.err], [1, f"docket: input: {problem}\n"])

    def test_the_rest_of_the_run_goes_on(self):
        self.write("more/b.txt", invoice(2))
        self.run_over(["gone/*.txt", "in", "gone.txt", "more/*"], expect=1)
        self.assertEqual(self.paths(), ["in/a.txt", "more/b.txt"])
        self.assertEqual(len(self.problems()), 2)

    def test_an_inbox_may_be_empty_but_not_gone(self):
        os.mkdir(self.dir / "inbox")
        for paths in (["inbox"], ["inbox/*.pdf"], ["in/*.pdf", "inbox"]):
            self.run_over(paths, more=", may_be_empty: true")
            self.assertEqual(self.problems(), [])
        self.run_over(["-"], "-", stdin="", expect=1)
        self.run_over(["inbox"], "-", "--set", "input.may_be_empty=true", stdin="")
        self.run_over(["inbx"], more=", may_be_empty: true", expect=1)
        self.assertIn("did you mean 'inbox'?", self.problems()[0])

    @unittest.skipUnless(os.geteuid() == 0 and shutil.which("setpriv"), "needs root, to become a user who is not")
    def test_a_part_that_may_not_be_read(self):
        self.write("in/secret/b.txt", "b")
        self.write("in/c.txt", "c").chmod(0)
        self.write("in/lost+found/d.txt", "d")
        self.write("pipeline.yaml", reading(["in"]))
        for folder, _, files in os.walk(self.dir):
            for name in [".", *files]:
                os.chown(os.path.join(folder, name), 65534, 65534)
        for closed in ("in/secret", "in/lost+found"):
            (self.dir / closed).chmod(0)
        result = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", e2e.DOCKET, "run", "pipeline.yaml"],
                                cwd=self.dir, capture_output=True, encoding="utf-8", check=False)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertEqual([problem.split(": ")[-1] for problem in self.problems()], ["Permission denied"])
        self.assertEqual(self.report()["errors"][0]["class"], "unreadable")
        self.assertEqual(self.record("in/a.txt")["status"], "done")

    def test_a_link_to_a_folder_is_passed_over_with_a_word(self):
        self.write("away/b.txt", "b")
        (self.dir / "in/link").symlink_to("../away")
        (self.dir / "in/@eaDir").symlink_to("../away")
        result = self.run_over(["in"])
        warning, = self.report()["run"]["warnings"]
        self.assertIn("in/link is a link to a folder", warning)
        self.assertIn(warning, result.err)
        self.run_over(["in", "in/link"])
        self.assertEqual(self.paths(), ["in/a.txt", "in/link/b.txt"])
        self.assertNotIn("warnings", self.report()["run"])

    def test_what_a_person_mistyped_runs_nothing(self):
        self.write("pipeline.yaml", reading(["in"]))
        os.mkfifo(self.dir / "pipe")
        for words in (["inn"], ["in", "in/b.txt"], ["in/*.pfd"], ["pipe"]):
            for verb in (["run"], ["plan"], ["run", "-n"]):
                with self.subTest([*verb, *words]):
                    result = self.docket(*verb, "pipeline.yaml", *words)
                    self.assertEqual([result.code, result.out], [2, ""], result.err)
                    self.assertFalse((self.dir / "out").exists())

    def test_documents_that_only_chooses_none_of(self):
        for words in (["-"], [], ["in/a.txt"]):
            result = self.run_over(["in"], *words, "--only", "*.pdf", "--only", "b.txt", stdin="in/a.txt\n", expect=1)
            self.assertEqual(self.problems(), ["--only *.pdf b.txt: none of the 1 documents of the input matches"])
            self.assertIn(self.problems()[0], result.err)
        self.assertEqual(self.docket("plan", "pipeline.yaml", "--only", "*.pdf").code, 1)
        self.assertEqual(self.paths(), [])

    def test_each_pattern_of_only_that_chooses_none(self):
        self.write("in/b.txt", "b")
        for patterns, unmet in ((["a.txt", "*.pdf"], "*.pdf"), (["inn/", "in/b*", "c.txt"], "inn/ c.txt"), (["./in/a.txt", "a.txt", "in/"], "")):
            words = [word for pattern in patterns for word in ("--only", pattern)]
            result = self.run_over(["in"], *words)
            wanted = [f"input: --only {unmet}: none of the 2 documents of the input matches"] if unmet else []
            self.assertEqual(self.report()["run"].get("warnings", []), wanted)
            self.assertIn("".join(wanted), result.err)
            self.assertIn("".join(wanted), self.docket("plan", "pipeline.yaml", *words).err)

    def test_what_is_left_out_is_counted_and_no_longer_known(self):
        for name in ("in/Thumbs.db", "in/@eaDir/x.txt", "in/b.pdf.part", "in/drafts/c.txt"):
            self.write(name, "x")
        self.run_over(["in"])
        self.assertEqual(self.paths(), ["in/a.txt", "in/drafts/c.txt"])
        self.assertEqual(self.report()["input"]["left_out"], 3)
        result = self.run_over(["in"], "-v", more=", exclude: [drafts/]")
        self.assertIn("in/drafts: left out", result.err)
        self.assertEqual(self.report()["input"]["left_out"], 4)
        self.assertEqual(self.report()["missing"]["documents"], ["in/drafts/c.txt"])
        self.assertEqual(self.docket("run", "pipeline.yaml", "in/drafts/c.txt").code, 2)
        self.run_over(["in"], "in/b.pdf.part", expect=0)
        self.assertIn("in/b.pdf.part", self.paths())


class News(Nights):
    def attention(self):
        return {how: {name: count for name, count in counts.items() if count} for how, counts in self.report()["attention"].items()}

    def test_new_known_and_acknowledged(self):
        self.write("in/empty.txt")
        result = self.run_over(["in"], expect=1)
        self.assertIn("\nnew: 1 failed\n", result.err)
        self.assertEqual(self.attention(), {"failed": {"new": 1}, "held": {}})
        self.write("in/broken.pdf", "%PDF-1.4\nbroken\n")
        result = self.run_pipeline(expect=1)
        self.assertIn("\nnew: 1 failed; known: 1 failed\n", result.err)
        self.assertEqual(self.docket("ack", "pipeline.yaml", "in/e*", "--reason", "fax machine").code, 0)
        self.run_pipeline(expect=1)
        self.assertEqual(self.attention(), {"failed": {"known": 1, "acknowledged": 1}, "held": {}})
        self.assertEqual(self.docket("ack", "pipeline.yaml", self.dir / "in/broken.pdf").code, 0)
        result = self.run_pipeline(expect=0)
        self.assertIn("(acknowledged: fax machine)", result.said)
        self.assertEqual(self.report()["documents"]["failed"], 2)
        self.assertIn("; 2 of them acknowledged", self.docket("status", "pipeline.yaml").out)
        self.assertRegex(self.docket("explain", "pipeline.yaml", "in/empty.txt").out, "acknowledged 2.*Z: fax machine\n")
        self.run_pipeline("--retry-parked", expect=0)
        self.write("in/empty.txt", b"\0\0\0\0")
        self.run_pipeline(expect=1)
        self.assertEqual(self.attention(), {"failed": {"new": 1, "acknowledged": 1}, "held": {}})

    def test_held_documents(self):
        self.run_pipeline(expect=3, pipeline=PIPELINE + HOLDS)
        self.assertEqual(self.attention(), {"failed": {}, "held": {"new": 1}})
        self.write("in/b.txt", invoice(2))
        result = self.run_pipeline(expect=3)
        self.assertIn("\nnew: 1 held; known: 1 held\n", result.err)
        self.docket("ack", "pipeline.yaml", "**")
        self.run_pipeline(expect=0)
        self.assertEqual(self.attention(), {"failed": {}, "held": {"acknowledged": 2}})
        self.docket("ack", "pipeline.yaml", "--undo", "in/a.txt")
        self.run_pipeline(expect=3)
        self.write("in/b.txt", invoice(3))
        self.run_pipeline(expect=3)
        self.assertEqual(self.attention(), {"failed": {}, "held": {"new": 1, "known": 1}})

    def test_a_name_is_enough_every_time(self):
        self.write("in/empty.txt")
        self.write("in/fine.txt", "Dear Ms Cole,\n\nthank you.\n\nKind regards\nJ. Hart\n")
        self.run_pipeline(expect=1)
        for reason in ("once", "twice"):
            self.assertEqual(self.docket("ack", "pipeline.yaml", "empty.txt", "--reason", reason).code, 0)
        self.assertIn(": twice\n", self.docket("ack", "pipeline.yaml").out)
        self.assertEqual(self.docket("ack", "pipeline.yaml", "fine.txt").err,
                         "docket: in/fine.txt is done: there is nothing to acknowledge\n")
        self.assertEqual(self.docket("ack", "pipeline.yaml", "in").err, "docket: in: matches no document that failed or is"
                         " held and is not acknowledged yet\n")

    def test_what_cannot_be_acknowledged(self):
        self.write("in/empty.txt")
        self.run_over(["in"], expect=1)
        for words in (["in/a.txt"], ["in/empyt.txt"], ["*.pdf"], ["in/a.*"], ["in/empty.txt", "in/b.txt"], ["--undo", "in/empty.txt"]):
            with self.subTest(words):
                result = self.docket("ack", "pipeline.yaml", *words)
                self.assertEqual([result.code, result.out], [2, ""], result.err)
        self.assertIn("did you mean 'in/empty.txt'?", self.docket("ack", "pipeline.yaml", "in/empyt.txt").err)
        self.run_pipeline(expect=1)

    def test_keep_going_counts_what_this_run_tried(self):
        for name in ("in/b.txt", "in/c.txt"):
            self.write(name)
        self.run_over(["in"], expect=1)
        self.run_pipeline("-k", "1", expect=1)
        self.assertNotIn("stopped", self.report()["run"])
        self.run_pipeline("-k", "1", "-j", "1", "--retry-parked", expect=1)
        self.assertIn("stopped", self.report()["run"])


class Files(Nights):
    def test_files_that_cannot_be_written_stop_the_run_before_it_begins(self):
        self.write("pipeline.yaml", reading(["in"]))
        self.write("notes.txt", "mine")
        self.write("data.json", '{"docket": 1}')
        self.write("rules.mk", "all:\n\tdo\n")
        self.write("settings", "services:\n  a: b\n")
        for name, target in {"notes": "notes.txt", "inbox": "in", "nowhere": "no/r.json"}.items():
            (self.dir / name).symlink_to(target)
        for words in (["--report", "no/r.json"], ["--report", "in"], ["--report", "in/"], ["--report", "notes.txt/r.json"],
                      ["--report", "notes.txt"], ["--report", "data.json"], ["--report", "./pipeline.yaml"],
                      ["--report", "in/a.txt"], ["--report", "in/r.json"], ["--report", "out/in/a.txt.json"],
                      ["--report", "out/.docket/ledger.db"], ["--report", "out/results.jsonl"], ["--depfile", "no/d"],
                      ["--depfile", "notes.txt"], ["--depfile", "rules.mk"], ["--depfile", "settings"], ["--depfile", "x", "--report", "./x"],
                      ["--report", "notes"], ["--report", "out/../notes.txt"], ["--report", "no/../in/a.txt"],
                      ["--report", "inbox/r.json"], ["--report", "nowhere"], ["--depfile", "notes"], ["--depfile", "out/x/../../notes.txt"],
                      ["--depfile", "inbox/d"], ["--trace", "inbox/trace"], ["--trace", "out/../in"], ["--trace", "out/.docket"],
                      ["--trace", "notes.txt"], ["--trace", "notes.txt/x"], ["--trace", "in/trace"], ["-o", "notes.txt"]):
            with self.subTest(words):
                result = self.docket("run", "pipeline.yaml", *words)
                self.assertEqual(result.code, 2, result.err)
                self.assertIn(words[-1], result.err)
                self.assertFalse((self.dir / "out").exists())
        self.assertEqual(self.tree("in"), {"a.txt": invoice(1).encode()})
        self.assertEqual((self.dir / "notes.txt").read_text(), "mine")

    def test_files_that_can_be_written(self):
        self.write("empty.json")
        self.run_over(["in"], "--report", "empty.json", "--depfile", "d", "--trace", "new/trace")
        self.run_pipeline("--report", "empty.json", "--depfile", "d")
        self.assertEqual(json.loads((self.dir / "empty.json").read_text()), self.report())
        self.run_pipeline("--report", "out/report.json", "--depfile", "out/all.d")
        for name, target in {"linked.json": "empty.json", "linked.d": "d"}.items():
            (self.dir / name).symlink_to(target)
        self.run_pipeline("--report", "linked.json", "--depfile", "linked.d")
        self.assertEqual([os.readlink(self.dir / name) for name in ("linked.json", "linked.d")], ["empty.json", "d"])
        self.assertEqual(json.loads((self.dir / "empty.json").read_text()), self.report())
        for name in ("/dev/stdout", "-", "/dev/fd/1"):
            with open(self.dir / "taken", "wb") as taken:
                taken.write(b"first\n")
                taken.flush()
                self.assertEqual(self.finish(self.start("run", "pipeline.yaml", "--report", name, stdout=taken)).code, 0)
            first, report = (self.dir / "taken").read_text().split("\n", 1)
            self.assertEqual([first, json.loads(report)], ["first", self.report()])

    def test_ledgers_and_reports_that_are_no_files_keep_nobody_waiting(self):
        self.run_over(["in"])
        for name, verbs in ((".docket/ledger.db", (["status"], ["explain", "in/a.txt"], ["plan"], ["run"], ["ack", "in/a.txt"])),
                            (".docket/ledger.db-journal", (["status"], ["run"])), ("report.json", (["report"],))):
            place = self.dir / "out" / name
            if place.exists():
                place.rename(place.with_suffix(".away"))
            os.mkfifo(place)
            for verb, *words in verbs:
                with self.subTest([verb, name]):
                    result = self.docket(verb, "pipeline.yaml", *words)
                    self.assertEqual(result.code, 2, result.err)
                    self.assertIn(name, result.err)
            self.assertTrue(stat.S_ISFIFO(place.stat().st_mode))
            place.unlink()
            if place.with_suffix(".away").exists():
                place.with_suffix(".away").rename(place)


class Worker(Nights):
    def setUp(self):
        super().setUp()
        os.mkdir(self.dir / "bin")
        self.program = shutil.copy(e2e.DOCKET, self.dir / "bin/docket")
        self.worker = self.dir / "bin/docket-extract"
        self.write("in/b.txt", invoice(2))
        self.write("pipeline.yaml", reading(["in"]))

    def run_it(self, *words):
        return subprocess.run([self.program, "run", "pipeline.yaml", *words], cwd=self.dir, capture_output=True, encoding="utf-8",
                              check=False, timeout=e2e.TIMEOUT)

    def test_a_worker_that_does_not_start_is_said_once_and_fails_nothing(self):
        for what, content, mode in BROKEN_WORKERS:
            with self.subTest(what):
                if content is not None:
                    self.write("bin/docket-extract", content).chmod(mode)
                result = self.run_it()
                self.assertEqual(result.returncode, 4, result.stderr)
                self.assertEqual(result.stderr.count("docket-extract"), 1, result.stderr)
                report = self.report()
                self.assertEqual([report["documents"]["failed"], report["run"]["exit_code"]], [0, 4])
                self.assertIn("docket-extract", report["run"]["stopped"])
                self.assertEqual(self.paths(), [])
                self.assertEqual(self.run_it("-q").stderr.count("docket-extract"), 1)

    def test_conditions_that_cannot_be_evaluated_are_said_once_and_fail_nothing(self):
        shutil.copy(os.path.join(os.path.dirname(e2e.DOCKET), "docket-extract"), self.worker)
        self.assertEqual(self.run_it().returncode, 0)
        pipeline = (self.dir / "pipeline.yaml").read_text() + "  - escalate: { when: { long: .extract.pages > 100 } }\n"
        self.write("pipeline.yaml", pipeline)
        for what, content, mode in BROKEN_WORKERS:
            with self.subTest(what):
                self.worker.unlink(missing_ok=True)
                if content is not None:
                    self.write("bin/docket-extract", content).chmod(mode)
                result = self.run_it()
                self.assertEqual(result.returncode, 4, result.stderr)
                self.assertEqual(result.stderr.count("docket-extract"), 1, result.stderr)
                report = self.report()
                self.assertEqual([report["documents"]["failed"], report["run"]["exit_code"]], [0, 4])
                self.assertIn("docket-extract", report["run"]["stopped"])
                for verb in ("check", "plan"):
                    said = subprocess.run([self.program, verb, "pipeline.yaml"], cwd=self.dir, capture_output=True, encoding="utf-8",
                                          check=False, timeout=e2e.TIMEOUT)
                    self.assertEqual(said.returncode, 4, said.stderr)

    def test_who_needs_none_does_not_miss_it(self):
        shutil.copy(os.path.join(os.path.dirname(e2e.DOCKET), "docket-extract"), self.worker)
        self.assertEqual(self.run_it().returncode, 0)
        self.worker.unlink()
        self.assertEqual(self.run_it().returncode, 0)
        self.write("in/c.txt", invoice(3))
        self.assertEqual(self.run_it().returncode, 4)
        self.assertEqual(self.paths(), ["in/a.txt", "in/b.txt"])


if __name__ == "__main__":
    e2e.main()
