#include "tests/counting_backend.h"

#include <ostream>
#include <utility>

#include "pipeline/support/digest.h"
#include "tests/temp_dir.h"

namespace docket {

std::ostream& operator<<(std::ostream& out, const Calls& calls) {
  return out << "extract " << calls.extract << ", classify " << calls.classify << ", fields " << calls.fields;
}

class CountingBackendOfRun final : public Backend {
 public:
  CountingBackendOfRun(CountingBackend& counts, AnswerStore& store) : counts_(counts), store_(store) {}

  void submit(Request request, Done done) noexcept override {
    if (const auto* extract = std::get_if<ExtractQuestion>(&request.question)) {
      ++counts_.extract_;
      return done(read(extract->file));
    }
    if (std::optional<Reply> reply = counts_.instead(request)) return done(std::move(*reply));
    const auto refusal = counts_.refusals.find(request.backend);
    if (refusal != counts_.refusals.end()) return done({refusal->second});
    Reply reply;
    if (const auto* classify = std::get_if<ClassifyQuestion>(&request.question)) {
      ++counts_.classify_;
      reply.answer = Answer{label_of(*classify->text), nullptr};
    } else if (const auto* fields = std::get_if<FieldsQuestion>(&request.question)) {
      ++counts_.fields_;
      reply.answer = Answer{fields_of(*fields->text), nullptr};
    } else if (const auto* prompt = std::get_if<Prompt>(&request.question)) {
      reply = answer(request, *prompt);
      note(request, reply);
    }
    done(std::move(reply));
  }

 private:
  Reply read(const std::filesystem::path& file) const {
    Reply reply;
    std::string content = TempDir::read(file);
    reply.file = FileFacts{sha256_hex(content), static_cast<std::int64_t>(content.size()), "text/plain"};
    if (content.find("fails") != std::string::npos) {
      reply.answer = counts_.failure;
      return reply;
    }
    content.erase(content.find_last_not_of(" \n") + 1);
    auto text = std::make_shared<Text>();
    text->pages.push_back({0, 0, content, {}});
    reply.answer = Answer{{{"pages", 1}, {"grade", "good"}}, std::move(text)};
    return reply;
  }

  /// As a model would, which costs something.
  Reply answer(const Request& request, const Prompt& prompt) const {
    if (counts_.keeps_private && !request.private_because.empty())
      return {Error{ErrorClass::withheld, "policy: private", request.private_because}};
    {
      const std::lock_guard lock(counts_.mutex_);
      counts_.prompted_.push_back(request.asked_by.document);
    }
    counts_.on_prompt();
    std::string text;
    for (const PromptPart& part : prompt.document)
      text += part.text;
    const std::size_t place = text.find("total ");
    Reply reply;
    reply.answer =
        Answer{{{"total", {{"quote", text.substr(place, 9)}, {"value", std::stod(text.substr(place + 6))}}}},
               nullptr};
    reply.spent.add({request.backend, "model", {.calls = 1, .input_tokens = 10, .nano_dollars = 100}});
    return reply;
  }

  void note(const Request& request, const Reply& reply) const {
    for (const ModelUsage& used : reply.spent.by_model()) {
      LedgerCall call;
      call.document = request.asked_by.document;
      call.stage = request.asked_by.stage;
      call.backend = used.backend;
      call.model = used.model;
      call.location = "local";
      call.outcome = "ok";
      call.usage = used.usage;
      store_.call_ended(std::move(call), std::nullopt, [](const std::optional<Error>&) {});
    }
  }

  static nlohmann::json label_of(const Text& text) {
    const bool invoice = text.pages[0].text.find("invoice") != std::string::npos;
    return {
        {"label", invoice ? "invoice" : "letter"}, {"confidence", 1.0}, {"scores", nlohmann::json::object()}};
  }

  static nlohmann::json fields_of(const Text& text) {
    const std::string& page = text.pages[0].text;
    const std::size_t place = page.find("total ");
    if (place == std::string::npos)
      return {{"fields", {{"total", nullptr}}}, {"details", nlohmann::json::object()}};
    const std::string number = page.substr(place + 6);
    nlohmann::json signals = nlohmann::json::object();
    if (const std::size_t sure = page.find("sure "); sure != std::string::npos)
      signals["label_strength"] = std::stod(page.substr(sure + 5));
    return {
        {"fields", {{"total", std::stod(number)}}},
        {"details",
         {{"total", {{"evidence", {{"page", 1}, {"quote", "total"}}}, {"signals", std::move(signals)}}}}}};
  }

  CountingBackend& counts_;
  AnswerStore& store_;
};

std::unique_ptr<Backend> CountingBackend::make(AnswerStore& store) {
  return std::make_unique<CountingBackendOfRun>(*this, store);
}

std::vector<std::string> CountingBackend::take_prompted() {
  const std::lock_guard lock(mutex_);
  return std::exchange(prompted_, {});
}

Calls CountingBackend::take() { return {extract_.exchange(0), classify_.exchange(0), fields_.exchange(0)}; }

}  // namespace docket
