#include "backends/http/address.h"

#include <arpa/inet.h>
#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "pipeline/support/ascii.h"
#include "pipeline/support/suggest.h"

namespace docket::backends {
namespace {

using Bytes = std::array<unsigned char, 16>;

/// The address as IPv6; an IPv4 one mapped (::ffff:a.b.c.d). None: the host is a name.
std::optional<Bytes> numeric(const std::string& host) {
  Bytes bytes{};
  if (inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1) return bytes;
  if (inet_pton(AF_INET, host.c_str(), bytes.data() + 12) != 1) return std::nullopt;
  bytes[10] = bytes[11] = 0xff;
  return bytes;
}

bool is_mapped_ipv4(const Bytes& b) {
  return std::all_of(b.begin(), b.begin() + 10, [](unsigned char byte) { return byte == 0; }) &&
         b[10] == 0xff && b[11] == 0xff;
}

/// 127.0.0.0/8, ::1, and the unspecified addresses, which Linux connects to itself.
bool is_loopback_number(const Bytes& b) {
  if (is_mapped_ipv4(b)) return b[12] == 127 || (b[12] == 0 && b[13] == 0 && b[14] == 0 && b[15] == 0);
  return std::all_of(b.begin(), b.end() - 1, [](unsigned char byte) { return byte == 0; }) && b[15] <= 1;
}

/// Not 100.64.0.0/10: it is the provider's, and whoever has it for a network of their own can say so.
bool is_private_number(const Bytes& b) {
  if (is_mapped_ipv4(b)) {
    return b[12] == 10 || (b[12] == 172 && (b[13] & 0xf0) == 16) || (b[12] == 192 && b[13] == 168) ||
           (b[12] == 169 && b[13] == 254);
  }
  return (b[0] & 0xfe) == 0xfc || (b[0] == 0xfe && (b[1] & 0xc0) == 0x80);
}

Error bad(std::string_view what) {
  return {ErrorClass::config, std::string(what) + "; expected an address such as http://127.0.0.1:8080"};
}

bool is_host_byte(char c) { return is_alnum(c) || c == '.' || c == '-' || c == '_' || c == ':'; }

constexpr int highest_port = 65535;

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 && std::ranges::all_of(text, is_digit) &&
         std::stoi(std::string(text)) <= highest_port && std::stoi(std::string(text)) > 0;
}

std::string part(CURLU* url, CURLUPart which, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, flags) != CURLUE_OK) return {};
  const std::unique_ptr<char, decltype(&curl_free)> owner(text, curl_free);
  return text;
}

/// `localhost:11434` as it was meant: what is near speaks http.
std::string with_scheme(std::string_view url) {
  const bool is_bare = !url.empty() && is_alnum(url.front()) && url.find(":/") == std::string_view::npos &&
                       !to_lower(url).starts_with("http");
  const auto near = is_bare ? parse_address("http://" + std::string(url)) : bad("");
  if (!near) return "";
  return did_you_mean((location_of(*near) == Location::local ? "http://" : "https://") + std::string(url));
}

}  // namespace

Result<Address> parse_address(std::string_view url) {
  if (std::ranges::any_of(url, [](unsigned char c) { return c <= ' ' || c == 0x7f; }))
    return bad("an address must not contain spaces or control characters");
  const std::size_t mark = url.find("://");
  Address address;
  address.scheme = mark == std::string_view::npos ? "" : to_lower(url.substr(0, mark));
  if (address.scheme != "http" && address.scheme != "https") {
    const std::string neither = "the address is neither http:// nor https://";
    const std::string meant = with_scheme(url);
    return meant.empty() ? bad(neither) : Error{ErrorClass::config, neither + meant};
  }
  std::string_view rest = url.substr(mark + 3);
  if (rest.find_first_of("?#") != std::string_view::npos)
    return bad("an address must not contain '?' or '#'; a key belongs in api_key");
  const std::size_t slash = rest.find('/');
  address.path = slash == std::string_view::npos ? "" : std::string(rest.substr(slash));
  while (address.path.ends_with('/'))
    address.path.pop_back();
  rest = rest.substr(0, slash);
  if (rest.find('@') != std::string_view::npos)
    return bad("an address must not contain a user or password; a key belongs in api_key");
  const std::size_t bracket = rest.find(']');
  const std::size_t colon = rest.find(':', bracket == std::string_view::npos ? 0 : bracket);
  std::string_view host = rest.substr(0, colon);
  if (colon != std::string_view::npos) {
    address.port = rest.substr(colon + 1);
    if (!is_port(address.port)) return bad("the port '" + address.port + "' is not one from 1 to 65535");
  }
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty()) return bad("the address has no host");
  if (!std::ranges::all_of(host, is_host_byte))  // Others are decoded, or mapped to another name.
    return bad("the host '" + std::string(host) +
               "' has characters other than letters, digits, '.', '-' and '_'");
  address.host = to_lower(host);
  return address;
}

namespace {

/// `gpu-box.` is `gpu-box`, but for the domains that a resolver tries.
std::string_view without_last_dot(std::string_view host) {
  return host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
}

}  // namespace

bool is_loopback(const Address& address) {
  const auto number = numeric(address.host);
  const std::string_view name = without_last_dot(address.host);
  return number ? is_loopback_number(*number) : name == "localhost" || name.ends_with(".localhost");
}

Location location_of_number(const std::string& number) {
  const auto bytes = numeric(number.substr(0, number.find('%')));  // Without the zone of fe80::1%eth0.
  const bool is_local = bytes && (is_loopback_number(*bytes) || is_private_number(*bytes));
  return is_local ? Location::local : Location::cloud;
}

Location location_of(const Address& address) {
  if (is_loopback(address)) return Location::local;
  if (const auto number = numeric(address.host))
    return is_private_number(*number) ? Location::local : Location::cloud;
  // Resolvers take 134744072 and 0x8080808 for numbers of hosts.
  const std::string_view name = without_last_dot(address.host);
  const bool is_near = !name.empty() && is_alpha(name.front()) &&
                       (name.find('.') == std::string_view::npos || name.ends_with(".local"));
  return is_near ? Location::local : Location::cloud;
}

std::string shown_address(const std::string& url) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), curl_url_cleanup);
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
    return "an address that cannot be read";
  const std::string port = part(parsed.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
  return part(parsed.get(), CURLUPART_SCHEME) + "://" + part(parsed.get(), CURLUPART_HOST) +
         (port.empty() ? "" : ":" + port) + part(parsed.get(), CURLUPART_PATH);
}

}  // namespace docket::backends
