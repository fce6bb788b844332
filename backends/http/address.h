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

/// Loopback and private addresses (RFC 1918, RFC 4193, link-local, .local and names without a dot) are local,
/// all else is cloud.
Location location_of(const Address& address);
bool is_loopback(const Address& address);

/// scheme://host:port/path: an address as messages show it, without user, password, query and fragment.
std::string shown_address(const std::string& url);

}  // namespace docket::backends
