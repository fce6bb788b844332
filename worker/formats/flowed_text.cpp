#include "worker/formats/flowed_text.h"

#include <algorithm>

namespace docket::worker {

std::string unflowed(std::string_view text, bool without_blank) {
  std::string out;
  bool goes_on = false;
  std::size_t depth_before = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    at = end + 1;
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::size_t depth = std::min(line.find_first_not_of('>'), line.size());
    std::string_view words = line.substr(depth);
    if (words.starts_with(' ')) words.remove_prefix(1);  // Stuffed, so that it is not taken for a quotation.
    const bool is_signature = words == "-- ";
    if (goes_on && (depth != depth_before || is_signature)) goes_on = false, out += '\n';
    if (!goes_on && depth > 0) out += std::string(depth, '>') + ' ';
    const bool flows = words.ends_with(' ') && !is_signature;
    if (flows && without_blank) words.remove_suffix(1);
    out += words;
    if (!flows) out += '\n';
    goes_on = flows;
    depth_before = depth;
  }
  if (goes_on) out += '\n';
  return out;
}

}  // namespace docket::worker
