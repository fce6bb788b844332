// Whatever a pipeline says otherwise, what its policy keeps here never reaches a server in the cloud: random
// pipelines (DOCKET_PIPELINES, default 1000), with the real path of a call, against servers that note what
// they are sent.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <map>
#include <mutex>
#include <random>

#include "backends/backends.h"
#include "pipeline/config/read_pipeline.h"
#include "pipeline/json/condition_set.h"
#include "pipeline/run/flow.h"
#include "pipeline/support/digest.h"
#include "stages/stages.h"
#include "tests/raw_server.h"
#include "tests/temp_dir.h"

namespace docket {
namespace {

using nlohmann::json;

/// A model of the OpenAI protocol, which is right about everything it is asked, or writes no JSON.
class Model {
 public:
  explicit Model(bool writes_nonsense = false)
      : writes_nonsense_(writes_nonsense), server_([this](RawPeer& peer) { serve(peer); }) {}
  std::string url() const { return server_.url(""); }
  bool has_seen(const std::string& word) const {
    const std::lock_guard lock(mutex_);
    return std::ranges::any_of(seen_,
                               [&](const std::string& body) { return body.find(word) != std::string::npos; });
  }
  void forget() {
    const std::lock_guard lock(mutex_);
    seen_.clear();
  }

 private:
  void serve(RawPeer& peer) {
    for (;;) {
      const std::string request = peer.read_request();
      if (request.empty()) return;
      {
        const std::lock_guard lock(mutex_);
        seen_.push_back(request);
      }
      if (request.starts_with("GET")) {
        peer.reply(json{{"data", {{{"id", "m"}}}}}.dump());
        continue;
      }
      const bool asks_label = request.find("\"enum\"") != std::string::npos;
      const bool is_payslip = request.find("PAYSLIP") != std::string::npos;
      const json answer = asks_label ? json{{"quote", is_payslip ? "PAYSLIP of" : "letter of"},
                                            {"label", is_payslip ? "payslip" : "letter"}}
                          : request.find("\"text\"") != std::string::npos ? json{{"text", "fine"}}
                                                                          : json{{"total", nullptr}};
      peer.reply(
          json{{"model", "m"},
               {"choices",
                {{{"message", {{"role", "assistant"}, {"content", writes_nonsense_ ? "hm" : answer.dump()}}},
                  {"finish_reason", "stop"}}}},
               {"usage", {{"prompt_tokens", 10}, {"completion_tokens", 5}, {"total_tokens", 15}}}}
              .dump());
    }
  }

  const bool writes_nonsense_;
  mutable std::mutex mutex_;
  std::vector<std::string> seen_;  // Guarded by mutex_.
  RawServer server_;
};

/// In place of jq, which takes a process for each pipeline: knows the conditions of these pipelines alone.
class FewConditions final : public ConditionEngine {
 public:
  Result<std::vector<std::string>> compile(const std::vector<std::string>& expressions) override {
    return std::vector<std::string>(expressions.size());
  }
  std::vector<Result<bool>> evaluate(const std::vector<std::string>& expressions,
                                     std::span<const ConditionQuestion> questions) override {
    std::vector<Result<bool>> verdicts;
    for (const ConditionQuestion& question : questions)
      for (const ConditionQuestion::Asked& asked : question.asked)
        verdicts.push_back(verdict(expressions[asked.condition], json::parse(question.value, nullptr, false),
                                   asked.quantifier));
    return verdicts;
  }

 private:
  static Result<bool> verdict(const std::string& expression, const json& record, Quantifier quantifier) {
    if (expression.starts_with("error")) return Error{ErrorClass::condition, "x"};
    if (expression == "null") return quantifier == Quantifier::any;
    for (const char* stage : {"classify", "maybe", "second"})
      if (expression.starts_with(std::string(".") + stage))
        return record.contains(stage) && record[stage].value("label", json()) == "payslip";
    return expression == "true";
  }
};

/// Reads files itself, and hands all else on.
class ReadsHere final : public Backend {
 public:
  ReadsHere(std::unique_ptr<Backend> inner, const std::map<std::string, std::string>& texts)
      : inner_(std::move(inner)), texts_(texts) {}
  void submit(Request request, Done done) noexcept override {
    const auto* extract = std::get_if<ExtractQuestion>(&request.question);
    if (extract == nullptr) return inner_->submit(std::move(request), std::move(done));
    const std::string& content = texts_.at(extract->file.string());
    Reply reply;
    reply.file = FileFacts{sha256_hex(content), static_cast<std::int64_t>(content.size()), "text/plain"};
    auto text = std::make_shared<Text>();
    text->pages.push_back({0, 0, content, {}});
    reply.answer = Answer{{{"pages", 1}, {"grade", "good"}, {"characters", content.size()}}, std::move(text)};
    done(std::move(reply));
  }

 private:
  const std::unique_ptr<Backend> inner_;
  const std::map<std::string, std::string>& texts_;
};

/// One pipeline and its documents, made by chance.
class Trial {
 public:
  Trial(unsigned seed, const Model& far, const Model& near, const Model& confused)
      : random_(seed), far_(far), near_(near), confused_(confused) {}

  std::string yaml() {
    return "version: 1\ninput: { paths: [in] }\noutput: { dir: out }\npolicy:\n  private: [" + policy() +
           "]\n" + (chance(2) ? "  redact: all\n" : "") + backends() + stages();
  }

  struct Made {
    std::string path, word;  ///< The word stands in its text alone.
    bool is_private = false;
    std::string text;
  };
  std::vector<Made> documents() {
    std::vector<Made> all;
    const int count = chance(4) ? 3 : 1;
    for (int i = 0; i < count; ++i) {
      Made made;
      made.word = "word" + std::to_string(random_()) + "x" + std::to_string(i);
      const bool is_payslip = chance(2);
      const bool is_in_folder = chance(2);
      made.path = (is_in_folder ? spelling_of_folder() : one_of({"in", "public", "Archiv/2024"})) + "/" +
                  one_of({"a", "b.x", "c d"}) + std::to_string(i) + ".txt";
      if (chance(12)) made.path = "in/\xE4" + std::to_string(i) + ".txt";
      const bool is_text = made.path.find("/\xE4") == std::string::npos;
      made.is_private = all_private_ || (folder_is_private_ && (is_in_folder || !is_text)) ||
                        (payslips_are_private_ && is_payslip);
      made.text = (is_payslip ? "PAYSLIP of " : "letter of ") + made.word + "\n";
      all.push_back(std::move(made));
    }
    return all;
  }

 private:
  bool chance(int of) { return std::uniform_int_distribution<int>(1, of)(random_) == 1; }
  std::string one_of(const std::vector<std::string>& choices) {
    return choices[std::uniform_int_distribution<std::size_t>(0, choices.size() - 1)(random_)];
  }

  /// The same name, as people, systems and shares write it; the first one is that of the policy.
  static const std::vector<std::vector<std::string>>& folders() {
    static const std::vector<std::vector<std::string>> all = {
        {"hr", "HR", "Hr", "\uFF48\uFF52"},
        {"Geh\u00E4lter", "Geha\u0308lter", "GEH\u00C4LTER", "gehA\u0308lter"},
        {"stra\u00DFe", "STRASSE", "Strasse", "stra\u1E9Ee"},
        {"\uFB01nanz", "finanz", "FINANZ", "\uFB01NANZ"},
        {"\u0130nsan", "i\u0307nsan", "INSAN", "insan"},
        {"\u65E5\u672C", "\u65E5\u672C"},
        {"Vertra\u0308ge", "Vertr\u00E4ge", "VERTRA\u0308GE"},
        {"no\u2082", "no2", "NO\u2082"}};
    return all;
  }
  std::string spelling_of_folder() { return one_of(folders()[folder_]); }

  std::string policy() {
    folder_ = std::uniform_int_distribution<std::size_t>(0, folders().size() - 1)(random_);
    std::string list;
    const auto add = [&](const std::string& condition) {
      list += (list.empty() ? "'" : ", '") + condition + "'";
    };
    const std::string& name = folders()[folder_].front();
    if (chance(2)) {
      folder_is_private_ = true;
      add("path: " + one_of({name + "/**", name, name + "/*", "**/" + name + "/**"}));
    }
    if (chance(3)) {
      payslips_are_private_ = true;
      add(".classify.label == \"payslip\"");
    }
    if (chance(10)) {
      all_private_ = true;
      add(one_of(
          {"null", "error(\"x\")", "true", ".maybe.label == \"payslip\"", ".second.label == \"payslip\""}));
    }
    if (list.empty() || chance(4)) add("false");
    return list;
  }

  std::string backends() {
    const std::string openai = "{ type: openai, model: m, deadline: 20s, ";
    const std::string falls_back = chance(2) ? ", fallback: far" : "";
    return "backends:\n  rules: { type: builtin }\n  far: " + openai + "url: '" + far_.url() +
           "', location: cloud }\n  near: " + openai + "url: '" + near_.url() + "'" + falls_back +
           " }\n  confused: " + openai + "url: '" + confused_.url() +
           "', fallback: " + one_of({"far", "near", "near_or_far"}) + " }\n  near_or_far: " + openai +
           "url: '" + confused_.url() + "', fallback: far }\n  alone: " + openai + "url: '" +
           one_of({near_.url(), confused_.url()}) + "' }\n";
  }

  std::string tiers() {
    return "[" +
           one_of({"rules, far", "near, far", "far", "rules, near, far", "confused", "rules, confused",
                   "near", "near_or_far, far"}) +
           "]";
  }
  std::string classify(const std::string& id, const std::string& more) {
    return "  - classify:\n      id: " + id + "\n      backends: " + tiers() + "\n" + more +
           "      labels: { payslip: { keywords: [PAYSLIP] }, letter: { keywords: [letter] } }\n";
  }
  std::string escalate() {
    const std::string mode = one_of(
        {"redo: classify", "redo: fields", "review: classify", "review: fields", "prompt: p.mustache"});
    const std::string send = one_of({"document", "summary", mode[0] == 'p' ? "document" : "pages"});
    return "  - escalate:\n      backend: " + one_of({"far", "near", "confused"}) + "\n      " + mode +
           "\n      send: " + send + "\n" + (send == "summary" ? "      summarize_with: alone\n" : "") +
           "      when: 'true'\n      after: [classify, fields]\n";
  }
  std::string stages() {
    std::string text = "stages:\n  - extract:\n" + classify("classify", "");
    text += classify("maybe", "      when: 'false'\n      after: [classify]\n");
    const bool beside = chance(2);
    text += "  - structured-extract:\n      id: fields\n      backends: " + tiers() + "\n      after: [" +
            (beside ? "extract" : "classify, maybe") +
            "]\n      schema: { type: object, properties: { total: { type: number } } }\n";
    if (chance(2)) text += escalate();
    // Reads what comes later.
    text += classify("second", "      after: [fields" + std::string(chance(2) ? ", maybe" : "") + "]\n");
    return text;
  }

  std::mt19937 random_;
  const Model &far_, &near_, &confused_;
  std::size_t folder_ = 0;
  bool folder_is_private_ = false, payslips_are_private_ = false, all_private_ = false;
};

std::unique_ptr<ConditionEngine> few_conditions() { return std::make_unique<FewConditions>(); }

void run(const Pipeline& pipeline, const std::vector<Trial::Made>& made) {
  std::map<std::string, std::string> texts;
  std::deque<DocumentPtr> documents;
  for (const Trial::Made& one : made) {
    auto document = std::make_shared<Document>();
    document->path = one.path;
    document->file = pipeline.directory / one.path;
    texts[document->file.string()] = one.text;
    documents.push_back(std::move(document));
  }
  auto inner = backends::make(pipeline, {});
  ASSERT_TRUE(inner);
  ReadsHere backend(std::move(*inner), texts);
  const auto next = [&]() -> DocumentPtr {
    if (documents.empty()) return nullptr;
    DocumentPtr document = documents.front();
    documents.pop_front();
    return document;
  };
  const FlowOptions options{.jobs = 2,
                            .private_when = pipeline.settings.group("policy").conditions("private")};
  run_flow(pipeline.stages, backend, {next, [](Document&) {}}, options, {});
}

TEST(PrivateOnTheWire, NobodyWhoMayAskTheCloudMakesASummary) {
  const TempDir dir;
  const Registry registry{stages::all(), backends::all(), few_conditions};
  const std::string openai = "{ type: openai, model: m, url: 'http://127.0.0.1:9', ";
  for (const char* backend : {"alone", "far", "near", "nearer"}) {
    const PipelineOrDiagnostics read = read_pipeline(
        dir.write("pipeline.yaml", "version: 1\nbackends:\n  alone: " + openai + "}\n  far: " + openai +
                                       "location: cloud }\n  near: " + openai +
                                       "fallback: far }\n  nearer: " + openai + "fallback: near }\n" + R"(
stages:
  - extract:
  - classify: { backends: [alone], labels: { payslip: , letter: } }
  - escalate: { backend: far, redo: classify, send: summary, when: 'true', summarize_with: )" +
                                       backend + " }\n"),
        registry, {});
    EXPECT_EQ(read.pipeline.has_value(), std::string(backend) == "alone") << backend;
    const std::string said = read.pipeline ? "summarize_with" : to_string(read.diagnostics.at(0));
    EXPECT_NE(said.find("summarize_with"), std::string::npos) << said;
  }
}

TEST(PrivateOnTheWire, NoServerInTheCloudSeesAPrivateDocument) {
  const TempDir dir;
  dir.write("p.mustache", "What is it?");
  Model far, near, confused(true);
  const Registry registry{stages::all(), backends::all(), few_conditions};
  std::size_t seen = 0, kept = 0;
  const char* given = std::getenv("DOCKET_PIPELINES");
  const unsigned pipelines = given == nullptr ? 1000 : static_cast<unsigned>(std::stoul(given));
  for (unsigned seed = 0; seed < pipelines; ++seed) {
    Trial trial(seed, far, near, confused);
    const std::string yaml = trial.yaml();
    PipelineOrDiagnostics read = read_pipeline(dir.write("pipeline.yaml", yaml), registry, {});
    ASSERT_TRUE(read.pipeline) << to_string(read.diagnostics.at(0)) << "\n" << yaml;
    const std::vector<Trial::Made> made = trial.documents();
    run(*read.pipeline, made);
    for (const Trial::Made& one : made) {
      const bool is_there = far.has_seen(one.word);
      (is_there ? seen : kept) += 1;
      ASSERT_FALSE(one.is_private && is_there) << "seed " << seed << ": " << one.path << "\n" << yaml;
    }
    far.forget();
  }
  EXPECT_GT(seen, pipelines * 3 / 10) << "else nothing is proven";
  EXPECT_GT(kept, pipelines * 3 / 10);
}

}  // namespace
}  // namespace docket
