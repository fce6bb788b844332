#include "backends/extraction/condition_wire.h"

#include <cstring>
#include <utility>

#include "backends/extraction/bytes.h"
#include "pipeline/support/utf8.h"

namespace docket {
namespace {

constexpr std::size_t longest_message = 300;

Error no_message() {
  return {ErrorClass::crash, "the worker that evaluates conditions sent no valid message"};
}

}  // namespace

std::string encode_texts(const std::vector<std::string>& texts) {
  Writer out;
  out.number<std::uint64_t>(texts.size());
  for (const std::string& text : texts)
    out.text(text);
  return std::move(out.bytes);
}

std::string encode(std::span<const ConditionQuestion> questions) {
  Writer out;
  out.number<std::uint64_t>(questions.size());
  for (const ConditionQuestion& question : questions) {
    out.text(question.value);
    out.number<std::uint64_t>(question.asked.size());
    for (const ConditionQuestion::Asked& asked : question.asked) {
      out.number<std::uint64_t>(asked.condition);
      out.number(asked.quantifier);
    }
  }
  return std::move(out.bytes);
}

std::string encode(const std::vector<Verdict>& verdicts) {
  Writer out;
  for (const Verdict& verdict : verdicts) {
    out.number(verdict.kind);
    out.text(verdict.message);
  }
  return std::move(out.bytes);
}

Result<std::vector<std::string>> decode_texts(std::string_view bytes) {
  Reader in(bytes);
  std::vector<std::string> texts;
  const auto count = in.count(sizeof(std::uint64_t));
  for (std::uint64_t i = 0; i < count && in.good; ++i) {
    texts.emplace_back(in.text());
    if (!is_utf8(texts.back())) texts.back() = excerpt(texts.back(), longest_message);
  }
  if (!in.at_end()) return no_message();
  return texts;
}

Result<std::vector<ConditionQuestion>> decode_questions(std::string_view bytes) {
  Reader in(bytes);
  std::vector<ConditionQuestion> questions;
  const auto count = in.count(2 * sizeof(std::uint64_t));
  for (std::uint64_t i = 0; i < count && in.good; ++i) {
    ConditionQuestion question;
    question.value = in.text();
    const auto asked = in.count(sizeof(std::uint64_t) + sizeof(Quantifier));
    for (std::uint64_t a = 0; a < asked && in.good; ++a) {
      const auto condition = in.number<std::uint64_t>();
      question.asked.push_back({condition, in.choice(Quantifier::all)});
    }
    questions.push_back(std::move(question));
  }
  if (!in.at_end()) return no_message();
  return questions;
}

Result<std::vector<Result<bool>>> decode_verdicts(std::string_view bytes, std::size_t count) {
  Reader in(bytes);
  std::vector<Result<bool>> verdicts;
  for (std::size_t i = 0; i < count && in.good; ++i) {
    const auto kind = in.choice(Verdict::Kind::error);
    const std::string message = excerpt(in.text(), longest_message);
    if (kind == Verdict::Kind::error)
      verdicts.emplace_back(Error{ErrorClass::condition, message.empty() ? "jq says no more" : message});
    else
      verdicts.emplace_back(kind == Verdict::Kind::yes);
  }
  if (!in.at_end()) return no_message();
  return verdicts;
}

Result<Dying> decode_dying(std::string_view bytes, std::size_t count) {
  Dying dying;
  if (bytes.size() != sizeof dying) return no_message();
  std::memcpy(&dying, bytes.data(), sizeof dying);
  const bool is_known = dying.reason >= Dying::Reason::time && dying.reason <= Dying::Reason::crash;
  if (!is_known || dying.position >= count) return no_message();
  return dying;
}

}  // namespace docket
