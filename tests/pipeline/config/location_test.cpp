#include "pipeline/config/location.h"

#include <gtest/gtest.h>

#include "cli/commands.h"
#include "pipeline/config/read_pipeline.h"
#include "tests/temp_dir.h"

namespace docket {
namespace {

TEST(Location, IsLocalWithinThisNetwork) {
  for (const char* url : {"http://127.0.0.1:11434", "http://localhost:8080/v1", "http://[::1]:80",
                          "http://10.1.2.3", "http://172.31.0.9", "https://192.168.0.4", "http://169.254.1.1",
                          "http://[fd00::7]:1", "http://[fe80::1]", "http://gpu-box:8000",
                          "http://printer.local", "http://[::ffff:10.0.0.1]", "HTTP://LOCALHOST"}) {
    const auto address = parse_address(url);
    ASSERT_TRUE(address) << url;
    EXPECT_EQ(location_of(*address), Location::local) << url;
  }
}

TEST(Location, IsTheCloudElsewhere) {
  for (const char* url :
       {"https://api.openai.com/v1", "http://8.8.8.8", "http://172.32.0.1", "http://[2001:db8::1]",
        "http://localhost.example.com", "http://127.0.0.1.example.com", "http://192.168.0.4.nip.io",
        "http://[::ffff:8.8.8.8]", "http://134744072", "http://0x8080808", "http://0x7f.1"}) {
    const auto address = parse_address(url);
    ASSERT_TRUE(address) << url;
    EXPECT_EQ(location_of(*address), Location::cloud) << url;
  }
}

TEST(Location, TakesAnAddressApart) {
  const auto address = parse_address("HTTPS://Api.Example.com:8443/a/b//");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->scheme + "|" + address->host + "|" + address->port + "|" + address->path,
            "https|api.example.com|8443|/a/b");
}

TEST(Location, RefusesWhatIsNoAddressAndShowsNoPassword) {
  for (const char* url :
       {"", "api.openai.com", "ftp://a", "http://", "http://a b", "http://a:port", "http://a:123456",
        "http://user:hunter2@a", "http://a/?key=hunter2", "http://a\n"}) {
    const auto address = parse_address(url);
    ASSERT_FALSE(address) << url;
    EXPECT_EQ(address.error().message.find("hunter2"), std::string::npos);
  }
}

/// The complaint about a backend with these settings; empty: none. Else where it is.
std::string checked(const std::string& settings) {
  const TempDir dir;
  const auto read = read_pipeline(
      dir.write("pipeline.yaml", "version: 1\nbackends:\n  m: { " + settings + " }\nstages:\n  - extract:\n"),
      registry());
  return read.pipeline ? std::string(name(location_of(read.pipeline->backends[0])))
                       : to_string(read.diagnostics.at(0));
}

TEST(Location, OfABackendIsThatOfItsFarthestAddressUnlessThePipelineSays) {
  EXPECT_EQ(checked("type: openai, model: m, url: ['http://127.0.0.1:1', 'https://far.example.com']"),
            "cloud");
  EXPECT_EQ(checked("type: openai, model: m, url: 'https://llm.corp.example.com', location: local"), "local");
  EXPECT_EQ(checked("type: openai, model: m, url: 'http://127.0.0.1:1', location: cloud"), "cloud");
  EXPECT_EQ(checked("type: ollama, model: 'gpt-oss:120b-cloud', location: local"), "cloud")
      << "Ollama hands it on, whatever the pipeline says";
}

TEST(Location, AKeyGoesOverPlainHttpToThisMachineOnly) {
  setenv("DOCKET_TEST_KEY", "sk-secret-4711", 1);
  EXPECT_EQ(checked("type: openai, model: m, url: 'http://127.0.0.1:1', api_key: '${DOCKET_TEST_KEY}'"),
            "local");
  const std::string refused =
      checked("type: openai, model: m, url: 'http://10.0.0.1', api_key: '${DOCKET_TEST_KEY}'");
  EXPECT_NE(refused.find("https"), std::string::npos) << refused;
  EXPECT_EQ(refused.find("4711"), std::string::npos);
}

}  // namespace
}  // namespace docket
