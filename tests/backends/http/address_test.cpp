#include "backends/http/address.h"

#include <gtest/gtest.h>

namespace docket::backends {
namespace {

TEST(Address, IsLocalWithinThisNetwork) {
  for (const char* url : {"http://127.0.0.1:11434", "http://localhost:8080/v1", "http://[::1]:80",
                          "http://10.1.2.3", "http://172.31.0.9", "https://192.168.0.4", "http://169.254.1.1",
                          "http://[fd00::7]:1", "http://[fe80::1]", "http://gpu-box:8000",
                          "http://printer.local", "http://[::ffff:10.0.0.1]", "HTTP://LOCALHOST"}) {
    const auto address = parse_address(url);
    ASSERT_TRUE(address) << url;
    EXPECT_EQ(location_of(*address), Location::local) << url;
  }
}

TEST(Address, IsInTheCloudElsewhere) {
  for (const char* url :
       {"https://api.openai.com/v1", "http://8.8.8.8", "http://172.32.0.1", "http://[2001:db8::1]",
        "http://localhost.example.com", "http://127.0.0.1.example.com", "http://192.168.0.4.nip.io",
        "http://[::ffff:8.8.8.8]", "http://134744072", "http://0x8080808", "http://0x7f.1"}) {
    const auto address = parse_address(url);
    ASSERT_TRUE(address) << url;
    EXPECT_EQ(location_of(*address), Location::cloud) << url;
  }
}

TEST(Address, IsTakenApart) {
  const auto address = parse_address("HTTPS://Api.Example.com:8443/a/b//");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->scheme + "|" + address->host + "|" + address->port + "|" + address->path,
            "https|api.example.com|8443|/a/b");
}

TEST(Address, RefusesWhatIsNoneAndShowsNoPassword) {
  for (const char* url :
       {"", "api.openai.com", "ftp://a", "http://", "http://a b", "http://a:port", "http://a:123456",
        "http://user:hunter2@a", "http://a/?key=hunter2", "http://a\n"}) {
    const auto address = parse_address(url);
    ASSERT_FALSE(address) << url;
    EXPECT_EQ(address.error().message.find("hunter2"), std::string::npos);
  }
}

}  // namespace
}  // namespace docket::backends
