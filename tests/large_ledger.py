"""A ledger and a report as a run over many documents leaves them, made of those of a small run: each of its documents many
times, with calls to models. For tests of what a report looks like, not of what a run does."""

import json
import sqlite3


def enlarge(out, documents, failed=0, held=0, calls_each=2, bad_names=()):
    """Changes report.json and the ledger in the output folder `out`. Returns the report."""
    report = json.loads((out / "report.json").read_text())
    run = report["run"]["id"]
    database = sqlite3.connect(out / ".docket/ledger.db")
    (number,) = database.execute("SELECT id FROM runs WHERE name = ?", [run]).fetchone()
    (template,) = database.execute("SELECT path FROM documents ORDER BY path LIMIT 1").fetchone()
    done = documents - failed - held
    grow(database, "documents", "path", template, documents)
    grow(database, "document_stages", "path", template, documents)
    add_calls(database, number, documents, calls_each)
    fill_report(report, documents, failed, held, done, bad_names, sums(database, number))
    database.execute("UPDATE runs SET report = ? WHERE id = ?", [json.dumps(report), number])
    database.commit()
    database.close()
    (out / "report.json").write_text(json.dumps(report, indent=1))
    return report


def path_of(column="n"):
    return f"printf('in/%06d.txt', {column})"


COUNT = "WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {})"


def grow(database, table, key, template, documents):
    """Rows of `template` under so many other paths, in its place."""
    columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
    values = ", ".join(path_of() if column == key else column for column in columns)
    database.execute(f"CREATE TEMP TABLE pattern AS SELECT * FROM {table} WHERE {key} = ?", [template])
    database.execute(f"DELETE FROM {table}")
    database.execute(f"INSERT INTO {table} {COUNT.format(documents)} SELECT {values} FROM counted, pattern")
    database.execute("DROP TABLE pattern")


def add_calls(database, run, documents, each):
    """Half of the questions go to a local model and half to one in the cloud, on twelve days, in 80 ms to 20 s; each 50th
    attempt fails. All is a function of its number, so the same each time."""
    database.execute("DELETE FROM calls")
    database.execute(f"""
        INSERT INTO calls (run, time, document, stage, backend, kind, model, location, attempt, outcome, request, wall_ms,
                           queued_ms, wire_ms, input_tokens, cached_input_tokens, cache_write_tokens, output_tokens,
                           reasoning_tokens, nano_dollars, counted_nano_dollars, requests)
        {COUNT.format(documents * each)}
        SELECT ?, printf('2026-11-%02dT08:%02d:%02dZ', 1 + n * 12 / ({documents * each} + 1), n / 60 % 60, n % 60),
               {path_of(f'n % {documents} + 1')}, iif(n % 2, 'classify', 'extract'), iif(n % 2, 'local', 'cloud'), 'openai',
               iif(n % 2, 'qwen3:8b', 'gpt-5-mini'), iif(n % 2, 'local', 'cloud'), 1, iif(n % 50, 'ok', 'transient'),
               'r' || n, 80 + n * 7919 % 997 * (n * 31 % 21), 20, 60, 900 + n * 37 % 400, 300, 0, 40 + n % 90, 0,
               iif(n % 2, 0, 400000 + n * 13 % 300000), 0, 1
        FROM counted""", [run])


def sums(database, run):
    """What the calls come to, by backend and model, as the report has it."""
    models = []
    for backend, model, calls, tokens_in, cached, tokens_out, nano in database.execute(
            "SELECT backend, model, count(*), sum(input_tokens), sum(cached_input_tokens), sum(output_tokens),"
            " sum(nano_dollars) FROM calls WHERE run = ? GROUP BY 1, 2", [run]):
        times = [row[0] for row in database.execute(
            "SELECT wall_ms - queued_ms FROM calls WHERE run = ? AND backend = ? AND outcome = 'ok' ORDER BY 1",
            [run, backend])]
        models.append({"backend": backend, "model": model} | sum_of(calls, times, tokens_in, cached, tokens_out, nano))
    return models


def sum_of(calls, times, tokens_in, cached, tokens_out, nano):
    return {"calls": calls, "attempts": calls, "retries": 0, "cache_hits": 0,
            "latency_ms": {f"p{p}": times[(len(times) * p + 99) // 100 - 1] if times else None for p in (50, 90, 99)},
            "queued_ms": 20 * calls, "paused_ms": 0, "wire_ms": 60 * calls,
            "usage": {"calls": calls, "input_tokens": tokens_in, "cached_input_tokens": cached, "cache_write_tokens": 0,
                      "cache_write_1h_tokens": 0, "output_tokens": tokens_out, "reasoning_tokens": 0,
                      "cost_usd": nano / 1e9}}


def fill_report(report, documents, failed, held, done, bad_names, models):
    report["documents"] = {"in": documents, "done": done, "failed": failed, "held": held, "up_to_date": 0, "cancelled": 0}
    report["attention"] = {"failed": {"new": failed, "known": 0, "acknowledged": 0},
                           "held": {"new": held, "known": 0, "acknowledged": 0}}
    report["models"] = models
    usage = {member: sum(model["usage"][member] for model in models) for member in models[0]["usage"]}
    report["totals"] |= {"calls": usage["calls"], "attempts": usage["calls"], "usage": usage,
                         "latency_ms": models[0]["latency_ms"], "models": []}
    last = len(report["stages"]) - 1
    for index, stage in enumerate(report["stages"]):
        stage["in"] = documents if index == 0 else documents - failed
        stage["done"] = stage["in"] - (failed if index == 0 else 0) - (held if index == last else 0)
        stage["failed"] = failed if index == 0 else 0
        stage["held"] = held if index == last else 0
        stage["skipped"] = 0
    names = [*bad_names, *(f"in/{n:06}.txt" for n in range(1, 1001))][:1000]
    first = report["stages"][0]["id"]
    if failed:
        report["errors"] = [{"class": "damaged", "count": failed, "documents": [
            {"path": name, "stage": first, "message": "is damaged: no page can be read", "standing": "new"}
            for name in names[:failed]]}]
    if held:
        report["held"] = [{"why": "no cloud backend", "count": held, "documents": [
            {"path": name, "stage": report["stages"][last]["id"], "reasons": ["low confidence: classify"],
             "standing": "new"} for name in names[:held]]}]
