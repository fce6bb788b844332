#include "worker/formats/symbol_fonts.h"

#include <algorithm>
#include <utility>

namespace docket::worker {
namespace {

/// 0x41..0x5A and 0x61..0x7A of Adobe's and Microsoft's Symbol.
constexpr std::u32string_view greek_capitals = U"ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ";
constexpr std::u32string_view greek_smalls = U"αβχδεφγηιϕκλμνοπθρστυϖωξψζ";

constexpr std::pair<char32_t, char32_t> symbols[] = {
    {0xA3, U'≤'}, {0xB0, U'°'}, {0xB1, U'±'}, {0xB3, U'≥'}, {0xB4, U'×'}, {0xB7, U'•'}, {0xB8, U'÷'},
    {0xB9, U'≠'}, {0xBB, U'≈'}, {0xAE, U'→'}, {0xAC, U'←'}, {0xA0, U'€'}, {0xA5, U'∞'}, {0xD6, U'√'},
    {0xE5, U'∑'}, {0xF2, U'∫'}, {0xB6, U'∂'}, {0xD2, U'®'}, {0xD3, U'©'}, {0xD4, U'™'}};

constexpr std::pair<char32_t, char32_t> wingdings[] = {
    {0x28, U'☎'}, {0x2A, U'✉'}, {0x6C, U'●'}, {0x6E, U'■'}, {0x6F, U'□'}, {0x71, U'❑'},
    {0x72, U'❒'}, {0x76, U'❖'}, {0xA7, U'▪'}, {0xA8, U'☐'}, {0xD8, U'➢'}, {0xE0, U'→'},
    {0xFB, U'✗'}, {0xFC, U'✓'}, {0xFD, U'☒'}, {0xFE, U'☑'}, {0x78, U'☒'}, {0x9F, U'•'}};

template <std::size_t size>
char32_t look_up(const std::pair<char32_t, char32_t> (&table)[size], char32_t code) {
  for (const auto& [from, to] : table)
    if (from == code) return to;
  return 0;
}

}  // namespace

char32_t symbol_character(std::string_view font, char32_t code) {
  if (code >= 0xF000 && code <= 0xF0FF) code -= 0xF000;
  if (font.starts_with("Wingdings")) return look_up(wingdings, code);
  if (!font.starts_with("Symbol")) return 0;
  if (code >= 'A' && code <= 'Z') return greek_capitals[code - 'A'];
  if (code >= 'a' && code <= 'z') return greek_smalls[code - 'a'];
  if (code >= 0x20 && code < 0x41) return code;
  return look_up(symbols, code);
}

}  // namespace docket::worker
