#include "backends/http/address.h"

#include <gtest/gtest.h>

namespace docket::backends {
namespace {

TEST(Address, IsLocalWithinThisNetwork) {
  for (const char* url : {"http://127.0.0.1:11434",    "http://localhost:8080/v1", "http://[::1]:80",
                          "http://10.1.2.3",           "http://172.31.0.9",        "https://192.168.0.4",
                          "http://169.254.1.1",        "http://[fd00::7]:1",       "http://[fe80::1]",
                          "http://gpu-box:8000",       "http://printer.local",     "http://[::ffff:10.0.0.1]",
                          "HTTP://LOCALHOST",          "http://localhost.",        "http://gpu-box.",
                          "http://nas.local.",         "http://0.0.0.0:11434",     "http://[::]",
                          "http://[::ffff:127.0.0.1]", "http://a.localhost"}) {
    const auto address = parse_address(url);
    ASSERT_TRUE(address) << url;
    EXPECT_EQ(location_of(*address), Location::local) << url;
  }
}

TEST(Address, IsInTheCloudElsewhere) {
  for (const char* url : {"https://api.openai.com/v1",
                          "http://8.8.8.8",
                          "http://172.32.0.1",
                          "http://[2001:db8::1]",
                          "http://localhost.example.com",
                          "http://127.0.0.1.example.com",
                          "http://192.168.0.4.nip.io",
                          "http://[::ffff:8.8.8.8]",
                          "http://134744072",
                          "http://0x8080808",
                          "http://0x7f.1",
                          "http://100.64.0.1",
                          "http://0.0.0.1",
                          "http://[64:ff9b::a00:1]",
                          "http://[::8.8.8.8]",
                          "http://[fec0::1]",
                          "http://192.0.2.1",
                          "http://172.15.0.1",
                          "http://gpu.box.",
                          "http://011.0.0.1",
                          "http://127.1"}) {
    const auto address = parse_address(url);
    ASSERT_TRUE(address) << url;
    EXPECT_EQ(location_of(*address), Location::cloud) << url;
  }
}

TEST(Address, OfAConnectionIsWhatCounts) {
  for (const char* number : {"127.0.0.1", "127.9.9.9", "::1", "10.255.0.1", "172.16.0.1", "192.168.1.1",
                             "fd12::1", "fe80::1%eth0", "::ffff:192.168.1.1", "0.0.0.0"})
    EXPECT_EQ(location_of_number(number), Location::local) << number;
  for (const char* number : {"8.8.8.8", "2a00:1450::1", "::ffff:8.8.8.8", "100.64.0.1", "", "localhost",
                             "gpu-box", "10.0.0.1.example.com", "127.0.0.1 "})
    EXPECT_EQ(location_of_number(number), Location::cloud) << number;
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
