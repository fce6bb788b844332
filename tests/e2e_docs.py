"""What the documentation shows is so: every pipeline and part of one in it is valid, and every command in it runs.

In a page, a comment before a block of code says what is particular about it:
  <!-- exits 3 -->, <!-- exits 0 or 3 -->    how the last command of the block ends; 0 without such a comment
  <!-- file: NAME -->                        the reader saves the block under this name, before the commands after it
  <!-- merged into: NAME -->                 the same with what the block changes in the pipeline that the page had under this name, or
                                             else in one that has the rest
  <!-- not run: REASON -->                   commands that no test can run
  <!-- what quickstart prints -->            of README: the command that scripts/quickstart runs, and what it prints
  <!-- shown -->                             what the command before it prints; times and ids may be others. With DOCS_UPDATE=1 in the
                                             environment this test writes these blocks anew, in the checkout
All commands of a page run one after another, in one shell, in a folder that has what `docket init` writes and was run once (the
tutorial begins with an empty one). A part of a pipeline is checked in a pipeline that has the rest."""

import json
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import unittest

import e2e
import yaml
from paid_model import PaidModel

PAGES = [e2e.SOURCE / "README.md", *sorted((e2e.SOURCE / "docs").glob("*.md"))]
MOST_NOT_RUN = 3
UPDATE = os.environ.get("DOCS_UPDATE") == "1"
BLOCK = re.compile(r"(?:<!-- (?P<mark>[^\n]*?) -->\n)?^```(?P<language>[a-z]+)\n(?P<text>.*?)^```$", re.M | re.S)

REST = yaml.safe_load("""
version: 1
name: starter
input: { paths: [inbox] }
output: { dir: out }
backends:
  rules: { type: builtin }
  local: { type: ollama, model: m, context: 16384 }
  cloud: { type: anthropic, model: claude-sonnet-4-6, api_key: "${ANTHROPIC_API_KEY}" }
stages:
  - extract:
  - classify:
      backends: [rules]
      labels: { invoice: { description: a bill }, contract: { description: an agreement }, payslip: { description: wages }, other: }
  - structured-extract:
      backends: [rules]
      schema: invoice.schema.json
      checks: { totals add up: (.net + .tax - .total | fabs) < 0.01 }
""")


def blocks(page, *languages):
    return [match for match in BLOCK.finditer(page.read_text(encoding="utf-8")) if match["language"] in languages]


def shown(output, folder):
    """What a command printed, as the documentation has it."""
    return output.replace(str(folder), "/home/you").rstrip() + "\n"


def without_chance(text):
    """The same of each run."""
    text = re.sub(r"\d{8}T\d{6}Z-[0-9a-f]+", "RUN", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT[0-9:.]+Z", "TIME", text)
    text = re.sub(r"[0-9.,]+ (ms|s|min|a second)\b", r"N", text)
    return re.sub(r"[ ]+", " ", text)


def type_of(stage):
    return stage if isinstance(stage, str) else next(iter(stage))


def merged(part):
    """The whole pipelines that a part stands for: one, or one for each of several stages of a type that may be there once."""
    if isinstance(part, list):
        part = {"stages": part}
    whole = REST | {key: value for key, value in part.items() if key not in ("backends", "stages")}
    own = part.get("backends", {})
    named = json.dumps(part, default=str)
    whole["backends"] = {name: one for name, one in REST["backends"].items() if name == "rules" or f'"{name}"' in named} | own
    stages = part.get("stages", [])
    texts = [stage for stage in stages if type_of(stage) == "extract"]
    for text in texts or [None]:
        chosen = [stage for stage in stages if type_of(stage) != "extract" or stage is text]
        types = [type_of(stage) for stage in chosen]
        before = [stage for stage in REST["stages"] if type_of(stage) not in types]
        order = ["extract", "classify", "structured-extract", "escalate"]
        yield whole | {"stages": sorted(before + chosen, key=lambda stage: order.index(type_of(stage)))}


def edited(whole, part):
    """The pipeline as a reader has it who changes in it what the part shows."""
    if isinstance(whole, dict) and isinstance(part, dict):
        return whole | {key: edited(whole.get(key), value) for key, value in part.items()}
    if not (isinstance(whole, list) and isinstance(part, list) and any(isinstance(one, dict) for one in part)):
        return part
    changes = {type_of(stage): stage for stage in part}
    unknown = set(changes) - {type_of(stage) for stage in whole}
    assert not unknown, f"the page's pipeline has no stage {unknown}"
    return [edited(stage, changes[type_of(stage)]) if type_of(stage) in changes else stage for stage in whole]


def wholes_of(page, block):
    """The pipelines that a block of YAML stands for, as text."""
    text = block["text"]
    part = yaml.safe_load(text)
    if "version" in part:
        return [text]
    own = None
    name = (block["mark"] or "").removeprefix("merged into: ")
    for earlier in blocks(page, "yaml"):
        if earlier.start() < block.start() and earlier["mark"] == f"file: {name}":
            own = yaml.safe_load(earlier["text"])
    wholes = [edited(own, part)] if own else merged(part)
    return [yaml.safe_dump(whole, sort_keys=False, width=1000) for whole in wholes]


class SomeModel(PaidModel):
    """Answers as the schema that it is asked with allows, and knows nothing."""

    def answer(self, body):
        reply = super().answer(body)
        schema = body.get("response_format", {}).get("json_schema", {}).get("schema", {})
        reply["choices"][0]["message"]["content"] = json.dumps(self.of(schema, schema))
        return reply

    def of(self, schema, root):
        if "$ref" in schema:
            return self.of(root["definitions" if "definitions" in root else "$defs"][schema["$ref"].split("/")[-1]], root)
        for word in ("anyOf", "oneOf"):
            if word in schema:
                return self.of(schema[word][0], root)
        if "const" in schema or "enum" in schema:
            return schema.get("const", schema.get("enum", [None])[0])
        kinds = schema.get("type", "null")
        kinds = [kinds] if isinstance(kinds, str) else kinds
        if "object" in kinds:
            return {name: self.of(one, root) for name, one in schema.get("properties", {}).items()}
        return next(value for kind, value in (("null", None), ("string", "x"), ("array", []), ("number", 0), ("integer", 0),
                                              ("boolean", False)) if kind in kinds)


class Docs(e2e.Case):
    def setUp(self):
        super().setUp()
        self.home = self.dir / "home"
        self.page_dir = self.dir / "page"
        (self.home / "Documents").mkdir(parents=True)
        for name in ("blue-mesa-100872", "harbour-pine-20417", "kestrel-cloud-7F31-0006", "nordwind-2025-0388", "weber-fliesen-61"):
            shutil.copy(e2e.SOURCE / f"examples/invoices/inbox/{name}.pdf", self.home / "Documents")
        (self.dir / "bin").mkdir()
        (self.dir / "bin/docket").symlink_to(e2e.DOCKET)
        self.env = {"PATH": f"{self.dir}/bin:/usr/bin:/bin", "HOME": str(self.home), "LC_ALL": "C.UTF-8",
                    "ANTHROPIC_API_KEY": "sk-1", "PAYROLL_PASSWORD": "x", **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}

    def project(self):
        self.assertEqual(self.docket("init", self.page_dir).code, 0)
        shutil.copy(e2e.SOURCE / "examples/invoices/inbox/weber-fliesen-61.pdf", self.page_dir / "inbox")
        contract = json.loads((e2e.SOURCE / "examples/contracts/contract.schema.json").read_text())
        contract["properties"]["total"] = {"type": ["number", "null"]}
        self.write("page/contract.schema.json", json.dumps(contract))
        self.write("page/ocr.mustache", "Text Recognition:\n")
        self.write("page/passwords.txt", "secret\n").chmod(0o600)

    def test_every_pipeline_and_every_part_of_one_is_valid(self):
        self.project()
        checked = 0
        for page in PAGES:
            for block in blocks(page, "yaml"):
                with self.subTest(page.name, block=block["text"][:200]):
                    for whole in wholes_of(page, block):
                        if block["mark"] and page.name == "tutorial.md":
                            continue  # Its commands check it, with the schema that the page has.
                        self.write("page/checked.yaml", whole)
                        result = self.docket("check", "checked.yaml", cwd=self.page_dir, env=self.env)
                        self.assertEqual(result.code, 0, result.err + whole)
                        checked += 1
        self.assertGreater(checked, 20)

    def script_of(self, page, model):
        """The commands of a page, with what the reader is told to save, and a check of how each block ends. What the last command of
        block N printed is then in the file N of the folder `shown`."""
        script = ["set -u"]
        for number, block in enumerate(blocks(page, "sh", "yaml", "json", "text"), 1):
            mark, text = block["mark"] or "", block["text"]
            if mark.startswith(("file: ", "merged into: ")):
                if mark.startswith("merged"):
                    text = wholes_of(page, block)[0]
                text = re.sub(r"http://127\.0\.0\.1:(8080|11434)", model.url, text)
                script.append(f"cat >{shlex.quote(mark.split(': ', 1)[1])} <<'END OF FILE'\n{text}END OF FILE")
            elif block["language"] == "sh" and not mark.startswith("not run: "):
                allowed = re.fullmatch(r"exits ((?:\d+)(?: or \d+)*)", mark)
                codes = " ".join(allowed[1].split(" or ")) if allowed else "0"
                lines = text.replace("\\\n", "").strip().split("\n")
                script += [f"{line} || exit 98" for line in lines[:-1]]
                output = shlex.quote(str(self.dir / f"shown/{number}"))
                script.append(f"{{ {lines[-1]}\n}} >{output} 2>&1\ncode=$?; cat {output}\n"
                              f"case ' {codes} ' in *\" $code \"*) ;; *) echo \"block {number} ended with $code\"; exit 99 ;; esac")
        return "\n".join(script) + "\n"

    def test_every_command_runs(self):
        model = SomeModel("qwen3-8b")
        self.addCleanup(model.close)
        for page in PAGES:
            if not any(not (block["mark"] or "").startswith("not run: ") for block in blocks(page, "sh")):
                continue
            with self.subTest(page.name):
                for folder in (self.page_dir, self.dir / "shown"):
                    shutil.rmtree(folder, ignore_errors=True)
                (self.dir / "shown").mkdir()
                if page.name == "tutorial.md":
                    self.page_dir.mkdir()
                else:
                    self.project()
                    self.docket("run", "pipeline.yaml", "-q", cwd=self.page_dir)
                result = subprocess.run(["bash", "-c", self.script_of(page, model)], cwd=self.page_dir, env=self.env, text=True,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                                        timeout=e2e.TIMEOUT)
                self.assertEqual(result.returncode, 0, result.stdout[-3000:])
                self.compare_shown(page)

    def compare_shown(self, page):
        text, last, edits = page.read_text(encoding="utf-8"), None, []
        for number, block in enumerate(blocks(page, "sh", "yaml", "json", "text"), 1):
            if block["language"] == "sh":
                last = number
            elif block["mark"] == "shown":
                real = shown((self.dir / f"shown/{last}").read_text(), self.page_dir)
                if UPDATE:
                    edits.append((block.span("text"), real))
                else:
                    self.assertEqual(without_chance(block["text"]), without_chance(real))
        for (begin, end), real in reversed(edits):
            text = text[:begin] + real + text[end:]
        if edits:
            page.write_text(text, encoding="utf-8")

    def test_readme_shows_what_quickstart_prints(self):
        script = (e2e.SOURCE / "scripts/quickstart").read_text("utf-8")
        out = re.search(r"(?m)^out=(.*)", script)[1]
        command = f"docket run examples/invoices/pipeline.yaml --output {out}"
        self.assertIn(command.replace(out, "$out"), script)
        shutil.copytree(e2e.SOURCE / "examples/invoices", self.dir / "examples/invoices", ignore=shutil.ignore_patterns("out"))
        result = self.docket(*shlex.split(command)[1:], env=self.env)
        self.assertIn(result.code, (0, 3), result.err)
        real = f"$ {command}\n{result.err}"
        page = e2e.SOURCE / "README.md"
        block, = (block for block in blocks(page, "text") if block["mark"] == "what quickstart prints")
        if UPDATE:
            begin, end = block.span("text")
            text = page.read_text("utf-8")
            page.write_text(text[:begin] + real + text[end:], "utf-8")
            return

        def without_the_scan(text):  # How well it is read depends on what tesseract there is.
            return re.sub(r"\d+ (done|held)|held \(\d+\)", "N", without_chance(text))
        self.assertEqual(without_the_scan(block["text"]), without_the_scan(real))

    def test_few_commands_are_not_run_and_each_says_why(self):
        marked = [block["mark"] for page in PAGES for block in blocks(page, "sh") if (block["mark"] or "").startswith("not run")]
        self.assertLessEqual(len(marked), MOST_NOT_RUN)
        for mark in marked:
            self.assertRegex(mark, r"^not run: \w+ \w+")

    def test_commands_in_passing_name_verbs_and_options_that_there_are(self):
        known = {}
        for page in [*PAGES, e2e.SOURCE / "CONTRIBUTING.md", *(e2e.SOURCE / "examples").glob("*/README.md")]:
            text = page.read_text(encoding="utf-8")
            commands = re.findall(r"`docket ([a-z]+)([^`]*)`", text) + re.findall(r"^ {4}(?:\$ )?docket ([a-z]+)(.*)$", text, re.M)
            for verb, rest in commands:
                with self.subTest(f"{page.name}: docket {verb}{rest}"):
                    if verb not in known:
                        known[verb] = self.docket("help", verb)
                    self.assertEqual(known[verb].code, 0)
                    for option in re.findall(r"(?<!\S)--[a-z][a-z-]*", rest.replace("\n", " ")):
                        self.assertRegex(known[verb].out, rf"{option}\b")

    def test_every_query_of_the_ledger_runs(self):
        self.project()
        self.docket("run", "pipeline.yaml", "-q", cwd=self.page_dir)
        ledger = sqlite3.connect(f"file:{self.page_dir}/out/.docket/ledger.db?mode=ro", uri=True)
        queries = blocks(e2e.SOURCE / "docs/ledger.md", "sql")
        self.assertGreater(len(queries), 5)
        for query in queries:
            with self.subTest(query["text"]):
                for statement in filter(str.strip, query["text"].split(";")):
                    ledger.execute(statement).fetchall()
        ledger.close()


if __name__ == "__main__":
    unittest.main(verbosity=2)
