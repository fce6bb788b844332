#pragma once
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "pipeline/pipeline.h"
#include "pipeline/support/result.h"
#include "stages/excerpt_stage.h"

namespace docket::stages {

/// Earlier stages of which a document may hold answers, and what these rest on.
struct Answered {
  explicit Answered(const StageConfig& stage)
      : id(stage.id), claims_of(stage.type->redo.claims), settings(stage.settings) {}

  std::vector<Claim> claims(const nlohmann::json& record) const {
    return claims_of(settings, record.value(id, nlohmann::json()));
  }

  std::string id;
  decltype(Redo::claims) claims_of;
  Settings settings;
};

/// What is done with documents for which there are reasons.
struct EscalatePlan {
  std::unique_ptr<ExcerptStage> asks = nullptr;        ///< Null: they are held.
  std::unique_ptr<ExcerptStage> summarizes = nullptr;  ///< Before that; null: nobody.
  std::string send = "document";
  bool shows_all_claims = false;   ///< Not only the doubtful ones.
  std::vector<Answered> answered;  ///< Stages whose claims say what is shown.
  std::string redoes;              ///< Id of the stage whose answer is replaced; empty: none.
  bool redoes_in_part = false;     ///< It is only looked over, or from a part of the document.

  /// The Error (class `config`) says what contradicts what, or cannot be done.
  static Result<EscalatePlan> of(const StageConfig& stage, const Pipeline& pipeline);
};

}  // namespace docket::stages
