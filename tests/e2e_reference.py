"""What docket-reference writes, as people and shells use it: manual pages, completions, pages of the documentation, the schema."""

import contextlib
import functools
import json
import re
import sqlite3
import subprocess
from pathlib import Path

import e2e


def text_of(page):
    """A manual page as a reader sees it, without what the formatter does for the page."""
    shown = subprocess.run(["mandoc", "-Tutf8", "-Owidth=1000", page], capture_output=True, text=True, check=True).stdout
    return re.sub(r"\s+", " ", re.sub(".\b", "", shown))


def settings_of(schema, path=""):
    """The names of all settings that the schema of the pipeline file knows, from their section on."""
    for name, value in schema.get("properties", {}).items():
        if "x-order" not in value:
            continue  # Not a setting: what a choice is narrowed to.
        yield path + name
        yield from settings_of(value, f"{path}{name}.")
    for part in schema.get("anyOf", []):
        yield from settings_of(part, path)


@functools.cache
def help_of(*words):
    """(exit code, text) of docket help WORDS: each is asked once."""
    result = subprocess.run([e2e.DOCKET, "help", *words], capture_output=True, text=True, check=False, timeout=e2e.TIMEOUT)
    return result.returncode, result.stdout


class Reference(e2e.Case):
    def setUp(self):
        super().setUp()
        result = self.run_tool(Path(e2e.DOCKET).with_name("docket-reference"), self.dir)
        self.assertEqual(result, "")
        self.verbs = re.findall(r"^(?:[A-Z][a-z ]{8}| {9})([a-z]+) +[A-Z]", help_of()[1], re.M)
        self.assertEqual({help_of(verb)[0] for verb in self.verbs}, {0})
        self.assertGreater(len(self.verbs), 10)

    def run_tool(self, *command, **options):
        """What it says, which must end with 0."""
        result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=e2e.TIMEOUT, **options)
        self.assertEqual(result.returncode, 0, (command, result.stdout, result.stderr))
        return result.stdout + result.stderr

    def options_in_help(self, verb):
        """Of the listing of options, which have two blanks before them."""
        lines = re.findall(r"^  +(-[^\n]*?)(?:  |$)", help_of(verb)[1], re.M)
        return {name for line in lines for name in re.findall(r"(?<![\w-])--[a-z][a-z-]*", line)}

    def read(self, name):
        return (self.dir / name).read_text(encoding="utf-8")

    def test_manual_pages_are_as_their_checkers_want_them(self):
        for page in ("docket.1", "docket-pipeline.5"):
            self.assertEqual(self.run_tool("mandoc", "-Tlint", "-Wwarning", self.dir / page), "")
            # As `man --warnings` has it formatted.
            self.assertEqual(self.run_tool("groff", "-man", "-ww", "-Tutf8", "-z", self.dir / page), "")

    def test_docket_1_and_the_markdown_have_every_verb_and_option_of_the_help(self):
        page, markdown = text_of(self.dir / "docket.1"), self.read("command-line.md")
        for verb in self.verbs:
            self.assertIn(f"docket {verb} [OPTIONS]", page)
            self.assertIn(f"\n## docket {verb}\n", markdown)
            for option in self.options_in_help(verb):
                self.assertRegex(page, rf"{option}\b")
                self.assertRegex(markdown, rf"`[^`]*{option}\b")
        for code in (0, 1, 2, 3, 4, 5, 130, 143):
            self.assertRegex(self.read("exit-codes.md"), rf"(?m)^\| `{code}` \| \w")
            self.assertRegex(page, rf" {code} \w")

    def test_docket_pipeline_5_and_the_markdown_have_every_setting(self):
        page, markdown = text_of(self.dir / "docket-pipeline.5"), self.read("pipeline-file.md")
        schema = json.loads(self.docket("schema").out)
        self.assertEqual(schema, json.loads(self.read("pipeline.schema.json")))
        stages = schema["properties"]["stages"]["items"]["anyOf"][1]["properties"]
        backends = [rule["then"] for rule in schema["properties"]["backends"]["additionalProperties"]["allOf"]]
        names = set(schema["properties"])
        for part in [*stages.values(), *backends]:
            names |= set(settings_of(part))
        self.assertGreater(len(names), 80)
        for name in sorted(names):
            with self.subTest(name):
                self.assertTrue(f" {name} " in page)
                self.assertTrue(f"\n| `{name}` |" in markdown)
        for stage in stages:
            self.assertIn(f"\n### {stage}\n", markdown)

    def test_markdown_has_every_class_of_error(self):
        for name in json.loads((e2e.SOURCE / "docs/record.schema.json").read_text())["definitions"]["error_class"]["enum"]:
            self.assertIn(f"| `{name}` |", self.read("errors.md"))

    def test_markdown_has_every_table_and_column_of_a_ledger(self):
        self.write("in/a.txt", e2e.invoice(1))
        self.run_pipeline()
        page = self.read("ledger-tables.md")
        with contextlib.closing(sqlite3.connect(self.dir / "out/.docket/ledger.db")) as ledger:
            tables = [name for name, in ledger.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
            self.assertGreater(len(tables), 8)
            for table in tables:
                self.assertRegex(page, rf"(?m)^CREATE TABLE {table} \(")
                for _, column, *_ in ledger.execute(f"PRAGMA table_info({table})"):
                    self.assertRegex(page, rf"(?m)^  {column} |`{table}.{column}`")

    def bash(self, *words):
        """What bash offers for the last word."""
        script = f'source "$1"; shift; compopt() {{ :; }}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _docket; printf "%s\\n" "${{COMPREPLY[@]}}"'
        return self.run_tool("bash", "-c", script, "bash", self.dir / "docket.bash", "docket", *words).split()

    def test_bash(self):
        self.assertEqual(self.run_tool("shellcheck", "-s", "bash", self.dir / "docket.bash"), "")
        self.assertEqual(sorted(self.bash("")), sorted([*self.verbs, "--help", "--version"]))
        self.assertIn("explain", self.bash("exp"))
        self.assertEqual(self.bash("run", "--off"), ["--offline"])
        self.assertEqual(self.bash("run", "--progress", "p"), ["plain"])
        self.assertEqual(self.bash("run", "--progress", "=", "p"), ["plain"])
        self.assertEqual(self.bash("run", "inbox/"), [])  # Then bash itself completes files.
        self.assertEqual(self.bash("help", "st"), ["stages", "structured-extract", "status"])
        for verb in self.verbs:
            self.assertLessEqual(self.options_in_help(verb), set(self.bash(verb, "-")), verb)

    def fish(self, line):
        said = self.run_tool("fish", "--no-config", "-c", f"source {self.dir}/docket.fish; complete -C '{line}'", cwd=self.dir)
        return [line.split("\t")[0] for line in said.splitlines()]

    def test_fish(self):
        self.assertEqual(sorted(self.fish("docket ")), sorted(self.verbs))
        self.assertEqual(self.fish("docket run --off"), ["--offline"])
        self.assertEqual(self.fish("docket run --progress p"), ["plain"])
        self.assertEqual(sorted(self.fish("docket help con")), ["conditions"])
        self.assertIn("docket.bash", self.fish("docket run docket.b"))

    def test_zsh(self):
        self.run_tool("zsh", "-n", self.dir / "_docket")
        said = self.read("_docket")
        for verb in self.verbs:
            self.assertIn(f"\n      {verb})\n", said)
        self.assertRegex(said, r"'1:TOPIC:\([a-z -]*\bconditions\b[a-z -]*\brun\b[a-z -]*\)'")
        for option in self.options_in_help("run"):
            self.assertRegex(said, rf"'[^']*{option}[=\[]")


if __name__ == "__main__":
    e2e.main()
