#include "worker/poppler/content_stream.h"

#ifdef DOCKET_KNOWS_POPPLER

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace docket::worker {
namespace {

constexpr std::size_t block_size = 1 << 14;
constexpr std::size_t most_inflated = 32 << 20;  ///< Bytes in memory; a page has 0.1 M.
constexpr std::size_t most_deflated = most_inflated;

/// False: there is more than is inflated at once. What it is may itself be inflated, and without end.
bool read_all(Stream& stream, RawBytes& out) {
  constexpr int step = 1 << 16;
  out.resize(0);
  stream.reset();
  for (int got = step; got == step;) {
    const std::size_t had = out.size();
    out.resize(had + step);
    got = std::max(0, stream.doGetChars(step, out.data() + had));
    out.resize(had + static_cast<std::size_t>(got));
    if (out.size() > most_deflated) return false;
  }
  return true;
}

/// False: `deflated` is broken or too large.
bool inflate_whole(RawBytes& deflated, RawBytes& out) {
  z_stream z{};
  if (inflateInit(&z) != Z_OK) return false;
  z.next_in = deflated.data();
  z.avail_in = static_cast<uInt>(deflated.size());
  out.resize(std::clamp<std::size_t>(deflated.size() * 5, 4096, most_inflated));
  int result = Z_OK;
  while (result == Z_OK) {
    if (z.total_out == out.size()) {
      if (out.size() == most_inflated) break;
      out.resize(std::min(most_inflated, out.size() * 2));
    }
    z.next_out = out.data() + z.total_out;
    z.avail_out = static_cast<uInt>(out.size() - z.total_out);
    result = inflate(&z, Z_NO_FLUSH);
  }
  out.resize(z.total_out);
  inflateEnd(&z);
  return result == Z_STREAM_END;
}

bool has_parameters(Stream& stream) {
  const Dict* dict = stream.getDict();
  return !dict || dict->hasKey("DecodeParms") || dict->hasKey("DP");
}

}  // namespace

void RawBytes::resize(std::size_t size) {
  if (size > room_) {
    room_ = std::max(size, room_ * 2);
    std::unique_ptr<unsigned char[]> larger(new unsigned char[room_]);
    if (size_ > 0) std::memcpy(larger.get(), bytes_.get(), size_);
    bytes_ = std::move(larger);
  }
  size_ = size;
}

void ContentStream::reset() {
  at = end = nullptr;
  is_whole_ = false;
  Stream* encoded = decoded_->getNextStream();
  if (decoded_->getKind() == strFlate && encoded && !has_parameters(*decoded_)) {
    RawBytes deflated;
    is_whole_ = read_all(*encoded, deflated) && inflate_whole(deflated, block_);
  }
  is_whole_ ? take_block() : decoded_->reset();
}

void ContentStream::take_block() {
  at = block_.data();
  end = at + block_.size();
}

bool ContentStream::fill() {
  if (is_whole_) return false;
  block_.resize(block_size);
  block_.resize(static_cast<std::size_t>(
      std::max(0, decoded_->doGetChars(static_cast<int>(block_size), block_.data()))));
  take_block();
  return at != end;
}

int ContentStream::getChars(int count, unsigned char* out) {
  int copied = 0;
  while (copied < count && (at != end || fill())) {
    const auto part = static_cast<int>(std::min<std::ptrdiff_t>(count - copied, end - at));
    std::memcpy(out + copied, at, static_cast<std::size_t>(part));
    at += part;
    copied += part;
  }
  return copied;
}

}  // namespace docket::worker

#endif
