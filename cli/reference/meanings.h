#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace docket::reference {

struct Meaning {
  std::string name;
  std::string text;  ///< Without a full stop.
};

std::vector<Meaning> exit_codes();
/// Of `error.class` in records, reports and the ledger.
std::vector<Meaning> error_classes();
/// Variables that docket reads.
std::vector<Meaning> environment();
/// Files that docket reads and writes, beside the documents.
std::vector<Meaning> files();

}  // namespace docket::reference
