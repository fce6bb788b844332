#include "worker/formats/rtf.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/support/ascii.h"
#include "pipeline/support/iso_8601.h"
#include "pipeline/support/utf8.h"
#include "worker/formats/flow_writer.h"
#include "worker/formats/symbol_fonts.h"
#include "worker/formats/unseen.h"
#include "worker/text/clean_text.h"
#include "worker/text/encoding.h"

namespace docket::worker {
namespace {

constexpr std::size_t deepest_group = 10'000;

/// The encoding of a charset of Windows (`\fcharset`); empty: that of the document.
std::string_view charset_encoding(long charset) {
  switch (charset) {
    case 0:
      return "WINDOWS-1252";
    case 77:
      return "MACINTOSH";
    case 128:
      return "CP932";
    case 129:
      return "CP949";
    case 130:
      return "JOHAB";
    case 134:
      return "GB18030";
    case 136:
      return "BIG5-HKSCS";
    case 161:
      return "WINDOWS-1253";
    case 162:
      return "WINDOWS-1254";
    case 163:
      return "WINDOWS-1258";
    case 177:
      return "WINDOWS-1255";
    case 178:
      return "WINDOWS-1256";
    case 186:
      return "WINDOWS-1257";
    case 204:
      return "WINDOWS-1251";
    case 222:
      return "CP874";
    case 238:
      return "WINDOWS-1250";
    case 254:
      return "CP437";
    case 255:
      return "CP850";
    default:
      return {};
  }
}

std::string code_page_encoding(long page) {
  switch (page) {
    case 932:
      return "CP932";
    case 936:
      return "GB18030";
    case 949:
      return "CP949";
    case 950:
      return "BIG5-HKSCS";
    case 1361:
      return "JOHAB";
    case 10000:
      return "MACINTOSH";
    case 65001:
      return "UTF-8";
    default:
      break;
  }
  if (page >= 1250 && page <= 1258) return "WINDOWS-" + std::to_string(page);
  return page > 0 && page < 65000 ? "CP" + std::to_string(page) : "WINDOWS-1252";
}

bool is_east_asian(std::string_view encoding) {
  return encoding == "CP932" || encoding == "GB18030" || encoding == "CP949" || encoding == "BIG5-HKSCS" ||
         encoding == "JOHAB";
}

struct RtfFont {
  std::string name;
  long charset = -1;  ///< -1: the document's.
  long code_page = 0;
};

/// Where text goes that is read.
enum class Target {
  text,
  nothing,  ///< And what is nested in it, too.
  no_text,  ///< Control words count.
  shape,    ///< Only text boxes within it are text.
  font_table,
  information,  ///< Of `\info`, in no property.
  property,
};

struct RtfState {
  Target target = Target::text;
  Target around_choice = Target::text;  ///< Of `\upr`, which says the same in two ways.
  std::string property;
  long font = -1;
  long east_asian_font = -1;
  bool is_east_asian = false;  ///< `\dbch` rules the next characters.
  int characters_after_unicode = 1;
  bool is_hidden = false;
  bool is_deleted = false;
  bool is_in_table = false;
  bool opens_box = false;  ///< The end of the group ends an aside or a note.
  bool opens_property = false;
};

struct Words {
  std::string_view word;
  std::string_view text;
};
constexpr Words signs[] = {{"emdash", "—"},  {"endash", "–"},    {"bullet", "•"},    {"lquote", "‘"},
                           {"rquote", "’"},  {"ldblquote", "“"}, {"rdblquote", "”"}, {"emspace", " "},
                           {"enspace", " "}, {"qmspace", " "}};

constexpr std::string_view never_shown[] = {
    "stylesheet", "colortbl",  "pict",      "nonshppict", "shprslt",   "listtable", "listoverridetable",
    "xe",         "tc",        "rxe",       "pn",         "bkmkstart", "bkmkend",   "nonesttables",
    "filetbl",    "revtbl",    "template",  "private",    "fldinst",   "objdata",   "objclass",
    "themedata",  "datafield", "formfield", "mchr",       "mbegChr",   "mendChr",   "msepChr",
    "mtype",      "mpos",      "mvertJc",   "mdegHide",   "mlimLoc",   "mgrow",     "msubHide",
    "msupHide",   "mctrlPr",   "txe",       "sp",         "sn",        "sv",        "do",
    "ftnsep",     "ftnsepc",   "aftnsep",   "aftnsepc",   "ftncn",     "aftncn"};

class RtfReader {
 public:
  RtfReader(std::string_view bytes, TableForm tables)
      : rest_(bytes), tables_(tables), body_(tables), frame_(tables) {}

  void read() {
    while (!rest_.empty())
      take();
    flush();
    while (!boxes_.empty())
      close_box();
    close_table();
  }

  Extraction result() {
    Extraction out;
    FlowWriter all;
    all.add_lines(head_);
    all.part();
    const std::string notes = body_.take_notes();
    for (const std::string& page : body_.take_pages())
      append_pages(all, page);
    for (const std::string& lines : {notes, foot_}) {
      all.part();
      all.add_lines(lines);
    }
    out.text = all.take_text();
    out.value["metadata"] = metadata_;
    out.value["embedded_files"] = nlohmann::json::array();
    if (!states_.empty())
      out.value["problems"].push_back("is cut off, or its groups are not closed: text may be missing");
    unseen_.report(out);
    return out;
  }

 private:
  static void append_pages(FlowWriter& all, std::string_view page) {
    for (;;) {
      const std::size_t end = page.find('\f');
      all.add_lines(page.substr(0, end));
      if (end == page.npos || end + 1 == page.size()) return;
      all.break_page();
      page.remove_prefix(end + 1);
    }
  }

  void take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    switch (c) {
      case '{':
        flush();
        unicode_rest_ = 0;
        if (states_.size() < deepest_group)
          states_.push_back(state_);
        else
          ++ignored_groups_;
        state_.opens_box = state_.opens_property = false;
        is_group_begin_ = true;
        return;
      case '}':
        return end_group();
      case '\\':
        return take_control();
      case '\r':
      case '\n':
        return;
      default:
        return add_byte(c);
    }
  }

  void end_group() {
    flush();
    unicode_rest_ = 0;
    if (ignored_groups_ > 0) {
      --ignored_groups_;
      return;
    }
    if (std::exchange(state_.opens_property, false)) end_property();
    if (std::exchange(state_.opens_box, false)) close_box();
    if (states_.empty()) return;
    state_ = std::move(states_.back());
    states_.pop_back();
  }

  void take_control() {
    if (rest_.empty()) return;
    const char c = rest_.front();
    if (!is_alpha(c)) {
      rest_.remove_prefix(1);
      return take_symbol(c);
    }
    std::size_t size = 1;
    while (size < rest_.size() && size < 40 && is_alpha(rest_[size]))
      ++size;
    const std::string_view word = rest_.substr(0, size);
    rest_.remove_prefix(size);
    long value = 1;
    const bool has_value = take_number(value);
    if (rest_.starts_with(' ')) rest_.remove_prefix(1);
    do_word(word, value, has_value);
  }

  bool take_number(long& value) {
    const std::size_t sign = rest_.starts_with('-') ? 1 : 0;
    std::size_t end = sign;
    while (end < rest_.size() && end < 12 && is_digit(rest_[end]))
      ++end;
    if (end == sign) return false;
    std::from_chars(rest_.data(), rest_.data() + end, value);
    rest_.remove_prefix(end);
    return true;
  }

  void take_symbol(char c) {
    switch (c) {
      case '\'': {
        unsigned value = 0;
        const std::size_t digits = std::min<std::size_t>(2, rest_.size());
        const auto read = std::from_chars(rest_.data(), rest_.data() + digits, value, 16);
        rest_.remove_prefix(static_cast<std::size_t>(read.ptr - rest_.data()));
        if (read.ec == std::errc()) add_byte(static_cast<char>(value));
        return;
      }
      case '\\':
      case '{':
      case '}':
        return add_byte(c);
      case '~':
        return add_text("\u00A0");
      case '_':
        return add_text("-");
      case '*':
        is_optional_ = is_group_begin_;
        return;
      case '\r':
      case '\n':
        return end_paragraph();
      default:
        return;  // An optional hyphen, parts of an index.
    }
  }

  void do_word(std::string_view word, long value, bool has_value) {
    const bool is_optional = std::exchange(is_optional_, false);
    is_group_begin_ = false;
    if (word == "bin")
      return rest_.remove_prefix(std::min(rest_.size(), static_cast<std::size_t>(std::max(value, 0L))));
    if (word == "u" && has_value) return add_unicode(value);
    if (state_.target == Target::nothing && word != "ud") return;
    flush();
    if (state_.target == Target::font_table) return read_font(word, value);
    if (do_destination(word)) return;
    if (is_optional && !is_container(word)) {
      state_.target = Target::nothing;
      return;
    }
    if (!do_property(word, value, has_value)) do_sign(word);
  }

  static bool is_container(std::string_view word) {
    return word == "moMath" || word == "moMathPara" || word == "mmath" || word == "fldrslt" ||
           word == "shppict";
  }

  /// Words at the begin of a group that say what its text is.
  bool do_destination(std::string_view word) {
    if (std::ranges::find(never_shown, word) != std::end(never_shown)) {
      state_.target = Target::nothing;
    } else if (word == "upr") {
      state_.around_choice = std::exchange(state_.target, Target::nothing);
    } else if (word == "ud") {
      state_.target = state_.around_choice;
    } else if (word == "fonttbl") {
      state_.target = Target::font_table;
    } else if (word == "info") {
      state_.target = Target::information;
    } else if (state_.target == Target::information || word == "generator") {
      state_.target = Target::property;
      state_.opens_property = true;
      state_.property = word;
      property_.clear();
      date_ = {};
    } else if (word == "shpinst") {
      state_.target = Target::shape;
    } else if (word == "shptxt" || word == "dptxbxtext") {
      open_box(Box::aside);
    } else if (word == "footnote") {
      open_note("[" + std::to_string(++notes_) + "] ", true);
    } else if (word == "annotation") {
      open_note("Comment: ", false);
    } else if (word == "nesttableprops") {
      state_.target = Target::no_text;
    } else if (word.starts_with("header") && word.size() <= 7) {
      open_box(Box::head);
    } else if (word.starts_with("footer") && word.size() <= 7) {
      open_box(Box::foot);
    } else {
      return false;
    }
    return true;
  }

  /// The state of characters and paragraphs, and of the document.
  bool do_property(std::string_view word, long value, bool has_value) {
    if (word == "f") {
      state_.font = value;
      state_.is_east_asian = false;
    } else if (word == "af" && state_.is_east_asian) {
      state_.east_asian_font = value;
    } else if (word == "dbch") {
      state_.is_east_asian = true;
    } else if (word == "loch" || word == "hich" || word == "ltrch" || word == "rtlch") {
      if (word != "ltrch" && word != "rtlch") state_.is_east_asian = false;
    } else if (word == "uc") {
      state_.characters_after_unicode = static_cast<int>(std::clamp(value, 0L, 100L));
    } else if (word == "v") {
      state_.is_hidden = !has_value || value != 0;
    } else if (word == "deleted") {
      state_.is_deleted = !has_value || value != 0;
    } else if (word == "plain") {
      state_.is_hidden = state_.is_deleted = false;
      state_.font = default_font_;
      state_.is_east_asian = false;
    } else if (word == "pard") {
      state_.is_in_table = false;
    } else if (word == "intbl") {
      state_.is_in_table = true;
    } else if (word == "itap") {
      state_.is_in_table = value > 0;
    } else if (word == "ansicpg") {
      encoding_ = code_page_encoding(value);
    } else if (word == "mac") {
      encoding_ = "MACINTOSH";
    } else if (word == "pc") {
      encoding_ = "CP437";
    } else if (word == "pca") {
      encoding_ = "CP850";
    } else if (word == "deff") {
      default_font_ = state_.font = value;
    } else if (state_.target == Target::property) {
      if (word == "yr") date_.year = static_cast<int>(value);
      if (word == "mo") date_.month = static_cast<int>(value);
      if (word == "dy") date_.day = static_cast<int>(value);
    } else {
      return false;
    }
    return true;
  }

  void do_sign(std::string_view word) {
    const auto sign = std::ranges::find(signs, word, &Words::word);
    if (sign != std::end(signs)) return add_text(sign->text);
    const bool is_shown = state_.target == Target::text && !is_unseen();
    if (word == "par" || word == "sect") {
      end_paragraph();
      if (word == "sect" && is_shown) break_page();
    } else if (word == "line" && is_shown) {
      place();
      writer().end_line();
    } else if (word == "tab" && is_shown) {
      place();
      writer().add_tab();
    } else if (word == "page" && is_shown) {
      break_page();
    } else if (word == "cell") {
      end_cell();
    } else if (word == "row") {
      end_row();
    } else if (word == "nestcell") {
      add_text("  ");
    } else if (word == "nestrow" && table().has_cell) {
      writer().break_line();
    } else if (word == "sbknone") {
      is_continuous_ = true;
    } else if (word == "sectd") {
      is_continuous_ = false;
    }
  }

  void read_font(std::string_view word, long value) {
    if (word == "f") {
      current_font_ = value;
      fonts_[current_font_];
    } else if (word == "fcharset") {
      fonts_[current_font_].charset = value;
    } else if (word == "cpg") {
      fonts_[current_font_].code_page = value;
    } else if (word == "falt" || word == "panose" || word == "fontemb" || word == "fontfile" ||
               word == "fname") {
      state_.target = Target::nothing;
    }
  }

  // Characters

  bool is_unseen() const { return state_.is_hidden || state_.is_deleted; }

  void add_byte(char c) {
    is_optional_ = is_group_begin_ = false;
    if (unicode_rest_ > 0) {
      --unicode_rest_;
      return;
    }
    if (state_.target != Target::nothing && state_.target != Target::no_text &&
        state_.target != Target::shape)
      bytes_ += c;
  }

  void add_unicode(long value) {
    flush_bytes();
    const auto unit = static_cast<char32_t>(value & 0xFFFF);
    unicode_rest_ = state_.characters_after_unicode;
    if (unit >= 0xD800 && unit < 0xDC00) {
      high_surrogate_ = unit;
      return;
    }
    char32_t c = unit;
    if (unit >= 0xDC00 && unit < 0xE000) {
      if (high_surrogate_ == 0) return;
      c = 0x10000 + ((high_surrogate_ - 0xD800) << 10) + (unit - 0xDC00);
    }
    high_surrogate_ = 0;
    if (c >= 0xF000 && c <= 0xF0FF) {
      if (const char32_t known = symbol_character(font().name, c)) c = known;
    }
    std::string text;
    if (c >= 0x20) append_utf8(text, c);
    put(text);
  }

  const RtfFont& font() const {
    static const RtfFont none;
    const long wanted =
        state_.is_east_asian && state_.east_asian_font >= 0 ? state_.east_asian_font : state_.font;
    const auto found = fonts_.find(wanted);
    return found == fonts_.end() ? none : found->second;
  }

  std::string encoding_of_font() const {
    const RtfFont& used = font();
    if (used.code_page > 0) return code_page_encoding(used.code_page);
    const std::string_view by_charset = charset_encoding(used.charset);
    if (by_charset.empty()) return encoding_;
    // Programs of East Asia leave the charset of the letters of Latin at the characters of their own.
    if (used.charset == 0 && is_east_asian(encoding_)) return encoding_;
    return std::string(by_charset);
  }

  void flush() {
    flush_bytes();
    high_surrogate_ = 0;
  }

  void flush_bytes() {
    if (bytes_.empty()) return;
    const std::string bytes = std::exchange(bytes_, {});
    if (state_.target == Target::font_table) {
      std::string& name = fonts_[current_font_].name;
      if (name.size() < 100) name += bytes.substr(0, bytes.find(';'));
      return;
    }
    if (font().charset == 2) return put(symbols(bytes));
    if (std::ranges::all_of(bytes, [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
      return put(bytes);
    put(decode_from(bytes, encoding_of_font()).value_or(bytes));
  }

  std::string symbols(std::string_view bytes) const {
    std::string text;
    for (const char c : bytes) {
      const auto code = static_cast<unsigned char>(c);
      const char32_t known = symbol_character(font().name, code);
      append_utf8(text, known != 0 ? known : code < 0x80 ? char32_t{code} : U'\uFFFD');
    }
    return text;
  }

  void add_text(std::string_view text) {
    if (unicode_rest_ > 0) {
      --unicode_rest_;
      return;
    }
    flush();
    put(text);
  }

  void put(std::string_view text) {
    if (state_.target == Target::property) {
      if (property_.size() < 10'000) property_ += text;
    } else if (state_.target == Target::text && is_unseen()) {
      unseen_.add(text, state_.is_deleted ? Unseen::Reason::deleted : Unseen::Reason::hidden);
    } else if (state_.target == Target::text) {
      place();
      writer().add(text);
    }
  }

  // Paragraphs, tables, boxes

  struct OpenTable {
    bool has_table = false, has_row = false, has_cell = false;
  };
  enum class Box { aside, note, head, foot };
  struct OpenBox {
    Box box;
    OpenTable table;  ///< Of what is around it.
    FlowWriter* writer;
  };

  FlowWriter& writer() { return *writer_; }
  OpenTable& table() { return table_; }

  /// Opens the cell that text is to go to, or closes the table that it does not belong to.
  void place() {
    if (!state_.is_in_table && !table_.has_row) return close_table();
    if (!std::exchange(table_.has_table, true)) writer().begin_table();
    if (!std::exchange(table_.has_row, true)) writer().begin_row();
    if (!std::exchange(table_.has_cell, true)) writer().begin_cell();
  }

  void end_paragraph() {
    flush();
    if (state_.target != Target::text || is_unseen()) return;
    place();
    writer().end_line();
  }

  void break_page() {
    place();
    writer().break_page();
  }

  void end_cell() {
    if (state_.target != Target::text) return;
    state_.is_in_table = true;
    place();
    writer().end();
    table_.has_cell = false;
  }

  void end_row() {
    if (!table_.has_row) return;
    if (std::exchange(table_.has_cell, false)) writer().end();
    writer().end();
    table_.has_row = false;
  }

  void close_table() {
    end_row();
    if (std::exchange(table_.has_table, false)) writer().end();
  }

  void open_box(Box box) {
    const bool is_frame = box == Box::head || box == Box::foot;
    if (state_.opens_box || boxes_.size() > 100 || (is_frame && writer_ == &frame_)) {
      state_.target = Target::nothing;
      return;
    }
    boxes_.push_back({box, std::exchange(table_, {}), writer_});
    state_.opens_box = true;
    state_.target = Target::text;
    state_.is_in_table = false;
    if (is_frame) {
      frame_ = FlowWriter(tables_);
      writer_ = &frame_;
    }
    if (box == Box::aside) writer().begin_aside();
    if (box == Box::note) writer().begin_note();
  }

  void open_note(const std::string& mark, bool is_marked) {
    if (is_marked) put(trim(mark));
    open_box(Box::note);
    put(mark);
  }

  void close_box() {
    close_table();
    writer().break_line();
    const OpenBox& box = boxes_.back();
    if (box.box == Box::aside || box.box == Box::note) {
      writer().end();
    } else {
      keep_frame(box.box == Box::head ? head_ : foot_);
    }
    table_ = box.table;
    writer_ = box.writer;
    boxes_.pop_back();
  }

  /// Headers and footers come again with each section.
  void keep_frame(std::string& kept) {
    std::string lines;
    for (const std::string& page : frame_.take_pages())
      lines += page;
    if (frames_.insert(lines).second) kept += lines;
  }

  void end_property() {
    constexpr std::pair<std::string_view, const char*> names[] = {
        {"title", "title"},       {"author", "author"},       {"subject", "subject"},
        {"keywords", "keywords"}, {"doccomm", "description"}, {"generator", "creator"}};
    const auto known = std::ranges::find(names, std::string_view(state_.property),
                                         &std::pair<std::string_view, const char*>::first);
    std::string_view text = trim(property_);
    if (text.ends_with(';')) text.remove_suffix(1);
    if (known != std::end(names) && !text.empty()) metadata_[known->second] = clean_utf8(text);
    const char* date = state_.property == "creatim"  ? "created"
                       : state_.property == "revtim" ? "modified"
                                                     : nullptr;
    if (date != nullptr && is_calendar_day(date_.year, date_.month, date_.day))
      metadata_[date] = iso_date(date_.year, date_.month, date_.day);
    property_.clear();
  }

  struct Date {
    int year = 0, month = 0, day = 0;
  };

  std::string_view rest_;
  const TableForm tables_;
  FlowWriter body_;
  FlowWriter frame_;  ///< The header or footer that is read.
  std::set<std::string> frames_;
  std::string head_, foot_;
  FlowWriter* writer_ = &body_;
  std::vector<RtfState> states_;  ///< Of the groups around.
  RtfState state_;
  std::size_t ignored_groups_ = 0;
  bool is_group_begin_ = false;
  bool is_optional_ = false;  ///< `\*` stood before: a group that may be left out if not known.
  std::string encoding_ = "WINDOWS-1252";
  std::map<long, RtfFont> fonts_;
  long default_font_ = -1;
  long current_font_ = -1;  ///< That the table of fonts describes.
  std::string bytes_;       ///< Text not yet decoded.
  int unicode_rest_ = 0;    ///< Characters to skip, which stand for one that came in Unicode.
  char32_t high_surrogate_ = 0;
  OpenTable table_;
  std::vector<OpenBox> boxes_;
  int notes_ = 0;
  bool is_continuous_ = false;
  std::string property_;
  Date date_;
  nlohmann::json metadata_ = nlohmann::json::object();
  Unseen unseen_;
};

}  // namespace

Result<Extraction> read_rtf(std::string_view bytes, TableForm tables) {
  const std::size_t begin = bytes.substr(0, 1024).find("{\\rtf");
  if (begin == bytes.npos)
    return Error{ErrorClass::damaged, "is broken Rich Text: it does not begin with {\\rtf"};
  const std::size_t end = bytes.find_last_not_of('\0');
  RtfReader reader(bytes.substr(begin, end + 1 - begin), tables);
  reader.read();
  return reader.result();
}

}  // namespace docket::worker
