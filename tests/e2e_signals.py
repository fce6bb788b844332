"""SIGINT and SIGTERM: finished work is kept, and the files are whole."""

import json
import os
import signal
import subprocess

import e2e
from e2e import PIPELINE, endless, invoice, pdf, wait_for


class Stopped(e2e.Case):
    """A run that reads its list from a pipe goes on until someone ends it."""

    def setUp(self):
        super().setUp()
        self.write("pipeline.yaml", PIPELINE)

    def begin(self, *arguments, documents=3, out="out", **options):
        process = self.start("run", "pipeline.yaml", "-", "-o", out, *arguments, stdin=subprocess.PIPE, **options)
        for number in range(documents):
            self.write(f"{number}.txt", invoice(number))
            process.stdin.write(b"%d.txt\n" % number)
        process.stdin.flush()
        for number in range(documents):
            wait_for((self.dir / f"{out}/{number}.txt.json").exists, f"record {number}")
        return process

    def test_finished_work_is_kept(self):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            with self.subTest(number):
                out = f"out-{code}"
                process = self.begin(out=out)
                process.send_signal(number)
                process.wait(e2e.TIMEOUT)  # With its standard input still open.
                self.assertEqual(process.returncode, code, process.stderr.read())
                self.assertEqual(self.paths(out), ["0.txt", "1.txt", "2.txt"])
                report = self.report(out)
                self.assertEqual([report["run"]["exit_code"], report["run"]["stopped"]],
                                 [code, signal.Signals(number).name])
                self.assertEqual(report["documents"]["done"], 3)

    def test_the_next_run_finds_the_output_free(self):
        process = self.begin(documents=1)
        process.send_signal(signal.SIGINT)
        process.wait(e2e.TIMEOUT)
        self.run_pipeline("0.txt")
        self.assertEqual(self.paths(), ["0.txt"])

    def test_control_c_lets_the_workers_end_their_documents(self):
        """A terminal sends SIGINT to docket and to its workers alike."""
        self.write("pipeline.yaml", PIPELINE[:PIPELINE.index("  - classify")])  # Else it would be cancelled there.
        process = self.begin("-j", "1", "--grace", "600", documents=1, start_new_session=True)
        pages = self.give_long_document(process)
        os.killpg(process.pid, signal.SIGINT)
        process.wait(e2e.TIMEOUT)
        self.assertEqual(process.returncode, 130, process.stderr.read())
        self.assertEqual([record["status"] for record in self.results()], ["done"] * 3)
        self.assertEqual(self.record("long.pdf")["extract"]["pages"], pages)

    def give_long_document(self, process, out="out"):
        """One that a worker has begun, and will end, when this returns; the number of its pages, which take about a second."""
        begun = children(process.pid)
        self.give(process, "short.pdf", self.invoices(50))
        wait_for((self.dir / f"{out}/short.pdf.json").exists, "the record of the short one")
        before = children(process.pid)
        pages = max(100, 50 * 100 // max(ticks_since(begun, process.pid), 1))
        self.give(process, "long.pdf", self.invoices(pages))
        wait_for(lambda: ticks_since(before, process.pid) >= 5, "a worker at work")
        return pages

    @staticmethod
    def invoices(pages):
        return pdf(*[invoice(1) * 4] * pages)

    def give(self, process, name, content):
        self.write(name, content)
        process.stdin.write(f"{name}\n".encode())
        process.stdin.flush()

    def hang(self, *arguments):
        """A run with two finished documents, and one that a worker has begun and will not end."""
        process = self.begin("-j", "2", *arguments, documents=2)
        self.give(process, "endless.pdf", endless())
        # Half a second of CPU time: far more than the small documents need.
        wait_for(lambda: max((ticks for _, ticks in children(process.pid)), default=0) >= 50, "a worker at work")
        return process

    def test_grace_ends_and_so_does_the_run(self):
        process = self.hang("--grace", "0")
        workers = [child for child, _ in children(process.pid)]
        process.send_signal(signal.SIGTERM)
        process.wait(e2e.TIMEOUT)
        self.assertEqual(process.returncode, 143, process.stderr.read())
        self.assertEqual(self.paths()[:2], ["0.txt", "1.txt"])
        documents = self.report()["documents"]
        self.assertEqual([documents["in"], documents["done"]], [3, 2])
        self.assertEqual(documents["in"], sum(documents[key] for key in documents if key != "in"))
        status = self.docket("status", "pipeline.yaml")
        self.assertIn("\n  1 document left for the next run\n", status.out)
        wait_for(lambda: not any(is_alive(worker) for worker in workers), "the workers' end")

    def test_a_second_signal_ends_it_at_once(self):
        process = self.hang()
        workers = [child for child, _ in children(process.pid)]
        process.send_signal(signal.SIGINT)
        # Sent again and again: those of the first moments pass for repeats of the first.

        def has_ended():
            process.send_signal(signal.SIGTERM)
            return process.poll() is not None

        wait_for(has_ended, "the end, long before the grace period's", seconds=20)
        self.assertIn(process.returncode, (130, 143))
        self.assertTrue(process.stderr.read().endswith(b"\ndocket: stopped at once; what was finished is kept\n"))
        for number in range(2):  # What was written is whole.
            self.assertEqual(self.record(f"{number}.txt")["status"], "done")
        wait_for(lambda: not any(is_alive(worker) for worker in workers), "the workers' end")
        self.run_pipeline("0.txt")

    def test_a_signal_that_comes_twice_at_once_is_one(self):
        """As `timeout` sends it: to the process, and to its group."""
        self.write("pipeline.yaml", PIPELINE[:PIPELINE.index("  - classify")])  # Else it would be cancelled there.
        for first, second in ((signal.SIGTERM, signal.SIGINT), (signal.SIGINT, signal.SIGINT)):
            with self.subTest([first, second]):
                out = f"out-{first}-{second}"
                process = self.begin("-j", "1", documents=1, out=out, start_new_session=True)
                self.give_long_document(process, out)
                process.send_signal(first)
                os.killpg(process.pid, second)
                process.wait(e2e.TIMEOUT)
                self.assertIn(process.returncode, (128 + first, 128 + second), process.stderr.read())
                self.assertEqual([record["status"] for record in self.results(out)], ["done"] * 3)
                self.assertEqual(self.report(out)["run"]["exit_code"], process.returncode)

    def test_kill_leaves_whole_files_and_a_free_output(self):
        process = self.hang()
        workers = [child for child, _ in children(process.pid)]
        process.kill()
        process.wait(e2e.TIMEOUT)
        for path in self.dir.glob("out/*.json"):
            json.loads(path.read_text())
        wait_for(lambda: not any(is_alive(worker) for worker in workers), "the workers' end")
        self.run_pipeline("0.txt", "1.txt")
        self.assertEqual(self.paths(), ["0.txt", "1.txt"])


def children(pid):
    """(pid, CPU time in ticks of 10 ms) of each child process, of whichever thread."""
    found = []
    for line in subprocess.run(["ps", "-eo", "ppid=,pid="], capture_output=True, text=True, check=True).stdout.splitlines():
        parent, child = map(int, line.split())
        if parent == pid:
            try:
                with open(f"/proc/{child}/stat", encoding="utf-8") as stat:
                    fields = stat.read().rsplit(")", 1)[1].split()
                found.append((child, int(fields[11]) + int(fields[12])))
            except OSError:
                pass  # It ended meanwhile.
    return found


def ticks_since(before, pid):
    """What the children have used since they were as `before`: one that is new, all that it has used."""
    known = dict(before)
    return sum(ticks - known.get(child, 0) for child, ticks in children(pid))


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


if __name__ == "__main__":
    e2e.main()
