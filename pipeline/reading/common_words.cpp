// Words that say little, in the languages of the built-in vocabulary and their neighbours; as `fold` writes
// them. Words that are something else in another of the languages (`die`, `car`, `war`) are left out.
#include <algorithm>
#include <array>
#include <string>

#include "pipeline/reading/keyword.h"
#include "pipeline/support/ascii.h"

namespace docket {
namespace {

constexpr std::string_view fillers =
    " a about after all also am an and any are as at be because been before being between but by can could "
    "did do "
    "does each for from had has have he her his how i if in into is it its may more most must my no not of "
    "on one "
    "only or other our out over s shall she should since so some such t than that the their them then there "
    "these "
    "they this those through to under until up upon was we were what when where which while who will with "
    "would you "
    "your "
    "aber alle als auch auf aus bei beim bis da damit das dass dem den der des dessen dies diese dieser doch "
    "durch "
    "ein eine einem einen einer eines er es fur gegen haben hier ich ihm ihnen ihr ihre ihrer im ist ja kann "
    "kein "
    "keine konnen mehr mein mit muss nach nicht noch nur oder ob ohne seine sich sie sind soll sowie uber um "
    "und uns "
    "unser unsere unter vom von vor wenn werden wie wir wird wurde zu zum zur zwischen "
    "au aux avec c ce ces cette chez comme d dans de depuis donc du elle elles en entre est et etre eux il "
    "ils je j l "
    "la le les leur leurs lui m mais meme n ne nos notre nous on ont ou par pas plus pour qu que qui sa sans "
    "se ses "
    "si sous sont sur tous tout toute toutes tres un une vers vos votre vous y "
    "al como con cual cuando del desde donde el ella ellos entre era esta este esto fue ha hay la las lo los "
    "mas "
    "muy nos o para pero por porque que se segun ser sobre su sus todo todos una uno unos y "
    "alla anche che chi col come con cui da dal dalla dei del della delle di e gli il io la le lo ma nel "
    "nella non "
    "per piu quale quando questa questo se si sono su sul sulla tra un una uno "
    "aan als bij dan dat de deze dit door een en er geen het hun ik is maar met naar niet nog of om ook "
    "onder op "
    "over te tot uit van voor waar wat wij worden zal zij zijn "
    "ao aos as com como da das do dos e ela ele em foi mais mas na nas no nos o os ou para pela pelo por que "
    "sao se "
    "sem seu sua um uma ";

constexpr std::string_view everyday =
    " address amount amounts city code company country date dated day description details "
    "email "
    "fax gmbh hour hours http https inc information item items ltd mail mobile month name names no note "
    "notes nr "
    "number numbers page pages pdf phone place price reference ref signature street sum tel telephone "
    "time total totals web website www year zip "
    "adresse anzahl art betrag beschreibung bezeichnung datum email fax firma land menge mobil monat "
    "name "
    "nummer ort plz preis seite seiten stadt strasse stunden stuck summe tag tage telefax telefon uhr "
    "uhrzeit "
    "unterschrift jahr zeit "
    "annee courriel date heure jour lieu mail mois montant nom nombre numero page pays prenom prix rue "
    "societe "
    "signature telephone titre total ville "
    "ano cantidad ciudad codigo correo dia direccion fecha firma hora importe mes nombre pagina pais precio "
    "telefono "
    "citta codice data firma giorno importo indirizzo ora pagina prezzo somma telefono totale "
    "aantal adres bedrag datum naam pagina plaats prijs telefoon tijd totaal "
    "cidade endereco nome pagina preco quantidade telefone valor ";

/// A word of the list, with a blank on both sides.
bool stands_in(std::string_view list, std::string_view word) {
  return list.find(" " + std::string(word) + " ") != std::string_view::npos;
}

Commonness commonness_of_word(std::string_view word) {
  if (is_digit(word.front())) return Commonness::rare;
  if (stands_in(everyday, word)) return Commonness::everyday;
  return stands_in(fillers, word) ? Commonness::filler : Commonness::rare;
}

}  // namespace

Commonness commonness(std::string_view words) {
  const Folded folded = fold(words);
  if (folded.tokens.empty()) return Commonness::rare;
  Commonness found = Commonness::filler;
  for (std::size_t i = 0; i < folded.tokens.size(); ++i)
    found = std::min(found, commonness_of_word(folded.token(i)));
  return found;
}

}  // namespace docket
