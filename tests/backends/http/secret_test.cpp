#include "backends/http/secret.h"

#include <gtest/gtest.h>

#include <span>

#include "tests/cpu_time.h"

namespace docket::backends {
namespace {

std::string cleaned(std::string text, const std::string& secret, SecretIn where = SecretIn::answer) {
  Secrets(std::span(&secret, 1)).erase(text, where);
  return text;
}

TEST(Secret, IsErasedInEverySpelling) {
  for (const char* text :
       {R"(sk-A/b"c\d+e=7f)", R"(sk-A\/b\"c\\d+e=7f)",
        R"(\u0073\u006b\u002d\u0041\u002fb\u0022c\u005Cd\u002b\u0065=7f)", R"(sk-A\\/b\\\"c\\\\d+e=7f)",
        R"(\\u0073k-A/b\\u0022c\\u005cd+e=7f)", "sk-A%2Fb%22c%5cd%2be%3D7f",
        "%73%6B%2D%41%2F%62%22%63%5C%64%2B%65%3D%37%66", "sk%2DA%252Fb%2522c%255Cd%252Be%253D7f",
        "sk-A/b&quot;c\\d+e&#61;7f", "&#x73;&#107;-A&#x2F;b&#34;c&#92;d+e=7f", "sk-A/b&amp;quot;c\\d+e=7f",
        R"(\x73\x6b-A/b\x22c\x5cd+e=7f)", R"(\u{73}k-A/b\u{22}c\u{5C}d\U0000002Be=7f)",
        "sk-A\\u002Fb%22c&#92;d+e=7f", "c2stQS9iImNcZCtlPTdm", "736b2d412f6222635c642b653d3766",
        "736B2D412F6222635C642B653D3766"})
    EXPECT_EQ(cleaned("{" + std::string(text) + "}", R"(sk-A/b"c\d+e=7f)"), "{(key removed)}") << text;
}

TEST(Secret, IsErasedAsOftenAsItIsThere) {
  EXPECT_EQ(cleaned("Bearer secret-4711 or secret%2d4711secret\\u002d4711.", "secret-4711"),
            "Bearer (key removed) or (key removed)(key removed).");
  EXPECT_EQ(cleaned("a%41b\\c", "a%41b\\c", SecretIn::message), "(key removed)")
      << "as it is, before it is read";
  EXPECT_EQ(cleaned("a%2541b\\\\c", "a%41b\\c", SecretIn::message), "(key removed)");
  EXPECT_EQ(cleaned("p\\ud83d\\ude00ss-word", "p\U0001F600ss-word"), "(key removed)");
}

/// In Base64 the first and the last characters depend on what stands beside it.
TEST(Secret, IsErasedInBase64WhereverItBegins) {
  for (const char* text :
       {"dXNlcjpzZWNyZXQta2V5LTQ3MTE=", "dTpzZWNyZXQta2V5LTQ3MTEK", "OnNlY3JldC1rZXktNDcxMTo="})
    EXPECT_NE(cleaned(text, "secret-key-4711").find("(key removed)"), std::string::npos) << text;
}

TEST(Secret, LeavesTheRestOfTheTextAlone) {
  for (const char* text :
       {"", "\\", "%", "&", "%4", "\\u12", "&#;", "&#x;", "100 % \\of &it; \\q \\ud800 &#99999999;",
        R"({"a":"\"b\" \u00e9 50%25"})", "secret-471", "secret-4712"})
    EXPECT_EQ(cleaned(text, "secret-4711"), text);
}

TEST(Secret, OfAFewLettersIsAWord) {
  EXPECT_EQ(cleaned("ask ollama", "ollama"), "ask ollama");
  EXPECT_EQ(cleaned("bad key: ollama", "ollama", SecretIn::message), "bad key: (key removed)");
  EXPECT_EQ(cleaned("an x", "x", SecretIn::message), "an x");
  EXPECT_EQ(cleaned("an x", "", SecretIn::message), "an x");
}

TEST(Secret, IsErasedFromHeadersAndErrorsToo) {
  HttpReply reply{.status = 401, .headers = {{"x-you", "Bearer secret%2D4711"}}, .body = "secret-4711"};
  const std::string secret = "secret-4711";
  const Secrets secrets(std::span(&secret, 1));
  const auto safe = secrets.erased(reply, SecretIn::answer);
  EXPECT_EQ(safe->headers.at("x-you"), "Bearer (key removed)");
  EXPECT_EQ(safe->body, "(key removed)");
  const auto failed = secrets.erased(Error{ErrorClass::transport, "no secret-4711"}, SecretIn::answer);
  EXPECT_EQ(failed.error().message, "no (key removed)");
}

/// Where one key holds another, or they overlap, nothing of either is left.
TEST(Secret, OfEveryBackendIsErased) {
  const std::string keys[] = {"sk-one-4711",      "ab",          "sk-two/0815", "",
                              "sk-two/0815-long", "0815-longer", "ollama"};
  const Secrets secrets(keys);
  for (const auto& [text, wanted] :
       {std::pair("a sk-two\\/0815 b %73k-one-4711", "a (key removed) b (key removed)"),
        {"sk-two/0815-long", "(key removed)"},
        {"sk-two/0815-longer", "(key removed)"},
        {"sk-one-4711sk-two/0815", "(key removed)(key removed)"},
        {"ab ollama", "ab (key removed)"}}) {
    std::string message = text;
    EXPECT_TRUE(secrets.erase(message, SecretIn::message));
    EXPECT_EQ(message, wanted);
  }
  std::string answer = "ab ollama";
  EXPECT_FALSE(secrets.erase(answer, SecretIn::answer));
}

TEST(Secret, TakesNoLongerForAHostileText) {
  const std::string secret = std::string(200, 'a') + "b";
  const double begin = cpu_seconds();
  for (const char* text : {"a", "\\", "%25", "&amp;", "\\\\u0061"}) {
    std::string all;
    for (int i = 0; i < 20'000; ++i)
      all += text;
    cleaned(std::move(all), secret);
  }
  EXPECT_LT(cpu_seconds() - begin, one_cpu_second);
}

}  // namespace
}  // namespace docket::backends
