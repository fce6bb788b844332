#include "pipeline/document_marks.h"

#include "pipeline/support/digest.h"

namespace docket {
namespace {

constexpr std::string_view opening = "<document ", closing = "</document ";
constexpr std::size_t length_of_mark = 12;

}  // namespace

std::string between_marks(std::string_view content) {
  const std::string mark = short_digest(content).substr(0, length_of_mark);
  std::string text(opening);
  text += mark + ">\n";
  text += content;
  text += "\n" + std::string(closing) + mark + ">";
  return text;
}

std::optional<std::string_view> content_between_marks(std::string_view text) {
  constexpr std::size_t before = opening.size() + length_of_mark + 2;
  constexpr std::size_t behind = closing.size() + length_of_mark + 2;
  if (text.size() < before + behind || !text.starts_with(opening)) return std::nullopt;
  const std::string_view content = text.substr(before, text.size() - before - behind);
  return text.substr(text.size() - behind + 1).starts_with(closing) ? std::optional(content) : std::nullopt;
}

}  // namespace docket
