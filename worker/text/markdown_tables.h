#pragma once
#include "pipeline/text.h"

namespace docket::worker {

/// Writes the tables of a page as Markdown has them, an empty line before and after each:
///
///     Item         Qty   Price           | Item | Qty | Price |
///     Oak shelf,     2   59.50           | --- | --- | --- |
///       white                            | Oak shelf, white | 2 | 59.50 |
///     Board          1   20.00           | Board | 1 | 20.00 |
///
/// A table is three rows or more of three cells or more, which runs of blanks keep apart, and what stands
/// between them. Columns are found by where cells stand: by the boxes of
/// words, else by the characters of the line. A line of one cell below the text of a cell belongs to that
/// cell. Words keep their boxes and are again in the order of the text; `|` in a cell becomes `\|`.
void write_tables_as_markdown(Page& page);

}  // namespace docket::worker
