#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "pipeline/members.h"
#include "pipeline/price.h"
#include "pipeline/reading/dates.h"
#include "pipeline/support/result.h"
#include "pipeline/text.h"
#include "pipeline/usage.h"

namespace docket {

class Condition;
class Schema;

/// A picture of a page, as a file.
struct Image {
  std::string media_type;  ///< `image/png`
  std::string bytes;
  int width = 0, height = 0;  ///< Pixels.
};

/// A page of a file that has to be looked at.
struct SeenPage {
  enum class Wanted {
    words,    ///< Read by OCR: `text` of the answer has the page alone.
    picture,  ///< Drawn upright, for a model that sees: `image` of the answer.
  };
  Wanted wanted = Wanted::words;
  int number = 1;                           ///< From 1.
  std::vector<std::string> languages = {};  ///< Of its words, as tesseract calls them: `eng`, `deu`.
};

/// What one document may take of the machine. 0: what the pool of workers sets.
struct ExtractLimits {
  std::chrono::milliseconds cpu_time{0};
  std::chrono::milliseconds wall_time{0};  ///< By the clock.
  std::int64_t memory = 0;                 ///< Bytes, beside the worker's own and the file's.
  std::int64_t output = 0;                 ///< Bytes of text and word boxes.
  std::int64_t open_files = 0;             ///< In the worker's process.
  friend bool operator==(const ExtractLimits&, const ExtractLimits&) = default;
};

/// Read a file: media type, identity, text, pages, metadata; or look at one of its pages. Answered by the
/// pool of extraction workers.
struct ExtractQuestion {
  std::filesystem::path file;
  std::vector<std::string> passwords = {};  ///< UTF-8; tried in turn where the file needs one.
  ExtractLimits limits = {};
  bool keep_partial = false;  ///< The pages that were read before a limit are an answer.
  bool need_sandbox = false;  ///< Not to be read by a worker that could not lock itself in entirely.
  std::vector<std::string> members = {};  ///< See MemberPlace::names; empty: the file itself is read.
  MemberLimits member_limits = {};
  Attachments attachments = Attachments::automatic;
  TextForm form = {};
  std::optional<SeenPage> page = std::nullopt;  ///< None: the file is read.
};

/// One label of a closed set.
struct Label {
  std::string name;
  std::string description;
  std::vector<std::string> keywords;
};

/// Which of the labels fits the text?
struct ClassifyQuestion {
  std::shared_ptr<const Text> text;
  std::shared_ptr<const std::vector<Label>> labels;
};

/// A named jq condition over the fields of an answer that must be true, e.g. `totals add up`.
struct Check {
  std::string name;
  std::shared_ptr<const Condition> condition;
};

/// Which values does the text give for the properties of the schema?
struct FieldsQuestion {
  std::shared_ptr<const Text> text;
  std::shared_ptr<const nlohmann::json> schema;  ///< JSON Schema of an object; its properties are the fields.
  std::shared_ptr<const std::vector<Check>> checks;
  DayMonth dates = DayMonth::unknown;  ///< What the pipeline says of 05/03/2024.
};

/// A piece of what a model is shown.
struct PromptPart {
  enum class Kind { text, image };
  Kind kind = Kind::text;
  std::string text = {};
  std::shared_ptr<const Image> image = nullptr;  ///< Of that kind.
};

/// A question in a model's words. Servers keep what they computed for the beginning of a prompt, so it goes
/// from what many prompts share to what only this one has: `system`, `document`, `task`.
struct Prompt {
  std::string system;                ///< The same for all documents and stages.
  std::vector<PromptPart> document;  ///< The same for all stages that ask about the document.
  std::string task;
  std::string diagnostic;  ///< What was wrong with the last answer to this prompt; empty: it is the first.
  /// Of the answer, an object. What a server cannot enforce is checked here. Null: any words are an answer,
  /// and its value is their beginning.
  std::shared_ptr<const Schema> schema;
  std::int64_t most_output_tokens = 0;  ///< What an answer may take, without thinking.
  /// As long as an answer may be, for servers that count its tokens better than most_output_tokens does;
  /// empty: there is none. Where an answer was cut off, `times_room` of that are allowed.
  std::shared_ptr<const std::string> longest_answer = nullptr;
  int times_room = 1;
  /// How much is left out of the request that a server might refuse: 0: nothing; 1: log probabilities; 2: all
  /// that only helps; 3: also the schema, which the words of the question then have; 4: all that is optional.
  int left_out = 0;
  std::optional<bool> think = std::nullopt;  ///< Before it answers; none: as its backend says.
  /// Without a schema: the answer is all its words, none too, and not their beginning.
  bool takes_all_words = false;
};
inline constexpr int all_left_out = 4;  ///< Of Prompt::left_out.

/// Models answer a Prompt, the rules tier a ClassifyQuestion or a FieldsQuestion, the workers an
/// ExtractQuestion.
using Question = std::variant<ExtractQuestion, ClassifyQuestion, FieldsQuestion, Prompt>;

/// Whose question it is. Set by the flow.
struct Caller {
  std::string document;  ///< Document::path.
  std::string stage;     ///< StageConfig::id.
  std::size_t position =
      0;  ///< Of the stage in the plan: later ones go first, so that documents get finished.
  /// A later stage may ask the same backend about the same document.
  bool more_to_come = false;
  /// Of the whole document, whatever part of it a question shows. Null: it has none.
  std::shared_ptr<const Text> text = nullptr;
};

/// What of a document a Prompt shows, and why it is asked: for the account of what has left this machine.
struct Sent {
  std::string what = "document";         ///< `document`: its whole text, `pages`, `fields` or `summary`.
  std::vector<int> pages = {};           ///< From 1; empty: all of them, or the text has none.
  std::vector<std::string> fields = {};  ///< That are asked about; empty: all.
  std::vector<std::string> reasons =
      {};  ///< Why the document is escalated; empty: it is not, its tier's turn came.
  /// How many places of the prompt have a stand-in, by kind (`email`). Set by what redacts.
  std::map<std::string, std::int64_t> redactions = {};
};

/// A request of a call that is about to be sent, for the account of what may have left and been charged.
struct Sending {
  std::string model;                                             ///< As far as it is known yet.
  std::int64_t sent_bytes = 0;                                   ///< That leave this machine.
  std::optional<std::int64_t> most_nano_dollars = std::nullopt;  ///< That it can cost; none: nobody knows.
};
/// `then` is called once, perhaps later and by another thread: with nothing, and the request may be sent; or
/// with the Error, and it must not.
using BeforeSending =
    std::function<void(const Sending&, std::function<void(const std::optional<Error>&)> then)>;

/// Looks at the body of a request, JSON, that is about to be sent: the Error, and it must not.
using LastLook = std::function<std::optional<Error>(std::string_view body)>;

struct Answer;

/// Looks at an answer of a model as it came: the Error (class `content`), and it is none.
using JudgeAnswer = std::function<std::optional<Error>(const Answer&)>;

/// What a stage wants to know, and whom it asks.
struct Request {
  std::string backend;  ///< A name from the pipeline's `backends:`, or `extraction_workers`.
  Question question;
  Caller asked_by = {};
  Sent sent = {};
  /// Why the document may not leave this machine: the policy's condition that holds. Empty: it may. Set by
  /// the flow.
  std::string private_because = {};
  /// How it was tried before. Set by who tries again.
  struct Tries {
    std::int64_t before = 0;                        ///< How often.
    std::chrono::steady_clock::duration paused{0};  ///< Between the last try and this one.
  } tries = {};
  /// Asked before each request that the call sends, one after the other. Empty: nobody keeps account before
  /// the call has ended. Set by who writes calls down.
  BeforeSending before_sending = {};
  /// Asked about each body with words of the question that the call would send. Empty: all may leave. Set by
  /// who redacts.
  LastLook last_look = {};
  /// Asked about an answer before it is written down and kept. Empty: the protocol's word counts. Set by who
  /// redacts.
  JudgeAnswer judge = {};
  /// Nothing is sent after it, and no reply waited for. Set by the flow. Time in docket's own queues does not
  /// count: who lets a request wait for others moves it on by so much, and says so in Reply::queued.
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
};

/// By backend: what tells its model from another of the same name, where the server tells it.
using ModelDigests = std::map<std::string, std::string>;

/// The internal backend that answers every ExtractQuestion.
inline constexpr std::string_view extraction_workers = "docket-extract";

/// How sure a model was of the tokens of one value, from their log probabilities. 0…1.
struct TokenProbability {
  double least = 0;              ///< Of the value's tokens: finds one doubtful digit.
  double joint = 0;              ///< Their product.
  std::optional<double> margin;  ///< Of the allowed values of an enum: the chosen one's share.
};

/// An answer to
///  - ExtractQuestion: `text`, and `value` {pages, characters, grade, metadata, embedded_files, …}: see
///    `extract` in docs/record.schema.json; what the file is stands in Reply::file. About a SeenPage: `text`
///    of that page, and `value` {grade, confidence, rotation, skew}, see worker/ocr/read_page.h; or `image`
///  - ClassifyQuestion: `value` {label: string or null, confidence: 0..1, scores: {label: 0..1}}
///  - FieldsQuestion: `value` {fields: {name: value or null},
///    details: {name: {evidence: {page, quote, box?}, signals: {…}} or {problem: string}}}
///  - Prompt: `value` is valid by the prompt's schema, and `probabilities` where the server tells them
struct Answer {
  nlohmann::json value;
  std::shared_ptr<const Text> text = nullptr;
  /// By JSON Pointer of a string, number, boolean or null in `value`.
  std::map<std::string, TokenProbability> probabilities = {};
  std::string by = {};  ///< The backend that gave it in place of the one that was asked; empty: that one.
  /// By JSON Pointer of a value in `value`: why it cannot be what the model means, though the schema allows
  /// it. It must not be accepted.
  std::map<std::string, std::string> problems = {};
  std::shared_ptr<const Image> image = nullptr;
};

/// The first problem of a value, or of one that is inside it; null: there is none.
inline const std::string* problem_within(const Answer& answer, const std::string& pointer) {
  for (const auto& [place, problem] : answer.problems)
    if (place.starts_with(pointer) && (place.size() == pointer.size() || place[pointer.size()] == '/'))
      return &problem;
  return nullptr;
}

/// What a file is, whatever its content turns out to be worth.
struct FileFacts {
  std::string sha256;  ///< Hex.
  std::int64_t bytes = 0;
  std::string media_type;  ///< From content.
};

/// How far a prompt and the room for its answer exceed what the model can hold.
struct Excess {
  std::int64_t tokens = 0;  ///< Of the prompt; by the server's count, else estimated.
  std::int64_t window = 0;  ///< That there is for the prompt.
};

/// How a server bills a call, beside its tokens.
struct Billing {
  ServiceTier tier = ServiceTier::standard;
  /// Why tokens times price is not what it costs, with the numbers. Empty: it is.
  std::string unclear = {};
};

struct Reply {
  Result<Answer> answer = Error{ErrorClass::bug, "no reply"};
  Spending spent = {};      ///< Counted even when the call failed: by backend and model, all attempts.
  Billing billing = {};     ///< Prompt only: of the tokens in `spent`, if a protocol read them.
  Usage reused = {};        ///< What an answer that was taken from the ledger had cost in its time.
  std::int64_t cpu_ns = 0;  ///< CPU time that the answer took, in this process or another.
  /// How long the request waited in docket's own queues: nobody's deadline runs meanwhile.
  std::chrono::steady_clock::duration queued{0};
  /// For how long servers had the request: what is not counted in `queued`.
  std::chrono::steady_clock::duration wire{0};
  std::int64_t tries = 0;  ///< Of the request, those before included.
  /// ExtractQuestion only: known even when the content could not be read.
  std::optional<FileFacts> file = std::nullopt;
  // Prompt only:
  std::optional<Excess> excess = std::nullopt;  ///< With ErrorClass::too_long.
  /// The server asks to come back no earlier.
  std::optional<std::chrono::milliseconds> retry_after = std::nullopt;
  /// Nothing is sent to where the request went for so long.
  std::optional<std::chrono::milliseconds> paused = std::nullopt;
  /// Of a backend that costs: the call's place among those that may be under way, which is free again when
  /// this is let go, so once the answer is on disk. Null: it is free already.
  std::shared_ptr<void> place = nullptr;
  bool cut_off = false;     ///< With ErrorClass::content: most_output_tokens was too little.
  bool repeats = false;     ///< With ErrorClass::content: it began an answer, then wrote the same on and on.
  bool overloaded = false;  ///< The server asks everybody to slow down (429, 503, 529).
  /// With an Error: nothing proves that the document is at fault, nor that the backend is. The server said no
  /// in words, and the class is a guess; or it gave a bad answer (`content`), and no good one to anybody.
  bool unproven = false;
  /// With an unproven bad answer: the model made no sense of docket's own questions either.
  bool makes_no_sense = false;
};

/// In the message of what failed since a backend is left alone whose answers were bad, behind its name.
inline constexpr const char* gave_no_valid_answer = " gave no valid answer to ";

/// Answers requests, some time later, from any thread. Owned by the run; outlives every request.
class Backend {
 public:
  using Done = std::function<void(Reply)>;
  virtual ~Backend() = default;
  /// Never throws and never waits; calls `done` exactly once per request, perhaps before it returns.
  virtual void submit(Request request, Done done) noexcept = 0;
  /// Nothing is asked about the document any more: what is kept of it may go. Any thread.
  virtual void document_ended(const std::string& /*path*/) noexcept {}
  /// Once no reply is missing, and before what was asked is summed up: ends what goes on without a request,
  /// and waits until it is accounted for. Nothing is asked any more.
  virtual void finish() noexcept {}
};

}  // namespace docket
