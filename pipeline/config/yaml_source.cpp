#include "pipeline/config/yaml_source.h"

#include <algorithm>

#include "pipeline/support/utf8.h"

namespace docket {
namespace {

struct Explanation {
  std::string_view theirs;  ///< How yaml-cpp's message begins.
  std::string_view ours;
};

constexpr Explanation explanations[] = {
    {"illegal map value",
     "': ' is not allowed here; put text that contains it in quotes, or check the indentation of this line"},
    {"illegal tab", "a tab indents this line; YAML requires spaces"},
    {"end of sequence flow not found", "a list in [ ] is not closed, or a comma is missing"},
    {"end of map flow not found", "a mapping in { } is not closed, or a comma is missing"},
    {"end of sequence not found",
     "expected '- ' and the next item of the list, or a line with less indentation"},
    {"end of map not found", "expected the next 'name: value', or a line with less indentation"},
    {"illegal flow end",
     "a closing bracket without an opening one; put text that contains brackets in quotes"},
    {"illegal block entry", "'- ' is not allowed here; a list begins on a line of its own"},
    {"unknown token", "text must not begin with this character; put it in quotes"},
    {"the referenced anchor is not defined", "this alias ('*…') has no anchor ('&…') before it"},
    {"bad character found while scanning hex number", "'\\x', '\\u' and '\\U' need 2, 4 and 8 hex digits"},
    {"cannot assign multiple anchors", "a value can have one anchor ('&…') only"},
};

constexpr std::string_view byte_order_marks[] = {"\xff\xfe", "\xfe\xff"};

bool tab_indents(std::string_view line) {
  return line.substr(0, line.find_first_not_of(" \t")).find('\t') != std::string_view::npos;
}

}  // namespace

YamlSource::YamlSource(std::string_view text, int override) : text_(text), override_(override) {
  for (std::size_t at = 0; at != std::string_view::npos && at <= text.size();) {
    lines_.push_back(at);
    at = text.find('\n', at);
    if (at != std::string_view::npos) ++at;
  }
}

Position YamlSource::at(int line, int column) const {
  if (line < 0) return {0, 0, override_};
  const std::string_view text = this->line(line);
  const auto end = std::min(static_cast<std::size_t>(std::max(column, 0)), text.size());
  if (line != last_.line || end < last_.bytes) last_ = {line, 0, 0};
  last_.characters += characters(text.substr(last_.bytes, end - last_.bytes));
  last_.bytes = end;
  return {line + 1, static_cast<int>(last_.characters) + 1, override_};
}

std::string_view YamlSource::line(int number) const {
  if (number < 0 || static_cast<std::size_t>(number) >= lines_.size()) return {};
  const std::size_t start = lines_[number];
  const bool is_last = static_cast<std::size_t>(number) + 1 == lines_.size();
  return text_.substr(start, is_last ? std::string_view::npos : lines_[number + 1] - 1 - start);
}

std::vector<YamlProblem> unreadable_text(const YamlSource& source) {
  const std::string_view text = source.text();
  if (text.size() > longest_yaml) {
    return {{source.at(-1, 0), "longer than 1 MiB, the limit for a pipeline file"}};
  }
  for (const std::string_view mark : byte_order_marks) {
    if (text.starts_with(mark)) return {{source.at(-1, 0), "the file is UTF-16; save it as UTF-8"}};
  }
  const auto bad = std::find_if(text.begin(), text.end(), [](unsigned char c) {
    return (c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
  });
  const std::size_t at = std::min(first_invalid_utf8(text), static_cast<std::size_t>(bad - text.begin()));
  if (at >= text.size()) return {};
  const std::string_view before = text.substr(0, at);
  const int line = static_cast<int>(std::count(before.begin(), before.end(), '\n'));
  const std::size_t start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  const bool is_control = static_cast<unsigned char>(text[at]) < 0x80;
  return {{source.at(line, static_cast<int>(at - start)),
           is_control ? "a control character; write it as \"\\x..\" in quotes if it is meant"
                      : "not UTF-8; save the file as UTF-8"}};
}

YamlProblem explain_yaml_error(const YamlSource& source, const std::string& message, int line, int column) {
  const Position position = source.at(line, column);
  if (tab_indents(source.line(line))) {
    const std::string_view text = source.line(line);
    return {source.at(line, static_cast<int>(text.find('\t'))),
            "a tab indents this line; YAML requires spaces"};
  }
  for (const Explanation& explanation : explanations) {
    if (message.starts_with(explanation.theirs)) return {position, std::string(explanation.ours)};
  }
  return {position, "not valid YAML: " + message};
}

}  // namespace docket
