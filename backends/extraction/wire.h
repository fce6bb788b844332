#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/backend.h"
#include "pipeline/support/result.h"
#include "pipeline/text.h"

namespace docket {

// How the pool of extraction workers and a worker talk, over a socket of their own on one machine (so numbers
// are in the machine's byte order):
//
//   pool -> worker   one message per document: the file's descriptor (SCM_RIGHTS) with an order
//   worker -> pool   `ready` once; then for each order `file`, the `page`s of its text, and `answer` or
//                    `last_answer`
//
// Every message is a FrameHeader and `size` bytes. A text travels page by page, so that neither end ever
// holds a long one twice. What a worker sends may have been forged by the document that it parses: the
// decoders believe nothing.

/// Descriptor of the socket in the worker.
inline constexpr int worker_socket = 3;

/// Of all that is sent here. Another one is that of a docket or a worker which was left from an older build.
inline constexpr std::string_view wire_version = "5";

enum class Frame : std::uint32_t {
  order = 1,
  ready,        ///< Ready: the worker has locked itself in and waits for orders.
  file,         ///< FileFacts, sent before the file is parsed.
  page,         ///< The next Page of the text.
  answer,       ///< An Error, or an Answer without its pages, which have gone before.
  last_answer,  ///< The same, from a worker that ends now: it has grown too large or too old.
  // Of a worker that evaluates conditions; see condition_wire.h.
  programs,
  compiled,
  questions,
  verdicts,
  dying,
  progress,  ///< Progress, of a worker that reads files.
};

struct FrameHeader {
  Frame kind = Frame::order;
  std::uint32_t zero = 0;
  std::uint64_t size = 0;
};

/// How a worker ends when it cannot answer.
enum class WorkerExit : int {
  done = 0,
  cannot_start = 71,
  out_of_memory = 72,  ///< An allocation failed.
  file_shrank = 73,    ///< The file became shorter while it was read.
};

struct Ready {
  std::string version;
  std::string refused = {};  ///< What the kernel refused of the sandbox, in words; empty: nothing.
};

struct ExtractOrder {
  std::vector<std::string> passwords = {};
  std::uint64_t output_limit = 0;  ///< Bytes of an answer.
  std::uint32_t most_pages = 0;    ///< Those after them are not read; 0: all are.
  bool tell_progress = false;      ///< `progress` after each page, and before an answer that is too long.
  std::vector<std::string> members = {};  ///< See ExtractQuestion.
  MemberLimits member_limits = {};
  Attachments attachments = Attachments::automatic;
  TextForm form = {};
  std::optional<SeenPage> page = std::nullopt;  ///< As in ExtractQuestion.
  /// Nothing is read; the answer has the bytes of the member as its `image`.
  bool only_bytes = false;
};

/// How far the worker has come: so many pages can be had within the limits.
struct Progress {
  std::uint32_t read = 0, of = 0;
};

/// "has more than 64 MiB of text", whoever notices first. Messages that travel here continue a sentence that
/// begins with the name of the file.
Error output_limit_error(std::uint64_t limit);

std::string encode(const Ready& ready);
std::string encode(const Progress& progress);
std::string encode(const ExtractOrder& order);
std::string encode(const FileFacts& facts);
std::string encode(const Page& page);
std::string encode(const Result<Answer>& answer);
/// Bytes that encode() makes of it.
std::uint64_t encoded_size(const Page& page);

/// Nothing read where the bytes are not what `encode` gives.
Progress decode_progress(std::string_view bytes);
/// Of another version where the bytes are not what `encode` gives.
Ready decode_ready(std::string_view bytes);
Result<ExtractOrder> decode_order(std::string_view bytes);
Result<FileFacts> decode_facts(std::string_view bytes);
// An Error of class `crash` when the bytes are not what `encode` gives.
/// The text is valid UTF-8, every word lies within it, and each has a confidence or none has.
Result<Page> decode_page(std::string bytes);
/// `text`: of the pages that came before; an Error too when they are not as many as there are to be.
Result<Answer> decode_answer(std::string_view bytes, Text text);

}  // namespace docket
