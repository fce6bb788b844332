#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "pipeline/stage.h"

namespace docket::stages {

struct ExtractOptions {
  std::string password;
  std::chrono::milliseconds time_limit{0};  ///< 0: what the pool of workers sets.
  std::int64_t memory_limit = 0;            ///< Bytes; 0: the same.
  MemberLimits member_limits = {};
  Attachments attachments = Attachments::automatic;
};

/// Asks the pool of workers for the text; sets the document's text, sha256, bytes and media type (these three
/// even when the file cannot be read).
std::unique_ptr<Stage> make_extract(ExtractOptions options);

}  // namespace docket::stages
