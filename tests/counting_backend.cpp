#include "tests/counting_backend.h"

#include <ostream>

#include "pipeline/support/digest.h"
#include "tests/temp_dir.h"

namespace docket {

std::ostream& operator<<(std::ostream& out, const Calls& calls) {
  return out << "extract " << calls.extract << ", classify " << calls.classify << ", fields " << calls.fields;
}

class CountingBackendOfRun final : public Backend {
 public:
  explicit CountingBackendOfRun(CountingBackend& counts) : counts_(counts) {}

  void submit(Request request, Done done) noexcept override {
    if (const auto* extract = std::get_if<ExtractQuestion>(&request.question)) {
      ++counts_.extract_;
      return done(read(extract->file));
    }
    const auto refusal = counts_.refusals.find(request.backend);
    if (refusal != counts_.refusals.end()) return done({refusal->second});
    Reply reply;
    if (const auto* classify = std::get_if<ClassifyQuestion>(&request.question)) {
      ++counts_.classify_;
      reply.answer = Answer{label_of(*classify->text), nullptr};
    } else if (const auto* fields = std::get_if<FieldsQuestion>(&request.question)) {
      ++counts_.fields_;
      reply.answer = Answer{fields_of(*fields->text), nullptr};
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
    return {{"fields", {{"total", std::stod(number)}}},
            {"details",
             {{"total",
               {{"evidence", {{"page", 1}, {"quote", "total"}}}, {"signals", nlohmann::json::object()}}}}}};
  }

  CountingBackend& counts_;
};

std::unique_ptr<Backend> CountingBackend::make() { return std::make_unique<CountingBackendOfRun>(*this); }

Calls CountingBackend::take() { return {extract_.exchange(0), classify_.exchange(0), fields_.exchange(0)}; }

}  // namespace docket
