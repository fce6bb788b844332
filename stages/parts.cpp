#include "stages/parts.h"

#include <utility>

namespace docket::stages {

using nlohmann::json;

AnswerForm words_form(std::int64_t longest) {
  const json text = {{"type", "string"}, {"minLength", 1}};
  const json schema = {{"type", "object"},
                       {"properties", {{"text", text}}},
                       {"required", {"text"}},
                       {"additionalProperties", false}};
  // A length is room and no limit: words that are longer are an answer too.
  AnswerForm form = form_of(schema);
  form.longest = form_of(with_an_end(schema, longest)).longest;
  return form;
}

Prompt Parts::prompt(const Excerpt& excerpt, const json& record, PageRange pages) const {
  json values = prompt_values(record);
  for (const PromptTemplate& words : question_.words)
    values["task"] = words.render(values);
  Prompt prompt{system_text(), document_parts(*excerpt.text, pages), values["task"].get<std::string>(), "",
                question_.form.schema};
  make_room(*excerpt.text, pages, question_.form.longest, prompt);
  return prompt;
}

void Parts::take(const Document&, const TierAnswers& said, json& output) const {
  output = {{"parts", json::array()}, {"accepted", true}};
  for (std::size_t i = 0; i < said.answers.size(); ++i) {
    output["parts"].push_back(
        {{"pages", {said.pages[i].first + 1, said.pages[i].last + 1}}, {"answer", said.answers[i].value}});
    for (const auto& [place, problem] : said.answers[i].problems)
      output["problems"].push_back(place + ": " + problem);
  }
}

Text text_of_parts(const json& output) {
  Text text;
  for (const json& part : output["parts"]) {
    const json& answer = part["answer"];
    const bool is_words = answer.size() == 1 && answer.contains("text") && answer["text"].is_string();
    std::string words = is_words ? answer["text"].get<std::string>()
                                 : answer.dump(1, ' ', false, json::error_handler_t::replace);
    text.pages.push_back({0, 0, std::move(words), {}});
  }
  return text;
}

}  // namespace docket::stages
