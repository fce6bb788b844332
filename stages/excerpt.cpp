#include "stages/excerpt.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "pipeline/reading/folded.h"
#include "pipeline/reading/keyword.h"
#include "stages/evidence.h"

namespace docket::stages {
namespace {

using nlohmann::json;
using Place = QuoteFinder::Place;

constexpr int lines_around = 3;             ///< What is shown before and behind a place.
constexpr std::size_t places_of_claim = 5;  ///< Of a claim. "Total" may stand on each of a hundred pages.
constexpr const char* left_out = "[…]";     ///< Stands where lines or pages are not shown.

/// Finds what claims rest on. Prepares each page once.
class PlaceFinder {
 public:
  explicit PlaceFinder(const Text& text) : text_(text), quotes_(text), folded_(text.pages.size()) {}

  /// Empty: nothing is known.
  std::vector<Place> places(const Claim& claim) {
    std::vector<Place> found;
    for (const json& evidence : claim.evidence) {
      const std::size_t page = evidence.value("page", std::size_t{0});
      if (page == 0) continue;
      const auto quoted = quotes_.places(evidence.value("quote", ""), page - 1, page - 1);
      if (!quoted.empty()) found.push_back(quoted.front());
    }
    for (const std::string& words : claim.beside)
      if (commonness(words) != Commonness::filler) add_words(words, found);
    return found;
  }

 private:
  void add_words(const std::string& words, std::vector<Place>& found) {
    const Keyword keyword(words);
    if (!keyword.has_letters()) return;
    for (std::size_t page = 0; page < text_.pages.size(); ++page) {
      const std::string& text = text_.pages[page].text;
      for (const Keyword::Place& place : keyword.find(text, folded(page), folded(page).tokens.size())) {
        if (found.size() >= places_of_claim) return;
        found.push_back(
            {page, static_cast<std::uint32_t>(place.begin), static_cast<std::uint32_t>(place.end)});
      }
    }
  }

  const Folded& folded(std::size_t page) {
    std::optional<Folded>& known = folded_[page];
    if (!known) known = fold(text_.pages[page].text);
    return *known;
  }

  const Text& text_;
  QuoteFinder quotes_;
  std::vector<std::optional<Folded>> folded_;
};

/// Of a page, where the claims rest on something there.
struct Part {
  std::size_t begin = 0, end = 0;  ///< Bytes: whole lines.
};

/// The lines of a place and those around it.
Part lines_with(const std::string& text, const Place& place) {
  std::size_t begin = place.begin, end = std::min<std::size_t>(place.end, text.size());
  for (int line = 0; line <= lines_around && begin > 0; ++line) {
    const std::size_t before = text.rfind('\n', begin - 1);
    begin = before == std::string::npos ? 0 : before;
  }
  if (begin > 0) ++begin;  // Behind the line end.
  for (int line = 0; line <= lines_around && end < text.size(); ++line) {
    const std::size_t next = text.find('\n', end);
    end = next == std::string::npos ? text.size() : next + 1;
  }
  return {begin, end};
}

std::string shown(const std::string& text, std::vector<Part> parts) {
  std::ranges::sort(parts, {}, &Part::begin);
  std::string words;
  std::size_t at = 0;
  for (const Part& part : parts) {
    if (part.end <= at) continue;
    if (part.begin > at) words += std::string(left_out) + '\n';
    const std::size_t begin = std::max(at, part.begin);
    words += text.substr(begin, part.end - begin);
    at = part.end;
  }
  if (at < text.size()) words += left_out;
  return words;
}

std::vector<std::string> names_of(std::span<const Claim> claims) {
  std::vector<std::string> names;
  for (const Claim& claim : claims)
    names.push_back(claim.field);
  return names;
}

/// The text with nothing but these parts of its pages, by page.
std::shared_ptr<const Text> cut(const Text& text, const std::vector<std::vector<Part>>& parts) {
  auto excerpt = std::make_shared<Text>();
  excerpt->language = text.language;
  for (std::size_t page = 0; page < text.pages.size(); ++page)
    excerpt->pages.push_back(
        {0, 0, parts[page].empty() ? "" : shown(text.pages[page].text, parts[page]), {}});
  return excerpt;
}

}  // namespace

PageRange Excerpt::source(PageRange pages, const Text& document) const {
  if (!is_summary()) return pages;
  return {0, document.pages.empty() ? 0 : document.pages.size() - 1};
}

std::vector<bool> Excerpt::hidden(const Text& document) const {
  if (is_summary() || text.get() == &document) return {};
  std::vector<bool> pages;
  for (const Page& page : text->pages)
    pages.push_back(page.text.empty());
  return pages;
}

Sent Excerpt::sent_with(PageRange pages) const {
  Sent with = sent;
  const bool is_piece = pages.first > 0 || pages.last + 1 < text->pages.size() || pages.begin > 0 ||
                        pages.end != std::string::npos;
  if (is_summary() || (sent.what == "document" && !is_piece)) return with;
  if (sent.what == "document") with.what = "pages";
  for (std::size_t page = pages.first; page <= pages.last && page < text->pages.size(); ++page)
    if (!text->pages[page].text.empty()) with.pages.push_back(static_cast<int>(page) + 1);
  return with;
}

bool Excerpt::asks(const std::string& field) const {
  return sent.fields.empty() || std::ranges::find(sent.fields, field) != sent.fields.end();
}

Excerpt whole(const Document& document) { return {.text = document.text}; }

Excerpt pages_of(const Document& document, std::span<const Claim> claims) {
  if (!document.text || document.text->pages.empty()) return whole(document);
  PlaceFinder finder(*document.text);
  std::vector<std::vector<Part>> parts(document.text->pages.size());
  const auto show = [&](std::size_t page) { parts[page] = {{0, document.text->pages[page].text.size()}}; };
  for (const Claim& claim : claims) {
    const std::vector<Place> places = finder.places(claim);
    if (places.empty()) show(0);
    for (const Place& place : places)
      show(place.page);
  }
  if (claims.empty()) show(0);
  return {{.what = "pages"}, cut(*document.text, parts)};
}

Excerpt fields_of(const Document& document, std::span<const Claim> claims) {
  if (!document.text || document.text->pages.empty()) return whole(document);
  PlaceFinder finder(*document.text);
  std::vector<std::vector<Part>> parts(document.text->pages.size());
  for (const Claim& claim : claims) {
    const std::vector<Place> places = finder.places(claim);
    if (places.empty()) parts[0].push_back({0, document.text->pages[0].text.size()});
    for (const Place& place : places)
      parts[place.page].push_back(lines_with(document.text->pages[place.page].text, place));
  }
  return {{.what = "fields", .fields = names_of(claims)}, cut(*document.text, parts)};
}

Excerpt summary_of(std::string words) {
  auto text = std::make_shared<Text>();
  text->pages.push_back({0, 0, std::move(words), {}});
  return {{.what = "summary"}, std::move(text)};
}

}  // namespace docket::stages
