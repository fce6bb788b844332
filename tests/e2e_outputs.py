"""docket touches only what is its own: what it reads, replaces, writes again and removes."""

import json
import os
import re
import shutil
import sqlite3
import subprocess

import e2e
from e2e import HOLDS, PIPELINE, invoice, pdf

EXTRACT = """\
version: 1
name: test
input:  { paths: [in] }
output: { dir: out, words: always }
stages:
  - extract:
"""


class Overlap(e2e.Case):
    """Output and input that are one, or in one another."""

    def setUp(self):
        super().setUp()
        self.write("in/a.txt", invoice(1))
        self.write("in/sub/b.txt", invoice(2))

    def files(self):
        return sorted(str(path.relative_to(self.dir)) for path in self.dir.rglob("*")
                      if path.is_file() and ".docket" not in path.parts)

    def check_refused(self, *arguments, what="output folder"):
        before = self.files()
        for verb in (["run"], ["plan"], ["clean", "--missing"]):
            result = self.docket(verb[0], "pipeline.yaml", *verb[1:], *arguments)
            self.assertEqual([result.code, result.out], [2, ""], verb)
            self.assertIn(what, result.err)
        self.assertEqual(self.files(), before)

    def test_an_output_that_is_the_input_or_above_it_is_refused(self):
        self.write("pipeline.yaml", EXTRACT)
        os.symlink("in", self.dir / "link")
        for arguments in (["-o", "in"], ["-o", "./in/"], ["-o", "in/sub/.."], ["-o", self.dir / "in"], ["-o", "."],
                          ["-o", "link"], ["-o", ".."], ["-o", "in", "in/**/*.txt"], ["-o", "in/sub", "in/sub"],
                          ["link", "-o", "in"], ["in/s*/*.txt", "-o", "link"], ["--set", "output.dir=."],
                          ["in/a.txt", "in/sub", "-o", "in"]):
            with self.subTest(arguments):
                self.check_refused(*arguments)

    def test_an_input_that_is_in_the_output_is_refused(self):
        self.write("pipeline.yaml", EXTRACT)
        self.docket("run", "pipeline.yaml")
        os.symlink("out/in", self.dir / "texts")
        for source in ("out", "out/in", "out/**/*.txt", "texts", "texts/*.json", self.dir / "out/in"):
            with self.subTest(source):
                self.check_refused(source)

    def test_an_output_below_the_input_is_left_out_however_it_is_reached(self):
        for paths, out, link in ((".", "out", None), ("in", "in/out", None), ("in/**", "link", "in/out"),
                                 ("link", "in/deep/out", "in"), (".", "../" + self.dir.name + "/out", None)):
            with self.subTest([paths, out, link]):
                self.write("pipeline.yaml", EXTRACT.replace("[in]", f'["{paths}"]').replace("dir: out", f'dir: "{out}"'))
                if link:
                    (self.dir / link).mkdir(parents=True, exist_ok=True)
                    os.symlink(link, self.dir / "link")
                self.run_pipeline()
                first = self.report(out)["documents"]["in"]
                self.assertGreaterEqual(first, 2)
                for _ in range(2):
                    self.run_pipeline()
                    self.assertEqual(self.report(out)["documents"]["in"], first)
                shutil.rmtree((self.dir / out).resolve())
                (self.dir / "link").unlink(missing_ok=True)

    def test_the_output_of_another_run_is_no_input_unless_it_is_named(self):
        self.write("pipeline.yaml", EXTRACT.replace("[in]", "[.]"))
        self.run_pipeline("-o", "first")
        self.run_pipeline("-o", "second")
        self.assertEqual(self.paths("second"), ["in/a.txt", "in/sub/b.txt", "pipeline.yaml"])
        self.run_pipeline("first/in/*.txt", "-o", "third")
        self.assertEqual(self.paths("third"), ["first/in/a.txt.txt"])

    def test_a_link_in_the_output_that_leads_back_to_the_input(self):
        for link, target, failed in (("in", "../in", 2), ("in/sub", "../../in/sub", 1), ("in", "../in/sub", 2)):
            with self.subTest(link):
                (self.dir / "out" / link).parent.mkdir(parents=True, exist_ok=True)
                os.symlink(target, self.dir / "out" / link)
                before = [name for name in self.files() if name.startswith("in/")]
                for _ in range(2):
                    result = self.run_pipeline(expect=1, pipeline=EXTRACT)
                    self.assertEqual(self.report()["documents"]["failed"], failed)
                    self.assertIn("a link leads to", result.said)
                self.assertEqual([name for name in self.files() if name.startswith("in/")], before)
                (self.dir / "out" / link).unlink()
                shutil.rmtree(self.dir / "out")

    def test_a_link_in_the_output_to_another_place_is_followed(self):
        for name in ("elsewhere", "out"):
            (self.dir / name).mkdir()
        os.symlink("../elsewhere", self.dir / "out/in")
        self.run_pipeline(pipeline=EXTRACT)
        self.assertTrue((self.dir / "elsewhere/sub/b.txt.json").exists())

    def test_a_file_of_dockets_own_is_refused_by_name_and_left_out_of_a_list(self):
        self.write("pipeline.yaml", EXTRACT)
        self.write("out/mine.txt", invoice(3))
        self.run_pipeline("in", "out/mine.txt")
        os.symlink("out/in/a.txt.txt", self.dir / "link.txt")
        for name in ("out/in/a.txt.txt", "out/in/a.txt.json", "out/results.jsonl", "out/report.json", "link.txt",
                     "out/.docket/ledger.db", "in/../out/in/sub/b.txt.txt"):
            with self.subTest(name):
                self.check_refused("in/a.txt", name, what="docket has written it")
        every = "\n".join(name for name in self.files() if name != "pipeline.yaml")
        result = self.run_pipeline("-", stdin=every)
        self.assertEqual(self.paths(), ["in/a.txt", "in/sub/b.txt", "out/mine.txt"])
        self.assertEqual(result.err.count("left out"), 1, result.err)
        # Without a ledger a record is known by what it says.
        shutil.rmtree(self.dir / "out/.docket")
        self.check_refused("out/in/a.txt.json", what="docket has written it")


class Foreign(e2e.Case):
    """Files that docket did not write."""

    def setUp(self):
        super().setUp()
        for name in ("a", "b", "c"):
            self.write(f"in/{name}.txt", invoice(name))

    def check_kept(self, files, failed, done, pipeline=EXTRACT):
        for name, content in files.items():
            self.write(f"out/{name}", content)
        for _ in range(2):
            result = self.run_pipeline(expect=1, pipeline=pipeline)
            self.assertEqual({name: (self.dir / "out" / name).read_text() for name in files}, files)
            states = {record["document"]["path"]: record["status"] for record in self.results()}
            self.assertEqual(sorted(path for path, state in states.items() if state == "failed"), failed)
            self.assertEqual(sorted(path for path, state in states.items() if state == "done"), done)
            for path in failed:
                self.assertRegex(result.said, f"{path}: .*{path}.* is there already.*move it away")
        self.assertEqual(self.report()["errors"][0]["class"], "output")
        self.assertIn("tried again by the next run", self.docket("status", "pipeline.yaml").out)

    def test_are_never_replaced_and_cost_one_document_each(self):
        self.check_kept({"in/a.txt.json": '{"mine": 1}', "in/b.txt.txt": "mine", "in/b.txt.json.bak": "mine"},
                        ["in/a.txt", "in/b.txt"], ["in/c.txt"])
        self.assertFalse((self.dir / "out/in/a.txt.txt").exists(), "half of a document's files")
        (self.dir / "out/in/a.txt.json").rename(self.dir / "out/mine")
        (self.dir / "out/in/b.txt.txt").unlink()
        self.run_pipeline()
        self.assertEqual(self.report()["documents"], {"in": 3, "done": 2, "failed": 0, "held": 0, "up_to_date": 1, "cancelled": 0})

    def test_that_are_records_of_another_document_or_links(self):
        other = json.dumps({"docket": 1, "status": "done", "document": {"id": "0" * 16, "path": "in/x.txt"}}, indent=2)
        self.write("precious", "mine")
        (self.dir / "out/in").mkdir(parents=True)
        os.symlink("../../precious", self.dir / "out/in/b.txt.txt")
        os.symlink("nowhere", self.dir / "out/in/c.txt.json")
        self.write("out/in/a.txt.json", other)
        result = self.run_pipeline(expect=1, pipeline=EXTRACT)
        self.assertEqual(result.err.count("is there already"), 3, result.err)
        self.assertEqual((self.dir / "precious").read_text(), "mine")
        self.assertEqual((self.dir / "out/in/a.txt.json").read_text(), other)
        self.assertTrue((self.dir / "out/in/b.txt.txt").is_symlink())

    def test_of_word_boxes(self):
        self.write("in/d.pdf", pdf("Hello"))
        self.check_kept({"in/d.pdf.words.json": "{}"}, ["in/d.pdf"], ["in/a.txt", "in/b.txt", "in/c.txt"])

    def test_beside_the_documents_named(self):
        """Records beside their documents: whoever names files may have that."""
        for name in ("x", "x.txt", "x.json"):
            self.write(name, invoice(name))
        before = {name: (self.dir / name).read_text() for name in ("x", "x.txt", "x.json")}
        for _ in range(2):
            self.run_pipeline("-o", ".", "x", "x.txt", "x.json", expect=1, pipeline=EXTRACT)
            self.assertEqual({name: (self.dir / name).read_text() for name in before}, before)
        self.assertEqual(self.record("x.txt", ".")["status"], "done")

    def test_in_place_of_results_or_report_refuse_the_run(self):
        for name in ("results.jsonl", "report.json"):
            with self.subTest(name):
                self.write(f"out/{name}", "mine")
                result = self.run_pipeline(expect=2, pipeline=EXTRACT)
                self.assertIn(f"{name} is there already, and docket has not written it", result.err)
                self.assertEqual((self.dir / "out" / name).read_text(), "mine")
                (self.dir / "out" / name).unlink()
        self.run_pipeline(pipeline=EXTRACT)

    def test_in_place_of_a_depfile_refuse_the_run(self):
        for content in ("all:\n\techo mine\n", "mine", "version: 1\n"):
            self.write("deps", content)
            result = self.run_pipeline("--depfile", "deps", expect=2, pipeline=EXTRACT)
            self.assertIn("deps: there is a file that is no list of dependencies", result.err)
            self.assertEqual((self.dir / "deps").read_text(), content)
        (self.dir / "deps").unlink()
        for _ in range(2):
            self.run_pipeline("--depfile", "deps")

    def test_in_the_folder_for_temporary_files(self):
        self.write("out/.docket/tmp/mine", "mine")
        self.run_pipeline(pipeline=EXTRACT)
        self.assertEqual((self.dir / "out/.docket/tmp/mine").read_text(), "mine")

    def test_without_a_ledger_dockets_own_files_are_known(self):
        self.write("in/d.pdf", pdf("Hello"))
        self.run_pipeline(pipeline=EXTRACT)
        before = self.tree("out")
        shutil.rmtree(self.dir / "out/.docket")
        self.write("in/a.txt", invoice(7))
        self.run_pipeline()
        after = self.tree("out")
        self.assertEqual(set(after), set(before))
        self.assertNotEqual(after["in/a.txt.txt"], before["in/a.txt.txt"])
        self.assertEqual(after["in/d.pdf.words.json"], before["in/d.pdf.words.json"])


class InTheWay(e2e.Case):
    """A record that cannot be written costs its document, and no other."""

    def setUp(self):
        super().setUp()
        for number in range(12):
            self.write(f"in/{number}/a.txt", invoice(number))

    def check_one(self, message, path="in/0/a.txt"):
        for _ in range(2):
            result = self.run_pipeline("-j1", expect=1, pipeline=PIPELINE)
            self.assertRegex(result.said, f"{path}: .*{message}")
            documents = self.report()["documents"]
            self.assertEqual([documents["failed"], documents["done"] + documents["up_to_date"]], [1, 11])
        with sqlite3.connect(self.dir / "out/.docket/ledger.db") as ledger:
            self.assertEqual(ledger.execute("SELECT attempts, parked FROM documents WHERE state = 'failed'").fetchall(),
                             [(0, 0)])
        ledger.close()

    def check_mended(self):
        self.run_pipeline()
        self.assertEqual(self.report()["documents"]["done"], 1)
        with sqlite3.connect(self.dir / "out/.docket/ledger.db") as ledger:
            ran = ledger.execute("SELECT stage FROM document_stages WHERE ran AND path = 'in/0/a.txt'").fetchall()
        ledger.close()
        self.assertEqual(ran, [], "it was parsed again")
        self.assertEqual({record["status"] for record in self.results()}, {"done"})

    def test_a_folder(self):
        for name in ("a.txt.json", "a.txt.txt"):
            with self.subTest(name):
                self.write(f"out/in/0/{name}/mine", "")
                self.check_one("Is a directory")
                self.assertTrue((self.dir / f"out/in/0/{name}/mine").exists())
                shutil.rmtree(self.dir / f"out/in/0/{name}")
                self.check_mended()
                shutil.rmtree(self.dir / "out")

    def test_a_file_where_a_folder_goes(self):
        self.write("out/in/0", "mine")
        self.check_one("Not a directory")
        (self.dir / "out/in/0").unlink()
        self.check_mended()

    def test_a_link_in_a_circle(self):
        (self.dir / "out/in").mkdir(parents=True)
        os.symlink("0", self.dir / "out/in/0")
        self.check_one("Too many levels of symbolic links")
        (self.dir / "out/in/0").unlink()
        self.check_mended()

    def test_a_folder_that_takes_no_files(self):
        if os.geteuid() == 0:
            self.skipTest("root may write anywhere")
        (self.dir / "out/in/0").mkdir(parents=True)
        (self.dir / "out/in/0").chmod(0o555)
        self.addCleanup((self.dir / "out/in/0").chmod, 0o755)
        self.check_one("Permission denied")
        (self.dir / "out/in/0").chmod(0o755)
        self.check_mended()

    def test_a_file_that_cannot_be_replaced_after_a_success(self):
        self.run_pipeline()
        before = self.results()
        (self.dir / "out/in/0/a.txt.json").unlink()
        (self.dir / "out/in/0/a.txt.json").mkdir()
        self.run_pipeline(expect=1)
        self.assertEqual(self.results(), before, "the last success is known")
        (self.dir / "out/in/0/a.txt.json").rmdir()
        self.check_mended()


class Again(e2e.Case):
    """Files that are gone or cut are written again, without asking or parsing."""

    def setUp(self):
        super().setUp()
        self.write("in/a.txt", invoice(1))
        self.write("in/b.pdf", pdf("Hello world", "Page two"))
        self.write("in/broken.pdf", "%PDF-1.7\nno more")

    def test_whatever_is_lost_is_there_after_the_next_run(self):
        self.run_pipeline(expect=1, pipeline=PIPELINE + HOLDS)
        before = self.tree("out")
        self.assertEqual(len(before), 7)
        damages = [lambda path: path.unlink(), lambda path: path.write_bytes(b""),
                   lambda path: path.write_bytes(path.read_bytes()[:-1])]
        for name in before:
            damages.append(damages.pop(0))
            damages[0](self.dir / "out" / name)
            self.run_pipeline(expect=1)
            self.assertEqual(self.tree("out"), before, name)
            self.assertEqual(self.report()["documents"]["up_to_date"], 2)
        shutil.rmtree(self.dir / "out/in")
        (self.dir / "out/report.json").unlink()
        self.run_pipeline(expect=1)
        self.assertEqual(self.tree("out"), before)
        self.assertEqual(sum(stage["cpu_ms"] for stage in self.report()["stages"]), 0)
        self.assertEqual(self.report()["documents"]["in"], 3)

    def test_where_the_ledger_does_not_keep_them_the_document_is_run(self):
        self.run_pipeline(expect=1)
        with sqlite3.connect(self.dir / "out/.docket/ledger.db") as ledger:
            ledger.execute("DELETE FROM texts")
        ledger.close()
        (self.dir / "out/in/a.txt.txt").unlink()
        result = self.run_pipeline("-v", expect=1)
        self.assertIn("in/a.txt: done (its text is missing)", result.err)
        self.assertTrue((self.dir / "out/in/a.txt.txt").exists())

    def test_a_file_of_the_users_that_is_gone_is_no_loss(self):
        self.write("out/in/broken.pdf.txt", "mine")
        self.run_pipeline(expect=1)
        (self.dir / "out/in/broken.pdf.txt").unlink()
        self.run_pipeline(expect=1)
        self.assertFalse((self.dir / "out/in/broken.pdf.txt").exists())


class Words(e2e.Case):
    """The file of word boxes is there where the pipeline wants it; to want something else asks nobody again."""

    def setUp(self):
        super().setUp()
        self.write("in/a.txt", invoice(1))
        self.write("in/b.pdf", pdf("Hello world", "Page two"))
        self.write("in/c.pdf", pdf(invoice(2)))

    def test_as_the_pipeline_says(self):
        extract = EXTRACT.replace(", words: always", "")
        for words, pipeline, files in (("always", extract, "bc"), ("never", extract, ""), ("auto", extract, ""),
                                       ("never", PIPELINE, ""), ("auto", PIPELINE, "bc"), ("always", PIPELINE, "bc")):
            with self.subTest(words=words, stages=pipeline.count("  - ")):
                shutil.rmtree(self.dir / "out", ignore_errors=True)
                self.write("pipeline.yaml", pipeline)
                self.run_pipeline("--set", f"output.words={words}")
                found = sorted(name for name in self.tree("out") if name.endswith(".words.json"))
                self.assertEqual(found, [f"in/{file}.pdf.words.json" for file in files])

    def change(self, words, files):
        self.run_pipeline("--set", f"output.words={words}")
        found = sorted(name for name in self.tree("out") if name.endswith(".words.json"))
        self.assertEqual(found, [f"in/{file}.pdf.words.json" for file in files], words)
        self.assertEqual(self.report()["documents"]["up_to_date"], 3, words)
        self.assertEqual(sum(stage["cpu_ms"] for stage in self.report()["stages"]), 0)

    def test_a_change_is_made_from_what_is_known(self):
        self.run_pipeline()
        before = self.tree("out")
        for words, files in (("never", ""), ("never", ""), ("always", "bc"), ("auto", "bc"), ("never", ""), ("auto", "bc")):
            self.change(words, files)
        after = self.tree("out")
        for name in before:
            if name != "report.json":
                self.assertEqual(after[name], before[name], name)

    def test_a_row_that_does_not_say_whether_there_are_words(self):
        self.run_pipeline()
        with sqlite3.connect(self.dir / "out/.docket/ledger.db") as ledger:
            ledger.execute("ALTER TABLE documents DROP COLUMN has_words")
        ledger.close()
        for words, files in (("always", "bc"), ("never", ""), ("always", "bc")):
            self.change(words, files)

    def test_what_the_ledger_does_not_keep_is_read_again(self):
        self.run_pipeline("--set", "output.words=never")
        with sqlite3.connect(self.dir / "out/.docket/ledger.db") as ledger:
            ledger.execute("DELETE FROM texts")
        ledger.close()
        result = self.run_pipeline("-v")
        self.assertIn("in/b.pdf: done (its file of word boxes is to be written)", result.err)
        self.assertTrue((self.dir / "out/in/b.pdf.words.json").exists())
        self.assertEqual(self.report()["documents"]["up_to_date"], 1)

    def test_a_foreign_file_is_in_the_way_only_of_what_is_wanted(self):
        self.write("out/in/b.pdf.words.json", "mine")
        self.run_pipeline("--set", "output.words=never")
        result = self.run_pipeline("--set", "output.words=always", expect=1)
        self.assertIn("b.pdf.words.json is there already, and docket has not written it", result.said)
        self.assertEqual((self.dir / "out/in/b.pdf.words.json").read_text(), "mine")
        self.run_pipeline("--set", "output.words=never")
        self.assertEqual((self.dir / "out/in/b.pdf.words.json").read_text(), "mine")

    def test_their_numbers_have_one_decimal(self):
        self.run_pipeline()
        text = (self.dir / "out/in/b.pdf.words.json").read_text()
        self.assertRegex(text, r'^\{"docket":1,"pages":\[\{"width":595\.0,"height":842\.0,"words":'
                               r'\[(\[(\d+\.\d,){4}\d+,\d+\],?)+\]\},\{.*\}\]\}\n$')
        word = json.loads(text)["pages"][0]["words"][1]
        self.assertEqual((self.dir / "out/in/b.pdf.txt").read_bytes()[word[4]:word[4] + word[5]], b"world")


class Clean(e2e.Case):
    """clean removes what is gone for sure, and what docket has written."""

    def setUp(self):
        super().setUp()
        for name in ("a.txt", "b.txt", "sub/c.txt"):
            self.write(f"in/{name}", invoice(name))
        self.run_pipeline(pipeline=PIPELINE)
        self.before = self.tree("out")

    def check_refused(self, *arguments, code):
        result = self.docket("clean", "pipeline.yaml", "--missing", *arguments)
        self.assertEqual([result.code, result.out], [code, ""], arguments)
        self.assertIn("nothing was removed", result.err)
        self.assertEqual(self.tree("out"), self.before)

    def test_not_for_an_input_that_is_absent_or_matches_nothing(self):
        (self.dir / "empty").mkdir()
        for arguments in (["inn"], ["in/*.tx"], ["empty"], ["in", "inn"], ["in/a.txt", "in/x.txt"], ["inn/**"],
                          ["in/sub/*.pdf", "in"], [self.dir / "inn"]):
            with self.subTest(arguments):
                self.check_refused(*arguments, code=2)
        self.check_refused("-", code=1)  # An empty list.

    def test_not_for_a_pipeline_whose_input_is_gone(self):
        for paths in ("[inn]", '["in/**/*.tx"]', "[in, inn]", "[empty]", '["in/**", "other/*.pdf"]'):
            (self.dir / "empty").mkdir(exist_ok=True)
            self.write("pipeline.yaml", PIPELINE.replace("[in]", paths))
            with self.subTest(paths):
                self.check_refused(code=1)
        self.write("pipeline.yaml", PIPELINE)
        (self.dir / "in").rename(self.dir / "away")
        self.check_refused(code=1)
        (self.dir / "in").mkdir()
        self.check_refused(code=1)

    def test_not_all_without_all(self):
        self.write("other/x.txt", invoice(9))
        self.check_refused("other", code=1)
        result = self.docket("clean", "pipeline.yaml", "--missing", "--all", "other", "-n")
        self.assertEqual([result.code, result.out.split()], [0, ["in/a.txt", "in/b.txt", "in/sub/c.txt"]])
        self.assertEqual(self.tree("out"), self.before)
        result = self.docket("clean", "pipeline.yaml", "--missing", "--all", "inn")
        self.assertEqual(result.code, 0)
        self.assertIn("removed the output of 3 documents", result.err)
        self.assertEqual(self.tree("out"), {"results.jsonl": b""})
        self.assertEqual(self.docket("clean", "pipeline.yaml", "--all").code, 2)

    def test_not_where_a_folder_cannot_be_listed(self):
        if os.geteuid() == 0:
            self.skipTest("root may list anything")
        (self.dir / "in/sub").chmod(0)
        self.addCleanup((self.dir / "in/sub").chmod, 0o755)
        (self.dir / "in/a.txt").unlink()
        for arguments in ([], ["in"], ["--all"], ["in/**/*.txt", "--all"]):
            self.check_refused(*arguments, code=1)

    def test_only_what_docket_has_written(self):
        for name in ("in/a.txt.words.json", "in/a.txt.json.bak", "in/sub/mine"):
            self.write(f"out/{name}", "mine")
        (self.dir / "out/in/sub/c.txt.json").unlink()
        self.write("out/in/sub/c.txt.json/mine", "mine")
        shutil.rmtree(self.dir / "in/sub")
        (self.dir / "in/a.txt").unlink()
        result = self.docket("clean", "pipeline.yaml", "--missing")
        self.assertEqual([result.code, result.out, result.err],
                         [0, "in/a.txt\nin/sub/c.txt\n", "removed the output of 2 documents\n"])
        self.assertEqual(sorted(self.tree("out")),
                         ["in/a.txt.json.bak", "in/a.txt.words.json", "in/b.txt.json", "in/b.txt.txt",
                          "in/sub/c.txt.json/mine", "in/sub/mine", "results.jsonl"])
        self.assertEqual(self.paths(), ["in/b.txt"])

    def test_folders_that_are_empty_then(self):
        shutil.rmtree(self.dir / "in/sub")
        self.docket("clean", "pipeline.yaml", "--missing")
        self.assertFalse((self.dir / "out/in/sub").exists())
        self.assertEqual(sorted(self.tree("out")), ["in/a.txt.json", "in/a.txt.txt", "in/b.txt.json", "in/b.txt.txt",
                                                    "results.jsonl"])


class Owner(e2e.Case):
    """An output belongs to one pipeline."""

    def setUp(self):
        super().setUp()
        self.write("in/a.txt", invoice(1))
        self.write("other/x.txt", invoice(2))
        self.unnamed = PIPELINE.replace("name: test\n", "")

    def check_refused(self, file, owner, *arguments):
        before = self.tree("out")
        for verb in (["run"], ["run", "-B", "other/x.txt"], ["plan"], ["clean", "--missing", "--all"], ["status"],
                     ["explain", "in/a.txt"], ["export"], ["report"]):
            result = self.docket(verb[0], file, *verb[1:], *arguments)
            self.assertEqual([result.code, result.out], [2, ""], verb)
            self.assertIn(f"'{owner}'", result.err)
        self.assertEqual(self.tree("out"), before)

    def test_another_pipeline_is_refused(self):
        self.write("first.yaml", self.unnamed)
        self.assertEqual(self.docket("run", "first.yaml").code, 0)
        self.write("second.yaml", self.unnamed.replace("[in]", "[other]"))
        self.check_refused("second.yaml", "first")
        self.write("third.yaml", PIPELINE)
        self.check_refused("third.yaml", "first")
        self.write("first.yaml", self.unnamed.replace("version: 1", "version: 1\nname: other"))
        self.check_refused("first.yaml", "first")
        self.check_refused("third.yaml", "first", "-o", self.dir / "out")
        result = self.docket("run", "second.yaml", "-o", "out2")
        self.assertEqual(result.code, 0, result.err)

    def test_a_pipeline_is_known_by_its_name_wherever_its_file_is(self):
        self.run_pipeline()
        (self.dir / "pipeline.yaml").rename(self.dir / "renamed.yaml")
        result = self.docket("run", "renamed.yaml")
        self.assertIn("1 up to date", result.err)
        self.write("renamed.yaml", self.unnamed)
        result = self.docket("run", "renamed.yaml")
        self.assertIn("set `name: test` in", result.err)
        self.assertEqual(self.docket("run", "renamed.yaml", "--set", "name=test").code, 0)

    def test_the_ledger_of_an_older_docket_is_the_last_runs(self):
        self.run_pipeline()
        with sqlite3.connect(self.dir / "out/.docket/ledger.db") as ledger:
            ledger.execute("ALTER TABLE runs DROP COLUMN pipeline_name")
            for column in ("text_bytes", "words_bytes"):
                ledger.execute(f"ALTER TABLE documents DROP COLUMN {column}")
        ledger.close()
        self.write("other.yaml", self.unnamed)
        self.assertIn("'test'", self.docket("run", "other.yaml").err)
        self.assertIn("1 up to date", self.run_pipeline().err)

    def test_an_output_without_a_run_is_nobodys(self):
        self.run_pipeline("--depfile", "in/a.txt", expect=2)
        self.write("other.yaml", self.unnamed)
        self.assertEqual(self.docket("run", "other.yaml").code, 0)


FIELDS = """\
  - structured-extract:
      when: .classify.label == "invoice"
      backends: [rules]
      schema: fields.json
"""


class Until(e2e.Case):
    """A run that leaves out stages leaves their results."""

    def setUp(self):
        super().setUp()
        for number in range(2):
            self.write(f"in/{number}.txt", invoice(number))
        self.write("fields.json", '{"type": "object", "properties": {"total": {"type": "number"}}}')
        self.write("pipeline.yaml", PIPELINE + FIELDS)

    def change(self, *replacement):
        path = self.dir / "pipeline.yaml"
        path.write_text(path.read_text().replace(*replacement))

    def test_leaves_what_is_known(self):
        self.run_pipeline()
        before = self.tree("out")
        exported = self.docket("export", "pipeline.yaml").out
        for arguments in (["--until", "extract"], ["--until", "classify"], ["-B", "--until", "extract"],
                          ["--until", "extract", "in/0.txt"], ["--until", "structured_extract"]):
            self.run_pipeline(*arguments)
            self.assertEqual(self.tree("out"), before, arguments)
        self.assertEqual(self.docket("export", "pipeline.yaml").out, exported)
        self.assertIn("2 up to date", self.run_pipeline().err)

    def test_leaves_a_record_that_a_later_stage_makes_outdated(self):
        self.run_pipeline()
        before = self.tree("out")
        self.change("a bill from", "a bill of")
        self.run_pipeline("--until", "extract")
        self.assertEqual(self.tree("out"), before)
        self.run_pipeline()
        self.assertEqual(self.report()["documents"]["done"], 2)

    def test_drops_what_another_text_makes_outdated_and_says_so(self):
        self.run_pipeline()
        self.write("in/0.txt", invoice(7, "130.00"))
        self.run_pipeline("--until", "classify")
        record = self.record("in/0.txt")
        self.assertEqual([record["left_out"], "structured_extract" in record], [["structured_extract"], False])
        self.assertEqual(record["classify"]["label"], "invoice")
        self.assertIn("structured_extract", self.record("in/1.txt"))
        self.assertEqual(self.results(), [record, self.record("in/1.txt")])
        self.assertIn("2 up to date", self.run_pipeline("--until", "classify").err)
        self.assertIn("left out", self.docket("plan", "pipeline.yaml", "--until", "extract", "-B", "-v").out)
        self.run_pipeline()
        self.assertEqual(self.report()["documents"]["up_to_date"], 1)
        self.assertNotIn("left_out", self.record("in/0.txt"))
        # The same text again: what is known of it is taken.
        self.write("in/0.txt", invoice(0))
        self.run_pipeline("--until", "extract")
        self.assertIn("structured_extract", self.record("in/0.txt"))

    def test_leaves_a_failure_of_a_later_stage(self):
        self.change("when: .classify.label ==", 'when: .classify.label + 1 ==')
        self.run_pipeline(expect=1)
        before = self.tree("out")
        self.run_pipeline("--until", "classify")
        self.assertEqual(self.tree("out"), before)
        self.run_pipeline(expect=1)

    def test_leaves_what_holds_a_document(self):
        self.change(FIELDS, FIELDS + HOLDS)
        self.run_pipeline(expect=3)
        before = self.tree("out")
        self.run_pipeline("--until", "extract", expect=3)
        self.assertEqual(self.tree("out"), before)

    def test_of_a_first_run_says_what_is_left_out(self):
        self.run_pipeline("--until", "extract")
        self.assertEqual(self.record("in/0.txt")["left_out"], ["classify", "structured_extract"])
        self.run_pipeline()
        self.assertNotIn("left_out", self.record("in/0.txt"))


class OneFile(e2e.Case):
    """After a clean end the ledger is one file."""

    def setUp(self):
        super().setUp()
        for number in range(30):
            self.write(f"in/{number}.txt", invoice(number))
        self.write("in/broken.pdf", "%PDF-1.7\nno more")

    def check_one_file(self, documents=31):
        log = self.dir / "out/.docket/ledger.db-wal"
        self.assertFalse(log.exists() and log.stat().st_size > 0)
        (self.dir / "copy/.docket").mkdir(parents=True, exist_ok=True)
        shutil.copy(self.dir / "out/.docket/ledger.db", self.dir / "copy/.docket")
        status = self.docket("status", "pipeline.yaml", "-o", "copy")
        self.assertIn(f"{documents} documents", status.out)
        shutil.rmtree(self.dir / "copy")

    def test_after_verbs_that_write(self):
        self.run_pipeline(expect=1)
        self.check_one_file()
        self.run_pipeline(expect=1)
        self.check_one_file()
        (self.dir / "in/1.txt").unlink()
        self.assertEqual(self.docket("clean", "pipeline.yaml", "--missing").code, 0)
        self.check_one_file(30)
        self.run_pipeline("--depfile", "in/2.txt", expect=2)
        self.check_one_file(30)

    def test_after_a_run_that_was_stopped(self):
        self.write("pipeline.yaml", PIPELINE)
        process = self.start("run", "pipeline.yaml", "-", stdin=subprocess.PIPE)
        process.stdin.write(b"in/0.txt\nin/broken.pdf\n")
        process.stdin.flush()
        e2e.wait_for((self.dir / "out/in/0.txt.json").exists, "the first record")
        e2e.wait_for((self.dir / "out/in/broken.pdf.json").exists, "the second record")
        process.terminate()
        self.assertEqual(self.finish(process).code, 143)
        self.check_one_file(2)

    def test_a_copy_of_it_knows_all(self):
        self.run_pipeline(expect=1)
        for name in ("in", ".docket/ledger.db"):
            path = self.dir / "copy" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(self.dir / "out" / name, path) if path.suffix else shutil.copytree(self.dir / "out" / name, path)
        result = self.run_pipeline("-o", "copy", expect=1)
        self.assertIn("30 up to date", result.err)

    def test_while_somebody_looks_on(self):
        self.run_pipeline(expect=1)
        self.write("in/more.txt", invoice(99))
        with sqlite3.connect(self.dir / "out/.docket/ledger.db") as ledger:
            self.assertEqual(ledger.execute("SELECT count(*) FROM documents").fetchone(), (31,))
            self.run_pipeline(expect=1)  # Nobody is reading at this moment.
            self.check_one_file(32)
            self.write("in/more.txt", invoice(98))
            ledger.execute("BEGIN")
            ledger.execute("SELECT count(*) FROM documents").fetchone()
            self.run_pipeline(expect=1)  # Now somebody is: it is not waited for.
            ledger.execute("COMMIT")
        ledger.close()
        self.run_pipeline(expect=1)
        self.check_one_file(32)

    def test_verbs_that_read_leave_no_log(self):
        self.run_pipeline(expect=1)
        before = (self.dir / "out/.docket/ledger.db").read_bytes()
        for verb in (["status"], ["export"], ["explain", "in/1.txt"], ["report"], ["plan"]):
            self.assertEqual(self.docket(verb[0], "pipeline.yaml", *verb[1:]).code, 0)
        self.assertEqual((self.dir / "out/.docket/ledger.db").read_bytes(), before)
        self.check_one_file()


class Names(e2e.Case):
    """Names of documents that could be taken for one another."""

    def test_each_has_files_of_its_own(self):
        names = ["caf\u00e9.txt", "cafe\u0301.txt", "a", "a.", "a..", "a .txt", "a\x01.txt", "a\x02.txt", "...", "x" * 250,
                 "x" * 249 + "y", "a.txt", "a.words", "a.json", "a~", "A", "\u00fc", "u\u0308", "back\\slash", "x\ty"]
        for name in names:
            self.write(f"in/{name}", pdf(invoice(1)) if name == "a" else invoice(name.encode().hex()))
        for _ in range(2):
            self.run_pipeline(pipeline=EXTRACT.replace("[in]", "[in, in/...]"))
            self.assertEqual(sorted(self.paths()), sorted(f"in/{name}" for name in names))
        texts = [path.read_bytes() for path in (self.dir / "out").rglob("*.txt")]
        self.assertEqual([len(texts), len(set(texts))], [len(names)] * 2)
        for path in (self.dir / "out").rglob("*.json"):
            self.assertIsNone(re.search("/\\.\\./", str(path)))


if __name__ == "__main__":
    e2e.main()
