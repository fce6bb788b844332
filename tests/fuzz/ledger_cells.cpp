// What a ledger may hold that another program, or half a disk, has written to: the first byte says which
// column it is.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "pipeline/document.h"
#include "pipeline/ledger/stage_key.h"
#include "pipeline/ledger/stored_output.h"
#include "pipeline/ledger/text_codec.h"
#include "pipeline/ledger_rows.h"
#include "pipeline/record.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

/// What was decoded is encoded to what decodes to the same.
void check_text(std::string_view bytes) {
  const auto text = docket::decode_text(bytes);
  if (!text) return;
  const auto again = docket::decode_text(docket::encode_text(*text));
  require(again && again->pages.size() == text->pages.size());
}

void check_output(std::string_view bytes) {
  docket::StageResult result;
  docket::from_stored(nlohmann::json::parse(bytes, nullptr, false), result);
  if (!result.replaces && !result.output.is_object()) return;
  docket::StageResult again;
  docket::from_stored(docket::to_stored(result), again);
  require(again.output == result.output && again.replaces.has_value() == result.replaces.has_value());
}

/// The configuration, or the input, of how a stage last ended.
void check_reasons_to_run(std::string_view bytes, bool is_configuration) {
  docket::LedgerStage before;
  before.state = docket::StageResult::State::done;
  before.configuration = is_configuration ? "old" : "new";
  before.input = std::string(bytes);
  docket::LedgerConfiguration now;
  now.digest = "new";
  now.content = R"({"redoes":null,"settings":{"labels":["a"]},"type":"classify","version":1})";
  const docket::StageInput input{"sha", "text", {{"extract", "digest"}}, {"reason"}};
  require(!docket::why_stale(&before, bytes, now, input).empty());
}

void check_verdicts(std::string_view bytes) {
  docket::VerdictCounts counts;
  const nlohmann::json verdicts = nlohmann::json::parse(bytes, nullptr, false);
  if (!verdicts.is_object()) return;
  for (const nlohmann::json& verdict : verdicts)
    counts.add(verdict, 1);
  require(counts.not_accepted <= counts.answers);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 7) {
    case 0:
      check_text(bytes);
      break;
    case 1:
      static_cast<void>(docket::usage_to_text(docket::usage_from_text(bytes)));
      break;
    case 2:
      static_cast<void>(docket::texts_to_json(docket::texts_from_json(bytes)));
      break;
    case 3:
      check_output(bytes);
      break;
    case 4:
      check_reasons_to_run(bytes, true);
      break;
    case 5:
      check_reasons_to_run(bytes, false);
      break;
    default:
      check_verdicts(bytes);
      break;
  }
  return 0;
}
