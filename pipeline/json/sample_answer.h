#pragma once
#include <nlohmann/json_fwd.hpp>

namespace docket {

/// A value of the shape that the schema describes, with something in every place and about as long as such
/// answers are: where nobody is asked, it stands for an answer that nothing supports. Its texts are question
/// marks. Patterns and bounds of numbers are not looked at, so it need not be valid.
nlohmann::json sample_answer(const nlohmann::json& schema);

}  // namespace docket
