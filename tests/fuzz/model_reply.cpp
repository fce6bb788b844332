// A reply of a model server: one letter for the protocol, the status, headers, an empty line, the body.
// Nothing that a server sends brings docket down, and what it takes for an answer is valid by the schema.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "backends/backends.h"
#include "backends/protocols/error_reply.h"
#include "backends/protocols/protocol.h"
#include "pipeline/json/schema.h"

namespace {

using namespace docket;
using namespace docket::backends;
using nlohmann::json;

Request question() {
  Prompt prompt;
  prompt.document = {{PromptPart::Kind::text, "Total 119.00"}};
  prompt.schema = std::make_shared<const Schema>(
      json{{"type", "object"},
           {"properties",
            {{"label", {{"enum", {"invoice", "letter"}}}},
             {"total", {{"anyOf", {{{"type", "number"}, {"maximum", 1e6}}, {{"type", "null"}}}}}},
             {"lines",
              {{"type", "array"},
               {"items", {{"type", "object"}, {"properties", {{"text", {{"type", "string"}}}}}}}}}}},
           {"required", {"label"}},
           {"additionalProperties", false}});
  prompt.most_output_tokens = 100;
  return {"model", std::move(prompt)};
}

std::unique_ptr<Protocol> protocol(char letter) {
  const Target target{.backend = "model", .url = "http://127.0.0.1:1", .model = "m"};
  const std::string_view wanted = letter == 'o' ? "ollama" : letter == 'a' ? "anthropic" : "openai";
  return std::ranges::find(all(), wanted, &BackendType::name)->protocol(target);
}

std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

HttpReply parse(std::string_view text) {
  HttpReply reply;
  reply.status = std::atoi(std::string(take_line(text)).c_str()) % 1000;
  for (std::string_view line = take_line(text); !line.empty(); line = take_line(text)) {
    const std::size_t colon = line.find(": ");
    if (colon != std::string_view::npos)
      reply.headers[std::string(line.substr(0, colon))] = line.substr(colon + 2);
  }
  reply.body = text;
  return reply;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Request request = question();
  if (size == 0) return 0;
  const auto speaker = protocol(static_cast<char>(data[0]));
  const HttpReply reply = parse({reinterpret_cast<const char*>(data) + 1, size - 1});

  for (int step = 0; step < 5; ++step) {
    Server found;
    (void)speaker->probe(step, step == 0 ? nullptr : &reply, found);
  }
  (void)speaker->refused_settings(reply, {});
  (void)retry_hint(reply, 1'800'000'000);
  for (const char* product : {"", "llama-server", "OpenAI"}) {
    const Server server{.product = product, .model = "m", .window = 4096};
    const Reply result = speaker->read(reply, request, server);
    const Usage spent = result.spent.total();
    if (spent.input_tokens < 0 || spent.output_tokens < 0) std::abort();
    if (!result.answer) continue;
    if (reply.status != 200) std::abort();
    if (!std::get<Prompt>(request.question).schema->validate(result.answer->value).empty()) std::abort();
  }
  return 0;
}
