#include "pipeline/reading/date_words.h"

#include <algorithm>
#include <array>

#include "pipeline/reading/number_words.h"

namespace docket {
namespace {

/// Sorted by name.
constexpr auto month_names = std::to_array<MonthName>({
    {"abr", 4, spanish | portuguese},
    {"abril", 4, spanish | portuguese},
    {"ago", 8, spanish | italian | portuguese},
    {"agosto", 8, spanish | italian | portuguese},
    {"agustos", 8, other_languages},
    {"aout", 8, french},
    {"apr", 4, english | german | italian | dutch},
    {"april", 4, english | german | dutch | other_languages},
    {"aprila", 4, other_languages},
    {"aprile", 4, italian},
    {"aprilie", 4, other_languages},
    {"aprilis", 4, other_languages},
    {"aralik", 12, other_languages},
    {"aug", 8, english | german | dutch},
    {"august", 8, english | german | other_languages},
    {"augusta", 8, other_languages},
    {"augusti", 8, other_languages},
    {"augustus", 8, dutch},
    {"augusztus", 8, other_languages},
    {"avr", 4, french},
    {"avril", 4, french},
    {"brezna", 3, other_languages},
    {"cervence", 7, other_languages},
    {"cervna", 6, other_languages},
    {"czerwca", 6, other_languages},
    {"dec", 12, english | french | dutch},
    {"december", 12, english | dutch | other_languages},
    {"decembra", 12, other_languages},
    {"decembre", 12, french},
    {"decembrie", 12, other_languages},
    {"desember", 12, other_languages},
    {"dez", 12, german | portuguese},
    {"dezember", 12, german},
    {"dezembro", 12, portuguese},
    {"dic", 12, spanish | italian},
    {"dicembre", 12, italian},
    {"diciembre", 12, spanish},
    {"dubna", 4, other_languages},
    {"ekim", 10, other_languages},
    {"elokuuta", 8, other_languages},
    {"ene", 1, spanish},
    {"enero", 1, spanish},
    {"eylul", 9, other_languages},
    {"feb", 2, english | german | spanish | italian | dutch},
    {"febbraio", 2, italian},
    {"febr", 2, german},
    {"febrero", 2, spanish},
    {"februar", 2, german | other_languages},
    {"februara", 2, other_languages},
    {"februari", 2, dutch | other_languages},
    {"februarie", 2, other_languages},
    {"february", 2, english},
    {"fev", 2, french | portuguese},
    {"fevereiro", 2, portuguese},
    {"fevr", 2, french},
    {"fevrier", 2, french},
    {"gen", 1, italian},
    {"gennaio", 1, italian},
    {"giu", 6, italian},
    {"giugno", 6, italian},
    {"grudnia", 12, other_languages},
    {"haziran", 6, other_languages},
    {"heinakuuta", 7, other_languages},
    {"helmikuuta", 2, other_languages},
    {"huhtikuuta", 4, other_languages},
    {"ianuarie", 1, other_languages},
    {"iulie", 7, other_languages},
    {"iunie", 6, other_languages},
    {"jan", 1, english | german | french | dutch | portuguese},
    {"janeiro", 1, portuguese},
    {"janner", 1, german},
    {"januar", 1, german | other_languages},
    {"januara", 1, other_languages},
    {"januari", 1, dutch | other_languages},
    {"january", 1, english},
    {"janv", 1, french},
    {"janvier", 1, french},
    {"joulukuuta", 12, other_languages},
    {"juil", 7, french},
    {"juillet", 7, french},
    {"juin", 6, french},
    {"jul", 7, english | german | spanish | dutch | portuguese},
    {"jula", 7, other_languages},
    {"julho", 7, portuguese},
    {"juli", 7, german | dutch | other_languages},
    {"julio", 7, spanish},
    {"julius", 7, other_languages},
    {"july", 7, english},
    {"jun", 6, english | german | spanish | dutch | portuguese},
    {"juna", 6, other_languages},
    {"june", 6, english},
    {"junho", 6, portuguese},
    {"juni", 6, german | dutch | other_languages},
    {"junio", 6, spanish},
    {"junius", 6, other_languages},
    {"kasim", 11, other_languages},
    {"kesakuuta", 6, other_languages},
    {"kvetna", 5, other_languages},
    {"kwietnia", 4, other_languages},
    {"ledna", 1, other_languages},
    {"lipca", 7, other_languages},
    {"listopada", 11, other_languages},
    {"listopadu", 11, other_languages},
    {"lokakuuta", 10, other_languages},
    {"lug", 7, italian},
    {"luglio", 7, italian},
    {"lutego", 2, other_languages},
    {"maaliskuuta", 3, other_languages},
    {"maart", 3, dutch},
    {"maerz", 3, german},
    {"mag", 5, italian},
    {"maggio", 5, italian},
    {"mai", 5, german | french | other_languages},
    {"maio", 5, portuguese},
    {"maj", 5, other_languages},
    {"maja", 5, other_languages},
    {"majus", 5, other_languages},
    {"mar", 3, english | spanish | italian | portuguese},
    {"marca", 3, other_languages},
    {"march", 3, english},
    {"marcius", 3, other_languages},
    {"marco", 3, portuguese},
    {"marraskuuta", 11, other_languages},
    {"mars", 3, french | other_languages},
    {"mart", 3, other_languages},
    {"martie", 3, other_languages},
    {"marts", 3, other_languages},
    {"marz", 3, german},
    {"marzo", 3, spanish | italian},
    {"may", 5, english},
    {"mayis", 5, other_languages},
    {"mayo", 5, spanish},
    {"mei", 5, dutch},
    {"mrt", 3, dutch},
    {"mrz", 3, german},
    {"nisan", 4, other_languages},
    {"noiembrie", 11, other_languages},
    {"nov", 11, english | german | french | spanish | italian | dutch | portuguese},
    {"november", 11, english | german | dutch | other_languages},
    {"novembra", 11, other_languages},
    {"novembre", 11, french | italian},
    {"novembro", 11, portuguese},
    {"noviembre", 11, spanish},
    {"ocak", 1, other_languages},
    {"oct", 10, english | french | spanish},
    {"october", 10, english},
    {"octobre", 10, french},
    {"octombrie", 10, other_languages},
    {"octubre", 10, spanish},
    {"okt", 10, german | dutch},
    {"oktober", 10, german | dutch | other_languages},
    {"oktobra", 10, other_languages},
    {"ott", 10, italian},
    {"ottobre", 10, italian},
    {"outubro", 10, portuguese},
    {"pazdziernika", 10, other_languages},
    {"prosince", 12, other_languages},
    {"rijna", 10, other_languages},
    {"sep", 9, english | german | spanish | dutch},
    {"sept", 9, english | german | french | spanish | dutch},
    {"september", 9, english | german | dutch | other_languages},
    {"septembra", 9, other_languages},
    {"septembre", 9, french},
    {"septembrie", 9, other_languages},
    {"septiembre", 9, spanish},
    {"setembro", 9, portuguese},
    {"setiembre", 9, spanish},
    {"sett", 9, italian},
    {"settembre", 9, italian},
    {"sierpnia", 8, other_languages},
    {"srpna", 8, other_languages},
    {"stycznia", 1, other_languages},
    {"subat", 2, other_languages},
    {"syyskuuta", 9, other_languages},
    {"szeptember", 9, other_languages},
    {"tammikuuta", 1, other_languages},
    {"temmuz", 7, other_languages},
    {"toukokuuta", 5, other_languages},
    {"unora", 2, other_languages},
    {"wrzesnia", 9, other_languages},
    {"zari", 9, other_languages},
    {"απριλιου", 4, other_languages},
    {"αυγουστου", 8, other_languages},
    {"δεκεμβριου", 12, other_languages},
    {"ιανουαριου", 1, other_languages},
    {"ιουλιου", 7, other_languages},
    {"ιουνιου", 6, other_languages},
    {"μαιου", 5, other_languages},
    {"μαρτιου", 3, other_languages},
    {"νοεμβριου", 11, other_languages},
    {"οκτωβριου", 10, other_languages},
    {"σεπτεμβριου", 9, other_languages},
    {"φεβρουαριου", 2, other_languages},
    {"августа", 8, other_languages},
    {"апреля", 4, other_languages},
    {"березня", 3, other_languages},
    {"вересня", 9, other_languages},
    {"грудня", 12, other_languages},
    {"декабря", 12, other_languages},
    {"жовтня", 10, other_languages},
    {"июля", 7, other_languages},
    {"июня", 6, other_languages},
    {"квітня", 4, other_languages},
    {"липня", 7, other_languages},
    {"листопада", 11, other_languages},
    {"лютого", 2, other_languages},
    {"марта", 3, other_languages},
    {"мая", 5, other_languages},
    {"ноября", 11, other_languages},
    {"октября", 10, other_languages},
    {"сентября", 9, other_languages},
    {"серпня", 8, other_languages},
    {"січня", 1, other_languages},
    {"травня", 5, other_languages},
    {"февраля", 2, other_languages},
    {"червня", 6, other_languages},
    {"января", 1, other_languages},
});
static_assert(std::is_sorted(month_names.begin(), month_names.end(),
                             [](const MonthName& a, const MonthName& b) { return a.name < b.name; }));

constexpr auto ordinal_endings = std::to_array<std::string_view>(
    {"a", "e", "eme", "er", "ere", "ieme", "nd", "o", "rd", "re", "st", "ste", "sten", "te", "ten", "th"});
static_assert(std::ranges::is_sorted(ordinal_endings));

constexpr auto before_month = std::to_array<std::string_view>(
    {"d",   "da",   "dag",  "day",    "days",  "de", "degli",  "dei",    "del",  "della", "der",
     "des", "di",   "dia",  "dias",   "do",    "du", "giorni", "giorno", "jour", "jours", "maand",
     "mes", "mese", "mois", "monats", "month", "of", "tag",    "tage",   "the",  "van"});
static_assert(std::ranges::is_sorted(before_month));

constexpr auto before_year = std::to_array<std::string_view>(
    {"a",     "ad",     "an", "annee",  "anno", "ano", "d",   "de",   "del",
     "dell",  "des",    "do", "domini", "het",  "im",  "in",  "jaar", "jahr",
     "jahre", "jahres", "l",  "lord",   "of",   "our", "the", "van",  "year"});
static_assert(std::ranges::is_sorted(before_year));

constexpr auto eras_of_east_asia =
    std::to_array<Era>({{"令和", 2018}, {"平成", 1988}, {"昭和", 1925}, {"民國", 1911}, {"民国", 1911}});

constexpr auto numerals = std::to_array<Numeral>(
    {{"〇", 0}, {"零", 0}, {"一", 1}, {"二", 2},  {"三", 3}, {"四", 4}, {"五", 5}, {"六", 6},
     {"七", 7}, {"八", 8}, {"九", 9}, {"十", 10}, {"0", 0},  {"1", 1},  {"2", 2},  {"3", 3},
     {"4", 4},  {"5", 5},  {"6", 6},  {"7", 7},   {"8", 8},  {"9", 9}});

constexpr auto english_common = std::to_array<std::string_view>(
    {"and", "by", "for", "from", "is", "of", "the", "this", "to", "with", "your"});
static_assert(std::ranges::is_sorted(english_common));

constexpr auto mainland_common = std::to_array<std::string_view>({"avec",
                                                                  "bedrag",
                                                                  "betrag",
                                                                  "com",
                                                                  "con",
                                                                  "das",
                                                                  "datum",
                                                                  "della",
                                                                  "der",
                                                                  "die",
                                                                  "du",
                                                                  "ein",
                                                                  "eine",
                                                                  "el",
                                                                  "en",
                                                                  "est",
                                                                  "et",
                                                                  "factura",
                                                                  "facture",
                                                                  "factuur",
                                                                  "fattura",
                                                                  "fatura",
                                                                  "fecha",
                                                                  "fur",
                                                                  "het",
                                                                  "importe",
                                                                  "ist",
                                                                  "le",
                                                                  "les",
                                                                  "los",
                                                                  "mit",
                                                                  "montant",
                                                                  "numero",
                                                                  "nummer",
                                                                  "para",
                                                                  "por",
                                                                  "pour",
                                                                  "rechnung",
                                                                  "rechnungsdatum",
                                                                  "rechnungsnummer",
                                                                  "und",
                                                                  "van",
                                                                  "vom",
                                                                  "von",
                                                                  "voor"});
static_assert(std::ranges::is_sorted(mainland_common));

template <class Words>
bool is_one_of(const Words& words, std::string_view word) {
  return std::ranges::binary_search(words, word);
}

}  // namespace

const MonthName* month_named(std::string_view folded) {
  const auto found = std::ranges::lower_bound(month_names, folded, {}, &MonthName::name);
  return found != month_names.end() && found->name == folded ? &*found : nullptr;
}

bool is_ordinal_ending(std::string_view folded) { return is_one_of(ordinal_endings, folded); }

bool leads_to_month(std::string_view folded) { return is_one_of(before_month, folded); }

bool leads_to_year(std::string_view folded) { return is_one_of(before_year, folded); }

std::span<const Era> eras() { return eras_of_east_asia; }

std::span<const Numeral> eastern_numerals() { return numerals; }

bool is_common_in_english(std::string_view folded) { return is_one_of(english_common, folded); }

bool is_common_on_mainland(std::string_view folded) { return is_one_of(mainland_common, folded); }

}  // namespace docket
