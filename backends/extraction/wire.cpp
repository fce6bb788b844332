#include "backends/extraction/wire.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "backends/extraction/bytes.h"
#include "pipeline/json/bounded_json.h"
#include "pipeline/json/member.h"
#include "pipeline/support/byte_size.h"
#include "pipeline/support/utf8.h"

namespace docket {
namespace {

static_assert(std::is_trivially_copyable_v<Word> &&
                  sizeof(Word) == 4 * sizeof(float) + 2 * sizeof(std::uint32_t),
              "words travel as they are in memory");

Error not_understood() { return {ErrorClass::crash, "made its worker send an invalid reply"}; }

bool is_sound(const Word& word, const Page& page) {
  const Box& box = word.box;
  return std::isfinite(box.left) && std::isfinite(box.top) && std::isfinite(box.right) &&
         std::isfinite(box.bottom) && word.offset <= page.text.size() &&
         word.length <= page.text.size() - word.offset;
}

/// `part` of `bytes`, which are not needed any more. A long one, such as a file of plain text, is not copied.
std::string cut_out(std::string& bytes, std::string_view part) {
  constexpr std::size_t copied = std::size_t{1} << 20;
  if (part.size() < copied) return std::string(part);
  const auto begin = static_cast<std::size_t>(part.data() - bytes.data());
  bytes.resize(begin + part.size());
  bytes.erase(0, begin);
  return std::move(bytes);
}

/// What a document can be blamed for; a worker may say nothing that would end the whole run.
bool is_about_a_document(std::uint32_t error_class) {
  switch (static_cast<ErrorClass>(error_class)) {
    case ErrorClass::unreadable:
    case ErrorClass::unsupported:
    case ErrorClass::encrypted:
    case ErrorClass::empty:
    case ErrorClass::damaged:
    case ErrorClass::timeout:
    case ErrorClass::memory:
    case ErrorClass::output_limit:
    case ErrorClass::crash:
      return true;
    default:
      return false;
  }
}

/// An object that is not nested so deep that printing it would use up the stack, and whose values do not take
/// much more memory than their text; null when it is none.
nlohmann::json read_value(std::string_view bytes) {
  constexpr int deepest = 16;
  constexpr std::size_t most = 1 << 19;   // Values of any answer,
  constexpr std::size_t bytes_each = 16;  // and more if they are as long as those of a list of members.
  if (!is_bounded_json(bytes, BoundedJson(deepest, most + bytes.size() / bytes_each))) return {};
  nlohmann::json value = nlohmann::json::parse(bytes);
  return value.is_object() ? value : nlohmann::json();
}

void write(Writer& out, const std::optional<SeenPage>& page) {
  out.flag(page.has_value());
  if (!page) return;
  out.number(page->wanted);
  out.number<std::uint32_t>(static_cast<std::uint32_t>(page->number));
  out.number<std::uint64_t>(page->languages.size());
  for (const std::string& language : page->languages)
    out.text(language);
}

std::optional<SeenPage> read_seen_page(Reader& in) {
  if (!in.flag()) return std::nullopt;
  SeenPage page;
  page.wanted = in.choice(SeenPage::Wanted::picture);
  page.number = static_cast<int>(in.number<std::uint32_t>());
  const auto languages = in.count(sizeof(std::uint64_t));
  for (std::uint64_t i = 0; i < languages && in.good; ++i)
    page.languages.emplace_back(in.text());
  return page;
}

void write(Writer& out, const std::shared_ptr<const Image>& image) {
  out.flag(image != nullptr);
  if (image == nullptr) return;
  out.text(image->media_type);
  out.text(image->bytes);
  out.number<std::int32_t>(image->width);
  out.number<std::int32_t>(image->height);
}

std::shared_ptr<const Image> read_image(Reader& in) {
  if (!in.flag()) return nullptr;
  auto image = std::make_shared<Image>();
  image->media_type = in.text();
  image->bytes = in.text();
  image->width = in.number<std::int32_t>();
  image->height = in.number<std::int32_t>();
  if (!is_utf8(image->media_type) || image->width < 1 || image->height < 1) in.good = false;
  return image;
}

}  // namespace

Error output_limit_error(std::uint64_t limit) {
  return {ErrorClass::output_limit, "has more than " + format_byte_size(static_cast<std::int64_t>(limit)) +
                                        " of text and word boxes (`limits.output` of the extract stage)"};
}

std::string encode(const Ready& ready) {
  return ready.refused.empty() ? ready.version : ready.version + '\n' + ready.refused;
}

std::string encode(const Progress& progress) {
  Writer out;
  out.number(progress.read);
  out.number(progress.of);
  return std::move(out.bytes);
}

std::string encode(const ExtractOrder& order) {
  Writer out;
  out.number<std::uint64_t>(order.passwords.size());
  for (const std::string& password : order.passwords)
    out.text(password);
  out.number(order.output_limit);
  out.number(order.most_pages);
  out.flag(order.tell_progress);
  out.number<std::uint64_t>(order.members.size());
  for (const std::string& name : order.members)
    out.text(name);
  const MemberLimits& limits = order.member_limits;
  for (const std::int64_t limit : {limits.depth, limits.count, limits.total, limits.ratio})
    out.number(limit);
  out.number(order.attachments);
  write(out, order.page);
  out.number(order.form.tables);
  out.number(order.form.repeated_lines);
  out.flag(order.only_bytes);
  return std::move(out.bytes);
}

std::string encode(const FileFacts& facts) {
  Writer out;
  out.text(facts.sha256);
  out.number(facts.bytes);
  out.text(facts.media_type);
  return std::move(out.bytes);
}

std::string encode(const Page& page) {
  Writer out;
  out.bytes.reserve(encoded_size(page));
  out.number(page.width);
  out.number(page.height);
  out.text(page.text);
  out.list(page.words);
  out.list(page.confidence);
  return std::move(out.bytes);
}

std::uint64_t encoded_size(const Page& page) {
  return 2 * sizeof(float) + 3 * sizeof(std::uint64_t) + page.text.size() + page.words.size() * sizeof(Word) +
         page.confidence.size();
}

std::string encode(const Result<Answer>& answer) {
  Writer out;
  out.flag(answer.has_value());
  if (answer) {
    out.text(answer->value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    out.number<std::uint64_t>(answer->text->pages.size());
    write(out, answer->image);
  } else {
    out.number(static_cast<std::uint32_t>(answer.error().error_class));
    out.text(answer.error().message);
  }
  return std::move(out.bytes);
}

Ready decode_ready(std::string_view bytes) {
  const std::size_t end = bytes.find('\n');
  if (end == bytes.npos) return {std::string(bytes)};
  if (!is_utf8(bytes)) return {};
  return {std::string(bytes.substr(0, end)), std::string(bytes.substr(end + 1))};
}

Progress decode_progress(std::string_view bytes) {
  Reader in(bytes);
  Progress progress;
  progress.read = in.number<std::uint32_t>();
  progress.of = in.number<std::uint32_t>();
  return in.at_end() && progress.read <= progress.of ? progress : Progress();
}

Result<ExtractOrder> decode_order(std::string_view bytes) {
  Reader in(bytes);
  ExtractOrder order;
  const auto passwords = in.count(sizeof(std::uint64_t));
  for (std::uint64_t i = 0; i < passwords && in.good; ++i)
    order.passwords.emplace_back(in.text());
  order.output_limit = in.number<std::uint64_t>();
  order.most_pages = in.number<std::uint32_t>();
  order.tell_progress = in.flag();
  for (std::uint64_t left = in.count(sizeof(std::uint64_t)); left > 0 && in.good; --left)
    order.members.emplace_back(in.text());
  MemberLimits& limits = order.member_limits;
  for (std::int64_t* limit : {&limits.depth, &limits.count, &limits.total, &limits.ratio})
    *limit = in.number<std::int64_t>();
  order.attachments = in.choice(Attachments::never);
  order.page = read_seen_page(in);
  order.form.tables = in.choice(TextForm::Tables::markdown);
  order.form.repeated_lines = in.choice(TextForm::RepeatedLines::once);
  order.only_bytes = in.flag();
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

Result<Page> decode_page(std::string bytes) {
  Reader in(bytes);
  Page page;
  page.width = in.number<float>();
  page.height = in.number<float>();
  const std::string_view text = in.text();
  page.words = in.list<Word>();
  page.confidence = in.list<std::uint8_t>();
  const bool is_whole = in.at_end();
  page.text = cut_out(bytes, text);
  const bool is_good =
      is_whole && std::isfinite(page.width) && std::isfinite(page.height) && is_utf8(page.text) &&
      std::ranges::all_of(page.words, [&](const Word& word) { return is_sound(word, page); });
  if (!is_good) return not_understood();
  const bool fits = page.confidence.empty() || page.confidence.size() == page.words.size();
  const bool is_percent = std::ranges::all_of(page.confidence, [](std::uint8_t c) { return c <= 100; });
  if (!fits || !is_percent) return not_understood();
  return page;
}

Result<Answer> decode_answer(std::string_view bytes, Text text) {
  Reader in(bytes);
  const bool is_answer = in.flag();
  if (!is_answer) {
    const auto error_class = in.number<std::uint32_t>();
    const std::string_view message = in.text();
    if (!in.at_end() || !is_about_a_document(error_class) || !is_utf8(message)) return not_understood();
    return Error{static_cast<ErrorClass>(error_class), std::string(message)};
  }
  Answer answer;
  answer.value = read_value(in.text());
  const auto pages = in.number<std::uint64_t>();
  answer.image = read_image(in);
  if (!in.at_end() || answer.value.is_null() || pages != text.pages.size()) return not_understood();
  text.language = text_member(answer.value, "language");
  answer.text = std::make_shared<const Text>(std::move(text));
  return answer;
}

}  // namespace docket
