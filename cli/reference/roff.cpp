#include "cli/reference/roff.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <regex>

#include "cli/version.h"
#include "pipeline/support/utf8.h"

namespace docket::reference {
namespace {

/// One character, so that it stands on the page as it is, and can be copied into a shell.
std::string letter(char32_t code_point) {
  if (code_point == '\\') return "\\e";
  if (code_point == '-') return "\\-";
  if (code_point == '~') return "\\(ti";
  if (code_point == '^') return "\\(ha";
  if (code_point < 0x80) return std::string(1, static_cast<char>(code_point));
  char name[16];
  std::snprintf(name, sizeof name, "\\[u%04X]", static_cast<unsigned>(code_point));
  return name;
}

/// A line that begins with one of these would be a command.
std::string shielded(const std::string& line) {
  return line.starts_with('.') || line.starts_with('\'') ? "\\&" + line : line;
}

/// Of the build, or of SOURCE_DATE_EPOCH, by which packages are made the same again.
std::string day() {
  const char* epoch = std::getenv("SOURCE_DATE_EPOCH");
  const std::time_t now = epoch != nullptr ? std::strtoll(epoch, nullptr, 10) : std::time(nullptr);
  std::tm parts{};
  char text[16];
  std::strftime(text, sizeof text, "%Y-%m-%d", gmtime_r(&now, &parts));
  return text;
}

}  // namespace

std::string roff(std::string_view text) {
  std::string out;
  bool in_code = false;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t code_point = next_code_point(text, at);
    if (code_point == '`') {
      in_code = !in_code;
      out += in_code ? "\\fB" : "\\fR";
    } else {
      out += letter(code_point);
    }
  }
  return shielded(out);
}

std::string sentence(std::string_view text) { return roff(text) + (text.ends_with('.') ? "" : "."); }

std::string bold(const std::string& text) { return "\\fB" + roff(text) + "\\fR"; }
std::string italic(const std::string& text) { return "\\fI" + roff(text) + "\\fR"; }

std::string title(const std::string& name, int section, const std::string& manual) {
  return ".\\\" Generated from the program's own descriptions.\n.TH " + name + " " + std::to_string(section) +
         " " + day() + " \"docket " + version + "\" \"" + manual + "\"\n";
}

std::string page(std::string text) {
  static const std::regex needless("(\n\\.S[HS] [^\n]*\n)\\.PP\n");  // A heading begins a paragraph.
  return std::regex_replace(text, needless, "$1");
}

std::string heading(const std::string& text) { return ".SH " + roff(text) + "\n"; }
std::string subheading(const std::string& text) { return ".SS \"" + roff(text) + "\"\n"; }
std::string paragraph(const std::string& text) { return ".PP\n" + text + "\n"; }
std::string tagged(const std::string& tag, const std::string& text) {
  return ".TP\n" + shielded(tag) + "\n" + shielded(text) + "\n";
}

std::string literal(const std::string& text) {
  std::string out = ".PP\n.nf\n";
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = roff(text.substr(at, end - at));
    out += (line.empty() ? "\\&" : line) + "\n";
    at = end + 1;
  }
  return out + ".fi\n";
}

}  // namespace docket::reference
