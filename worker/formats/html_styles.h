#pragma once
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace docket::worker {

/// The value of `property` in `color: red; display: none`, in lower case; empty: it is not there.
std::string css_value(std::string_view declarations, std::string_view property);

/// Whether the declarations make an element invisible; nothing: they do not say.
std::optional<bool> is_hidden_by(std::string_view declarations);

/// The rules of style sheets that hide elements, as far as their selectors are simple: a tag, a class, both,
/// or an id. Rules for other media than the screen are not taken.
class HtmlStyles {
 public:
  void add_sheet(std::string_view css);
  bool hides(std::string_view tag, std::string_view classes, std::string_view id) const;
  bool is_empty() const { return !has_rules_; }

 private:
  void add_rule(std::string_view selectors, std::string_view declarations);
  std::set<std::string, std::less<>> hidden_;
  bool has_rules_ = false;
};

}  // namespace docket::worker
