#pragma once
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

namespace docket {

/// What the end of a run knows beside its report.
struct SummaryContext {
  std::string pipeline;  ///< The file, as it was typed: for commands.
  std::string output;    ///< The folder.
  /// Why a document is held, or unsure, from its record, in a line; empty: what the report says.
  std::function<std::string(const std::string& path)> why_held;
  /// What releases the documents that are held for that reason.
  std::function<std::vector<std::string>(const std::string& held)> release_of;
  bool has_report = true;  ///< It could be written there.
  bool says_stop = true;   ///< Not: whoever prints it says what stopped the run, and more of it.
};

/// The end of a run for people: at most 20 lines of at most 80 columns, each with its end. What failed, by
/// class, and what is held, by reason, the new ones first, with the commands that show more and release them;
/// then counts, time and money, and where the report lies.
std::string format_summary(const nlohmann::ordered_json& report, const SummaryContext& context);

}  // namespace docket
