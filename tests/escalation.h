#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/stage_harness.h"

namespace docket {

/// A field as the record of structured-extract has it: its value and its detail.
struct KnownField {
  std::string name;
  nlohmann::json value;
  double confidence = 0;
  int page = 1;            ///< Of the evidence.
  std::string quote = {};  ///< Empty: there is none.
};
/// An output of structured-extract by a tier `rules`, accepted from 0.8.
nlohmann::json fields_output(const std::vector<KnownField>& fields);

/// What escalate does with one document, turn by turn, after a `classify` of invoices and letters, and a
/// `structured-extract` of `total` (required), `net`, `number` and `currency` with the check `adds up`.
class Escalation {
 public:
  /// `options`: YAML under `- escalate:`. `record`: what the stages before have found.
  Escalation(const std::string& options, const std::vector<std::string>& pages, nlohmann::json record,
             std::vector<std::string> when = {});
  /// With the replies to the last requests.
  Escalation& turn(const std::vector<Reply>& replies);

  const StageResult& result() const { return result_; }
  const std::vector<Request>& requests() const { return requests_; }
  const std::optional<Error>& failure() const { return failure_; }
  const Prompt& prompt(std::size_t number = 0) const;
  /// All that a request shows: of the document, and the task.
  std::string shown(std::size_t number = 0) const;
  /// What stands in the record in place of the answer before.
  const nlohmann::json& replaced() const { return result_.replaces->answer; }

 private:
  const StageHarness harness_;
  const nlohmann::json record_;
  const std::vector<std::string> when_;
  Document document_;
  StageResult result_;
  int number_ = 0;
  std::unique_ptr<StageProgress> progress_;
  std::vector<Request> requests_;
  std::optional<Error> failure_;
};

Reply answered(nlohmann::json value);
/// `{quote, value}`.
nlohmann::json quoted(const std::string& quote, nlohmann::json value);

}  // namespace docket
