#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace docket {

/// `texts` of a report with `; ` between.
std::string joined(const nlohmann::ordered_json& texts);

/// Why a document is held, from its entry in `held`: "low confidence: classify (0.40)".
std::string held_reasons(const nlohmann::ordered_json& document);

/// What exit code 0 leaves out: "what failed is acknowledged"; empty: nothing.
std::string what_is_acknowledged(const nlohmann::ordered_json& report);

/// What a failure says, without the name of the document's file: messages often begin with it, and where a
/// document is listed it stands before them.
std::string without_file_name(const std::string& message, const std::string& path);

/// "cannot connect (6 attempts)" -> "cannot connect". The count is that of one document.
std::string without_counts(const std::string& reason);

/// What documents say, as long as all of them say the same but for such counts.
class SharedReason {
 public:
  void add(const std::string& reason);
  /// They are too many to look at.
  void give_up() { differ_ = true; }
  bool differ() const { return differ_; }
  std::int64_t count() const { return count_; }
  /// Of two documents or more. Empty: they differ, or have nothing to say.
  std::string text() const;

 private:
  std::int64_t count_ = 0;
  bool differ_ = false, are_equal_ = true;
  std::string first_;
};

}  // namespace docket
