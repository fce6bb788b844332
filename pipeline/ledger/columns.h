#pragma once
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "pipeline/ledger/sqlite.h"
#include "pipeline/ledger_rows.h"

namespace docket {

/// How each type of a row's members is kept in a column.
inline LedgerValue to_value(std::int64_t number) { return number; }
inline LedgerValue to_value(bool flag) { return std::int64_t{flag ? 1 : 0}; }
inline LedgerValue to_value(const std::string& text) { return std::string_view(text); }
inline LedgerValue to_value(Outcome outcome) { return name(outcome); }
inline LedgerValue to_value(StageResult::State state) { return name(state); }
inline LedgerValue to_value(const std::vector<std::string>& texts) {
  return LedgerOwnText{texts_to_json(texts)};
}
inline LedgerValue to_value(const nlohmann::json& json) { return LedgerOwnText{json_to_text(json)}; }
inline LedgerValue to_value(const Usage& usage) { return LedgerOwnText{usage_to_text(usage)}; }

template <typename Value>
LedgerValue to_value(const std::optional<Value>& value) {
  return value ? to_value(*value) : LedgerValue();
}

/// A value of the row that a query stands on.
class LedgerCell {
 public:
  LedgerCell(const LedgerRow& row, int column) : row_(row), column_(column) {}
  bool is_null() const { return row_.is_null(column_); }
  std::int64_t integer() const { return row_.integer(column_); }
  std::string_view text() const { return row_.text(column_); }
  std::string_view bytes() const { return row_.bytes(column_); }

 private:
  const LedgerRow& row_;
  const int column_;
};

/// And back. What makes no sense reads as what a row begins with, JSON as `discarded`.
inline void from_cell(const LedgerCell& cell, std::int64_t& number) { number = cell.integer(); }
inline void from_cell(const LedgerCell& cell, bool& flag) { flag = cell.integer() != 0; }
inline void from_cell(const LedgerCell& cell, std::string& text) { text = cell.text(); }
inline void from_cell(const LedgerCell& cell, std::string_view& text) { text = cell.text(); }
inline void from_cell(const LedgerCell& cell, LedgerBytes& bytes) { bytes.bytes = cell.bytes(); }
inline void from_cell(const LedgerCell& cell, Outcome& outcome) {
  outcome = outcome_named(cell.text()).value_or(Outcome::cancelled);
}
inline void from_cell(const LedgerCell& cell, StageResult::State& state) {
  state = stage_state(cell.text()).value_or(StageResult::State::pending);
}
inline void from_cell(const LedgerCell& cell, std::vector<std::string>& texts) {
  texts = texts_from_json(cell.text());
}
inline void from_cell(const LedgerCell& cell, nlohmann::json& json) {
  json = nlohmann::json::parse(cell.text(), nullptr, false);
}
inline void from_cell(const LedgerCell& cell, Usage& usage) { usage = usage_from_text(cell.text()); }
template <typename Value>
void from_cell(const LedgerCell& cell, std::optional<Value>& value) {
  value.reset();
  if (!cell.is_null()) from_cell(cell, value.emplace());
}

/// A column whose rows are kept in a `Row`: its name, and how its value is taken and set.
template <typename Row>
struct LedgerColumn {
  const char* name;
  LedgerValue (*value)(const Row& row);
  void (*read)(const LedgerCell& cell, Row& row);
  /// For a column that the first version of the ledger lacks: what `ALTER TABLE` is told of it, with a
  /// default.
  const char* added = nullptr;
};

namespace ledger_columns {

template <typename Class, typename Member>
Class class_of(Member Class::*);  // Not defined: only its type is asked for.

template <auto member, auto... members>
auto& member_at(auto& row) {
  if constexpr (sizeof...(members) == 0)
    return row.*member;
  else
    return member_at<members...>(row.*member);
}

}  // namespace ledger_columns

/// The column of a member, or of a member's member: column<&Row::stamp, &FileStamp::size>("size").
template <auto member, auto... members>
constexpr auto column(const char* name, const char* added = nullptr) {
  using Row = decltype(ledger_columns::class_of(member));
  return LedgerColumn<Row>{
      name, [](const Row& row) { return to_value(ledger_columns::member_at<member, members...>(row)); },
      [](const LedgerCell& cell, Row& row) {
        from_cell(cell, ledger_columns::member_at<member, members...>(row));
      },
      added};
}

/// The two columns of an Error that a row may have; the class stands before the message.
template <auto error>
constexpr auto error_class_column(const char* column_name) {
  using Row = decltype(ledger_columns::class_of(error));
  return LedgerColumn<Row>{column_name,
                           [](const Row& row) {
                             return row.*error ? LedgerValue(name((row.*error)->error_class)) : LedgerValue();
                           },
                           [](const LedgerCell& cell, Row& row) {
                             (row.*error).reset();
                             if (!cell.is_null()) row.*error = Error{error_class_named(cell.text()), {}};
                           }};
}
template <auto error>
constexpr auto error_message_column(const char* column_name) {
  using Row = decltype(ledger_columns::class_of(error));
  return LedgerColumn<Row>{
      column_name,
      [](const Row& row) { return row.*error ? to_value((row.*error)->message) : LedgerValue(); },
      [](const LedgerCell& cell, Row& row) {
        if (row.*error) from_cell(cell, (row.*error)->message);
      }};
}

/// "a, b, c", for a SELECT that `read_row` reads.
template <typename Columns>
std::string names_of(const Columns& columns) {
  std::string names;
  for (const auto& column : columns)
    names += (names.empty() ? "" : ", ") + std::string(column.name);
  return names;
}

/// "INSERT INTO table (a, b, more) VALUES (?, ?, ?)". `what`: up to the table's name.
template <typename Columns>
std::string insert_statement(const std::string& what, const Columns& columns,
                             std::initializer_list<const char*> more = {}) {
  std::string names = names_of(columns), marks;
  for (const char* name : more)
    names += std::string(", ") + name;
  for (std::size_t i = 0; i < std::size(columns) + more.size(); ++i)
    marks += i == 0 ? "?" : ", ?";
  return what + " (" + names + ") VALUES (" + marks + ")";
}

/// What such a statement binds. The values borrow from `row` and `more`.
template <typename Columns, typename Row>
std::vector<LedgerValue> values_of(const Columns& columns, const Row& row,
                                   std::initializer_list<LedgerValue> more = {}) {
  std::vector<LedgerValue> values;
  values.reserve(std::size(columns) + more.size());
  for (const auto& column : columns)
    values.push_back(column.value(row));
  values.insert(values.end(), more);
  return values;
}

/// Reads the first columns of a row; returns the position of the next.
template <typename Columns, typename Row>
int read_row(const LedgerRow& from, const Columns& columns, Row& to) {
  int position = 0;
  for (const auto& column : columns)
    column.read({from, position++}, to);
  return position;
}

/// The columns of a row from `first` on, by their types.
template <typename... Values>
std::tuple<Values...> cells(const LedgerRow& row, int first = 0) {
  const auto next = [&]<typename Value>(Value value) {
    from_cell({row, first++}, value);
    return value;
  };
  return std::tuple<Values...>{next(Values{})...};  // In braces: from left to right.
}

}  // namespace docket
