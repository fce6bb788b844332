#include "cli/log/format_event.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <ctime>

#include "cli/terminal/words.h"
#include "pipeline/record.h"

namespace docket {
namespace {

/// `2026-11-27T03:50:32.123Z`
std::string utc_with_ms(std::int64_t time_ms) {
  const std::time_t seconds = time_ms / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900, utc.tm_mon + 1,
                     utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, time_ms % 1000);
}

bool needs_no_quotes(const std::string& text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c > ' ' && c < 0x7F && c != '"' && c != '=' && c != '\\');
  });
}

/// `stage=classify`, `document="in/two words.pdf"`: as JSON has it where a blank or a quote would end it.
std::string pair(const std::string& name, const nlohmann::ordered_json& value) {
  const bool is_bare = !value.is_string() || needs_no_quotes(value.get_ref<const std::string&>());
  return " " + name + "=" + (value.is_string() && is_bare ? value.get<std::string>() : to_line(value));
}

std::string as_text(const nlohmann::ordered_json& line) {
  std::string text = fmt::format("{} {:7} {}", line["time"].get<std::string>(),
                                 line["level"].get<std::string>(), line["event"].get<std::string>());
  for (const char* name : {"document", "stage", "backend"})
    if (line.contains(name)) text += pair(name, line[name]);
  for (const auto& [name, value] : line["fields"].items())
    text += pair(name, value);
  if (line.contains("run")) text += pair("run", line["run"]);
  if (line.contains("message")) text += pair("message", line["message"]);
  return printable(text, "");
}

}  // namespace

std::string format_event(const LogEvent& event, const std::string& run, std::int64_t time_ms,
                         LogFormat format, bool quotes) {
  nlohmann::ordered_json line = {{"time", utc_with_ms(time_ms)}, {"level", name(event.level)}};
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) line[name] = value;
  };
  add("run", run);
  line["event"] = event.event;
  add("document", event.document);
  add("stage", event.stage);
  add("backend", event.backend);
  line["fields"] = event.fields;
  const bool both = quotes && !event.quoting.empty() && !event.message.empty();
  add("message", event.message + (both ? "; " : "") + (quotes ? event.quoting : ""));
  return format == LogFormat::json ? printable_json(to_line(line)) : as_text(line);
}

}  // namespace docket
