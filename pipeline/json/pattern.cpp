#include "pipeline/json/pattern.h"

#include <oniguruma.h>

#include <mutex>

namespace docket {
namespace {

/// A plain match of a page takes some thousand; only backtracking without end reaches this (tens of ms).
constexpr unsigned long most_retries = 1'000'000;

const OnigUChar* bytes(std::string_view text) { return reinterpret_cast<const OnigUChar*>(text.data()); }

}  // namespace

struct Pattern::Compiled {
  regex_t* regex = nullptr;
  ~Compiled() {
    if (regex) onig_free(regex);
  }
};

void initialize_patterns() {
  static std::once_flag once;
  std::call_once(once, [] {
    OnigEncoding encodings[] = {ONIG_ENCODING_UTF8};
    onig_initialize(encodings, 1);
    onig_set_retry_limit_in_match(most_retries);
    onig_set_retry_limit_in_search(most_retries);
  });
}

Pattern::Pattern(std::unique_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
Pattern::~Pattern() = default;

Result<std::shared_ptr<const Pattern>> Pattern::compile(std::string_view expression) {
  initialize_patterns();
  OnigSyntaxType syntax;
  onig_copy_syntax(&syntax, ONIG_SYNTAX_PERL);
  onig_set_syntax_op2(&syntax, onig_get_syntax_op2(&syntax) | ONIG_SYN_OP2_ESC_U_HEX4);
  auto compiled = std::make_unique<Compiled>();
  OnigErrorInfo info;
  const auto* end = bytes(expression) + expression.size();
  const int status =
      onig_new(&compiled->regex, bytes(expression), end,
               ONIG_OPTION_CAPTURE_GROUP | ONIG_OPTION_DIGIT_IS_ASCII, ONIG_ENCODING_UTF8, &syntax, &info);
  if (status != ONIG_NORMAL) {
    compiled->regex = nullptr;  // Freed by onig_new.
    OnigUChar message[ONIG_MAX_ERROR_MESSAGE_LEN];
    const int length = onig_error_code_to_str(message, status, &info);
    return Error{ErrorClass::config, std::string(reinterpret_cast<const char*>(message), length)};
  }
  return std::shared_ptr<const Pattern>(new Pattern(std::move(compiled)));
}

bool Pattern::found_in(std::string_view text) const {
  const OnigUChar* begin = bytes(text);
  const OnigUChar* end = begin + text.size();
  if (!onigenc_is_valid_mbc_string(ONIG_ENCODING_UTF8, begin, end)) return false;
  return onig_search(compiled_->regex, begin, end, begin, end, nullptr, ONIG_OPTION_NONE) >= 0;
}

std::optional<std::pair<std::size_t, std::size_t>> Pattern::find_in(std::string_view text,
                                                                    std::size_t from) const {
  const OnigUChar* begin = bytes(text);
  const OnigUChar* end = begin + text.size();
  if (!onigenc_is_valid_mbc_string(ONIG_ENCODING_UTF8, begin, end)) return std::nullopt;
  const std::unique_ptr<OnigRegion, void (*)(OnigRegion*)> region(
      onig_region_new(), [](OnigRegion* owned) { onig_region_free(owned, 1); });
  while (from <= text.size()) {
    const int at =
        onig_search(compiled_->regex, begin, end, begin + from, end, region.get(), ONIG_OPTION_NONE);
    if (at < 0) return std::nullopt;
    const auto first = static_cast<std::size_t>(region->beg[0]),
               last = static_cast<std::size_t>(region->end[0]);
    if (last > first) return std::pair(first, last);
    from = first + 1;
    while (from < text.size() && (static_cast<unsigned char>(text[from]) & 0xC0) == 0x80)
      ++from;
  }
  return std::nullopt;
}

}  // namespace docket
