#include "pipeline/reading/quoted_choice.h"

#include <nlohmann/json.hpp>

#include "pipeline/reading/comparable_words.h"
#include "pipeline/reading/text_match.h"
#include "pipeline/support/ascii.h"

namespace docket {
namespace {

using nlohmann::json;
using Says = ValueReading::Says;

bool names(std::string_view words, const json& choice) {
  if (!choice.is_string()) return false;
  const auto& text = choice.get_ref<const std::string&>();
  return text_in(text, words) ||
         stands_in(without_marks(words), without_marks(comparable_words(name_in_words(text)).text),
                   TextKind::words);
}

}  // namespace

std::string name_in_words(std::string_view name) {
  std::string words;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (i > 0 && is_upper(name[i]) && is_lower(name[i - 1])) words += ' ';
    words += name[i] == '_' || name[i] == '-' ? ' ' : name[i];
  }
  return words;
}

ValueReading read_choice(const std::string& value, const json& choices, const Passage& passage) {
  ValueReading reading{.says = Says::cannot_tell};
  const std::string words = words_in(passage);
  const bool named = names(words, value);
  for (const json& choice : choices)
    if (choice != value && names(words, choice)) ++reading.others;
  if (named)
    reading.says = Says::yes;
  else if (reading.others > 0)
    reading.says = Says::no;
  return reading;
}

}  // namespace docket
