"""`status`, `explain` and `plan` for people at 8 in the morning, for scripts (-q) and for programs (--json)."""

import json
import os
import signal
import sqlite3
import subprocess
import threading
from pathlib import Path

import e2e
import jsonschema
from e2e import PIPELINE, invoice
from large_ledger import grow
from paid_model import JsonHandler, Server

MANY = 30_000  # Documents that are held.
SANITIZED = bool(os.environ.get("SANITIZED"))  # Then memory tells nothing.

UNSURE = PIPELINE + """\
  - structured-extract:
      backends: [rules]
      accept: 0.95
      schema:
        type: object
        properties:
          total: { type: number, x-labels: [Total] }
"""
HELD = UNSURE + "  - escalate:\n      reasons: [low_confidence]\n"
TWO_TOTALS = invoice(1).replace("Total   GBP 119.00", "Total   GBP 119.00\nTotal   GBP 100.00")


class Told(e2e.Case):
    def status(self, *arguments):
        result = self.docket("status", "pipeline.yaml", *arguments)
        self.assertEqual([result.code, result.err], [0, ""])
        return result.out

    def question(self):
        result = self.docket("status", "pipeline.yaml", "-q")
        self.assertEqual(result.out, "")
        return result.code

    def json(self):
        value = json.loads(self.status("--json"))
        jsonschema.validate(value, json.loads((e2e.SOURCE / "docs/status.schema.json").read_text("utf-8")))
        return value


class Status(Told):
    def test_no_run_yet(self):
        self.write("pipeline.yaml", PIPELINE)
        result = self.docket("status", "pipeline.yaml", "-q")
        self.assertEqual([result.code, result.out], [2, ""])
        self.assertIn("no run has written to", result.err)

    def test_all_done(self):
        self.write("in/a.txt", invoice(1))
        self.run_pipeline()
        self.assertEqual(self.question(), 0)
        self.assertRegex(self.status(), r"\A1 document: 1 done, 0 held, 0 failed\nlast run: \S+, started \S+, took \d.*\n"
                                        r"  ended \S+ with exit code 0 \(everything is up to date\)\n")
        value = self.json()
        self.assertEqual([value["exit_code"], value["documents"]["done"], value["not_done"]], [0, 1, []])
        self.assertEqual(value["last_run"]["cost_usd"], 0)

    def test_held_says_numbers_and_what_releases(self):
        self.write("in/a.txt", TWO_TOTALS)
        self.run_pipeline(expect=3, pipeline=HELD)
        self.assertEqual(self.question(), 3)
        text = self.status()
        self.assertRegex(text, r"\nheld \(1 new\): no cloud backend\n  in/a.txt: total 0\.\d\d < 0\.95, "
                               r"(two candidates 1\d\d\.0 and|ambiguous: 1\d\d\.0 or) 1\d\d\.0\n")
        self.assertIn("  -> give the stage a cloud `backend:`\n"
                      "  -> to accept as it is: `docket ack pipeline.yaml DOCUMENT`\n", text)
        self.assertIn("    -> to accept as it is: `docket ack pipeline.yaml in/a.txt`\n", self.docket("explain", "pipeline.yaml", "a.txt").out)
        held, = self.json()["not_done"]
        self.assertEqual([held["state"], held["standing"], held["reasons"]],
                         ["held", "new", ["low confidence: structured_extract"]])
        weak, = held["not_accepted"]
        self.assertEqual([weak["stage"], weak["field"], weak["accept"]], ["structured_extract", "total", 0.95])
        self.assertLess(weak["confidence"], 0.95)
        self.assertEqual(self.docket("ack", "pipeline.yaml", "in/a.txt", "--reason", "seen").code, 0)
        self.assertEqual(self.question(), 0)
        self.assertRegex(self.status(), r"\nacknowledged \(1\)\n  in/a.txt: acknowledged \S+: seen; no cloud backend")
        self.assertEqual(self.json()["documents"]["acknowledged"], 1)
        self.assertNotIn("docket ack", self.docket("explain", "pipeline.yaml", "a.txt").out)

    def test_commands_can_be_pasted(self):
        self.write("in/a.txt", TWO_TOTALS)
        self.run_pipeline("-o", "my out", expect=3, pipeline=HELD)
        command = "`docket ack pipeline.yaml -o 'my out' %s`"
        self.assertIn(command % "DOCUMENT", self.status("-o", "my out"))
        self.assertIn(command % "in/a.txt", self.docket("explain", "pipeline.yaml", "a.txt", "-o", "my out").out)

    def test_a_name_cannot_make_lines(self):
        self.write("in/a\nb.pdf", "%PDF-1.4\nbroken\n")
        self.write("in/c\nd.txt", "nothing that any label has a word for\n")
        self.run_pipeline(expect=1)
        text = self.status("-v")
        self.assertIn("\n  in/a?b.pdf: ", text)
        self.assertIn("\n  in/c?d.txt: ", text)

    def test_first_three_of_each_class_new_ones_first(self):
        for number in range(4):
            self.write(f"in/b{number}.pdf", "%PDF-1.4\nbroken\n")
        self.run_pipeline(expect=1)
        self.write("in/c.pdf", "%PDF-1.4\nbroken, too\n")
        self.write("in/d.txt", invoice(1))
        self.run_pipeline(expect=1)
        self.assertEqual(self.question(), 1)
        text = self.status()
        self.assertIn("6 documents: 1 done, 0 held, 5 failed (5 parked)\n", text)
        self.assertRegex(text, r"\nparked \(5, 1 new\): damaged\n  all of them: extract: is a broken PDF: .*\n"
                               r"  new: in/c.pdf\n  in/b0.pdf\n  in/b1.pdf\n"
                               r"  … 2 more: `docket status pipeline.yaml -v`\n"
                               r"  -> .*`docket run pipeline.yaml --retry-parked`\n")
        for line in text.splitlines():
            self.assertLessEqual(len(line), 80, line)
        self.assertIn("in/b3.pdf", self.status("-v"))
        self.assertEqual(len(self.json()["not_done"]), 5)

    def test_a_mistyped_input_is_no_document(self):
        self.write("in/a.txt", invoice(1))
        self.run_pipeline()
        for typed in ("in/b.txt", "inn", "in/*.pdf"):
            self.assertEqual(self.docket("run", "pipeline.yaml", typed).code, 2, typed)
        self.assertEqual(self.question(), 0)
        self.assertEqual(self.docket("run", "pipeline.yaml", "-", stdin="in/b.txt\n").code, 1)
        self.assertEqual(self.question(), 1, "the list named what is not there")
        self.assertIn("1 document: 1 done, 0 held, 0 failed\n", self.status())

    def test_what_an_input_named_and_is_gone_can_be_forgotten(self):
        self.write("in/a.txt", invoice(1))
        self.run_pipeline()
        for name in ("bad", "worse"):
            self.write(f"other/{name}.pdf", "%PDF-1.4\nbroken\n" + name)
        self.write("other/good.txt", invoice(2))
        self.run_pipeline("other", expect=1)
        for name in ("bad.pdf", "good.txt"):
            (self.dir / "other" / name).unlink()
        self.assertRegex(self.status(), r"\n  all of them: extract: is a broken PDF.*\n  other/bad.pdf: the file is gone\n")
        self.assertIn("\n  other/bad.pdf: the file is gone; extract: is a broken PDF", self.status("-v"))
        self.assertIn("\n  -> forget those whose file is gone: `docket clean pipeline.yaml --missing`\n", self.status())
        clean = self.docket("clean", "pipeline.yaml", "--missing")
        self.assertEqual([clean.code, clean.out], [0, "other/bad.pdf\n"], "what is done may have been moved away")
        self.assertEqual(sorted(self.paths()), ["in/a.txt", "other/good.txt", "other/worse.pdf"])
        self.assertNotIn("gone", self.status())
        explained = self.docket("explain", "pipeline.yaml", "other/good.txt").out
        self.assertTrue(explained.endswith("\nnow: the file is gone\n"), explained)
        (self.dir / "other/worse.pdf").unlink()
        explained = self.docket("explain", "pipeline.yaml", "other/worse.pdf").out
        self.assertTrue(explained.endswith("gone: `docket clean --missing` forgets it\n"), explained)
        self.docket("clean", "pipeline.yaml", "--missing")
        self.assertEqual(self.question(), 0)

    def test_documents_that_are_done_in_doubt_are_named(self):
        self.write("in/a.txt", TWO_TOTALS)
        for number in range(2, 6):
            self.write(f"in/{number}.pdf", e2e.pdf(""))
        said = self.run_pipeline(pipeline=UNSURE, expect=0)
        self.assertIn("\nno text (4): done, and nothing was read in them\n  in/2.pdf\n  in/3.pdf\n  in/4.pdf\n", "\n" + said.err)
        self.assertRegex(said.err, r"\nunsure \(5\): done, with an answer not accepted\n  in/a.txt: total 0\.\d\d < 0\.95, ")
        self.assertIn("\nall of them: docket status pipeline.yaml -v\n", said.err)
        text = self.status()
        self.assertIn("\nno text (4): done, and nothing was read in them\n  in/2.pdf\n  in/3.pdf\n  in/4.pdf\n"
                      "  … 1 more: `docket status pipeline.yaml -v`\n", text)
        self.assertRegex(text, r"\nunsure \(5\): .*\n  in/a.txt: total", "those without a text stand above")
        self.assertRegex(self.status("-v"), r"\n  in/5.pdf\n(.*\n)*unsure \(\d\): .*\n(.*\n)*"
                                            r"  in/a.txt: total 0\.\d\d < 0\.95, (two candidates|ambiguous)")
        doubtful = {group["why"]: group for group in self.report()["doubtful"]}
        self.assertEqual(doubtful["no_text"], {"why": "no_text", "count": 4, "documents": [f"in/{n}.pdf" for n in range(2, 6)]})
        self.assert_valid()
        self.assertEqual(self.question(), 0)
        again = self.run_pipeline(expect=0).err
        self.assertIn("no text (4): done, and nothing was read in them\n", again)
        self.assertNotIn("in/2.pdf", again, "this run did not look at it")

    def test_very_many_documents_need_little_memory(self):
        self.write("in/a.txt", TWO_TOTALS)
        self.run_pipeline(expect=3, pipeline=HELD)
        database = sqlite3.connect(self.dir / "out/.docket/ledger.db")
        for table in ("documents", "document_stages"):
            grow(database, table, "path", "in/a.txt", MANY)
        database.execute("UPDATE documents SET held = 'offline' WHERE path > 'in/000010.txt'")
        database.execute("UPDATE documents SET acknowledged = '2026-11-01T08:00:00Z', ack_of = 'held: offline',"
                         " ack_reason = 'seen' WHERE path > 'in/000020.txt'")
        database.commit()
        database.close()
        self.write("small.yaml", PIPELINE.replace("dir: out", "dir: small"))
        self.assertEqual(self.docket("run", "small.yaml").code, 0)
        least = self.memory("small.yaml", "-q")
        for arguments in (["-q"], []):
            with self.subTest(arguments=arguments):
                self.assertLess(self.memory("pipeline.yaml", *arguments) - least, 8000 if not SANITIZED else 10 ** 9, "KiB")
        self.assertEqual(self.question(), 3)
        text = self.status()
        self.assertIn(f"{MANY} documents: 0 done, {MANY} held, 0 failed; {MANY - 20} of them acknowledged\n", text)
        self.assertRegex(text, r"\nheld \(10\): no cloud backend\n  in/000001.txt.*\n.*\n  in/000003.txt.*\n  … 7 more")
        self.assertRegex(text, rf"\nacknowledged \({MANY - 20}\)\n  in/000021.txt.*\n.*\n.*\n  … {MANY - 23} more")
        self.assertEqual(len(json.loads(self.status("--json"))["not_done"]), MANY)
        self.assertEqual(len([line for line in self.status("-v").splitlines() if line.startswith("  in/")]), MANY)

    def memory(self, *arguments):
        """The most that `docket status` has held, in KiB."""
        process = subprocess.Popen([e2e.DOCKET, "status", *arguments], cwd=self.dir, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertIn(process.returncode, (0, 3))
        return usage.ru_maxrss

    def test_running_now_and_killed(self):
        self.write("in/a.txt", invoice(1))
        self.run_pipeline()
        run = self.start("run", "pipeline.yaml", "-", stdin=subprocess.PIPE)
        running = e2e.wait_for(lambda: self.json()["running"], "the run has the lock")
        self.assertEqual(running["pid"], run.pid)
        e2e.wait_for(lambda: f"still running: process {run.pid} on " in self.status(), "the run is in the ledger")
        run.kill()
        run.communicate()
        self.assertIsNone(self.json()["running"])
        self.assertIn(f"did not end: process {run.pid}", self.status())
        self.assertEqual([self.question(), self.json()["exit_code"]], [1, 1], "nobody knows what it left")
        self.assertEqual(self.docket("unlock", "pipeline.yaml").code, 0)
        self.assertRegex(self.status(), r"\n  was killed; found by `docket unlock` at \d{4}-\S+Z\n")
        self.assertEqual(self.question(), 1)
        self.run_pipeline()
        self.assertEqual(self.question(), 0)

    def test_a_run_that_was_stopped_has_left_something(self):
        self.write("in/a.txt", invoice(1))
        self.write("in/broken.pdf", "%PDF-1.4\nbroken\n")
        self.run_pipeline(expect=1)
        self.assertEqual(self.docket("ack", "pipeline.yaml", "in/broken.pdf").code, 0)
        self.assertEqual(self.question(), 0)
        for number, code in ((signal.SIGHUP, 129), (signal.SIGINT, 130), (signal.SIGTERM, 143)):
            with self.subTest(code):
                run = self.start("run", "pipeline.yaml", "-", stdin=subprocess.PIPE)
                e2e.wait_for(lambda: (self.json()["last_run"] or {})["pid"] == run.pid, "the run is in the ledger")
                run.send_signal(number)
                self.assertEqual(run.wait(e2e.TIMEOUT), code)
                value = self.json()
                self.assertEqual([self.question(), value["exit_code"], value["last_run"]["stopped"]],
                                 [1, 1, signal.Signals(number).name])
                self.assertRegex(self.status(), rf"\n  ended \S+ with exit code {code} \(it was stopped\)\n")
        self.run_pipeline()
        self.assertEqual([self.question(), self.json()["last_run"]["stopped"]], [0, None], "what failed is acknowledged")

    def test_an_input_that_is_not_there(self):
        self.write("inn/a.txt", TWO_TOTALS)
        self.run_pipeline(expect=1, pipeline=HELD)
        problem = f"{self.dir}/in does not exist"
        for options in ((), ("-v",)):
            text = self.status(*options)
            self.assertRegex(text, r"\A0 documents: .*\n.*\n  ended \S+ with exit code 1 \(problems with the input\)\n")
            self.assertIn(f"  input: 1 problem: {problem}, did you mean 'inn'?", " ".join(text.split("\n    ")))
        value = self.json()
        self.assertEqual([self.question(), value["exit_code"]], [1, 1])
        self.assertEqual(value["last_run"]["input_problems"], {"count": 1, "first": [problem + ", did you mean 'inn'?"]})
        (self.dir / "inn").rename(self.dir / "in")
        self.run_pipeline(expect=3)
        self.assertEqual([self.question(), self.json()["last_run"]["input_problems"]["count"]], [3, 0])
        for number in range(5):
            (self.dir / f"in/link{number}.txt").symlink_to("nowhere")
        self.write("in/broken.pdf", "%PDF-1.4\nbroken\n")
        self.run_pipeline(expect=1)
        self.assertEqual(self.docket("ack", "pipeline.yaml", "in/a.txt", "in/broken.pdf").code, 0)
        self.assertEqual(self.question(), 1, "no document, and yet not all that was to be read")
        text = self.status()
        self.assertIn(" with exit code 1 (some failed; problems with the input)\n  input: 5 problems\n    ", text)
        self.assertEqual([text.count("/link"), self.status("-v").count("/link")], [3, 5])
        self.assertIn("\n    … 2 more: `docket status pipeline.yaml -v`\n", text)

    def test_what_stopped_a_run_is_said(self):
        self.write("in/broken.pdf", "%PDF-1.4\nbroken\n")
        self.run_pipeline("--keep-going", "1", expect=1)
        self.assertRegex(self.status(), r" with exit code 1 \(some failed\)\n  stopped: --keep-going 1: .*\n")
        self.assertEqual(self.docket("ack", "pipeline.yaml", "in/broken.pdf").code, 0)
        self.assertEqual(self.question(), 1, "it has left the rest")
        self.write("in/d.pdf", e2e.pdf(""))
        self.run_pipeline("--fail-on", "unsure", expect=1)
        self.assertIn(" with exit code 1 (documents that `--fail-on` names)\n", self.status())
        self.assertEqual(self.question(), 0)


class Reasons(Told):
    BROKEN = "%PDF-1.4\nbroken\n"

    def of(self, names):
        for name, content in names.items():
            self.write(name, content)
        self.run_pipeline(expect=1)
        text = self.status()
        return text[text.index("\n\nparked ") + 2:]

    def test_what_all_say_is_said_once(self):
        text = self.of({f"in/{number}.pdf": self.BROKEN for number in range(4)})
        self.assertRegex(text, r"\Aparked \(4 new\): damaged\n  all of them: extract: is a broken PDF: .*\n"
                               r"  in/0.pdf\n  in/1.pdf\n  in/2.pdf\n  … 1 more")

    def test_not_if_only_those_that_are_shown_say_it(self):
        text = self.of({f"in/{number}.pdf": self.BROKEN for number in range(3)} | {"in/z.docx": "PK\x03\x04broken"})
        self.assertNotIn("all of them", text)
        self.assertEqual(text.count(": extract: is a broken PDF: "), 3)
        self.assertIn("… 1 more", text)

    def test_one_that_stands_alone_is_whole_and_others_have_two_lines(self):
        long, longer = "in/" + "long-" * 13, "in/" + "long-" * 20
        text = self.of({long + "a.pdf": self.BROKEN})
        reason = self.json()["not_done"][0]["message"].removeprefix(Path(long + "a.pdf").name + " ")
        self.assertIn(f"\n  {long}a.pdf: extract: {reason}\n  ->", text.replace("\n    ", " "))
        self.assertLessEqual(max(map(len, text.splitlines())), 80)
        text = self.of({longer + "b.pdf": self.BROKEN, "in/z.docx": "PK\x03\x04broken"})
        self.assertIn(f"\n  new: {longer}b.pdf:\n    extract: {reason}\n", text)
        self.assertRegex(text, rf"\n  {long}a.pdf:.*\n    .*\n  \S")


class Explain(e2e.Case):
    def json(self, document):
        result = self.docket("explain", "pipeline.yaml", document, "--json")
        self.assertEqual([result.code, result.err], [0, ""])
        value = json.loads(result.out)
        jsonschema.validate(value, json.loads((e2e.SOURCE / "docs/explain.schema.json").read_text("utf-8")))
        return value

    def test_held(self):
        self.write("in/a.txt", TWO_TOTALS)
        self.run_pipeline(expect=3, pipeline=HELD)
        text = self.docket("explain", "pipeline.yaml", "in/a.txt").out
        self.assertRegex(text, r"\n    total.*, not accepted: (ambiguous|confidence 0\.\d\d < 0\.95; two candidates)")
        self.assertIn("\n    held: no cloud backend\n    -> give the stage a cloud `backend:`", text)
        value = self.json("in/a.txt")
        self.assertEqual([value["state"], value["held"], value["next_run"]["what"]],
                         ["held", "no cloud backend", "up_to_date"])
        self.assertEqual([stage["state"] for stage in value["stages"]], ["done", "done", "done", "held"])
        self.assertEqual([weak["field"] for weak in value["not_accepted"]], ["total"])
        self.assertRegex(value["why"], r"^total 0\.\d\d < 0\.95")

    def test_the_name_of_a_file_is_enough_where_no_other_has_it(self):
        for name in ("in/a.txt", "in/b.txt", "in/sub/b.txt"):
            self.write(name, invoice(1))
        self.run_pipeline()
        self.assertEqual(self.json("a.txt")["path"], "in/a.txt")
        self.assertEqual(self.json("sub/b.txt")["path"], "in/sub/b.txt")
        several = self.docket("explain", "pipeline.yaml", "b.txt")
        self.assertEqual([several.code, several.out], [2, ""])
        self.assertIn("several documents have this name: in/b.txt, in/sub/b.txt; write one of them", several.err)
        self.assertIn("no run has seen this document, did you mean 'in/a.txt'?",
                      self.docket("explain", "pipeline.yaml", "aa.txt").err)

    def test_the_values_that_are_accepted(self):
        self.write("in/a.txt", invoice(1))
        self.run_pipeline(pipeline=UNSURE.replace("accept: 0.95", "accept: 0.5"))
        self.assertRegex(self.docket("explain", "pipeline.yaml", "a.txt").out,
                         r"\n    label invoice, confidence [01]\.\d\d\n(.*\n)*    total 119\.0, confidence 0\.\d\d\n    accepted, ")

    def test_what_no_run_has_finished(self):
        asked, end = threading.Event(), threading.Event()

        class Handler(JsonHandler):
            def do_GET(self):
                self.reply(404, {"error": {"message": "not found"}})

            def do_POST(self):
                self.question()
                asked.set()
                end.wait(e2e.TIMEOUT)

        server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.addCleanup(end.set)
        local = f"""\
  local: {{ type: openai, url: "http://127.0.0.1:{server.server_address[1]}/v1", model: m, location: local, max_concurrent: 1 }}
stages:
"""
        self.write("pipeline.yaml", UNSURE.replace("stages:\n", local).replace("backends: [rules]\n      accept", "backends: [local]\n      accept"))
        for name in "ab":
            self.write(f"in/{name}.txt", invoice(name))
        run = self.start("run", "pipeline.yaml", "--grace", "0")
        self.assertTrue(asked.wait(e2e.TIMEOUT))
        self.assertIn(": no run has finished this document; one goes on now\n", self.docket("explain", "pipeline.yaml", "in/b.txt").err)
        run.send_signal(signal.SIGINT)
        self.assertEqual(self.finish(run).code, 130)
        told = {name: self.docket("explain", "pipeline.yaml", f"in/{name}.txt") for name in "ab"}
        begun = [name for name in told if told[name].code == 0]
        self.assertEqual(len(begun), 1, told)
        for name, result in told.items():
            if name in begun:
                last = self.docket("runs", "pipeline.yaml").out.splitlines()[1].split()[0]
                self.assertTrue(result.out.startswith(f"in/{name}.txt: not ended; run {last} was stopped (exit code 130) while it was at work on it\n"))
                self.assertEqual(self.json(f"in/{name}.txt")["state"], "not_ended")
            else:
                self.assertEqual([result.code, result.out, result.err],
                                 [2, "", f"docket: in/{name}.txt: no run has finished this document; the next run takes it\n"])
        self.write("other/d.txt", invoice("d"))
        self.assertIn(": no run has finished this document, and it is not in the input: `docket run pipeline.yaml other/d.txt` takes it alone\n",
                      self.docket("explain", "pipeline.yaml", "other/d.txt").err)
        self.assertIn("no run has seen this document", self.docket("explain", "pipeline.yaml", "nowhere.pdf").err)

    def test_what_a_run_would_do(self):
        self.write("in/a.txt", invoice(1))
        self.write("in/broken.pdf", "%PDF-1.4\nbroken\n")
        self.run_pipeline(expect=1)
        self.assertEqual(self.json("in/broken.pdf")["next_run"]["what"], "parked")
        self.assertEqual(self.json("in/broken.pdf")["error"]["class"], "damaged")
        self.write("in/a.txt", invoice(2))
        following = self.json("in/a.txt")["next_run"]
        self.assertEqual([following["what"], following["why"], following["stages"][0]["id"]],
                         ["works", "its content changed", "extract"])
        (self.dir / "in/a.txt").unlink()
        self.assertEqual(self.json("in/a.txt")["next_run"]["what"], "gone")


class Plan(e2e.Case):
    def question(self, *arguments):
        result = self.docket("plan", "pipeline.yaml", "-q", *arguments)
        self.assertEqual(result.out, "")
        return result.code

    def test_the_exit_code_answers(self):
        self.write("pipeline.yaml", PIPELINE)
        self.write("in/a.txt", invoice(1))
        self.assertEqual(self.question(), 1)
        self.write("in/broken.pdf", "%PDF-1.4\nbroken\n")
        self.run_pipeline(expect=1)
        self.assertEqual(self.question(), 0, "parked documents are not tried again")
        self.assertEqual(self.question("--retry-parked"), 1)
        self.assertEqual(self.question("--set", "stages.classify.accept=0.9"), 1)
        self.assertEqual(self.question("nowhere"), 2)
        self.assertEqual(self.docket("plan", "pipeline.yaml", "-q", "--json").code, 2)


if __name__ == "__main__":
    e2e.main()
