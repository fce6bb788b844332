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
/// A question that a local model was asked in pieces of the document is asked once: the words around the
/// pieces count once, and so does the longest answer. Its thinking counts only where the cloud model would
/// think. Where the cloud model served all its calls at its price for batches, it would have served the
/// others so, too. Attempts that failed, and answers that were known, count nowhere: the figure is rather too
/// low.
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
  /// At which of its prices the cloud model serves a call.
  struct Terms {
    std::int64_t above = 0;                          ///< See LongContextPrices; 0: the prompt is not long.
    std::optional<ServiceTier> tier = std::nullopt;  ///< None: as it serves the others.
    auto operator<=>(const Terms&) const = default;
  };
  struct Sum {
    Usage usage = {};           ///< Its cost is that of the cloud model.
    std::int64_t if_batch = 0;  ///< Nano-dollars, where the tier is none: in a batch.
  };
  using Sums = std::map<Terms, Sum>;

  /// What one backend said to one question in one stage.
  struct Said {
    std::string question, stage, backend;
    bool is_cloud = false, is_whole = true;
    Sums sums = {};
    // Of a local model's, without what it thought:
    Usage usage = {};
    std::int64_t answers = 0;
    std::int64_t thought = 0, longest_answer = 0;                             ///< Tokens.
    std::int64_t prompt_bytes = 0, document_bytes = 0, most_frame_bytes = 0;  ///< Frame: around the document.

    int rank() const;
    bool is_in_pieces() const { return answers > 1 && document_bytes > 0; }
  };
  struct Counted {
    std::int64_t questions = 0, by_cloud = 0, in_pieces = 0, thought = 0;
    Sums sums = {};

    Counted& operator+=(const Counted& other);
    Usage total() const;
  };

  void choose_model(const Pipeline& pipeline);
  bool would_think(const std::string& stage) const;
  void add(const Usage& usage, std::optional<ServiceTier> tier, Sums& sums) const;
  Sums asked_once(const Said& said) const;
  void end_document();
  void settle_tiers();
  std::string words(const Terms& terms, const Usage& usage) const;
  std::string how(const Counted& all, const Usage& spent) const;
  nlohmann::ordered_json without_model_json() const;
  nlohmann::ordered_json ended_json(const Usage& spent) const;

  /// Of stages that answer another's question: whose, and whether by themselves.
  struct Redone {
    std::string question;
    bool is_whole = true;
  };
  std::map<std::string, Redone> redone_;  ///< By stage.
  std::map<std::string, bool> think_;     ///< Of stages that say whether models think.
  bool thinks_ = false;                   ///< The cloud model, where they do not say.
  bool serves_standard_ = false, serves_batch_ = false;
  std::string backend_, model_;  ///< Empty: none, for `reason_`.
  std::optional<Price> price_;
  std::string reason_;
  std::int64_t uncounted_ = 0;  ///< Answers whose tokens nobody counted.
  std::string document_;
  std::vector<Said> said_;                             ///< Of the document.
  std::map<std::string, Counted> counted_;             ///< By the stage whose question it is.
  std::map<std::string, std::int64_t> without_model_;  ///< Answers, by stage.
};

}  // namespace docket
