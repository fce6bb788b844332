#include <gtest/gtest.h>

#include <thread>

#include "backends/backends.h"
#include "backends/rules/rules.h"
#include "tests/rules_text.h"

namespace docket::backends {
namespace {

using nlohmann::json;

Reply ask(Backend& backend, Question question) {
  Reply got;
  int calls = 0;
  backend.submit({"rules", std::move(question)}, [&](Reply reply) {
    got = std::move(reply);
    ++calls;
  });
  EXPECT_EQ(calls, 1) << "answers before it returns, once";
  return got;
}

FieldsQuestion fields_question(std::string_view text) {
  const json schema = {{"properties", {{"total", {{"type", "number"}, {"x-labels", {"Total"}}}}}}};
  return {plain_text(text), std::make_shared<const json>(schema),
          std::make_shared<const std::vector<Check>>()};
}

TEST(RulesBackend, IsInTheTable) {
  const auto kinds = all();
  EXPECT_TRUE(std::any_of(kinds.begin(), kinds.end(), [](const BackendType& kind) {
    return kind.name == "builtin" && !kind.answers_prompts();
  }));
}

TEST(RulesBackend, AnswersInSubmitAndCostsNothing) {
  const auto backend = make_rules_backend();
  const Reply reply = ask(*backend, fields_question("Total 12.50"));
  ASSERT_TRUE(reply.answer);
  EXPECT_EQ(reply.answer->value["fields"]["total"], 12.5);
  EXPECT_EQ(reply.spent.total(), Usage{});
}

TEST(RulesBackend, RefusesWhatItCannotAnswer) {
  const auto backend = make_rules_backend();
  EXPECT_EQ(ask(*backend, ExtractQuestion{"a.pdf"}).answer.error().error_class, ErrorClass::bug);
  EXPECT_FALSE(ask(*backend, ClassifyQuestion{}).answer);
  EXPECT_FALSE(ask(*backend, FieldsQuestion{plain_text("x"), nullptr, nullptr}).answer);
  FieldsQuestion unchecked = fields_question("Total 1.00");
  unchecked.checks = nullptr;
  EXPECT_TRUE(ask(*backend, unchecked).answer);
}

TEST(RulesBackend, ServesManyThreadsWithManySchemas) {
  const auto backend = make_rules_backend();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) {
        const std::string text = "Total " + std::to_string(i) + ".50";
        EXPECT_EQ(ask(*backend, fields_question(text)).answer->value["fields"]["total"], i + 0.5);
      }
    });
  }
  for (std::thread& thread : threads)
    thread.join();
}

}  // namespace
}  // namespace docket::backends
