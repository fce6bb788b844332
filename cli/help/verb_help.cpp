#include "cli/help/verb_help.h"

#include <algorithm>

namespace docket {
namespace {

using Example = VerbHelp::Example;

constexpr std::string_view to_begin = "Begin", work = "Work", look = "Look", results = "Results",
                           upkeep = "Upkeep";

constexpr Example init_examples[] = {
    {"docket init", "into this folder"},
    {"docket init invoices", "into a folder of its own"},
    {"docket init --prompts", "the built-in prompts, for editing"},
};
constexpr Example check_examples[] = {
    {"docket check pipeline.yaml", "what is wrong, by line and column"},
    {"docket check pipeline.yaml --probe", "and each model server"},
    {"docket check *.yaml --junit t.xml", "several, for a CI system"},
};
constexpr Example run_examples[] = {
    {"docket run pipeline.yaml", "all that is new, changed or failed"},
    {"docket run pipeline.yaml inbox/a.pdf -v", "one file; say why each stage runs"},
    {"docket run pipeline.yaml --failed", "only what failed"},
};
constexpr Example plan_examples[] = {
    {"docket plan pipeline.yaml", "what a run would do and cost"},
    {"docket plan pipeline.yaml -v", "for each document, and why"},
    {"docket plan pipeline.yaml --json", "for a script"},
};
constexpr Example status_examples[] = {
    {"docket status pipeline.yaml", "how many are done, failed, held, and why"},
    {"docket status pipeline.yaml -v", "all documents that need attention"},
    {"docket status pipeline.yaml -q", "for a script: the exit code alone"},
};
constexpr Example explain_examples[] = {
    {"docket explain pipeline.yaml inbox/a.pdf", "what was done, and why"},
    {"docket explain pipeline.yaml a.pdf --json", "for a script"},
};
constexpr Example report_examples[] = {
    {"docket report pipeline.yaml", "the last run"},
    {"docket report pipeline.yaml --html r.html", "a page for a browser"},
    {"docket report pipeline.yaml --run ID", "another; `docket runs` has ids"},
};
constexpr Example runs_examples[] = {
    {"docket runs pipeline.yaml", "all runs, the newest first"},
    {"docket runs pipeline.yaml --limit 5", "the last five"},
    {"docket runs pipeline.yaml --json", "for a script"},
};
constexpr Example verify_examples[] = {
    {"docket verify pipeline.yaml", "after a crash, or from a backup"},
    {"docket verify pipeline.yaml --json", "for a script"},
};
constexpr Example unlock_examples[] = {
    {"docket unlock pipeline.yaml", "who holds it; tidy up after a kill"},
};
constexpr Example egress_examples[] = {
    {"docket egress pipeline.yaml", "all calls to a cloud"},
    {"docket egress pipeline.yaml --since 2026-11-01", "from this day on"},
    {"docket egress pipeline.yaml --csv", "for a spreadsheet"},
};
constexpr Example export_examples[] = {
    {"docket export pipeline.yaml --csv --bom", "for a spreadsheet"},
    {"docket export pipeline.yaml --label invoice", "of one label"},
    {"docket export pipeline.yaml --state failed", "in one state"},
};
constexpr Example ack_examples[] = {
    {"docket ack pipeline.yaml inbox/a.pdf", "one document"},
    {"docket ack pipeline.yaml 'old/**' --reason \"sent back\"", "a folder, and why"},
    {"docket ack pipeline.yaml", "list them"},
};
constexpr Example clean_examples[] = {
    {"docket clean pipeline.yaml --missing -n", "only list them"},
    {"docket clean pipeline.yaml --missing", "remove their output"},
};
constexpr Example graph_examples[] = {
    {"docket graph pipeline.yaml --format svg > g.svg", "a picture"},
    {"docket graph pipeline.yaml --format mermaid", "for Markdown"},
    {"docket graph pipeline.yaml", "for Graphviz"},
};
constexpr Example schema_examples[] = {
    {"docket schema > pipeline.schema.json", "for an editor that completes"},
};
constexpr Example help_examples[] = {
    {"docket help", "all verbs and topics"},
    {"docket help conditions", "how conditions are written"},
    {"docket help run", "all options of a verb"},
};

constexpr std::string_view run_most_used[] = {
    "failed", "limit", "always-make", "dry-run", "offline", "max-cost", "verbose", "quiet",
};
constexpr std::string_view plan_most_used[] = {
    "failed", "limit", "always-make", "set", "offline", "verbose", "json", "question",
};

constexpr VerbHelp all[] = {
    {"init", to_begin, init_examples, {}},
    {"check", to_begin, check_examples, {}},
    {"graph", to_begin, graph_examples, {}},
    {"schema", to_begin, schema_examples, {}},
    {"help", to_begin, help_examples, {}},
    {"run", work, run_examples, run_most_used},
    {"plan", work, plan_examples, plan_most_used},
    {"status", look, status_examples, {}},
    {"explain", look, explain_examples, {}},
    {"report", look, report_examples, {}},
    {"runs", look, runs_examples, {}},
    {"egress", look, egress_examples, {}},
    {"export", results, export_examples, {}},
    {"ack", upkeep, ack_examples, {}},
    {"clean", upkeep, clean_examples, {}},
    {"verify", upkeep, verify_examples, {}},
    {"unlock", upkeep, unlock_examples, {}},
};

}  // namespace

std::span<const VerbHelp> verb_helps() { return all; }

const VerbHelp* verb_help(std::string_view verb) {
  const auto found = std::ranges::find(all, verb, &VerbHelp::verb);
  return found == std::end(all) ? nullptr : &*found;
}

}  // namespace docket
