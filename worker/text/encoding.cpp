#include "worker/text/encoding.h"

#include <iconv.h>
#include <uchardet.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <memory>

#include "pipeline/support/ascii.h"
#include "pipeline/support/utf8.h"
#include "worker/text/clean_text.h"
#include "worker/text/single_byte.h"

namespace docket::worker {
namespace {

constexpr std::size_t examined_for_encoding = std::size_t{1}
                                              << 18;  ///< Bytes; more do not make a guess better.

struct Mark {
  std::string_view bytes;
  std::string_view encoding;
};

/// UTF-32LE before UTF-16LE, whose mark begins like it.
constexpr std::array marks = {
    Mark{"\xEF\xBB\xBF", "UTF-8"},
    Mark{std::string_view("\xFF\xFE\0\0", 4), "UTF-32LE"},
    Mark{std::string_view("\0\0\xFE\xFF", 4), "UTF-32BE"},
    Mark{"\xFF\xFE", "UTF-16LE"},
    Mark{"\xFE\xFF", "UTF-16BE"},
};

struct Superset {
  std::string_view detected;
  const char* used;
};

/// What is taken for the first is often the second, which has more characters and the same for the rest.
constexpr std::array supersets = {
    Superset{"SHIFT_JIS", "CP932"},
    Superset{"EUC-KR", "CP949"},
    Superset{"UHC", "CP949"},
    Superset{"GB2312", "GB18030"},
    Superset{"GBK", "GB18030"},
    Superset{"BIG5", "BIG5-HKSCS"},
    Superset{"EUC-JP", "EUC-JP-MS"},
    Superset{"ISO-8859-1", "WINDOWS-1252"},
    Superset{"ISO-8859-9", "WINDOWS-1254"},
    Superset{"TIS-620", "CP874"},
    Superset{"ISO-8859-11", "CP874"},
    Superset{"US-ASCII", "WINDOWS-1252"},
    Superset{"ASCII", "WINDOWS-1252"},
    Superset{"X-SJIS", "CP932"},
    Superset{"ISO-8859-16", "WINDOWS-1250"},
};

/// Where a byte of 0x80..0x9F stands, it is not the ISO encoding but Windows' kin of it.
constexpr std::array siblings = {
    Superset{"ISO-8859-2", "WINDOWS-1250"},  Superset{"ISO-8859-7", "WINDOWS-1253"},
    Superset{"ISO-8859-8", "WINDOWS-1255"},  Superset{"ISO-8859-13", "WINDOWS-1257"},
    Superset{"ISO-8859-15", "WINDOWS-1252"},
};

bool has_windows_bytes(std::string_view bytes) {
  return std::any_of(bytes.begin(), bytes.end(), [](char c) { return (c & 0xE0) == 0x80; });
}

/// The encoding to decode with where `encoding` is declared or detected.
std::string to_decode_with(std::string_view encoding, std::string_view bytes) {
  const std::string name = to_upper(encoding);
  const auto is_named = [&](const Superset& superset) { return superset.detected == name; };
  const auto superset = std::find_if(supersets.begin(), supersets.end(), is_named);
  if (superset != supersets.end()) return superset->used;
  const auto sibling = std::find_if(siblings.begin(), siblings.end(), is_named);
  return sibling != siblings.end() && has_windows_bytes(bytes) ? sibling->used : name;
}

/// Null: the C library does not know the encoding. Kept until the process ends, and not let go of then: there
/// are few encodings.
iconv_t converter_from(const std::string& encoding) {
  static auto& kept = *new std::map<std::string, iconv_t>();
  const auto known = kept.find(encoding);
  if (known != kept.end()) {
    iconv(known->second, nullptr, nullptr, nullptr, nullptr);  // To its first state.
    return known->second;
  }
  const iconv_t converter = iconv_open("UTF-8", encoding.c_str());
  if (converter == reinterpret_cast<iconv_t>(-1)) return nullptr;
  kept.emplace(encoding, converter);
  return converter;
}

std::optional<std::string> convert(std::string_view bytes, const std::string& encoding) {
  const iconv_t converter = converter_from(encoding);
  if (converter == nullptr) return {};
  std::string out;
  std::array<char, 16384> chunk;
  char* in = const_cast<char*>(bytes.data());  // iconv's signature; it does not write there.
  std::size_t left = bytes.size();
  while (left > 0) {
    char* to = chunk.data();
    std::size_t room = chunk.size();
    const bool failed = iconv(converter, &in, &left, &to, &room) == static_cast<std::size_t>(-1);
    out.append(chunk.data(), chunk.size() - room);
    if (failed && errno != E2BIG) {
      out += "\xEF\xBF\xBD";
      ++in;
      --left;
    }
  }
  return out;
}

/// How much of a text says nothing: controls that no text has, and what could not be decoded.
struct Noise {
  std::size_t characters = 0, controls = 0, undecoded = 0, blanks = 0;
};

Noise noise_of(std::string_view utf8) {
  Noise noise;
  for (std::size_t at = 0; at < utf8.size();) {
    const char32_t c = next_code_point(utf8, at);
    const bool usual = (c >= '\t' && c <= '\r') || c == 0x1B;
    ++noise.characters;
    noise.blanks += usual || c == ' ';
    noise.controls += (c < 0x20 && !usual) || (c >= 0x7F && c <= 0x9F);
    noise.undecoded += is_meaningless(c);
  }
  return noise;
}

bool reads_as_text(std::string_view utf8) {
  const Noise noise = noise_of(utf8);
  return noise.controls * 100 <= noise.characters && noise.undecoded * 50 <= noise.characters;
}

bool is_faultless(std::string_view utf8) {
  const Noise noise = noise_of(utf8);
  return noise.controls == 0 && noise.undecoded == 0;
}

/// UTF-16 and UTF-32 without a mark: the one that decodes without a fault and has blanks where text has them.
std::optional<std::string> wide_encoding(std::string_view bytes) {
  const std::string_view beginning = bytes.substr(0, examined_for_encoding);
  std::optional<std::string> best;
  std::size_t most_blanks = 0;
  for (const char* encoding : {"UTF-32LE", "UTF-32BE", "UTF-16LE", "UTF-16BE"}) {
    const std::size_t unit = std::string_view(encoding).starts_with("UTF-32") ? 4 : 2;
    if (bytes.size() % unit != 0) continue;
    const auto text = convert(beginning.substr(0, beginning.size() / unit * unit), encoding);
    if (!text) continue;
    const Noise noise = noise_of(*text);
    if (noise.controls > 0 || noise.undecoded > 1 || noise.blanks <= most_blanks) continue;
    most_blanks = noise.blanks;
    best = encoding;
  }
  return best;
}

/// What `<?xml encoding="…"?>` or `<meta charset=…>` near the beginning says.
std::optional<std::string> declared_encoding(std::string_view bytes) {
  const std::string head = to_upper(bytes.substr(0, 2048));
  if (head.find('<') == head.npos) return {};
  for (const std::string_view key : {"ENCODING=", "CHARSET="}) {
    std::size_t at = head.find(key);
    if (at == head.npos) continue;
    at = head.find_first_not_of("\"' ", at + key.size());
    if (at == head.npos) continue;
    const std::size_t end = std::min(head.find_first_of("\"' />;?\r\n", at), head.size());
    if (end > at && end - at < 32) return head.substr(at, end - at);
  }
  return {};
}

std::optional<std::string> likely_encoding(std::string_view bytes) {
  const std::unique_ptr<uchardet, void (*)(uchardet_t)> detector(uchardet_new(), uchardet_delete);
  const std::string_view beginning = bytes.substr(0, examined_for_encoding);
  if (uchardet_handle_data(detector.get(), beginning.data(), beginning.size()) != 0) return {};
  uchardet_data_end(detector.get());
  const std::string name = uchardet_get_charset(detector.get());
  return name.empty() ? std::nullopt : std::optional(name);
}

/// UTF-8 with a mark in place of each byte that is none.
std::string valid_utf8_of(std::string_view bytes) {
  if (is_utf8(bytes)) return std::string(bytes);
  std::string text;
  for (std::size_t at = 0; at < bytes.size();)
    append_utf8(text, next_code_point(bytes, at));
  return text;
}

std::optional<DecodedText> decode_as(std::string_view bytes, std::string encoding) {
  // The detector may take for UTF-8 what has a byte or two that are not.
  auto text = encoding == "UTF-8" ? std::optional(valid_utf8_of(bytes)) : convert(bytes, encoding);
  if (!text || !reads_as_text(*text)) return {};
  return DecodedText{std::move(*text), std::move(encoding)};
}

bool is_ascii(std::string_view bytes) {
  return std::ranges::all_of(bytes, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool has_shift_sequences(std::string_view bytes) {
  return bytes.find("\x1B$") != bytes.npos || bytes.find("\x1B(") != bytes.npos;
}

}  // namespace

std::optional<std::string> decode_from(std::string_view bytes, const std::string& encoding) {
  return convert(bytes, encoding);
}

std::optional<DecodedText> decode_text(std::string_view bytes) {
  for (const Mark& mark : marks) {
    if (bytes.starts_with(mark.bytes)) {
      return decode_as(bytes.substr(mark.bytes.size()), std::string(mark.encoding));
    }
  }
  const bool valid_utf8 = is_utf8(bytes);
  const bool has_zeros = bytes.substr(0, examined_for_encoding).find('\0') != bytes.npos;
  if (has_zeros || !valid_utf8) {
    if (const auto wide = wide_encoding(bytes)) return decode_as(bytes, *wide);
  }
  if (valid_utf8 && !has_shift_sequences(bytes))
    return decode_as(bytes, is_ascii(bytes) && is_utf7(bytes) ? "UTF-7" : "UTF-8");
  if (const auto declared = declared_encoding(bytes); declared && *declared != "UTF-8") {
    if (auto text = decode_as(bytes, to_decode_with(*declared, bytes))) return text;
  }
  if (const auto likely = likely_encoding(bytes)) {
    const std::string better = better_single_byte(bytes, to_decode_with(*likely, bytes));
    if (auto text = decode_as(bytes, better)) return text;
  }
  if (valid_utf8) return decode_as(bytes, "UTF-8");
  if (auto text = decode_as(bytes, "JOHAB"); text && is_faultless(text->utf8)) return text;
  return decode_as(bytes, better_single_byte(bytes, "WINDOWS-1252"));
}

std::optional<DecodedText> decode_text_as(std::string_view bytes, std::string_view stated) {
  // Who says ASCII has not looked: it is the default of many programs.
  const std::string name = to_upper(trim(stated));
  const std::string encoding =
      name == "US-ASCII" || name == "ASCII" ? std::string() : to_decode_with(trim(stated), bytes);
  if (encoding.empty() || encoding == "UTF-8") return decode_text(bytes);
  if (auto text = decode_as(bytes, encoding)) return text;
  return decode_text(bytes);
}

void load_encodings() {
  const auto load = [](std::string_view encoding) { converter_from(std::string(encoding)); };
  for (const Mark& mark : marks)
    load(mark.encoding);
  for (const Superset& superset : supersets)
    load(superset.used);
  for (const Superset& sibling : siblings) {
    load(sibling.detected);
    load(sibling.used);
  }
  for (const char* encoding : {"WINDOWS-1251", "KOI8-R", "ISO-8859-5", "ISO-8859-6", "WINDOWS-1256"})
    load(encoding);
}

}  // namespace docket::worker
