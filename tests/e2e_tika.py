"""Files that docket does not read, read by an Apache Tika server: a scripted one."""

import http.server
import json
import threading

import e2e

PIPELINE = """\
version: 1
name: test
input:  {{ paths: [in] }}
output: {{ dir: out }}
{policy}
backends:
  rules: {{ type: builtin }}
  my-tika: {{ type: tika, url: "{url}"{more} }}
stages:
  - extract: {{ fallback: my-tika }}
  - classify:
      backends: [rules]
      labels: {{ invoice: {{ keywords: [invoice, VAT] }}, letter: {{ keywords: [dear, sincerely] }} }}
"""
UNKNOWN = b"\x00\x01\x02\x03 data of an unknown kind \x00\x00\x00" * 50


class Tika:
    """Answers each PUT as `script` says of its body: (status, body)."""

    def __init__(self, script):
        self.requests, tika = [], self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_PUT(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                tika.requests.append((self.path, dict(self.headers.items()), body))
                status, reply = script(body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def listed(text, **more):
    return 200, json.dumps([{"X-TIKA:content": text, "X-TIKA:Parsed-By": ["a.Parser"], **more}]).encode()


class TikaTest(e2e.Case):
    def serve(self, script):
        tika = Tika(script)
        self.addCleanup(tika.close)
        return tika

    def make(self, tika, more="", policy=""):
        self.write("pipeline.yaml", PIPELINE.format(url=tika.url, more=more, policy=policy))

    def test_only_what_docket_does_not_read_goes_there(self):
        tika = self.serve(lambda body: listed(e2e.invoice(7), **{"dc:title": "A drawing"}))
        self.make(tika, ', headers: ["X-Tika-OCRskipOcr: true"]')
        self.write("in/a.txt", e2e.invoice(1))
        self.write("in/secret name.DWG", UNKNOWN)
        self.assertEqual(self.docket("run", "pipeline.yaml").code, 0)
        self.assertEqual(len(tika.requests), 1)
        path, headers, body = tika.requests[0]
        self.assertEqual((path, body), ("/rmeta/text", UNKNOWN))
        self.assertEqual(headers["X-Tika-OCRskipOcr"], "true")
        self.assertEqual(headers["Content-Disposition"], 'attachment; filename="document.dwg"')
        self.assertNotIn("secret", json.dumps(headers))
        record = self.record("in/secret name.DWG")
        self.assertEqual(record["classify"]["label"], "invoice")
        self.assertEqual(record["extract"]["read_by"], "my-tika")
        self.assertEqual(record["extract"]["metadata"], {"title": "A drawing"})
        self.assertNotIn("read_by", self.record("in/a.txt")["extract"])
        self.docket("run", "pipeline.yaml")
        self.assertEqual(len(tika.requests), 1, "the text is kept")

    def test_errors_have_their_class(self):
        replies = {b"1": (204, b""), b"2": (415, b""), b"3": (422, b""), b"4": (200, b"no list"), b"5": (200, b"[{}]")}
        tika = self.serve(lambda body: replies[body[-1:]])
        self.make(tika)
        for end in (b"1", b"2", b"3", b"5"):
            self.write(f"in/{end.decode()}.bin", UNKNOWN + end)
        self.assertEqual(self.docket("run", "pipeline.yaml").code, 1)
        classes = [self.record(f"in/{name}.bin")["error"]["class"] for name in "1235"]
        self.assertEqual(classes, ["empty", "unsupported", "damaged", "unsupported"])
        self.assertIn("data of an unknown kind", self.record("in/2.bin")["error"]["message"])
        self.write("in/4.bin", UNKNOWN + b"4")
        self.assertEqual(self.docket("run", "pipeline.yaml").code, 4)

    def test_the_text_alone(self):
        tika = self.serve(lambda body: (200, b"Dear Ann,\n\nyours sincerely\n"))
        self.make(tika, ", api: tika")
        self.write("in/a.bin", UNKNOWN)
        self.docket("run", "pipeline.yaml")
        self.assertEqual(tika.requests[0][0], "/tika")
        self.assertEqual(tika.requests[0][1]["Accept"], "text/plain")
        self.assertEqual((self.dir / "out/in/a.bin.txt").read_text(), "Dear Ann,\n\nyours sincerely\n\f")

    def test_what_is_private_stays(self):
        tika = self.serve(lambda body: listed("words"))
        self.make(tika, ", location: cloud", 'policy: { private: ["path: in/hr*"] }')
        self.write("in/hr.bin", UNKNOWN)
        self.write("in/other.bin", UNKNOWN + b"!")
        result = self.docket("run", "pipeline.yaml", "--offline")
        self.assertEqual(result.code, 3, result.err)
        self.assertEqual(tika.requests, [])
        self.assertEqual(self.docket("run", "pipeline.yaml").code, 3)
        self.assertEqual([request[2] for request in tika.requests], [UNKNOWN + b"!"])
        self.assertEqual(self.record("in/hr.bin")["held"], "policy: private")
        rows = [json.loads(line) for line in self.docket("egress", "pipeline.yaml", "--json").out.splitlines()]
        self.assertEqual([row["document"] for row in rows], ["in/other.bin"])
        self.assertEqual(rows[0]["bytes"], len(UNKNOWN) + 1)

    def test_settings_that_are_wrong(self):
        tika = self.serve(lambda body: listed("words"))
        for more, words in ((", headers: [nothing]", "is no header"), (', headers: ["Accept: a"]', "docket itself sets 'accept'")):
            self.make(tika, more)
            self.assertIn(words, self.docket("check", "pipeline.yaml").err)
        self.make(tika)
        text = (self.dir / "pipeline.yaml").read_text()
        self.write("pipeline.yaml", text.replace("backends: [rules]", "backends: [my-tika]"))
        self.assertIn("'my-tika' reads files and answers no questions", self.docket("check", "pipeline.yaml").err)
        self.write("pipeline.yaml", text.replace("fallback: my-tika", "fallback: rules"))
        self.assertIn("'rules' reads no files", self.docket("check", "pipeline.yaml").err)


if __name__ == "__main__":
    e2e.main()
