"""`output.mode`: who else may read what docket writes."""

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import unittest
from pathlib import Path

import e2e

SHARED = e2e.PIPELINE.replace("dir: out", 'dir: out, mode: "0640", words: always')
GROUP, COLLEAGUE = 54321, 54322  # Numbers that no user or group of a machine has.


def bits(path):
    return stat.S_IMODE(path.stat().st_mode) & 0o777


class Shared(e2e.Case):
    def setUp(self):
        super().setUp()
        self.write("in/deep/a.txt", e2e.invoice(1))
        self.write("in/b.pdf", e2e.pdf(e2e.invoice(2)))
        self.out = self.dir / "out"


class Mode(Shared):
    def assert_modes(self, files, folders):
        seen = 0
        for path in self.out.rglob("*"):
            if path != self.out / ".docket/tmp":
                self.assertEqual(oct(bits(path)), oct(folders if path.is_dir() else files), path)
                seen += path.is_file()
        self.assertGreaterEqual(seen, 9)  # Two records, texts and one of words, results, report, ledger, lock.

    def test_all_files_have_it_whatever_the_umask(self):
        self.write("pipeline.yaml", SHARED)
        for umask in (0o077, 0o000):
            shutil.rmtree(self.out, ignore_errors=True)
            self.run_pipeline(umask=umask)
            self.assert_modes(0o640, 0o750)
            self.assertEqual(oct(bits(self.out)), oct(0o750))

    def test_it_is_given_to_what_is_there_and_to_nothing_else(self):
        self.run_pipeline(umask=0o077)
        record = self.out / "in/b.pdf.json"
        self.assertEqual(bits(record), 0o600)
        mine = self.write("out/mine.txt", "mine")
        mine.chmod(0o604)
        self.write("pipeline.yaml", SHARED)
        self.run_pipeline(umask=0o077)
        self.assertEqual(bits(mine), 0o604)
        mine.unlink()
        self.assert_modes(0o640, 0o750)
        record.chmod(0o600)  # A choice of the owner, which no run takes back.
        self.run_pipeline(umask=0o077)
        self.assertEqual(bits(record), 0o600)
        self.run_pipeline("--set", "output.mode=0644")
        self.assertEqual((bits(record), bits(self.out / "in")), (0o644, 0o755))

    def test_private_folders_of_somebody_else_stay_private(self):
        self.run_pipeline(umask=0o077)
        self.write("out/private/deep/mine.txt", "mine")
        self.write("out/in/private/mine.txt", "mine")
        private = [self.out / name for name in ("private", "private/deep", "in/private")]
        for folder in private:
            folder.chmod(0o700)
        self.run_pipeline("--set", "output.mode=0644")
        self.assertEqual([oct(bits(folder)) for folder in private], [oct(0o700)] * 3)
        self.assertEqual([oct(bits(self.out / name)) for name in ("in", "in/deep", ".docket")], [oct(0o755)] * 3)

    def test_without_it_the_umask_decides_and_the_ledger_is_private(self):
        self.run_pipeline(umask=0o027)
        self.assertEqual((bits(self.out / "in/b.pdf.json"), bits(self.out / "in")), (0o640, 0o750))
        self.assertEqual(bits(self.out / ".docket/ledger.db"), 0o600)

    def test_as_text_and_as_number(self):
        for value in ('"0640"', "0640", "640"):
            self.write("pipeline.yaml", e2e.PIPELINE.replace("dir: out", f"dir: out, mode: {value}"))
            self.run_pipeline()
            self.assertEqual(oct(bits(self.out / "results.jsonl")), oct(0o640), value)

    def test_what_it_may_not_be(self):
        for value, says in (("rw-r-----", "expected permissions as chmod has them"), ("0666", "everybody could change"),
                            ("0440", "docket itself must read and write"), ("0750", "no programs"), ("416", "docket itself")):
            self.write("pipeline.yaml", e2e.PIPELINE.replace("dir: out", f"dir: out, mode: {value}"))
            result = self.docket("check", "pipeline.yaml")
            self.assertEqual(result.code, 2)
            self.assertRegex(result.err, r"^pipeline.yaml:4:\d+: output.mode: .*" + says + f".*got '{value}'")


@unittest.skipUnless(os.geteuid() == 0, "only root can be somebody else")
class Colleague(Shared):
    def setUp(self):
        super().setUp()
        self.dir.chmod(0o755)
        self.out.mkdir()
        os.chown(self.out, -1, GROUP)
        self.out.chmod(0o2750)  # What is made in it belongs to the group too.
        self.write("pipeline.yaml", SHARED)
        self.bin = self.dir / "bin"
        self.bin.mkdir()
        for program in ("docket", "docket-extract"):
            shutil.copy(Path(e2e.DOCKET).parent / program, self.bin)
        self.run_pipeline(umask=0o077)

    def as_colleague(self, *arguments, group=GROUP):
        return subprocess.run([self.bin / "docket", *arguments], cwd=self.dir, user=COLLEAGUE, group=group, extra_groups=[],
                              capture_output=True, text=True, timeout=e2e.TIMEOUT, check=False)

    def assert_reads_everything(self):
        for arguments in (["status"], ["explain", "in/b.pdf"], ["export", "--csv"], ["report"], ["runs"], ["egress"], ["verify"]):
            result = self.as_colleague(arguments[0], "pipeline.yaml", *arguments[1:])
            self.assertEqual(result.returncode, 0, f"{arguments}: {result.stderr}")
            self.assertNotEqual(result.stdout, "")

    def test_the_group_reads_everything_and_writes_nothing(self):
        self.assert_reads_everything()
        self.assertEqual(self.as_colleague("run", "pipeline.yaml").returncode, 2)
        self.assertEqual(self.as_colleague("ack", "pipeline.yaml", "in/b.pdf").returncode, 1)
        self.assertEqual(len((self.out / "results.jsonl").read_text().splitlines()), 2)

    def test_also_while_the_ledger_has_a_log(self):
        with sqlite3.connect(self.out / ".docket/ledger.db") as database:
            database.execute("UPDATE runs SET version = 'seen'")
            database.commit()
            self.assertTrue((self.out / ".docket/ledger.db-wal").exists())
            self.assert_reads_everything()
            runs = self.as_colleague("runs", "pipeline.yaml", "--json")
            self.assertEqual(json.loads(runs.stdout)["runs"][0]["version"], "seen")

    def test_others_read_nothing(self):
        for verb in ("status", "export", "report"):
            result = self.as_colleague(verb, "pipeline.yaml", group=COLLEAGUE)
            self.assertEqual((result.returncode, result.stdout), (2, ""), verb)


if __name__ == "__main__":
    unittest.main()
