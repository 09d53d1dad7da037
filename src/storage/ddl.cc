#include "storage/ddl.h"

#include <string_view>

namespace tetrascope {
namespace {

/// Of every table. What was measured is in docs/adr/0002-storage.md.
constexpr std::string_view kSettings[] = {
    // An insert is on disk when it is answered: its files, and the directory entry of its part.
    "fsync_after_insert = 1",
    "fsync_part_directory = 1",
    // So many tokens are remembered a table. A commit is repeated within seconds, and there are at most some ten a
    // second.
    "non_replicated_deduplication_window = 1000",
    "default_compression_codec = 'ZSTD(1)'",
    "auto_statistics_types = ''",
    // Fewer, larger merges: rows that merges rewrite are what most of the engine's CPU goes into.
    "min_parts_to_merge_at_once = 16",
    "max_bytes_to_merge_at_max_space_in_pool = 500000000",
    // A commit's part is one file, not one for each of some hundred streams: half the CPU, a third of the memory, and
    // less
    // to sync. Merged parts are wide. Their streams' buffers grow with what goes in, instead of a megabyte each at
    // once.
    "min_bytes_for_wide_part = 67108864",
    "min_columns_to_activate_adaptive_write_buffer = 1",
    // Maps by buckets of keys once parts have been merged: a question about one key reads a bucket. Plain in fresh
    // parts,
    // where writing matters more.
    "map_serialization_version = 'with_buckets'",
    "map_serialization_version_for_zero_level_parts = 'basic'",
    "map_buckets_min_avg_size = 1",
};

}  // namespace

std::string column_definition(const TableSchema::Column& column) {
  std::string text = "`" + column.name + "` " + column.type;
  if (!column.alias.empty()) text += " ALIAS " + column.alias;
  if (!column.codec.empty()) text += " " + column.codec;
  return text;
}

std::string create_table(const TableSchema& table) {
  std::string text = "CREATE TABLE IF NOT EXISTS `" + table.name + "` (";
  std::string_view separator = "\n  ";
  for (const TableSchema::Column& column : table.columns) {
    text.append(separator).append(column_definition(column));
    separator = ",\n  ";
  }
  for (const std::string& index : table.indexes) text.append(separator).append("INDEX ").append(index);
  text += "\n) ENGINE = " + table.engine;
  if (!table.partition_by.empty()) text += "\nPARTITION BY " + table.partition_by;
  text += "\nORDER BY " + table.order_by + "\nSETTINGS ";
  separator = "";
  for (const std::string_view setting : kSettings) {
    text.append(separator).append(setting);
    separator = ", ";
  }
  for (const std::string& setting : table.settings) text.append(separator).append(setting);
  return text;
}

}  // namespace tetrascope
