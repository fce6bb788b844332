#include "cli/report/evidence.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <map>

#include "pipeline/json/member.h"
#include "pipeline/support/utf8.h"

namespace docket {
namespace {

using nlohmann::json;

/// A value is shown to be told apart; the record has all of it.
constexpr std::size_t most_of_a_shown_value = 120;

std::string shown_value(const json& value) {
  const std::string text = value.is_string() ? value.get<std::string>()
                                             : value.dump(-1, ' ', false, json::error_handler_t::replace);
  return excerpt(text, most_of_a_shown_value);
}

/// confidence 0.61, not accepted
std::string how_sure(const json& detail) {
  const json& confidence = member(detail, "confidence");
  std::string text = confidence.is_number() ? fmt::format("confidence {:.2f}", confidence.get<double>()) : "";
  if (member(detail, "accepted") == false) text += text.empty() ? "not accepted" : ", not accepted";
  return text;
}

class Pages {
 public:
  explicit Pages(std::string document) : document_(std::move(document)) {}

  /// `detail`: what the record says of the value, with its evidence.
  void add(const std::string& field, const json& value, const json& detail) {
    const json& evidence = member(detail, "evidence");
    const json& page = member(evidence, "page");
    const json& box = member(evidence, "box");
    const auto is_number = [](const json& edge) { return edge.is_number(); };
    if (!page.is_number_integer() || !box.is_array() || box.size() != 4 ||
        !std::ranges::all_of(box, is_number))
      return;
    SeenEvidence& seen = pages_[page.get<int>()];
    seen.document = document_;
    seen.page = page.get<int>();
    seen.boxes.push_back({box[0], box[1], box[2], box[3], field, shown_value(value), how_sure(detail),
                          member(detail, "accepted") != false});
  }

  std::vector<SeenEvidence> take() {
    std::vector<SeenEvidence> list;
    for (auto& [number, page] : pages_) {
      std::ranges::stable_sort(page.boxes, [](const auto& a, const auto& b) { return a.top < b.top; });
      list.push_back(std::move(page));
    }
    return list;
  }

 private:
  const std::string document_;
  std::map<int, SeenEvidence> pages_;
};

void add_fields(Pages& pages, const json& output) {
  const json& fields = member(output, "fields");
  const json& details = member(output, "details");
  if (!details.is_object()) return;
  for (const auto& [field, detail] : details.items()) {
    pages.add(field, member(fields, field), detail);
    const json& rows = member(detail, "rows");
    if (!rows.is_array()) continue;
    for (const json& row : rows) {
      const json& index = member(row, "index");
      if (!index.is_number_unsigned()) continue;
      const auto at = index.get<std::size_t>();
      const json& list = member(fields, field);
      pages.add(field + " " + std::to_string(at + 1), list.is_array() && at < list.size() ? list[at] : json(),
                row);
    }
  }
}

}  // namespace

std::vector<SeenEvidence> evidence_in(const json& record, const std::string& document) {
  Pages pages(document);
  if (!record.is_object()) return {};
  for (const auto& [stage, output] : record.items()) {
    if (!output.is_object()) continue;
    if (output.contains("label")) pages.add(stage, output["label"], output);
    add_fields(pages, output);
  }
  return pages.take();
}

}  // namespace docket
