#pragma once
#include <nlohmann/json.hpp>
#include <string>

/// What a report (docs/report.schema.json) says in a line each, with its end; empty where it has nothing of
/// the kind, or is of an older docket.
namespace docket::report_lines {

using nlohmann::ordered_json;

/// An integer of a report.
std::string number(const ordered_json& value);
std::string more(std::int64_t count, std::size_t shown);  ///< "  … and 12 more"

/// Behind a document that is not new: " (known)", " (acknowledged: fax machine)".
std::string standing(const ordered_json& document);

/// new: 1 failed, 7 held; known: 2 failed
std::string attention(const ordered_json& report);
/// not accepted: structured_extract 40 of 40, classify 3 of 40
std::string not_accepted(const ordered_json& stages);
/// no text: 12; poor text: 3
std::string bad_texts(const ordered_json& stages);
/// Questions that its models were asked. Of an older docket's report: the requests.
const ordered_json& stage_calls(const ordered_json& stage);
/// calls: 40, retries 2, known answers 3; p50 …, and a second line of what the time went to
std::string calls(const ordered_json& totals);
/// answers by: local 90 %, cloud 10 %
std::string tiers(const ordered_json& shares);
/// escalated: 4: 3 sum, 1 long
std::string escalated(const ordered_json& escalations);
/// saved: $0.50 by known answers
std::string saved(const ordered_json& saved);
/// all-cloud (gpt-5): $12.30, spent $1.23: 10.0 times as much
std::string all_cloud(const ordered_json& all);
/// poor text (3): done, what was read may be wrong
/// Of documents that are done, by `why` of a report's `doubtful`; without a line end.
std::string doubt(const std::string& why, std::int64_t count);
/// local: 14 of 60 answers not valid, 3 documents failed for it: docket explain p.yaml in/a.pdf
/// `pipeline`: as in a command that is typed; empty: without one.
std::string invalid_answers(const ordered_json& report, const std::string& pipeline);
/// unsure: 3 documents done with an answer not accepted
std::string unsure(const ordered_json& count);
/// to the cloud (`docket egress`): 3 calls, 2 documents, 5120 bytes; redacted: 4 email, 1 iban
std::string egress(const ordered_json& report);
/// files: 12 application/pdf (3 damaged), 2 text/plain
std::string files(const ordered_json& report);
/// 16 documents: 8 done, 8 held; 1.1 s, 13.9 a second, $0.00
std::string totals(const ordered_json& report);

}  // namespace docket::report_lines
