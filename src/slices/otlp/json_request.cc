#include "slices/otlp/json_request.h"

namespace tetrascope::otlp {
namespace {

class Walk {
 public:
  using Record = std::function<Result<void>(const JsonValue&)>;
  Walk(const JsonFrame& frame, JsonReader& reader, Appender& rows, const Record& record)
      : frame_(frame), reader_(reader), rows_(rows), record_(record) {}

  void request(const JsonValue& root) {
    reader_.members(root, [&](std::string_view name, const JsonValue& member) {
      if (name == frame_.resources) reader_.items(member, [&](const JsonValue& group) { resource_group(group); });
    });
  }

 private:
  // The producer and its schema are read first, wherever they stand: rows need their text.
  void resource_group(const JsonValue& group) {
    producer_.clear();
    reader_.members(group, [&](std::string_view name, const JsonValue& member) {
      if (name == "resource") reader_.resource(member, producer_);
      if (name == "schemaUrl") producer_.schema_url = reader_.text(member);
    });
    if (reader_.failed()) return;
    auto begun = rows_.resource(std::make_shared<const ProducerText>(producer_text(Producer::kResource, producer_)));
    if (!begun) return reader_.keep(std::move(begun).error());
    reader_.members(group, [&](std::string_view name, const JsonValue& member) {
      if (name == frame_.scopes) reader_.items(member, [&](const JsonValue& inner) { scope_group(inner); });
    });
  }

  void scope_group(const JsonValue& group) {
    producer_.clear();
    reader_.members(group, [&](std::string_view name, const JsonValue& member) {
      if (name == "scope") reader_.scope(member, producer_);
      if (name == "schemaUrl") producer_.schema_url = reader_.text(member);
    });
    if (reader_.failed()) return;
    rows_.scope(std::make_shared<const ProducerText>(producer_text(Producer::kScope, producer_)));
    const auto read_record = [&](const JsonValue& item) {
      if (auto read = record_(item); !read) reader_.keep(std::move(read).error());
    };
    reader_.members(group, [&](std::string_view name, const JsonValue& member) {
      if (name == frame_.records) reader_.items(member, read_record);
    });
  }

  const JsonFrame& frame_;
  JsonReader& reader_;
  Appender& rows_;
  const Record& record_;
  ProducerRecord producer_;
};

}  // namespace

Result<void> read_json_request(std::string_view body, const JsonFrame& frame, JsonReader& reader, Appender& rows,
                               const std::function<Result<void>(const JsonValue&)>& record) {
  JsonDocument document;
  RETURN_IF_ERROR(document.parse(body));
  Walk(frame, reader, rows, record).request(document.root());
  return reader.result();
}

}  // namespace tetrascope::otlp
