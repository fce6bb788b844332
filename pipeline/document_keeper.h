#pragma once
#include <string>

namespace docket {

/// Who keeps something of each document until it has ended: a Backend that does is one of these, too.
class DocumentKeeper {
 public:
  virtual ~DocumentKeeper() = default;
  /// Nothing is asked about the document any more. Any thread.
  virtual void document_ended(const std::string& path) noexcept = 0;
};

}  // namespace docket
