#pragma once
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/ledger_rows.h"
#include "pipeline/pipeline.h"
#include "pipeline/price.h"

namespace docket {

/// What a run's answers would have cost if the cloud model had given all of them.
///
/// A question is what a stage wants to know of a document; where a stage does another again (`redo`,
/// `review`) it is that one's question. All-cloud asks each question once, with the tokens that were counted
/// when it was answered, cached ones as cached. Where several tiers answered, one of them counts:
///  1. the cloud's, where it saw the whole document or nobody else was to answer the question: that is what
///     all-cloud would have asked;
///  2. else that of the stage's own last tier: the cloud confirmed it, or saw a part;
///  3. else what there is.
/// Attempts that failed, and answers that were known, count nowhere: the figure is rather too low.
class AllCloud {
 public:
  explicit AllCloud(const Pipeline& pipeline);

  /// Rows of one document follow one another, in the order in which they ended.
  void add(const LedgerCall& call);
  /// An answer that no model was asked for, such as that of rules.
  void add_without_model(const std::string& stage) { ++without_model_[stage]; }

  /// `spent`: by all calls of the run.
  nlohmann::ordered_json to_json(const Usage& spent) const;

 private:
  /// What one backend said to one question in one stage; pieces of a long document together.
  struct Said {
    std::string question, stage, backend;
    bool is_cloud = false, is_whole = true;
    Usage usage = {};  ///< Its cost is that of the cloud model.

    int rank() const;
  };
  struct Counted {
    std::int64_t questions = 0, by_cloud = 0;
    Usage usage;
  };

  void choose_model(const Pipeline& pipeline);
  void end_document();
  std::string how(const Counted& all, const Usage& spent) const;
  nlohmann::ordered_json without_model_json() const;
  nlohmann::ordered_json ended_json(const Usage& spent) const;

  /// Of stages that answer another's question: whose, and whether by themselves.
  struct Redone {
    std::string question;
    bool is_whole = true;
  };
  std::map<std::string, Redone> redone_;  ///< By stage.
  std::string backend_, model_;           ///< Empty: none, for `reason_`.
  std::optional<Price> price_;
  std::string reason_;
  std::int64_t uncounted_ = 0;  ///< Answers whose tokens nobody counted.
  std::string document_;
  std::vector<Said> said_;                             ///< Of the document.
  std::map<std::string, Counted> counted_;             ///< By the stage whose question it is.
  std::map<std::string, std::int64_t> without_model_;  ///< Answers, by stage.
};

}  // namespace docket
