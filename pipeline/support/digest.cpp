#include "pipeline/support/digest.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <span>

namespace docket {
namespace {

std::string to_hex(std::span<const unsigned char> bytes) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bytes) {
    text += hex[byte >> 4];
    text += hex[byte & 15];
  }
  return text;
}

std::string shortened(const std::string& hex) { return hex.substr(0, 32); }

}  // namespace

struct Sha256::Context {
  EVP_MD_CTX* state = EVP_MD_CTX_new();
  ~Context() { EVP_MD_CTX_free(state); }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  EVP_DigestInit_ex(context_->state, EVP_sha256(), nullptr);
}

Sha256::~Sha256() = default;

void Sha256::add(std::string_view bytes) { EVP_DigestUpdate(context_->state, bytes.data(), bytes.size()); }

std::string Sha256::hex() {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  EVP_DigestFinal_ex(context_->state, digest.data(), nullptr);
  return to_hex(digest);
}

std::string Sha256::short_hex() { return shortened(hex()); }

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  return to_hex(digest);
}

std::string short_digest(std::string_view bytes) { return shortened(sha256_hex(bytes)); }

}  // namespace docket
