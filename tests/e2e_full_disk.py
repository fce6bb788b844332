"""A disk that is full, or an output that cannot be written: one clear error, and no half file."""

import contextlib
import errno
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import unittest
from pathlib import Path

import e2e
from e2e import PIPELINE, invoice, pdf

# Runs "$@" with a small file system of its own at out/, and keeps what it leaves there in left/.
SMALL_DISK = """
mount -t tmpfs -o size="$0" tmpfs out
code=0
"$@" || code=$?
cp -r out/. left
exit "$code"
"""


def may_mount():
    try:
        return subprocess.run(["unshare", "-rm", "sh", "-c", "mount -t tmpfs tmpfs /mnt"], check=False,
                              stderr=subprocess.DEVNULL).returncode == 0
    except FileNotFoundError:
        return False


def fill(filler):
    """Leaves no room on the file system of that file."""
    with open(filler, "wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))


def opened(gate):
    """True once somebody waits at the FIFO, who then goes on."""
    try:
        os.close(os.open(gate, os.O_WRONLY | os.O_NONBLOCK))
    except OSError as error:
        if error.errno != errno.ENXIO:
            raise
        return False
    return True


class FullDisk(e2e.Case):
    def check_whole(self, folder):
        """Every file that is there is whole."""
        for path in self.dir.glob(f"{folder}/**/*.json"):
            if path.is_file():
                json.loads(path.read_text(encoding="utf-8"))
        for path in self.dir.glob(f"{folder}/*.jsonl"):
            if path.is_file():
                text = path.read_text(encoding="utf-8")
                self.assertTrue(text == "" or text.endswith("\n"), f"the last line of {path} is cut")
                for line in text.splitlines():
                    json.loads(line)
        self.assertEqual([str(p) for p in self.dir.glob(f"{folder}/.docket/tmp/*")], [])

    def check_complaints(self, errors):
        complaints = [line for line in errors.splitlines() if line.startswith("docket: ")]
        self.assertRegex(complaints[0], "^docket: cannot write .*: No space left on device")
        self.assertLessEqual(len(complaints), 2, complaints)  # The second: not even the report has room.
        self.assertEqual(len(set(complaints)), len(complaints), "said twice")

    @unittest.skipUnless(may_mount(), "may not mount a file system here")
    def test_no_space_left(self):
        for number in range(60):
            self.write(f"in/{number:03d}.pdf", pdf(*[invoice(number)] * 3))
        self.write("pipeline.yaml", PIPELINE)
        self.run_pipeline("-o", "fresh")
        # No room for a ledger; for no document in it; for some documents; for nearly all.
        for size, code in (("40k", 2), ("180k", 1), ("700k", 1), ("1300k", 1)):
            with self.subTest(size):
                for name in ("out", size):
                    (self.dir / name).mkdir(exist_ok=True)
                result = subprocess.run(["unshare", "-rm", "sh", "-euc", SMALL_DISK.replace("left", size), size,
                                         e2e.DOCKET, "run", "pipeline.yaml", "-j2"],
                                        cwd=self.dir, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                        timeout=e2e.TIMEOUT, check=False)
                self.assertEqual(result.returncode, code, result.stderr)
                self.check_complaints(result.stderr)
                self.check_whole(size)
                if code == 1:
                    self.assertEqual("records and report.json in" in result.stderr,
                                     (self.dir / size / "report.json").is_file(), result.stderr)
                # With room again the next run does the rest.
                self.run_pipeline("-o", size)
                self.assertEqual(self.tree(size), self.tree("fresh"))

    @unittest.skipUnless(may_mount(), "may not mount a file system here")
    def test_a_disk_that_fills_up_halfway(self):
        """What the ledger had committed by then is kept, and the next run does the rest and only that."""
        for number in range(60):
            self.write(f"in/{number:03d}.pdf", pdf(invoice(number)))
        self.write("pipeline.yaml", PIPELINE)
        self.run_pipeline("-o", "fresh")
        (self.dir / "out").mkdir()
        gate = self.dir / "gate"
        os.mkfifo(gate)
        # Ten documents have their three files, the eleventh its first, when the thread that writes them is held.
        environment = {"DOCKET_FAULT": "output.renamed:31", "DOCKET_FAULT_GATE": str(gate)}
        process = subprocess.Popen(["unshare", "-rm", "sh", "-euc", SMALL_DISK, "6m",
                                    os.environ["DOCKET_FAULTS"], "run", "pipeline.yaml"],
                                   cwd=self.dir, env=os.environ | environment, stdin=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE)
        self.addCleanup(opened, gate)  # For a run that outlives its shell, which `end` kills.
        self.addCleanup(self.end, process)
        out = Path(f"/proc/{process.pid}/root{self.dir}/out")  # As the run sees it.
        e2e.wait_for(lambda: self.committed(out) == 10, "ten documents in the ledger")
        e2e.wait_for(lambda: len(list(out.glob("in/*"))) == 31, "the first file of the eleventh")
        fill(out / "filler")
        e2e.wait_for(lambda: opened(gate), "the run at its gate")
        (_, errors) = process.communicate(timeout=e2e.TIMEOUT)
        self.assertEqual(process.returncode, 1, errors)
        self.check_complaints(errors.decode())
        self.check_whole("left")
        self.assertEqual(len(list(self.dir.glob("left/in/*.pdf.json"))), 10)
        (self.dir / "left/filler").unlink()
        self.run_pipeline("-o", "left")
        self.assertEqual(self.report("left")["documents"]["up_to_date"], 10)
        self.assertEqual(self.tree("left"), self.tree("fresh"))

    def committed(self, out):
        """How many documents the ledger there has; 0 as long as there is none. Of a copy: SQLite resolves the links
        in /proc, which lead out of the run's file system."""
        try:
            for ending in ("db", "db-wal"):
                shutil.copyfile(out / f".docket/ledger.{ending}", self.dir / f"copy.{ending}")
            with contextlib.closing(sqlite3.connect(self.dir / "copy.db")) as ledger:
                return ledger.execute("SELECT count(*) FROM documents").fetchone()[0]
        except (FileNotFoundError, sqlite3.DatabaseError):
            return 0

    def test_a_file_size_limit(self):
        for number in range(20):
            self.write(f"in/{number:02d}.txt", invoice(number))
        self.write("in/10.txt", "many words " * 300_000)
        self.write("pipeline.yaml", PIPELINE)
        process = self.start("run", "pipeline.yaml", "-j1",
                             preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20)))
        result = self.finish(process)
        self.assertEqual(result.code, 1, result.err)
        self.assertRegex(result.err, "File too large|disk I/O error")  # Of the text or of the ledger.
        self.check_whole("out")

    @unittest.skipUnless(may_mount(), "may not mount a file system here")
    def test_a_read_only_file_system(self):
        self.write("in/a.txt", invoice(1))
        self.run_pipeline()
        self.write("in/b.txt", invoice(2))
        for folder in ("out", "out/.docket"):
            with self.subTest(folder):
                self.check_read_only(folder)
        self.run_pipeline()
        self.assertEqual(self.paths(), ["in/a.txt", "in/b.txt"])

    def check_read_only(self, folder):
        script = 'mount --bind "$0" "$0"; mount -o remount,ro,bind "$0"; "$@" || exit $?'

        def inside(*arguments):
            return subprocess.run(["unshare", "-rm", "sh", "-euc", script, folder, e2e.DOCKET, *arguments],
                                  cwd=self.dir, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  timeout=e2e.TIMEOUT, check=False)

        result = inside("run", "pipeline.yaml")
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertIn("Read-only file system", result.stderr)
        self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)
        for verb in (["status"], ["explain", "in/a.txt"], ["export"], ["report"], ["plan"]):
            result = inside(verb[0], "pipeline.yaml", *verb[1:])
            self.assertEqual([result.returncode, result.stderr], [0, ""], verb)

    def test_an_output_that_is_a_file(self):
        self.write("in/a.txt", invoice(1))
        self.write("out", "mine")
        result = self.run_pipeline(expect=2)
        self.assertIn("out", result.err)
        self.assertEqual((self.dir / "out").read_text(), "mine")

    def test_a_record_that_cannot_be_put_in_its_place(self):
        self.write("in/a.txt", invoice(1))
        self.write("in/b.txt", invoice(2))
        self.write("out/in/a.txt.json/in the way", "")
        result = self.run_pipeline(expect=1)
        self.assertIn("Is a directory", result.said)
        self.assertIn("a.txt.json", result.err)
        self.check_whole("out")
        (self.dir / "out/in/a.txt.json/in the way").unlink()
        (self.dir / "out/in/a.txt.json").rmdir()
        self.run_pipeline()
        self.assertEqual(self.paths(), ["in/a.txt", "in/b.txt"])

    def test_results_that_cannot_be_put_in_their_place(self):
        self.write("in/a.txt", invoice(1))
        self.write("out/results.jsonl/in the way", "")
        for _ in range(2):
            result = self.run_pipeline(expect=2)
            self.assertIn("results.jsonl: Is a directory: move it away", result.err)
            self.assertEqual(len(result.err.splitlines()), 1)
        self.assertFalse((self.dir / "out/in").exists(), "nothing is run")
        (self.dir / "out/results.jsonl/in the way").unlink()
        (self.dir / "out/results.jsonl").rmdir()
        self.run_pipeline()
        self.assertEqual(self.paths(), ["in/a.txt"])

    def test_a_second_report_that_cannot_be_written(self):
        self.write("in/a.txt", invoice(1))
        result = self.run_pipeline("--report", "/dev/full", expect=1)
        self.assertIn("/dev/full", result.err)
        self.assertEqual(self.report()["documents"]["done"], 1)

    def test_a_report_to_a_device_leaves_the_device_alone(self):
        self.write("in/a.txt", invoice(1))
        (self.dir / "device").symlink_to("/dev/null")
        self.run_pipeline("--report", "device")
        self.assertTrue((self.dir / "device").is_char_device(), "the device was replaced by a file")


if __name__ == "__main__":
    e2e.main()
