#include "worker/formats/html.h"

#include <gumbo.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "pipeline/support/ascii.h"
#include "worker/formats/flow_writer.h"
#include "worker/formats/html_nesting.h"
#include "worker/formats/html_styles.h"
#include "worker/formats/list_numbers.h"
#include "worker/formats/ooxml_package.h"
#include "worker/formats/unseen.h"
#include "worker/text/clean_text.h"
#include "worker/text/encoding.h"

namespace docket::worker {
namespace {

/// The memory of one tree, given back at once: gumbo gives it back by recursion, as deep as the tree.
class Arena {
 public:
  Arena() = default;
  ~Arena() {
    while (first_ != nullptr)
      release(first_);
  }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  static void* allocate(void* arena, std::size_t size) {
    auto& self = *static_cast<Arena*>(arena);
    auto* block = static_cast<Block*>(std::malloc(sizeof(Block) + size));
    if (block == nullptr) throw std::bad_alloc();  // Through C, which has the tables that unwinding needs.
    block->before = nullptr;
    block->after = self.first_;
    if (self.first_ != nullptr) self.first_->before = block;
    self.first_ = block;
    return block + 1;
  }

  static void deallocate(void* arena, void* memory) {
    if (memory != nullptr) static_cast<Arena*>(arena)->release(static_cast<Block*>(memory) - 1);
  }

 private:
  struct alignas(std::max_align_t) Block {
    Block* before;
    Block* after;
  };

  void release(Block* block) {
    (block->before == nullptr ? first_ : block->before->after) = block->after;
    if (block->after != nullptr) block->after->before = block->before;
    std::free(block);
  }

  Block* first_ = nullptr;
};

const GumboVector* children_of(const GumboNode& node) {
  if (node.type == GUMBO_NODE_DOCUMENT) return &node.v.document.children;
  if (node.type == GUMBO_NODE_ELEMENT || node.type == GUMBO_NODE_TEMPLATE) return &node.v.element.children;
  return nullptr;
}

/// As `walk` of xml.h.
template <class Enter, class Leave>
void walk_html(const GumboNode* root, const Enter& enter, const Leave& leave) {
  const GumboNode* node = root;
  const auto next_sibling = [](const GumboNode* at) -> const GumboNode* {
    const GumboVector* siblings = children_of(*at->parent);
    const std::size_t next = at->index_within_parent + 1;
    return next < siblings->length ? static_cast<const GumboNode*>(siblings->data[next]) : nullptr;
  };
  while (node != nullptr) {
    if (enter(*node)) {
      const GumboVector* children = children_of(*node);
      if (children != nullptr && children->length > 0) {
        node = static_cast<const GumboNode*>(children->data[0]);
        continue;
      }
      leave(*node);
    }
    const GumboNode* next = nullptr;
    while (node != root && (next = next_sibling(node)) == nullptr) {
      node = node->parent;
      leave(*node);
    }
    node = next;
  }
}

std::string_view html_attribute(const GumboNode& node, const char* name) {
  const GumboAttribute* found = gumbo_get_attribute(&node.v.element.attributes, name);
  return found == nullptr ? std::string_view() : std::string_view(found->value);
}

bool has_attribute(const GumboNode& node, const char* name) {
  return gumbo_get_attribute(&node.v.element.attributes, name) != nullptr;
}

/// The name in lower case; gumbo knows no tag for new or made-up ones, and its source has them.
std::string tag_name(const GumboNode& node) {
  const GumboTag tag = node.v.element.tag;
  if (tag != GUMBO_TAG_UNKNOWN) return gumbo_normalized_tagname(tag);
  GumboStringPiece name = node.v.element.original_tag;
  if (name.data == nullptr) return {};
  gumbo_tag_from_original_text(&name);
  return to_lower(std::string_view(name.data, name.length));
}

std::string text_below(const GumboNode& node) {
  std::string text;
  walk_html(
      &node,
      [&](const GumboNode& at) {
        const bool is_text =
            at.type == GUMBO_NODE_TEXT || at.type == GUMBO_NODE_CDATA || at.type == GUMBO_NODE_WHITESPACE;
        if (is_text) text += at.v.text.text;
        return true;
      },
      [](const GumboNode&) {});
  return text;
}

std::uint32_t span_of(const GumboNode& cell, const char* name) {
  const std::string_view text = trim(html_attribute(cell, name));
  std::uint32_t span = 1;
  std::from_chars(text.data(), text.data() + text.size(), span);
  return std::clamp<std::uint32_t>(span, 1, 1000);
}

/// How an element is laid out.
enum class Shape { within_line, block, parted_block };

Shape shape_of(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_P:
    case GUMBO_TAG_H1:
    case GUMBO_TAG_H2:
    case GUMBO_TAG_H3:
    case GUMBO_TAG_H4:
    case GUMBO_TAG_H5:
    case GUMBO_TAG_H6:
    case GUMBO_TAG_UL:
    case GUMBO_TAG_OL:
    case GUMBO_TAG_DL:
    case GUMBO_TAG_PRE:
    case GUMBO_TAG_LISTING:
    case GUMBO_TAG_PLAINTEXT:
    case GUMBO_TAG_XMP:
    case GUMBO_TAG_BLOCKQUOTE:
    case GUMBO_TAG_HR:
    case GUMBO_TAG_FIGURE:
    case GUMBO_TAG_TABLE:
      return Shape::parted_block;
    case GUMBO_TAG_HTML:
    case GUMBO_TAG_BODY:
    case GUMBO_TAG_DIV:
    case GUMBO_TAG_LI:
    case GUMBO_TAG_DT:
    case GUMBO_TAG_DD:
    case GUMBO_TAG_SECTION:
    case GUMBO_TAG_ARTICLE:
    case GUMBO_TAG_HEADER:
    case GUMBO_TAG_FOOTER:
    case GUMBO_TAG_MAIN:
    case GUMBO_TAG_NAV:
    case GUMBO_TAG_ASIDE:
    case GUMBO_TAG_ADDRESS:
    case GUMBO_TAG_FORM:
    case GUMBO_TAG_FIELDSET:
    case GUMBO_TAG_LEGEND:
    case GUMBO_TAG_FIGCAPTION:
    case GUMBO_TAG_CENTER:
    case GUMBO_TAG_DETAILS:
    case GUMBO_TAG_SUMMARY:
    case GUMBO_TAG_CAPTION:
    case GUMBO_TAG_MENU:
    case GUMBO_TAG_DIR:
    case GUMBO_TAG_HGROUP:
      return Shape::block;
    default:
      return Shape::within_line;
  }
}

bool is_never_shown(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_HEAD:
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_NOSCRIPT:
    case GUMBO_TAG_NOFRAMES:
    case GUMBO_TAG_NOEMBED:
    case GUMBO_TAG_TEMPLATE:
    case GUMBO_TAG_TITLE:
    case GUMBO_TAG_DESC:
    case GUMBO_TAG_IFRAME:
    case GUMBO_TAG_OBJECT:
    case GUMBO_TAG_AUDIO:
    case GUMBO_TAG_VIDEO:
    case GUMBO_TAG_CANVAS:
    case GUMBO_TAG_DATALIST:
      return true;
    default:
      return false;
  }
}

bool keeps_blanks(const GumboNode& element) {
  const GumboTag tag = element.v.element.tag;
  return tag == GUMBO_TAG_PRE || tag == GUMBO_TAG_TEXTAREA || tag == GUMBO_TAG_LISTING ||
         tag == GUMBO_TAG_XMP || tag == GUMBO_TAG_PLAINTEXT ||
         css_value(html_attribute(element, "style"), "white-space").starts_with("pre");
}

std::string background_of(const GumboNode& element) {
  const std::string_view style = html_attribute(element, "style");
  for (const char* property : {"background-color", "background"})
    if (std::string value = css_value(style, property); !value.empty()) return value;
  if (has_attribute(element, "background")) return "image";
  return to_lower(html_attribute(element, "bgcolor"));
}

bool is_white(std::string_view color) { return color == "#fff" || color == "#ffffff" || color == "white"; }

class HtmlReader {
 public:
  explicit HtmlReader(TableForm tables) : flow_(tables) {}

  void read(const GumboNode* document) {
    collect_head(document);
    walk_html(
        document, [this](const GumboNode& node) { return enter(node); },
        [this](const GumboNode& node) { leave(node); });
  }

  FlowWriter& flow() { return flow_; }
  const nlohmann::json& metadata() const { return metadata_; }
  const Unseen& unseen() const { return unseen_; }

 private:
  struct List {
    bool is_numbered;
    std::string form;
    long next;
  };

  void collect_head(const GumboNode* document) {
    walk_html(
        document,
        [this](const GumboNode& node) {
          if (node.type != GUMBO_NODE_ELEMENT) return node.type == GUMBO_NODE_DOCUMENT;
          const GumboTag tag = node.v.element.tag;
          if (tag == GUMBO_TAG_STYLE && html_attribute(node, "media") != "print")
            styles_.add_sheet(text_below(node));
          if (tag == GUMBO_TAG_LINK && to_lower(html_attribute(node, "rel")) == "stylesheet")
            has_sheet_ = true;
          if (tag == GUMBO_TAG_TITLE && node.v.element.tag_namespace == GUMBO_NAMESPACE_HTML)
            set("title", text_below(node));
          if (tag == GUMBO_TAG_META) read_meta(node);
          return true;
        },
        [](const GumboNode&) {});
  }

  void set(const char* name, std::string_view text) {
    std::string value = clean_utf8(trim(text));
    std::ranges::replace(value, '\n', ' ');
    if (!value.empty() && !metadata_.contains(name)) metadata_[name] = std::move(value);
  }

  void read_meta(const GumboNode& node) {
    const std::string name = to_lower(html_attribute(node, "name"));
    const std::string_view content = html_attribute(node, "content");
    if (name == "author" || name == "dc.creator") set("author", content);
    if (name == "description") set("description", content);
    if (name == "keywords") set("keywords", content);
    if (name == "generator") set("creator", content);
    if (name == "date" || name == "dcterms.created" || name == "created")
      if (const auto date = document_date(content)) set("created", *date);
  }

  bool is_hidden(const GumboNode& element) {
    const GumboTag tag = element.v.element.tag;
    if (has_attribute(element, "hidden") ||
        (tag_name(element) == "dialog" && !has_attribute(element, "open")))
      return true;
    const std::string_view style = html_attribute(element, "style");
    if (const auto said = is_hidden_by(style)) return *said;
    return styles_.hides(tag_name(element), html_attribute(element, "class"),
                         html_attribute(element, "id")) &&
           tag != GUMBO_TAG_HTML;
  }

  /// In the colour of what is beneath, as far as elements say it themselves.
  bool is_in_color_of_ground(const GumboNode& element) const {
    std::string color = css_value(html_attribute(element, "style"), "color");
    if (element.v.element.tag == GUMBO_TAG_FONT && color.empty())
      color = to_lower(html_attribute(element, "color"));
    if (color.empty()) return false;
    for (const GumboNode* at = &element; at != nullptr && at->type == GUMBO_NODE_ELEMENT; at = at->parent) {
      const std::string ground = background_of(*at);
      if (ground.empty() || ground == "transparent" || ground == "none") continue;
      return ground == color || (is_white(ground) && is_white(color));
    }
    return is_white(color) && styles_.is_empty() && !has_sheet_;
  }

  bool enter(const GumboNode& node) {
    switch (node.type) {
      case GUMBO_NODE_DOCUMENT:
        return true;
      case GUMBO_NODE_TEXT:
      case GUMBO_NODE_CDATA:
      case GUMBO_NODE_WHITESPACE:
        add_text(node.v.text.text);
        return false;
      case GUMBO_NODE_ELEMENT:
        return enter_element(node);
      default:
        return false;
    }
  }

  bool enter_element(const GumboNode& node) {
    const GumboTag tag = node.v.element.tag;
    if (is_never_shown(tag)) return false;
    if (is_hidden(node)) {
      unseen_.add(text_below(node), Unseen::Reason::hidden);
      return false;
    }
    if (is_in_color_of_ground(node)) {
      unseen_.add(text_below(node), Unseen::Reason::white);
      return false;
    }
    if (!enter_form(tag, node)) return false;
    open_shape(tag, node);
    open_list(tag, node);
    if (tag == GUMBO_TAG_TABLE) flow_.begin_table();
    if (tag == GUMBO_TAG_TR) flow_.begin_row();
    if (tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH)
      flow_.begin_cell(span_of(node, "colspan"), span_of(node, "rowspan"));
    if (tag == GUMBO_TAG_BR) flow_.end_line();
    if (tag == GUMBO_TAG_Q) add_text("“");
    preserved_ += keeps_blanks(node);
    return true;
  }

  static bool is_shown_as_block(const GumboNode& node) {
    const std::string display = css_value(html_attribute(node, "style"), "display");
    return display == "block" || display == "table" || display == "flex" || display == "list-item";
  }

  void open_shape(GumboTag tag, const GumboNode& node) {
    const Shape shape = shape_of(tag);
    if (shape == Shape::parted_block && lists_.empty()) {
      flow_.part();
    } else if (shape != Shape::within_line || is_shown_as_block(node)) {
      break_line();
    }
  }

  void open_list(GumboTag tag, const GumboNode& node) {
    if (tag == GUMBO_TAG_UL || tag == GUMBO_TAG_OL || tag == GUMBO_TAG_MENU || tag == GUMBO_TAG_DIR) {
      const std::string_view form = html_attribute(node, "type"), start = html_attribute(node, "start");
      List list{tag == GUMBO_TAG_OL, form.empty() ? "1" : std::string(form), 1};
      std::from_chars(start.data(), start.data() + start.size(), list.next);
      lists_.push_back(std::move(list));
    }
    if (tag != GUMBO_TAG_LI) return;
    const std::size_t depth = std::clamp<std::size_t>(lists_.size(), 1, 10);
    label_.assign(2 * (depth - 1), ' ');
    if (lists_.empty() || !lists_.back().is_numbered) {
      label_ += "- ";
      return;
    }
    List& list = lists_.back();
    const std::string_view own = html_attribute(node, "value");
    std::from_chars(own.data(), own.data() + own.size(), list.next);
    label_ += list_number(list.next, list.form) + ". ";
    if (list.next < 1'000'000'000) ++list.next;
  }

  /// What a browser shows of fields and pictures; whether their content is shown too.
  bool enter_form(GumboTag tag, const GumboNode& node) {
    if (tag == GUMBO_TAG_INPUT) {
      add_input(node);
    } else if (tag == GUMBO_TAG_SELECT) {
      add_choice(node);
      return false;
    } else if (tag == GUMBO_TAG_IMG) {
      const std::string_view source = html_attribute(node, "src");
      if (!source.starts_with("data:") && !source.starts_with("cid:")) add_text(html_attribute(node, "alt"));
    }
    return true;
  }

  void add_input(const GumboNode& node) {
    const std::string type = to_lower(html_attribute(node, "type"));
    if (type == "checkbox" || type == "radio") {
      add_text(has_attribute(node, "checked") ? "☒ " : "☐ ");
    } else if (type != "hidden" && type != "password" && type != "image" && type != "file") {
      const std::string_view value = html_attribute(node, "value");
      add_text(value.empty() ? html_attribute(node, "placeholder") : value);
    }
  }

  void add_choice(const GumboNode& select) {
    const bool is_long = has_attribute(select, "multiple") || has_attribute(select, "size");
    const GumboNode* first = nullptr;
    const GumboNode* chosen = nullptr;
    walk_html(
        &select,
        [&](const GumboNode& node) {
          if (node.type != GUMBO_NODE_ELEMENT || node.v.element.tag != GUMBO_TAG_OPTION) return true;
          if (first == nullptr) first = &node;
          if (has_attribute(node, "selected")) chosen = &node;
          if (is_long) add_text(text_below(node) + " ");
          return false;
        },
        [](const GumboNode&) {});
    if (chosen == nullptr) chosen = first;
    if (chosen != nullptr && !is_long) add_text(text_below(*chosen));
  }

  void leave(const GumboNode& node) {
    if (node.type != GUMBO_NODE_ELEMENT) return;
    const GumboTag tag = node.v.element.tag;
    preserved_ -= keeps_blanks(node);
    if (tag == GUMBO_TAG_Q) add_text("”");
    const bool is_list =
        tag == GUMBO_TAG_UL || tag == GUMBO_TAG_OL || tag == GUMBO_TAG_MENU || tag == GUMBO_TAG_DIR;
    if (is_list) lists_.pop_back();
    if (tag == GUMBO_TAG_LI) label_.clear();
    if (tag == GUMBO_TAG_TABLE || tag == GUMBO_TAG_TR || tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH)
      flow_.end();
    const Shape shape = shape_of(tag);
    if (shape == Shape::parted_block && lists_.empty()) {
      flow_.part();
    } else if (shape != Shape::within_line || is_shown_as_block(node)) {
      break_line();
    }
  }

  void break_line() {
    if (label_.empty() || !flow_.is_at_line_begin()) flow_.break_line();
  }

  void add_text(std::string_view text) {
    if (preserved_ > 0) return add_preserved(text);
    const bool is_blank = text.find_first_not_of(" \t\r\n\f") == text.npos;
    if (!label_.empty() && !is_blank) flow_.add(std::exchange(label_, {}));
    flow_.add_collapsed(text);
  }

  void add_preserved(std::string_view text) {
    if (!label_.empty()) flow_.add(std::exchange(label_, {}));
    while (!text.empty()) {
      const std::size_t end = std::min(text.find_first_of("\n\t"), text.size());
      flow_.add(text.substr(0, end));
      if (end < text.size() && text[end] == '\n') flow_.end_line();
      if (end < text.size() && text[end] == '\t') flow_.add_tab();
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  FlowWriter flow_;
  HtmlStyles styles_;
  bool has_sheet_ = false;  ///< One that is not in the file.
  std::vector<List> lists_;
  std::string label_;  ///< Of an item, not yet written.
  int preserved_ = 0;
  nlohmann::json metadata_ = nlohmann::json::object();
  Unseen unseen_;
};

void parse_html(std::string_view utf8, HtmlReader& reader) {
  std::string kept;
  const std::string_view html = limit_nesting(utf8, kept);
  Arena arena;
  GumboOptions options = kGumboDefaultOptions;
  options.allocator = Arena::allocate;
  options.deallocator = Arena::deallocate;
  options.userdata = &arena;
  options.max_errors = 0;
  const GumboOutput* tree = gumbo_parse_with_options(&options, html.data(), html.size());
  reader.read(tree->document);
}

}  // namespace

Extraction read_html(std::string_view utf8, TableForm tables) {
  HtmlReader reader(tables);
  parse_html(utf8, reader);
  Extraction out;
  out.value["metadata"] = reader.metadata();
  out.value["embedded_files"] = nlohmann::json::array();
  out.text = reader.flow().take_text();
  reader.unseen().report(out);
  return out;
}

std::string html_text(std::string_view bytes, TableForm tables) {
  const auto decoded = decode_text(bytes);
  if (!decoded) return {};
  HtmlReader reader(tables);
  parse_html(decoded->utf8, reader);
  std::string text;
  for (const std::string& page : reader.flow().take_pages())
    text += page;
  return text;
}

}  // namespace docket::worker
