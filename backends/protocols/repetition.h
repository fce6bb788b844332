#pragma once
#include <string_view>

namespace docket::backends {

/// True of the beginning of an answer in which the model repeats itself: it ends with the same piece again
/// and again, or such pieces are most of it.
bool is_repetition(std::string_view text);

}  // namespace docket::backends
