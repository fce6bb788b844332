#include "stages/prompt_template.h"

#include <algorithm>
#include <fstream>
#include <kainjow/mustache.hpp>
#include <sstream>

#include "pipeline/config/scalars.h"
#include "pipeline/document_marks.h"

namespace docket::stages {
namespace {

namespace mustache = kainjow::mustache;
using nlohmann::json;

mustache::data data_of(const json& value) {
  switch (value.type()) {
    case json::value_t::object: {
      mustache::data object(mustache::data::type::object);
      for (const auto& [name, member] : value.items())
        object.set(name, data_of(member));
      return object;
    }
    case json::value_t::array: {
      mustache::data list(mustache::data::type::list);
      for (const json& item : value)
        list.push_back(data_of(item));
      return list;
    }
    case json::value_t::string:
      if (value.get_ref<const std::string&>().empty()) return mustache::data(false);
      return mustache::data(value.get<std::string>());
    case json::value_t::boolean:
      return mustache::data(value.get<bool>());
    case json::value_t::number_float:
      return mustache::data(docket::shown(value.get<double>()));
    case json::value_t::null:
      return mustache::data(false);
    default:
      return mustache::data(value.dump());
  }
}

/// Servers take the control words of chat templates for what they are, wherever they stand: `<|im_end|>` in a
/// document would end our turn and let the document speak as somebody else. A blank within makes plain text
/// of them.
std::string without_control_words(const std::string& text) {
  static constexpr std::string_view words[] = {"<|",      "<start_of_turn>", "<end_of_turn>", "<s>",
                                               "</s>",    "<bos>",           "<eos>",         "[INST]",
                                               "[/INST]", "<think>",         "</think>"};
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    plain += text[at];
    if (text[at] != '<' && text[at] != '[') continue;
    const std::string_view rest = std::string_view(text).substr(at);
    if (std::ranges::any_of(words, [&](std::string_view word) { return rest.starts_with(word); }))
      plain += ' ';
  }
  return plain;
}

const EmbeddedFile& embedded(std::string_view name) {
  for (const EmbeddedFile& file : built_in_prompts()) {
    if (file.name == name) return file;
  }
  throw std::logic_error("there is no built-in prompt '" + std::string(name) + "'");
}

}  // namespace

Result<PromptTemplate> PromptTemplate::parse(std::string text) {
  const mustache::mustache parsed(text);
  if (!parsed.is_valid())
    return Error{ErrorClass::config, "not a valid Mustache template: " + parsed.error_message()};
  return PromptTemplate(std::move(text));
}

PromptTemplate PromptTemplate::built_in(std::string_view name) {
  return parse(std::string(embedded(name).content)).value();
}

Result<PromptTemplate> PromptTemplate::of_setting(const Settings& settings, std::string_view setting,
                                                  std::string_view built_in) {
  if (!settings.has(setting)) return PromptTemplate::built_in(built_in);
  std::ifstream stream(settings.file(setting), std::ios::binary);
  std::ostringstream content;
  if (!(content << stream.rdbuf()))
    return Error{ErrorClass::config, std::string(setting) + ": '" + settings.file(setting).string() +
                                         "' is empty or cannot be read"};
  auto parsed = parse(content.str());
  if (!parsed) return Error{ErrorClass::config, std::string(setting) + ": " + parsed.error().message};
  return parsed;
}

std::string PromptTemplate::render(const json& values) const {
  mustache::mustache parsed(text_);  // Rendering changes it, so each caller has its own.
  parsed.set_custom_escape([](const std::string& text) { return text; });
  std::string text = parsed.render(data_of(values));
  while (!text.empty() && text.back() == '\n')
    text.pop_back();
  return text;
}

std::string render_html(std::string_view text, const json& values) {
  return mustache::mustache(std::string(text)).render(data_of(values));
}

std::vector<PromptPart> document_parts(const Text& text, PageRange pages) {
  std::string content;
  for (std::size_t page = pages.first; page <= pages.last && page < text.pages.size(); ++page) {
    const std::string& words = text.pages[page].text;
    if (words.empty() && page > pages.first) continue;
    if (page > pages.first) content += '\n';
    content += words;
  }
  if (pages.first == pages.last && pages.begin < content.size())
    content = content.substr(pages.begin, pages.end - pages.begin);
  PromptPart part;
  part.text = between_marks(without_control_words(content));
  return {std::move(part)};
}

const std::string& system_text() {
  static const std::string text = PromptTemplate::built_in(system_prompt).render(json::object());
  return text;
}

}  // namespace docket::stages
