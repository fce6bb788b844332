"""What a run did, as spans of OpenTelemetry, sent to a collector over OTLP/HTTP."""

import json
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import e2e
from large_ledger import enlarge

HEX = set("0123456789abcdef")


class Collector:
    """Keeps what it is sent; answers with `status` and `reply`."""

    def __init__(self, status=200, reply=b"{}"):
        self.requests = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.requests.append((self.path, dict(self.headers), json.loads(body)))
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def spans(self):
        return [span for _, _, body in self.requests for resource in body["resourceSpans"]
                for scope in resource["scopeSpans"] for span in scope["spans"]]


def attributes(span):
    """Each value as OTLP's JSON has to have it: one member, named by its type."""
    values = {}
    for entry in span["attributes"]:
        assert set(entry) == {"key", "value"} and entry["key"] not in values, entry
        ((kind, value),) = entry["value"].items()
        assert isinstance(value, {"stringValue": str, "intValue": str, "doubleValue": float}[kind]), entry
        values[entry["key"]] = int(value) if kind == "intValue" else value
    return values


class Spans(e2e.Case):
    def setUp(self):
        super().setUp()
        self.write("p.yaml", e2e.PIPELINE + e2e.HOLDS)
        for number in range(3):
            self.write(f"in/{number}.txt", e2e.invoice(number))

    def collector(self, **options):
        collector = Collector(**options)
        self.addCleanup(collector.close)
        return collector

    def run_it(self, **env):
        result = self.docket("run", "p.yaml", "-q", env=env)
        self.assertEqual(result.code, 3, result.err)
        return result

    def tree(self, spans):
        """Looks at ids, times and parents; returns the spans by id."""
        by_id = {span["spanId"]: span for span in spans}
        self.assertEqual(len(by_id), len(spans))
        self.assertEqual(len({span["traceId"] for span in spans}), 1)
        for span in spans:
            self.assertEqual((len(span["traceId"]), len(span["spanId"])), (32, 16))
            self.assertLessEqual(set(span["traceId"] + span["spanId"]), HEX)
            self.assertIsInstance(span["startTimeUnixNano"], str)
            begin, end = int(span["startTimeUnixNano"]), int(span["endTimeUnixNano"])
            self.assertLessEqual(begin, end)
            self.assertIn(span["status"]["code"], (1, 2))
            if "parentSpanId" in span:
                parent = by_id[span["parentSpanId"]]
                self.assertLessEqual(int(parent["startTimeUnixNano"]), begin)
                self.assertLessEqual(end, int(parent["endTimeUnixNano"]))
        self.assertEqual([span["name"] for span in spans if "parentSpanId" not in span], ["docket run"])
        return by_id

    def test_documents_stages_and_calls_hang_below_the_run(self):
        self.run_it()
        report = enlarge(self.dir / "out", 300, calls_each=2)
        collector = self.collector()
        result = self.docket("report", "p.yaml", "--otlp", collector.url)
        self.assertEqual((result.code, result.out, result.err), (0, "", ""))
        for path, headers, body in collector.requests:
            self.assertEqual((path, headers["Content-Type"]), ("/v1/traces", "application/json"))
            self.assertLessEqual(sum(len(scope["spans"]) for scope in body["resourceSpans"][0]["scopeSpans"]), 512)
        self.assertGreater(len(collector.requests), 1)
        resource = attributes(collector.requests[0][2]["resourceSpans"][0]["resource"])
        self.assertEqual((resource["service.name"], resource["docket.pipeline"]), ("docket", "test"))
        spans = collector.spans()
        by_id = self.tree(spans)
        kinds = [by_id.get(span.get("parentSpanId"), {}).get("name") for span in spans]
        self.assertEqual(kinds.count("docket run"), 300)
        self.assertEqual(kinds.count("document"), 300 * len(report["stages"]))
        calls = [span for span in spans if span["name"].startswith("chat ")]
        self.assertEqual(len(calls), 600)
        self.assertEqual({span["kind"] for span in calls}, {3})
        self.assertEqual(sum(attributes(call)["gen_ai.usage.input_tokens"] for call in calls),
                         report["totals"]["usage"]["input_tokens"])
        self.assertAlmostEqual(sum(attributes(call)["docket.cost_usd"] for call in calls),
                               report["totals"]["usage"]["cost_usd"], places=6)
        self.assertEqual({attributes(call)["gen_ai.request.model"] for call in calls}, {"qwen3:8b", "gpt-5-mini"})
        failed = [call for call in calls if call["status"]["code"] == 2]
        self.assertEqual(len(failed), 600 // 50)
        self.assertEqual({attributes(call)["error.type"] for call in failed}, {"transient"})

    def test_run_sends_them_where_the_environment_says(self):
        collector = self.collector()
        result = self.run_it(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url + "/", OTEL_SERVICE_NAME="inbox",
                             OTEL_EXPORTER_OTLP_HEADERS="authorization=Basic%20c2VjcmV0,x-team=a")
        self.assertEqual(result.err, "")
        (path, headers, body), = collector.requests
        self.assertEqual(path, "/v1/traces")
        self.assertEqual((headers["authorization"], headers["x-team"]), ("Basic c2VjcmV0", "a"))
        self.assertEqual(attributes(body["resourceSpans"][0]["resource"])["service.name"], "inbox")
        by_id = self.tree(collector.spans())
        documents = [span for span in by_id.values() if span["name"] == "document"]
        self.assertEqual(sorted(attributes(span)["docket.document.path"] for span in documents),
                         ["in/0.txt", "in/1.txt", "in/2.txt"])
        for span in documents:  # Without a call nobody knows when it was: it says so.
            self.assertEqual(attributes(span)["docket.time"], "duration only")
            self.assertEqual(attributes(span)["docket.document.state"], "held")
        # No word of a document, though records and the ledger are full of them.
        self.assertNotIn("Harbour", json.dumps(body))
        self.assertNotIn("INV-", json.dumps(body))

    def test_same_run_has_the_same_ids_and_another_run_others(self):
        self.run_it()
        ids = []
        for _ in range(2):
            collector = self.collector()
            self.assertEqual(self.docket("report", "p.yaml", "--otlp", collector.url + "/v1/traces").code, 0)
            ids.append(sorted((span["traceId"], span["spanId"]) for span in collector.spans()))
        self.assertEqual(ids[0], ids[1])
        collector = self.collector()
        self.docket("run", "p.yaml", "-q", "-B", env={"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": collector.url + "/v1/traces"})
        self.assertNotEqual(collector.spans()[0]["traceId"], ids[0][0][0])

    def test_collector_that_does_not_take_them_is_a_warning_of_the_run_and_an_error_of_report(self):
        broken = self.collector(status=503, reply=b"no room")
        partial = self.collector(reply=b'{"partialSuccess": {"rejectedSpans": "2"}}')
        for url, said in (("http://127.0.0.1:9", "connect"), (broken.url, "503: no room"), (partial.url, "rejected 2"),
                          ("not an address", "spans were not sent")):
            with self.subTest(url=url):
                result = self.docket("run", "p.yaml", "-q", "-B", env={"OTEL_EXPORTER_OTLP_ENDPOINT": url,
                                                                       "OTEL_EXPORTER_OTLP_HEADERS": "k=hush"})
                self.assertEqual(result.code, 3)  # As without.
                self.assertIn("warning: spans were not sent", result.err)
                self.assertIn(said, result.err)
                self.assertNotIn("hush", result.err)
                self.assertEqual(self.docket("report", "p.yaml", "--otlp", url).code, 2 if url == "not an address" else 4)
        self.assertEqual(len(broken.requests), 2)  # It is not asked again and again.

    def test_nothing_is_sent_when_it_is_switched_off(self):
        collector = self.collector()
        self.run_it(OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, OTEL_SDK_DISABLED="true")
        self.docket("run", "p.yaml", "-q", "-B")
        self.assertEqual(collector.requests, [])

    def test_offline_sends_nothing_away(self):
        result = self.docket("run", "p.yaml", "-q", "--offline",
                             env={"OTEL_EXPORTER_OTLP_ENDPOINT": "http://192.0.2.1:4318"})
        self.assertEqual(result.code, 3)
        self.assertIn("warning: spans were not sent", result.err)
        self.assertIn("--offline, and the collector is not on this machine", result.err)


if __name__ == "__main__":
    unittest.main()
