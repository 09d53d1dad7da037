#pragma once
// The frame that the three export requests share: resources that hold scopes that hold records.

#include <fmt/core.h>

#include <string>
#include <string_view>

#include "slices/otlp/appender.h"
#include "slices/otlp/wire_values.h"

namespace tetrascope::otlp {

/// Walks a request and calls `record(bytes)` → Result<void> for each record. Where it stands is in the error's text.
/// Field numbers are the same for all signals: 1 the producer, 2 what it holds, 3 its schema_url.
class WireRequest {
 public:
  WireRequest(Appender& rows, Budget& budget, std::string_view record_name)
      : rows_(rows), budget_(budget), record_name_(record_name) {}

  template <class Record>
  Result<void> read(std::string_view request, Record&& record) {
    try {
      for (Fields fields(request); fields.next();) {
        if (fields.number() != 1) {
          fields.skip();
          continue;
        }
        RETURN_IF_ERROR(read_resource_group(fields.bytes(), record));
        ++resource_;
      }
    } catch (const TooMuch&) {
      return too_much();
    } catch (const protozero::exception& error) {
      return malformed(reason_of(error));
    }
    return {};
  }

 private:
  struct Group {
    std::string_view producer, schema_url;
  };
  /// The producer and the schema that its text needs: they may stand behind the records.
  static Group read_group(std::string_view message);
  Result<ProducerTextPtr> producer(Producer kind, const Group& group);

  template <class Record>
  Result<void> read_resource_group(std::string_view message, Record& record) {
    spend(budget_, kRecordCost);  // also when it is empty: two bytes on the wire, and a look at what is known here
    ASSIGN_OR_RETURN(auto text, producer(Producer::kResource, read_group(message)));
    RETURN_IF_ERROR(rows_.resource(std::move(text)));
    scope_ = 0;
    for (Fields fields(message); fields.next();) {
      if (fields.number() != 2) {
        fields.skip();
        continue;
      }
      RETURN_IF_ERROR(read_scope_group(fields.bytes(), record));
      ++scope_;
    }
    return {};
  }

  template <class Record>
  Result<void> read_scope_group(std::string_view message, Record& record) {
    spend(budget_, kRecordCost);
    ASSIGN_OR_RETURN(auto text, producer(Producer::kScope, read_group(message)));
    rows_.scope(std::move(text));
    record_ = 0;
    for (Fields fields(message); fields.next();) {
      if (fields.number() != 2) {
        fields.skip();
        continue;
      }
      RETURN_IF_ERROR(record(fields.bytes()));
      ++record_;
    }
    return {};
  }

  [[nodiscard]] std::unexpected<Error> malformed(std::string_view what) const;
  static std::unexpected<Error> too_much();

  Appender& rows_;
  Budget& budget_;
  std::string_view record_name_;
  std::size_t resource_ = 0, scope_ = 0, record_ = 0;
  ProducerRecord scratch_;
};

}  // namespace tetrascope::otlp
