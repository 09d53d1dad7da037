#include "ingest/commit.h"

#include <algorithm>
#include <tuple>

namespace tetrascope {
namespace {

constexpr std::size_t kDocuments = 4;  // where Batch::each comes to them: last

/// A piece that held more is not kept: its buffer would keep the memory of the largest for ever.
constexpr std::size_t kMostPieceBytes = std::size_t{32} << 20;

/// Calls visit(columns) for one table of a batch.
template <class Visit>
void with_table(const Batch& batch, std::size_t wanted, Visit&& visit) {
  std::size_t table = 0;
  Batch::each(batch, [&](std::string_view, const auto& columns) {
    if (table++ == wanted) visit(columns);
  });
}

}  // namespace

TableRows rows_of(const Batch& batch) {
  TableRows rows{};
  std::size_t table = 0;
  Batch::each(batch, [&](std::string_view, const auto& columns) { rows[table++] = columns.rows(); });
  return rows;
}

std::string_view table_name(std::size_t table) {
  constexpr std::array<std::string_view, kBatchTables> kNames = {"spans", "logs", "occurrences", "metrics",
                                                                 "documents"};
  static_assert(kNames[kDocuments] == "documents");
  return kNames[table];
}

void Commit::add(const Batch& batch, const TableRows& begin, const TableRows& end) {
  for (std::size_t table = 0; table < kBatchTables; ++table) add(batch, table, begin[table], end[table]);
}

void Commit::add(const Batch& batch, std::size_t table, std::size_t begin, std::size_t end) {
  with_table(batch, table, [&](const auto& columns) {
    const auto week_of = [&](std::size_t row) { return week_of_arrival({columns.origin.received[row]}); };
    // Once a week there are two stretches; else one.
    while (begin < end) {
      const std::int64_t week = week_of(begin);
      std::size_t until = begin + 1;
      while (until < end && week_of(until) == week) ++until;
      columns.encode(piece_of(table, week), begin, until);
      begin = until;
    }
  });
}

NativeWriter& Commit::piece_of(std::size_t table, std::int64_t week) {
  for (Piece& piece : pieces_) {
    if (piece.table != table || (piece.week != week && !piece.native.view().empty())) continue;
    piece.week = week;
    return piece.native;
  }
  return pieces_.emplace_back(Piece{table, week, {}}).native;
}

std::vector<const Commit::Piece*> Commit::pieces() const {
  std::vector<const Piece*> pieces;
  for (const Piece& piece : pieces_)
    if (!piece.native.view().empty()) pieces.push_back(&piece);
  std::ranges::sort(
      pieces, {}, [](const Piece* piece) { return std::tuple(piece->table != kDocuments, piece->table, piece->week); });
  return pieces;
}

void Commit::clear() {
  std::erase_if(pieces_, [](const Piece& piece) { return piece.native.view().size() > kMostPieceBytes; });
  if (pieces_.size() > kBatchTables) pieces_.resize(kBatchTables);
  for (Piece& piece : pieces_) piece.native.clear();
}

}  // namespace tetrascope
