#pragma once
#include <cstddef>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace docket {

/// Reads JSON without keeping it, and stops where it is nested deeper than `deepest` levels or has more than
/// `most_values` values. nlohmann-json's own parser can be watched, too, but then takes time that grows with
/// the square of the objects in a list.
class BoundedJson : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit BoundedJson(int deepest, std::size_t most_values = std::numeric_limits<std::size_t>::max())
      : deepest_(deepest), left_(most_values) {}

  bool null() override { return count(); }
  bool boolean(bool /*value*/) override { return count(); }
  bool number_integer(number_integer_t /*value*/) override { return count(); }
  bool number_unsigned(number_unsigned_t /*value*/) override { return count(); }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return count(); }
  bool string(string_t& /*value*/) override { return count(); }
  bool binary(binary_t& /*value*/) override { return count(); }
  bool start_object(std::size_t /*size*/) override { return enter(); }
  bool key(string_t& /*name*/) override { return true; }
  bool end_object() override { return leave(); }
  bool start_array(std::size_t /*size*/) override { return enter(); }
  bool end_array() override { return leave(); }
  bool parse_error(std::size_t /*at*/, const std::string& /*token*/,
                   const nlohmann::json::exception& /*why*/) override {
    return false;
  }

  bool is_too_deep() const { return depth_ > deepest_; }

 private:
  bool count() { return left_ > 0 && left_-- > 0; }
  bool enter() { return ++depth_ <= deepest_ && count(); }
  bool leave() {
    --depth_;
    return true;
  }

  const int deepest_;
  std::size_t left_;
  int depth_ = 0;
};

/// Whether the text is JSON within these bounds.
inline bool is_bounded_json(std::string_view text, BoundedJson bounds) {
  return nlohmann::json::sax_parse(text, &bounds);
}

}  // namespace docket
