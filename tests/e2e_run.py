"""docket run: what goes in, what comes out, and where."""

import json
import shutil

import e2e
from e2e import HOLDS, PIPELINE, invoice, pdf


class Records(e2e.Case):
    def test_each_document_gets_a_record(self):
        self.write("in/a.txt", invoice(1))
        self.write("in/deep/b.pdf", pdf(invoice(2), "page two"))
        self.run_pipeline()
        text = self.record("in/a.txt")
        self.assertEqual([text["docket"], text["status"]], [1, "done"])
        self.assertEqual(text["document"]["path"], "in/a.txt")
        self.assertEqual(text["document"]["media_type"], "text/plain")
        self.assertEqual(text["document"]["bytes"], len(invoice(1)))
        self.assertEqual(text["classify"]["label"], "invoice")
        self.assertEqual(text["classify"]["tier"], "rules")
        self.assertEqual(text["usage"]["cost_usd"], 0)
        page = self.record("in/deep/b.pdf")
        self.assertEqual(page["document"]["media_type"], "application/pdf")
        self.assertEqual(page["extract"]["pages"], 2)
        self.assertGreater(page["extract"]["characters"], 100)

    def test_the_text_and_the_word_boxes_stand_beside_the_record(self):
        self.write("in/b.pdf", pdf("Hello world", "Page two"))
        self.run_pipeline()
        self.assertNotIn("Hello", json.dumps(self.record("in/b.pdf")))
        self.assertEqual([p.strip() for p in (self.dir / "out/in/b.pdf.txt").read_text().split("\f")],
                         ["Hello world", "Page two", ""])
        words = json.loads((self.dir / "out/in/b.pdf.words.json").read_text())
        self.assertEqual(len(words["pages"]), 2)
        self.assertEqual(len(words["pages"][0]["words"]), 2)

    def test_results_are_the_records_in_the_order_of_their_paths(self):
        names = [f"in/{number:03d}.txt" for number in range(60)]
        for number, name in enumerate(names):
            self.write(name, pdf(*[invoice(number)] * 20) if number % 7 == 0 else invoice(number))
        self.run_pipeline("-j", "8")
        self.assertEqual(self.paths(), names)
        for record in self.results():
            self.assertEqual(record, self.record(record["document"]["path"]))
        self.run_pipeline("-o", "turned", *reversed(names))
        self.assertEqual(self.paths("turned"), names)

    def test_reruns_give_the_same_bytes_with_any_number_of_jobs(self):
        for number in range(24):
            self.write(f"in/{number}.pdf", pdf(*[invoice(number)] * (1 + number % 5)))
            self.write(f"in/{number}.txt", invoice(number, "1.00"))
        self.write("in/broken.pdf", "%PDF-1.7\nno more")
        pipeline = PIPELINE + HOLDS
        for out, jobs in (("one", 1), ("eight", 8), ("again", 8)):
            self.run_pipeline("-j", jobs, "-o", out, expect=1, pipeline=pipeline)
        one = self.tree("one")
        self.assertGreater(len(one), 49)
        self.assertEqual(one, self.tree("eight"))
        self.assertEqual(one, self.tree("again"))
        self.run_pipeline("-j", "3", "-o", "one", expect=1)  # Over what is there.
        self.assertEqual(one, self.tree("one"))

    def test_nothing_but_the_record_is_left_in_the_output(self):
        self.write("in/a.txt", invoice(1))
        self.run_pipeline()
        self.assertEqual(set(self.tree("out")), {"in/a.txt.json", "in/a.txt.txt", "results.jsonl"})
        self.assertEqual([p.name for p in (self.dir / "out/.docket").rglob("tmp*/*")], [])


class Names(e2e.Case):
    TRICKY = ["report", "_report", "results.jsonl", "a.json/x", "a", "a.txt", "a.txt.txt/b", "A", "ü.txt",
              "two words", "new\nline", "x", "x.words", ".docket/lock", "_.docket/lock", "-", "--help"]

    def test_documents_that_would_collide_get_names_of_their_own(self):
        for folder in ("here", "there"):
            for name in self.TRICKY:
                self.write(f"{folder}/{name}", pdf(invoice(1)) if name == "x" else invoice(1))
        self.write("project/pipeline.yaml", PIPELINE)
        listed = self.TRICKY + [f"{self.dir}/there/{name}" for name in self.TRICKY]
        run = ["run", "../project/pipeline.yaml", "-o", "../out", "-", "-0"]
        result = self.docket(*run, stdin="\0".join(listed), cwd=self.dir / "here")
        self.assertEqual(result.code, 0, result.err)
        self.assertEqual(sorted(self.paths()), sorted(listed))
        self.assertEqual(len({record["document"]["id"] for record in self.results()}), len(listed))
        names = self.names_of_records()
        self.assertEqual(sorted(names), sorted(listed))
        self.assertEqual(self.report()["documents"]["in"], len(listed))

        # The name does not depend on what else is in the run.
        shutil.rmtree(self.dir / "out")
        self.docket(*run, stdin="a.json/x", cwd=self.dir / "here")
        self.assertEqual(self.names_of_records(), {"a.json/x": names["a.json/x"]})

    def names_of_records(self):
        """{path of a document: where its record is}"""
        names = {}
        for path in (self.dir / "out").rglob("*.json"):
            content = json.loads(path.read_text(encoding="utf-8"))
            if "document" in content:
                names[content["document"]["path"]] = str(path.relative_to(self.dir / "out"))
        return names

    def test_folders_named_like_files_of_the_output(self):
        for name in ("results.jsonl/a.txt", "report.json/a.txt", "a.words.json/a.txt"):
            self.write(name, invoice(1))
        self.run_pipeline("results.jsonl", "report.json", "a.words.json")
        self.assertEqual(len(self.results()), 3)
        self.assertEqual(self.report()["documents"]["done"], 3)

    def test_a_name_that_is_not_utf8_is_no_obstacle(self):
        (self.dir / "in").mkdir()
        with open(bytes(self.dir) + b"/in/caf\xe9.txt", "w", encoding="utf-8") as file:
            file.write(invoice(1))
        self.run_pipeline()
        self.assertEqual(len(self.results()), 1)
        self.assertEqual(self.results()[0]["status"], "done")

    def test_a_name_as_long_as_a_file_system_allows(self):
        name = "in/" + "n" * 251 + ".txt"
        self.write(name, invoice(1))
        self.run_pipeline()
        self.assertEqual(self.paths(), [name])


class Inputs(e2e.Case):
    def setUp(self):
        super().setUp()
        for name in ("in/a.txt", "in/b.md", "in/sub/c.txt", "in/.hidden", "other/d.txt"):
            self.write(name, invoice(name))

    def test_the_pipelines_own_paths_start_at_its_folder(self):
        self.write("pipeline.yaml", PIPELINE)
        (self.dir / "far").mkdir()
        result = self.docket("run", "../pipeline.yaml", cwd=self.dir / "far")
        self.assertEqual(result.code, 0, result.err)
        self.assertEqual(self.paths(), ["in/a.txt", "in/b.md", "in/sub/c.txt"])

    def test_files_folders_and_globs_and_none_twice(self):
        self.run_pipeline("other", "in/sub/c.txt", "in/**/*.txt", "in")
        self.assertEqual(self.paths(), ["in/a.txt", "in/b.md", "in/sub/c.txt", "other/d.txt"])
        self.assertEqual(self.report()["documents"]["in"], 4)

    def test_the_output_folder_is_not_read(self):
        self.run_pipeline(pipeline=PIPELINE.replace("[in]", "[.]"))
        first = self.paths()
        self.assertIn("in/a.txt", first)
        self.run_pipeline()
        self.assertEqual(self.paths(), first)

    def test_a_list_on_standard_input(self):
        self.run_pipeline("-", stdin="in/a.txt\nother/d.txt\r\n\nin/b.md")
        self.assertEqual(self.paths(), ["in/a.txt", "in/b.md", "other/d.txt"])
        self.run_pipeline("-", "-0", "-o", "nul", stdin="other/d.txt\0in/a.txt\0")
        self.assertEqual(self.paths("nul"), ["in/a.txt", "other/d.txt"])

    def test_limit_and_only(self):
        self.run_pipeline("--limit", "2")
        self.assertEqual(self.paths(), ["in/a.txt", "in/b.md"])
        self.run_pipeline("--limit", "2")
        self.assertEqual(self.paths(), ["in/a.txt", "in/b.md", "in/sub/c.txt"])  # What is up to date is no work.
        self.run_pipeline("--only", "*.txt", "-o", "only")
        self.assertEqual(self.paths("only"), ["in/a.txt", "in/sub/c.txt"])

    def test_until_a_stage(self):
        self.run_pipeline("--until", "extract")
        self.assertEqual([stage["id"] for stage in self.report()["stages"]], ["extract"])
        self.assertNotIn("classify", self.results()[0])

    def test_what_is_not_accepted_is_said_in_reruns_too(self):
        self.write("in/a.txt", "The tide was low and the gulls were loud.\n" * 12)
        result = self.run_pipeline()
        line = "not accepted: classify 1 of 3; `export --accepted-only` leaves them out"
        for answer in (result, self.run_pipeline(), self.run_pipeline("in/a.txt", "in/b.md", "in/sub/c.txt")):
            self.assertIn(line, answer.err)
            stages = {stage["id"]: stage for stage in self.report()["stages"]}
            self.assertEqual([stages["classify"]["answers"], stages["classify"]["not_accepted"]], [3, 1])
            self.assertEqual(stages["extract"]["grades"], {"good": 3})
        for verb in ("report", "status"):
            self.assertIn(line, self.docket(verb, "pipeline.yaml").out)
        self.assertIn("no label fits, not accepted\n", self.docket("explain", "pipeline.yaml", "in/a.txt").out)
        self.write("in/d.pdf", pdf(""))
        self.assertIn("no text (1): done, and nothing was read in them\n  in/d.pdf\n", self.run_pipeline().err)
        self.assertIn("    text none\n", self.docket("explain", "pipeline.yaml", "in/d.pdf").out)
        self.assertNotIn(line, self.run_pipeline("in/b.md").err)

    def test_no_document_is_a_run_too(self):
        self.run_pipeline("-", "--set", "input.may_be_empty=true", stdin="")
        self.assertEqual(self.results(), [])
        self.assertEqual(self.report()["documents"]["in"], 0)


if __name__ == "__main__":
    e2e.main()
