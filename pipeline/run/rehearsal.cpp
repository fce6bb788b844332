#include "pipeline/run/rehearsal.h"

#include <algorithm>
#include <exception>
#include <latch>
#include <memory>
#include <utility>

#include "pipeline/json/condition_set.h"
#include "pipeline/json/member.h"
#include "pipeline/json/schema.h"
#include "pipeline/ledger_rows.h"
#include "pipeline/prompt_size.h"
#include "pipeline/record.h"
#include "pipeline/run/private_documents.h"
#include "pipeline/support/digest.h"

namespace docket {
namespace {

using nlohmann::json;
using What = StageDecision::What;
using State = StageResult::State;

/// Of a stage: more than its tiers and their pieces ever take, and the pictures of a document's pages.
constexpr int most_turns = 10'000;
constexpr std::int64_t usual_page_bytes = 1800;  ///< What stands on a page that is to be seen.

/// Values that a model may choose from for one member of a stage's output, each with its weight.
struct Alternatives {
  std::string member;
  std::map<std::string, double> values;
};

/// Of an answer's schema: the first member with an `enum` of texts; a label's shape.
std::optional<Alternatives> alternatives_in(const Prompt& prompt) {
  if (!prompt.schema) return std::nullopt;
  for (const auto& [name, property] : member(prompt.schema->document(), "properties").items()) {
    const json& list = member(property, "enum");
    if (!list.is_array()) continue;
    Alternatives found{name, {}};
    for (const json& value : list)
      if (value.is_string()) found.values[value.get<std::string>()] = 1;
    if (!found.values.empty()) return found;
  }
  return std::nullopt;
}

std::string digest_of(const std::string& backend, const Prompt& prompt) {
  std::string asked = backend + '\n' + prompt.task + '\n';
  for (const PromptPart& part : prompt.document)
    asked += part.image ? part.image->bytes : part.text;
  return short_digest(asked);
}

}  // namespace

/// One document on its way.
class Rehearsal::Walk {
 public:
  Walk(const Rehearsal& rehearsal, Document& document)
      : rehearsal_(rehearsal),
        stages_(rehearsal.pipeline_.stages),
        document_(document),
        made_up_(stages_.size()),
        alternatives_(stages_.size()) {
    document.stages.assign(stages_.size(), {});
    rehearsed_.document.path = document.path;
  }

  Result<RehearsedDocument> through_all() {
    for (std::size_t i = 0; i < stages_.size(); ++i)
      if (auto failed = stage(i)) return *failed;
    return std::move(rehearsed_);
  }

 private:
  std::optional<Error> stage(std::size_t position) {
    Result<StageDecision> decision = rehearsal_.decider_.decide(document_, position, rehearsal_.find_);
    if (!decision) return decision.error();
    const bool is_guess = !stages_[position].left_out && reads_made_up(position) && reached(*decision);
    if (is_guess) {
      if (!may_run(position, *decision)) {
        document_.stages[position] = {};
        document_.stages[position].state = State::skipped;
        return std::nullopt;
      }
      document_.stages[position] = {};
      decision->what = What::runs;
    }
    if (decision->what == What::runs) run(position, *decision);
    note_label(position);
    return std::nullopt;
  }

  static bool reached(const StageDecision& decision) {
    return decision.what != What::not_reached && decision.what != What::kept;
  }

  bool comes_after_made_up(std::size_t position) const {
    return std::ranges::any_of(before(position), [&](std::size_t i) { return made_up_[i]; });
  }

  /// Whether the condition's value is open since a model's answer is not there yet.
  bool reads_made_up(const Condition& condition, std::size_t position) const {
    const std::vector<std::string>& members = condition.members();
    const auto is_read = [&](const std::string& id) {
      return std::ranges::find(members, id) != members.end();
    };
    if (condition.facts().reads_everything) return comes_after_made_up(position);
    if (std::ranges::any_of(before(position),
                            [&](std::size_t i) { return made_up_[i] && is_read(stages_[i].id); }))
      return true;
    // What is no stage's, such as a score, is reckoned from all that is known.
    const bool reads_more = std::ranges::any_of(members, [&](const std::string& name) {
      return name != "document" && std::ranges::find(stages_, name, &StageConfig::id) == stages_.end();
    });
    return reads_more && comes_after_made_up(position);
  }

  bool reads_made_up(std::size_t position) const {
    const StageConfig& stage = stages_[position];
    if (reads_of(stage).record && comes_after_made_up(position)) return true;
    return std::ranges::any_of(
        stage.when, [&](const NamedCondition& when) { return reads_made_up(*when.condition, position); });
  }

  /// Makes the decision that of a stage whose open conditions hold; false: it is skipped whatever a model
  /// says.
  bool may_run(std::size_t position, StageDecision& decision) {
    const StageConfig& stage = stages_[position];
    const bool takes_doubts = takes_doubts_for_reasons(stage);
    if (stage.when.empty() && !takes_doubts) return true;  // What it says is open, not whether.
    const std::vector<std::string> guessed = std::exchange(decision.reasons, {});
    bool is_sure = takes_doubts && is_doubted_anyway(position, decision.record), is_open = takes_doubts;
    for (const NamedCondition& when : stage.when) {
      const bool is_read = reads_made_up(*when.condition, position);
      const bool holds = std::ranges::find(guessed, when.name) != guessed.end();
      if (is_read || holds) decision.reasons.push_back(when.name);
      is_open = is_open || is_read;
      is_sure = is_sure || (holds && !is_read);
    }
    if (!is_sure && !is_open) return false;
    if (is_sure) return true;
    rehearsed_.unsure[position] = share_of_labels(position, decision.record);
    if (takes_doubts) decision.reasons.emplace_back("a model's answer is doubted");
    return true;
  }

  static bool takes_doubts_for_reasons(const StageConfig& stage) {
    return stage.type->decides_on_reasons && (stage.when.empty() || stage.settings.has("reasons"));
  }

  /// Whether there are reasons in what no model has said.
  bool is_doubted_anyway(std::size_t position, json record) {
    for (const std::size_t i : before(position))
      if (made_up_[i]) record.erase(stages_[i].id);
    StageResult result;
    std::unique_ptr<StageProgress> progress;
    const std::vector<Reply> no_replies;
    const std::vector<std::string> no_reasons;
    return advance(position, Turn{0, no_replies, record, no_reasons, progress}, result) &&
           !result.reasons.empty();
  }

  /// With how many of the labels that models may still choose the stage's conditions hold.
  double share_of_labels(std::size_t position, const json& record) const {
    double share = 0, all = 0;
    for (const std::size_t i : before(position)) {
      if (!made_up_[i] || !alternatives_[i]) continue;
      const auto& [name, values] = *alternatives_[i];
      if (!member(record, stages_[i].id.c_str()).is_object()) continue;
      for (const auto& [value, weight] : values) {
        json supposed = record;
        supposed[stages_[i].id][name] = value;
        const auto reasons = conditions_that_hold(stages_[position].when, supposed);
        all += weight;
        if (reasons && !reasons->empty()) share += weight;
      }
    }
    return all > 0 ? share / all : 0;
  }

  void run(std::size_t position, const StageDecision& decision) {
    StageResult& result = document_.stages[position];
    std::unique_ptr<StageProgress> progress;
    std::vector<Reply> replies;
    for (int number = 0; number < most_turns; ++number) {
      const Turn turn{number, replies, decision.record, decision.reasons, progress};
      Result<std::vector<Request>> requests = advance(position, turn, result);
      if (!requests) return fail(result, requests.error());
      if (requests->empty()) break;
      replies = ask(position, decision, *std::move(requests));
    }
    if (result.state == State::pending) result.state = State::done;
    note_digests(document_, position, stages_[position].type->provides_text);
  }

  Result<std::vector<Request>> advance(std::size_t position, const Turn& turn, StageResult& result) {
    try {
      return stages_[position].stage->advance(document_, turn, result);
    } catch (const std::exception& error) {
      return Error{ErrorClass::bug, error.what()};
    }
  }

  static void fail(StageResult& result, const Error& error) {
    result.state = error.error_class == ErrorClass::withheld ? State::held : State::failed;
    result.error = error;
  }

  /// A request on its way.
  struct Asked {
    RehearsedCall call;
    bool is_prompt = false, is_of_labels = false;
    std::int64_t room = 0;  ///< For the answer, in tokens.
    std::optional<Alternatives> alternatives = std::nullopt;
  };

  std::vector<Reply> ask(std::size_t position, const StageDecision& decision, std::vector<Request> requests) {
    std::vector<Reply> replies(requests.size());
    std::vector<Asked> asked;
    for (Request& request : requests)
      asked.push_back(address(position, decision, request));
    // Shared, since the last to answer may still be in it when the wait is over.
    const auto missing = std::make_shared<std::latch>(static_cast<std::ptrdiff_t>(requests.size()));
    for (std::size_t i = 0; i < requests.size(); ++i) {
      rehearsal_.backend_.submit(std::move(requests[i]), [&replies, missing, i](Reply reply) {
        replies[i] = std::move(reply);
        missing->count_down();
      });
    }
    missing->wait();
    for (std::size_t i = 0; i < replies.size(); ++i)
      note(position, std::move(asked[i]), replies[i]);
    return replies;
  }

  /// As the flow does it.
  Asked address(std::size_t position, const StageDecision& decision, Request& request) {
    Asked asked{{position, request.backend}};
    request.asked_by.document = document_.path;
    request.asked_by.stage = stages_[position].id;
    request.asked_by.position = position;
    request.asked_by.text = document_.text;
    asked.is_of_labels = std::holds_alternative<ClassifyQuestion>(request.question);
    const auto* prompt = std::get_if<Prompt>(&request.question);
    if (prompt == nullptr) return asked;
    asked.is_prompt = true;
    asked.alternatives = alternatives_in(*prompt);
    asked.call.request = digest_of(request.backend, *prompt);
    asked.room = prompt->most_output_tokens;
    if (prompt->takes_all_words) asked.call.answer_bytes = usual_page_bytes;
    if (!rehearsal_.private_when_.empty()) guard(position, decision, request, asked.call);
    return asked;
  }

  void guard(std::size_t position, const StageDecision& decision, Request& request, RehearsedCall& call) {
    std::vector<NamedCondition> decided;
    for (const NamedCondition& named : rehearsal_.private_when_)
      if (!reads_made_up(*named.condition, position)) decided.push_back(named);
    const BackendConfig* backend = rehearsal_.pipeline_.backend(request.backend);
    call.may_be_withheld = decided.size() < rehearsal_.private_when_.size() && backend != nullptr &&
                           location_of(*backend) == Location::cloud;
    request.private_because =
        private_because(decided, {stages_, position, before(position), document_, decision.record});
  }

  void note(std::size_t position, Asked asked, const Reply& reply) {
    if (asked.is_of_labels && reply.answer) scores_ = reply.answer->value.value("scores", json::object());
    if (!asked.is_prompt || reply.spent.by_model().empty()) return;
    made_up_[position] = true;
    if (asked.alternatives) weigh(asked.alternatives->values);
    alternatives_[position] = std::move(asked.alternatives);
    RehearsedCall& call = asked.call;
    call.most = reply.spent.total();
    call.bytes = call.most.sent_bytes;
    call.thinking_room = std::max<std::int64_t>(call.most.output_tokens - asked.room, 0);
    if (reply.answer) call.answer_bytes = static_cast<std::int64_t>(json_to_text(reply.answer->value).size());
    std::vector<std::string>& backends = asked_[position];
    const auto known = std::ranges::find(backends, call.backend);
    call.turn = static_cast<std::size_t>(known - backends.begin());
    if (known == backends.end()) backends.push_back(call.backend);
    rehearsed_.document.prompt_bytes = std::max(rehearsed_.document.prompt_bytes, call.bytes);
    rehearsed_.calls.push_back(std::move(call));
  }

  /// By what the rules say of the labels.
  void weigh(std::map<std::string, double>& values) const {
    constexpr double of_unknown = 0.1;  // The rules have not seen everything.
    for (auto& [value, weight] : values)
      weight = scores_.is_object() && !scores_.empty() ? of_unknown + scores_.value(value, 0.0) : 1;
  }

  void note_label(std::size_t position) {
    const StageResult& result = document_.stages[position];
    const json& label = member(result.output, "label");
    if (!made_up_[position] && label.is_string()) rehearsed_.document.labels[stages_[position].id] = label;
  }

  const std::vector<std::size_t>& before(std::size_t position) const { return rehearsal_.before_[position]; }

  const Rehearsal& rehearsal_;
  const std::vector<StageConfig>& stages_;
  Document& document_;
  std::vector<bool> made_up_;  ///< By stage: a model's answer was.
  std::vector<std::optional<Alternatives>> alternatives_;
  std::map<std::size_t, std::vector<std::string>> asked_;  ///< By stage: the models, in their order.
  json scores_;                                            ///< Of the labels, as the rules had them last.
  RehearsedDocument rehearsed_;
};

Rehearsal::Rehearsal(const Pipeline& pipeline, StageDecider& decider, StageDecider::Find find,
                     Backend& backend)
    : pipeline_(pipeline),
      decider_(decider),
      find_(std::move(find)),
      backend_(backend),
      private_when_(pipeline.settings.group("policy").conditions("private")) {
  for (std::size_t i = 0; i < pipeline.stages.size(); ++i)
    before_.push_back(all_before(pipeline.stages, i));
}

Result<RehearsedDocument> Rehearsal::rehearse(Document& document) const {
  return Walk(*this, document).through_all();
}

}  // namespace docket
