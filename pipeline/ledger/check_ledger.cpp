#include "pipeline/ledger/check_ledger.h"

#include <initializer_list>
#include <memory>

#include "pipeline/ledger/text_codec.h"
#include "pipeline/support/digest.h"

namespace docket {
namespace {

class LedgerCheck {
 public:
  LedgerCheck(LedgerDatabase& database, const std::function<void(const LedgerDamage&)>& found)
      : database_(database), found_(found) {}

  std::optional<Error> run() {
    for (const auto check : {&LedgerCheck::check_database, &LedgerCheck::check_configurations,
                             &LedgerCheck::check_texts, &LedgerCheck::check_keys, &LedgerCheck::check_json})
      if (auto failed = (this->*check)()) return failed;
    return std::nullopt;
  }
  std::int64_t rows() const { return rows_; }

 private:
  std::optional<Error> check_database() {
    return database_.run("PRAGMA integrity_check", {}, [&](const LedgerRow& row) {
      if (row.text(0) != "ok")
        found_({"ledger.db", std::string(row.text(0)),
                "put a backup of it in its place, or remove it: the next run then processes all documents "
                "again"});
    });
  }

  std::optional<Error> check_configurations() {
    return database_.run("SELECT digest, stage, content FROM configurations", {}, [&](const LedgerRow& row) {
      ++rows_;
      if (short_digest(row.text(2)) != row.text(0))
        found_({"configurations " + std::string(row.text(0)),
                "what the stage " + std::string(row.text(1)) + " was told is not what its digest says",
                "the next run may say wrongly why a stage runs; no result depends on it"});
    });
  }

  std::optional<Error> check_texts() {
    return database_.run("SELECT digest, rowid FROM texts", {}, [&](const LedgerRow& row) {
      ++rows_;
      Sha256 digest;
      TextDecoder decoder;
      const auto add = [&](std::string_view piece) {
        digest.add(piece);
        decoder.add(piece);
        return true;
      };
      const std::string where = "texts " + std::string(row.text(0));
      const std::string next = "a run that needs this text reads its document again";
      if (const auto error = database_.read("texts", "content", row.integer(1), add))
        found_({where, error->message, next});
      else if (digest.short_hex() != row.text(0))
        found_({where, "the text is not what its digest says", next});
      else if (!decoder.end())
        found_({where, "the bytes are no text", next});
    });
  }

  /// Results are found by keys, which are made of what a stage was told and read.
  std::optional<Error> check_keys() {
    const auto check = [&](const LedgerRow& row) {
      ++rows_;
      const std::string where =
          "document_stages " + std::string(row.text(0)) + " " + std::string(row.text(1));
      const std::string next = "`docket run -B --only PATH` makes the document's results anew";
      const std::string source = std::string(row.text(3)) + "\n" + std::string(row.text(4));
      if (short_digest(source) != row.text(2))
        return found_({where, "its key is not that of what it read", next});
      if (row.integer(5) == 0) found_({where, "its result is missing", next});
      if (row.integer(6) != 0) found_({where, "the text of its result is missing", next});
    };
    return database_.run(
        "SELECT d.path, d.stage, d.key, d.configuration, d.input,"
        " d.state NOT IN ('done', 'held') OR r.key IS NOT NULL,"
        " r.text IS NOT NULL AND NOT EXISTS (SELECT 1 FROM texts WHERE digest = r.text)"
        " FROM document_stages AS d LEFT JOIN stage_results AS r ON r.key = d.key WHERE d.key != ''",
        {}, check);
  }

  std::optional<Error> check_json() {
    const char* const queries[][2] = {
        {"stage_results", "SELECT key FROM stage_results WHERE NOT json_valid(output)"},
        {"answers", "SELECT request FROM answers WHERE NOT json_valid(answer)"},
    };
    for (const auto& [table, sql] : queries)
      if (auto failed = database_.run(sql, {}, [&, name = table](const LedgerRow& row) {
            found_({std::string(name) + " " + std::string(row.text(0)), "its content is no JSON",
                    "it counts as missing: a run that needs it asks again"});
          }))
        return failed;
    return std::nullopt;
  }

  LedgerDatabase& database_;
  const std::function<void(const LedgerDamage&)>& found_;
  std::int64_t rows_ = 0;
};

}  // namespace

Result<std::int64_t> check_ledger(LedgerDatabase& database,
                                  const std::function<void(const LedgerDamage&)>& found) {
  LedgerCheck check(database, found);
  if (auto failed = check.run()) return *failed;
  return check.rows();
}

}  // namespace docket
