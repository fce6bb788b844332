"""What the workers need at run time and the machine lacks is said at once: by `check`, by `run`, and in the report."""

import os
import subprocess
import unittest

import e2e

# Hides the data, in a mount namespace of the command's own.
HIDDEN = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /usr/share/poppler && exec "$@"', "sh"]


def may_hide():
    try:
        return os.path.isdir("/usr/share/poppler") and subprocess.run([*HIDDEN, "true"], stderr=subprocess.DEVNULL).returncode == 0
    except FileNotFoundError:
        return False


class MissingData(e2e.Case):
    def docket_without_data(self, *words):
        return subprocess.run([*HIDDEN, e2e.DOCKET, *words], cwd=self.dir, capture_output=True, encoding="utf-8", check=False)

    @unittest.skipUnless(may_hide(), "may not mount a file system here")
    def test_check_run_and_report_say_it(self):
        self.write("pipeline.yaml", e2e.PIPELINE)
        self.write("in/a.txt", "Dear Ms Brown, kind regards\n")
        self.assertIn("apt install poppler-data", self.docket_without_data("check", "pipeline.yaml").stderr)
        run = self.docket_without_data("run", "pipeline.yaml")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(run.stderr.count("apt install poppler-data"), 1, run.stderr)
        self.assertIn("apt install poppler-data", self.report()["run"]["warnings"][0])

    def test_nothing_is_said_where_it_is(self):
        self.write("pipeline.yaml", e2e.PIPELINE)
        self.write("in/a.txt", "Dear Ms Brown, kind regards\n")
        if os.path.isdir("/usr/share/poppler/cMap"):
            self.assertNotIn("poppler-data", self.docket("check", "pipeline.yaml").err)
            self.docket("run", "pipeline.yaml")
            self.assertNotIn("warnings", self.report()["run"])


if __name__ == "__main__":
    e2e.main()
