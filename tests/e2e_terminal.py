"""What a person sees: one line that is redrawn on a terminal, plain lines elsewhere."""

import os
import pty
import subprocess
import threading

import e2e
from e2e import PIPELINE, invoice, wait_for

REDRAW = "\r"  # The line is written over the one before, and what is left of that is wiped.
WIPE = "\r\x1b[J"


class Terminal(e2e.Case):
    def setUp(self):
        super().setUp()
        self.write("pipeline.yaml", PIPELINE)
        self.write("a.txt", invoice(1))

    def on_a_terminal(self, *arguments, seen, env=None):
        """Runs until the terminal has seen `seen` and two records are there; returns all that it saw."""
        master, slave = pty.openpty()
        process = self.start("run", "pipeline.yaml", "-", *arguments, stdin=subprocess.PIPE, stderr=slave,
                             env={"TERM": "xterm"} | (env or {}))
        os.close(slave)
        shown = []
        reader = threading.Thread(target=self.read_all, args=(master, shown))
        reader.start()
        process.stdin.write(b"a.txt\n")
        process.stdin.flush()
        wait_for((self.dir / "out/a.txt.json").exists, "the record")
        if seen:
            wait_for(lambda: seen in "".join(shown), f"{seen!r} on the terminal")
        process.stdin.close()
        process.wait(e2e.TIMEOUT)
        reader.join(e2e.TIMEOUT)
        os.close(master)
        self.assertEqual(process.returncode, 0, "".join(shown))
        self.assertEqual(process.stdout.read(), b"")
        return "".join(shown)

    @staticmethod
    def read_all(master, shown):
        try:
            while block := os.read(master, 4096):
                shown.append(block.decode())
        except OSError:
            pass  # The other end is closed.

    def test_a_line_is_redrawn_and_wiped_before_the_summary(self):
        shown = self.on_a_terminal(seen="1/1")
        self.assertIn(REDRAW, shown)
        self.assertIn("\x1b[36m", shown)
        summary = shown[shown.rindex(WIPE) + len(WIPE):]
        self.assertTrue(summary.startswith("1 document: 1 done"), repr(summary))
        self.assertNotIn("\x1b", summary)

    def test_no_color(self):
        shown = self.on_a_terminal(seen="1/1", env={"NO_COLOR": "1"})
        self.assertIn(REDRAW, shown)
        self.assertNotIn("\x1b[3", shown)
        self.assertIn("\x1b[36m", self.on_a_terminal(seen="1/1", env={"NO_COLOR": ""}))  # Empty means not set.

    def test_a_dumb_terminal_and_no_progress(self):
        self.assertNotIn("\x1b", self.on_a_terminal(seen=None, env={"TERM": "dumb"}))
        self.assertNotIn("\x1b", self.on_a_terminal("--progress", "none", seen=None))
        self.assertNotIn("\x1b", self.on_a_terminal("--progress", "plain", seen=None))

    def test_a_pipe_sees_no_control_characters(self):
        result = self.docket("run", "pipeline.yaml", "a.txt", env={"TERM": "xterm"})
        self.assertEqual(result.code, 0, result.err)
        self.assertNotIn("\x1b", result.err)
        self.assertNotIn("\r", result.err)

    def test_names_of_documents_cannot_drive_the_terminal(self):
        name = "\x1b]0;gotcha\x07\x1b[2J.txt"
        self.write(name)
        for arguments, stdin in (([name], None), (["-"], name)):
            result = self.docket("run", "pipeline.yaml", "-v", *arguments, stdin=stdin)
            self.assertNotIn("\x1b", result.err)
        self.assertEqual(result.code, 1)
        self.assertEqual(self.paths(), [name])


if __name__ == "__main__":
    e2e.main()
