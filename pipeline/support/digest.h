#pragma once
#include <memory>
#include <string>
#include <string_view>

namespace docket {

/// SHA-256 (OpenSSL) of `bytes` as 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);

/// The first 128 bits of the same, for keys of the ledger: 32 hex digits.
std::string short_digest(std::string_view bytes);

/// SHA-256 of bytes that come piece by piece.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void add(std::string_view bytes);
  // Once, at the end:
  std::string hex();
  std::string short_hex();  ///< As short_digest().

 private:
  struct Context;
  const std::unique_ptr<Context> context_;
};

}  // namespace docket
