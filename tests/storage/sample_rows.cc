#include "storage/sample_rows.h"

#include <algorithm>
#include <concepts>
#include <cstdint>

#include "model/schema.h"

namespace tetrascope {
namespace {

/// Arrival of the first row; each later one comes a second after the one before: 2026-11-22T12:00:00Z.
constexpr std::int64_t kFirstArrival = 1'795'348'800'000'000'000;

std::string text_for(std::size_t n) { return n % 5 == 0 ? std::string() : "text " + std::to_string(n) + " é\n"; }

void add(BoolColumn& column, std::size_t n) { column.add(n % 2 == 0); }
template <class T>
void add(NumberColumn<T>& column, std::size_t n) {
  if constexpr (std::floating_point<T>) {
    column.add(static_cast<T>(n) + 0.5);
  } else {
    column.add(static_cast<T>(n * 37));
  }
}
template <std::size_t N>
void add(IdColumn<N>& column, std::size_t n) {
  Id<N> id;
  for (std::size_t i = 0; i < N; ++i) id.bytes[i] = static_cast<std::uint8_t>(n * 31 + i);
  column.add(id);
}
void add(SpanIdsColumn& column, std::size_t n) {
  Id<8> span;
  Id<8> parent;
  for (std::size_t i = 0; i < 8; ++i) {
    span.bytes[i] = static_cast<std::uint8_t>(n * 31 + i);
    parent.bytes[i] = static_cast<std::uint8_t>(n * 31 + 8 + i);
  }
  column.add(span, parent);
}
void add(StringColumn& column, std::size_t n) { column.add(text_for(n)); }
void add(LowCardinalityColumn& column, std::size_t n) { column.add("word " + std::to_string(n % 3)); }
template <class Inner>
void add(ArrayColumn<Inner>& column, std::size_t n) {
  for (std::size_t i = 0; i < n % 4; ++i) add(column.elements, n + i);
  column.end_row();
}
void add(MapColumn& column, std::size_t n) {
  for (std::size_t i = 0; i < n % 3; ++i) column.add("skey." + std::to_string(i), text_for(n + i));
  column.end_row();
}

/// An attribute's own column: these rows have no layout that says there is one.
template <class Column>
void add(const Column& /*column*/, std::size_t /*n*/) {}

template <class Columns>
std::string block_of(std::size_t rows) {
  Columns columns;
  for (std::size_t row = 0; row < rows; ++row) {
    std::size_t place = 0;
    Columns::each(columns, [&]<class Column>(const ColumnInfo& info, Column& column) {
      if constexpr (std::same_as<Column, NumberColumn<std::int64_t>>) {
        if (info.name == "received") {
          column.add(kFirstArrival + static_cast<std::int64_t>(row) * kNanosPerSecond);
          return;
        }
      }
      add(column, row * 7 + place++);
    });
  }
  NativeWriter out;
  columns.encode(out, 0, rows);
  return std::string(out.view());
}

}  // namespace

std::string sample_block(std::string_view table, std::size_t rows) {
  if (table == "spans") return block_of<SpanColumns>(rows);
  if (table == "logs") return block_of<LogColumns>(rows);
  if (table == "occurrences") return block_of<OccurrenceColumns>(rows);
  if (table == "metrics") return block_of<MetricColumns>(rows);
  if (table == "documents") return block_of<DocumentColumns>(rows);
  if (table == "fields") return block_of<FieldColumns>(rows);
  return "";
}

}  // namespace tetrascope
