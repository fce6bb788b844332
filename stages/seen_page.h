#pragma once
#include <memory>
#include <string>

#include "pipeline/backend.h"
#include "pipeline/text.h"

namespace docket::stages {

/// Asks a model that sees what stands on the page of that number (from 1); `task`: in which words.
Request ask_what_is_seen(const std::string& backend, std::shared_ptr<const Image> image, std::string task,
                         int number);

/// The page whose text is what the model answered: lines, without control characters. It has no word boxes,
/// and no size.
Page page_as_seen(const Answer& answer);

}  // namespace docket::stages
