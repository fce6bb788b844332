#include "worker/pdf/actual_text.h"

namespace docket::worker {
namespace {

constexpr unsigned int beyond_ascii = 0x7F;

/// The letters and digits, in lower case.
std::string plain_letters(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if ((lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9')) out += lower;
  }
  return out;
}

/// /ActualText in ASCII; none: it says more than that.
std::optional<std::string> ascii_of(std::string_view text) {
  std::string out;
  const bool is_utf16 = text.starts_with("\xFE\xFF");
  for (std::size_t i = is_utf16 ? 2 : 0; i < text.size(); ++i) {
    if (is_utf16 && text[i++] != 0) return {};
    if (i == text.size() || static_cast<unsigned char>(text[i]) >= beyond_ascii) return {};
    out += text[i];
  }
  return out;
}

}  // namespace

void FalseTexts::begin(std::string_view said) {
  said_ = said;
  drawn_ = std::string();
}

void FalseTexts::add(std::span<const unsigned int> letter) {
  if (!drawn_) return;
  for (const unsigned int c : letter) {
    if (c >= beyond_ascii) return drawn_.reset();
    *drawn_ += static_cast<char>(c);
  }
  if (letter.empty()) drawn_.reset();
}

void FalseTexts::end() {
  const std::optional<std::string> said = ascii_of(said_);
  are_false_.push_back(drawn_ && said && !drawn_->empty() && plain_letters(*drawn_) != plain_letters(*said));
  drawn_.reset();
}

}  // namespace docket::worker
