#include "slices/ui/ui_slice.h"

#include <memory>
#include <string>
#include <utility>

#include "slices/page/answers.h"
#include "slices/page/parameters.h"
#include "slices/ui/arrivals.h"
#include "slices/ui/field_search.h"
#include "slices/ui/log_histogram.h"
#include "slices/ui/log_search.h"
#include "slices/ui/metric_search.h"
#include "slices/ui/page_files.h"
#include "slices/ui/span_difference.h"
#include "slices/ui/status.h"
#include "slices/ui/trace_documents.h"
#include "slices/ui/trace_errors.h"
#include "slices/ui/trace_search.h"
#include "slices/ui/trace_view.h"

namespace tetrascope {
namespace {

using namespace ui;

/// Clients' clocks may be ahead of ours: lists of the newest look so far into the future.
constexpr std::chrono::minutes kAhead{10};

/// Longest range that is drawn as a series.
constexpr std::int64_t kLongestNanos = std::int64_t{3650} * 86'400 * kNanosPerSecond;

Result<void> check_length(const plan::TimeRange& range) {
  // Halves, since the difference may be more than an int64.
  if (range.to.value / 2 - range.from.value / 2 > kLongestNanos / 2) {
    return fail(ErrorCode::kInvalid, "from and to: at most 3650 days apart");
  }
  return {};
}

/// A question: reads its parameters and gives the JSON that answers it.
using Question = std::function<Result<std::string>(const Request&)>;

Value trace_json(const TraceSummary& trace) {
  Array services;
  for (const auto& [service, spans] : trace.services)
    services.push_back(Object{{"service", service}, {"spans", spans}});
  Array protocols(trace.protocols.begin(), trace.protocols.end());
  return Object{
      {"trace_id", trace.trace_id},
      {"start", exact(trace.start)},
      {"duration", exact(trace.end.value - trace.start.value)},
      {"root", Object{{"service", trace.root_service}, {"name", trace.root_name}, {"missing", trace.root_missing}}},
      {"spans", trace.spans},
      {"errors", trace.errors},
      {"services", std::move(services)},
      {"protocols", std::move(protocols)}};
}

/// `prefix`: of the names of the filter's parameters.
Result<SpanFilter> read_filter(const Request& request, const std::string& prefix = "") {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  SpanFilter filter;
  filter.service = read_text(request, prefix + "service");
  filter.name = read_text(request, prefix + "name");
  ASSIGN_OR_RETURN(filter.min_duration_ns, read_number(request, prefix + "min_duration", 0, kMost, 0));
  ASSIGN_OR_RETURN(filter.max_duration_ns, read_number(request, prefix + "max_duration", 0, kMost, 0));
  ASSIGN_OR_RETURN(filter.errors, read_flag(request, prefix + "errors"));
  ASSIGN_OR_RETURN(filter.attributes, read_attributes(request, prefix + "attribute"));
  return filter;
}

Result<std::string> list_traces(const Middle& middle, const Request& request) {
  RETURN_IF_ERROR(check_names(request, {"last", "from", "to", "service", "name", "min_duration", "max_duration",
                                        "errors", "attribute", "cursor", "limit"}));
  TraceSearch search;
  ASSIGN_OR_RETURN(search.range, read_range(request, UnixNanos::now(), kAhead));
  ASSIGN_OR_RETURN(search.filter, read_filter(request));
  ASSIGN_OR_RETURN(search.after, read_cursor(request));
  ASSIGN_OR_RETURN(const std::int64_t limit, read_number(request, "limit", 1, kMaxPage, 50));
  search.limit = static_cast<std::size_t>(limit);
  ASSIGN_OR_RETURN(const TracePage page, search_traces(middle.runner, middle.fields, search));
  Array traces;
  for (const TraceSummary& trace : page.traces) traces.push_back(trace_json(trace));
  return to_json(Object{{"from", exact(search.range.from)},
                        {"to", exact(search.range.to)},
                        {"traces", std::move(traces)},
                        {"cursor", page.next ? Value(write_cursor(question_mark(request), *page.next)) : Value()}});
}

Result<std::string> show_difference(const Middle& middle, const Request& request) {
  RETURN_IF_ERROR(
      check_names(request, {"last", "from", "to", "service", "name", "min_duration", "max_duration", "errors",
                            "attribute", "selected_service", "selected_name", "selected_min_duration",
                            "selected_max_duration", "selected_errors", "selected_attribute", "limit"}));
  DifferenceSearch search;
  ASSIGN_OR_RETURN(search.range, read_range(request, UnixNanos::now(), kAhead));
  RETURN_IF_ERROR(check_length(search.range));
  ASSIGN_OR_RETURN(search.all, read_filter(request));
  ASSIGN_OR_RETURN(search.selected, read_filter(request, "selected_"));
  if (search.selected == SpanFilter{}) {
    return fail(ErrorCode::kInvalid, "selected_errors or another: say which spans are selected");
  }
  ASSIGN_OR_RETURN(const std::int64_t limit, read_number(request, "limit", 1, kMaxPage, 100));
  search.limit = static_cast<std::size_t>(limit);
  return read_difference(middle.runner, middle.fields, search);
}

/// The part of a question about logs that says which.
Result<LogSearch> log_search_of(const Request& request) {
  LogSearch search;
  ASSIGN_OR_RETURN(search.range, read_range(request, UnixNanos::now(), kAhead));
  search.service = read_text(request, "service");
  search.client = read_text(request, "client");
  search.text = read_text(request, "text");
  ASSIGN_OR_RETURN(search.min_severity, read_number(request, "min_severity", 0, 24, 0));
  return search;
}

Result<std::string> list_logs(const Middle& middle, const Request& request) {
  RETURN_IF_ERROR(
      check_names(request, {"last", "from", "to", "service", "client", "min_severity", "text", "cursor", "limit"}));
  ASSIGN_OR_RETURN(LogSearch search, log_search_of(request));
  ASSIGN_OR_RETURN(search.after, read_cursor(request));
  ASSIGN_OR_RETURN(const std::int64_t limit, read_number(request, "limit", 1, kMaxPage, 100));
  search.limit = static_cast<std::size_t>(limit);
  search.mark = question_mark(request);
  return search_logs(middle.runner, search);
}

Result<std::string> show_log_histogram(const Middle& middle, const Request& request) {
  RETURN_IF_ERROR(check_names(request, {"last", "from", "to", "service", "client", "min_severity", "text"}));
  ASSIGN_OR_RETURN(const LogSearch search, log_search_of(request));
  RETURN_IF_ERROR(check_length(search.range));
  return read_log_histogram(middle.runner, search);
}

Result<std::string> list_metrics(const Middle& middle, const Request& request) {
  RETURN_IF_ERROR(check_names(request, {"last", "from", "to", "service", "name", "cursor", "limit"}));
  MetricSearch search;
  ASSIGN_OR_RETURN(search.range, read_range(request, UnixNanos::now(), kAhead));
  search.service = read_text(request, "service");
  search.name = read_text(request, "name");
  ASSIGN_OR_RETURN(search.after, read_cursor(request));
  ASSIGN_OR_RETURN(const std::int64_t limit, read_number(request, "limit", 1, kMaxPage, 100));
  search.limit = static_cast<std::size_t>(limit);
  search.mark = question_mark(request);
  return search_metrics(middle.runner, search);
}

/// The id in the path, of any form that a client may have used.
Result<NamedId<16>> trace_of(const Request& request) {
  if (request.captures[0].size() > kMaxText) return fail(ErrorCode::kInvalid, "trace id: too long");
  return trace_id_from_text(request.captures[0]);
}

Result<std::string> show_trace(const Middle& middle, const Request& request) {
  RETURN_IF_ERROR(check_names(request, {}));
  ASSIGN_OR_RETURN(const NamedId<16> trace, trace_of(request));
  return read_waterfall(middle.runner, trace);
}

Result<std::string> show_span(const Middle& middle, const Request& request) {
  RETURN_IF_ERROR(check_names(request, {}));
  ASSIGN_OR_RETURN(const NamedId<16> trace, trace_of(request));
  if (request.captures[1].size() > kMaxText) return fail(ErrorCode::kInvalid, "span id: too long");
  return read_span(middle.runner, trace, span_id_from_text(request.captures[1]));
}

Result<std::string> show_trace_logs(const Middle& middle, const Request& request) {
  RETURN_IF_ERROR(check_names(request, {"cursor", "limit"}));
  ASSIGN_OR_RETURN(const NamedId<16> trace, trace_of(request));
  ASSIGN_OR_RETURN(const auto after, read_cursor(request));
  ASSIGN_OR_RETURN(const std::int64_t limit, read_number(request, "limit", 1, kMaxPage, 200));
  return read_trace_logs(middle.runner, trace, {after, question_mark(request), static_cast<std::size_t>(limit)});
}

Result<std::string> show_trace_errors(const Middle& middle, const Request& request) {
  RETURN_IF_ERROR(check_names(request, {}));
  ASSIGN_OR_RETURN(const NamedId<16> trace, trace_of(request));
  return read_trace_errors(middle.runner, trace);
}

Result<std::string> show_trace_documents(const Middle& middle, const Request& request) {
  RETURN_IF_ERROR(check_names(request, {"span", "key"}));
  ASSIGN_OR_RETURN(const NamedId<16> trace, trace_of(request));
  DocumentSearch search;
  if (const std::string span = read_text(request, "span"); !span.empty()) search.span = span_id_from_text(span).id;
  search.key = read_text(request, "key");
  return read_trace_documents(middle.runner, trace, search);
}

Result<std::string> show_document(const Middle& middle, const Request& request) {
  RETURN_IF_ERROR(check_names(request, {}));
  ASSIGN_OR_RETURN(const NamedId<16> trace, trace_of(request));
  return read_document(middle.runner, trace);
}

Result<std::string> list_services(const Middle& middle, const Request& request) {
  RETURN_IF_ERROR(check_names(request, {"last", "from", "to"}));
  ASSIGN_OR_RETURN(const plan::TimeRange range, read_range(request, UnixNanos::now()));
  RETURN_IF_ERROR(check_length(range));
  return read_services(middle.runner, range);
}

Result<FieldSearch> field_search_of(const Request& request) {
  FieldSearch search;
  const std::string signal = read_text(request, "signal");
  if (!signal.empty() && signal != "spans" && signal != "logs")
    return fail(ErrorCode::kInvalid, "signal: want spans or logs");
  if (signal == "logs") search.signal = Signal::kLogs;
  search.text = read_text(request, "text");
  ASSIGN_OR_RETURN(const std::int64_t limit, read_number(request, "limit", 1, kMaxPage, 100));
  search.limit = static_cast<std::size_t>(limit);
  return search;
}

Result<std::string> show_fields(const Middle& middle, const Request& request) {
  RETURN_IF_ERROR(check_names(request, {"signal", "text", "limit"}));
  ASSIGN_OR_RETURN(const FieldSearch search, field_search_of(request));
  return list_fields(middle.fields, search);
}

Result<std::string> show_values(const Middle& middle, const Request& request) {
  RETURN_IF_ERROR(check_names(request, {"last", "from", "to", "signal", "key", "text", "limit"}));
  ValueSearch search;
  ASSIGN_OR_RETURN(search.field, field_search_of(request));
  ASSIGN_OR_RETURN(search.range, read_range(request, UnixNanos::now(), kAhead));
  search.key = read_text(request, "key");
  if (search.key.empty()) return fail(ErrorCode::kInvalid, "key: name the attribute whose values are wanted");
  return list_values(middle.runner, middle.fields, search);
}

Result<std::string> list_rejected(const Middle& middle, const Request& request) {
  RETURN_IF_ERROR(check_names(request, {}));
  return rejected_json(middle.stats.all_rejected(), middle.settings.started);
}

Handler answering(Question question) {
  return [question = std::move(question)](Request&& request, Respond respond) {
    auto answer = question(request);
    respond(answer ? json_answer(*std::move(answer)) : error_answer(request, answer.error()));
  };
}

/// A file of the page at a fixed path; every page's address is the one document, which reads the rest from the address.
Handler sending(std::string path) {
  return [path = std::move(path)](Request&& request, Respond respond) {
    const PageFile* file = find_page_file(page_files(), path);
    respond(file != nullptr ? send_page_file(*file, request)
                            : error_answer(request, {ErrorCode::kNotFound, "nothing is at this path"}));
  };
}

void send_asset(Request&& request, Respond respond) {
  sending("/assets/" + request.captures[0])(std::move(request), std::move(respond));
}

}  // namespace

Slice make_ui_slice(Middle& middle) {
  Slice slice;
  slice.http.slice = "ui";
  slice.http.prefixes = {"/api/v1/", "/assets/"};
  slice.http.shape_error = error_answer;
  auto& routes = slice.http.routes;

  const auto question = [&](std::string pattern, Result<std::string> (*answer)(const Middle&, const Request&)) {
    Handler handler = answering([&middle, answer](const Request& request) { return answer(middle, request); });
    routes.push_back({.method = "GET",
                      .pattern = "/api/v1/" + std::move(pattern),
                      .handler = on_query_pool(middle, std::move(handler), error_answer)});
  };
  const auto status = std::make_shared<Status>(middle);
  routes.push_back({.method = "GET",
                    .pattern = "/api/v1/status",
                    .handler = on_query_pool(middle, answering([status](const Request& request) -> Result<std::string> {
                                               RETURN_IF_ERROR(check_names(request, {}));
                                               return status->read();
                                             }),
                                             error_answer)});
  question("services", list_services);
  question("traces", list_traces);
  question("difference", show_difference);
  question("traces/{trace_id}", show_trace);
  question("traces/{trace_id}/spans/{span_id}", show_span);
  question("traces/{trace_id}/logs", show_trace_logs);
  question("traces/{trace_id}/errors", show_trace_errors);
  question("traces/{trace_id}/documents", show_trace_documents);
  question("traces/{trace_id}/document", show_document);
  question("logs", list_logs);
  question("logs/histogram", show_log_histogram);
  question("metrics", list_metrics);
  question("fields", show_fields);
  question("fields/values", show_values);
  question("rejected", list_rejected);

  for (const char* page :
       {"/", "/traces", "/trace/{trace_id}", "/map", "/logs", "/errors", "/errors/{project}/{item}", "/rejected"}) {
    routes.push_back({.method = "GET", .pattern = page, .handler = sending("/index.html")});
  }
  routes.push_back({.method = "GET", .pattern = "/favicon.svg", .handler = sending("/favicon.svg")});
  routes.push_back({.method = "GET", .pattern = "/assets/{name}", .handler = send_asset});
  return slice;
}

}  // namespace tetrascope
