#include "stages/prompt_template.h"

#include <algorithm>
#include <fstream>
#include <kainjow/mustache.hpp>
#include <sstream>

#include "pipeline/config/scalars.h"
#include "pipeline/document_marks.h"
#include "pipeline/support/suggest.h"
#include "pipeline/support/utf8.h"

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

/// Nothing: it is empty or cannot be read.
std::optional<std::string> content_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream content;
  if (!(content << stream.rdbuf())) return std::nullopt;
  return content.str();
}

/// Of its values and sections, each once; of `{{a.b}}` the first part.
std::vector<std::string_view> names_in(std::string_view text) {
  std::vector<std::string_view> names;
  for (std::size_t at = text.find("{{"); at != std::string_view::npos; at = text.find("{{", at)) {
    const std::size_t end = text.find("}}", at);
    if (end == std::string_view::npos) break;
    std::string_view tag = text.substr(at + 2, end - at - 2);
    at = end;
    if (tag.starts_with('!') || tag.starts_with('=')) continue;
    while (!tag.empty() && std::string_view("{#^/&> ").find(tag.front()) != std::string_view::npos)
      tag.remove_prefix(1);
    tag = tag.substr(0, tag.find_first_of(".}"));
    tag = tag.substr(0, tag.find_last_not_of(' ') + 1);
    if (!tag.empty() && std::ranges::find(names, tag) == names.end()) names.push_back(tag);
  }
  return names;
}

/// The library's message, which ends in ` at BYTE`, with the line and column in its place.
std::string in_words(const std::string& message, std::string_view text) {
  const std::size_t mark = message.rfind(" at ");
  const auto at = parse_integer(mark == std::string::npos ? std::string() : message.substr(mark + 4));
  const std::string what = "not a valid Mustache template: ";
  if (!at || *at < 0 || static_cast<std::size_t>(*at) > text.size()) return what + message;
  const std::string_view before = text.substr(0, static_cast<std::size_t>(*at));
  const std::size_t line_break = before.rfind('\n');
  const std::size_t column =
      characters(before.substr(line_break == std::string_view::npos ? 0 : line_break + 1)) + 1;
  return what + "line " + std::to_string(std::ranges::count(before, '\n') + 1) + ", column " +
         std::to_string(column) + ": " + message.substr(0, mark);
}

}  // namespace

Result<PromptTemplate> PromptTemplate::parse(std::string text) {
  const mustache::mustache parsed(text);
  if (!parsed.is_valid()) return Error{ErrorClass::config, in_words(parsed.error_message(), text)};
  return PromptTemplate(std::move(text));
}

PromptTemplate PromptTemplate::built_in(std::string_view name) {
  return parse(std::string(embedded(name).content)).value();
}

Result<PromptTemplate> PromptTemplate::of_setting(const Settings& settings, std::string_view setting,
                                                  std::string_view built_in) {
  if (!settings.has(setting)) return PromptTemplate::built_in(built_in);
  auto content = content_of(settings.file(setting));
  const std::string where = std::string(setting) + ": '" + settings.file(setting).filename().string() + "' ";
  if (!content) return Error{ErrorClass::config, where + "is empty or cannot be read"};
  if (!is_utf8(*content)) return Error{ErrorClass::config, where + "is not UTF-8; save it as UTF-8"};
  auto parsed = parse(*std::move(content));
  if (!parsed) return Error{ErrorClass::config, where + "is " + parsed.error().message};
  return parsed;
}

std::vector<std::string> PromptTemplate::unknown_names(const Settings& settings, std::string_view setting,
                                                       std::string_view built_in) {
  const auto own = settings.has(setting) ? content_of(settings.file(setting)) : std::nullopt;
  if (!own) return {};
  const std::vector<std::string_view> known = names_in(embedded(built_in).content);
  std::vector<std::string> warnings;
  if (own->find("{%") != std::string::npos)
    warnings.push_back(
        std::string(setting) + ": '" + settings.file(setting).filename().string() +
        "' has '{%', which stays as it is: a prompt is a Mustache template, of which a list is "
        "{{#labels}}…{{/labels}}");
  for (const std::string_view name : names_in(*own))
    if (std::ranges::find(known, name) == known.end())
      warnings.push_back(std::string(setting) + ": '" + settings.file(setting).filename().string() +
                         "' has {{" + std::string(name) + "}}, for which nothing stands" +
                         did_you_mean(name, known));
  return warnings;
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
