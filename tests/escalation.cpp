#include "tests/escalation.h"

#include <sstream>
#include <utility>

namespace docket {

using nlohmann::json;

namespace {

constexpr const char* labels = "backends: rules\nlabels: { invoice: { keywords: [bill to] }, letter: }\n";
constexpr const char* schema = R"({"type": "object", "required": ["total"], "properties": {
  "total": {"type": "number", "x-labels": {"en": ["Amount due"], "de": ["Zahlbetrag"]}},
  "net": {"type": "number"}, "number": {"type": "string", "title": "Invoice number"},
  "currency": {"enum": ["EUR", "USD"]}}})";
constexpr const char* fields_stage = R"(  - structured-extract:
      backends: rules
      schema: schema.json
      checks: { adds up: .total >= .net, in time: .total > 1 }
)";

std::string stages_with(const std::string& options) {
  std::string yaml = std::string(fields_stage) + "  - escalate:\n";
  std::istringstream lines(options);
  for (std::string line; std::getline(lines, line);)
    yaml += "      " + line + "\n";
  return yaml;
}

}  // namespace

json fields_output(const std::vector<KnownField>& fields) {
  json output = {{"fields", json::object()}, {"details", json::object()}, {"checks", json::object()},
                 {"missing", json::array()}, {"problems", json::array()}, {"confidence", 0.5},
                 {"accepted", false}};
  for (const KnownField& field : fields) {
    output["fields"][field.name] = field.value;
    json& detail = output["details"][field.name];
    detail = {{"confidence", field.confidence}, {"accepted", field.confidence >= 0.8}, {"tier", "rules"}};
    if (field.value.is_null())
      detail["problem"] = "not found";
    else
      // What gives about that confidence.
      detail["signals"] = {{"evidence_found", true}, {"label_strength", field.confidence}};
    if (!field.quote.empty()) detail["evidence"] = {{"page", field.page}, {"quote", field.quote}};
  }
  return output;
}

Escalation::Escalation(const std::string& options, const std::vector<std::string>& pages, json record,
                       std::vector<std::string> when)
    : harness_("classify", labels, schema, stages_with(options)),
      record_(std::move(record)),
      when_(std::move(when)) {
  auto text = std::make_shared<Text>();
  for (const std::string& page : pages)
    text->pages.push_back({0, 0, page, {}});
  document_.text = std::move(text);
  turn({});
}

Escalation& Escalation::turn(const std::vector<Reply>& replies) {
  auto next =
      harness_.stage().advance(document_, Turn{number_++, replies, record_, when_, progress_}, result_);
  requests_ = next ? *next : std::vector<Request>{};
  if (!next) failure_ = next.error();
  return *this;
}

const Prompt& Escalation::prompt(std::size_t number) const {
  return std::get<Prompt>(requests_.at(number).question);
}

std::string Escalation::shown(std::size_t number) const {
  std::string all;
  for (const PromptPart& part : prompt(number).document)
    all += part.text + "\n";
  return all + prompt(number).task;
}

Reply answered(json value) { return {Answer{std::move(value)}}; }

json quoted(const std::string& quote, json value) { return {{"quote", quote}, {"value", std::move(value)}}; }

}  // namespace docket
