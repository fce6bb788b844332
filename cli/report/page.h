#pragma once
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/ledger/call_statistics.h"

namespace docket {

/// A page of a document as a picture, and where on it values were found.
struct SeenEvidence {
  struct Box {
    double left = 0, top = 0, right = 0, bottom = 0;  ///< Points, from the page's upper left corner.
    std::string field, value, note;                   ///< `note`: its confidence, and whether it is accepted.
    bool is_accepted = true;
  };
  std::string document;
  int page = 1;  ///< From 1.
  double width = 0, height = 0;
  std::string media_type, bytes;  ///< Of the picture. Empty: `problem` says why.
  std::string problem;
  std::vector<Box> boxes;
};

/// What a page shows beside the report of the run.
struct PageFacts {
  std::vector<DayOfCalls> days;
  std::map<std::int64_t, std::int64_t> latencies;
  std::vector<SeenEvidence> pages;
};

/// How every such page begins.
inline constexpr std::string_view page_begins =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"generator\" content=\"docket\">\n";

/// A report (docs/report.schema.json) as one file for browsers, which asks for nothing from outside.
std::string report_page(const nlohmann::ordered_json& report, const PageFacts& facts);

}  // namespace docket
