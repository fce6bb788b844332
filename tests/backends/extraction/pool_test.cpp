#include "backends/extraction/pool.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <future>

#include "backends/extraction/wire.h"
#include "tests/small_pdf.h"
#include "tests/temp_dir.h"
#include "worker/process/sanitizers.h"

namespace docket::backends {
namespace {

using namespace std::chrono_literals;

/// A PDF of a few hundred bytes whose form is a tree of 2^40 fields: opening it takes for ever.
std::string endless_pdf() {
  constexpr int depth = 40, first = 4;
  std::string pdf =
      "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]>>>>endobj\n"
      "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
      "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>endobj\n";
  for (int i = 0; i < depth; ++i) {
    const std::string kid = std::to_string(first + i + 1) + " 0 R ";
    const std::string parent = i == 0 ? "" : "/Parent " + std::to_string(first + i - 1) + " 0 R";
    pdf += std::to_string(first + i) + " 0 obj<<" + parent + "/Kids[" + kid + kid + "]>>endobj\n";
  }
  return pdf + "trailer<</Root 1 0 R>>\n";
}

/// What a shell script writes as the header of a frame.
std::string frame(Frame kind, const std::string& size_in_octal) {
  return "printf '\\00" + std::to_string(static_cast<int>(kind)) + "\\0\\0\\0\\0\\0\\0\\0" + size_in_octal +
         "' >&3\n";
}

/// What a script says when it is ready to work.
std::string ready(const std::string& version = std::string(wire_version)) {
  return frame(Frame::ready, "\\001\\0\\0\\0\\0\\0\\0\\0") + "printf " + version + " >&3\n";
}

class ExtractPool : public testing::Test {
 protected:
  ExtractPool() {
    options_.worker = EXTRACT_WORKER;
    options_.workers = 2;
  }

  /// A worker that says it is ready, takes the first bytes of an order and then does `script`.
  void use_fake_worker(const std::string& script) {
    options_.worker =
        folder_.write("worker", "#!/bin/sh\n" + ready() + "head -c 16 <&3 >/dev/null\n" + script);
    std::filesystem::permissions(options_.worker, std::filesystem::perms::owner_all);
  }

  Backend& pool() {
    if (!pool_) pool_ = make_extract_pool(options_, hard_stop_.get_token());
    return *pool_;
  }

  std::future<Reply> ask(ExtractQuestion question) {
    auto promise = std::make_shared<std::promise<Reply>>();
    pool().submit({std::string(extraction_workers), std::move(question)},
                  [promise](Reply reply) { promise->set_value(std::move(reply)); });
    return promise->get_future();
  }

  Reply read(const std::string& name, std::string_view content) {
    return ask({.file = folder_.write(name, content)}).get();
  }

  Error error_of(ExtractQuestion question) {
    const Reply reply = ask(std::move(question)).get();
    EXPECT_FALSE(reply.answer);
    return reply.answer ? Error{} : reply.answer.error();
  }

  Error error_of(std::string_view content) { return error_of({.file = folder_.write("file", content)}); }

  const TempDir folder_;
  ExtractPoolOptions options_;
  std::stop_source hard_stop_;
  std::unique_ptr<Backend> pool_;
};

TEST_F(ExtractPool, APdfIsRead) {
  const std::string pdf = small_pdf({{{{72, 100, "Hello there, this is one page of a letter to you"}}}});
  const Reply reply = read("a", pdf);
  ASSERT_TRUE(reply.answer) << reply.answer.error().message;
  EXPECT_EQ(reply.answer->text->pages.at(0).text, "Hello there, this is one page of a letter to you\n");
  EXPECT_EQ(reply.answer->text->pages.at(0).words.size(), 11U);
  EXPECT_EQ(reply.answer->value["pages"], 1);
  EXPECT_EQ(reply.answer->value["characters"], 49);
  EXPECT_EQ(reply.answer->value["grade"], "poor");
  ASSERT_TRUE(reply.file);
  EXPECT_EQ(reply.file->media_type, "application/pdf");
  EXPECT_EQ(reply.file->bytes, static_cast<std::int64_t>(pdf.size()));
  EXPECT_GT(reply.cpu_ns, 0);
}

TEST_F(ExtractPool, TheTextIsWrittenAsTheQuestionWantsIt) {
  SmallPage page;
  page.text = {{72, 60, "ACME Limited, Master Agreement"},
               {72, 700, "The goods are delivered under this agree-"},
               {72, 712, "ment within thirty days."}};
  for (int row = 0; row < 4; ++row) {
    const double y = 100 + 14 * row;
    page.text.push_back({72, y, "Shelf " + std::to_string(row)});
    page.text.push_back({250, y, std::to_string(row)});
    page.text.push_back({350, y, std::to_string(20 + row) + ".50"});
  }
  const auto file = folder_.write("a", small_pdf({page, page, page}));
  const Reply rows = ask({.file = file}).get();
  ASSERT_TRUE(rows.answer);
  EXPECT_EQ(rows.answer->value["language"], "en");
  EXPECT_EQ(rows.answer->value["repeated_lines"][0]["text"], "ACME Limited, Master Agreement");
  EXPECT_EQ(rows.answer->text->pages[1].text.find("ACME"), 0U);
  EXPECT_NE(rows.answer->text->pages[1].text.find("this agreement\nwithin"), std::string::npos);
  EXPECT_EQ(rows.answer->text->pages[1].text.find('|'), std::string::npos);

  const Reply tables =
      ask({.file = file, .form = {TextForm::Tables::markdown, TextForm::RepeatedLines::once}}).get();
  ASSERT_TRUE(tables.answer);
  EXPECT_EQ(tables.answer->text->pages[0].text.find("ACME"), 0U);
  EXPECT_EQ(tables.answer->text->pages[1].text.find("ACME"), std::string::npos);
  EXPECT_NE(tables.answer->text->pages[0].text.find("| Shelf 3 | 3 | 23.50 |"), std::string::npos);
}

TEST_F(ExtractPool, ContentDecidesTheMediaType) {
  const auto type = [&](std::string_view content) { return read("x.pdf", content).file.value().media_type; };
  EXPECT_EQ(type("Dear Sir,\nthank you.\n"), "text/plain");
  EXPECT_EQ(type("# Offer\n\n* one\n* two\n"), "text/markdown");
  EXPECT_EQ(type("<!DOCTYPE html><html><body>Hi</body></html>"), "text/html");
  EXPECT_EQ(type("{\\rtf1\\ansi hello}"), "text/rtf");
  EXPECT_EQ(type("Subject: hi\nMIME-Version: 1.0\n\nhello\n"), "message/rfc822");
  EXPECT_EQ(type("Date: 5 March 2024\nFrom: Acme Ltd\nTo: Buyer plc\n\nINVOICE 4711\n"), "text/plain");
  EXPECT_EQ(type("\n\nFrom: Jane Ash\nTo: All staff\nRe: Holidays\n\nPlease\n"), "text/plain");
  EXPECT_EQ(type("Date: 5 March 2024\nFrom: Caf\xE9 Ltd\n"), "text/plain");
  EXPECT_EQ(type(std::string_view("\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0", 29)),
            "image/png");
  EXPECT_EQ(type("PK\x03\x04 word/document.xml"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document");
}

TEST_F(ExtractPool, AContainerIsNotWhatItHolds) {
  const auto type = [&](std::string_view content) { return read("x.txt", content).file.value().media_type; };
  const std::string prose = "A long letter that is stored as it is, byte by byte, in what holds it. ";
  std::string text;
  for (int i = 0; i < 60; ++i)
    text += prose;
  const std::string pdf = "%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n0\n%%EOF\n";
  const std::string local("PK\3\4\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0a", 31);
  const std::string directory("PK\1\2a", 5);
  const std::string end("PK\5\6\0\0\0\0\1\0\1\0\5\0\0\0\0\0\0\0\0\0", 22);
  for (const std::string& held : {text, pdf}) {
    EXPECT_EQ(type(local + held + directory + end), "application/zip");
    EXPECT_EQ(type("\xEF\xBB\xBF\n" + local + held), "application/zip");
    EXPECT_EQ(type("#!/bin/sh\nexit\n" + held + directory + end), "application/zip");
    EXPECT_EQ(type("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + held).substr(0, 5), "appli");
    EXPECT_EQ(type("7z\xBC\xAF\x27\x1C" + held), "application/x-7z-compressed");
    EXPECT_EQ(type("junk\n" + std::string("Rar!\x1A\x07\1\0", 8) + held), "application/x-rar");
    EXPECT_EQ(
        type("From: a@b.example\nSubject: c\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\n" + held),
        "message/rfc822");
    EXPECT_EQ(type(std::string("\1\2\0\0\0\3", 6) + held).substr(0, 5), "appli");
  }
  EXPECT_EQ(type("begin 644 a.txt\n#0V%T\n`\nend\n"), "text/x-uuencode");
  EXPECT_EQ(type("\xEF\xBB\xBF{\\rtf1\\ansi hello}"), "text/rtf");
  EXPECT_EQ(type("\n\n%!PS-Adobe-3.0\n"), "application/postscript");
  EXPECT_EQ(type("junk of a printer\n" + pdf), "application/pdf");
  for (const std::string& plain :
       {"PK stands for Phil Katz, %PDF- for a format.\n" + text, "begin 5 times\n" + text,
        "Rar! is a word.\n" + text, "BZh is none.\n" + text})
    EXPECT_EQ(type(plain), "text/plain");
}

TEST_F(ExtractPool, TheIdentityIsKnownEvenWhenTheContentCannotBeRead) {
  const Reply reply = read("x", "GIF89a\1\2\3\4\5\6\7");
  EXPECT_EQ(reply.answer.error().error_class, ErrorClass::unsupported);
  ASSERT_TRUE(reply.file);
  EXPECT_EQ(reply.file->media_type, "image/gif");
  EXPECT_EQ(reply.file->bytes, 13);
  EXPECT_EQ(reply.file->sha256.size(), 64U);
}

TEST_F(ExtractPool, WhatIsNoFileIsUnreadableAndNamed) {
  EXPECT_EQ(error_of({.file = folder_.path() / "none"}),
            (Error{ErrorClass::unreadable, "none cannot be found: No such file or directory"}));
  EXPECT_EQ(error_of({.file = folder_.path()}),
            (Error{ErrorClass::unreadable, folder_.path().filename().string() + " is a folder, not a file"}));
  const auto pipe = folder_.path() / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(error_of({.file = pipe}), (Error{ErrorClass::unreadable, "pipe is a named pipe, not a file"}));
  EXPECT_EQ(error_of({.file = "/dev/null"}), (Error{ErrorClass::unreadable, "null is a device, not a file"}));
}

TEST_F(ExtractPool, AnEmptyFileIsEmpty) {
  EXPECT_EQ(error_of(""), (Error{ErrorClass::empty, "file is empty (0 bytes)"}));
}

TEST_F(ExtractPool, ADocumentThatTakesTooLongFailsAndTheNextIsRead) {
  options_.workers = 1;
  const auto slow = folder_.write("slow", endless_pdf());
  auto endless = ask({.file = slow, .limits = {.cpu_time = 200ms}});
  auto next = ask({.file = folder_.write("next", "a text\n")});
  EXPECT_EQ(endless.get().answer.error(),
            (Error{ErrorClass::timeout,
                   "slow took longer than 200 ms of CPU time (`limits.cpu_time` of the extract stage)"}));
  EXPECT_TRUE(next.get().answer);
}

TEST_F(ExtractPool, ADocumentThatNeedsTooMuchMemoryFailsAndTheNextIsRead) {
  if (worker::under_sanitizer) GTEST_SKIP() << "sanitizers need address space without limit";
  std::string large;
  while (large.size() < (16U << 20))
    large += "A line like any other, and there are many.\n";
  const auto file = folder_.write("large", large);
  EXPECT_EQ(error_of({.file = file, .limits = {.memory = 24 << 20}}),
            (Error{ErrorClass::memory,
                   "large needed more than 24 MiB of memory (`limits.memory` of the extract stage)"}));
  EXPECT_TRUE(ask({.file = file}).get().answer);
}

TEST_F(ExtractPool, TooMuchTextFails) {
  options_.output_limit = 1 << 20;
  EXPECT_EQ(
      error_of(std::string((1 << 20) + 100, 'a')),
      (Error{ErrorClass::output_limit,
             "file has more than 1 MiB of text and word boxes (`limits.output` of the extract stage)"}));
}

TEST_F(ExtractPool, AWorkerThatDiesFailsItsDocumentOnly) {
  use_fake_worker("kill -SEGV $$\n");
  EXPECT_EQ(error_of("x"), (Error{ErrorClass::crash, "file crashed the parser (SIGSEGV)"}));
  EXPECT_EQ(error_of("y").error_class, ErrorClass::crash);
}

TEST_F(ExtractPool, AWorkerKilledFromOutsideSaysSo) {
  use_fake_worker("kill -KILL $$\n");
  EXPECT_EQ(error_of("x"),
            (Error{ErrorClass::crash,
                   "file could not be read: its parser was killed from outside, perhaps because "
                   "the machine ran out of memory"}));
}

TEST_F(ExtractPool, AWorkerThatGivesUpIsReported) {
  use_fake_worker("exit 9\n");
  EXPECT_EQ(error_of("x"), (Error{ErrorClass::crash, "file made the parser stop (exit code 9)"}));
  pool_.reset();
  use_fake_worker("exit 73\n");
  EXPECT_EQ(error_of("x"), (Error{ErrorClass::unreadable, "file became shorter while it was read"}));
}

TEST_F(ExtractPool, AnAnswerThatIsNoneIsACrash) {
  use_fake_worker(frame(Frame::answer, "\\003\\0\\0\\0\\0\\0\\0\\0") +
                  "printf 'abc' >&3\ncat <&3 >/dev/null\n");
  EXPECT_EQ(error_of("x"), (Error{ErrorClass::crash, "file made its worker send an invalid reply"}));
}

TEST_F(ExtractPool, AnAnswerWithoutEndIsCutOff) {
  use_fake_worker(frame(Frame::answer, "\\0\\0\\0\\0\\0\\0\\001\\0") + "cat <&3 >/dev/null\n");
  EXPECT_EQ(
      error_of("x"),
      (Error{ErrorClass::output_limit,
             "file has more than 64 MiB of text and word boxes (`limits.output` of the extract stage)"}));
}

TEST_F(ExtractPool, APageThatIsNoneIsACrash) {
  use_fake_worker(frame(Frame::page, "\\003\\0\\0\\0\\0\\0\\0\\0") +
                  "printf 'abc' >&3\ncat <&3 >/dev/null\n");
  EXPECT_EQ(error_of("x"), (Error{ErrorClass::crash, "file made its worker send an invalid reply"}));
}

TEST_F(ExtractPool, WhoSaysWhatWasNotAskedIsEnded) {
  use_fake_worker(ready() + "cat <&3 >/dev/null\n");  // Once more.
  EXPECT_EQ(error_of("x"), (Error{ErrorClass::crash, "file made its worker send an invalid reply"}));
  EXPECT_EQ(error_of("y").error_class, ErrorClass::crash);
}

TEST_F(ExtractPool, PagesTogetherAreHeldToTheLimitOfOutput) {
  // Each is sound, and has half a MiB of text: NULs.
  const std::string page = frame(Frame::page, "\\040\\0\\010\\0\\0\\0\\0\\0") + "head -c 8 </dev/zero >&3\n" +
                           "printf '\\0\\0\\010\\0\\0\\0\\0\\0' >&3\nhead -c 524304 </dev/zero >&3\n";
  use_fake_worker(page + page + page + "cat <&3 >/dev/null\n");
  options_.output_limit = 1 << 20;
  options_.time_limit = 60s;
  EXPECT_EQ(
      error_of("x"),
      (Error{ErrorClass::output_limit,
             "file has more than 1 MiB of text and word boxes (`limits.output` of the extract stage)"}));
}

TEST_F(ExtractPool, AWorkerThatDoesNothingAtAllIsGivenUp) {
  use_fake_worker("cat <&3 >/dev/null\n");  // Waits for a second order.
  const auto file = folder_.write("file", "x");
  EXPECT_EQ(error_of({.file = file, .limits = {.cpu_time = 20ms, .wall_time = 200ms}}),
            (Error{ErrorClass::timeout,
                   "file gave no answer within 200 ms (`limits.wall_time` of the extract stage)"}));
}

TEST_F(ExtractPool, ADeathAfterOtherDocumentsIsTriedAgainInAFreshWorker) {
  // An order without password has 40 bytes. The first is answered as `damaged` (5), the second is the
  // worker's death. Every worker leaves a line in `started`.
  const std::string started = (folder_.path() / "started").string();
  options_.worker = folder_.write(
      "worker", "#!/bin/sh\necho >>" + started + "\n" + ready() + "head -c 40 <&3 >/dev/null\n" +
                    frame(Frame::answer, "\\020\\0\\0\\0\\0\\0\\0\\0") +
                    "printf '\\0\\0\\0\\0\\005\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0' >&3\n" +
                    "head -c 40 <&3 >/dev/null\nkill -SEGV $$\n");
  std::filesystem::permissions(options_.worker, std::filesystem::perms::owner_all);
  options_.workers = 1;
  EXPECT_EQ(error_of("x").error_class, ErrorClass::damaged);
  EXPECT_EQ(error_of("y").error_class, ErrorClass::damaged);
  EXPECT_EQ(TempDir::read(started), "\n\n");
}

TEST_F(ExtractPool, WithoutAWorkerEverythingIsUnavailable) {
  options_.worker = folder_.path() / "no-such-worker";
  EXPECT_EQ(error_of("x"),
            (Error{ErrorClass::unavailable, "cannot start the extraction worker " + options_.worker.string() +
                                                ": No such file or directory"}));
  pool_.reset();
  options_.worker = folder_.write("not-executable", "");
  EXPECT_EQ(error_of("x").error_class, ErrorClass::unavailable);
  pool_.reset();
  options_.worker = "/bin/false";
  EXPECT_EQ(error_of("x"),
            (Error{ErrorClass::unavailable,
                   "the extraction worker /bin/false does not start; run it with a file to see why"}));
}

TEST_F(ExtractPool, AWorkerThatNeverStartsIsToldOnceAndFailsNoDocument) {
  const std::string old = folder_.write("old", "#!/bin/sh\n" + ready("1") + "cat <&3 >/dev/null\n").string();
  std::filesystem::permissions(old, std::filesystem::perms::owner_all);
  const struct {
    std::string worker, message;
  } rows[] = {
      {"/no/such/worker", "cannot start the extraction worker /no/such/worker: No such file or directory"},
      {"/bin/false", "the extraction worker /bin/false does not start; run it with a file to see why"},
      {old,
       "the extraction worker " + old + " is of another version of docket: install both from the same build"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.worker);
    std::vector<Error> told;  // By the pool's thread, before any answer.
    options_.worker = row.worker;
    options_.no_worker = [&](const Error& error) { told.push_back(error); };
    pool_.reset();
    std::vector<std::future<Reply>> replies;
    for (int i = 0; i < 5; ++i)
      replies.push_back(ask({.file = folder_.write("file", "x")}));
    for (std::future<Reply>& reply : replies)
      EXPECT_EQ(reply.get().answer.error().error_class, ErrorClass::cancelled);
    pool_.reset();
    EXPECT_EQ(told, (std::vector{Error{ErrorClass::unavailable, row.message}}));
  }
}

TEST_F(ExtractPool, AWorkerThatDoesNotStartAnyMoreFailsItsDocument) {
  const std::string started = (folder_.path() / "started").string();
  options_.worker =
      folder_.write("worker", "#!/bin/sh\n[ -e " + started + " ] && exit 1\n: >" + started + "\n" + ready() +
                                  "head -c 16 <&3 >/dev/null\nkill -SEGV $$\n");
  std::filesystem::permissions(options_.worker, std::filesystem::perms::owner_all);
  options_.no_worker = [](const Error&) { ADD_FAILURE(); };
  options_.workers = 1;
  EXPECT_EQ(error_of("x").error_class, ErrorClass::crash);
  EXPECT_EQ(error_of("y").error_class, ErrorClass::unavailable);
}

TEST_F(ExtractPool, AHardStopAnswersEverything) {
  const auto slow = folder_.write("slow", endless_pdf());
  std::vector<std::future<Reply>> replies;
  for (int i = 0; i < 20; ++i) {
    replies.push_back(ask({.file = slow}));
  }
  hard_stop_.request_stop();
  for (auto& reply : replies) {
    EXPECT_EQ(reply.get().answer.error().error_class, ErrorClass::cancelled);
  }
  EXPECT_EQ(error_of({.file = slow}).error_class, ErrorClass::cancelled);
}

TEST_F(ExtractPool, TheEndOfThePoolAnswersEverything) {
  std::vector<std::future<Reply>> replies;
  const auto slow = folder_.write("slow", endless_pdf());
  for (int i = 0; i < 20; ++i) {
    replies.push_back(ask({.file = slow}));
  }
  pool_.reset();
  for (auto& reply : replies) {
    EXPECT_EQ(reply.get().answer.error().error_class, ErrorClass::cancelled);
  }
}

TEST_F(ExtractPool, AnotherQuestionIsABug) {
  std::promise<Reply> promise;
  pool().submit({std::string(extraction_workers), ClassifyQuestion{}},
                [&](Reply reply) { promise.set_value(std::move(reply)); });
  EXPECT_EQ(promise.get_future().get().answer.error().error_class, ErrorClass::bug);
}

TEST_F(ExtractPool, TheSameFilesGiveTheSameAnswersWhoeverReadsThemWhen) {
  std::vector<std::filesystem::path> files;
  for (int i = 0; i < 40; ++i) {
    const std::string text = "document number " + std::to_string(i);
    files.push_back(folder_.write(std::to_string(i), i % 4 == 0 ? text : small_pdf({{{{72, 100, text}}}})));
  }
  std::vector<std::vector<Reply>> runs;
  for (const int workers : {1, 4}) {
    options_.workers = workers;
    pool_.reset();
    std::vector<std::future<Reply>> futures(files.size());
    for (std::size_t i = 0; i < files.size(); ++i) {
      const std::size_t n = workers == 1 ? i : files.size() - 1 - i;
      futures[n] = ask({.file = files[n]});
    }
    std::vector<Reply>& replies = runs.emplace_back();
    for (auto& future : futures) {
      replies.push_back(future.get());
    }
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    ASSERT_TRUE(runs[0][i].answer && runs[1][i].answer) << i;
    EXPECT_EQ(runs[0][i].answer->value, runs[1][i].answer->value);
    EXPECT_EQ(*runs[0][i].answer->text, *runs[1][i].answer->text);
  }
}

}  // namespace
}  // namespace docket::backends
