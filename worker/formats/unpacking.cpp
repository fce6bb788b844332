#include "worker/formats/unpacking.h"

#include <algorithm>
#include <vector>

#include "pipeline/support/byte_size.h"
#include "pipeline/support/utf8.h"

namespace docket::worker {
namespace {

constexpr std::int64_t ratio_free = std::int64_t{16} << 20;  ///< Bytes: small files compress well.
constexpr std::size_t longest_component = 180;  ///< Bytes; the output adds endings, a file system takes 255.
constexpr std::size_t most_components = 32;

/// The letters of an archive's name in the encoding of DOS, which zip uses where it does not say UTF-8.
constexpr char16_t code_page_437[] =
    u"ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµ"
    u"τΦΘΩδ∞φε∩"
    u"≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00A0";
static_assert(std::size(code_page_437) == 129);

std::string in_utf8(std::string_view raw) {
  if (is_utf8(raw)) return std::string(raw);
  std::string out;
  for (const char c : raw) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80)
      out += c;
    else
      append_utf8(out, code_page_437[byte - 0x80]);
  }
  return out;
}

/// No controls, and nothing that turns the direction of writing: a name is shown to people.
std::string without_controls(std::string_view utf8) {
  std::string out;
  for (std::size_t at = 0; at < utf8.size();) {
    const std::size_t begin = at;
    const char32_t c = next_code_point(utf8, at);
    const bool turns =
        (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F;
    const bool is_control = c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x2028 || c == 0x2029;
    if (is_control || turns)
      out += '_';
    else
      out += utf8.substr(begin, at - begin);
  }
  return out;
}

/// Where the ending of a name begins, at most eight bytes before its end.
std::size_t ending_of(const std::string& name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string::npos || dot == 0 || name.size() - dot > 8 ? name.size() : dot;
}

std::string cut(std::string name) {
  if (name.size() <= longest_component) return name;
  const std::string ending = name.substr(ending_of(name));
  std::size_t end = longest_component - ending.size();
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80)
    --end;
  return name.substr(0, end) + ending;
}

std::vector<std::string> components_of(std::string_view raw) {
  std::vector<std::string> components;
  const std::string name = without_controls(in_utf8(raw));
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find_first_of("/\\", begin), name.size());
    std::string component = name.substr(begin, end - begin);
    begin = end + 1;
    const bool is_drive = components.empty() && component.size() == 2 && component[1] == ':';
    if (component.empty() || component == "." || component == ".." || is_drive) continue;
    components.push_back(cut(std::move(component)));
  }
  if (components.size() > most_components)
    components.erase(components.begin(), components.end() - static_cast<std::ptrdiff_t>(most_components));
  if (components.empty()) components.emplace_back("unnamed");
  return components;
}

Error beyond(const std::string& what, const char* setting) {
  return {ErrorClass::output_limit, what + " (`members." + setting + "` of the extract stage)"};
}

}  // namespace

std::optional<Error> MemberBudget::add_member() {
  if (++members_ <= limits_.count) return std::nullopt;
  return beyond("has more than " + std::to_string(limits_.count) + " files in it", "count");
}

std::int64_t MemberBudget::most_bytes_by_ratio() const {
  const auto size = static_cast<std::int64_t>(file_bytes_);
  const bool fits = size < limits_.total / limits_.ratio;
  return fits ? std::max(ratio_free, size * limits_.ratio) : limits_.total;
}

std::optional<Error> MemberBudget::add_bytes(std::size_t bytes) {
  bytes_ += static_cast<std::int64_t>(bytes);
  if (bytes_ > limits_.total)
    return beyond("unpacks to more than " + format_byte_size(limits_.total), "total");
  if (bytes_ > most_bytes_by_ratio())
    return beyond("unpacks to more than " + std::to_string(limits_.ratio) + " times its size", "ratio");
  return std::nullopt;
}

std::optional<Error> MemberBudget::check_level(std::size_t level) const {
  if (static_cast<std::int64_t>(level) <= limits_.depth) return std::nullopt;
  return beyond("has archives within archives on more than " + std::to_string(limits_.depth) + " levels",
                "depth");
}

std::size_t MemberBudget::room() const {
  return static_cast<std::size_t>(
      std::max<std::int64_t>(0, std::min(limits_.total, most_bytes_by_ratio()) - bytes_));
}

std::string MemberNames::add(std::string_view raw) {
  const std::vector<std::string> components = components_of(raw);
  std::string path;
  for (std::size_t i = 0; i < components.size(); ++i)
    path += (i == 0 ? "" : "/") +
            unique(path.empty() ? path : path + '/', components[i], i + 1 == components.size());
  return path;
}

std::string MemberNames::unique(const std::string& folder, const std::string& name, bool is_file) {
  const auto is_taken = [&](const std::string& path) {
    return files_.contains(path) || (is_file && folders_.contains(path));
  };
  std::string given = name;
  if (is_taken(folder + given)) {
    int& number = next_.try_emplace(folder + name, 2).first->second;
    const std::size_t ending = is_file ? ending_of(name) : name.size();
    do {
      given = name.substr(0, ending) + '~' + std::to_string(number) + name.substr(ending);
      if (is_taken(folder + given)) ++number;
    } while (is_taken(folder + given));
  }
  (is_file ? files_ : folders_).insert(folder + given);
  return given;
}

std::string as_file_name(std::string_view text) {
  std::string name = without_controls(in_utf8(text));
  for (char& c : name)
    if (c == '/' || c == '\\' || c == ':') c = '_';
  const std::size_t begin = name.find_first_not_of(" ._");
  const std::size_t end = name.find_last_not_of(" .");
  if (begin == std::string::npos || end < begin) return {};
  return cut(name.substr(begin, end - begin + 1));
}

}  // namespace docket::worker
