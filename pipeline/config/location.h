#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "pipeline/pipeline.h"

namespace docket {

/// Where a model runs: `local` keeps documents in this machine's network, `cloud` lets them leave it.
enum class Location { local, cloud };
std::string_view name(Location location);

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

/// Of a backend of the pipeline: what its `location` says, else the farthest of its addresses; cloud also
/// when the model's name says that Ollama hands it on (`…-cloud`). The rules tier is local.
Location location_of(const BackendConfig& backend);

/// Why the backend may not be used as the pipeline has it: an address that is none, a key that would go
/// over plain HTTP to another machine.
std::optional<Error> address_problem(const BackendConfig& backend);

}  // namespace docket
