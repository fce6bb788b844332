"""What documents are called: one name in many spellings, names that are left empty, names that hurt, and what a name
keeps on this machine."""

import csv
import io
import os
import re
import subprocess
from pathlib import Path

import e2e
from e2e import invoice
from paid_model import PaidModel

CLOUD = """\
version: 1
input:  {{ paths: [in] }}
output: {{ dir: out }}
policy: {{ private: [{policy}] }}
backends:
  cloud: {{ type: openai, url: "{url}", model: m, context: 8192, location: cloud }}
stages:
  - extract:
  - classify: {{ backends: [cloud], labels: {{ invoice: {{ description: a bill }}, letter: {{ description: a letter }} }} }}
"""
COMPOSED, DECOMPOSED = "Geh\u00e4lter", "Geha\u0308lter"


class Private(e2e.Case):
    def test_documents_stay_here_however_their_path_is_spelt(self):
        model = PaidModel("m")
        self.addCleanup(model.close)
        private = {"in/a/1.txt": "./in//a/", "in/b/2.txt": "IN/B", f"in/{DECOMPOSED}.txt": f"in/{COMPOSED}*",
                   "in/link.txt": "vault/**", "in/deep/hr/5.txt": "hr", "in/f/x/6.txt": "in/f*",
                   "in/g/7.txt": f"{self.dir}/in/../in/g/**"}
        for number, name in enumerate(private, 1):
            if name != "in/link.txt":
                self.write(name, invoice(number))
        self.write("vault/4.txt", invoice(4))
        os.symlink("../vault/4.txt", self.dir / "in/link.txt")
        self.write("in/open/8.txt", invoice(8))
        policy = ", ".join(f'"path: {pattern}"' for pattern in private.values())
        self.write("pipeline.yaml", CLOUD.format(policy=policy, url=model.url))
        self.run_pipeline(expect=3)
        self.assertEqual({number for number, _ in model.take()}, {"8"})
        self.assertEqual({record["document"]["path"] for record in self.results() if record["status"] == "held"}, set(private))

    def test_a_pattern_that_can_match_nothing_is_an_error_with_its_place(self):
        for pattern in ("", "~/hr/**", "hr/[", "hr\\\\**", "{hr,pay}/**"):
            self.write("pipeline.yaml", CLOUD.format(policy=f'"path: {pattern}"', url="http://127.0.0.1:9"))
            result = self.docket("check", "pipeline.yaml")
            self.assertEqual(result.code, 2, pattern)
            self.assertRegex(result.err, r"pipeline.yaml:4:\d+: policy.private: not a pattern for paths: ")


class Spelling(e2e.Case):
    def test_only_and_explain_mean_the_document(self):
        for name in ("in/a.txt", f"in/{DECOMPOSED}.txt", "in/C.TXT"):
            self.write(name, invoice(1))
        self.run_pipeline()
        sub = self.dir / "in"
        for document, spellings in {
                "in/a.txt": ("in/a.txt", "./in/a.txt", "in//a.txt", "in/../in/a.txt", f"{self.dir}/in/a.txt", "IN/a.txt"),
                f"in/{DECOMPOSED}.txt": (f"in/{COMPOSED}.txt", f"./in/{DECOMPOSED}.txt"),
                "in/C.TXT": ("in/c.txt",)}.items():
            for spelling in spellings:
                self.assertTrue(self.docket("explain", "pipeline.yaml", spelling).out.startswith(document + ":"), spelling)
                plan = self.docket("plan", "pipeline.yaml", "-B", "-v", "--only", spelling)
                self.assertEqual(re.findall(r"^(in/.*?): ", plan.out, re.M), [document], spelling)
        self.assertIn("in/a.txt:", self.docket("explain", "../pipeline.yaml", "a.txt", cwd=sub).out)
        self.assertIn("1 document to work on", self.docket("plan", "../pipeline.yaml", "-B", "--only", "./a.txt", cwd=sub).out)

    def test_only_follows_the_links_of_its_pattern(self):
        self.write("in/a.txt", invoice(1))
        self.write("other/a.txt", invoice(2))
        self.write("pipeline.yaml", e2e.PIPELINE.replace("[in]", "[in, other]"))
        for name, target in {"inbox": "in", "other/link.txt": "../in/a.txt", "here": "."}.items():
            (self.dir / name).symlink_to(target)
        for pattern in ("inbox", "inbox/a.txt", "inbox/*.txt", "in/a.txt", "here/in/", f"{self.dir}/here/inbox/**"):
            plan = self.docket("plan", "pipeline.yaml", "-v", "--only", pattern)
            self.assertEqual(re.findall(r"^((?:in|other)/.*?): ", plan.out, re.M), ["in/a.txt"], pattern)
        through = self.docket("plan", self.dir / "here/pipeline.yaml", "-v", "--only", self.dir / "in/a.txt")
        self.assertIn("1 document to work on", through.out)

    def test_capitals_count_where_the_pipeline_says_so(self):
        self.write("in/a.TXT", invoice(1))
        for sensitive, documents in ("false", 1), ("true", 0):
            self.write("pipeline.yaml", e2e.PIPELINE.replace("paths: [in]", f"paths: ['in/*.txt'], case_sensitive: {sensitive}"))
            self.assertIn(f"\n{documents} document", "\n" + self.docket("plan", "pipeline.yaml").out)


class Empty(e2e.Case):
    def test_an_empty_name_is_an_error_everywhere(self):
        self.write("in/a.txt", invoice(1))
        self.write("pipeline.yaml", e2e.PIPELINE)
        run = ("run", "pipeline.yaml")
        for words in ([*run, ""], [*run, "in/a.txt", ""], [*run, "-o", ""], [*run, "--output="], [*run, "--report", ""],
                      [*run, "--trace", ""], [*run, "--depfile", ""], [*run, "--only", ""], [*run, "--set", "output.dir="],
                      [*run, "--set", "input.paths=['']"], ["plan", "pipeline.yaml", ""], ["check", ""],
                      ["explain", "pipeline.yaml", ""], ["clean", "pipeline.yaml", "--missing", " "],
                      ["status", "pipeline.yaml", "-o", ""], ["init", ""]):
            result = self.docket(*words)
            self.assertEqual(result.code, 2, words)
            self.assertIn("empty" if words[-1][-1:] != "=" else "", result.err)
        self.write("pipeline.yaml", e2e.PIPELINE.replace("[in]", '["${DOCKET_TEST_INBOX}/**"]'))
        result = self.docket(*run, env={"DOCKET_TEST_INBOX": ""})
        self.assertEqual(result.code, 2)
        self.assertIn("DOCKET_TEST_INBOX is empty", result.err)
        self.assertEqual(sorted(os.listdir(self.dir)), ["in", "pipeline.yaml"])

    def test_empty_lines_of_a_list_are_passed_over(self):
        self.write("in/a.txt", invoice(1))
        self.run_pipeline("-", stdin="\nin/a.txt\n\n\r\n")
        self.assertEqual(self.paths(), ["in/a.txt"])


class Hostile(e2e.Case):
    def test_nothing_printed_drives_a_terminal_or_a_spreadsheet(self):
        names = ["=cmd|'C calc'!A1.txt", "+1+2.txt", "-x.txt", "@sum(1).txt", "\uff1d1.txt", "e\x1b[2Jvil\x07\u202etxt.pdf.txt",
                 "c1\u009b31m\x7f.txt", "plain.txt"]
        for name in names:
            self.write(name, invoice(1) if name != names[5] else "%PDF-1.7 no more")
        self.write("pipeline.yaml", e2e.PIPELINE.replace("[in]", '["*.txt"]'))
        for words in (["run", "pipeline.yaml", "-v", "--report", "-"], ["status", "pipeline.yaml"], ["report", "pipeline.yaml"],
                      ["report", "pipeline.yaml", "--json"], ["explain", "pipeline.yaml", names[5]],
                      ["plan", "pipeline.yaml", "-B", "-v"], ["export", "pipeline.yaml"], ["export", "pipeline.yaml", "--csv"],
                      ["run", "pipeline.yaml", names[5] + "x", "--only", "\x1b[1m"], ["\x1b[31mrun"], ["check", "\x1b[1m"]):
            result = self.docket(*words)
            self.assertEqual(re.findall("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e]", result.out + result.err), [], words)
        rows = list(csv.DictReader(io.StringIO(self.docket("export", "pipeline.yaml", "--csv").out, newline="")))
        cells = [row["document.path"] for row in rows]
        self.assertEqual([cell for cell in cells if cell[0] in "=+-@\uff1d"], [])
        self.assertEqual({"'=cmd|'C calc'!A1.txt", "'\uff1d1.txt", "plain.txt"} - set(cells), set())


    def test_messages_of_records_name_files_without_what_drives_a_terminal(self):
        for name in ("a\x1b[31mb.txt", "c\x07d.txt", "e\u009b2J\u202ef.txt"):
            self.write(f"in/{name}", invoice(1))
            (self.dir / f"out/in/{name}.json").mkdir(parents=True)
        self.run_pipeline(expect=1)
        messages = [record["error"]["message"] for record in self.results()]
        self.assertEqual(["out/in/" in message for message in messages], [True] * 3)
        self.assertEqual(re.findall("[\x00-\x1f\x7f-\x9f\u202a-\u202e]", "".join(messages)), [])


class Workers(e2e.Case):
    def test_a_worker_learns_no_key_and_docket_cannot_be_looked_into(self):
        self.write("in/a.txt", invoice(1))
        self.write("pipeline.yaml", e2e.PIPELINE)
        process = self.start("run", "pipeline.yaml", "-", "--progress", "none", stdin=subprocess.PIPE,
                             env={"DOCKET_TEST_KEY": "sk-secret-0123456789", "TZ": "UTC"})
        process.stdin.write(b"in/a.txt\n")
        process.stdin.flush()
        e2e.wait_for((self.dir / "out/in/a.txt.json").exists, "the document is done")
        children = [child for task in Path(f"/proc/{process.pid}/task").iterdir() for child in (task / "children").read_text().split()]
        self.assertTrue(children)
        for child in children:
            if os.geteuid() == 0:  # Nobody else may look.
                with open(f"/proc/{child}/environ", encoding="utf-8") as environment:
                    names = {variable.split("=")[0] for variable in environment.read().split("\0") if variable}
                self.assertIn("TZ", names)
                self.assertEqual({name for name in names if not name.endswith("SAN_OPTIONS")}
                                 - {"LANG", "LC_ALL", "LC_CTYPE", "TZ", "PATH"}, set())
                # Under a sanitizer the standard streams are left to it.
                files = [os.readlink(f"/proc/{child}/fd/{number}") for number in os.listdir(f"/proc/{child}/fd") if int(number) > 2]
                self.assertEqual([name for name in files if not re.match(r"/dev/null|socket:|/proc/\d+/statm", name)], [])
        for pid in (process.pid, *children):
            self.assertEqual(os.stat(f"/proc/{pid}/environ").st_uid, 0, "a process of the same user could read it")
        self.finish(process)


if __name__ == "__main__":
    e2e.main()
