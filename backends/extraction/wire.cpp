#include "backends/extraction/wire.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "backends/extraction/bytes.h"
#include "pipeline/support/utf8.h"

namespace docket {
namespace {

constexpr std::size_t word_bytes = 4 * sizeof(float) + 2 * sizeof(std::uint32_t);
constexpr std::size_t page_bytes = 2 * sizeof(float) + 2 * sizeof(std::uint64_t);

Error not_understood() { return {ErrorClass::crash, "made its worker send an invalid reply"}; }

void write(Writer& out, const Text& text) {
  out.number<std::uint64_t>(text.pages.size());
  for (const Page& page : text.pages) {
    out.number(page.width);
    out.number(page.height);
    out.text(page.text);
    out.number<std::uint64_t>(page.words.size());
    for (const Word& word : page.words) {
      for (const float edge : {word.box.left, word.box.top, word.box.right, word.box.bottom})
        out.number(edge);
      out.number(word.offset);
      out.number(word.length);
    }
  }
}

float read_float(Reader& in) {
  const auto value = in.number<float>();
  if (!std::isfinite(value)) in.good = false;
  return value;
}

Page read_page(Reader& in) {
  Page page;
  page.width = read_float(in);
  page.height = read_float(in);
  page.text = in.text();
  const auto words = in.count(word_bytes);
  page.words.reserve(words);
  for (std::uint64_t i = 0; i < words; ++i) {
    Word word;
    for (float* edge : {&word.box.left, &word.box.top, &word.box.right, &word.box.bottom})
      *edge = read_float(in);
    word.offset = in.number<std::uint32_t>();
    word.length = in.number<std::uint32_t>();
    if (word.offset > page.text.size() || word.length > page.text.size() - word.offset) in.good = false;
    page.words.push_back(word);
  }
  if (!is_utf8(page.text)) in.good = false;
  return page;
}

/// What a document can be blamed for; a worker may say nothing that would end the whole run.
bool is_about_a_document(std::uint32_t error_class) {
  switch (static_cast<ErrorClass>(error_class)) {
    case ErrorClass::unreadable:
    case ErrorClass::unsupported:
    case ErrorClass::encrypted:
    case ErrorClass::empty:
    case ErrorClass::damaged:
    case ErrorClass::limit:
    case ErrorClass::crash:
      return true;
    default:
      return false;
  }
}

/// An object that is not nested so deep that printing it would use up the stack; null when it is none.
nlohmann::json read_value(std::string_view bytes) {
  constexpr int deepest = 16;
  bool too_deep = false;
  const auto watch = [&](int depth, nlohmann::json::parse_event_t, const nlohmann::json&) {
    too_deep = too_deep || depth > deepest;
    return !too_deep;
  };
  nlohmann::json value = nlohmann::json::parse(bytes, watch, false);
  return value.is_object() && !too_deep ? value : nlohmann::json();
}

std::shared_ptr<const Text> read_text(Reader& in) {
  auto text = std::make_shared<Text>();
  const auto pages = in.count(page_bytes);
  text->pages.reserve(pages);
  for (std::uint64_t i = 0; i < pages && in.good; ++i) {
    text->pages.push_back(read_page(in));
  }
  return text;
}

}  // namespace

Error output_limit_error(std::uint64_t limit) {
  return {ErrorClass::limit, "has more than " + std::to_string(limit >> 20) + " MiB of text and word boxes"};
}

std::string encode(const ExtractOrder& order) {
  Writer out;
  out.text(order.password);
  out.number(order.output_limit);
  out.number<std::uint64_t>(order.members.size());
  for (const std::string& name : order.members)
    out.text(name);
  const MemberLimits& limits = order.member_limits;
  for (const std::int64_t limit : {limits.depth, limits.count, limits.total, limits.ratio})
    out.number(limit);
  out.number(static_cast<std::uint32_t>(order.attachments));
  return std::move(out.bytes);
}

std::string encode(const FileFacts& facts) {
  Writer out;
  out.text(facts.sha256);
  out.number(facts.bytes);
  out.text(facts.media_type);
  return std::move(out.bytes);
}

std::string encode(const Result<Answer>& answer) {
  Writer out;
  out.number<std::uint32_t>(answer.has_value());
  if (answer) {
    out.text(answer->value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    write(out, *answer->text);
  } else {
    out.number(static_cast<std::uint32_t>(answer.error().error_class));
    out.text(answer.error().message);
  }
  return std::move(out.bytes);
}

Result<ExtractOrder> decode_order(std::string_view bytes) {
  Reader in(bytes);
  ExtractOrder order;
  order.password = in.text();
  order.output_limit = in.number<std::uint64_t>();
  for (std::uint64_t left = in.count(sizeof(std::uint64_t)); left > 0 && in.good; --left)
    order.members.emplace_back(in.text());
  MemberLimits& limits = order.member_limits;
  for (std::int64_t* limit : {&limits.depth, &limits.count, &limits.total, &limits.ratio})
    *limit = in.number<std::int64_t>();
  order.attachments = static_cast<Attachments>(in.number<std::uint32_t>());
  if (!in.at_end()) return not_understood();
  return order;
}

Result<FileFacts> decode_facts(std::string_view bytes) {
  Reader in(bytes);
  FileFacts facts;
  facts.sha256 = in.text();
  facts.bytes = in.number<std::int64_t>();
  facts.media_type = in.text();
  if (!in.at_end() || !is_utf8(facts.sha256) || !is_utf8(facts.media_type)) return not_understood();
  return facts;
}

Result<Answer> decode_answer(std::string_view bytes) {
  Reader in(bytes);
  const bool is_answer = in.number<std::uint32_t>() == 1;
  if (!is_answer) {
    const auto error_class = in.number<std::uint32_t>();
    const std::string_view message = in.text();
    if (!in.at_end() || !is_about_a_document(error_class) || !is_utf8(message)) return not_understood();
    return Error{static_cast<ErrorClass>(error_class), std::string(message)};
  }
  Answer answer;
  answer.value = read_value(in.text());
  if (answer.value.is_null()) return not_understood();
  answer.text = read_text(in);
  if (!in.at_end()) return not_understood();
  return answer;
}

}  // namespace docket
