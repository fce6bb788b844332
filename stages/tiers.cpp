#include "stages/tiers.h"

#include <algorithm>
#include <cmath>

namespace docket::stages {

using nlohmann::json;

namespace {

/// Of what would just fit: tokens are not spread evenly over pages.
constexpr double careful = 0.85;
/// When the server does not say how much too long a document is.
constexpr double halves = 0.5;
constexpr std::size_t most_pieces = 1000;

std::size_t bytes_of(const Text& text, PageRange pages) {
  std::size_t bytes = 0;
  for (std::size_t page = pages.first; page <= pages.last && page < text.pages.size(); ++page)
    bytes += text.pages[page].text.size() + 1;
  return bytes;
}

PageRange all_pages(const Document& document) {
  const std::size_t pages = document.text ? document.text->pages.size() : 0;
  return {0, pages == 0 ? 0 : pages - 1};
}

bool is_one_page(const std::vector<PageRange>& ranges) {
  return std::ranges::all_of(ranges, [](PageRange range) { return range.first == range.last; });
}

}  // namespace

std::vector<Tier> tiers_of(const std::vector<std::string>& backends, const Pipeline& pipeline) {
  std::vector<Tier> tiers;
  for (const std::string& name : backends) {
    const BackendConfig* backend = pipeline.backend(name);
    tiers.push_back({name, backend != nullptr && backend->type->answers_prompts()});
  }
  return tiers;
}

json prompt_values(json record) {
  record.erase("document");
  return record;
}

std::vector<PageRange> pieces(const Text& text, PageRange pages, double share) {
  const auto most = static_cast<std::size_t>(share * static_cast<double>(bytes_of(text, pages)));
  std::vector<PageRange> result;
  std::size_t bytes = 0;
  for (std::size_t page = pages.first; page <= pages.last; ++page) {
    const std::size_t more = bytes_of(text, {page, page});
    if (result.empty() || bytes + more > most) {
      result.push_back({page, page});
      bytes = 0;
    }
    result.back().last = page;
    bytes += more;
  }
  return result;
}

/// Which tier was asked, about which pages, and who was passed over before.
struct TieredStage::Progress final : StageProgress {
  explicit Progress(PageRange all) : pages{all} {}
  std::size_t tier = 0;
  std::vector<PageRange> pages;
  json passed_over = json::array();  ///< As the output shows it.
};

Result<std::vector<Request>> TieredStage::advance(Document& document, const Turn& turn,
                                                  StageResult& result) const {
  if (turn.number == 0) {
    if (!document.text)
      return Error{ErrorClass::empty, "there is no text: the stage that reads it was skipped"};
    auto begun = std::make_unique<Progress>(all_pages(document));
    std::vector<Request> requests = ask(document, turn, *begun);
    turn.progress = std::move(begun);
    return requests;
  }
  auto& progress = dynamic_cast<Progress&>(*turn.progress);
  std::vector<Answer> answers;
  for (const Reply& reply : turn.replies) {
    if (!reply.answer) {
      const Error& error = reply.answer.error();
      if (error.error_class != ErrorClass::too_long || !splits_ || is_one_page(progress.pages) ||
          !document.text)
        return pass_over(document, turn, result, progress, error);
      double share = halves;
      if (reply.excess && reply.excess->tokens > reply.excess->window && reply.excess->window > 0)
        share =
            careful * static_cast<double>(reply.excess->window) / static_cast<double>(reply.excess->tokens);
      std::vector<PageRange> smaller;
      for (const PageRange range : progress.pages) {
        const std::vector<PageRange> cut = pieces(*document.text, range, share);
        smaller.insert(smaller.end(), cut.begin(), cut.end());
      }
      if (smaller.size() > most_pieces) return pass_over(document, turn, result, progress, error);
      progress.pages = std::move(smaller);
      return ask(document, turn, progress);
    }
    answers.push_back(*reply.answer);
  }
  // A fallback's answer stands under the fallback's name.
  const Tier& tier = tiers_[progress.tier];
  const std::string& by = answers.front().by;
  take(document, by.empty() ? tier : Tier{by, tier.answers_prompts}, answers, progress.pages, result.output);
  if (!progress.passed_over.empty()) result.output["passed_over"] = progress.passed_over;
  if (result.output["accepted"]) return std::vector<Request>{};
  return next_tier(document, turn, progress);
}

std::vector<Request> TieredStage::ask(const Document& document, const Turn& turn,
                                      const Progress& progress) const {
  const Tier& tier = tiers_[progress.tier];
  if (!tier.answers_prompts) return {{tier.backend, question(document)}};
  std::vector<Request> requests;
  for (const PageRange range : progress.pages)
    requests.push_back({tier.backend, prompt(document, turn.record, range)});
  return requests;
}

std::vector<Request> TieredStage::next_tier(const Document& document, const Turn& turn,
                                            Progress& progress) const {
  if (progress.tier + 1 == tiers_.size()) return {};
  ++progress.tier;
  progress.pages = {all_pages(document)};
  return ask(document, turn, progress);
}

/// A tier that has no usable answer costs no document that another tier can answer. What is only a matter of
/// time, such as a server that is down, is not passed over: the next run asks it again.
Result<std::vector<Request>> TieredStage::pass_over(const Document& document, const Turn& turn,
                                                    StageResult& result, Progress& progress,
                                                    const Error& error) const {
  const bool is_last = progress.tier + 1 == tiers_.size();
  const bool can_be_passed =
      error.error_class == ErrorClass::content || error.error_class == ErrorClass::rejected ||
      error.error_class == ErrorClass::too_long || error.error_class == ErrorClass::withheld;
  const bool has_answer = tiers_.size() > 1 && !result.output.is_null();  // Of a tier; redo begins with one.
  if (!can_be_passed || (is_last && !has_answer)) return error;
  if (is_last && error.error_class == ErrorClass::withheld) return error;
  progress.passed_over.push_back({{"tier", tiers_[progress.tier].backend},
                                  {"class", name(error.error_class)},
                                  {"message", error.message}});
  if (has_answer) result.output["passed_over"] = progress.passed_over;
  return next_tier(document, turn, progress);
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
  if (!output.value("accepted", true)) found.push_back({low_confidence, "low confidence: " + stage});
}

void doubt_length(const std::string& stage, const json& output, std::vector<Doubt>& found) {
  for (const json& passed : output.value("passed_over", json::array()))
    if (passed["class"] == name(ErrorClass::too_long)) found.push_back({too_long, "too long: " + stage});
}

}  // namespace docket::stages
