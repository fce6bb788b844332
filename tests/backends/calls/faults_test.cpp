// A model server that misbehaves, seen through everything that stands between a stage and a server: what
// becomes of the question, how often it was asked, and which tokens were counted.
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <future>

#include "backends/calls/model_backend.h"
#include "backends/protocols/model_type.h"
#include "cli/options/pipeline_options.h"
#include "pipeline/config/read_pipeline.h"
#include "pipeline/json/schema.h"
#include "tests/fault_server.h"
#include "tests/hasty_timer.h"
#include "tests/temp_dir.h"

namespace docket::backends {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr const char* key = "sk-4711-fault-server";
constexpr const char* good = R"({"label":"invoice"})";

/// What the question is to come to. The defaults are those of a good answer.
struct Expected {
  std::optional<ErrorClass> error = std::nullopt;  ///< None: an answer.
  std::string says = {};                           ///< Part of the error's message.
  int calls = 1;                                   ///< That the server saw.
  std::int64_t input = 100, output = 10;           ///< Tokens, of all calls.
  int unpriced = 0;                                ///< Calls of unknown price.
  std::chrono::milliseconds waited{0};             ///< At least, between calls.
  bool more_room = false;                          ///< The second question allows twice as many tokens.
};

struct Row {
  std::string name;
  Dialect dialect;
  std::vector<Fault> script;
  Expected expected;
  std::string settings = {};  ///< Of the backend, in YAML.
  std::vector<std::pair<std::string, Fault>> discovery = {};
};

struct Group {
  std::string name;
  std::vector<Row> rows;
};
void PrintTo(const Group& group, std::ostream* out) { *out << group.name; }

/// Answers that were cut off while the model wrote the same again and again.
std::vector<std::string> repetitions() {
  std::string digits = R"({"label": "invoice", "total": 1)", words = R"({"label": ")", rows = R"({"rows": [)";
  for (int i = 0; i < 100; ++i) {
    digits += '0';
    words += "the total of the ";
    rows += R"({"quote": "Shelves", "value": 100.0}, )";
  }
  return {digits, words, rows};
}

Request question() {
  Prompt prompt;
  prompt.system = "You sort documents.";
  prompt.document = {{PromptPart::Kind::text, "Total 119.00"}};
  prompt.task = "Which?";
  prompt.schema = std::make_shared<const Schema>(
      json{{"type", "object"},
           {"properties", {{"label", {{"type", "string"}, {"enum", {"invoice", "letter"}}}}}},
           {"required", {"label"}},
           {"additionalProperties", false}});
  prompt.most_output_tokens = 50;
  return {"model", std::move(prompt)};
}

class Faults : public testing::TestWithParam<Group> {
 protected:
  Reply ask(const Row& row, const FaultServer& server) {
    setenv("DOCKET_TEST_KEY", key, 1);
    PipelineOrDiagnostics read = read_pipeline(
        dir_.write("pipeline.yaml", "version: 1\nbackends:\n  model: { type: " + name(row.dialect) +
                                        ", url: '" + server.url() +
                                        "', model: m, api_key: '${DOCKET_TEST_KEY}', price: { input: 1, "
                                        "output: 2 }" +
                                        row.settings + " }\nstages:\n  - extract:\n"),
        registry());
    if (!read.pipeline) throw std::invalid_argument(to_string(read.diagnostics.at(0)));
    HttpLoop loop({});
    HastyTimer timer(loop);
    CallOptions options;
    options.retry.attempts = 3;
    options.retry.random = [] { return 0.0; };
    options.timer = &timer;
    const auto backend = make_model_backend(read.pipeline->backends[0], secrets_of(*read.pipeline), false, {},
                                            loop, nullptr, options);
    std::promise<Reply> reply;
    backend->submit(question(), [&](Reply got) { reply.set_value(std::move(got)); });
    Reply result = reply.get_future().get();
    waited_ = timer.waited();
    return result;
  }

  void check(const Row& row) {
    FaultServer server(row.dialect, row.script);
    for (const auto& [path, reply] : row.discovery)
      server.discover(path, reply);
    const Reply reply = ask(row, server);
    const Expected& expected = row.expected;
    if (expected.error) {
      ASSERT_FALSE(reply.answer) << reply.answer->value;
      EXPECT_EQ(name(reply.answer.error().error_class), name(*expected.error))
          << reply.answer.error().message;
      EXPECT_NE(reply.answer.error().message.find(expected.says), std::string::npos)
          << reply.answer.error().message;
      EXPECT_TRUE(reply.answer.error().message.starts_with("backend 'model': "))
          << reply.answer.error().message;
      EXPECT_EQ(reply.answer.error().message.find(key), std::string::npos);
      EXPECT_LT(reply.answer.error().message.size(), 1000U);
    } else {
      ASSERT_TRUE(reply.answer) << reply.answer.error().message;
      EXPECT_EQ(reply.answer->value, json::parse(good));
    }
    const Usage spent = reply.spent.total();
    EXPECT_EQ(server.questions().size(), static_cast<std::size_t>(expected.calls));
    EXPECT_EQ(spent.calls, expected.calls);
    EXPECT_EQ(spent.input_tokens, expected.input);
    EXPECT_EQ(spent.output_tokens, expected.output);
    EXPECT_EQ(spent.unpriced_calls, expected.unpriced);
    EXPECT_GE(waited_, expected.waited);
    if (expected.more_room) {
      EXPECT_EQ(room(row.dialect, server.questions().at(1)), 2 * room(row.dialect, server.questions().at(0)));
    }
  }

  static std::int64_t room(Dialect dialect, const json& question) {
    return dialect == Dialect::ollama ? question["options"]["num_predict"] : question["max_tokens"];
  }

  TempDir dir_;
  std::chrono::milliseconds waited_{0};
};

TEST_P(Faults, EndAsTheyShould) {
  for (const Row& row : GetParam().rows) {
    SCOPED_TRACE(row.name);
    check(row);
  }
}

/// The rows, most of them for each protocol.
class Table {
 public:
  static std::vector<Group> groups() {
    Table table;
    for (const Dialect dialect : {Dialect::ollama, Dialect::openai, Dialect::anthropic}) {
      table.dialect_ = dialect;
      table.begin("Statuses"), table.statuses();
      table.begin("Hints"), table.hints();
      table.begin("Connections"), table.connections();
      table.begin("Bodies"), table.bodies();
      table.begin("Contents"), table.contents();
      table.begin("Usages"), table.usages();
      table.begin("ItsOwn");
      if (dialect == Dialect::ollama) table.ollama();
      if (dialect == Dialect::openai) table.openai();
      if (dialect == Dialect::anthropic) table.anthropic();
    }
    return table.groups_;
  }

 private:
  void begin(const std::string& name) { groups_.push_back({docket::name(dialect_) + name, {}}); }
  void add(const std::string& name, std::vector<Fault> script, Expected expected, std::string settings = "",
           std::vector<std::pair<std::string, Fault>> discovery = {}) {
    if (expected.error == ErrorClass::content && script.size() == 1) prove(script, expected);
    groups_.back().rows.push_back(
        {name, dialect_, std::move(script), std::move(expected), std::move(settings), std::move(discovery)});
  }
  /// The small question that follows a second bad answer gets a good one: so it is the document.
  void prove(std::vector<Fault>& script, Expected& expected) const {
    script.push_back(script.front());
    script.push_back(answer("OK"));
    expected.calls += 1;
    expected.input += 100;
    expected.output += 10;
  }
  Fault answer(const std::string& content = good) const {
    return {.body = answer_in(dialect_, content).dump()};
  }
  /// A good answer, spoiled.
  Fault spoiled(const std::function<void(json&)>& spoil, const std::string& content = good) const {
    json body = answer_in(dialect_, content);
    spoil(body);
    return {.body = body.dump()};
  }
  Fault error(int status, const std::string& type = "some_error", const std::string& message = "no") const {
    return {.status = status, .body = error_in(dialect_, type, message)};
  }
  static Expected failed(ErrorClass error, std::string says, int calls = 1) {
    return {.error = error, .says = std::move(says), .calls = calls, .input = 0, .output = 0};
  }
  /// An answer that could not be used, given twice.
  static Expected no_answer(std::string says) {
    return {.error = ErrorClass::content, .says = std::move(says), .calls = 2, .input = 200, .output = 20};
  }

  /// Whose fault it is, is clear without a small question; there is no more room for the second answer.
  void repeats(const std::string& name, const Fault& answer) {
    add(name, {answer, answer}, no_answer("repeats itself"));
  }

  void statuses() {
    for (const int status : {400, 403, 418, 422}) {
      const std::string says = "the server answered " + std::to_string(status) + ": no";
      add("Status" + std::to_string(status), {error(status)}, failed(ErrorClass::unavailable, says, 2));
      add("Status" + std::to_string(status) + "OfOneDocument", {error(status), answer(), error(status)},
          {.error = ErrorClass::rejected, .says = says, .calls = 7});
      add("Status" + std::to_string(status) + "Once", {error(status), answer()},
          {.calls = 3, .input = 200, .output = 20});
      add("Status" + std::to_string(status) + "UntilLessIsAsked",
          {error(status), answer("OK"), error(status), answer()}, {.calls = 4, .input = 200, .output = 20});
    }
    for (const int status : {401, 402, 404, 405, 501})
      add("Status" + std::to_string(status), {error(status)},
          failed(ErrorClass::unavailable, "the server answered " + std::to_string(status) + ": no"));
    for (const int status : {408, 409, 425, 429, 499, 500, 502, 503, 504, 520, 529}) {
      Expected expected = failed(ErrorClass::transient,
                                 "the server answered " + std::to_string(status) + ": no (3 attempts)", 3);
      if (status == 504) expected.unpriced = 3;  // The model may have worked.
      add("Status" + std::to_string(status), {error(status)}, expected);
    }
    add("Status413IsTooLong", {{.status = 413, .body = "<h1>413</h1>", .type = "text/html"}},
        failed(ErrorClass::too_long, "413"));
    add("Status500Once", {error(500), answer()}, {.calls = 2});
    add("Status204", {{.status = 204}}, failed(ErrorClass::unavailable, "the server answered 204", 2));
    Expected lost = failed(ErrorClass::transient, "the server answered 502: a web page: Bad gateway", 3);
    lost.unpriced = 3;
    add("ErrorThatIsHtml", {{.status = 502, .body = "<html>\n<h1>Bad gateway</h1>", .type = "text/html"}},
        lost);
    add("ErrorWithoutABody", {{.status = 500}}, failed(ErrorClass::transient, "answered 500", 3));
    add("ErrorThatIsNestedDeeply",
        {{.status = 400, .body = R"({"error":)" + std::string(10'000, '[') + std::string(10'000, ']') + "}"}},
        failed(ErrorClass::unavailable, "answered 400", 2));
    add("ErrorMessageThatIsNestedDeeply",
        {{.status = 400,
          .body = R"({"error":{"message":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}}"}},
        failed(ErrorClass::unavailable, "answered 400", 2));
    add("ErrorThatIsNoText", {{.status = 400, .body = "\xff\xfe\x00 no"}},
        failed(ErrorClass::unavailable, "answered 400", 2));
    add("ErrorThatShowsTheKey", {error(400, "x", std::string("bad key ") + key)},
        failed(ErrorClass::unavailable, "bad key (key removed)", 2));
    add("MessageOfAMegabyte", {error(400, "x", std::string(1 << 20, 'x'))},
        failed(ErrorClass::unavailable, "xxx…", 2));
    for (const char* message :
         {"This organization has been disabled.", "Usage limit reached.", "API key expired"})
      add(std::string("AccountOf") + message[0], {error(400, "x", message)},
          failed(ErrorClass::unavailable, message));
    for (const char* message : {"Kontingent aufgebraucht", "余额不足", "\x1b[2Jno"})
      add("UnderStatus200" + std::to_string(std::string(message).size()),
          {{.body = error_in(dialect_, "x", message)}}, [] {
            Expected expected = failed(ErrorClass::unavailable, "answered with an error: ", 2);
            expected.unpriced = 2;
            return expected;
          }());
    add("AnswerThatTheServerRefused",
        {error(400, "json_validate_failed", "Failed to generate JSON"), answer()}, {.calls = 2});
    add("WindowInUnknownWords", {error(400, "x", "over the context limit"), answer(), answer()},
        {.error = ErrorClass::too_long, .says = "context limit", .calls = 2});
    add("RedirectToAnotherHost", {{.status = 307, .headers = {{"Location", "http://127.0.0.2:1/steal"}}}},
        failed(ErrorClass::unavailable, "redirects to 'http://127.0.0.2:1/steal', which docket does not"));
  }

  void hints() {
    const auto busy = [this](const std::string& header, const std::string& value) {
      Fault fault = error(429);
      fault.headers = {{header, value}};
      return fault;
    };
    add("RetryAfterSeconds", {busy("Retry-After", "7"), answer()}, {.calls = 2, .waited = 7s});
    add("RetryAfterMilliseconds", {busy("Retry-After-Ms", "2500"), answer()}, {.calls = 2, .waited = 2500ms});
    const std::time_t later =
        std::time(nullptr) + 840;  // From the start of the program, whose tests take minutes.
    char date[64];
    std::strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", std::gmtime(&later));
    add("RetryAfterDate", {busy("Retry-After", date), answer()}, {.calls = 2, .waited = 480s},
        ", deadline: 1h");
    add("RetryAfterDateInThePast", {busy("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT"), answer()},
        {.calls = 2});
    for (const char* absurd : {"999999999", "1e300", "99999999999999999999"})
      add("RetryAfterAbsurd" + std::to_string(std::string(absurd).size()), {busy("Retry-After", absurd)},
          failed(ErrorClass::transient, "the server asks to wait"), ", deadline: 168h");
    for (const char* nonsense : {"-5", "soon", "NaN", "", "inf"})
      add("RetryAfterNonsense" + std::to_string(std::string(nonsense).size()) + "_" +
              std::to_string(nonsense[0]),
          {busy("Retry-After", nonsense), answer()}, {.calls = 2});
  }

  void connections() {
    const Fault reset_before{.raw = [](RawPeer& peer) { peer.reset(); }};
    const Fault reset_within_headers{.raw = [](RawPeer& peer) {
      peer.write("HTTP/1.1 200 OK\r\nContent-Ty");
      peer.reset();
    }};
    const Fault reset_within{.raw = [](RawPeer& peer) {
      peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"half\":");
      peer.reset();
    }};
    const Fault closed_within{
        .raw = [](RawPeer& peer) { peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"half\":"); }};
    const std::string body = answer_in(dialect_, good).dump();
    const Fault reset_after{.raw = [body](RawPeer& peer) {
      peer.reply(body);
      peer.reset();
    }};
    const Fault without_length{
        .raw = [body](RawPeer& peer) { peer.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body); }};
    const Fault silent{.raw = [](RawPeer& peer) { peer.wait_until_closed(); }};
    const Fault stalls{.raw = [](RawPeer& peer) {
      peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
      peer.wait_until_closed();
    }};
    const Fault drips{.raw = [body](RawPeer& peer) {
      peer.write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n");
      for (const char byte : body) {
        peer.write({&byte, 1});
        if (peer.closed_within(1s)) return;
      }
    }};
    const Fault no_http{.raw = [](RawPeer& peer) { peer.write("220 mail.example.org ESMTP\r\n"); }};
    const Fault early_hints{.raw = [body](RawPeer& peer) {
      peer.write("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
      peer.reply(body);
    }};
    const Fault bad_gzip{
        .raw = [body](RawPeer& peer) { peer.reply(body, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"); }};
    const auto broken = [](const char* says) {  // After it was sent: nobody knows what it cost.
      Expected expected = failed(ErrorClass::transport, says, 3);
      expected.unpriced = 3;
      return expected;
    };
    add("ResetBeforeTheReply", {reset_before}, broken("broke before a reply (3 attempts)"));
    add("ResetBeforeTheReplyOnce", {reset_before, answer()}, {.calls = 2, .unpriced = 1});
    add("ResetWithinTheHeaders", {reset_within_headers}, broken("broke"));
    add("ResetWithinTheBody", {reset_within}, broken("broke during the reply"));
    add("ClosedWithinTheBody", {closed_within}, broken("broke during the reply"));
    add("ResetAfterTheBody", {reset_after}, {});
    add("BodyThatEndsWithTheConnection", {without_length}, {});
    add("Silence", {silent}, broken("no reply from"), ", first_byte_timeout: 100ms");
    add("StallWithinTheBody", {stalls}, broken("was not complete within 200 ms"), ", timeout: 200ms");
    add("OneByteASecond", {drips}, broken("was not complete within 200 ms"), ", timeout: 200ms");
    add("NoHttp", {no_http}, broken("is not HTTP"));
    add("EarlyHints", {early_hints}, {});
    add("CompressedAsItIsNot", {bad_gzip}, broken("cannot be decompressed"));
    Expected endless = failed(ErrorClass::content, "is larger than 33554432 bytes (2 answers)", 2);
    endless.unpriced = 2;
    add("EndlessBody", {{.endless = true}}, endless);
  }

  void bodies() {
    const std::string body = answer_in(dialect_, good).dump();
    const auto useless = [](const char* says, ErrorClass error = ErrorClass::unavailable, int calls = 2) {
      Expected expected = failed(error, says, calls);
      expected.unpriced = calls;
      return expected;
    };
    add("ContentTypeOfText", {{.body = body, .type = "text/plain"}}, {});
    add("HtmlPage", {{.body = "<html>Please log in</html>", .type = "text/html"}},
        useless("(text/html) is not valid JSON"));
    add("HtmlPageOnce", {{.body = "<html>Try later</html>", .type = "text/html"}, answer()},
        {.calls = 3, .input = 200, .output = 20, .unpriced = 1});
    add("HalfAReplyOnce", {{.body = body.substr(0, body.size() / 2)}, answer()},
        {.calls = 3, .input = 200, .output = 20, .unpriced = 1});
    add("EmptyBody", {{.body = ""}}, useless("is not valid JSON"));
    add("TruncatedJson", {{.body = body.substr(0, body.size() / 2)}}, useless("is not valid JSON"));
    add("TwoReplies", {{.body = body + body}}, useless("is not valid JSON"));
    add("InvalidUtf8",
        {{.body = R"({"x":")"
                  "\xc3\x28"
                  R"("})"}},
        useless("is not valid JSON"));
    add("ReplyWithNaN", {{.body = R"({"x":NaN})"}}, useless("is not valid JSON"));
    add("ReplyWithAnOverflow", {{.body = R"({"x":1E999})"}}, useless("is not valid JSON"));
    add("ReplyWithDuplicateKeys", {{.body = R"({"x":1,"x":2})"}}, useless("twice"));
    add("ReplyNestedDeeply", {{.body = std::string(10'000, '[') + std::string(10'000, ']')}},
        useless("nested more than 64"));
    add("ReplyThatIsNoObject", {{.body = "[1]"}}, useless("is not a JSON object"));
    add("ReplyThatIsAnEmptyObject", {{.body = "{}"}},
        dialect_ == Dialect::openai ? useless("no choices", ErrorClass::transient, 3)
                                    : useless("", ErrorClass::content, 2));
  }

  void contents() {
    const auto deep = std::string(10'000, '[') + std::string(10'000, ']');
    add("EmptyContent", {answer("")}, no_answer("the model's answer is empty"));
    add("ContentOfBlanks", {answer(" \n\t ")}, no_answer("the model's answer is empty"));
    add("ContentThatIsProse", {answer("It is an invoice.")}, no_answer("is not valid JSON"));
    add("ContentCutInHalf", {answer(R"({"label":"inv)")}, no_answer("is not valid JSON"));
    add("ContentWithNaN", {answer(R"({"label":NaN})")}, no_answer("is not valid JSON"));
    add("ContentWithAnOverflow", {answer(R"({"label":1E999})")}, no_answer("is not valid JSON"));
    add("ContentWithDuplicateKeys", {answer(R"({"label":"invoice","label":"letter"})")}, no_answer("twice"));
    add("ContentNestedDeeply", {answer(deep)}, no_answer("nested more than 64"));
    add("ContentThatIsNull", {answer("null")}, no_answer("does not match the schema"));
    add("ViolationOnce", {answer(R"({"label":"memo"})"), answer()}, {.calls = 2, .input = 200, .output = 20});
    add("ViolationAlways", {answer(R"({"label":"memo"})")}, no_answer("does not match the schema"));
    add("ContentInAFence", {answer("```json\n" + std::string(good) + "\n```")}, {});
    add("ContentAfterThoughts", {answer("<think>A bill?</think>\n" + std::string(good))}, {});
    add("ContentInProse", {answer("Here it is: " + std::string(good) + " Anything else?")}, {});
    add("ContentTwice", {answer(std::string(good) + R"( or {"label":"letter"})")},
        no_answer("several different"));
  }

  void usages() {
    const auto usage = [this](std::optional<std::int64_t> input, std::optional<std::int64_t> output) {
      const auto set = [](json& object, const char* member, std::optional<std::int64_t> value) {
        value ? object[member] = *value : json(object.erase(member));
      };
      return spoiled([&](json& body) {
        json& where = dialect_ == Dialect::ollama ? body : body["usage"];
        if (dialect_ == Dialect::openai) where.erase("total_tokens");
        const bool is_ollama = dialect_ == Dialect::ollama, is_openai = dialect_ == Dialect::openai;
        set(where, is_ollama ? "prompt_eval_count" : is_openai ? "prompt_tokens" : "input_tokens", input);
        set(where, is_ollama ? "eval_count" : is_openai ? "completion_tokens" : "output_tokens", output);
      });
    };
    add("UsageMissing", {usage({}, {})}, {.input = 0, .output = 0, .unpriced = 1});
    add("UsageHalfMissing", {usage(100, {})}, {.input = 100, .output = 0, .unpriced = 1});
    add("UsageNegative", {usage(-100, -1)}, {.input = 0, .output = 0, .unpriced = 1});
    add("UsageAbsurd", {usage(std::int64_t{1} << 60, 10)}, {.input = 0, .output = 10, .unpriced = 1});
  }

  void ollama() {
    repeats("NotDone", spoiled([](json& body) { body["done"] = false; }));
    add("ErrorUnder200", {{.body = R"({"error":"runner died"})"}},
        {.error = ErrorClass::transient,
         .says = "runner died",
         .calls = 3,
         .input = 0,
         .output = 0,
         .unpriced = 3});
    add("ThinkingOnly", {spoiled([](json& body) { body["message"]["thinking"] = "Hm."; }, "")},
        no_answer("the model's answer is empty"));
    add("CutOff", {spoiled([](json& body) { body["done_reason"] = "length"; })}, no_answer("cut off"));
    add("CutOffOnce", {spoiled([](json& body) { body["done_reason"] = "length"; }), answer()},
        {.calls = 2, .input = 200, .output = 20, .more_room = true});
    add("LoadedOnly", {spoiled([](json& body) { body["done_reason"] = "load"; })},
        no_answer("did not end normally"));
    add("HandedToItsCloud", {spoiled([](json& body) { body["remote_host"] = "https://ollama.com"; })},
        {.error = ErrorClass::unavailable, .says = "its cloud"});
    add("CountsOnlyWhatWasNotInItsCache", {spoiled([](json& body) { body["prompt_eval_count"] = 1; })},
        {.input = 1});
    add("TooLong", {error(400, "", "the input length exceeds the context length"), answer()},
        {.error = ErrorClass::too_long, .says = "exceeds the context length", .calls = 2});
    repeats("RepeatsItself", spoiled([](json& body) { body["done_reason"] = "length"; }, repetitions()[1]));
    add("NoSuchModel", {answer()}, failed(ErrorClass::unavailable, "has no model 'm'; it has: n:7b, o", 0),
        "",
        {{"/api/chat", error(404, "", "model 'm' not found")},
         {"/api/tags", {.body = R"({"models": [{"name": "n:7b"}, {"name": "o"}]})"}}});
    for (const auto& [status, body] : {std::pair(404, "404 page not found"), std::pair(403, "<html>"),
                                       std::pair(200, "[]"), std::pair(405, "")})
      add("HidesWhatItHas" + std::to_string(status), {answer()}, {}, "",
          {{"/api/show", {.status = status, .body = body}}, {"/api/ps", {.status = status, .body = body}}});
    add("SmallerWindow", {answer()}, failed(ErrorClass::unavailable, "a context window of 2048", 0), "",
        {{"/api/ps", {.body = json{{"models", {{{"name", "m"}, {"context_length", 2048}}}}}.dump()}}});
    add("ModelThatDoesNotLoad", {answer()}, failed(ErrorClass::unavailable, "more system memory", 0), "",
        {{"/api/chat", error(500, "", "model requires more system memory (9 GiB) than is available")}});
    for (const char* message :
         {"logprobs not supported", "\"m\" does not support format", "unknown field: shift"})
      add(std::string("Refuses") + message[0], {error(400, "", message), answer()}, {.calls = 2});
    add("NoOllama", {answer()}, failed(ErrorClass::unavailable, "is this an Ollama server?", 0), "",
        {{"/api/chat", {.body = "<html>", .type = "text/html"}}});
    add("BusyWhileFindingOut", {answer()}, failed(ErrorClass::transient, "503", 0), "",
        {{"/api/version", error(503)}});
  }

  void openai() {
    add("NoChoices", {spoiled([](json& body) { body["choices"] = json::array(); })},
        {.error = ErrorClass::transient, .says = "no choices", .calls = 3, .input = 300, .output = 30});
    const auto broken = [this](json error) {
      return spoiled([&](json& body) {
        body["choices"][0]["finish_reason"] = "error";
        if (!error.is_null()) body["choices"][0]["error"] = error;
      });
    };
    add("UpstreamBroke", {broken({{"code", 502}, {"message", "upstream"}}), answer()},
        {.calls = 2, .input = 200, .output = 20});
    add("BrokenOff", {broken(json()), answer()}, {.calls = 2, .input = 200, .output = 20});
    for (const json& reason : {json(std::string(3'000'000, 'F')), json::array({json::object()}),
                               json(std::string("\x1b[31m\u202E", 8)), json(1e300)})
      add("ReasonOf" + std::to_string(reason.dump().size()),
          {spoiled([&](json& body) { body["choices"][0]["finish_reason"] = reason; })},
          no_answer("did not end normally"));
    add("NoEnd", {spoiled([](json& body) { body["choices"][0]["finish_reason"] = nullptr; })},
        no_answer("did not end normally"));
    add("Refusal", {spoiled([](json& body) { body["choices"][0]["message"]["refusal"] = "I won't."; })},
        {.error = ErrorClass::rejected, .says = "the model refused: I won't."});
    add("ContentFilter",
        {spoiled([](json& body) { body["choices"][0]["finish_reason"] = "content_filter"; })},
        {.error = ErrorClass::rejected, .says = "content filter"});
    add("CutOff", {spoiled([](json& body) { body["choices"][0]["finish_reason"] = "length"; })},
        no_answer("cut off"));
    add("CutOffOnce", {spoiled([](json& body) { body["choices"][0]["finish_reason"] = "length"; }), answer()},
        {.calls = 2, .input = 200, .output = 20, .more_room = true});
    add("ThinkingOnly", {spoiled([](json& body) {
          body["choices"][0]["message"] = {{"content", nullptr}, {"reasoning_content", good}};
        })},
        no_answer("the model's answer is empty"));
    add("ErrorUnder200", {{.body = error_in(dialect_, "server_error", "slot lost")}},
        {.error = ErrorClass::transient,
         .says = "slot lost",
         .calls = 3,
         .input = 0,
         .output = 0,
         .unpriced = 3});
    add("TotalDoesNotAddUp", {spoiled([](json& body) { body["usage"]["total_tokens"] = 4711; })},
        {.unpriced = 1});
    add("CachedMoreThanThereIs", {spoiled([](json& body) {
          body["usage"]["prompt_tokens_details"] = {{"cached_tokens", 101}};
        })},
        {.unpriced = 1});
    add("TooLong", {error(400, "context_length_exceeded")}, failed(ErrorClass::too_long, "answered 400"));
    for (const char* code : {"insufficient_quota", "credit_balance_exhausted",
                             "organization_spend_limit_exceeded", "organization_usage_limit_exceeded"})
      add(std::string("UsedUp_") + code, {error(429, code)}, failed(ErrorClass::unavailable, "answered 429"));
    add("RateLimitThatSpeaksOfBilling", {error(429, "rate_limit_exceeded", "see /account/billing"), answer()},
        {.calls = 2});
    add("SlowDown", {error(429, "slow_down"), answer()}, {.calls = 2});
    add("RefusesTemperature", {error(400, "unsupported_value", "'temperature' is not supported"), answer()},
        {.calls = 2});
    add("RefusesEverything", {error(400, "unsupported_value", "'temperature' is not supported")},
        failed(ErrorClass::unavailable, "temperature", 3));
    for (const char* message :
         {"max_tokens: use max_completion_tokens", "Log Probabilities are off", "json schema not available",
          "System role not supported", "Unknown parameters: temperature, logprobs"})
      add(std::string("Refuses") + message[0], {error(400, "x", message), answer()}, {.calls = 2});
    const Fault others{.body = R"({"data":[{"id":"n"},{"id":"m:7b"}]})"};
    add("NoSuchModel", {error(404, "model_not_found", "The model `m` does not exist")},
        failed(ErrorClass::unavailable, "the server lists these models: n, m:7b"), "",
        {{"/v1/models", others}});
    add("ListsOtherModels", {answer()}, {}, "", {{"/v1/models", others}});
    add("ListsNoModel", {answer()}, {}, "", {{"/v1/models", {.body = R"({"data":[]})"}}});
    for (const int status : {200, 400, 403, 404, 405, 500})
      add("HasNoList" + std::to_string(status), {answer()}, {}, "",
          {{"/v1/models", {.status = status, .body = "<html>Nothing here", .type = "text/html"}}});
    for (const std::string& content : repetitions())
      repeats("RepeatsItself" + std::to_string(content.size()),
              spoiled([](json& body) { body["choices"][0]["finish_reason"] = "length"; }, content));
    add("KeyRefusedWhileFindingOut", {answer()}, failed(ErrorClass::unavailable, "api_key", 0), "",
        {{"/v1/models", error(401)}});
    const json tokens = {
        {{"token", "x"}, {"logprob", "high"}, {"bytes", {300, -1, "a", nullptr}}},
        {{"token", nullptr}, {"logprob", -1e308}, {"top_logprobs", {1, nullptr, json::object()}}}};
    add("NonsenseForLogProbabilities", {spoiled([&](json& body) {
          body["choices"][0]["logprobs"] = {{"content", tokens}};
        })},
        {});
    add("LogProbabilitiesOfAnotherKind", {spoiled([](json& body) {
          body["choices"][0]["logprobs"] = {{"content", {{{"token", "{"}, {"top_logprobs", "none"}}}}};
        })},
        {});
  }

  void anthropic() {
    add("NoEnd", {spoiled([](json& body) { body["stop_reason"] = nullptr; })},
        no_answer("did not end normally"));
    add("Refusal", {spoiled([](json& body) { body["stop_reason"] = "refusal"; })},
        {.error = ErrorClass::rejected, .says = "the model refused"});
    add("CutOff", {spoiled([](json& body) { body["stop_reason"] = "max_tokens"; })}, no_answer("cut off"));
    add("CutOffOnce", {spoiled([](json& body) { body["stop_reason"] = "max_tokens"; }), answer()},
        {.calls = 2, .input = 200, .output = 20, .more_room = true});
    add("WindowFull", {spoiled([](json& body) { body["stop_reason"] = "model_context_window_exceeded"; })},
        {.error = ErrorClass::too_long, .says = "window was full"});
    add("ThinkingOnly", {spoiled([](json& body) {
          body["content"] = {{{"type", "thinking"}, {"thinking", good}}};
        })},
        no_answer("the model's answer is empty"));
    add("ThinkingFirst", {spoiled([](json& body) {
          body["content"].insert(body["content"].begin(), {{"type", "thinking"}, {"thinking", "Hm."}});
        })},
        {});
    add("TooLong",
        {error(400, "invalid_request_error", "prompt is too long: 9 tokens > 8 maximum"), answer()},
        {.error = ErrorClass::too_long, .says = "prompt is too long", .calls = 2});
    add("SpendLimit", {error(429, "rate_limit_error", "enforced_spend_limit_reached")},
        failed(ErrorClass::unavailable, "answered 429"));
    add("CachedTokensAdd", {spoiled([](json& body) {
          body["usage"]["cache_read_input_tokens"] = 40;
          body["usage"]["cache_creation_input_tokens"] = 2;
        })},
        {.input = 142});
    add("SchemaRefused",
        {error(400, "invalid_request_error", "output_config.format: compiled grammar is too large"),
         answer()},
        {.calls = 2});
    const Fault missing = error(404, "not_found_error", "model: m");
    add("NoSuchModel", {missing}, failed(ErrorClass::unavailable, "the server lists these models: claude-n"),
        "", {{"/v1/models/m", missing}, {"/v1/models", {.body = R"({"data":[{"id":"claude-n"}]})"}}});
    for (const int status : {200, 403, 404, 405, 500})
      add("HasNoList" + std::to_string(status), {answer()}, {}, "",
          {{"/v1/models/m", error(status, "not_found_error", "File Not Found")}});
    repeats("RepeatsItself",
            spoiled([](json& body) { body["stop_reason"] = "max_tokens"; }, repetitions()[2]));
  }

  Dialect dialect_ = Dialect::ollama;
  std::vector<Group> groups_;
};

INSTANTIATE_TEST_SUITE_P(Each, Faults, testing::ValuesIn(Table::groups()),
                         [](const auto& group) { return group.param.name; });

}  // namespace
}  // namespace docket::backends
