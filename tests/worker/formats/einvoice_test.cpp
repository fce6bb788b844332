#include "worker/formats/einvoice.h"

#include <gtest/gtest.h>

#include <set>

#include "pipeline/business_terms.h"

namespace docket::worker {
namespace {

using nlohmann::json;

std::string cii(const std::string& header, const std::string& settlement, const std::string& lines = "") {
  return R"(<?xml version="1.0" encoding="UTF-8"?>
<x:CrossIndustryInvoice xmlns:x="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
    xmlns:r="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
    xmlns:u="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
 <x:ExchangedDocumentContext><r:GuidelineSpecifiedDocumentContextParameter><r:ID>urn:cen.eu:en16931:2017</r:ID>
 </r:GuidelineSpecifiedDocumentContextParameter></x:ExchangedDocumentContext>
 <x:ExchangedDocument>)" +
         header + R"(</x:ExchangedDocument>
 <x:SupplyChainTradeTransaction>)" +
         lines + R"(
  <r:ApplicableHeaderTradeAgreement>
   <r:SellerTradeParty><r:Name>Harbour
     Joinery Ltd</r:Name>
    <r:SpecifiedTaxRegistration><r:ID schemeID="FC">22/815</r:ID></r:SpecifiedTaxRegistration>
    <r:SpecifiedTaxRegistration><r:ID schemeID="VA">GB123456789</r:ID></r:SpecifiedTaxRegistration>
   </r:SellerTradeParty></r:ApplicableHeaderTradeAgreement>
  <r:ApplicableHeaderTradeSettlement><r:InvoiceCurrencyCode>EUR</r:InvoiceCurrencyCode>)" +
         settlement + R"(</r:ApplicableHeaderTradeSettlement>
 </x:SupplyChainTradeTransaction></x:CrossIndustryInvoice>)";
}

const std::string usual_header =
    "<r:ID>RE-1</r:ID><r:TypeCode>380</r:TypeCode>"
    "<r:IssueDateTime><u:DateTimeString format=\"102\">20240229</u:DateTimeString></r:IssueDateTime>";

std::string sum(const std::string& total) {
  return "<r:SpecifiedTradeSettlementHeaderMonetarySummation><r:TaxBasisTotalAmount>100.00</"
         "r:TaxBasisTotalAmount>"
         "<r:TaxTotalAmount currencyID=\"GBP\">16.00</r:TaxTotalAmount>"
         "<r:TaxTotalAmount currencyID=\"EUR\">19.00</r:TaxTotalAmount>"
         "<r:GrandTotalAmount>" +
         total + "</r:GrandTotalAmount></r:SpecifiedTradeSettlementHeaderMonetarySummation>";
}

json read(const std::string& xml, std::vector<std::string>* problems = nullptr) {
  std::vector<std::string> own;
  const auto found = einvoice_in(xml, problems != nullptr ? *problems : own);
  EXPECT_TRUE(found && *found) << xml.substr(0, 200);
  return found && *found ? **found : json();
}

std::string error_of(const std::string& xml) {
  std::vector<std::string> problems;
  const auto found = einvoice_in(xml, problems);
  if (!found || *found) return found ? "" : "no e-invoice";
  EXPECT_EQ(found->error().error_class, ErrorClass::damaged);
  return found->error().message;
}

TEST(Einvoice, TermsOfCii) {
  const json invoice = read(cii(usual_header, sum("119.00")));
  EXPECT_EQ(invoice["syntax"], "cii");
  EXPECT_EQ(invoice["profile"], "urn:cen.eu:en16931:2017");
  const json expected = {{"BT-1", "RE-1"},
                         {"BT-2", "2024-02-29"},
                         {"BT-3", "380"},
                         {"BT-5", "EUR"},
                         {"BT-24", "urn:cen.eu:en16931:2017"},
                         {"BT-27", "Harbour Joinery Ltd"},
                         {"BT-31", "GB123456789"},
                         {"BT-32", "22/815"},
                         {"BT-109", "100.00"},
                         {"BT-110", "19.00"},
                         {"BT-112", "119.00"}};
  EXPECT_EQ(invoice["terms"], expected);
  EXPECT_FALSE(invoice.contains("credit_note"));
}

TEST(Einvoice, LinesAreRowsButForThoseThatAreOnlyRead) {
  const auto line = [](const std::string& inner, const std::string& document = "") {
    return "<r:IncludedSupplyChainTradeLineItem><r:AssociatedDocumentLineDocument><r:LineID>1</r:LineID>" +
           document + "</r:AssociatedDocumentLineDocument>" + inner + "</r:IncludedSupplyChainTradeLineItem>";
  };
  const std::string billed =
      "<r:SpecifiedTradeProduct><r:Name>Shelf</r:Name></"
      "r:SpecifiedTradeProduct><r:SpecifiedLineTradeDelivery>"
      "<r:BilledQuantity unitCode=\"H87\">2.0000</r:BilledQuantity></r:SpecifiedLineTradeDelivery>";
  const json invoice =
      read(cii(usual_header, "",
               line(billed) + line("", "<r:IncludedNote><r:Content>words</r:Content></r:IncludedNote>") +
                   line(billed, "<r:LineStatusReasonCode>GROUP</r:LineStatusReasonCode>")));
  EXPECT_EQ(invoice["terms"]["BG-25"],
            (json{{{"BT-126", "1"}, {"BT-129", "2.0000"}, {"BT-130", "H87"}, {"BT-153", "Shelf"}}}));
}

TEST(Einvoice, ZugferdOne) {
  const json invoice = read(
      R"(<rsm:CrossIndustryDocument xmlns:rsm="urn:ferd:CrossIndustryDocument:invoice:1p0" xmlns:ram="a" xmlns:udt="b">
<rsm:HeaderExchangedDocument><ram:ID>R 7</ram:ID><ram:TypeCode>381</ram:TypeCode>
<ram:IssueDateTime><udt:DateTimeString format="102">20130305</udt:DateTimeString></ram:IssueDateTime></rsm:HeaderExchangedDocument>
<rsm:SpecifiedSupplyChainTradeTransaction><ram:ApplicableSupplyChainTradeSettlement>
<ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
<ram:SpecifiedTradeSettlementMonetarySummation><ram:TaxTotalAmount currencyID="EUR">1.00</ram:TaxTotalAmount>
<ram:GrandTotalAmount currencyID="EUR">7.00</ram:GrandTotalAmount></ram:SpecifiedTradeSettlementMonetarySummation>
</ram:ApplicableSupplyChainTradeSettlement></rsm:SpecifiedSupplyChainTradeTransaction></rsm:CrossIndustryDocument>)");
  EXPECT_EQ(invoice["syntax"], "zugferd1");
  EXPECT_EQ(invoice["credit_note"], true);
  EXPECT_EQ(invoice["terms"], (json{{"BT-1", "R 7"},
                                    {"BT-2", "2013-03-05"},
                                    {"BT-3", "381"},
                                    {"BT-5", "EUR"},
                                    {"BT-110", "1.00"},
                                    {"BT-112", "7.00"}}));
}

TEST(Einvoice, UblWithoutPrefixes) {
  const json invoice = read(R"(<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:c="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<c:CustomizationID>xrechnung</c:CustomizationID><c:ID>S-5</c:ID><c:IssueDate>2024-03-05+01:00</c:IssueDate>
<c:DocumentCurrencyCode>EUR</c:DocumentCurrencyCode>
<AccountingSupplierParty><Party><PartyName><c:Name>Trading</c:Name></PartyName>
 <PartyTaxScheme><c:CompanyID>12/3</c:CompanyID><TaxScheme><c:ID>FC</c:ID></TaxScheme></PartyTaxScheme>
 <PartyTaxScheme><c:CompanyID>DE1</c:CompanyID><TaxScheme><c:ID>VAT</c:ID></TaxScheme></PartyTaxScheme>
 <PartyLegalEntity><c:RegistrationName>Legal GmbH</c:RegistrationName></PartyLegalEntity></Party></AccountingSupplierParty>
<AllowanceCharge><c:ChargeIndicator>false</c:ChargeIndicator><c:Amount>2.00</c:Amount></AllowanceCharge>
<LegalMonetaryTotal><c:TaxInclusiveAmount currencyID="EUR">11.90</c:TaxInclusiveAmount></LegalMonetaryTotal>
<InvoiceLine><c:ID>1</c:ID><c:InvoicedQuantity unitCode="HUR">3</c:InvoicedQuantity><Item><c:Name>Work</c:Name></Item></InvoiceLine></Invoice>)");
  EXPECT_EQ(invoice["syntax"], "ubl");
  EXPECT_EQ(invoice["terms"],
            (json{{"BT-1", "S-5"},
                  {"BT-2", "2024-03-05"},
                  {"BT-5", "EUR"},
                  {"BT-24", "xrechnung"},
                  {"BT-27", "Legal GmbH"},
                  {"BT-28", "Trading"},
                  {"BT-31", "DE1"},
                  {"BT-32", "12/3"},
                  {"BT-112", "11.90"},
                  {"BG-20", {{{"BT-92", "2.00"}}}},
                  {"BG-25", {{{"BT-126", "1"}, {"BT-129", "3"}, {"BT-130", "HUR"}, {"BT-153", "Work"}}}}}));
}

TEST(Einvoice, OtherXmlIsNone) {
  for (const std::string& xml :
       {std::string("<Invoice><ID>1</ID></Invoice>"),
        std::string("<a>urn:oasis:names:specification:ubl:schema:xsd:Invoice-2</a>"),
        std::string("<Invoice xmlns=\"urn:example\" v=\"urn:ferd:CrossIndustryDocument:invoice:1p0\"/>"),
        std::string("plain words"),
        std::string("<x:CrossIndustryInvoice "
                    "xmlns:y=\"urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100\"/>"),
        std::string()})
    EXPECT_EQ(error_of(xml), "no e-invoice") << xml;
}

TEST(Einvoice, BrokenOnesAreDamaged) {
  const std::string whole = cii(usual_header, sum("119.00"));
  EXPECT_TRUE(error_of(whole.substr(0, whole.size() / 2)).starts_with("is a broken e-invoice (XML): "));
  EXPECT_TRUE(error_of(whole + "</oops>").starts_with("is a broken e-invoice (XML): "));
  EXPECT_TRUE(error_of("<!DOCTYPE lolz [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>\n" +
                       whole.substr(whole.find("<x:")))
                  .starts_with("is an e-invoice with a document type declaration"));
  std::string many = cii(usual_header, "<r:a/>");
  for (int i = 0; i < 2'000'000; ++i)
    many += "<!";
  EXPECT_EQ(error_of(many), "is an e-invoice of more elements than any has");
}

TEST(Einvoice, DeepNestingIsNoDanger) {
  std::string deep, back;
  for (int i = 0; i < 300'000; ++i) {
    deep += "<r:a>";
    back += "</r:a>";
  }
  EXPECT_EQ(read(cii(usual_header, deep + back + sum("119.00")))["terms"]["BT-112"], "119.00");
}

TEST(Einvoice, ValuesThatAreNoneAreLeftOutAndSaid) {
  std::vector<std::string> problems;
  const json invoice =
      read(cii("<r:ID>A</r:ID><r:ID>B</r:ID><r:IssueDateTime><u:DateTimeString format=\"102\">20230229"
               "</u:DateTimeString></r:IssueDateTime>",
               sum("119,00")),
           &problems);
  for (const char* id : {"BT-1", "BT-2", "BT-112"})
    EXPECT_FALSE(invoice["terms"].contains(id)) << id;
  EXPECT_EQ(problems, (std::vector<std::string>{"BT-1 has several values: A, B", "BT-2 is no date: 20230229",
                                                "BT-112 is no number: 119,00"}));
}

TEST(Einvoice, OfSeveralInOneDocumentTheNewestCountsAndDifferencesAreSaid) {
  std::string old = cii(usual_header, sum("129.00"));
  json value = json::object();
  const std::vector<AttachedXml> files = {{"other.xml", "<a/>"},
                                          {"zugferd-invoice.xml", std::move(old)},
                                          {"factur-x.xml", cii(usual_header, sum("119.0"))},
                                          {"broken.xml", cii(usual_header, "").substr(0, 600)},
                                          {"too large.xml", ""}};
  read_attached_einvoices(files, value);
  EXPECT_EQ(value["einvoice"]["name"], "factur-x.xml");
  EXPECT_EQ(value["einvoice"]["contradicted"], (json{{"BT-112", {{"zugferd-invoice.xml", "129.00"}}}}));
  ASSERT_EQ(value["problems"].size(), 2U);
  EXPECT_TRUE(value["problems"][0].get<std::string>().starts_with("broken.xml is a broken e-invoice"));
  EXPECT_EQ(value["problems"][1],
            "factur-x.xml and zugferd-invoice.xml are two invoices that differ in BT-112");
}

TEST(Einvoice, EncodingsOfAttachments) {
  std::string latin = cii("<r:ID>M\xFCller 1</r:ID>", "");
  latin.replace(latin.find("UTF-8"), 5, "ISO-8859-1");
  std::string wide = "\xFF\xFE";
  for (const char c : cii("<r:ID>W 1</r:ID>", ""))
    wide += {c, '\0'};
  for (const auto& [bytes, number] :
       {std::pair(latin, std::string("Müller 1")), std::pair(wide, std::string("W 1"))}) {
    json value = json::object();
    const std::vector<AttachedXml> files = {{"factur-x.xml", bytes}};
    read_attached_einvoices(files, value);
    EXPECT_EQ(value["einvoice"]["terms"]["BT-1"], number);
  }
}

TEST(Einvoice, AloneItIsADocumentInWords) {
  json invoice = read(cii(usual_header, sum("119.00")));
  invoice["terms"]["BG-25"] =
      json{{{"BT-126", "1"}, {"BT-153", "Shelf\nof oak"}}, {{"BT-126", "2"}, {"BT-131", "5"}}};
  const Extraction out = einvoice_as_document(invoice, {});
  ASSERT_EQ(out.text.pages.size(), 1U);
  const std::string& words = out.text.pages[0].text;
  EXPECT_TRUE(words.starts_with("Invoice\n\nInvoice number: RE-1\nInvoice issue date: 2024-02-29\n"));
  EXPECT_NE(words.find("Invoice total amount with VAT: 119.00\n"), std::string::npos);
  EXPECT_NE(words.find(
                "\nInvoice line identifier  Invoice line net amount  Item name\n1  -  Shelf of oak\n2  5  -"),
            std::string::npos)
      << words;
}

}  // namespace
}  // namespace docket::worker
