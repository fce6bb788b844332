#include "pipeline/config/yaml_source.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "pipeline/config/lookalikes.h"
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
    {"bad character found while scanning hex number", "'\\x', '\\u' and '\\U' need 2, 4 and 8 hex digits"},
    {"cannot assign multiple anchors", "a value can have one anchor ('&…') only"},
    {"unexpected character in block scalar",
     "'|' and '>' begin a text on the lines below; put text that begins so in quotes"},
};

/// UTF-16 begins with a byte order mark, or has a zero beside each ASCII letter.
bool is_utf16(std::string_view text) {
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) return true;
  return text.size() > 3 && ((text[0] == 0) != (text[1] == 0)) && (text[0] == 0) == (text[2] == 0) &&
         (text[1] == 0) == (text[3] == 0);
}

/// The first bytes of files that are given in place of a pipeline.
constexpr std::pair<std::string_view, std::string_view> other_files[] = {
    {"%PDF-", "a PDF"},
    {"PK\x03\x04", "a ZIP archive or an office document"},
    {"SQLite format 3", "a database"},
    {"\x7f\x45LF", "a program"}};

/// The tab in what indents a line: behind a '-' too.
std::size_t tab_that_indents(std::string_view line) {
  return line.substr(0, line.find_first_not_of(" \t-")).find('\t');
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
  if (is_utf16(text)) return {{source.at(-1, 0), "the file is UTF-16; save it as UTF-8"}};
  for (const auto& [start, what] : other_files)
    if (text.starts_with(start))
      return {{source.at(-1, 0), "this is " + std::string(what) +
                                     ", no pipeline file; the pipeline comes first, then "
                                     "what to read"}};
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

namespace {

bool is_at(std::string_view line, int column, std::string_view text) {
  return line.substr(std::min<std::size_t>(std::max(column, 0), line.size())).starts_with(text);
}

std::string_view without_blanks(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(" \t\r");
  return begin == std::string_view::npos ? line.substr(0, 0)
                                         : line.substr(begin, line.find_last_not_of(" \t\r") + 1 - begin);
}

/// The line before, without blank ones and comments; below 0: there is none.
int line_before(const YamlSource& source, int line) {
  do {
    --line;
  } while (line >= 0 &&
           (without_blanks(source.line(line)).empty() || without_blanks(source.line(line)).front() == '#'));
  return line;
}

/// `': '` in a line is an error where the line before it has no colon: both are one text to YAML.
std::optional<YamlProblem> missing_colon(const YamlSource& source, int line, int column) {
  const std::string_view here = source.line(line).substr(0, std::max(column, 0));
  if (here.find(": ") != std::string_view::npos) return std::nullopt;  // The line itself has one too many.
  const int before = line_before(source, line);
  std::string_view text = without_blanks(source.line(before));
  const bool has_colon = text.ends_with(':') || text.find(": ") != std::string_view::npos;
  if (before < 0 || has_colon || text.find_first_of("\"'[]{}") != std::string_view::npos) return std::nullopt;
  const std::string_view item = text.starts_with("- ") ? "- " : "";
  text.remove_prefix(item.size());
  const std::size_t end = text.find_first_of(" :");
  const std::string_view value =
      end == std::string_view::npos ? std::string_view() : without_blanks(text.substr(end + 1));
  const std::string written = std::string(item) + std::string(text.substr(0, end)) + ":" +
                              (value.empty() ? "" : " " + std::string(value));
  const auto begin = static_cast<int>(source.line(before).find_first_not_of(" \t"));
  return YamlProblem{source.at(before, begin),
                     "this line has no ': ' between a name and its value; write '" + written + "'"};
}

/// `when: "a" == .b` and `'it's'`: the value ended at its second quote.
std::optional<YamlProblem> behind_quotes(const YamlSource& source, int line, int column) {
  const std::string_view before = without_blanks(source.line(line).substr(0, std::max(column, 0)));
  if (!before.ends_with('\'') && !before.ends_with('"')) return std::nullopt;
  const Position position = source.at(line, column);
  if (before.ends_with('\'') && is_at(source.line(line), column - 1, "'"))
    return YamlProblem{position, "the text ended at the ' before this; write '' for an apostrophe in '…'"};
  return YamlProblem{position, std::string("the text ended at the ") + before.back() +
                                   " before this; put the whole of it in quotes: " +
                                   (before.ends_with('"') ? "'…'" : "\"…\"")};
}

/// `{ api_key: ${KEY} }`: to YAML the second brace opens a mapping in the mapping.
std::optional<YamlProblem> bare_variable(const YamlSource& source, int line) {
  const std::string_view text = source.line(line);
  const std::size_t begin = text.find(" ${"), end = text.find('}', begin);
  if (begin == std::string_view::npos || end == std::string_view::npos) return std::nullopt;
  const std::string word(text.substr(begin + 1, end - begin));
  return YamlProblem{source.at(line, static_cast<int>(begin) + 1),
                     "in a mapping in { } the text '" + word + "' needs quotes: \"" + word + "\""};
}

/// A name that has no anchor is most often a pattern for files.
std::string lone_star(const YamlSource& source, int line, int column) {
  const std::string_view rest =
      source.line(line).substr(std::min<std::size_t>(column, source.line(line).size()));
  const std::string word(rest.substr(0, rest.find_first_of(" ,]}#")));
  return "'" + word + "' is an alias to YAML, and no '&" +
         word.substr(std::min<std::size_t>(1, word.size())) +
         "' stands before it; put a pattern in quotes: \"" + word + "\"";
}

}  // namespace

YamlProblem explain_yaml_error(const YamlSource& source, const std::string& message, int line, int column) {
  const Position position = source.at(line, column);
  if (const std::size_t tab = tab_that_indents(source.line(line)); tab != std::string_view::npos)
    return {source.at(line, static_cast<int>(tab)), "a tab indents this line; YAML requires spaces"};
  for (const int number : {line, line_before(source, line)})
    if (const auto letter = lookalike_in(source.line(number)))
      return {source.at(number, static_cast<int>(letter->at)), letter->message};
  if (message.starts_with("illegal map value"))
    if (auto problem = missing_colon(source, line, column)) return *std::move(problem);
  if (message.starts_with("the referenced anchor is not defined"))
    return {position, lone_star(source, line, column)};
  if (message.starts_with("end of map not found"))
    if (auto problem = behind_quotes(source, line, column)) return *std::move(problem);
  if (message.starts_with("end of map flow not found"))
    if (auto problem = bare_variable(source, line)) return *std::move(problem);
  if (message.starts_with("end of map flow not found") && is_at(source.line(line), column, ": "))
    return {position, "a second ': ' in one value; put text that contains it in quotes"};
  for (const Explanation& explanation : explanations) {
    if (message.starts_with(explanation.theirs)) return {position, std::string(explanation.ours)};
  }
  return {position, "not valid YAML: " + message};
}

}  // namespace docket
