#pragma once
#include "worker/poppler/version.h"

#ifdef DOCKET_KNOWS_POPPLER

#include <Object.h>
#include <Stream.h>

#include <cstddef>
#include <memory>

namespace docket::worker {

/// Bytes that are not set to zero before they are written.
class RawBytes {
 public:
  unsigned char* data() { return bytes_.get(); }
  std::size_t size() const { return size_; }
  /// Keeps what there is. `size` may be smaller.
  void resize(std::size_t size);

 private:
  std::unique_ptr<unsigned char[]> bytes_;
  std::size_t size_ = 0, room_ = 0;
};

/// What another stream decodes to, in blocks whose bytes its readers see without a call for each. A deflated
/// stream that is whole is one block, which zlib inflates several times faster than poppler; a broken one, or
/// one that inflates beyond bounds, is poppler's, so that what can be saved of it stays the same.
class ContentStream final : public Stream {
 public:
  /// `decoded` is a stream.
  explicit ContentStream(Object&& decoded) : owner_(std::move(decoded)), decoded_(owner_.getStream()) {}

  /// The bytes that are there, of which all but those at the end of the stream may be taken.
  const unsigned char* at = nullptr;
  const unsigned char* end = nullptr;

  int getChar() override { return at != end || fill() ? *at++ : EOF; }
  int lookChar() override { return at != end || fill() ? *at : EOF; }
  void reset() override;
  void close() override { decoded_->close(); }

  StreamKind getKind() const override { return strWeird; }
  int getUnfilteredChar() override { return decoded_->getUnfilteredChar(); }
  void unfilteredReset() override { decoded_->unfilteredReset(); }
  Goffset getPos() override { return decoded_->getPos(); }
  void setPos(Goffset, int) override {}  // As for all streams that decode.
  bool isBinary(bool last) const override { return decoded_->isBinary(last); }
  BaseStream* getBaseStream() override { return decoded_->getBaseStream(); }
  Stream* getUndecodedStream() override { return decoded_->getUndecodedStream(); }
  Stream* getNextStream() const override { return decoded_; }
  Dict* getDict() override { return decoded_->getDict(); }
  Object* getDictObject() override { return decoded_->getDictObject(); }

 private:
  bool hasGetChars() override { return true; }
  int getChars(int count, unsigned char* out) override;
  /// The next block; false: there is none.
  bool fill();
  void take_block();

  Object owner_;
  Stream* decoded_;
  RawBytes block_;
  bool is_whole_ = false;
};

}  // namespace docket::worker

#endif
