#include "backends/calls/redaction.h"

#include <gtest/gtest.h>

#include <random>

#include "pipeline/document_marks.h"
#include "pipeline/json/schema.h"
#include "pipeline/reading/plain.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/utf8.h"
#include "tests/held_backend.h"

namespace docket::backends {
namespace {

using nlohmann::json;

RedactedKinds all_kinds() { return {{std::begin(personal_kinds), std::end(personal_kinds)}, {}}; }

std::shared_ptr<const Schema> schema_of(json properties) {
  return std::make_shared<const Schema>(
      json{{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", true}});
}

class Redaction : public testing::Test {
 protected:
  void make(RedactedKinds kinds, Location location = Location::cloud) {
    backend_ = make_redaction(std::make_unique<HeldBackend>(calls_), location, std::move(kinds));
  }
  /// Asks about a document and returns what of it goes up.
  std::string ask(const std::string& content, const std::string& task = "Find it.", json properties = {},
                  const std::string& whole = "") {
    if (!backend_) make(all_kinds());
    outcome_ = {};
    Prompt prompt;
    prompt.document = {{PromptPart::Kind::text, between_marks(content)}};
    prompt.task = task;
    if (!properties.is_null()) prompt.schema = schema_of(std::move(properties));
    Request request{"far", std::move(prompt)};
    auto text = std::make_shared<Text>();
    text->pages.push_back({0, 0, whole.empty() ? content : whole, {}});
    request.asked_by.text = text;
    backend_->submit(std::move(request), outcome_.done());
    return std::string(*content_between_marks(sent().document.at(0).text));
  }
  const Prompt& sent() const { return std::get<Prompt>(calls_.request().question); }
  const std::map<std::string, std::int64_t>& redactions() const { return calls_.request().sent.redactions; }
  Error answer_that_is_none(json value) {
    calls_.answer({Answer{std::move(value)}});
    return outcome_.error();
  }
  const Answer& answer(json value, std::map<std::string, TokenProbability> probabilities = {}) {
    Reply reply;
    reply.answer = Answer{std::move(value), nullptr, std::move(probabilities)};
    calls_.answer(std::move(reply));
    return *outcome_.reply->answer;
  }

  HeldCalls calls_;
  CallOutcome outcome_;
  std::unique_ptr<Backend> backend_;
};

/// What stands between two words of a text.
std::string between(const std::string& text, const std::string& before, const std::string& after) {
  const std::size_t begin = text.find(before) + before.size();
  return text.substr(begin, text.find(after, begin) - begin);
}

TEST_F(Redaction, SendsStandInsAndPutsTheValuesBack) {
  const std::string text = "From jane@acme.com, IBAN DE89 3704 0044 0532 0130 00; total 12.50";
  const std::string up = ask(text, "Is jane@acme.com right?");
  EXPECT_EQ(up.find("jane"), std::string::npos);
  EXPECT_EQ(up.find("0532"), std::string::npos);
  EXPECT_EQ(sent().task.find("jane"), std::string::npos);
  EXPECT_NE(up.find("; total 12.50"), std::string::npos);
  EXPECT_EQ(redactions(), (std::map<std::string, std::int64_t>{{"email", 2}, {"iban", 1}}));
  const std::string iban = between(up, "IBAN ", ";"), mail = between(up, "From ", ",");
  EXPECT_TRUE(iban.starts_with("DE")) << "the country stays";
  EXPECT_EQ(find_personal_data(iban).size(), 1u) << "check digits are right: " << iban;
  const Answer& back = answer({{"quote", "IBAN " + iban}, {"value", signs_of(iban)}, {"mail", mail}},
                              {{"/value", {0.9, 0.8, {}}}});
  EXPECT_EQ(back.value["quote"], "IBAN DE89 3704 0044 0532 0130 00");
  EXPECT_EQ(back.value["value"], "DE89370400440532013000");
  EXPECT_EQ(back.value["mail"], "jane@acme.com");
  EXPECT_EQ(back.probabilities.at("/value").least, 0.9);
  EXPECT_TRUE(back.problems.empty());
}

TEST_F(Redaction, ALocalModelIsAskedAsItIs) {
  make(all_kinds(), Location::local);
  EXPECT_EQ(ask("jane@acme.com"), "jane@acme.com");
}

TEST_F(Redaction, OnlyTheKindsThatThePolicyNames) {
  make({{PersonalKind::iban}, {}});
  const std::string up = ask("jane@acme.com DE89370400440532013000");
  EXPECT_TRUE(up.starts_with("jane@acme.com DE"));
  EXPECT_EQ(up.find("0532"), std::string::npos);
}

TEST_F(Redaction, AValueHasOneStandInWhateverPartOfTheDocumentIsShown) {
  const std::string whole = "a@acme.com, b@acme.com, Tel 089 1234567, +49 89 1234567";
  const std::string up = ask(whole);
  calls_.answer(good_reply());
  const std::string second = ask("b@acme.com", "And?", {}, whole);
  EXPECT_NE(up.find(second), std::string::npos) << up << " " << second;
  const std::string national = between(up, "Tel 0", ","), international = between(up + "!", "+49 ", "!");
  EXPECT_EQ(national, international);
}

TEST_F(Redaction, SaysNothingOfTheValueNorOfTheWholeText) {
  const std::string one = ask("mail jane@acme.com");
  const std::string first_part = sent().document[0].text;
  calls_.answer(good_reply());
  EXPECT_EQ(ask("mail john@other.org"), one);
  EXPECT_EQ(sent().document[0].text, first_part) << "the mark is made of what is sent";
}

TEST_F(Redaction, AStandInThatTheTextHasIsNotTaken) {
  const std::string mail = ask("jane@acme.com");
  calls_.answer(good_reply());
  const std::string up = ask("jane@acme.com and " + mail);
  EXPECT_NE(up.substr(0, up.find(' ')), mail);
  const Answer& back = answer({{"all", up}});
  EXPECT_EQ(back.value["all"], "jane@acme.com and " + mail);
  EXPECT_TRUE(back.problems.empty());
}

TEST_F(Redaction, WhatTheSchemaEnforcesAllowsStandIns) {
  const json properties = {
      {"iban", {{"type", "string"}, {"pattern", "^DE[0-9]{20}$"}, {"minLength", 22}, {"maxLength", 22}}},
      {"mail", {{"type", "string"}, {"format", "email"}, {"maxLength", 13}}},
      {"ours", {{"type", "string"}, {"pattern", "@acme\\.com$"}}},
      {"one_of", {{"enum", {"jane@acme.com", "none"}}}},
      {"phone", {{"type", "string"}, {"pattern", "^\\+[1-9][0-9]{6,14}$"}}},
      {"card", {{"type", "integer"}}}};
  const std::string up =
      ask("jane@acme.com DE89370400440532013000 +49 89 1234567 4111111111111111", "Find it.", properties);
  std::vector<std::string> words;
  for (std::size_t at = 0; at < up.size();) {
    const std::size_t end = std::min(up.find(' ', at), up.size());
    words.push_back(up.substr(at, end - at));
    at = end + 1;
  }
  const json value = {{"iban", words[1]},
                      {"mail", words[0]},
                      {"ours", words[0]},
                      {"one_of", words[0]},
                      {"phone", "+49" + words[3] + words[4]},
                      {"card", std::stoll(words[5])}};
  EXPECT_TRUE(sent().schema->validate(value).empty()) << value << sent().schema->document();
  EXPECT_EQ(sent().schema->document().dump().find("jane"), std::string::npos);
  const Answer& back = answer(value);
  EXPECT_EQ(back.value, (json{{"iban", "DE89370400440532013000"},
                              {"mail", "jane@acme.com"},
                              {"ours", "jane@acme.com"},
                              {"one_of", "jane@acme.com"},
                              {"phone", "+49891234567"},
                              {"card", 4111111111111111}}));
  EXPECT_TRUE(back.problems.empty());
}

TEST_F(Redaction, AStandInThatCameBackChangedIsAProblem) {
  const std::string text = "DE89370400440532013000 jane@acme.com +49 170 12345678";
  const std::string up = ask(text);
  const std::string iban = up.substr(0, 22), mail = between(up, " ", " +"), phone = up.substr(up.size() - 8);
  std::string altered = iban;
  altered[12] = altered[12] == '5' ? '6' : '5';
  const json values = {{"altered", altered},
                       {"shorter", iban.substr(0, 18)},
                       {"in_pieces", {{"bank", iban.substr(4, 8)}, {"account", iban.substr(12)}}},
                       {"glued", iban + "7"},
                       {"domain", mail.substr(mail.find('@') + 1)},
                       {"own_part", mail.substr(0, mail.find('@'))},
                       {"twice", mail + mail},
                       {"cut", phone.substr(0, 6)},
                       {"good", "see " + iban + " and " + mail},
                       {"amount", "123456.78"},
                       {"day", "2024-03-05"}};
  const Answer& back = answer(values);
  std::string places;
  for (const auto& [place, problem] : back.problems) {
    places += place + " ";
    EXPECT_EQ(problem, "a stand-in for a redacted value came back changed");
  }
  EXPECT_EQ(places,
            "/altered /cut /domain /glued /in_pieces/account /in_pieces/bank /own_part /shorter /twice ");
  EXPECT_EQ(back.value["good"], "see DE89370400440532013000 and jane@acme.com");
}

TEST_F(Redaction, NamesOfMembersAreRestoredAndPointersWithThem) {
  const std::string mail = ask("jane@acme.com");
  const Answer& back = answer({{"by", {{mail, "chief"}}}}, {{"/by/" + mail, {0.5, 0.5, {}}}});
  EXPECT_EQ(back.value["by"]["jane@acme.com"], "chief");
  EXPECT_TRUE(back.probabilities.contains("/by/jane@acme.com"));
}

TEST_F(Redaction, AnAddressInPiecesStandsAgainAsItWas) {
  const std::string up = ask("Mail: jane@\nacme.com; me (at) home (dot) example.");
  EXPECT_EQ(up.find("acme"), std::string::npos);
  const Answer& back = answer({{"all", up}});
  EXPECT_EQ(back.value["all"], "Mail: jane@\nacme.com; me (at) home (dot) example.");
}

TEST_F(Redaction, PatternsOfTheUser) {
  make({{}, {*Pattern::compile("KD-[0-9]{6}"), *Pattern::compile("\\b[A-Z]{3}[0-9]{4}\\b")}});
  const std::string up = ask("Customer KD-123456, also KD 123456, plate ABC1234");
  EXPECT_EQ(up.find("123456"), std::string::npos) << up;
  EXPECT_EQ(up.find("1234"), std::string::npos) << up;
  EXPECT_EQ(between(up, "Customer ", "-"), "KD");
  const Answer& back = answer({{"all", up}});
  EXPECT_EQ(back.value["all"], "Customer KD-123456, also KD 123456, plate ABC1234");
}

TEST_F(Redaction, AnErrorNamesTheValueAndNotTheStandIn) {
  const std::string mail = ask("jane@acme.com");
  calls_.answer(bad_reply(ErrorClass::content, "'" + mail + "' is no date"));
  EXPECT_EQ(outcome_.error().message, "'jane@acme.com' is no date");
}

TEST_F(Redaction, AKnownValueIsFoundInAnySpellingAndGluedToAnything) {
  struct Case {
    std::string known, elsewhere, kept;  ///< `kept`: what goes up of it, if nothing else does.
  };
  const std::string iban = "IBAN GB29 NWBK 6016 1331 9268 19", card = "card 4111 1111 1111 1111",
                    mail = "jane.doe@acme.com", phone = "Tel. 0151 23456789";
  for (const auto& [known, elsewhere, gone] :
       std::vector<Case>{{iban, "refIBANGB29NWBK60161331926819end", "6016"},
                         {iban, "GB29NWBK60161331926819BIC NWBKGB2L", "6016"},
                         {iban, "gb29nwbk60161331926819bic", "6016"},
                         {iban, "invoice_GB29NWBK60161331926819_1.pdf", "6016"},
                         {iban, "GB29    NWBK    6016    1331    9268    19", "6016"},
                         {iban, "GB29:NWBK:6016:1331:9268:19", "6016"},
                         {iban, "GB29 NWBK\n\n6016 1331\f9268 19", "6016"},
                         {iban, R"({"value": "Jane\nGB29 NWBK 6016\t1331 9268 19\nx"})", "6016"},
                         {iban, R"("{\"a\": \"\\nGB29 NWBK\\n6016 1331 9268 19\"}")", "6016"},
                         {iban, "?a=GB29%20NWBK%206016%201331%209268%2019&b=1", "6016"},
                         {iban, R"(C:\nGB29NWBK60161331926819)", "6016"},
                         {card, "no4111111111111111", "1111"},
                         {card, "4111&nbsp;1111&nbsp;1111&nbsp;1111", "1111"},
                         {card, "4111|1111|1111|1111", "1111"},
                         {card, "00411111111111111100", "1111"},
                         {phone, "mobile015123456789", "23456"},
                         {phone, "0151-2345 6789, 0151_23456789", "6789"},
                         {phone, "+4915123456789x", "6789"},
                         {mail, "jane.doe[at]acme[dot]com", "doe"},
                         {mail, "jane.doe @ acme.com", "doe"},
                         {mail, "?m=jane.doe%40acme.com&x", "doe"},
                         {mail, "jane.doe&#64;acme.com", "doe"},
                         {mail, R"({"m": "\njane.doe\u0040acme.com\n"})", "doe"},
                         {mail, "jane dot doe at acme dot com", "doe"},
                         {mail, "?m=jane.doe%2540acme.com", "doe"},
                         {mail, R"(jane\.doe\@acme\.com)", "doe"},
                         {"ref", "GB29 | NWBK | 6016 | 1331 | 9268 | 19", "6016"},
                         {"ref", "G B 2 9 N W B K 6 0 1 6 1 3 3 1 9 2 6 8 1 9", "6 0 1 6"},
                         {"ref", "GB29 <b>NWBK</b> 6016<span class='x'>1331</span> 92<i>68</i> 19", "6016"},
                         {"ref", "<td>7</td><td>4111</td><td>1111</td>\n<td>1111</td><td>1111</td>", "1111"},
                         {"ref", "jane.doe<span>@</span>acme.com, <jane@acme.com>", "doe"},
                         {"ref", "card=4111111111=\n111111 jane.doe=40acme.com", "doe"},
                         {"ref", "<a href='mailto:jane.doe@acme.com'>x</a>", "doe"},
                         {"ref", "+44 20 7946 0018 4111-1111-1111-1111", "7946"},
                         {"ref", "j a n e . d o e @ a c m e . c o m   a n d", "d o e"},
                         {"ref", "jane . doe@acme . com", "doe"},
                         {"ref", "T e l .   0 1 5 1   2 3 4 5 6 7 8 9", "4 5 6"},
                         {"ref", "V i s a   4 1 1 1   1 1 1 1   1 1 1 1   1 1 1 1", "1 1 1"},
                         {mail, "j a n e . d o e @ a c m e . c o m", "d o e"},
                         {"ref", "GB29\u00B7NWBK\u00B76016\u00B71331\u00B79268\u00B719", "6016"},
                         {"ref", "\uFF27\uFF22\uFF12\uFF19 NWBK 6016 1331 9268 19", "6016"},
                         {"ref", "41111111\n\n11111111", "1111"},
                         {"ref", "4111,1111,1111,1111", "1111"},
                         {"ref", "jane.doe @ acme.com", "doe"},
                         {"ref", "SSN123-45-6789", "6789"},
                         {"ref", "Mobil017023456789", "2345"}}) {
    const std::string text = known + "\n\n" + elsewhere + "\nTotal 12";
    const std::string up = ask(text);
    EXPECT_EQ(up.find(gone), std::string::npos) << elsewhere << " as\n" << up;
    const Answer& back = answer({{"text", up}});
    EXPECT_EQ(back.value["text"], text) << up;
    EXPECT_TRUE(back.problems.empty()) << text << "\n" << up;
  }
}

TEST_F(Redaction, ABodyInWhichAValueIsLeftIsNotSent) {
  ask("IBAN GB29 NWBK 6016 1331 9268 19, jane.doe@acme.com, card 4111 1111 1111 1111, a@b.de");
  const LastLook look = calls_.request().last_look;
  for (const std::string& body :
       {json{{"schema", {{"GB29NWBK60161331926819", 1}}}}.dump(), json{{"a", "x4111111111111111"}}.dump(),
        json{{"is it jane.doe@acme.com", 1}}.dump(), json{{"maximum", 4111111111111111}}.dump(),
        json{{"a", json{{"b", "\nGB29 NWBK 6016\t1331 9268 19"}}.dump()}}.dump(),
        std::string(R"({"a": "jane.doe\u0040acme.com"})"), std::string(R"({"a": "a\u0040b.de"})"),
        std::string(R"({"a": "x\/4111\/1111\/1111\/1111"})"), std::string("no JSON, 4111111111111111")}) {
    const std::optional<Error> error = look(body);
    ASSERT_TRUE(error) << body;
    EXPECT_EQ(error->error_class, ErrorClass::withheld);
    EXPECT_EQ(error->message, "policy: redact");
    EXPECT_EQ(error->detail.find("6016"), std::string::npos);
  }
  EXPECT_FALSE(
      look(json{{"messages", {{{"content", sent().document[0].text}}}}, {"max_tokens", 4096}}.dump()));
}

TEST_F(Redaction, APieceOfAValueDoesNotLeaveWhereADocumentIsCut) {
  const std::string whole = "Pay to DE89 3704 0044\n0532 0130 00 or 4111 1111 1111 1111 by May";
  for (const std::string part : {"Pay to DE89 3704 0044", "0532 0130 00 or 4111 1111 1111 1111 by May",
                                 "1111 1111 by May", "Pay to DE89 3704 0044\n0532 0130 00 or 4111 1111 1"}) {
    const std::string up = ask(part, "Find it.", {}, whole);
    for (const char* piece : {"0044", "0130", "1111 1"})
      EXPECT_EQ(up.find(piece), std::string::npos) << part << " as " << up;
    EXPECT_EQ(answer({{"text", up}}).value["text"], part) << up;
  }
}

TEST_F(Redaction, AnAddressThatIsCutInTwoDoesNotLeave) {
  const std::string whole = "Write to jane.doe@\nacme-trading.com or jane_roe99 (at) acme.com by May";
  for (const auto& [part, gone] : std::vector<std::pair<std::string, std::string>>{
           {"Write to jane.doe@", "doe"},
           {"acme-trading.com or jane_roe99", "trading"},
           {"acme-trading.com or jane_roe99", "roe99"},
           {"Trading.com, (at) acme.com by May", "(at) acme.com b"}}) {
    const std::string up = ask(part, "Find it.", {}, whole);
    EXPECT_EQ(up.find(gone) == std::string::npos, gone[0] != '(') << part << " as " << up;
    const Answer& back = answer({{"text", up}});
    EXPECT_EQ(back.value["text"], part) << up;
    EXPECT_TRUE(back.problems.empty()) << up;
  }
}

TEST_F(Redaction, AnInvoiceNumberThatLooksLikeAnIdComesBack) {
  const json properties = {{"invoice_number", {{"type", "string"}, {"pattern", "^[A-Z-]*[0-9/ -]+[A-Z]?$"}}}};
  for (const std::string number :
       {"RE86095742719", "RE12345678911", "RE-86095742719", "INV12345678Z", "R123-45-6789",
        "4111111111111111", "2024/86095742719", "RE 86 095 742 719"}) {
    const std::string up =
        ask("Invoice no. " + number + "; total 12.50, again " + number + ".", "Find it.", properties);
    const std::string shown = between(up, "no. ", ";");
    const Answer& back = answer({{"invoice_number", shown}, {"quote", "Invoice no. " + shown + "; total"}});
    EXPECT_EQ(back.value["invoice_number"], number) << shown;
    EXPECT_EQ(back.value["quote"], "Invoice no. " + number + "; total") << shown;
    EXPECT_TRUE(back.problems.empty()) << number << " as " << shown;
  }
}

TEST_F(Redaction, WhateverTheModelMakesOfAStandInTheValueIsRightOrAProblem) {
  const std::string text = "DE89370400440532013000; jane.doe@acme.com; 4111111111111111; +49 170 12345678";
  const std::vector<std::string> values = {"DE89370400440532013000", "jane.doe@acme.com", "4111111111111111",
                                           "+49 170 12345678"};
  const auto spaced = [](const std::string& one, const std::string& gap) {
    std::string all;
    for (const char c : one)
      all += (all.empty() ? "" : gap) + c;
    return all;
  };
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::string up = ask(text) + ";";
    for (std::size_t skip = 0; skip < i; ++skip)
      up.erase(0, up.find("; ") + 2);
    const std::string one = up.substr(0, up.find(';')), half = one.substr(0, one.size() * 2 / 3);
    const auto changed = [&](std::size_t at, const std::string& by) {
      return std::string(one).replace(at, 1, by);
    };
    std::vector<std::string> forms = {one,
                                      to_lower(one),
                                      to_upper(one),
                                      " " + one + " ",
                                      "**" + one + "**",
                                      "`" + one + "`",
                                      "[" + one + "](mailto:" + one + ")",
                                      "It is " + one + ", not another.",
                                      one + " " + one,
                                      one + one,
                                      one + "," + one,
                                      one + "\n" + one,
                                      spaced(one, " "),
                                      spaced(one, "\u200B"),
                                      spaced(one, "\\"),
                                      "x" + one,
                                      one + "x",
                                      "7" + one,
                                      one + "7",
                                      half,
                                      half + "...",
                                      one.substr(half.size()),
                                      changed(5, ""),
                                      changed(one.size() - 3, "?"),
                                      changed(one.size() - 4, "W"),
                                      half + " " + one.substr(half.size()),
                                      half + "\n" + one.substr(half.size()),
                                      json(one).dump(),
                                      "<" + one + ">",
                                      "value of " + one + "'s account"};
    for (const std::string& form : forms) {
      ask(text);
      const Answer& back = answer({{"a", form}, {form, 1}});
      // What is accepted says nothing but the value, in its order, as often as the model wrote it.
      const std::string said = signs_of(plain(back.value["a"].get<std::string>()));
      const std::string signs = signs_of(plain(values[i]));
      const bool is_right = said.find(signs) != std::string::npos;
      EXPECT_TRUE(is_right || back.problems.contains("/a"))
          << values[i] << ": " << form << " is " << back.value;
      EXPECT_EQ(back.problems.contains("/a"), back.problems.size() > 1) << back.value;
    }
  }
}

TEST_F(Redaction, AValueThatIsANumberComesBackAsOneOrIsAProblem) {
  make({{PersonalKind::card, PersonalKind::phone}, {Pattern::compile("0[0-9]{8}|[0-9]{22}").value()}});
  const std::string up = ask("4111111111111111; +49 170 12345678; 1234567890123456789012; 012345678");
  const std::string card = up.substr(0, 16), phone = signs_of(between(up, "+", ";")),
                    large = up.substr(up.size() - 33, 22), zero = up.substr(up.size() - 9);
  const Answer& back = answer({{"card", json::parse(card)},
                               {"real", json::parse(card + ".0")},
                               {"phone", json::parse(phone)},
                               {"large", json::parse(large)},
                               {"zero", json::parse(zero)},
                               {"amount", 1234.5},
                               {"list", {json::parse(card), 3}}});
  EXPECT_EQ(back.value["card"], 4111111111111111);
  EXPECT_EQ(back.value["phone"], 4917012345678);
  EXPECT_EQ(back.value["list"][0], 4111111111111111);
  EXPECT_EQ(back.problems.size(), 3u) << json(back.problems);
  EXPECT_TRUE(back.problems.contains("/real")) << "it has lost digits: " << back.value;
  EXPECT_TRUE(back.problems.contains("/large") && back.problems.contains("/zero")) << back.value << up;
}

TEST_F(Redaction, ValuesInWhatOnlyTheSchemaSaysDoNotLeave) {
  make(all_kinds());
  ask("nothing here", "Find it.", {{"who", {{"enum", {"jane@acme.com", "none"}}}}});
  EXPECT_EQ(sent().schema->document().dump().find("jane"), std::string::npos);
  const json sent_as = sent().schema->document()["properties"]["who"]["enum"][0];
  EXPECT_EQ(answer({{"who", sent_as}}).value["who"], "jane@acme.com");
}

TEST_F(Redaction, TheAnswerIsJudgedByTheSchemaOfTheUser) {
  const json properties = {
      {"customer", {{"type", "string"}, {"pattern", "@acme\\.com$"}, {"maxLength", 13}, {"minLength", 3}}}};
  for (const char* said : {"nobody at all", "x", "jane@acme.com and more", "b@example.com"}) {
    ask("From jane@acme.com", "Who?", properties);
    EXPECT_TRUE(calls_.request().judge(Answer{{{"customer", said}}})) << "before it is kept, too: " << said;
    const Error error = answer_that_is_none({{"customer", said}});
    EXPECT_EQ(error.error_class, ErrorClass::content) << said;
    EXPECT_NE(error.message.find("does not match the schema"), std::string::npos) << error.message;
  }
  const std::string mail = between(ask("From jane@acme.com!", "Who?", properties), "From ", "!");
  EXPECT_FALSE(calls_.request().judge(Answer{{{"customer", mail}}}));
  EXPECT_EQ(answer({{"customer", mail}}).value["customer"], "jane@acme.com");
}

TEST_F(Redaction, ALongListIsOneLookAtItsText) {
  std::string text;
  for (int i = 0; i < 500; ++i)
    text += "Tel. 0151 " + std::to_string(20000000 + i * 7919) + "\n";
  const std::string up = ask(text);
  EXPECT_EQ(up.find("20007919"), std::string::npos);
  const Answer& back = answer({{"text", up}});
  EXPECT_EQ(back.value["text"], text);
}

// Random documents: whatever spelling a value has, nothing of it goes up, and all of it comes back.

class RandomDocuments {
 public:
  explicit RandomDocuments(unsigned seed) : random_(seed) {}

  /// A text, and the signs of the values in it.
  std::pair<std::string, std::vector<std::string>> next() {
    std::string text;
    std::vector<std::string> values;
    for (int i = number(1, 8); i > 0; --i) {
      std::string value;
      text += words() + one(value) + one_of({"\n", ". ", ", ", " | ", "\n\n"});
      values.push_back(value);
      if (value.size() >= 16) text += again(value) + "\n";
    }
    return {text + words(), values};
  }

 private:
  int number(int least, int most) { return std::uniform_int_distribution<int>(least, most)(random_); }
  std::string one_of(const std::vector<std::string>& choices) {
    return choices[static_cast<std::size_t>(number(0, static_cast<int>(choices.size()) - 1))];
  }
  std::string digits(int count) {
    std::string text;
    while (count-- > 0)
      text += static_cast<char>('0' + number(0, 9));
    return text;
  }
  std::string words() {
    return one_of({"Invoice 2024-17 of 05.03.2024: 1.234,56 EUR ", "Sehr geehrte Damen und Herren,\n",
                   "Betrag 99,00 ", "It ends on 2025-12-31. ", "Contact: ", "see below: ", "日本語の文 "});
  }

  std::string one(std::string& value) {
    switch (number(0, 5)) {
      case 0:
        return mail(value);
      case 1:
        return grouped(value = iban(), 4);
      case 2:
        return grouped(value = card(), 4);
      case 3:
        value = one_of({"86095742719", "7569217076985", "111444777355", "85073003328"});
        if (value == "111444777355") value = "RSSMRA85T10A562S";
        return grouped(value, 3);
      case 4:
        value = "170" + digits(8);
        return one_of({"+49 ", "0049 ", "+49 (0)"}) + grouped(value, 3, false);
      default:
        value = "89" + digits(7);
        return one_of({"Tel. 0", "Phone: 0"}) + grouped(value, 2, false);
    }
  }
  std::string mail(std::string& value) {
    const std::string own = one_of({"jane", "j.doe", "max_m", "Anna-Lena"}) + digits(3);
    const std::string domain =
        one_of({"acme", "firma", "contoso"}) + digits(2) + "." + one_of({"de", "com", "co.uk"});
    value = own;
    return own + one_of({"@", "@", "@\n", " (at) ", "\uFF20"}) + domain;
  }
  std::string iban() {
    const std::string country = one_of({"DE", "AT"}), account = digits(country == "DE" ? 18 : 16);
    for (int check = 2; check < 99; ++check) {
      std::string candidate =
          country + static_cast<char>('0' + check / 10) + static_cast<char>('0' + check % 10) + account;
      if (const auto found = find_personal_data(candidate);
          found.size() == 1 && found[0].kind == PersonalKind::iban)
        return candidate;
    }
    return "DE89370400440532013000";
  }
  std::string card() {
    const std::string start = "4" + digits(14);
    for (int check = 0; check < 10; ++check) {
      std::string candidate = start + static_cast<char>('0' + check);
      if (const auto found = find_personal_data(candidate);
          !found.empty() && found[0].kind == PersonalKind::card)
        return candidate;
    }
    return "4111111111111111";
  }
  /// In groups, over lines, in digits of another script.
  std::string grouped(const std::string& value, std::size_t size, bool may_break = true) {
    const std::string gap =
        one_of({"", " ", "-", "\u00A0", ".", "\u2009", may_break ? "\n" : " ", may_break ? " \n " : "/"});
    const int script = number(0, 5);
    std::string text;
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (i > 0 && i % size == 0) text += gap;
      const bool is_digit = value[i] >= '0' && value[i] <= '9';
      if (!is_digit || script > 2)
        text += value[i];
      else
        text += in_script(value[i], script);
    }
    return text;
  }
  /// A long value that stands elsewhere already: with anything beside it and between its signs.
  std::string again(const std::string& value) {
    const std::string gap = one_of({"", "    ", ":", "\n\n", "\\n", "%20", "&nbsp;", "\f", " | "});
    std::string text = one_of({"", "x", "\\n", "\\t", "_", "IBAN", "\""});
    for (std::size_t i = 0; i < value.size(); ++i)
      text += (i > 0 && i % 4 == 0 ? gap : "") + value[i];
    return text + one_of({"", "BIC", "_", "\\n", "\""});
  }
  static std::string in_script(char digit, int script) {
    static constexpr char32_t zeros[] = {0x660, 0x966, 0xFF10};
    std::string text;
    append_utf8(text, zeros[script] + static_cast<char32_t>(digit - '0'));
    return text;
  }

  std::mt19937 random_;
};

TEST_F(Redaction, NothingOfAnyDocumentGoesUpAndAllOfItComesBack) {
  RandomDocuments documents(4711);
  for (int i = 0; i < 120; ++i) {
    const auto [text, values] = documents.next();
    const std::string up = ask(text);
    const std::string signs = signs_of(plain(up));
    for (const std::string& value : values)
      EXPECT_EQ(signs.find(signs_of(value)), std::string::npos) << value << " in\n" << up << "\nof\n" << text;
    const Answer& back = answer({{"text", up}});
    EXPECT_EQ(back.value["text"], text);
    EXPECT_TRUE(back.problems.empty()) << text << "\n" << up;
    if (HasFailure()) break;
  }
}

TEST_F(Redaction, APictureIsHeldBack) {
  for (const Location location : {Location::cloud, Location::local}) {
    make(all_kinds(), location);
    outcome_ = {};
    Prompt prompt;
    PromptPart part;
    part.image = std::make_shared<const Image>(Image{"image/png", "png", 10, 10});
    prompt.document = {std::move(part)};
    backend_->submit({"far", std::move(prompt)}, outcome_.done());
    if (location == Location::local) continue;  // It is asked as it is.
    EXPECT_EQ(outcome_.error().error_class, ErrorClass::withheld);
    EXPECT_EQ(outcome_.error().message, "policy: redact");
  }
}

}  // namespace
}  // namespace docket::backends
