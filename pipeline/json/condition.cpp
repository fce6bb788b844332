#include "pipeline/json/condition.h"

extern "C" {
#include <jq.h>
}

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "pipeline/json/expression.h"
#include "pipeline/json/member.h"
#include "pipeline/json/pattern.h"
#include "pipeline/support/utf8.h"

namespace docket {
namespace {

using Clock = std::chrono::steady_clock;

/// Room for any condition that a person writes, and too little to run jq's recursive compiler out of stack.
constexpr std::size_t longest_expression = 4000;
/// A condition takes microseconds; one that loops is stopped after this.
constexpr auto evaluation_limit = std::chrono::seconds(1);
constexpr auto watchdog_period = std::chrono::milliseconds(200);
constexpr int deepest_value = 256;  ///< jq frees values recursively.
constexpr std::size_t longest_message = 300;

/// jq's message on one line, without what only makes sense for the jq command.
std::string tidy(std::string message) {
  for (const std::string_view noise :
       {"jq: error: ", "jq: error (at <unknown>): ", " (Unix shell quoting issues?)"}) {
    if (const auto at = message.find(noise); at != std::string::npos) message.erase(at, noise.size());
  }
  if (const auto at = message.find(" at <top-level>"); at != std::string::npos) message.erase(at);
  const std::pair<std::string_view, std::string_view> words[] = {
      {"unexpected $end", "unexpected end of the expression"},
      {", expecting $end", ""},
      {"INVALID_CHARACTER", "character"}};
  for (const auto& [theirs, ours] : words) {
    if (const auto at = message.find(theirs); at != std::string::npos)
      message.replace(at, theirs.size(), ours);
  }
  return excerpt(message, longest_message);
}

std::string text_of(jv message) {
  if (jv_get_kind(message) != JV_KIND_STRING) message = jv_dump_string(message, 0);
  std::string text(jv_string_value(message), jv_string_length_bytes(jv_copy(message)));
  jv_free(message);
  return text;
}

void collect_message(void* messages, jv message) {
  const std::string text = tidy(text_of(jq_format_error(message)));
  auto& all = *static_cast<std::string*>(messages);
  if (text.starts_with("jq: ")) return;  // `jq: 1 compile error`: only counts.
  all += (all.empty() ? "" : "; ") + text;
}

/// One compiled jq program. Used by one thread at a time, but for the watchdog.
class Interpreter {
 public:
  explicit Interpreter(const std::string& expression);
  ~Interpreter();
  Interpreter(const Interpreter&) = delete;
  Interpreter& operator=(const Interpreter&) = delete;

  const std::string& compile_error() const { return messages_; }
  bool compiled() const { return compiled_; }
  /// Was stopped in the middle and cannot be used again.
  bool spent() const { return jq_halted(state_) != 0; }
  Result<bool> run(jv input);
  void stop_if_overdue(Clock::time_point now);

 private:
  Result<bool> truth(jv output);

  jq_state* state_ = nullptr;
  std::string messages_;
  bool compiled_ = false;
  std::mutex mutex_;  ///< Guards what the watchdog and the evaluating thread share.
  Clock::time_point deadline_ = Clock::time_point::max();
};

/// Stops programs that run too long, since jq has no limit of its own. One thread for all.
class Watchdog {
 public:
  static Watchdog& instance() {
    static Watchdog watchdog;
    return watchdog;
  }

  void add(Interpreter* interpreter) {
    const std::lock_guard lock(mutex_);
    interpreters_.insert(interpreter);
  }
  void remove(Interpreter* interpreter) {
    const std::lock_guard lock(mutex_);
    interpreters_.erase(interpreter);
  }

 private:
  void watch(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
      wake_.wait_for(lock, stop, watchdog_period, [] { return false; });
      const Clock::time_point now = Clock::now();
      for (Interpreter* interpreter : interpreters_) {
        interpreter->stop_if_overdue(now);
      }
    }
  }

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::set<Interpreter*> interpreters_;
  std::jthread thread_{[this](const std::stop_token& stop) { watch(stop); }};  // Last: needs the others.
};

Interpreter::Interpreter(const std::string& expression) : state_(jq_init()) {
  initialize_patterns();  // jq uses the same regex library, and would set it up from several threads at once.
  if (!state_) {
    messages_ = "jq could not be started";
    return;
  }
  jq_set_error_cb(state_, collect_message, &messages_);
  compiled_ = jq_compile(state_, expression.c_str()) != 0;
  if (compiled_) Watchdog::instance().add(this);
}

Interpreter::~Interpreter() {
  if (compiled_) Watchdog::instance().remove(this);
  if (state_) jq_teardown(&state_);
}

void Interpreter::stop_if_overdue(Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  if (now < deadline_) return;
  deadline_ = Clock::time_point::max();
  jq_halt(state_, jv_invalid(), jv_null());  // The program sees it before its next instruction.
}

Result<bool> Interpreter::run(jv input) {
  {
    const std::lock_guard lock(mutex_);
    deadline_ = Clock::now() + evaluation_limit;
  }
  jq_start(state_, input, 0);
  const jv output = jq_next(state_);
  const std::lock_guard lock(mutex_);
  deadline_ = Clock::time_point::max();
  return truth(output);
}

Result<bool> Interpreter::truth(jv output) {
  if (jv_is_valid(output)) {
    const jv_kind kind = jv_get_kind(output);
    jv_free(output);
    return kind != JV_KIND_FALSE && kind != JV_KIND_NULL;
  }
  if (spent()) {
    jv_free(output);
    return Error{ErrorClass::condition, "stopped after 1 s: the condition does not terminate"};
  }
  const jv message = jv_invalid_get_msg(output);
  if (jv_get_kind(message) == JV_KIND_NULL) {
    jv_free(message);
    return false;  // No output.
  }
  return Error{ErrorClass::condition, tidy(text_of(message))};
}

jv to_jv(const nlohmann::json& value, int depth);

jv to_jv_array(const nlohmann::json& value, int depth) {
  jv array = jv_array_sized(static_cast<int>(value.size()));
  for (const nlohmann::json& item : value) {
    array = jv_array_append(array, to_jv(item, depth));
  }
  return array;
}

jv to_jv_object(const nlohmann::json& value, int depth) {
  jv object = jv_object();
  for (const auto& [key, member] : value.items()) {
    object = jv_object_set(object, jv_string_sized(key.data(), static_cast<int>(key.size())),
                           to_jv(member, depth));
  }
  return object;
}

/// jq has doubles only: beyond 2^53 integers lose their last digits. Deeper than `deepest_value` is null.
jv to_jv(const nlohmann::json& value, int depth) {
  if (depth == 0) return jv_null();
  switch (value.type()) {
    case nlohmann::json::value_t::boolean:
      return jv_bool(value.get<bool>());
    case nlohmann::json::value_t::number_integer:
    case nlohmann::json::value_t::number_unsigned:
    case nlohmann::json::value_t::number_float:
      return jv_number(value.get<double>());
    case nlohmann::json::value_t::string: {
      const auto& text = value.get_ref<const std::string&>();
      return jv_string_sized(text.data(), static_cast<int>(text.size()));
    }
    case nlohmann::json::value_t::array:
      return to_jv_array(value, depth - 1);
    case nlohmann::json::value_t::object:
      return to_jv_object(value, depth - 1);
    default:
      return jv_null();
  }
}

/// What is wrong with an expression before jq sees it.
std::optional<std::string> refusal(const std::string& expression,
                                   const std::vector<ExpressionToken>& tokens) {
  if (tokens.empty()) return "the condition is empty";
  if (expression.size() > longest_expression) {
    return "the condition is longer than " + std::to_string(longest_expression) + " bytes";
  }
  if (expression.find('\0') != std::string::npos) return "the condition contains a NUL character";
  if (tokens.back().kind == ExpressionToken::Kind::unclosed) return "a string is not closed";
  if (const auto word = forbidden_word(tokens)) {
    return "'" + *word + "' cannot be used: a condition sees one JSON value and nothing else";
  }
  return std::nullopt;
}

}  // namespace

struct Condition::Pool {
  std::mutex mutex;
  std::vector<std::unique_ptr<Interpreter>> idle;

  std::unique_ptr<Interpreter> take(const std::string& expression) {
    {
      const std::lock_guard lock(mutex);
      if (!idle.empty()) {
        std::unique_ptr<Interpreter> interpreter = std::move(idle.back());
        idle.pop_back();
        return interpreter;
      }
    }
    return std::make_unique<Interpreter>(expression);
  }

  void give_back(std::unique_ptr<Interpreter> interpreter) {
    if (interpreter->spent()) return;
    const std::lock_guard lock(mutex);
    idle.push_back(std::move(interpreter));
  }
};

Condition::Condition(std::string expression, std::unique_ptr<Pool> pool)
    : expression_(std::move(expression)), pool_(std::move(pool)) {
  if (!pool_) return;
  for (const MemberUse& use : members_read(expression_tokens(expression_))) {
    members_.push_back(use.name);
    if (!use.guarded) unguarded_members_.push_back(use.name);
  }
}

Condition::~Condition() = default;

std::shared_ptr<const Condition> Condition::path_matches(std::string expression,
                                                         std::shared_ptr<const PathPatterns> patterns) {
  std::shared_ptr<Condition> condition(new Condition(std::move(expression), nullptr));
  condition->paths_ = std::move(patterns);
  condition->members_ = condition->unguarded_members_ = {"document"};
  return condition;
}

Result<std::shared_ptr<const Condition>> Condition::compile(std::string expression) {
  if (const auto reason = refusal(expression, expression_tokens(expression))) {
    return Error{ErrorClass::config, *reason};
  }
  auto pool = std::make_unique<Pool>();
  // jq binds its whole library to each program, which takes 15 ms: that is why interpreters are kept and used
  // again.
  auto interpreter = std::make_unique<Interpreter>(expression);
  if (!interpreter->compiled()) return Error{ErrorClass::config, interpreter->compile_error()};
  pool->idle.push_back(std::move(interpreter));
  return std::shared_ptr<const Condition>(new Condition(std::move(expression), std::move(pool)));
}

Result<bool> Condition::holds(const nlohmann::json& value) const {
  if (paths_ != nullptr) {
    const nlohmann::json& path = member(member(value, "document"), "path");
    if (!path.is_string()) return Error{ErrorClass::condition, "there is no .document.path"};
    return paths_->contain_named(path.get_ref<const std::string&>());
  }
  std::unique_ptr<Interpreter> interpreter = pool_->take(expression_);
  if (!interpreter->compiled()) return Error{ErrorClass::condition, interpreter->compile_error()};
  Result<bool> result = interpreter->run(to_jv(value, deepest_value));
  pool_->give_back(std::move(interpreter));
  return result;
}

CheckState evaluate_check(const Condition& condition, const nlohmann::json& fields) {
  for (const std::string& member : condition.unguarded_members()) {
    const auto found = fields.find(member);
    if (found == fields.end() || found->is_null()) return CheckState::not_applicable;
  }
  const Result<bool> holds = condition.holds(fields);
  return holds.has_value() && *holds ? CheckState::passed : CheckState::failed;
}

}  // namespace docket
