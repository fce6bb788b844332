#pragma once
#include <string>
#include <vector>

#include "pipeline/plan.h"
#include "pipeline/yaml.h"

namespace docket {

/// Collects what is wrong with a pipeline file while it is read to its end.
class Complaints {
 public:
  /// `file` as the user wrote it; `overrides` are the keys of the `--set`s, in order.
  Complaints(std::string file, std::vector<std::string> overrides);

  /// `field` is a dotted path, or empty.
  void add(const Position& position, const std::string& field, const std::string& message);
  bool empty() const { return found_.empty(); }
  /// So many that more would help nobody: what is slow need not be done any more.
  bool full() const { return found_.size() >= most; }

  /// By place, each once; those that were too many in one line at the end.
  std::vector<Complaint> sorted() const;

 private:
  static constexpr std::size_t most = 100;
  struct Found {
    Position position;
    std::string message;
    friend auto operator<=>(const Found&, const Found&) = default;
  };
  std::string file_;
  std::vector<std::string> overrides_;
  std::vector<Found> found_;
  std::size_t more_ = 0;
};

}  // namespace docket
