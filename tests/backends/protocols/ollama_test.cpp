// What Ollama's counts prove about a prompt that it may have shortened.
#include <gtest/gtest.h>

#include <algorithm>

#include "backends/backends.h"
#include "backends/protocols/protocol.h"
#include "pipeline/json/schema.h"

namespace docket::backends {
namespace {

using nlohmann::json;

/// The class of the answer to a prompt of so many bytes, by a server of that version; "ok": it counts.
std::string read(const std::string& version, std::size_t bytes, std::int64_t counted) {
  Target target;
  target.context = 8192;
  const auto ollama = std::ranges::find(all(), "ollama", &BackendType::name)->protocol(target);
  Server server;
  const HttpReply told{200, {}, json{{"version", version}}.dump()};
  if (!ollama->probe(1, &told, server)) return "no version";
  Prompt prompt;
  prompt.document = {{PromptPart::Kind::text, std::string(bytes, 'x')}};
  prompt.schema = std::make_shared<const Schema>(json{{"type", "object"}});
  const json body = {{"message", {{"content", "{}"}}},
                     {"done", true},
                     {"done_reason", "stop"},
                     {"prompt_eval_count", counted},
                     {"eval_count", 2}};
  const Reply reply = ollama->read({200, {}, body.dump()}, {"model", std::move(prompt)}, server);
  return reply.answer ? "ok" : std::string(name(reply.answer.error().error_class));
}

TEST(Ollama, ACountOfExactlyWhatOldServersKeepIsACut) {
  EXPECT_EQ(read("0.11.4", 40'000, 4098), "too_long");
  EXPECT_EQ(read("0.12.6", 40'000, 4099), "too_long");
  EXPECT_EQ(read("dev-build", 40'000, 4098), "too_long");
}

TEST(Ollama, ServersThatRefuseLongPromptsDoNotCutThem) {
  for (const char* version : {"0.13.0", "0.33.0-rc2", "1.0"})
    EXPECT_EQ(read(version, 40'000, 4098), "ok") << version;
}

TEST(Ollama, FewTokensProveNothing) {
  for (const std::int64_t counted : {0, 1, 60, 500, 4097, 4100})
    EXPECT_EQ(read("0.12.6", 40'000, counted), "ok") << "in its cache, or blanks: " << counted;
  EXPECT_EQ(read("0.11.4", 8'000, 4098), "ok") << "fewer bytes than the window has tokens";
}

}  // namespace
}  // namespace docket::backends
