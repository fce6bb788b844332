#include "cli/report/shape.h"

#include <string_view>

namespace docket {
namespace {

using nlohmann::ordered_json;

/// What the forms read. A text says the type; `[x]` is a list of x; a name with `?` may be absent, and `*`
/// stands for all other names.
constexpr std::string_view report_shape = R"({
  "docket": "number",
  "pipeline": {"name": "text", "file": "text"},
  "run": {"id": "text", "started": "text", "finished": "text", "wall_ms": "number", "exit_code": "number",
          "stopped?": "text", "warnings?": ["text"]},
  "documents": {"in": "number", "done": "number", "failed": "number", "held": "number", "up_to_date": "number",
                "cancelled": "number"},
  "up_to_date": {"done": "number", "held": "number"},
  "attention?": {"failed": {"*": "number", "new": "number", "known": "number", "acknowledged": "number"},
                 "held": {"*": "number", "new": "number", "known": "number", "acknowledged": "number"}},
  "unsure?": "number",
  "doubtful?": [{"why": "text", "count": "number", "documents": ["text"]}],
  "input?": {"problems": {"count": "number", "first": ["text"]}},
  "missing": {"count": "number", "documents": ["text"]},
  "stages": [{"id": "text", "in": "number", "done": "number", "skipped": "number", "failed": "number",
              "held": "number", "cancelled": "number", "cpu_ms": "number", "answers?": "number",
              "not_accepted?": "number", "calls?": "number", "grades?": {"*": "number"}, "usage": "USAGE"}],
  "totals": {"cpu_ms": "number", "calls?": "number", "retries?": "number", "latency_ms?": "LATENCY",
             "usage": "USAGE"},
  "egress?": {"calls": "number", "bytes": "number", "documents": "number", "redactions": {"*": "number"}},
  "backends?": [{"backend": "text",
                 "invalid_answers?": {"count": "number", "of": "number", "documents": "number",
                                      "failed": "number", "example": "text or null"}}],
  "models?": [{"backend": "text", "model": "text", "calls": "number", "retries": "number",
               "cache_hits": "number", "latency_ms": "LATENCY", "usage": "USAGE"}],
  "tiers?": [{"stage": "text", "tier": "text", "answers": "number", "share": "number"}],
  "escalations?": {"documents": "number", "reasons": "REASONS"},
  "saved?": {"cache": {"cost_usd": "number or null"}, "results": {"cost_usd": "number or null"},
             "prefix": {"cost_usd": "number or null"}},
  "reasons": "REASONS",
  "files?": [{"media_type": "text", "count": "number", "outcomes": {"*": "number"}}],
  "errors": [{"class": "text", "count": "number",
              "documents": [{"path": "text", "stage?": "text", "message": "text", "standing?": "text",
                             "acknowledged?": {"reason?": "text"}}]}],
  "held": [{"why": "text", "count": "number",
            "documents": [{"path": "text", "stage?": "text", "reasons": ["text"], "detail?": "text",
                           "standing?": "text", "acknowledged?": {"reason?": "text"}}]}]
})";

/// What came with `all_cloud`: the forms that find that one read these too.
constexpr std::string_view all_cloud_shape = R"({
  "all_cloud": {"backend": "text or null", "model": "text or null", "questions": "number",
                "cost_usd": "number or null", "spent_usd": "number or null", "ratio": "number or null",
                "reason?": "text"},
  "totals": {"calls": "number", "attempts": "number", "retries": "number", "cache_hits": "number",
             "latency_ms": "LATENCY", "queued_ms": "number or null", "paused_ms": "number or null",
             "wire_ms": "number or null"},
  "tiers": [], "escalations": {}, "saved": {}, "unsure": "number"
})";

/// Shapes that stand in several places.
constexpr std::string_view named_shapes = R"({
  "USAGE": {"calls": "number", "input_tokens": "number", "cached_input_tokens?": "number",
            "output_tokens": "number", "cost_usd": "number or null"},
  "LATENCY": {"p50": "number or null", "p90": "number or null", "p99": "number or null"},
  "REASONS": [{"reason": "text", "stage": "text", "count": "number"}]
})";

std::optional<std::string> misfit(const ordered_json& shape, const ordered_json& value,
                                  const std::string& where);

std::optional<std::string> misfit_of_object(const ordered_json& shape, const ordered_json& value,
                                            const std::string& where) {
  if (!value.is_object()) return "`" + where + "` is no object";
  const std::string before = where.empty() ? "" : where + ".";
  for (const auto& [key, expected] : shape.items()) {
    if (key == "*") {
      for (const auto& [name, one] : value.items())
        if (auto wrong = misfit(expected, one, before + name)) return wrong;
      continue;
    }
    const bool may_be_absent = key.ends_with('?');
    const std::string name = may_be_absent ? key.substr(0, key.size() - 1) : key;
    const auto found = value.find(name);
    if (found == value.end() && !may_be_absent) return "`" + before + name + "` is missing";
    if (found == value.end()) continue;
    if (auto wrong = misfit(expected, *found, before + name)) return wrong;
  }
  return std::nullopt;
}

std::optional<std::string> misfit_of_list(const ordered_json& shape, const ordered_json& value,
                                          const std::string& where) {
  if (!value.is_array()) return "`" + where + "` is no list";
  if (shape.empty()) return std::nullopt;
  for (std::size_t i = 0; i < value.size(); ++i)
    if (auto wrong = misfit(shape[0], value[i], where + "[" + std::to_string(i) + "]")) return wrong;
  return std::nullopt;
}

std::optional<std::string> misfit(const ordered_json& shape, const ordered_json& value,
                                  const std::string& where) {
  static const ordered_json named = ordered_json::parse(named_shapes);
  if (shape.is_object()) return misfit_of_object(shape, value, where);
  if (shape.is_array()) return misfit_of_list(shape, value, where);
  const std::string type = shape;
  if (const auto found = named.find(type); found != named.end()) return misfit(*found, value, where);
  const bool may_be_null = type.ends_with(" or null");
  const bool fits =
      (may_be_null && value.is_null()) || (type.starts_with("text") ? value.is_string() : value.is_number());
  if (fits) return std::nullopt;
  return "`" + where + "` is no " + type;
}

}  // namespace

std::optional<std::string> misfit_of_report(const ordered_json& report) {
  if (!report.is_object()) return "it is no JSON object";
  if (auto wrong = misfit(ordered_json::parse(report_shape), report, "")) return wrong;
  if (report["docket"] != 1) return "`docket` is not 1";
  if (!report.contains("all_cloud")) return std::nullopt;
  return misfit(ordered_json::parse(all_cloud_shape), report, "");
}

}  // namespace docket
