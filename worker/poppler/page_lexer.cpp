// Poppler's lexer took a third of the time of a page: a virtual call and two others for each byte. Here the
// contents of pages and forms come in blocks; objects of the file, whose places matter, are read from its
// bytes in memory where they are neither encrypted nor compressed, and all else through its stream as before.
#include "worker/poppler/version.h"
#ifdef DOCKET_KNOWS_POPPLER
#include <Lexer.h>
#include <Parser.h>
#include <Stream.h>

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

/// The stream, if it is of just this class; else none.
template <class Exactly>
Exactly* as_stream(const Object& object) {
  if (!object.isStream()) return nullptr;
  Stream& stream = *object.getStream();
  return typeid(stream) == typeid(Exactly) ? static_cast<Exactly*>(&stream) : nullptr;
}

bool begins_image_data(const Object& object) {
  if (!object.isCmd()) return false;
  const char* command = object.getCmd();
  return command[0] == 'I' && command[1] == 'D' && command[2] == '\0';
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
      stream = as_stream<ContentStream>(lexer.curStr);
      return c;
    }
    int look() { return stream ? stream->lookChar() : EOF; }
    void skip() { ++stream->at; }
  };
  struct Memory {
    Lexer& lexer;
    MemStream* stream;  ///< None at its end, where the lexer lets go of it.
    int get() {
      const int c = stream ? stream->MemStream::getChar() : EOF;  // Said so, it is no virtual call.
      if (c != EOF) return c;
      stream = nullptr;
      return lexer.getChar();
    }
    int look() { return stream ? stream->MemStream::lookChar() : EOF; }
    void skip() { stream->MemStream::getChar(); }
  };
  const bool looked_ahead = lookCharLastValueCached != LOOK_VALUE_NOT_CACHED;
  if (ContentStream* stream = as_stream<ContentStream>(curStr); stream && !looked_ahead) {
    Blocks blocks{*this, stream};
    return docket::worker::TokenReader(blocks, *this).read(objNum);
  }
  if (MemStream* stream = as_stream<MemStream>(curStr); stream && !looked_ahead) {
    Memory memory{*this, stream};
    return docket::worker::TokenReader(memory, *this).read(objNum);
  }
  Bytes bytes{*this};
  return docket::worker::TokenReader(bytes, *this).read(objNum);
}

/// With one comparison of strings less for each token.
void Parser::shift(int objNum) {
  if (inlineImg > 0) {
    inlineImg = inlineImg < 2 ? inlineImg + 1 : 0;  // "ID" within a dictionary begins nothing.
  } else if (begins_image_data(buf2)) {
    lexer.skipChar();
    inlineImg = 1;
  }
  buf1 = std::move(buf2);
  if (inlineImg > 0) {
    buf2.setToNull();
  } else {
    buf2 = lexer.getObj(objNum);
  }
}

#endif
