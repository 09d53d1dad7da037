#include "upkeep/parquet_rows.h"

#include <algorithm>
#include <map>
#include <utility>

#include "model/members.h"
#include "upkeep/otlp_row.h"
#include "upkeep/parquet_lists.h"
#include "upkeep/typed_texts.h"

namespace tetrascope::upkeep {
namespace {

/// `resource_schema_url` → `schema_url`.
std::string_view member_name(const ParquetColumn& column) { return column.name.substr(column.source.size() + 1); }

Value mended_text(std::string_view text) { return utf8_text(text); }

Value shown(const Value& cell) {
  const auto* text = cell.as<std::string>();
  return text == nullptr ? cell : mended_text(*text);
}

Value time_or_none(std::int64_t nanos) { return nanos == 0 ? Value() : Value(nanos); }

Value counts(Array numbers) {
  for (Value& number : numbers) number = static_cast<std::int64_t>(OtlpRows::unsigned_of_cell(number));
  return numbers;
}

std::string word_of(std::span<const std::string_view> words, std::int64_t number) {
  if (number >= 0 && number < std::ssize(words)) return std::string(words[static_cast<std::size_t>(number)]);
  return std::to_string(number);
}

/// One row of the store after another, as cells of a file.
class FileRows {
 public:
  FileRows(ExportSignal signal, const plan::Answer& answer) : signal_(signal), rows_(answer) {}

  std::vector<Value> row(std::size_t row) {
    attributes_ = typed_texts(sent_attributes(rows_, row));
    metadata_ = typed_texts(stored_json(rows_.at(row, "metadata")));
    std::vector<Value> cells;
    for (const ParquetColumn& column : parquet_columns(signal_)) cells.push_back(cell(column, row));
    return cells;
  }

 private:
  /// A resource or a scope, which most rows share with others.
  struct Producer {
    Value stored;
    TypedTexts attributes;
  };

  Value cell(const ParquetColumn& column, std::size_t row) {
    switch (column.form) {
      case ParquetForm::kSame:
        return rows_.at(row, column.source);
      case ParquetForm::kCounts:
        return counts(rows_.list(row, column.source));
      case ParquetForm::kText:
        return mended_text(rows_.text(row, column.source));
      case ParquetForm::kShown:
        return shown(rows_.at(row, column.source));
      case ParquetForm::kId:
        return mended_text(rows_.id(row, column.source, std::string(column.source) + "_text"));
      case ParquetForm::kEndTime: {
        const auto start = static_cast<std::uint64_t>(rows_.integer(row, "start"));
        return static_cast<std::int64_t>(start + static_cast<std::uint64_t>(rows_.integer(row, "duration")));
      }
      case ParquetForm::kOptionalTime:
        return time_or_none(rows_.integer(row, column.source));
      case ParquetForm::kSentTime:
        return time_or_none(sent_time(rows_, row));
      case ParquetForm::kObservedTime:
        return time_or_none(observed_time(rows_, row));
      case ParquetForm::kWord:
        return word_of(column.words, rows_.integer(row, column.source));
      case ParquetForm::kPresent:
        return (rows_.integer(row, "present") & column.bit) != 0 ? rows_.at(row, column.source) : Value();
      case ParquetForm::kAttributes:
        return attributes_.texts;
      case ParquetForm::kAttributeTypes:
        return attributes_.types;
      case ParquetForm::kMetadata:
        return metadata_.texts;
      case ParquetForm::kMetadataTypes:
        return metadata_.types;
      case ParquetForm::kEvents:
        return events_cell(rows_, row);
      case ParquetForm::kLinks:
        return links_cell(rows_, row);
      case ParquetForm::kExemplars:
        return exemplars_cell(rows_, row);
      default:
        return of_producer(column, producer(rows_.text(row, column.source)));
    }
  }

  static Value of_producer(const ParquetColumn& column, const Producer& producer) {
    if (column.form == ParquetForm::kOfAttributes) return producer.attributes.texts;
    if (column.form == ParquetForm::kOfAttributeTypes) return producer.attributes.types;
    if (column.form == ParquetForm::kOfDropped)
      return integer_of(member(producer.stored, "dropped_attributes")).value_or(0);
    if (column.form == ParquetForm::kOfText) return std::string(text_of(member(producer.stored, member_name(column))));
    const Value* entities = member(producer.stored, "entity_refs");
    return entities == nullptr ? std::string() : to_json(*entities);
  }

  const Producer& producer(std::string_view json) {
    const auto known = producers_.find(json);
    if (known != producers_.end()) return known->second;
    Producer fresh{stored_json(std::string(json)), {}};
    if (const Value* attributes = member(fresh.stored, "attributes")) fresh.attributes = typed_texts(*attributes);
    return producers_.emplace(std::string(json), std::move(fresh)).first->second;
  }

  ExportSignal signal_;
  OtlpRows rows_;
  TypedTexts attributes_, metadata_;
  std::map<std::string, Producer, std::less<>> producers_;
};

/// The way back of one file's rows.
class StoreRows {
 public:
  StoreRows(ExportSignal signal, const Rows& rows) : signal_(signal), rows_(rows) {
    for (std::size_t i = 0; i < rows.columns.size(); ++i) in_[rows.columns[i].name] = i;
    for (const std::string& name : otlp_columns(signal)) {
      out_[name] = answer_.columns.size();
      answer_.columns.push_back({name, plan::Type::kAny});
    }
  }

  Result<plan::Answer> answer() && {
    for (const auto& row : rows_.rows) {
      answer_.rows.emplace_back(answer_.columns.size());
      for (const ParquetColumn& column : parquet_columns(signal_)) {
        const auto taken = take(column, cell_in(row, column.name), row);
        if (!taken) return fail(taken.error().code, std::string(column.name) + ": " + taken.error().message);
      }
      RETURN_IF_ERROR(take_producer("resource", row));
      RETURN_IF_ERROR(take_producer("scope", row));
      if (signal_ == ExportSignal::kLogs) set("protocol", std::string("otlp"));
    }
    return std::move(answer_);
  }

 private:
  void set(std::string_view name, Value value) { answer_.rows.back()[out_.find(name)->second] = std::move(value); }
  [[nodiscard]] const Value& cell_in(const std::vector<Value>& row, std::string_view column) const {
    return row[in_.find(column)->second];
  }

  Result<void> take(const ParquetColumn& column, const Value& cell, const std::vector<Value>& row) {
    switch (column.form) {
      case ParquetForm::kSame:
      case ParquetForm::kCounts:
      case ParquetForm::kText:
        set(column.source, cell);
        return {};
      case ParquetForm::kId:
        set(std::string(column.source) + "_text", cell);
        return {};
      case ParquetForm::kOptionalTime:
      case ParquetForm::kSentTime:
      case ParquetForm::kObservedTime:
        set(column.source, cell.missing() ? Value(std::int64_t{0}) : cell);
        return {};
      case ParquetForm::kWord:
        return take_word(column, text_of(&cell));
      case ParquetForm::kPresent:
        if (!cell.missing()) add_present(column.bit);
        set(column.source, cell);
        return {};
      case ParquetForm::kAttributes: {
        ASSIGN_OR_RETURN(Object attributes, from_typed_texts(cell, cell_in(row, "attribute_types")));
        set(column.source, std::move(attributes));
        return {};
      }
      case ParquetForm::kMetadata: {
        ASSIGN_OR_RETURN(Object metadata, from_typed_texts(cell, cell_in(row, "metadata_types")));
        set(column.source, metadata.empty() ? std::string() : to_json(std::move(metadata)));
        return {};
      }
      case ParquetForm::kEvents:
        return take_lists(events_of_cell(cell));
      case ParquetForm::kLinks:
        return take_lists(links_of_cell(cell));
      case ParquetForm::kExemplars:
        return take_lists(exemplars_of_cell(cell));
      default:
        return {};  // what is only shown, and producers, which are taken together
    }
  }

  Result<void> take_word(const ParquetColumn& column, std::string_view word) {
    const auto found = std::ranges::find(column.words, word);
    const bool digits =
        !word.empty() && word.size() < 4 && std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; });
    if (word.empty())
      set(column.source, std::int64_t{0});  // a column that the file has not
    else if (found != column.words.end())
      set(column.source, static_cast<std::int64_t>(found - column.words.begin()));
    else if (digits)
      set(column.source, std::int64_t{std::stoi(std::string(word))});
    else
      return fail(ErrorCode::kInvalid, "'" + std::string(word) + "' is none of its words");
    return {};
  }

  void add_present(std::int64_t bit) {
    Value& present = answer_.rows.back()[out_.find("present")->second];
    present = OtlpRows::integer_of_cell(present) | bit;
  }

  Result<void> take_lists(Result<std::vector<std::pair<std::string_view, Value>>> lists) {
    if (!lists) return std::unexpected(lists.error());
    for (auto& [name, value] : *lists) set(name, std::move(value));
    return {};
  }

  /// As the store keeps it (slices/otlp/producer_text.h): what is empty is left out.
  Result<void> take_producer(std::string_view source, const std::vector<Value>& row) {
    Object stored;
    for (const ParquetColumn& column : parquet_columns(signal_)) {
      if (column.source != source) continue;
      const Value& cell = cell_in(row, column.name);
      if (column.form == ParquetForm::kOfText) put_text(stored, member_name(column), text_of(&cell));
      if (column.form == ParquetForm::kOfDropped && OtlpRows::integer_of_cell(cell) != 0)
        stored.emplace_back("dropped_attributes", cell);
      if (column.form == ParquetForm::kOfEntities && !text_of(&cell).empty()) {
        auto entities = value_from_json(text_of(&cell));
        if (!entities) return fail(ErrorCode::kInvalid, std::string(column.name) + ": " + entities.error().message);
        stored.emplace_back("entity_refs", *std::move(entities));
      }
      if (column.form != ParquetForm::kOfAttributes) continue;
      auto attributes = from_typed_texts(cell, cell_in(row, std::string(source) + "_attribute_types"));
      if (!attributes) return fail(ErrorCode::kInvalid, std::string(column.name) + ": " + attributes.error().message);
      if (!attributes->empty()) stored.emplace_back("attributes", *std::move(attributes));
    }
    set(source, stored.empty() ? std::string() : to_json(std::move(stored)));
    return {};
  }

  ExportSignal signal_;
  const Rows& rows_;
  plan::Answer answer_;
  std::map<std::string, std::size_t, std::less<>> in_, out_;
};

}  // namespace

plan::Plan parquet_plan(ExportSignal signal, plan::TimeRange range, plan::ExprPtr where, std::uint64_t limit) {
  plan::Plan plan = otlp_plan(signal, range, std::move(where), limit);
  plan.reads.at(0).columns.push_back({"service", plan::column("service")});
  return plan;
}

Rows parquet_rows(ExportSignal signal, const plan::Answer& answer) {
  Rows rows;
  rows.columns = parquet_types(signal);
  rows.rows.reserve(answer.rows.size());
  FileRows source(signal, answer);
  for (std::size_t row = 0; row < answer.rows.size(); ++row) rows.rows.push_back(source.row(row));
  return rows;
}

Result<plan::Answer> answer_of_parquet(ExportSignal signal, const Rows& rows) {
  return StoreRows(signal, rows).answer();
}

}  // namespace tetrascope::upkeep
