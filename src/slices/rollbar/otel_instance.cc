#include "slices/rollbar/otel_instance.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "model/members.h"
#include "slices/rollbar/otel_rows.h"
#include "slices/rollbar/plans.h"

namespace tetrascope::rollbar {
namespace {

std::string uuid_of(const OtelError& error) {
  return error.row_id.empty() ? fmt::format("{:032x}", error.id) : error.row_id;
}

Value body_of(const OtelError& error) {
  if (error.key.starts_with(kLogKey)) return Object{{"message", Object{{"body", error.message}}}};
  Object exception{{"class", error.type}, {"message", error.message}};
  if (!error.stack.empty()) exception.emplace_back("raw", error.stack);
  return Object{
      {"trace", Object{{"frames", frames_of_stack(error.stack)}, {"exception", Value(std::move(exception))}}}};
}

Value document_of(const OtelError& error) {
  Object custom;
  if (const Object* sent = error.attributes.as<Object>()) custom = *sent;
  if (!error.trace_id.empty()) custom.emplace_back("trace_id", error.trace_id);
  if (!error.span_id.empty()) custom.emplace_back("span_id", error.span_id);
  const std::int64_t millis = error.time.value / kNanosPerMilli;
  Object data{{"environment", error.environment},
              {"body", body_of(error)},
              {"level", error.level},
              {"timestamp", static_cast<double>(millis) / 1'000},
              {"uuid", uuid_of(error)},
              {"notifier", Object{{"name", "opentelemetry"}}},
              {"custom", std::move(custom)}};
  if (!error.language.empty()) data.emplace_back("language", error.language);
  if (const auto version = scalar_text(member(&error.resource, "service.version")); !version.empty())
    data.emplace_back("code_version", version);
  if (const auto host = text_of(member(&error.resource, "host.name")); !host.empty())
    data.emplace_back("server", Object{{"host", std::string(host)}});
  if (error.resource.as<Object>() != nullptr) data.emplace_back("resource", error.resource);
  return data;
}

}  // namespace

OtelError otel_error_of(const std::vector<Value>& row) {
  OtelError error;
  error.key = text_cell(row.at(0));
  error.environment = text_cell(row.at(1));
  error.time = UnixNanos{int_cell(row.at(2))};
  error.received = UnixNanos{int_cell(row.at(3))};
  error.level = text_cell(row.at(4));
  error.language = text_cell(row.at(5));
  error.type = text_cell(row.at(6));
  error.message = text_cell(row.at(7));
  error.stack = text_cell(row.at(8));
  error.trace_id = text_cell(row.at(9));
  error.span_id = text_cell(row.at(10));
  error.row_id = text_cell(row.at(11));
  error.attributes = row.at(12);
  error.resource = row.at(13);
  return error;
}

void number_errors(std::vector<OtelError>& errors) {
  for (std::size_t end = errors.size(); end > 0;) {
    // From the oldest on: those of one microsecond count up, as far as there are numbers.
    const std::int64_t moment = errors[end - 1].time.value / 1'000;
    std::int64_t place = 0;
    while (end > 0 && errors[end - 1].time.value / 1'000 == moment) {
      errors[end - 1].id = moment * kOtelIdsOfMicrosecond + std::min(place, kOtelIdsOfMicrosecond - 1);
      ++place;
      --end;
    }
  }
}

std::optional<std::int64_t> otel_id_of_uuid(std::string_view uuid) {
  constexpr std::string_view kZeros = "0000000000000000";
  if (uuid.size() != 32 || !uuid.starts_with(kZeros)) return std::nullopt;
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(uuid.data() + kZeros.size(), uuid.data() + uuid.size(), id, 16);
  if (error != std::errc{} || end != uuid.data() + uuid.size()) return std::nullopt;
  return id;
}

Instance otel_instance(const Project& project, const Item& item, const OtelError& error) {
  return {.id = error.id,
          .project = project.id,
          .item = item.id,
          .time = error.time,
          .uuid = uuid_of(error),
          .user_ip = "",
          .title = item.title,
          .document = to_plain_json(document_of(error))};
}

}  // namespace tetrascope::rollbar
