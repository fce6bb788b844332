"""The examples of docket in other programs' hands (cron, systemd, CI, parallel, shell), by the very commands that they have."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import e2e
import yaml
from e2e import PIPELINE

EXAMPLES = e2e.SOURCE / "examples"


class Surroundings(e2e.Case):
    def setUp(self):
        super().setUp()
        self.bin = self.dir / "bin"
        self.bin.mkdir()
        (self.bin / "docket").symlink_to(e2e.DOCKET)
        self.project = self.dir / "project"
        self.assertEqual(self.docket("init", self.project).code, 0)

    def run_here(self, *command, **env):
        """A command in the project, with docket on its PATH; standard output and error as one."""
        result = subprocess.run(command, cwd=self.project, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                text=True, timeout=e2e.TIMEOUT, check=False,
                                env={"PATH": f"{self.bin}:/usr/bin:/bin", "HOME": str(self.dir), "LC_ALL": "C.UTF-8"} | env)
        return e2e.Result(result.returncode, result.stdout, "")

    def shell(self, script, **env):
        return self.run_here("bash", "-e", "-o", "pipefail", "-c", script, **env)

    def mend(self):
        """The starter's held document is no longer held."""
        (self.project / "inbox/rechnung.txt").unlink()

    def results_of_project(self):
        return self.results("project/out")


class Cron(Surroundings):
    def nightly(self):
        line = next(line for line in (EXAMPLES / "cron/crontab").read_text().splitlines() if line.startswith("30 2 * * * "))
        command = line.removeprefix("30 2 * * * ").replace("/srv/docket/nightly.sh", str(EXAMPLES / "cron/nightly.sh"))
        return self.shell(command.replace("/srv/docket", str(self.project)))

    def test_it_says_what_is_held_and_is_silent_when_all_is_well(self):
        result = self.nightly()
        self.assertEqual(result.code, 3)
        self.assertIn("exit code 3", result.out)
        self.assertIn("rechnung.txt", result.out)
        self.mend()
        self.assertEqual(self.nightly()[:2], (0, ""))

    def test_a_failure_is_in_the_mail(self):
        (self.project / "inbox/empty.txt").touch()
        result = self.nightly()
        self.assertEqual(result.code, 1)
        self.assertIn("empty.txt", result.out)

    def test_a_mistake_in_the_pipeline_is_in_the_mail(self):
        (self.project / "pipeline.yaml").write_text("version: 1\nstage:\n")
        result = self.nightly()
        self.assertEqual(result.code, 2)
        self.assertIn("pipeline.yaml:2", result.out)


class Systemd(Surroundings):
    def test_the_service_runs_and_a_held_document_is_no_failure(self):
        service = dict(line.split("=", 1) for line in (EXAMPLES / "systemd/docket.service").read_text().splitlines()
                       if re.match(r"[A-Z]\w+=", line))
        self.assertEqual(service["WorkingDirectory"], service["ReadWritePaths"])
        program, *arguments = shlex.split(service["ExecStart"])
        self.assertEqual(Path(program).name, "docket")
        self.assertEqual(str(self.run_here("docket", *arguments).code), service["SuccessExitStatus"])
        self.assertEqual(len(self.results_of_project()), 3)

    def test_systemd_takes_both_files(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("systemd is not installed")
        for name in ("docket.service", "docket.timer"):
            text = (EXAMPLES / "systemd" / name).read_text()
            self.write(name, text.replace("/usr/bin/docket", e2e.DOCKET))
        result = self.run_here("systemd-analyze", "verify", "--man=no", self.dir / "docket.service", self.dir / "docket.timer")
        self.assertEqual(result[:2], (0, ""))


class Ci(Surroundings):
    def setUp(self):
        super().setUp()
        self.installed = self.dir / "installed"
        fake = self.bin / "apt-get"  # scripts/fresh-machine installs the package for real.
        fake.write_text(f'#!/bin/sh\necho "$*" >>{self.installed}\n')
        fake.chmod(0o755)

    def check_installed(self):
        self.assertEqual(self.installed.read_text(), "update -q\ninstall -q -y ./docket.deb\n")

    def test_github(self):
        job = yaml.safe_load((EXAMPLES / "github/docket.yml").read_text())["jobs"]["docket"]
        summary = self.dir / "summary"
        said = ""
        for step in (step for step in job["steps"] if "run" in step):
            result = self.shell(step["run"], GITHUB_STEP_SUMMARY=str(summary))
            self.assertEqual(result.code, 0, result.out)
            said += result.out
        self.check_installed()
        self.assertIn("rechnung.txt", summary.read_text())
        for path in (step["with"]["path"] for step in job["steps"] if "with" in step):
            self.assertTrue((self.project / path).exists(), path)
        (self.project / "inbox/empty.txt").touch()
        run = next(step["run"] for step in job["steps"] if step.get("name") == "Run")
        self.assertNotEqual(self.shell(run).code, 0)

    def test_gitlab(self):
        job = yaml.safe_load((EXAMPLES / "gitlab/gitlab-ci.yml").read_text())["documents"]
        result = self.shell("\n".join([*job["before_script"], *job["script"]]))
        self.assertIn(result.code, job["allow_failure"]["exit_codes"], result.out)
        self.check_installed()
        after = self.shell("\n".join(job["after_script"]))
        self.assertEqual(after.code, 0)
        self.assertIn("rechnung.txt", after.out)
        for path in [*job["artifacts"]["paths"], *job["artifacts"]["reports"]["junit"]]:
            self.assertTrue((self.project / path).exists(), path)
        (self.project / "inbox/empty.txt").touch()
        self.assertNotIn(self.shell("\n".join(job["script"])).code, [0, *job["allow_failure"]["exit_codes"]])


class Parallel(Surroundings):
    def shards(self, parts):
        return self.run_here("sh", EXAMPLES / "parallel/shards.sh", str(parts))

    def test_each_document_is_in_one_part_and_stays_there(self):
        self.mend()
        for number in range(20):
            shutil.copy(self.project / "inbox/letter.txt", self.project / f"inbox/{number} a.txt")
        result = self.shards(3)
        self.assertEqual(result.code, 0, result.out)
        lines = (self.project / "results.jsonl").read_text().splitlines()
        self.assertEqual(len(lines), 22)
        before = {path: path.stat().st_mtime_ns for path in self.project.glob("shards/*/inbox/*.json")}
        self.assertEqual(len({path.parts[-3] for path in before}), 3)
        shutil.copy(self.project / "inbox/letter.txt", self.project / "inbox/new.txt")
        self.assertEqual(self.shards(3).code, 0)
        after = {path: path.stat().st_mtime_ns for path in self.project.glob("shards/*/inbox/*.json")}
        self.assertEqual({path: after.get(path) for path in before}, before)
        self.assertEqual(len(after), 23)

    def test_the_gravest_exit_code_wins(self):
        self.assertEqual(self.shards(2).code, 3)
        (self.project / "inbox/empty.txt").touch()
        self.assertEqual(self.shards(2).code, 1)

    def test_a_part_that_was_killed_or_could_not_start_is_no_success(self):
        self.mend()
        for number in range(20):
            shutil.copy(self.project / "inbox/letter.txt", self.project / f"inbox/{number} a.txt")
        program = self.bin / "docket"
        for ends, code in (("kill -9 $$", 137), ("kill -1 $$", 129), ("exit 129", 129), ("exit 127", 127)):
            program.unlink()
            program.write_text(f'#!/bin/sh\ncase "$*" in *shards/1*) {ends} ;; esac\nexec {e2e.DOCKET} "$@"\n')
            program.chmod(0o755)
            self.assertEqual(self.shards(2).code, code, ends)
        (self.bin / "parallel").write_text("#!/bin/sh\nexit 255\n")
        (self.bin / "parallel").chmod(0o755)
        self.assertNotEqual(self.shards(2).code, 0, "nothing was run")


class ExitCodes(Surroundings):
    def act(self, pipeline="pipeline.yaml"):
        return self.run_here("sh", EXAMPLES / "exit-codes/act.sh", pipeline)

    def test_each(self):
        self.assertIn("wait for a model", self.act().out)
        self.assertEqual(self.act().code, 3)
        self.mend()
        self.assertEqual(self.act()[:2], (0, "up to date\n"))
        (self.project / "inbox/empty.txt").touch()
        failed = self.act()
        self.assertEqual(failed.code, 1)
        self.assertIn("empty.txt", failed.out)
        self.assertEqual(self.act("absent.yaml").code, 2)
        (self.project / "model.yaml").write_text(
            PIPELINE.replace("{ paths: [in] }", "{ paths: [inbox] }").replace("dir: out", "dir: elsewhere")
            .replace("{ type: builtin }", '{ type: openai, url: "http://127.0.0.1:9", model: m, context: 8192, deadline: 1s }'))
        unavailable = self.act("model.yaml")
        self.assertEqual(unavailable.code, 4)
        self.assertIn("is its server running?", unavailable.out)

    def test_another_run_at_work_is_nothing_to_mind(self):
        first = self.start("run", "pipeline.yaml", "-", cwd=self.project, stdin=subprocess.PIPE)
        first.stdin.write(b"inbox/letter.txt\n")
        first.stdin.flush()
        e2e.wait_for((self.project / "out/inbox/letter.txt.json").exists, "the first run's record")
        second = self.act()
        self.assertEqual([second.code, "another run is at work" in second.out], [0, True], second.out)
        self.finish(first, b"")


class Container(e2e.Case):
    def test_its_steps_are_known_and_name_what_is_there(self):
        """No image can be had in a test; scripts/fresh-machine runs the same steps in a new Debian system."""
        text = re.sub(r"(?m)^#.*\n", "", (e2e.SOURCE / "packaging/Containerfile").read_text()).replace("\\\n", " ")
        steps = [line.split(" ", 1) for line in text.splitlines() if line.strip()]
        self.assertLessEqual({name for name, _ in steps}, {"FROM", "WORKDIR", "COPY", "RUN", "ENTRYPOINT", "CMD"})
        stages = [words.split(" AS ")[1] for name, words in steps if name == "FROM" and " AS " in words]
        commands = [words for name, words in steps if name == "RUN"]
        for command in commands:
            self.assertEqual(subprocess.run(["sh", "-n", "-c", command], check=False).returncode, 0, command)
            for script in re.findall(r"scripts/\S+?(?=[)\s]|$)", command):
                self.assertTrue(os.access(e2e.SOURCE / script, os.X_OK), script)
        for name, words in steps:
            if name == "COPY" and "--from=" in words:
                self.assertIn(re.search(r"--from=(\w+)", words).group(1), stages)
        fresh = (e2e.SOURCE / "scripts/fresh-machine").read_text()
        for step in ("scripts/package", "apt-get install -q -y "):
            self.assertIn(step, "\n".join(commands))
            self.assertIn(step, fresh)


if __name__ == "__main__":
    e2e.main()
