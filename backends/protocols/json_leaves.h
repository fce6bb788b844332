#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace docket::backends {

/// A string, number, boolean or null of a JSON text, and where it stands there.
struct JsonLeaf {
  std::string pointer;             ///< JSON Pointer.
  std::size_t begin = 0, end = 0;  ///< Bytes of the text; of a string with its quotes.
  bool is_string = false;
};

/// All leaves of the object or array that stands in the text, in its order. Text around it, such as a code
/// fence, is passed over. None: there is no such object, or it is not valid JSON.
std::optional<std::vector<JsonLeaf>> json_leaves(std::string_view text);

}  // namespace docket::backends
