#pragma once
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

namespace docket::backends {

/// What a model wrote, without the thoughts before it: `<think> … </think>` and its like, where the beginning
/// may be missing, and the channels before the last one of gpt-oss.
std::string_view without_thinking(std::string_view text);

/// True if a thought begins the text. Behind `without_thinking`: one that was never ended.
bool begins_to_think(std::string_view text);

/// A JSON object, and the part of the text that it is.
struct JsonInText {
  std::string_view text;
  nlohmann::json value;
};

/// The objects that stand in prose or code fences, none within another. What begins like one and is broken is
/// passed over with all that is in it: a part of an answer is no answer. Takes time that grows with the
/// text's length; of a text with very many objects, or that takes too long, none.
std::vector<JsonInText> json_in_text(std::string_view text);

}  // namespace docket::backends
