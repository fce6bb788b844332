#pragma once
#include <limits>
#include <span>
#include <string_view>

namespace docket {

/// One setting of the pipeline file. The tables of fields are the only description of the file: they feed the
/// parser, the error messages, `docket schema`, the listing and the documentation.
struct Field {
  enum class Type {
    text,
    secret,  ///< `${NAME}`, `${NAME:-}`, or `file:PATH` of mode 0600; a literal is refused, as a default too.
    secrets,  ///< A secret or a list of them, each of which may be several: one a line.
    integer,
    number,
    decimal,  ///< An amount of money: exact, of nine decimals at most. `minimum` and `maximum` are, too.
    boolean,
    duration,    ///< 120s, 5m, 500ms, 1h. Held, and bounded by `minimum` and `maximum`, in milliseconds.
    cap,         ///< A number of documents, 20, or a share of them, 10%: see Cap.
    date,        ///< ISO 8601, 2026-11-01.
    choice,      ///< One of `choices`.
    size,        ///< 64MiB, 1GiB. Held, and bounded by `minimum` and `maximum`, in bytes.
    texts,       ///< One text or a list of texts.
    choices,     ///< A list whose members are all in `choices`.
    file,        ///< A path relative to the pipeline file; must exist and be readable.
    schema,      ///< A file with a JSON Schema, or the schema itself as a mapping.
    condition,   ///< A jq expression.
    conditions,  ///< One jq expression, a list of them, or a mapping of name to expression.
    backend,     ///< Name of a backend of this file.
    backends,    ///< A list of such names, or one.
    stage,       ///< Id of a stage of this file.
    stages,      ///< A list of such ids, or one.
    group,       ///< A mapping described by `fields`; or one of `choices` in its place.
    groups,      ///< A mapping of names that the user chooses to mappings described by `fields`.
  };
  std::string_view name;
  Type type = Type::text;
  std::string_view help;
  bool required = false;
  std::string_view fallback = {};  ///< Used when absent, and shown; one value, in lists too; empty: none.
  std::string_view word = {};      ///< May stand in place of a number, which is then 0; empty: none.
  double minimum = -std::numeric_limits<double>::infinity();
  double maximum = std::numeric_limits<double>::infinity();
  std::span<const std::string_view> choices = {};
  /// Of `choices`: one may be narrowed to what it is about, `{CHOICE: NAME}`, which reads as `CHOICE: NAME`.
  bool narrows = false;
  std::span<const Field> fields = {};
  bool is_path = false;  ///< Names files, so `~` is refused: no shell has seen it.
  /// Another value may give another answer. Not: it says where, when or how fast an answer comes.
  bool affects_answer = true;
  /// Where it does not: `NAME: VALUE` of another setting beside it with which it does. Empty: none.
  std::string_view affects_answer_with = {};
};

}  // namespace docket
