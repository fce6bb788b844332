#pragma once
#include <nlohmann/json.hpp>

namespace docket::backends {

/// What a server can hold a model to while it writes JSON.
enum class Enforcement {
  llama_grammar,  ///< llama-server and Ollama turn the schema into a grammar.
  openai_strict,  ///< OpenAI's `strict: true`; other servers of that protocol take it too.
  anthropic,      ///< Anthropic's structured output.
};

/// The part of a JSON Schema that can be enforced: references are put in place, unknown keywords left out,
/// objects closed, and with OpenAI optional members become nullable. The full schema is validated here
/// afterwards, so leaving something out costs at most another question.
///
/// Null when it cannot be told at all (an object of names that nobody knows before, a schema that contains
/// itself): then the model is told in words only.
nlohmann::json narrowed(const nlohmann::json& schema, Enforcement enforcement);

/// An answer without the nulls that stand for optional members that are not there.
nlohmann::json without_optional_nulls(const nlohmann::json& value, const nlohmann::json& schema);

}  // namespace docket::backends
