#include "stages/tiers.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <stdexcept>
#include <string_view>

#include "pipeline/json/longest_answer.h"
#include "pipeline/json/schema.h"
#include "pipeline/support/utf8.h"

namespace docket::stages {

using nlohmann::json;

namespace {

/// Of what would just fit: tokens are not spread evenly over pages.
constexpr double careful = 0.85;
/// Of an answer: what a model puts around its values and between them.
constexpr std::int64_t frame_tokens = 64;
/// When the server does not say how much too long a document is.
constexpr double halves = 0.5;
constexpr std::size_t most_pieces = 1000;
/// Of a page, in bytes: smaller ones fit every model, or none.
constexpr std::size_t smallest_piece = 300;

std::size_t bytes_of(const Text& text, PageRange pages) {
  std::size_t bytes = 0;
  for (std::size_t page = pages.first; page <= pages.last && page < text.pages.size(); ++page)
    bytes += text.pages[page].text.size() + 1;
  return bytes;
}

PageRange all_pages(const Excerpt& excerpt) {
  const std::size_t pages = excerpt.text ? excerpt.text->pages.size() : 0;
  return {0, pages == 0 ? 0 : pages - 1};
}

/// Behind the last empty line of the text; 0: there is none.
std::size_t end_of_paragraph(std::string_view text) {
  std::size_t line_end = text.rfind('\n');
  while (line_end != std::string_view::npos && line_end > 0) {
    const std::size_t before = text.find_last_not_of(" \t\r", line_end - 1);
    if (before == std::string_view::npos) return 0;
    if (text[before] == '\n') return line_end + 1;
    line_end = text.rfind('\n', before);
  }
  return 0;
}

std::size_t end_of_last(std::string_view places, std::string_view text) {
  const std::size_t at = text.find_last_of(places);
  return at == std::string_view::npos ? 0 : at + 1;
}

/// Chinese and Japanese part sentences without blanks.
std::size_t end_of_sentence(std::string_view text) {
  std::size_t end = 0;
  for (const std::string_view mark : {"。", "！", "？", "；", "，", "、"})
    if (const std::size_t at = text.rfind(mark); at != std::string_view::npos)
      end = std::max(end, at + mark.size());
  return end;
}

/// Where a piece of at most `most` bytes ends.
std::size_t end_of_piece(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text.size();
  const std::string_view piece = text.substr(0, most);
  for (const std::size_t end :
       {end_of_paragraph(piece), end_of_last("\n", piece), end_of_sentence(piece), end_of_last(" \t", piece)})
    if (end > most / 2) return end;
  std::size_t end = most;
  while (end > 1 && continues_character(text[end]))
    --end;
  return end;
}

/// The first words of pages in a script whose letters are tokens of their own, such as Chinese or Hindi;
/// empty: they are in another.
std::string far_words(const Text& text, PageRange pages) {
  constexpr std::size_t looked_at = 20'000, enough = 90;  // Bytes.
  std::size_t letters = 0, far = 0;
  bool is_taken = false;
  std::string words;
  for (std::size_t page = pages.first; page <= pages.last && page < text.pages.size(); ++page) {
    for (const char byte : std::string_view(text.pages[page].text).substr(0, looked_at)) {
      if (!continues_character(byte)) {
        const bool is_far = static_cast<unsigned char>(byte) >= 0xE0;  // From U+0800 on.
        ++letters;
        far += is_far ? 1 : 0;
        is_taken = is_far && words.size() < enough;
      }
      if (is_taken) words += byte;
    }
    if (letters > looked_at) break;
  }
  return far * 4 > letters ? words : "";
}

/// More of the pages are tokens of their own than of words such as those of invoices: they are tables.
bool has_many_digits(const Text& text, PageRange pages) {
  constexpr std::size_t looked_at = 20'000, enough = 200;  // Bytes.
  std::string start;
  for (std::size_t page = pages.first; page <= pages.last && page < text.pages.size(); ++page)
    if (start.size() < looked_at) start += std::string_view(text.pages[page].text).substr(0, looked_at);
  const auto share = [](std::string_view words) {
    return static_cast<double>(most_tokens(words)) /
           static_cast<double>(std::max<std::size_t>(words.size(), 1));
  };
  return start.size() >= enough && share(start) > share(usual_words);
}

/// How much of it a tier may hold.
double share_of(const Reply& too_long) {
  const auto& excess = too_long.excess;
  if (!excess || excess->window <= 0 || excess->tokens <= excess->window) return halves;
  return careful * static_cast<double>(excess->window) / static_cast<double>(excess->tokens);
}

/// The ranges again, those that were too long in pieces; as many as before: they cannot be cut.
std::vector<PageRange> smaller(const Text& text, const std::vector<PageRange>& ranges,
                               std::span<const Reply> replies) {
  std::vector<PageRange> result;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    const bool is_too_long =
        !replies[i].answer && replies[i].answer.error().error_class == ErrorClass::too_long;
    const bool is_one_page = ranges[i].first == ranges[i].last;
    std::vector<PageRange> cut{ranges[i]};
    if (is_too_long)
      cut = is_one_page ? pieces_of_page(text, ranges[i], share_of(replies[i]))
                        : pieces(text, ranges[i], share_of(replies[i]));
    result.insert(result.end(), cut.begin(), cut.end());
  }
  return result;
}

}  // namespace

std::optional<bool> think_of(const Settings& settings) {
  return settings.has(think_field.name) ? std::optional(settings.boolean(think_field.name)) : std::nullopt;
}

std::optional<Error> problem_of_tiers(const std::vector<std::string>& backends, const Pipeline& pipeline) {
  for (const std::string& name : backends) {
    const BackendConfig* backend = pipeline.backend(name);
    if (backend != nullptr && backend->type->reads_files)
      return Error{ErrorClass::config, "backends: '" + name +
                                           "' reads files and answers no questions; it can be the "
                                           "`fallback` of the extract stage"};
  }
  return std::nullopt;
}

std::vector<Tier> tiers_of(const std::vector<std::string>& backends, const Pipeline& pipeline,
                           std::optional<bool> think) {
  std::vector<Tier> tiers;
  for (const std::string& name : backends) {
    const BackendConfig* backend = pipeline.backend(name);
    tiers.push_back({name, backend != nullptr && backend->type->answers_prompts(), think});
  }
  return tiers;
}

json prompt_values(json record) {
  record.erase("document");
  return record;
}

void make_room(const Text& text, PageRange pages, const std::shared_ptr<const std::string>& longest_answer,
               Prompt& prompt) {
  prompt.longest_answer = longest_answer;
  std::string words = far_words(text, pages);
  if (words.empty() && has_many_digits(text, pages)) words = usual_digits;
  if (!words.empty())
    prompt.longest_answer =
        std::make_shared<const std::string>(docket::longest_answer(prompt.schema->document(), words));
  prompt.most_output_tokens = frame_tokens + most_tokens(*prompt.longest_answer);
}

std::vector<PageRange> pieces(const Text& text, PageRange pages, double share) {
  const auto most = static_cast<std::size_t>(share * static_cast<double>(bytes_of(text, pages)));
  std::vector<PageRange> result;
  std::size_t bytes = 0;
  for (std::size_t page = pages.first; page <= pages.last; ++page) {
    const bool is_empty = page >= text.pages.size() || text.pages[page].text.empty();
    const std::size_t more = is_empty ? 0 : bytes_of(text, {page, page});
    // No piece is without a word.
    const bool is_full = !is_empty && bytes > 0 && bytes + more > most;
    if (result.empty() || is_full) {
      result.push_back({page, page});
      bytes = 0;
    }
    result.back().last = page;
    bytes += more;
  }
  return result;
}

std::vector<PageRange> pieces_of_page(const Text& text, PageRange page, double share) {
  if (page.first >= text.pages.size()) return {page};
  const std::string_view whole = text.pages[page.first].text;
  const std::size_t page_end = std::min(page.end, whole.size());
  const std::size_t bytes = page_end - std::min(page.begin, page_end);
  const auto most = static_cast<std::size_t>(share * static_cast<double>(bytes));
  if (bytes < 2 * smallest_piece) return {page};
  std::vector<PageRange> result;
  for (std::size_t begin = page.begin; begin < page_end;) {
    const std::size_t length =
        end_of_piece(whole.substr(begin, page_end - begin), std::max(most, smallest_piece));
    result.push_back({page.first, page.last, begin, begin + length});
    begin += length;
  }
  return result;
}

/// Which tier was asked, about which pages, and who was passed over before.
struct TieredStage::Progress final : StageProgress {
  std::size_t tier = 0;
  std::vector<PageRange> pages;
  Excerpt excerpt;                   ///< That it is asked about.
  bool is_again = false;             ///< There was an answer before the first turn.
  bool is_begun = false;             ///< The document itself says something.
  json passed_over = json::array();  ///< As the output shows it.
};

Question TieredStage::question(const Document&) const {
  throw std::logic_error("this question is for models");
}

Result<std::vector<Request>> TieredStage::advance_with(const Excerpt& excerpt, Document& document,
                                                       const Turn& turn, StageResult& result) const {
  if (turn.number == 0) {
    if (!document.text)
      return Error{ErrorClass::empty, "there is no text: the stage that reads it was skipped"};
    auto begun = std::make_unique<Progress>();
    begun->is_again = !result.output.is_null();
    if (!begun->is_again) begin(document, turn.record, result.output);
    begun->is_begun = !begun->is_again && !result.output.is_null();
    std::vector<Request> requests = ask_from(0, excerpt, document, turn, result.output, *begun);
    turn.progress = std::move(begun);
    return requests;
  }
  auto& progress = dynamic_cast<Progress&>(*turn.progress);
  TierAnswers said{.tier = tiers_[progress.tier], .excerpt = progress.excerpt};
  for (const Reply& reply : turn.replies) {
    if (!reply.answer) {
      const Error& error = reply.answer.error();
      if (error.error_class != ErrorClass::too_long || !splits_ || !document.text)
        return pass_over(excerpt, document, turn, result, progress, error);
      std::vector<PageRange> cut = smaller(*excerpt.text, progress.pages, turn.replies);
      if (cut.size() == progress.pages.size() || cut.size() > most_pieces)
        return pass_over(excerpt, document, turn, result, progress, error);
      progress.pages = std::move(cut);
      return ask(document, turn, progress);
    }
    said.answers.push_back(*reply.answer);
  }
  for (const PageRange pages : progress.pages)
    said.pages.push_back(excerpt.source(pages, *document.text));
  // A fallback's answer stands under the fallback's name.
  const std::string by = said.answers.front().by;
  if (!by.empty()) said.tier.backend = by;
  take(document, said, result.output);
  if (!progress.passed_over.empty()) result.output["passed_over"] = progress.passed_over;
  if (result.output["accepted"]) return std::vector<Request>{};
  return ask_from(progress.tier + 1, excerpt, document, turn, result.output, progress);
}

std::vector<Request> TieredStage::ask(const Document& document, const Turn& turn,
                                      const Progress& progress) const {
  const Excerpt& excerpt = progress.excerpt;
  const Tier& tier = tiers_[progress.tier];
  if (!tier.answers_prompts) return {{tier.backend, question(document)}};
  std::vector<Request> requests;
  for (const PageRange range : progress.pages) {
    Request request{tier.backend, prompt(excerpt, turn.record, range)};
    std::get<Prompt>(request.question).think = tier.think;
    request.sent = excerpt.sent_with(range);
    requests.push_back(std::move(request));
  }
  return requests;
}

/// Asks the first tier, from this one on, that has something to add. The rules, which cost nothing, read the
/// text even where the document itself says all: what is printed may differ from that.
std::vector<Request> TieredStage::ask_from(std::size_t tier, const Excerpt& excerpt, const Document& document,
                                           const Turn& turn, const json& output, Progress& progress) const {
  const bool is_settled = !progress.is_again && output.is_object() && output.value("accepted", false);
  for (; tier < tiers_.size(); ++tier) {
    std::optional<Excerpt> left = excerpt;
    if (tiers_[tier].answers_prompts)
      left = is_settled ? std::nullopt : left_of(excerpt, output, progress.is_again);
    if (!left) continue;
    progress.tier = tier;
    progress.excerpt = std::move(*left);
    progress.pages = {all_pages(progress.excerpt)};
    return ask(document, turn, progress);
  }
  return {};
}

/// A tier that has no usable answer costs no document that another tier can answer. What is only a matter of
/// time, such as a server that is down, is not passed over: the next run asks it again.
Result<std::vector<Request>> TieredStage::pass_over(const Excerpt& excerpt, const Document& document,
                                                    const Turn& turn, StageResult& result, Progress& progress,
                                                    const Error& error) const {
  const bool is_last = progress.tier + 1 == tiers_.size();
  const bool can_be_passed =
      error.error_class == ErrorClass::content || error.error_class == ErrorClass::rejected ||
      error.error_class == ErrorClass::too_long || error.error_class == ErrorClass::withheld;
  // Of a tier, or of the document itself; redo begins with one.
  const bool has_answer = (tiers_.size() > 1 || progress.is_begun) && !result.output.is_null();
  const Tier& tier = tiers_[progress.tier];
  const bool is_handed_up = is_last && !has_answer && hands_up(tier, error.error_class);
  if (!can_be_passed || (is_last && !has_answer && !is_handed_up)) return error;
  if (is_last && error.error_class == ErrorClass::withheld) return error;
  progress.passed_over.push_back(
      {{"tier", tier.backend}, {"class", name(error.error_class)}, {"message", error.message}});
  if (is_handed_up) take(document, {.tier = tier, .excerpt = excerpt}, result.output);
  if (has_answer || is_handed_up) result.output["passed_over"] = progress.passed_over;
  return ask_from(progress.tier + 1, excerpt, document, turn, result.output, progress);
}

bool TieredStage::hands_up(const Tier& tier, ErrorClass error_class) const {
  return tier.answers_prompts && std::ranges::find(hands_up_, error_class) != hands_up_.end();
}

std::vector<ErrorClass> handed_up(const StageConfig& stage, const Pipeline& pipeline) {
  const auto is_taken = [&](std::string_view kind) {
    const Doubt doubt{kind, stage.id};
    return std::ranges::any_of(pipeline.stages, [&](const StageConfig& later) {
      return &later > &stage && later.type->decides_on_reasons && ReasonFilter(later).takes(doubt);
    });
  };
  std::vector<ErrorClass> classes;
  if (is_taken(schema_failure)) classes.push_back(ErrorClass::content);
  if (is_taken(too_long)) classes.push_back(ErrorClass::too_long);
  return classes;
}

StageReads reads(const Settings& settings) {
  return {.text = true, .record = settings.has(prompt_field.name)};
}

json members(const json& output, std::initializer_list<const char*> names) {
  json shown = json::object();
  for (const char* name : names)
    if (output.contains(name)) shown[name] = output[name];
  return shown;
}

void doubt_confidence(const std::string& stage, const json& output, std::vector<Doubt>& found) {
  if (!output.value("accepted", true)) found.push_back({low_confidence, stage});
}

void doubt_passed_over(const std::string& stage, const json& output, std::vector<Doubt>& found) {
  const json passed_over = output.value("passed_over", json::array());
  const auto any = [&](ErrorClass error_class) {
    return std::ranges::any_of(passed_over,
                               [&](const json& passed) { return passed["class"] == name(error_class); });
  };
  if (any(ErrorClass::content)) found.push_back({schema_failure, stage});
  if (any(ErrorClass::too_long)) found.push_back({too_long, stage});
}

}  // namespace docket::stages
