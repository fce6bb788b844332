#pragma once
#include <string>
#include <string_view>

#include "worker/lines.h"

namespace docket::worker {

/// Poppler gives the letters of a word from left to right. The word as it is read, when it is written from
/// right to left: letters turned round, numbers and Latin words within it kept.
std::string in_reading_order(std::string_view word);

/// Turns a line round that is mostly written from right to left; stretches of other words keep their order.
/// The words themselves are in reading order already.
void put_in_reading_order(Line& line);

}  // namespace docket::worker
