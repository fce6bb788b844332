"""What most new users get wrong: each message says what, where and what to do. The tables are read top to bottom."""

import http.server
import os
import shutil
import signal
import subprocess
import threading

import e2e
from e2e import PIPELINE, invoice, pdf
from e2e_torture import encrypted

FIELDS = PIPELINE + """\
  - structured-extract:
      backends: [rules]
      schema:
        type: object
        properties:
          total: { type: number, x-labels: [Total] }
"""
MODEL = "{ type: ollama, model: m, url: 'http://127.0.0.1:1', deadline: 2s }"
PAID = "price: { input: 1, output: 1 }"
UNSURE = "of no kind at all"


def when(condition):
    """A condition in line 16, column 14, of a pipeline."""
    return PIPELINE + f"  - escalate:\n      when:\n        odd: {condition}\n"


def asks(backend, more=""):
    """A model in line 6, column 3, which is asked about what the rules are not sure of."""
    return PIPELINE.replace("backends:\n", f"backends:\n  near: {backend}\n", 1).replace(
        "[rules]", f"[rules, near]\n      accept: 1{more}")


def instead(old, new, text=PIPELINE):
    assert old in text, old
    return text.replace(old, new, 1)


LABELS = PIPELINE[PIPELINE.index("      labels:"):]
CLASSIFY = "[rules]"

# What was written; the place that is named; words that must be said.
FILES = {
    # Of the file as a whole.
    "an empty file": ("", "pipeline.yaml:", "the file is empty"),
    "comments alone": ("# later\n", "pipeline.yaml:", "the file is empty"),
    "JSON of something else": ('{"name": "x"}', "pipeline.yaml:", "stages: missing"),
    "not UTF-8": (PIPELINE.replace("test", "B\xe4cker").encode("latin-1"), ":2:8:", "save the file as UTF-8"),
    "UTF-16": (PIPELINE.encode("utf-16"), "pipeline.yaml:", "save it as UTF-8"),
    "a PDF": (pdf("x"), "pipeline.yaml:", "this is a PDF, and no pipeline"),
    "no version": (instead("version: 1\n", ""), "pipeline.yaml:", "version: missing, expected 1"),
    "version 2": (instead("version: 1", "version: 2"), ":1:10:", "expected 1, got '2'"),
    "a version in quotes": (instead("version: 1", "version: '1'"), ":1:10:", "in quotes; leave them out"),
    # YAML.
    "no colon": (instead("version: 1", "version 1"), ":1:1:", "no ': '", "write 'version: 1'"),
    "no colon behind a list's name": (instead("labels:", "labels"), ":11:7:", "write 'labels:'"),
    "no colon behind a stage": (instead("- classify:", "- classify"), ":9:3:", "write '- classify:'"),
    "no space behind a colon": (instead("dir: out", "dir:out"), ":4:11:", "a space is missing", "'dir: out'"),
    "no space behind a dash": (instead("- extract:", "-extract:"), ":7:1:", "write '- extract:'"),
    "one colon too many": (instead("name: test", "name: test: it"), ":2:11:", "put text that contains it in quotes"),
    "an unclosed quote": (instead("name: test", 'name: "test'), ":2:7:", 'no closing "'),
    "an unclosed quote in a list": (instead("[rules]", "['rules]"), ":10:18:", "no closing '"),
    "an apostrophe in quotes": (instead("name: test", "name: 'it's'"), ":2:11:", "write '' for an apostrophe"),
    "a pattern without quotes": (instead("[in]", "[*.pdf]"), ":3:19:", 'put a pattern in quotes: "*.pdf"'),
    "a tab": (instead("      backends: [rules]", "\tbackends: [rules]"), ":10:1:", "tab", "spaces"),
    "a variable in { }": (instead("type: builtin", "type: ollama, model: ${MODEL}"), ":6:33:", "needs quotes: \"${MODEL}\""),
    "an open bracket": (instead("[in]", "[in"), ":3:", "bracket"),
    "other indentation": (instead("      labels:", "     labels:"), ":11:6:", "less indentation"),
    "a name given twice": (instead("name: test", "name: test\nname: test"), ":3:1:", "given twice, first in line 2"),
    "a percent sign first": (instead("name: test", "name: %test"), ":2:7:", "put it in quotes"),
    # Names.
    "a section's name": (instead("stages:", "stagess:"), ":7:1:", "did you mean 'stages'?"),
    "a stage's name": (instead("- classify", "- clasify"), ":9:5:", "did you mean 'classify'?"),
    "a setting's name": (instead("labels:", "lables:"), ":11:7:", "did you mean 'labels'?"),
    "stages as a mapping": (instead("  - extract:\n  - classify:", "  extract:\n  classify:"), ":7:1:",
                            "expected a list of stages", "write '- extract:'"),
    "a backend's type": (instead("builtin", "buildin"), ":6:18:", "did you mean 'builtin'?"),
    "a backend that is not there": (instead("[rules]", "[rulez]"), ":10:18:", "did you mean 'rules'?"),
    "no space before the { of a backend": (instead("rules: {", "rules:{"), ":6:3:", "a space is missing", "'rules: {"),
    "a stage to wait for": (instead(CLASSIFY, "[rules]\n      after: [extrct]"), ":11:15:", "did you mean 'extract'?"),
    "stages that wait for each other": (instead("- extract:", "- extract:\n      after: [classify]"), ":9:7:",
                                        "these stages wait for each other"),
    "another tool's name for the window": (asks("{ type: ollama, model: m, num_ctx: 8192 }"), ":6:35:",
                                           "did you mean 'context'?"),
    # Values.
    "labels as a list": (instead(LABELS, "      labels: [invoice, letter]\n"), ":11:15:", "got a list",
                         "write {invoice: {}, letter: {}}"),
    "a label that is a text": (instead(LABELS, "      labels:\n        invoice: a bill\n"), ":12:18:",
                               "write {description: a bill}"),
    "no labels": (instead(LABELS, ""), ":9:5:", "labels: missing"),
    "a label given twice": (PIPELINE + "        letter: {}\n", ":14:9:", "'letter' is given twice"),
    "a threshold of 85": (instead(CLASSIFY, "[rules]\n      accept: 85"), ":11:15:", "from 0 to 1", "'0.85'?"),
    "a threshold in percent": (instead(CLASSIFY, "[rules]\n      accept: 85%"), ":11:15:", "from 0 to 1", "'0.85'?"),
    "a time without a unit": (asks("{ type: ollama, model: m, timeout: 120 }"), ":6:44:", "did you mean '120s'?"),
    "a budget that is a text": (PIPELINE + 'budget: "$2"\n', ":14:9:", "its settings: run, document, day, month"),
    "an amount with a sign": (PIPELINE + 'budget: { run: "$2" }\n', ":14:16:", "got '$2'", "did you mean '2'?"),
    "another name for a budget": (PIPELINE + "limits: { run: 2 }\n", ":14:1:", "did you mean 'budget'?"),
    "a variable that is not set": (instead("dir: out", "dir: '${DOCKET_NOT_SET}'"), ":4:16:",
                                   "DOCKET_NOT_SET is not set", "${NAME:-…} sets a default"),
    "a private path without its word": (PIPELINE + "policy: { private: 'hr/**' }\n", ":14:20:", "write 'path: hr/**'"),
    "ocr: yes": (instead("- extract:", "- extract:\n      ocr: yes"), ":9:12:", "auto, always, never or off"),
    "a language that tesseract has not": (instead("- extract:", "- extract:\n      ocr: { languages: [xyz] }"), ":9:26:",
                                          "apt install tesseract-ocr-xyz"),
    # Models, keys and addresses.
    "no model": (asks("{ type: ollama }"), ":6:3:", "model: missing"),
    "a port above 65535": (asks("{ type: ollama, model: m, url: 'http://127.0.0.1:99999' }"), ":6:40:", "65535"),
    "an address without http": (asks("{ type: ollama, model: m, url: '127.0.0.1:11434' }"), ":6:40:",
                                "neither http:// nor https://"),
    "a key over http": (asks(f"{{ type: anthropic, model: m, api_key: '${{PATH}}', url: 'http://example.com', {PAID} }}"),
                        ":6:", "only over https"),
    "a literal key": (asks(f"{{ type: anthropic, model: m, api_key: sk-ant-123, {PAID} }}"), ":6:47:",
                      "must not be in this file", "${NEAR_API_KEY}"),
    "a key that is not set": (asks(f"{{ type: anthropic, model: m, api_key: '${{DOCKET_NOT_SET}}', {PAID} }}"), ":6:47:",
                              "DOCKET_NOT_SET is not set"),
    "a key that is empty": (asks(f"{{ type: anthropic, model: m, api_key: '${{DOCKET_EMPTY}}', {PAID} }}"), ":6:47:",
                            "DOCKET_EMPTY is empty"),
    "no price": (asks("{ type: anthropic, model: m, api_key: '${PATH}' }") + "budget: { run: 1 }\n", ":6:3:", "price"),
    "a password in the file": (instead("- extract:", "- extract:\n      password: secret"), ":9:17:",
                               "must not be in this file", "${EXTRACT_PASSWORD}"),
    # Schemas and prompts.
    "a type that JSON Schema has not": (FIELDS.replace("number", "nubmer"), ":19:26:", "did you mean 'number'?"),
    "a schema that is not there": (FIELDS[:FIELDS.index("      schema:")] + "      schema: invoice.jsn\n", ":16:15:",
                                   "there is no file 'invoice.jsn'"),
    "a schema that is no JSON": (FIELDS[:FIELDS.index("      schema:")] + "      schema: bad.json\n", ":16:15:",
                                 "'bad.json' is not valid JSON: line 2, column 1"),
    "a prompt that is not there": (asks(MODEL, "\n      prompt: 'Which label?'"), ":13:15:", "there is no file"),
    "an unclosed tag": (asks(MODEL, "\n      prompt: open.mustache"), ":13:15:", "'open.mustache'", "line 2, column 7"),
    # Conditions: the place is that of the word.
    "curly quotes": (when("'.classify.label == “letter”'"), ":16:34:", 'write "letter" with straight double quotes'),
    "single quotes": (when("\".classify.label == 'letter'\""), ":16:34:", 'write "letter"'),
    "no quotes": (when("'.classify.label == letter'"), ":16:34:", 'write "letter"'),
    "&&": (when("'.extract.pages > 1 && .extract.pages < 9'"), ":16:34:", "write 'and' for '&&'"),
    "||": (when("'.extract.pages > 1 || .extract.pages < 9'"), ":16:34:", "write 'or' for '||'"),
    "AND": (when("'.extract.pages > 1 AND .extract.pages < 9'"), ":16:34:", "write and for AND"),
    "= for ==": (when("'.classify.label = \"letter\"'"), ":16:31:", "write =="),
    "=== for ==": (when("'.classify.label === \"letter\"'"), ":16:31:", "write '=='"),
    "! for not": (when("'!.classify.accepted'"), ":16:15:", "| not"),
    "True": (when("'True'"), ":16:15:", "write true"),
    "a percentage": (when("'.classify.confidence < 80%'"), ":16:40:", "write 0.8 for 80%"),
    "no dot": (when("'classify.label == \"letter\"'"), ":16:15:", "write .classify"),
    "a hyphen in an id": (FIELDS + "  - escalate:\n      when: .structured-extract.accepted\n", ":21:13:",
                          "write .structured_extract"),
    "a stage that is none": (when("'.clasify.label == \"letter\"'"), ":16:15:", "did you mean 'classify'?"),
    "a label that is none": (when("'.classify.label == \"leter\"'"), ":16:34:", "did you mean 'letter'?"),
    "half a comparison": (when("'.classify.label =='"), ":16:33:", "ends too early"),
    "an open bracket in a condition": (when("'(.classify.accepted'"), ":16:15:", "this '(' is not closed"),
    "a word in a folded condition": (when(">\n          .classify.label ==\n          'letter'"), ":18:11:", 'write "letter"'),
    "a reason's name": (PIPELINE + "  - escalate: { reasons: [low confidence] }\n", ":14:27:",
                        "did you mean 'low_confidence'?"),
    "a stage to redo": (PIPELINE + "  - escalate: { redo: clasify }\n", ":14:23:", "did you mean 'classify'?"),
}


class PipelineFile(e2e.Case):
    def test_check_says_what_where_and_what_to_do(self):
        self.write("bad.json", '{"type": "object",\n}')
        self.write("open.mustache", "Which?\nOf: a {{labels\n")
        for name, (text, place, *words) in FILES.items():
            with self.subTest(name):
                self.write("pipeline.yaml", text)
                result = self.docket("check", "pipeline.yaml", env={"DOCKET_EMPTY": ""})
                self.assertEqual([result.code, result.out], [2, ""], result.err)
                lines = [line for line in result.err.splitlines() if f"pipeline.yaml{place}" in line or line.startswith(place)]
                self.assertTrue(any(all(word in line for word in words) for line in lines), result.err)
        self.assertGreaterEqual(len(FILES), 60)

    def test_a_good_file_has_none_of_them(self):
        for text in (PIPELINE, FIELDS, when("'.classify.label == \"letter\"'"), asks(MODEL)):
            self.write("pipeline.yaml", text)
            result = self.docket("check", "pipeline.yaml")
            self.assertEqual(result.code, 0, result.err)
            self.assertRegex(result.err, "^pipeline.yaml: ok")

    def test_a_name_in_a_prompt_for_which_nothing_stands_is_a_warning(self):
        self.write("p.mustache", "Is it one of {{#labels}}{{name}}{{/labels}}? {{descripton}}")
        self.write("pipeline.yaml", asks(MODEL, "\n      prompt: p.mustache"))
        result = self.docket("check", "pipeline.yaml")
        self.assertEqual(result.code, 0, result.err)
        self.assertIn("pipeline.yaml:13:15: stages.classify: prompt: 'p.mustache' has {{descripton}}", result.err)
        self.assertIn("did you mean 'description'?", result.err)

    def test_keys_in_files(self):
        text = asks(f"{{ type: anthropic, model: m, api_key: 'file:key', {PAID} }}")
        self.write("pipeline.yaml", text)
        self.assertIn("6:47: backends.near.api_key: there is no file 'key'", self.docket("check", "pipeline.yaml").err)
        self.write("key", "abc").chmod(0o644)
        self.assertIn("can be read by other users; close it: chmod 600", self.docket("check", "pipeline.yaml").err)


class Doing(e2e.Case):
    """Mistakes that only a run can find."""

    def says(self, code, *words, pipeline=PIPELINE, arguments=(), env=None):
        self.write("pipeline.yaml", pipeline)
        self.write("in/a.txt", invoice(1))
        result = self.docket("run", "pipeline.yaml", *arguments, env=env)
        self.assertEqual(result.code, code, result.err)
        for word in words:
            self.assertIn(word, result.said)
        return result

    def test_input(self):
        self.says(1, "there is no file in the input (in/*.pdf)", "may_be_empty", pipeline=instead("[in]", "['in/*.pdf']"))
        self.says(1, "inn does not exist, did you mean 'in'?", pipeline=instead("[in]", "[inn]"))
        self.says(2, "inn does not exist, did you mean 'in'?", arguments=["inn"])
        self.says(2, "in/a.tx does not exist, did you mean 'in/a.txt'?", arguments=["in/a.tx"])
        self.says(2, "ni/a.txt does not exist, did you mean 'in/a.txt'?", arguments=["ni/a.txt"])
        self.write("in/a/in2/a.txt", invoice(1))
        self.says(2, "in/a/in/a.txt does not exist, did you mean 'in/a/in2/a.txt'?", arguments=["in/a/in/a.txt"])
        self.says(2, "./pipeline.yaml is the pipeline itself, and no document", arguments=["in", "./pipeline.yaml"])
        self.says(2, "nothing to run: name files on the command line, or `input: {paths: […]}`",
                  pipeline=instead("input:  { paths: [in] }\n", ""))

    def test_output(self):
        choose = "choose another output folder"
        self.says(2, "is in the output folder", choose, pipeline=instead("dir: out", "dir: in"))
        self.write("file", "x")
        self.says(2, "file is a file", choose, pipeline=instead("dir: out", "dir: file"))
        self.says(2, "cannot write", "/proc/out", choose, pipeline=instead("dir: out", "dir: /proc/out"))
        self.write("out/results.jsonl", "{}\n")
        self.says(2, "out/results.jsonl is there already, and docket has not written it: move it away", choose)

    def test_nobody_listens(self):
        self.write("in/b.txt", UNSURE)
        self.says(4, "cannot connect to http://127.0.0.1:1/", "Connection refused", "is Ollama running",
                  "`ollama serve`", pipeline=asks(MODEL))
        self.assertIn("`ollama serve`", self.docket("check", "--probe", "pipeline.yaml").out)
        self.says(4, "is llama-server running", "--port 1`",
                  pipeline=asks("{ type: openai, url: 'http://127.0.0.1:1', deadline: 2s }"))

    def serve(self, answer):
        """A server that gives each request `answer(path)`: status and body; its address."""
        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, body = answer(self.path)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())
            do_GET = do_POST = answer

            def log_message(self, *_):
                pass
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return f"127.0.0.1:{server.server_port}"

    def test_a_model_that_is_not_pulled(self):
        def ollama(path):
            if path == "/api/version":
                return 200, '{"version": "0.12.0"}'
            if path == "/api/tags":
                return 200, '{"models": [{"name": "qwen3:8b"}]}'
            return 404, '{"error": "model \'quen3\' not found"}'
        self.write("in/b.txt", UNSURE)
        address = self.serve(ollama)
        self.says(4, "Ollama has no model 'quen3'", "it has: qwen3:8b", "`ollama pull quen3`",
                  pipeline=asks(f"{{ type: ollama, model: quen3, url: 'http://{address}' }}"))
        self.says(4, f"https://{address}", "TLS", pipeline=asks(
            f"{{ type: ollama, model: quen3, url: 'https://{address}', deadline: 2s }}"))

    def test_a_model_that_is_called_a_little_different(self):
        def ollama(path):
            if path == "/api/tags":
                return 200, '{"models": [{"name": "llama3:8b"}, {"name": "qwen3:8b"}]}'
            return (200, '{"version": "0.12.0"}') if path == "/api/version" else (404, '{"error": "model not found"}')
        self.write("in/b.txt", UNSURE)
        self.says(4, "Ollama has no model 'quen3', did you mean 'qwen3:8b'?",
                  pipeline=asks(f"{{ type: ollama, model: quen3, url: 'http://{self.serve(ollama)}' }}"))

        def others(path):
            if path.endswith("/models"):
                return 200, '{"data": [{"id": "llama3"}, {"id": "qwen3"}]}'
            return 404, '{"error": {"message": "there is no quen3", "code": "model_not_found"}}'
        self.says(4, "there is no quen3, did you mean 'qwen3'?",
                  pipeline=asks(f"{{ type: openai, model: quen3, url: 'http://{self.serve(others)}' }}"))

    def test_another_server(self):
        self.write("in/b.txt", UNSURE)
        page = "<html>\n<head><title>404 Not Found</title></head>\n<body><center>nginx</center></body></html>"
        result = self.says(4, "the server answered 404: a web page: 404 Not Found",
                           pipeline=asks(f"{{ type: openai, model: m, url: 'http://{self.serve(lambda _: (404, page))}' }}"))
        self.assertNotIn("<", result.err)
        llama_server = self.serve(lambda _: (404, '{"error": {"code": 404, "message": "File Not Found"}}'))
        self.says(4, "is this an Ollama server?", "`type: openai`",
                  pipeline=asks(f"{{ type: ollama, model: m, url: 'http://{llama_server}' }}"))

    def test_a_proxy_that_is_not_there(self):
        self.write("in/b.txt", UNSURE)
        cloud = asks(f"{{ type: anthropic, model: m, api_key: '${{K}}', deadline: 2s, {PAID} }}")
        self.says(4, "cannot connect to the proxy for https://api.anthropic.com", "Connection refused", pipeline=cloud,
                  env={"K": "abc", "https_proxy": "http://127.0.0.1:1", "no_proxy": "", "NO_PROXY": ""})

    def test_a_window_that_the_server_does_not_give(self):
        said = {"/api/version": '{"version": "0.12.0"}', "/api/show": '{"capabilities": ["completion"]}',
                "/api/tags": '{"models": [{"name": "m:latest"}]}',
                "/api/ps": '{"models": [{"name": "m:latest", "model": "m:latest", "context_length": 512}]}'}
        address = self.serve(lambda path: (200, said.get(path, '{"done": true, "message": {"content": ""}}')))
        self.write("in/b.txt", UNSURE)
        self.says(4, "a context window of 512 tokens, but the pipeline asks for 4096", "lower 'context'",
                  pipeline=asks(f"{{ type: ollama, model: m, url: 'http://{address}', context: 4096 }}"))

    def test_a_password_on_the_command_line(self):
        self.says(2, "--set stages.extract.password: a secret must not be on the command line", "${EXTRACT_PASSWORD}",
                  arguments=["--set", "stages.extract.password=secret"])

    def test_a_key_that_the_server_refuses(self):
        self.write("in/b.txt", UNSURE)
        refuses = self.serve(lambda _: (401, '{"type": "error", "error": {"type": "authentication_error", '
                                             '"message": "invalid x-api-key"}}'))
        self.says(4, "401", "invalid x-api-key", "api_key", env={"WRONG": "abc"}, pipeline=asks(
            f"{{ type: anthropic, model: m, api_key: '${{WRONG}}', url: 'http://{refuses}', {PAID} }}"))

    def test_passwords(self):
        self.write("in/locked.pdf", encrypted("right"))
        self.says(1, "encrypted", "needs a password: give it in `passwords` of the extract stage",
                  "--retry-parked")
        given = instead("- extract:", "- extract:\n      passwords: ['${PDF_PASSWORD}']")
        self.says(1, "opens with none of the `passwords`", pipeline=given, env={"PDF_PASSWORD": "wrong"},
                  arguments=["--retry-parked"])
        self.says(0, pipeline=given, env={"PDF_PASSWORD": "right"}, arguments=["--retry-parked"])

    def test_another_run_holds_the_output(self):
        self.write("pipeline.yaml", PIPELINE)
        (self.dir / "in").mkdir()
        os.mkfifo(self.dir / "list")
        first = self.start("run", "pipeline.yaml", "-", stdin=subprocess.PIPE)
        e2e.wait_for(lambda: (self.dir / "out/.docket/lock").exists() and
                     (self.dir / "out/.docket/lock").read_text(), "the lock is taken")
        result = self.docket("run", "pipeline.yaml")
        self.assertEqual(result.code, 5, result.err)
        for word in ("another run is writing to", f"process {first.pid}", "--wait"):
            self.assertIn(word, result.err)
        first.send_signal(signal.SIGINT)
        first.communicate(b"", timeout=e2e.TIMEOUT)

    def test_a_worker_that_is_missing_is_said_once(self):
        bare = self.dir / "bin"
        bare.mkdir()
        shutil.copy(e2e.DOCKET, bare / "docket")
        self.write("pipeline.yaml", PIPELINE)
        for number in range(9):
            self.write(f"in/{number}.txt", invoice(number))

        def docket(*arguments):
            return subprocess.run([bare / "docket", *arguments], cwd=self.dir, capture_output=True, text=True, check=False)
        result = docket("run", "pipeline.yaml")
        self.assertEqual(result.returncode, 4, result.stderr)
        self.assertEqual(result.stderr.count("docket-extract"), 1, result.stderr)
        checked = docket("check", "pipeline.yaml").stderr
        self.assertIn("bin/docket-ocr is missing", checked)
        self.assertIn("pages without a text", checked)

    def test_nobody_may_be_asked(self):
        self.write("in/b.txt", UNSURE)
        cloud = f"{{ type: anthropic, model: m, api_key: '${{K}}', url: 'http://127.0.0.1:1', location: cloud, {PAID} }}"
        self.says(3, "policy: private", "path: in/**", env={"K": "abc"},
                  pipeline=asks(cloud) + "policy: { private: ['path: in/**'] }\n")
        self.says(3, "offline", pipeline=asks(cloud), arguments=["--offline", "-B"], env={"K": "abc"})
        self.says(3, "no cloud backend", pipeline=PIPELINE + e2e.HOLDS, arguments=["-B"])


if __name__ == "__main__":
    e2e.main()
