"""Electronic invoices: XML alone, embedded in PDFs, compared with what is printed, and models that are not asked."""

import re

import e2e

PIPELINE = """\
version: 1
name: test
input:  { paths: [in] }
output: { dir: out }
backends:
  rules: { type: builtin }
stages:
  - extract:
  - classify:
      backends: [rules]
      labels:
        invoice: { keywords: [invoice, invoice number, VAT, bill to] }
        letter:  { keywords: [dear, sincerely] }
  - structured-extract:
      id: fields
      backends: [rules]
      schema: schema.json
  - escalate:
      reasons: [embedded_differs]
"""
SCHEMA = """\
{"type": "object", "required": ["number", "total"], "properties": {
  "number": {"type": "string", "x-einvoice": "BT-1", "x-labels": ["Invoice number"]},
  "issue_date": {"type": "string", "format": "date", "x-einvoice": "BT-2", "x-labels": ["Invoice date"]},
  "total": {"type": "number", "x-einvoice": "BT-112", "x-labels": ["Total"]},
  "lines": {"type": "array", "x-einvoice": "BG-25", "items": {"type": "object", "properties": {
    "item": {"type": "string", "x-einvoice": "BT-153"}, "net": {"type": "number", "x-einvoice": "BT-131"}}}}}}
"""


def cii(number="INV-7", total="119.00"):
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<a:CrossIndustryInvoice xmlns:a="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100" xmlns:b="b">
<a:ExchangedDocument><b:ID>{number}</b:ID><b:TypeCode>380</b:TypeCode>
<b:IssueDateTime><b:DateTimeString format="102">20250314</b:DateTimeString></b:IssueDateTime></a:ExchangedDocument>
<a:SupplyChainTradeTransaction>
<b:IncludedSupplyChainTradeLineItem><b:SpecifiedTradeProduct><b:Name>Shelves</b:Name></b:SpecifiedTradeProduct>
<b:SpecifiedLineTradeSettlement><b:SpecifiedTradeSettlementLineMonetarySummation><b:LineTotalAmount>100.00</b:LineTotalAmount>
</b:SpecifiedTradeSettlementLineMonetarySummation></b:SpecifiedLineTradeSettlement></b:IncludedSupplyChainTradeLineItem>
<b:ApplicableHeaderTradeSettlement><b:InvoiceCurrencyCode>GBP</b:InvoiceCurrencyCode>
<b:SpecifiedTradeSettlementHeaderMonetarySummation><b:GrandTotalAmount>{total}</b:GrandTotalAmount>
</b:SpecifiedTradeSettlementHeaderMonetarySummation></b:ApplicableHeaderTradeSettlement>
</a:SupplyChainTradeTransaction></a:CrossIndustryInvoice>"""


def pdf_with(text, *files):
    """A PDF of one page with embedded files, (name, content)."""
    objects = re.findall(rb"\d+ 0 obj\n(.*?)\nendobj\n", e2e.pdf(text), re.DOTALL)
    names = b""
    for name, content in files:
        number = len(objects) + 1
        names += b"(%s) %d 0 R " % (name.encode(), number)
        objects += [b"<< /Type /Filespec /F (%s) /EF << /F %d 0 R >> >>" % (name.encode(), number + 1),
                    b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content.encode()), content.encode())]
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles << /Names [%s] >> >> >>" % names
    return e2e.assemble(objects)


class EinvoiceTest(e2e.Case):
    def setUp(self):
        super().setUp()
        self.write("schema.json", SCHEMA)

    def run_all(self, expect=0):
        return self.run_pipeline(pipeline=PIPELINE, expect=expect)

    def test_xml_alone_is_a_document(self):
        self.write("in/a.xml", cii())
        self.write("in/broken.xml", cii()[:900])
        self.run_all(expect=1)
        record = self.record("in/a.xml")
        self.assertEqual(record["document"]["media_type"], "application/xml")
        self.assertEqual(record["classify"]["label"], "invoice")
        self.assertEqual(record["fields"]["fields"], {"number": "INV-7", "issue_date": "2025-03-14", "total": 119.0,
                                                      "lines": [{"item": "Shelves", "net": 100.0}]})
        self.assertTrue(record["fields"]["accepted"])
        self.assertEqual(record["fields"]["details"]["total"]["evidence"],
                         {"term": "BT-112", "page": 1, "quote": "Invoice total amount with VAT: 119.00"})
        self.assertEqual(self.record("in/broken.xml")["error"]["class"], "damaged")
        self.assert_valid()

    def test_in_a_pdf_it_is_compared_with_the_page(self):
        self.write("in/same.pdf", pdf_with(e2e.invoice(7), ("factur-x.xml", cii())))
        self.write("in/other.pdf", pdf_with(e2e.invoice(7, "129.00"), ("factur-x.xml", cii())))
        self.write("in/two.pdf", pdf_with(e2e.invoice(7), ("factur-x.xml", cii()), ("zugferd-invoice.xml", cii(total="99.00"))))
        self.write("in/scan.pdf", pdf_with("", ("factur-x.xml", cii())))
        self.run_all(expect=3)
        same = self.record("in/same.pdf")["fields"]
        self.assertTrue(same["accepted"], same)
        total = same["details"]["total"]
        self.assertEqual((total["tier"], total["evidence"]["attachment"], total["evidence"]["page"]), ("embedded", "factur-x.xml", 1))
        self.assertIn("119.00", total["evidence"]["quote"])
        self.assertEqual(total["other_tiers"][0]["tier"], "rules")
        other = self.record("in/other.pdf")
        self.assertEqual(other["fields"]["problems"], ["embedded total 119.00, printed 129.00"])
        self.assertEqual(other["reasons"], ["embedded differs: total"])
        self.assertEqual(other["fields"]["fields"]["total"], 119.0)
        self.assertFalse(other["fields"]["details"]["total"]["accepted"])
        two = self.record("in/two.pdf")
        self.assertEqual(two["fields"]["problems"], ["factur-x.xml says 119.00, zugferd-invoice.xml 99.00"])
        self.assertEqual(two["extract"]["problems"][-1], "factur-x.xml and zugferd-invoice.xml are two invoices that differ in BT-112")
        scan = self.record("in/scan.pdf")["fields"]
        self.assertTrue(scan["accepted"], scan)

    def test_the_same_page_with_another_xml_is_read_again(self):
        self.write("in/a.pdf", pdf_with(e2e.invoice(7), ("factur-x.xml", cii(number="INV-1"))))
        self.run_all(expect=3)
        self.assertEqual(self.record("in/a.pdf")["fields"]["fields"]["number"], "INV-1")
        self.write("in/a.pdf", pdf_with(e2e.invoice(7), ("factur-x.xml", cii())))
        self.run_all()
        self.assertEqual(self.record("in/a.pdf")["fields"]["fields"]["number"], "INV-7")

    def test_check_knows_the_terms(self):
        self.write("schema.json", SCHEMA.replace("BT-112", "BT-1122"))
        self.write("pipeline.yaml", PIPELINE)
        result = self.docket("check", "pipeline.yaml")
        self.assertEqual(result.code, 2)
        self.assertIn("`x-einvoice` names 'BT-1122', which is no business term that docket reads, did you mean 'BT-112'?", result.err)


if __name__ == "__main__":
    e2e.main()
