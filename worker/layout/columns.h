#pragma once
#include <vector>

#include "worker/layout/lines.h"

namespace docket::worker {

/// Cuts a page into blocks in reading order. A block is a stretch of whole lines, or one column of prose.
///
/// A gutter parts two columns only where, over several lines, no word crosses it and both sides read like
/// prose: their lines are long, fill the column and are made of words. So a table, two addresses side by
/// side or a label with its amount stay one row. Beside prose, a table or a list is a column too where its
/// lines are not level with those of the prose. Where the paragraphs of both columns begin together, these
/// are read row by row: the long cells of a table, a text and its translation.
std::vector<std::vector<Line>> split_columns(std::vector<Piece> pieces);

}  // namespace docket::worker
