"""The starter pipeline and the prompts that `docket init` writes."""

import json
import re

import e2e
import jsonschema
import yaml
from paid_model import PaidModel


class Init(e2e.Case):
    def test_the_starter_is_valid_and_runs(self):
        result = self.docket("init", "starter")
        self.assertEqual(result.code, 0, result.err)
        self.assertEqual(self.docket("check", "starter/pipeline.yaml").code, 0)
        result = self.docket("run", "starter/pipeline.yaml")
        self.assertEqual(result.code, 3, result.err)
        records = {record["document"]["path"]: record for record in self.results("starter/out")}
        self.assertEqual({path: record["status"] for path, record in records.items()},
                         {"inbox/invoice.txt": "done", "inbox/letter.txt": "done", "inbox/rechnung.txt": "held"})
        clean = records["inbox/invoice.txt"]["structured_extract"]
        self.assertEqual([name for name, detail in clean["details"].items() if not detail["accepted"]], [])
        self.assertEqual(clean["checks"], {"totals add up": "passed"})
        self.assertIn("failed check: totals add up", records["inbox/rechnung.txt"]["reasons"])

    def test_a_folder_with_a_blank_is_in_quotes(self):
        result = self.docket("init", "new bills")
        self.assertTrue(result.err.endswith("\nNow: docket run 'new bills/pipeline.yaml'\n"), result.err)

    def test_editors_find_the_schema_by_the_first_line(self):
        self.docket("init", ".")
        text = (self.dir / "pipeline.yaml").read_text()
        name = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", text.splitlines()[0]).group(1)
        schema = json.loads((self.dir / name).read_text())
        self.assertEqual(schema, json.loads(self.docket("schema").out))
        jsonschema.validate(yaml.safe_load(text), schema)
        with self.assertRaises(jsonschema.ValidationError):
            jsonschema.validate(yaml.safe_load(text.replace("accept:", "acept:")), schema)

    def test_what_it_says_of_models_is_valid_once_it_is_no_comment(self):
        self.docket("init", ".")
        text = (self.dir / "pipeline.yaml").read_text()
        text = re.sub(r"^(  )?# (  )?(local: .ollama.*|local: . type: ollama.*|cloud:|  type:.*|  model:.*|  api_key:.*|  price:.*)$",
                      r"\1\3", text, flags=re.M)
        text = re.sub(r"^# (budget|policy):", r"\1:", text, flags=re.M)
        text = text.replace("  - escalate:\n", "  - escalate:\n      backend: cloud\n")
        self.write("pipeline.yaml", text)
        result = self.docket("check", "pipeline.yaml", env={"ANTHROPIC_API_KEY": "sk-1"})
        self.assertEqual(result.code, 0, result.err)
        self.assertIn("type: ollama", re.sub(r"#.*", "", text))

    def test_it_overwrites_nothing(self):
        self.write("pipeline.yaml", "mine")
        result = self.docket("init")
        self.assertEqual(result.code, 2)
        self.assertIn("pipeline.yaml already exists", result.err)
        self.assertEqual([path.name for path in self.dir.iterdir()], ["pipeline.yaml"])

    def test_prompts_can_be_edited(self):
        self.assertEqual(self.docket("init", "--prompts").code, 0)
        self.assertEqual(sorted(path.name for path in (self.dir / "prompts").iterdir()),
                         ["classify.mustache", "join-answers.mustache", "review-fields.mustache", "review-label.mustache",
                          "structured-extract.mustache", "summarize.mustache", "transcribe-page.mustache"])
        model = PaidModel()
        self.addCleanup(model.close)
        prompt = (self.dir / "prompts/classify.mustache").read_text()
        self.write("prompts/classify.mustache", prompt + "\nThe document has {{extract.pages}} page. Mind ÄÖÜ & <b>.\n")
        self.write("in/a.txt", e2e.invoice(1))
        self.write("pipeline.yaml", f"""\
version: 1
input: {{ paths: [in] }}
output: {{ dir: out }}
backends: {{ m: {{ type: openai, url: "{model.url}", model: paid }} }}
stages:
  - extract:
  - classify: {{ backends: [m], labels: {{ invoice: , letter: }}, prompt: prompts/classify.mustache }}
""")
        self.run_pipeline("--trace", "trace")
        sent = "".join(path.read_text() for path in (self.dir / "trace").glob("*-request.txt"))
        self.assertIn("The document has 1 page. Mind ÄÖÜ & <b>.", sent)
        self.write("prompts/classify.mustache", "{{#open}}")
        result = self.docket("check", "pipeline.yaml")
        self.assertEqual(result.code, 2)
        self.assertIn("prompt: 'classify.mustache' is not a valid Mustache template: line 1", result.err)


if __name__ == "__main__":
    e2e.main()
