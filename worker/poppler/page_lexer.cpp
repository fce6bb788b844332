// Poppler's lexer took a third of the time of a page: a virtual call and two others for each byte. Here the
// contents of pages and forms come in blocks; all else (objects of the file, whose places matter) is read
// from its stream byte by byte, as before.
#include "worker/poppler/version.h"
#ifdef DOCKET_KNOWS_POPPLER
#include <Lexer.h>

#include <typeinfo>
#include <utility>

#include "worker/poppler/content_stream.h"
#include "worker/poppler/token_reader.h"

namespace {

using docket::worker::ContentStream;

Object begun_in_blocks(Object&& content) {
  if (!content.isStream()) return std::move(content);
  Object stream(static_cast<Stream*>(new ContentStream(std::move(content))));
  stream.streamReset();
  return stream;
}

ContentStream* in_blocks(const Object& object) {
  if (!object.isStream()) return nullptr;
  Stream& stream = *object.getStream();
  return typeid(stream) == typeid(ContentStream) ? static_cast<ContentStream*>(&stream) : nullptr;
}

}  // namespace

/// The contents of a page: a stream, or an array of them. (The other constructor is for objects of the file.)
Lexer::Lexer(XRef* xrefA, Object* contents) {
  lookCharLastValueCached = LOOK_VALUE_NOT_CACHED;
  xref = xrefA;
  strPtr = 0;
  freeArray = contents->isStream();
  streams = freeArray ? new Array(xref) : contents->getArray();
  if (freeArray) streams->add(contents->copy());
  if (streams->getLength() > 0) curStr = begun_in_blocks(streams->get(0));
}

int Lexer::getChar(bool comesFromLook) {
  if (lookCharLastValueCached != LOOK_VALUE_NOT_CACHED) {
    const int looked_at = lookCharLastValueCached;
    lookCharLastValueCached = LOOK_VALUE_NOT_CACHED;
    return looked_at;
  }
  int c = EOF;
  while (curStr.isStream() && (c = curStr.getStream()->getChar()) == EOF && !comesFromLook) {
    curStr.streamClose();
    curStr = Object();
    if (++strPtr < streams->getLength()) curStr = begun_in_blocks(streams->get(strPtr));
  }
  return c;
}

Object Lexer::getObj(int objNum) {
  struct Bytes {
    Lexer& lexer;
    int get() { return lexer.getChar(); }
    int look() { return lexer.lookChar(); }
    void skip() { lexer.getChar(); }
  };
  struct Blocks {
    Lexer& lexer;
    ContentStream* stream;  ///< None behind the last one.
    int get() {
      if (stream && stream->at != stream->end) return *stream->at++;
      const int c = lexer.getChar();  // Goes on with the next stream.
      stream = in_blocks(lexer.curStr);
      return c;
    }
    int look() { return stream ? stream->lookChar() : EOF; }
    void skip() { ++stream->at; }
  };
  if (ContentStream* stream = in_blocks(curStr); stream && lookCharLastValueCached == LOOK_VALUE_NOT_CACHED) {
    Blocks blocks{*this, stream};
    return docket::worker::TokenReader(blocks, *this).read(objNum);
  }
  Bytes bytes{*this};
  return docket::worker::TokenReader(bytes, *this).read(objNum);
}

#endif
