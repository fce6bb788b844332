#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "backends/rules/classify.h"
#include "backends/rules/fields.h"
#include "backends/rules/rules.h"
#include "backends/rules/schema.h"

namespace docket::backends {
namespace {

/// What was compiled from a shared source, kept as long as the source itself is the same object. A run has
/// few of them: a handful of schemas and label sets.
template <class Source, class Compiled>
class CompiledOnce {
 public:
  template <class Make>
  std::shared_ptr<const Compiled> get(const std::shared_ptr<const Source>& source, Make make) {
    const std::lock_guard lock(mutex_);
    for (const auto& [known, compiled] : entries_) {
      if (known == source) return compiled;
    }
    if (entries_.size() == most_entries) entries_.erase(entries_.begin());
    entries_.emplace_back(source, make(*source));
    return entries_.back().second;
  }

 private:
  static constexpr std::size_t most_entries = 64;
  std::mutex mutex_;
  std::vector<std::pair<std::shared_ptr<const Source>, std::shared_ptr<const Compiled>>> entries_;
};

class RulesBackend final : public Backend {
 public:
  void submit(Request request, Done done) noexcept override {
    Reply reply;
    try {
      reply.answer = answer(request.question);
    } catch (const std::exception& e) {
      reply.answer = Error{ErrorClass::bug, std::string("the rules tier: ") + e.what()};
    }
    done(std::move(reply));
  }

 private:
  Result<Answer> answer(const Question& question) {
    if (const auto* classify = std::get_if<ClassifyQuestion>(&question)) {
      if (classify->text == nullptr || classify->labels == nullptr) return incomplete();
      const auto labels = labels_.get(classify->labels, rules::read_labels);
      return Answer{rules::classify(*labels, *classify->text), nullptr};
    }
    if (const auto* fields = std::get_if<FieldsQuestion>(&question)) {
      if (fields->text == nullptr || fields->schema == nullptr) return incomplete();
      const auto schema = schemas_.get(fields->schema, rules::read_schema);
      static const std::vector<Check> none;
      return Answer{rules::extract_fields(*schema, fields->checks ? *fields->checks : none, *fields->text,
                                          fields->dates),
                    nullptr};
    }
    return Error{ErrorClass::bug, "the rules tier cannot read files; ask the extraction workers"};
  }

  static Error incomplete() {
    return {ErrorClass::bug, "the question has no text, or does not say what is asked"};
  }

  CompiledOnce<std::vector<Label>, rules::LabelSet> labels_;
  CompiledOnce<nlohmann::json, rules::SchemaView> schemas_;
};

}  // namespace

BackendType builtin() {
  return {.name = "builtin",
          .summary = "the rules tier: keywords, formats and layout; no server",
          .fields = {},
          .also_called = "rules rule regex"};
}

std::unique_ptr<Backend> make_rules_backend() { return std::make_unique<RulesBackend>(); }

}  // namespace docket::backends
