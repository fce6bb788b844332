#include "worker/formats/unseen.h"

#include <string>

#include "pipeline/support/ascii.h"
#include "pipeline/support/utf8.h"

namespace docket::worker {
namespace {

/// In the order of Reason.
constexpr std::string_view reasons[] = {"hidden", "in the colour of their background",
                                        "smaller than can be read", "deleted, of tracked changes"};

}  // namespace

void Unseen::add(std::string_view utf8, Reason reason) {
  characters_[static_cast<std::size_t>(reason)] += characters(trim(utf8));
}

void Unseen::report(Extraction& out) const {
  for (std::size_t i = 0; i < characters_.size(); ++i) {
    const std::size_t count = characters_[i];
    if (count == 0) continue;
    out.value["problems"].push_back(std::to_string(count) +
                                    (count == 1 ? " character that nobody sees was left out ("
                                                : " characters that nobody sees were left out (") +
                                    std::string(reasons[i]) + ")");
    if (i == static_cast<std::size_t>(Reason::white) || i == static_cast<std::size_t>(Reason::tiny))
      out.letters.unseen += count;
  }
  if (out.letters.unseen == 0) return;
  for (const Page& page : out.text.pages)  // What is hidden from people is compared with it.
    out.letters.seen += characters(page.text);
}

}  // namespace docket::worker
