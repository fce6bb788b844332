#include "stages/seen_page.h"

#include <string_view>
#include <utility>

#include "pipeline/support/ascii.h"
#include "pipeline/support/utf8.h"

namespace docket::stages {
namespace {

/// A page of a contract has 1,000 words; where it has more, the answer is cut off and asked for again with
/// twice the room.
constexpr std::int64_t room_for_a_page = 4096;

/// Nothing of a text but lines of characters that are seen.
std::string clean_lines(std::string_view text) {
  std::string lines;
  std::size_t blank_from = 0;  // Blanks at a line's end say nothing.
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t c = next_code_point(text, at);
    if (c == '\n') lines.resize(blank_from);
    const bool is_control = c < 0x20 || (c >= 0x7F && c < 0xA0);
    if (c == '\t')
      lines += "  ";
    else if (c == '\n' || !is_control)
      lines += text.substr(begin, at - begin);
    if (c == '\n' || (c != ' ' && c != '\t' && !is_control)) blank_from = lines.size();
  }
  lines.resize(blank_from);
  while (lines.ends_with("\n"))
    lines.pop_back();
  return lines.empty() ? lines : lines + '\n';
}

}  // namespace

Request ask_what_is_seen(const std::string& backend, std::shared_ptr<const Image> image, std::string task,
                         int number) {
  Prompt prompt;
  PromptPart part;
  part.kind = PromptPart::Kind::image;
  part.image = std::move(image);
  prompt.document.push_back(std::move(part));
  prompt.task = std::move(task);
  prompt.most_output_tokens = room_for_a_page;
  prompt.takes_all_words = true;
  Request request{backend, std::move(prompt)};
  request.sent.what = "pages";
  request.sent.pages = {number};
  return request;
}

Page page_as_seen(const Answer& answer) {
  Page page;
  if (answer.value.is_string()) page.text = clean_lines(answer.value.get_ref<const std::string&>());
  return page;
}

}  // namespace docket::stages
