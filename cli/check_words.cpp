#include "cli/check_words.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "pipeline/support/decimal.h"
#include "pipeline/support/money.h"

namespace docket {
namespace {

std::string probe_words(const backends::ProbeResult& result, const BackendConfig& config) {
  const backends::Server& server = result.server;
  std::string text = server.product.empty() ? "an unknown server" : server.product;
  text += ", model " + (server.model.empty() ? std::string("unknown") : server.model);
  text += server.window ? ", window " + std::to_string(*server.window) + " tokens" : ", window unknown";
  const bool is_set = config.settings.has("max_concurrent");
  const auto usual = static_cast<std::size_t>(config.settings.integer("max_concurrent"));
  text += server.slots ? ", " + std::to_string(*server.slots) + " at a time"
                       : ", does not say how many at a time: asked " +
                             std::to_string(is_set ? usual : backends::calls_at_a_time(server, usual));
  text += result.enforces_schema ? "; enforces schemas" : "; does NOT enforce schemas";
  text +=
      result.tells_probabilities ? "; reports token probabilities" : "; does not report token probabilities";
  if (server.cannot_see) text += "; takes no images";
  text += "; " + std::to_string(result.wall_ms) + " ms, " + std::to_string(result.usage.input_tokens) +
          " + " + std::to_string(result.usage.output_tokens) + " tokens";
  if (result.usage.nano_dollars > 0) text += ", " + format_money(result.usage.nano_dollars);
  const std::int64_t wanted = config.settings.integer("max_concurrent");
  if (server.slots && is_set && *server.slots < wanted)
    text += "; max_concurrent is " + std::to_string(wanted) + ", more than the server processes at a time";
  return text;
}

std::string token_words(const TokenPrices& prices) {
  return "$" + decimal_text(prices.input) + " in, $" + decimal_text(prices.cached_input) + " cached, $" +
         decimal_text(prices.cache_write) + " written to the cache, $" + decimal_text(prices.output) +
         " out per million tokens";
}

std::string price_words(const Price& price) {
  constexpr std::int64_t pico_per_nano = 1000;
  std::string text;
  const auto add = [&text](const std::string& words) { text += (text.empty() ? "" : "; ") + words; };
  if (depends_on_tokens(price) || price.per_hour == 0) add(token_words(price.tokens));
  for (const LongContextPrices& tier : price.long_context)
    add("with more than " + std::to_string(tier.above) + " in: " + token_words(tier.tokens));
  if (price.per_call > 0) add("$" + decimal_text(price.per_call) + " per call");
  if (price.per_hour > 0) add("$" + decimal_text(price.per_hour / pico_per_nano) + " per hour at work");
  return text + " (" + price.source + ")";
}

}  // namespace

std::string probe_line(const backends::ProbeResult& result, const Pipeline& pipeline) {
  const std::string line =
      result.backend + " " + result.url + " (" + std::string(name(result.location)) + "): ";
  if (!result.not_asked.empty()) return line + "not asked because of " + result.not_asked;
  if (result.error) return line + "cannot be used: " + result.error->message;
  return line + probe_words(result, *pipeline.backend(result.backend));
}

std::vector<std::string> probe_warnings(const backends::ProbeResult& result) {
  std::vector<std::string> warnings;
  if (result.error || !result.not_asked.empty()) return warnings;
  const backends::Server& server = result.server;
  if (!result.bad_answer.empty())
    warnings.push_back(result.bad_answer +
                       "; a run asks once more after such an answer, then the document fails");
  if (server.is_unlisted)
    warnings.push_back("backend '" + result.backend + "': the server's list of models has no '" +
                       server.model + "', but " + server.models);
  for (std::string& warning : warnings)
    warning += " (" + result.url + ")";
  return warnings;
}

nlohmann::ordered_json probe_json(const backends::ProbeResult& result) {
  nlohmann::ordered_json json = {{"backend", result.backend},
                                 {"url", result.url},
                                 {"location", name(result.location)},
                                 {"ok", !result.error && result.not_asked.empty()}};
  if (!result.not_asked.empty()) json["not_asked"] = result.not_asked;
  if (result.error) json["error"] = result.error->message;
  if (result.error || !result.not_asked.empty()) return json;
  const backends::Server& server = result.server;
  json["product"] = server.product;
  json["model"] = server.model;
  json["window"] = server.window ? nlohmann::ordered_json(*server.window) : nlohmann::ordered_json();
  json["slots"] = server.slots ? nlohmann::ordered_json(*server.slots) : nlohmann::ordered_json();
  json["enforces_schema"] = result.enforces_schema;
  json["tells_probabilities"] = result.tells_probabilities;
  json["takes_images"] = !server.cannot_see;
  json["wall_ms"] = result.wall_ms;
  json["warnings"] = probe_warnings(result);
  return json;
}

std::string place_line(const BackendConfig& backend) {
  const bool has_server = std::ranges::any_of(
      backend.type->fields, [](const Field& field) { return field.name == std::string_view("url"); });
  if (!has_server) return "";
  std::string text = "backend '" + backend.name + "': " + std::string(name(location_of(backend)));
  for (const std::string& url : backend.settings.texts("url"))
    text += ", " + url;
  return text + "\n";
}

std::string price_words(const BackendConfig& backend) {
  if (const std::optional<Price> price = price_of(backend)) return price_words(*price);
  return price_may_be_unknown(backend) ? "unknown, as the pipeline allows" : "";
}

}  // namespace docket
