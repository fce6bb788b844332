// What Ollama's counts prove about a prompt that it may have shortened; Ollama that is spoken to in another
// protocol.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

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

/// Path of each request of finding out, as `GET /api/version`, and what the server turned out to be.
struct FoundOut {
  std::vector<std::string> asked;
  Server server;
  std::string error;
};

using Replies = std::map<std::string, HttpReply>;

/// Who is not in `replies` is not found.
FoundOut find_out(const std::string& type, const Replies& replies, const std::string& url = "http://gpu:1",
                  const std::string& model = "smol") {
  Target target;
  target.url = url;
  target.model = model;
  const auto protocol = std::ranges::find(all(), type, &BackendType::name)->protocol(target);
  FoundOut found;
  std::optional<HttpReply> reply;
  for (int step = 0; step < 20; ++step) {
    const Result<Probe> next = protocol->probe(step, reply ? &*reply : nullptr, found.server);
    if (!next) found.error = next.error().message;
    if (!next || !next->ask) break;
    const std::string path = next->ask->url.substr(next->ask->url.find('/', 8));
    found.asked.push_back(path);
    const auto known = replies.find(path);
    reply = known == replies.end() ? HttpReply{404, {}, "404 page not found"} : known->second;
  }
  return found;
}

HttpReply told(const json& body) { return {200, {}, body.dump()}; }

const Replies of_ollama = {
    {"/", {200, {}, "Ollama is running"}},
    {"/api/version", told({{"version", "0.24.0"}})},
    {"/api/show", told({{"capabilities", {"completion"}}})},
    {"/api/chat", told({{"done", true}, {"done_reason", "load"}})},
    {"/api/ps", told({{"models", {{{"name", "smol:latest"}, {"digest", "d1"}, {"context_length", 8192}}}}})},
    {"/v1/models", told({{"data", {{{"id", "smol:latest"}, {"owned_by", "library"}}}}})},
};

TEST(OllamaBehindOtherProtocols, IsSpokenToInItsOwn) {
  for (const std::string type : {"openai", "anthropic"}) {
    for (const char* url : {"http://gpu:1", "http://gpu:1/v1"}) {
      const FoundOut found = find_out(type, of_ollama, url);
      EXPECT_EQ(found.error, "");
      EXPECT_EQ(found.server.product, "Ollama 0.24.0") << type << " " << url;
      EXPECT_EQ(found.server.window, 8192);
      EXPECT_EQ(calls_at_a_time(found.server, 4), 1U);
      Target target;
      target.url = url;
      target.model = "smol";
      const auto protocol = std::ranges::find(all(), type, &BackendType::name)->protocol(target);
      const HttpRequest question = protocol->ask({"model", Prompt{}}, found.server);
      EXPECT_EQ(question.url, "http://gpu:1/api/chat");
      const json body = json::parse(question.body);
      EXPECT_EQ(body["options"]["num_ctx"], 8192);
      EXPECT_EQ(body["truncate"], false);
    }
  }
}

/// What each protocol makes of a prompt's word about thinking, where the backend says the other.
TEST(Thinking, IsAsThePromptSaysElseAsTheBackend) {
  struct Case {
    const char *type, *product;
    json on, off;  ///< The member of the request; null: none.
    const char* member;
  };
  const Case cases[] = {{"ollama", "Ollama", true, false, "/think"},
                        {"openai", "llama-server", true, false, "/chat_template_kwargs/enable_thinking"},
                        {"openai", "OpenAI", json(), "none", "/reasoning_effort"},
                        {"anthropic", "Anthropic", json(), "disabled", "/thinking/type"}};
  for (const Case& one : cases) {
    const auto word = [&](bool backend, std::optional<bool> prompt, std::int64_t room) {
      Target target;
      target.url = "http://gpu:1";
      target.model = "smol";
      target.think = backend;
      const auto protocol = std::ranges::find(all(), one.type, &BackendType::name)->protocol(target);
      Prompt question;
      question.most_output_tokens = 100;
      question.think = prompt;
      Server server;
      server.product = one.product;
      const Request request{"model", question};
      EXPECT_EQ(protocol->most_output(request, server), room) << one.product;
      const json body = json::parse(protocol->ask(request, server).body);
      const json::json_pointer place(one.member);
      return body.contains(place) ? body[place] : json();
    };
    EXPECT_EQ(word(true, std::nullopt, 8'292), one.on) << one.product;
    EXPECT_EQ(word(false, true, 8'292), one.on) << one.product;
    EXPECT_EQ(word(false, std::nullopt, 100), one.off) << one.product;
    EXPECT_EQ(word(true, false, 100), one.off) << one.product;
  }
}

TEST(OllamaBehindOtherProtocols, MayBeFoundWithoutAList) {
  Replies replies = of_ollama;
  for (const HttpReply& list :
       {HttpReply{404, {}, ""}, HttpReply{405, {}, ""}, told({{"data", json::array()}})}) {
    replies["/v1/models"] = list;
    EXPECT_EQ(find_out("openai", replies).server.product, "Ollama 0.24.0");
  }
}

TEST(OllamaBehindOtherProtocols, IsAskedThereIfItsOwnIsHidden) {
  Replies replies = of_ollama;
  replies.erase("/api/version");
  const FoundOut found = find_out("openai", replies);
  EXPECT_EQ(found.server.product, "Ollama");
  EXPECT_FALSE(found.server.speaks_ollama);
  EXPECT_EQ(calls_at_a_time(found.server, 4), 1U);
}

TEST(OllamaBehindOtherProtocols, IsKnownByEachSignAlone) {
  for (const char* hidden : {"/", "/v1/models"}) {
    Replies replies = of_ollama;
    replies.erase(hidden);
    EXPECT_TRUE(find_out("openai", replies).server.speaks_ollama) << hidden;
  }
  Replies replies = of_ollama;
  replies["/"] = {200, {}, "<html>A gateway</html>"};
  EXPECT_TRUE(find_out("openai", replies).server.speaks_ollama) << "models are owned by `library`";
}

TEST(OllamaBehindOtherProtocols, OthersAreNone) {
  Replies replies = of_ollama;
  for (const char* page : {"<html>A chat</html>", "", "ollama"}) {
    replies["/"] = {200, {}, page};
    replies["/v1/models"] = told({{"data", {{{"id", "smol"}}}}});
    EXPECT_EQ(find_out("openai", replies).server.product, "") << page;
  }
  replies = of_ollama;  // llama-server has some of Ollama's paths, too.
  replies["/props"] = told({{"default_generation_settings", {{"n_ctx", 4096}}}, {"total_slots", 3}});
  const FoundOut found = find_out("openai", replies);
  EXPECT_EQ(found.server.product, "llama-server");
  EXPECT_EQ(found.asked, (std::vector<std::string>{"/props", "/v1/models"}));
  EXPECT_EQ(calls_at_a_time(found.server, 4), 3U);
}

TEST(Router, LoadsTheModelWhileItIsFoundOut) {
  Replies replies = {{"/props", told({{"role", "router"}, {"default_generation_settings", {{"n_ctx", 0}}}})},
                     {"/v1/models", told({{"data", {{{"id", "smol"}}, {{"id", "org/big:Q4"}}}}})},
                     {"/models/load", told({{"success", true}})},
                     {"/models", told({{"data",
                                        {{{"id", "smol"}, {"status", {{"value", "loaded"}}}},
                                         {{"id", "org/big:Q4"}, {"status", {{"value", "sleeping"}}}}}}})},
                     {"/props?model=org%2Fbig%3AQ4",
                      told({{"default_generation_settings", {{"n_ctx", 4096}}}, {"total_slots", 3}})}};
  const FoundOut found = find_out("openai", replies, "http://gpu:1/v1", "org/big:Q4");
  EXPECT_EQ(found.error, "");
  EXPECT_EQ(found.server.window, 4096);
  EXPECT_EQ(found.server.slots, 3);
  EXPECT_EQ(found.server.holds, (std::vector<std::string>{"smol", "org/big:Q4"}));
  EXPECT_TRUE(found.server.model_is_loaded);
  replies["/models/load"] = {400, {}, R"({"error": {"message": "model is already loaded"}})"};
  EXPECT_EQ(find_out("openai", replies, "http://gpu:1", "org/big:Q4").error, "");
  replies["/models"] = told(
      {{"data",
        {{{"id", "org/big:Q4"}, {"status", {{"value", "unloaded"}, {"failed", true}, {"exit_code", 9}}}}}}});
  EXPECT_EQ(find_out("openai", replies, "http://gpu:1", "org/big:Q4").error,
            "the server could not load the model 'org/big:Q4' (exit code 9)");
}

TEST(Servers, TellTheirWindowAndSlotsInSeveralWays) {
  for (const char* name : {"max_model_len", "context_length", "context_window", "n_ctx"})
    EXPECT_EQ(find_out("openai", {{"/v1/models", told({{"data", {{{"id", "smol"}, {name, 5000}}}}})}})
                  .server.window,
              5000)
        << name;
  const Replies slots = {{"/props", told({{"default_generation_settings", json::object()}})},
                         {"/slots", {200, {}, R"([{"n_ctx": 2048}, {"n_ctx": 2048}])"}}};
  const Server server = find_out("openai", slots).server;
  EXPECT_EQ(server.window, 2048);
  EXPECT_EQ(calls_at_a_time(server, 4), 2U);
  EXPECT_EQ(calls_at_a_time(Server{.product = "vLLM"}, 4), 4U);
}

}  // namespace
}  // namespace docket::backends
