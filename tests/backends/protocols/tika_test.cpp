#include "backends/protocols/tika.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace docket::backends {
namespace {

using nlohmann::json;

Reply read(int status, const std::string& body, TikaApi api = TikaApi::rmeta) {
  return read_tika({status, {}, body}, api, "my-tika");
}

/// `class: message`; empty: there is an answer.
std::string error_of(const Reply& reply) {
  return reply.answer
             ? ""
             : std::string(name(reply.answer.error().error_class)) + ": " + reply.answer.error().message;
}

TEST(Tika, TheFileAndWhatIsWithinIt) {
  const json list = {
      {{"Content-Type", "application/x-a"},
       {"X-TIKA:Parsed-By", {"org.apache.tika.parser.DefaultParser"}},
       {"X-TIKA:content", "\n\n\n one \t\r\n\r\n\n\ntwo\u0007\u200b\fthree\n\n"},
       {"dc:title", "A title"},
       {"dc:creator", {"Ann", "Ben"}}},
      {{"resourceName", "inner.doc"}, {"Content-Type", "application/msword"}, {"X-TIKA:content", "within"}},
      {{"X-TIKA:embedded_resource_path", "/2"},
       {"X-TIKA:EXCEPTION:embedded_exception", "org.apache.tika.exception.EncryptedDocumentException: x"}}};
  const Reply reply = read(200, list.dump());
  ASSERT_EQ(error_of(reply), "");
  std::vector<std::string> pages;
  for (const Page& page : reply.answer->text->pages)
    pages.push_back(page.text);
  EXPECT_EQ(pages, (std::vector<std::string>{"one\n\ntwo\n", "three\n", "within\n"}));
  EXPECT_EQ(reply.answer->value,
            (json{{"pages", 3},
                  {"characters", 22},
                  {"grade", "good"},
                  {"read_by", "my-tika"},
                  {"metadata", {{"title", "A title"}, {"author", "Ann"}}},
                  {"embedded_files",
                   {{{"name", "inner.doc"}, {"media_type", "application/msword"}}, {{"name", "/2"}}}},
                  {"problems", {"/2: needs a password, says Tika"}}}));
}

TEST(Tika, TextAlone) {
  const Reply reply = read(200, "words\x01 \xFF words", TikaApi::tika);
  ASSERT_EQ(error_of(reply), "");
  EXPECT_EQ(reply.answer->text->pages.at(0).text, "words \xEF\xBF\xBD words\n");
}

TEST(Tika, WhatStatusesMean) {
  const std::string encrypted = "org.apache.tika.exception.EncryptedDocumentException: no password\n at x";
  const std::tuple<int, std::string, std::string> cases[] = {
      {204, "", "empty: has no text, says Tika"},
      {400, "bad",
       "rejected: is refused by the Tika server (HTTP 400): bad, perhaps for one of `headers` that its "
       "version does not know"},
      {401, "", "unavailable: the Tika server refuses the key (HTTP 401)"},
      {404, "<html>", "unavailable: there is no Tika server at this address (HTTP 404): <html>"},
      {413, "", "rejected: is too large for the Tika server (HTTP 413)"},
      {415, "", "unsupported: Tika does not read it either (HTTP 415)"},
      {422, "", "damaged: is encrypted or broken, or Tika does not read it (HTTP 422)"},
      {422, encrypted, "encrypted: needs a password, says Tika"},
      {500, "org.apache.tika.exception.TikaException: bad header\n at x",
       "damaged: is broken, says Tika: org.apache.tika.exception.TikaException: bad header"},
      {500, "", "damaged: makes the Tika server fail (HTTP 500)"},
      {503, "", "transient: the Tika server is busy or restarting (HTTP 503)"},
  };
  for (const auto& [status, body, expected] : cases)
    EXPECT_EQ(error_of(read(status, body)), expected);
  EXPECT_TRUE(read(503, "").overloaded);
  EXPECT_EQ(read_tika({503, {{"retry-after", "7"}}, ""}, TikaApi::rmeta, "t").retry_after,
            std::chrono::seconds(7));
}

TEST(Tika, WhatListsMean) {
  const auto of = [](json file) { return error_of(read(200, json::array({std::move(file)}).dump())); };
  EXPECT_EQ(of({{"X-TIKA:EXCEPTION:runtime", "org.apache.tika.exception.EncryptedDocumentException"}}),
            "encrypted: needs a password, says Tika");
  EXPECT_EQ(of({{"X-TIKA:Parsed-By", "org.apache.tika.parser.EmptyParser"}}),
            "unsupported: Tika does not read it either");
  EXPECT_EQ(of({{"X-Parsed-By", {"a.DefaultParser", "a.AudioParser"}}, {"X-TIKA:content", " \n"}}),
            "empty: has no text, says Tika");
  EXPECT_EQ(error_of(read(200, "<html>a page</html>")),
            "unavailable: what answers at this address is no Tika server: <html>a page</html>");
  EXPECT_TRUE(error_of(read(200, "[]")).starts_with("unavailable: "));
  EXPECT_TRUE(error_of(read(200, std::string(100'000, '['))).starts_with("unavailable: "));
}

}  // namespace
}  // namespace docket::backends
