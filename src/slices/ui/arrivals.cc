#include "slices/ui/arrivals.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

#include "slices/page/answers.h"
#include "slices/page/steps.h"
#include "slices/ui/question.h"

namespace tetrascope::ui {
namespace {

using plan::AggregateOp;
using plan::column;
using plan::ExprPtr;
using plan::field;
using plan::Function;
using plan::literal;

constexpr std::size_t kMaxServices = 200;

constexpr std::int64_t kServer = 2;
constexpr std::string_view kXray = "xray";

/// A segment of a request that an OTLP SERVER span of the same trace and service tells of too: one request, counted by
/// the span. Only traces that have both are looked at.
ExprPtr is_told_twice(const plan::TimeRange& range) {
  const auto server_spans = [&](bool segments, ExprPtr column_expr, ExprPtr where) {
    const ExprPtr xray = equals(column("protocol"), literal(std::string(kXray)));
    plan::TableRead read{plan::Table::kSpans, {}, {{"key", std::move(column_expr)}}, {}};
    read.where = both(both(segments ? xray : call(Function::kNot, {xray}), equals(column("kind"), literal(kServer))),
                      std::move(where));
    return plan::Plan{range, {std::move(read)}, {}};
  };
  const ExprPtr request = call(Function::kConcat, {call(Function::kIdText, {column("trace_id")}), column("service")});
  const ExprPtr has_segment = plan::in_plan(column("trace_id"), server_spans(true, column("trace_id"), nullptr));
  return both(both(equals(column("protocol"), literal(std::string(kXray))), equals(column("kind"), literal(kServer))),
              plan::in_plan(request, server_spans(false, request, has_segment)));
}

/// `twins`: segments came, and other spans: some requests may be told twice.
ExprPtr is_request(const plan::TimeRange& range, bool twins) {
  Array kinds{kServer, std::int64_t{5}};
  const ExprPtr request = either(call(Function::kIn, {column("kind"), literal(std::move(kinds))}),
                                 equals(column("parent_span_id"), id_literal(SpanId{})));
  return twins ? both(request, call(Function::kNot, {is_told_twice(range)})) : request;
}

plan::TableRead span_read(const ExprPtr& request) {
  return {plan::Table::kSpans,
          {},
          {{"service", column("service")},
           {"protocol", column("protocol")},
           {"start", column("start")},
           {"duration", column("duration")},
           {"rate", column("sample_rate")},
           {"request", request},
           {"failed", equals(column("status"), literal(std::int64_t{2}))}},
          {}};
}

struct Service {
  std::int64_t requests = 0, errors = 0, spans = 0;
  UnixNanos last;
  std::optional<double> p50, p95, p99;
  Series request_series, error_series;
};
using Services = std::map<std::string, Service>;

Result<void> read_series(const plan::Runner& runner, const plan::TimeRange& range, const Steps& steps,
                         const ExprPtr& request, Services& out) {
  plan::Aggregate counts;
  counts.keys = {{"service", field("service")}, {"bucket", steps.of("start")}};
  counts.weight = "rate";
  counts.calls = {counted("spans"), counted("requests", field("request")),
                  counted("errors", plan::both(field("request"), field("failed"))),
                  aggregated("last", AggregateOp::kMax, field("start"))};
  ASSIGN_OR_RETURN(const plan::Answer answer, ask(runner, {range, {span_read(request)}, {counts}}));
  for (const auto& row : answer.rows) {
    const auto cell = [&](std::string_view name) -> const Value& { return row[column_of(answer, name)]; };
    Service& service = out[std::string(text_cell(cell("service")))];
    service.request_series.resize(steps.count());
    service.error_series.resize(steps.count());
    const std::size_t place = steps.place(int_cell(cell("bucket")));
    service.request_series[place] += int_cell(cell("requests"));
    service.error_series[place] += int_cell(cell("errors"));
    service.requests += int_cell(cell("requests"));
    service.errors += int_cell(cell("errors"));
    service.spans += int_cell(cell("spans"));
    service.last = std::max(service.last, UnixNanos{int_cell(cell("last"))});
  }
  return {};
}

Result<void> read_quantiles(const plan::Runner& runner, const plan::TimeRange& range, const ExprPtr& request,
                            Services& out) {
  plan::TableRead read = span_read(request);
  read.where = request;
  plan::Aggregate quantiles;
  quantiles.keys = {{"service", field("service")}};
  quantiles.weight = "rate";
  const auto quantile = [](const char* name, double level) {
    plan::AggregateCall call = aggregated(name, AggregateOp::kQuantile, field("duration"));
    call.level = level;
    return call;
  };
  quantiles.calls = {quantile("p50", 0.5), quantile("p95", 0.95), quantile("p99", 0.99)};
  ASSIGN_OR_RETURN(const plan::Answer answer, ask(runner, {range, {read}, {quantiles}}));
  for (const auto& row : answer.rows) {
    const auto number = [&](std::string_view name) -> std::optional<double> {
      const auto* value = row[column_of(answer, name)].as<double>();
      return value != nullptr && std::isfinite(*value) ? std::optional(*value) : std::nullopt;
    };
    Service& service = out[std::string(text_cell(row[column_of(answer, "service")]))];
    service.p50 = number("p50");
    service.p95 = number("p95");
    service.p99 = number("p99");
  }
  return {};
}

struct Protocol {
  std::int64_t spans = 0, logs = 0;
  UnixNanos last;
  Series series;
};
using Protocols = std::map<std::string, Protocol>;

Result<void> read_protocol_counts(const plan::Runner& runner, const plan::TimeRange& range, const Steps& steps,
                                  plan::Table table, std::int64_t Protocol::* total, Protocols& out) {
  const char* const time = table == plan::Table::kSpans ? "start" : "time";
  plan::TableRead read{
      table, {}, {{"protocol", column("protocol")}, {"at", column(time)}, {"rate", column("sample_rate")}}, {}};
  plan::Aggregate counts;
  counts.keys = {{"protocol", field("protocol")}, {"bucket", steps.of("at")}};
  counts.weight = "rate";
  counts.calls = {counted("rows"), aggregated("last", AggregateOp::kMax, field("at"))};
  ASSIGN_OR_RETURN(const plan::Answer answer, ask(runner, {range, {read}, {counts}}));
  for (const auto& row : answer.rows) {
    const auto cell = [&](std::string_view name) -> const Value& { return row[column_of(answer, name)]; };
    Protocol& protocol = out[std::string(text_cell(cell("protocol")))];
    protocol.series.resize(steps.count());
    protocol.series[steps.place(int_cell(cell("bucket")))] += int_cell(cell("rows"));
    protocol.*total += int_cell(cell("rows"));
    protocol.last = std::max(protocol.last, UnixNanos{int_cell(cell("last"))});
  }
  return {};
}

Value nanos_json(const std::optional<double>& nanos) {
  return nanos ? exact(static_cast<std::int64_t>(std::llround(*nanos))) : Value();
}

Value service_json(const std::string& name, const Service& service) {
  return Object{{"service", name},
                {"requests", service.requests},
                {"errors", service.errors},
                {"spans", service.spans},
                {"p50", nanos_json(service.p50)},
                {"p95", nanos_json(service.p95)},
                {"p99", nanos_json(service.p99)},
                {"last", exact(service.last)},
                {"request_series", series_json(service.request_series)},
                {"error_series", series_json(service.error_series)}};
}

/// The busiest first; those beyond the bound are left out.
Array services_json(const Services& services) {
  std::vector<const Services::value_type*> order;
  for (const auto& one : services) order.push_back(&one);
  std::ranges::sort(order, {}, [](const auto* one) {
    return std::tuple(-one->second.requests, -one->second.spans, std::string_view(one->first));
  });
  if (order.size() > kMaxServices) order.resize(kMaxServices);
  Array list;
  for (const auto* one : order) list.push_back(service_json(one->first, one->second));
  return list;
}

Array protocols_json(const Protocols& protocols) {
  Array list;
  for (const auto& [name, protocol] : protocols) {
    list.push_back(Object{{"protocol", name},
                          {"spans", protocol.spans},
                          {"logs", protocol.logs},
                          {"last", exact(protocol.last)},
                          {"series", series_json(protocol.series)}});
  }
  return list;
}

}  // namespace

Result<std::string> read_services(const plan::Runner& runner, const plan::TimeRange& range) {
  const Steps steps(range);
  Protocols protocols;
  RETURN_IF_ERROR(read_protocol_counts(runner, range, steps, plan::Table::kSpans, &Protocol::spans, protocols));
  const bool twins = protocols.contains(std::string(kXray)) && protocols.size() > 1;
  const ExprPtr request = is_request(range, twins);
  Services services;
  RETURN_IF_ERROR(read_series(runner, range, steps, request, services));
  RETURN_IF_ERROR(read_quantiles(runner, range, request, services));
  RETURN_IF_ERROR(read_protocol_counts(runner, range, steps, plan::Table::kLogs, &Protocol::logs, protocols));
  return to_json(Object{{"from", exact(range.from)},
                        {"to", exact(range.to)},
                        {"step", exact(steps.width())},
                        {"services", services_json(services)},
                        {"protocols", protocols_json(protocols)}});
}

}  // namespace tetrascope::ui
