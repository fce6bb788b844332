#pragma once
#include <string>
#include <string_view>

#include "pipeline/location.h"
#include "pipeline/support/result.h"

namespace docket::backends {

/// An address of a server, taken apart.
struct Address {
  std::string scheme;  ///< `http` or `https`.
  std::string host;    ///< In lower case, without brackets.
  std::string port;    ///< Empty: the scheme's.
  std::string path;    ///< From `/` on, without query; empty: none.
};
/// The Error (class `config`) says what is wrong with it; it does not show a password in it.
Result<Address> parse_address(std::string_view url);

/// Loopback (also 0.0.0.0 and ::, by which this machine means itself) and private addresses (RFC 1918,
/// RFC 4193, link-local) are local, as are `localhost`, names in `.local` and names without a dot as long as
/// they lead to such an address; all else is cloud.
Location location_of(const Address& address);
bool is_loopback(const Address& address);

/// The same for the number of a host, as a connection has it: `192.168.0.7`, `fe80::1`. A name is cloud.
Location location_of_number(const std::string& number);

/// scheme://host:port/path: an address as messages show it, without user, password, query and fragment.
std::string shown_address(const std::string& url);

}  // namespace docket::backends
