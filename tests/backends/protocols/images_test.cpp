// Questions with an image: how each protocol sends it, and what becomes of the answer.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "backends/backends.h"
#include "backends/protocols/message.h"
#include "backends/protocols/model_answer.h"
#include "backends/protocols/protocol.h"
#include "pipeline/prompt_size.h"

namespace docket::backends {
namespace {

using nlohmann::json;

Prompt question_about(const std::string& bytes, const std::string& media_type = "image/png") {
  Prompt prompt;
  PromptPart part;
  part.kind = PromptPart::Kind::image;
  part.image = std::make_shared<const Image>(Image{media_type, bytes, 1500, 1000});
  prompt.document.push_back(std::move(part));
  prompt.task = "Copy the text.";
  prompt.most_output_tokens = 100;
  prompt.takes_all_words = true;
  return prompt;
}

auto protocol_of(const char* type) {
  Target target;
  target.url = "http://gpu:1";
  target.model = "eyes";
  return std::ranges::find(all(), type, &BackendType::name)->protocol(target);
}

json body_of(const char* type, Prompt prompt, const std::string& product = {}) {
  const auto protocol = protocol_of(type);
  Server server;
  server.product = product;
  server.model = "eyes";
  Request request{"model", std::move(prompt)};
  request.asked_by.more_to_come = true;
  return json::parse(protocol->ask(request, server).body);
}

TEST(Images, OllamaTakesThemBesideTheWords) {
  const json body = body_of("ollama", question_about("foobar"));
  EXPECT_EQ(body["messages"],
            (json{{{"role", "user"}, {"content", "Copy the text."}, {"images", {"Zm9vYmFy"}}}}));
  EXPECT_FALSE(body.contains("logprobs"));
  EXPECT_FALSE(body.contains("format"));
}

TEST(Images, OpenAisProtocolTakesThemAsPartsOfTheMessage) {
  const json parts = json::parse(R"([
    {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,Zm9v"}},
    {"type": "text", "text": "Copy the text."}])");
  for (const char* product : {"", "llama-server", "vLLM", "OpenAI"}) {
    const json body = body_of("openai", question_about("foo", "image/jpeg"), product);
    EXPECT_EQ(body["messages"], (json{{{"role", "user"}, {"content", parts}}})) << product;
    EXPECT_FALSE(body.contains("logprobs"));
  }
  Prompt with_system = question_about("foo", "image/jpeg");
  with_system.system = "You copy.";
  const json body = body_of("openai", with_system);
  EXPECT_EQ(body["messages"][0], (json{{"role", "system"}, {"content", "You copy."}}));
  EXPECT_EQ(body["messages"][1]["content"], parts);
}

TEST(Images, AnthropicTakesThemAsBlocks) {
  const json body = body_of("anthropic", question_about("foobar"));
  EXPECT_EQ(body["messages"][0]["content"], json::parse(R"([
    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "Zm9vYmFy"}},
    {"type": "text", "text": "Copy the text."}])"));
}

TEST(Images, WordsAloneAreSentAsBefore) {
  Prompt prompt;
  prompt.document = {{PromptPart::Kind::text, "words"}};
  prompt.task = "Which?";
  EXPECT_EQ(body_of("openai", prompt)["messages"][0]["content"], "words\n\nWhich?");
  EXPECT_EQ(body_of("ollama", prompt)["messages"],
            (json{{{"role", "user"}, {"content", "words\n\nWhich?"}}}));
}

TEST(Images, CountByTheirPixels) {
  const Prompt prompt = question_about(std::string(3'000'000, 'x'));
  const ImageTokens tokens = image_tokens(prompt);
  EXPECT_EQ(tokens.usual, 2100);
  EXPECT_EQ(tokens.most, 2'833 + 6 * 5'667) << "of the dearest that is known";
  EXPECT_EQ(image_bytes(prompt), 4'000'000);
  EXPECT_EQ(bytes_of(prompt), 2100 * usual_bytes_per_token + std::int64_t(prompt.task.size()));
}

std::string words_of(const std::string& said) {
  const auto answer = model_answer(said, question_about("x"), {});
  return answer ? answer->value.get<std::string>() : answer.error().message;
}

TEST(AllWords, AreTheAnswer) {
  const std::string page = "Invoice {7}\n\nTotal   119.00 " + std::string(500, 'x');
  EXPECT_EQ(words_of(page), page);
  EXPECT_EQ(words_of(""), "");
  EXPECT_EQ(words_of("<think>A bill, it seems.</think>\nTotal 1"), "Total 1");
  EXPECT_EQ(words_of("```\nTotal 1\nTax 2\n```"), "Total 1\nTax 2");
  EXPECT_EQ(words_of("```markdown\nTotal 1\n```"), "Total 1");
  EXPECT_EQ(words_of("```\na\n```\nb\n```\nc\n```"), "```\na\n```\nb\n```\nc\n```") << "two of the page's";
  EXPECT_EQ(words_of("```"), "```");
  EXPECT_EQ(words_of("a\n```\nb\n```"), "a\n```\nb\n```");
}

/// Whether a server that says so of its model is known to take no images.
bool cannot_see(const char* type, int step, int asked, const json& says) {
  const auto protocol = protocol_of(type);
  Server server;
  server.asked = asked;
  const HttpReply reply{200, {}, says.dump()};
  EXPECT_TRUE(protocol->probe(step, &reply, server));
  return server.cannot_see;
}

TEST(Images, ServersSayWhetherTheyTakeThem) {
  const auto ollama = [](const json& capabilities) {
    return cannot_see("ollama", 2, 0, {{"capabilities", capabilities}});
  };
  EXPECT_TRUE(ollama({"completion"}));
  EXPECT_FALSE(ollama({"completion", "vision"}));
  EXPECT_FALSE(ollama(nullptr)) << "an old server";
  const auto llama_server = [](const json& modalities) {
    return cannot_see(
        "openai", 1, 0,
        {{"default_generation_settings", {{"n_ctx", 4096}}}, {"total_slots", 1}, {"modalities", modalities}});
  };
  EXPECT_TRUE(llama_server({{"vision", false}}));
  EXPECT_FALSE(llama_server({{"vision", true}}));
  EXPECT_FALSE(llama_server(nullptr));
}

}  // namespace
}  // namespace docket::backends
