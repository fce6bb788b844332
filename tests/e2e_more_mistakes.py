"""Other inputs of the kinds of e2e_mistakes: what other tools and languages write, and what word processors make of it.

All files are given to one check: it tells of each.
"""

import e2e
from e2e import PIPELINE
from e2e_mistakes import CLASSIFY, FIELDS, LABELS, MODEL, PAID, asks, instead, when

PRICED = asks(f"{{ type: anthropic, model: m, api_key: '${{KEY}}', {PAID} }}")


def at_address(url, kind="ollama"):
    return asks(f"{{ type: {kind}, model: m, url: '{url}' }}")


def key(name):
    return PRICED.replace("${KEY}", "${%s}" % name)


def extract(setting):
    return instead("- extract:", f"- extract:\n      {setting}")


def schema(properties):
    return FIELDS.replace("total: { type: number, x-labels: [Total] }", properties)


# What was written; the place that is named; words that must be said.
FILES = {
    # What a word processor, a web page or another system makes of YAML.
    "a no-break space before a name": (instead("  rules:", "\u00a0\u00a0rules:"), ":6:1:", "a no-break space", "ordinary blank"),
    "a no-break space behind a colon": (instead("name: test", "name:\u00a0test"), ":2:6:", "a no-break space"),
    "a zero-width space before a name": (instead("  rules:", "  \u200brules:"), ":6:3:", "a zero-width space", "take it away"),
    "a zero-width space behind a dash": (instead("- extract:", "- \u200bextract:"), ":8:5:", "a zero-width space"),
    "a full-width colon": (instead("name: test", "name\uff1a test"), ":2:5:", "write ': '"),
    "a dash of a word processor": (instead("- extract:", "\u2013 extract:"), ":8:3:", "an en dash", "write '-'"),
    "a bullet": (instead("- extract:", "\u2022 extract:"), ":8:3:", "a bullet", "write '-'"),
    "a tab behind a dash": (instead("- extract:", "-\textract:"), ":8:4:", "tab", "spaces"),
    "UTF-16 without a mark": (PIPELINE.encode("utf-16-le"), ":", "save it as UTF-8"),
    "a program": (b"\x7fELF\x02\x01\x01", ":", "this is a program"),
    "a folder in curly quotes": (instead("dir: out", "dir: “out”"), ":4:16:", "straight"),
    "Windows line ends": (PIPELINE.replace("\n", "\r\n").replace("labels", "lables"), ":11:7:", "'labels'"),
    "a byte order mark": ("\ufeff" + instead("version", "vresion"), ":1:1:", "'version'"),
    # Signs that mean something else to YAML.
    "a tag": (instead("name: test", "name: !test"), ":2:7:", "put text that begins so in quotes"),
    "! in a condition": (when("!.classify.accepted"), ":16:14:", "| not"),
    "an anchor": (instead("name: test", "name: &test"), ":2:7:", "begins with '&' in quotes"),
    "a text that begins with |": (instead("name: test", "name: | test"), ":2:9:", "in quotes"),
    "a text that begins with @": (instead("name: test", "name: @test"), ":2:7:", "put it in quotes"),
    "a text that begins with #": (instead("name: test", "name: #7 test"), ":2:7:", "what begins with '#' is a comment"),
    "a comma in a text in { }": (instead("from a supplier", "from a, or b"), ":12:48:", "'or b'", "put text that contains a comma in quotes"),
    "a colon in a text in { }": (instead("a bill from", "a bill: from"), ":12:39:", "a second ': '", "quotes"),
    "a condition that begins with a text": (when('"letter" == .classify.label'), ":16:23:", "the whole of it in quotes", "'…'"),
    "quotes in quotes": (when('".classify.label == "letter""'), ":16:35:", "the whole of it in quotes"),
    # Numbers, times and amounts as people write them.
    "a decimal comma": (PIPELINE + "budget: { run: 1,50 }\n", ":14:18:", "'50'", "write '.'"),
    "a decimal comma in quotes": (PIPELINE + "budget: { run: '1,50' }\n", ":14:16:", "did you mean '1.50'?"),
    "a share with a comma": (instead(CLASSIFY, "[rules]\n      accept: 0,8"), ":11:15:", "did you mean '0.8'?"),
    "a share in percent in quotes": (instead(CLASSIFY, "[rules]\n      accept: '80'"), ":11:15:", "got '80', did you mean '0.8'?"),
    "a share in percent with a blank": (instead(CLASSIFY, "[rules]\n      accept: '80 %'"), ":11:15:", "did you mean '0.8'?"),
    "a small share in percent": (instead(CLASSIFY, "[rules]\n      accept: '0,5 %'"), ":11:15:", "did you mean '0.005'?"),
    "minutes": (asks("{ type: ollama, model: m, timeout: 5 minutes }"), ":6:44:", "did you mean '5m'?"),
    "min": (asks("{ type: ollama, model: m, timeout: 5min }"), ":6:44:", "did you mean '5m'?"),
    "a capital unit": (asks("{ type: ollama, model: m, timeout: 90S }"), ":6:44:", "did you mean '90s'?"),
    "an underscore in a number": (asks("{ type: ollama, model: m, context: 8_192 }"), ":6:44:", "to 100000000", "did you mean '8192'?"),
    "a thousand with a comma": (asks("{ type: ollama, model: m, context: 8,192 }"), ":6:46:", "'192'", "no separator"),
    "a thousand in quotes": (asks("{ type: ollama, model: m, context: '8,192' }"), ":6:44:", "did you mean '8192'?"),
    "a size in small letters": (extract("limits: { memory: 2gb }"), ":9:25:", "did you mean '2GB'?"),
    "a size with a letter": (extract("limits: { memory: 512M }"), ":9:25:", "did you mean '512MiB'?"),
    "a size in MiB with its unit": (extract("memory_limit: 2 GB"), ":9:21:", "did you mean '2048'?"),
    "a pattern to redact": (PIPELINE + "policy: { redact_patterns: ['a', '[b'] }\n", ":14:34:", "not a regular expression"),
    # Names of other tools.
    "the type chatgpt": (asks("{ type: chatgpt, model: m }"), ":6:17:", "did you mean 'openai'?"),
    "the type claude": (asks("{ type: claude, model: m }"), ":6:17:", "did you mean 'anthropic'?"),
    "the type llama.cpp": (asks("{ type: llama.cpp, model: m }"), ":6:17:", "did you mean 'openai'?"),
    "if": (PIPELINE + "  - escalate: { if: 'true' }\n", ":14:17:", "did you mean 'when'?"),
    "output.path": (instead("dir: out", "path: out"), ":4:11:", "did you mean 'dir'?"),
    "a stage's model": (instead(CLASSIFY, "[rules]\n      model: m"), ":11:7:", "did you mean 'backends'?"),
    "a setting of which there is none": (asks("{ type: ollama, model: m, temperature: 0 }"), ":6:35:", "`docket help ollama`"),
    "jobs": (PIPELINE + "jobs: 4\n", ":14:1:", "--jobs N"),
    "logging": (PIPELINE + "logging: { level: debug }\n", ":14:1:", "--log-level"),
    "labels as a list of mappings": (instead(LABELS, "      labels:\n        - invoice: { keywords: [a] }\n        - letter: { keywords: [b] }\n"),
                                     ":12:9:", "leave out the '-' before 'invoice:'"),
    "$HOME": (instead("dir: out", "dir: $HOME/out"), ":4:16:", "write ${HOME}"),
    "a command": (instead("dir: out", "dir: $(pwd)/out"), ":4:16:", "no shell reads this file"),
    "a path without its colon": (PIPELINE + "policy: { private: ['path hr/**'] }\n", ":14:21:", "write 'path: hr/**'"),
    "a language by its English name": (extract("ocr: { languages: [german] }"), ":9:26:", "deu"),
    "a language by two letters": (extract("ocr: { languages: en }"), ":9:25:", "eng"),
    # Addresses and keys.
    "an address without its scheme": (at_address("localhost:11434"), ":6:40:", "did you mean 'http://localhost:11434'?"),
    "a far address without its scheme": (at_address("api.openai.com/v1", "openai"), ":6:40:", "'https://api.openai.com/v1'?"),
    "the whole address of a question": (at_address("http://localhost:8080/v1/chat/completions", "openai"), ":6:40:",
                                        "leave '/chat/completions' out"),
    "Ollama's other protocol": (at_address("http://localhost:11434/v1"), ":6:40:", "leave '/v1' out"),
    "a key in quotes": (key("QUOTED"), ":6:47:", "stands in quotes"),
    "a key behind a blank": (key("BLANK"), ":6:47:", "begins or ends with a blank"),
    "a key with a curly quote": (key("CURLY"), ":6:47:", "letters that no key has"),
    "a key as a shell writes it": (PRICED.replace("'${KEY}'", "$QUOTED"), ":6:47:", "write ${QUOTED}"),
    # Schemas and prompts.
    "the type text": (schema("a: { type: text }"), ":19:22:", "did you mean 'string'?"),
    "the type decimal": (schema("a: { type: decimal }"), ":19:22:", "did you mean 'number'?"),
    "the type date": (schema("a: { type: date }"), ":19:22:", "write type: string, format: date"),
    "the type list": (schema("a: { type: list }"), ":19:22:", "did you mean 'array'?"),
    "a field beside the properties": (FIELDS.replace("        properties:\n  ", "        properties: {}\n"), ":19:16:",
                                      "a field stands in `properties`"),
    "a minimum above the maximum": (schema("a: { type: number, minimum: 3, maximum: 1 }"), ":19:39:", "no value fits"),
    "a length below 0": (schema("a: { type: string, minLength: -1 }"), ":19:41:", "got -1"),
    "a required field that is none": (FIELDS.replace("        type: object", "        type: object\n        required: [totl]"),
                                      ":18:20:", "did you mean 'total'?"),
    "a prompt in the file": (asks(MODEL, "\n      prompt: |\n        Which?\n        {{labels}}"), ":13:15:", "write this text into one"),
    "a prompt in Latin-1": (asks(MODEL, "\n      prompt: latin.mustache"), ":13:15:", "'latin.mustache' is not UTF-8"),
    # Conditions.
    "a method": (when("'.document.path.endswith(\".pdf\")'"), ":16:29:", "write | endswith(…)"),
    "in": (when("'.classify.label in [\"letter\"]'"), ":16:31:", "IN("),
    "between": (when("'.classify.confidence between 0 and 1'"), ":16:36:", ">= … and … <="),
    "a sign for at least": (when("'.classify.confidence ≥ 0.8'"), ":16:36:", "write >= for '≥'"),
    "a sign of mathematics": (when("'.classify.label ≠ \"letter\"'"), ":16:31:", "write != for '≠'"),
    "a match": (when("'.document.path ~ \"pdf\"'"), ":16:30:", "test("),
    "a choice": (when("'.classify.accepted ? true : false'"), ":16:34:", "if … then … else … end"),
    "a unit": (when("'.document.bytes > 10MB'"), ":16:35:", "'MB' is no unit"),
    "two values side by side": (when("'.extract.pages > 3 pages'"), ":16:34:", "an operator", "'pages'"),
    "a comparison of a comparison": (when("'1 < .extract.pages < 9'"), ":16:34:", "comparison of a comparison"),
    "an operator without a value": (when("'and .classify.accepted'"), ":16:15:", "missing before 'and'"),
    "a template": (when("'{{ .classify.label }}'"), ":16:15:", "without {{ }}"),
    "a lone backslash": (when("'.document.path | test(\"\\d\")'"), ":16:38:", r"write '\\d'"),
    "not before a member": (when("'.extract.pages > 3 and not .classify.accepted'"), ":16:38:", "write (.classify.accepted | not)"),
    "a decimal comma in a condition": (when("'.classify.confidence < 0,8'"), ":16:38:", "write 0.8"),
    "a unit behind an exponent": (when("'.document.bytes > 1e5 MB # so'"), ":16:37:", "missing before 'MB'"),
    "a confidence in percent": (when("'.classify.confidence < 80'"), ":16:38:", "from 0 to 1, did you mean 0.8?"),
}

# What is accepted, with a word of doubt.
DOUBTS = {
    "a keyword": (schema("a: { type: number, x-label: [Total] }"), "'x-label' means nothing here, did you mean 'x-labels'?"),
    "a keyword without a blank": (schema("a: { type: number, x-einvoice:BT-112 }"), "write 'x-einvoice: BT-112'"),
    "a keyword without its colon": (schema("a: { type: number, x-einvoice BT-112 }"), "write 'x-einvoice: BT-112'"),
    "a format": (schema("a: { type: string, format: dat }"), "did you mean 'date'?"),
    "a format of dates": (schema("a: { type: string, format: DD.MM.YYYY }"), "did you mean 'date'?"),
    "another language of templates": (asks(MODEL, "\n      prompt: jinja.mustache"), "'{%'"),
    "a filter in a template": (asks(MODEL, "\n      prompt: filter.mustache"), "{{labels | join}}, for which nothing stands"),
}

# What is right as it stands, however like a mistake it looks.
VALID = {
    "a list of numbers in a comment": when("'.extract.pages > 3 # not 1,2'"),
    "not behind a member": when("'.classify.accepted | not | . and true'"),
    "not in a text": when("'.document.path | test(\"not .x\") # not .y'"),
    "a text with a decimal comma": when("'.document.path | test(\"1,5\")'"),
    "a confidence beside another number": when("'(.classify.confidence, .extract.pages) > 10'"),
    "a confidence that is no share by mistake": when("'.classify.confidence < 1.5'"),
    "a confidence as percent": when("'.classify.confidence * 100 > 80'"),
    "a name with a wide colon": instead("        letter:", "        請求書：国内:"),
    "a name with a dash in quotes": instead("        letter:", "        '– letter':"),
    "a name in curly quotes within a path": instead("paths: [in]", "paths: ['„in“.pdf', 'a$NOTSET']"),
    "keywords of one's own": schema("a: { type: string, x-note: a, x-enum: b }"),
    "formats of JSON Schema": schema("a: { type: string, format: iri-reference }\n          b: { type: string, format: idn-hostname }"),
}

ENVIRONMENT = {"KEY": "abc", "QUOTED": '"abc"', "BLANK": " abc", "CURLY": "abc”"}


class MoreMistakes(e2e.Case):
    def setUp(self):
        super().setUp()
        self.write("latin.mustache", b"B\xe4cker {{#labels}}{{name}}{{/labels}}")
        self.write("jinja.mustache", "{% for l in labels %}x{% endfor %}")
        self.write("filter.mustache", "{{labels | join}}")

    def check(self, files):
        """What is said of each, by its name."""
        names = {}
        for number, (name, (text, *_)) in enumerate(files.items()):
            names[name] = f"{number}.yaml"
            self.write(names[name], text)
        result = self.docket("check", *names.values(), env=ENVIRONMENT)
        lines = result.err.splitlines()
        return result.code, {name: [line for line in lines if line.removeprefix("warning: ").startswith(f"{file}:")]
                             for name, file in names.items()}

    def test_mistakes(self):
        code, said = self.check(FILES)
        self.assertEqual(code, 2)
        for name, (_, place, *words) in FILES.items():
            with self.subTest(name):
                here = [line for line in said[name] if line.split(".yaml", 1)[1].startswith(place)]
                self.assertTrue(any(all(word in line for word in words) for line in here), said[name])

    def test_what_follows_from_a_mistake_is_not_told(self):
        _, said = self.check({"labels": (when("'.classify.label == \"letter\"'").replace("labels:", "lables:"),),
                              "backend": (PIPELINE.replace("rules: {", "rules:{"),)})
        self.assertEqual([line.split(": ", 1)[1].split(",")[0] for line in said["labels"]],
                         ["stages.classify.lables: unknown setting"])
        self.assertEqual(len(said["backend"]), 1, said["backend"])

    def test_nothing_is_suggested_that_cannot_be_meant(self):
        _, said = self.check({"half": (asks("{ type: ollama, model: m, context: '1000,5' }"),)})
        self.assertEqual(len(said["half"]), 1, said)
        self.assertTrue(said["half"][0].endswith("got '1000,5'"), said)

    def test_words_of_the_command_line(self):
        self.write("pipeline.yaml", PIPELINE)
        self.write("in/a.txt", e2e.invoice(1))
        for words, said in ((["validate", "pipeline.yaml"], "unknown verb 'validate', did you mean 'check'?"),
                            (["ls", "pipeline.yaml"], "did you mean 'runs'?"),
                            (["run", "pipeline.yaml", "--force"], "has no option --force, did you mean '--always-make'?"),
                            (["run", "pipeline.yaml", "--threads=4"], "did you mean '--jobs'?"),
                            (["-V"], "did you mean '--version'?"),
                            (["run", "pipeline.yaml", "--log-file", "-"], "--log-level alone"),
                            (["run", "pipeline.yaml", "--set", "output.dir="], "--set output.dir: expected text, got nothing"),
                            (["run", "pipeline.yaml", "--set", "stages.classify.acept = 0.9"], "did you mean 'accept'?"),
                            (["run", "pipeline.yaml", "--set", "stages.classify.accept = 90"], "did you mean '0.9'?")):
            with self.subTest(words):
                result = self.docket(*words)
                self.assertEqual([result.code, result.out], [2, ""])
                self.assertIn(said, result.err)
        self.assertFalse((self.dir / "-").exists())

    def test_a_pipeline_that_is_not_there(self):
        self.write("pipeline.yaml", PIPELINE)
        (self.dir / "dangling.yaml").symlink_to("nowhere")
        for name, said in (("dangling.yaml", "a link to nowhere, where there is no file"),
                           ("pipeline.yaml/", "did you mean 'pipeline.yaml'?"),
                           ("nowhere/pipeline.yaml", "the folder nowhere does not exist")):
            result = self.docket("check", name)
            self.assertEqual([result.code, result.out], [2, ""])
            self.assertIn(f"{name}: ", result.err)
            self.assertIn(said, result.err)

    def test_standard_output_that_is_full(self):
        with open("/dev/full", "wb") as full:
            result = self.docket("help", stdout=full)
        self.assertEqual(result.code, 1)
        self.assertIn("cannot write to standard output: No space left on device", result.err)

    def test_a_member_of_a_record_without_its_dot(self):
        self.write("in/a.txt", e2e.invoice(1))
        self.run_pipeline()
        result = self.docket("export", "pipeline.yaml", "--where", 'status == "done"')
        self.assertEqual(result.code, 2)
        self.assertIn("write .status", result.err)

    def test_what_is_valid_is_left_alone(self):
        code, said = self.check({name: (text,) for name, text in VALID.items()})
        self.assertEqual(code, 0, said)
        for name in VALID:
            with self.subTest(name):
                self.assertEqual([line for line in said[name] if ": ok, stages" not in line], [])

    def test_words_that_fit_nowhere_else(self):
        _, said = self.check({"prompt": (PIPELINE + "prompt: x\n",), "thousand": (PIPELINE + "budget: { run: '1,000' }\n",)})
        for name, lines in said.items():
            with self.subTest(name):
                self.assertTrue(lines)
                self.assertFalse(any("did you mean" in line for line in lines), lines)

    def test_doubts(self):
        code, said = self.check(DOUBTS)
        self.assertEqual(code, 0, said)
        for name, (_, words) in DOUBTS.items():
            with self.subTest(name):
                self.assertTrue(any(words in line for line in said[name]), said[name])


if __name__ == "__main__":
    e2e.main()
