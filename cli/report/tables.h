#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/report/markup.h"
#include "pipeline/ledger/call_statistics.h"

namespace docket {

// The tables of the page, each from the report's member of that name.
PageTable stages_table(const nlohmann::ordered_json& report);
PageTable models_table(const nlohmann::ordered_json& report);
PageTable days_table(const std::vector<DayOfCalls>& days);
PageTable answers_table(const nlohmann::ordered_json& report);
PageTable escalations_table(const nlohmann::ordered_json& report);
PageTable files_table(const nlohmann::ordered_json& report);

/// Documents that failed or are held: the first, and how many there are.
struct DocumentsTable {
  PageTable table;
  std::int64_t count = 0;
};
DocumentsTable failed_table(const nlohmann::ordered_json& report);
DocumentsTable held_table(const nlohmann::ordered_json& report);
/// Those that are done, with a poor text or an answer that is not accepted.
struct DoubtfulTable {
  PageTable table;
  std::string more =
      {};  ///< Those that are not in it, "3 with a poor text"; one of them may have two reasons.
};
DoubtfulTable doubtful_table(const nlohmann::ordered_json& report);

}  // namespace docket
