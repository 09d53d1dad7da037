#include "slices/cloudwatch_logs/stream_operations.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>

#include "slices/aws/page_token.h"
#include "slices/cloudwatch_logs/event_reads.h"
#include "slices/cloudwatch_logs/limits.h"
#include "slices/cloudwatch_logs/log_groups.h"

namespace tetrascope::cloudwatch_logs {
namespace {

constexpr std::size_t kMostStreams = 100'000;

/// A stream with what its events say of it.
struct StreamState {
  LogStream stream;
  bool has_events = false;
  std::int64_t first_ms = 0;
  std::int64_t last_ms = 0;
  std::int64_t ingested_ms = 0;
};

std::int64_t millis_of(const Value& value) {
  const auto* nanos = value.as<std::int64_t>();
  return nanos == nullptr ? 0 : *nanos / kNanosPerMilli;
}

plan::AggregateCall extreme(std::string name, plan::AggregateOp op, std::string column) {
  return {.name = std::move(name), .op = op, .argument = plan::field(std::move(column)), .where = {}};
}

/// From the events themselves: exact at every moment, where AWS's are up to an hour behind.
Outcome<void> add_events(Call& call, const LogGroup& group, std::map<std::string, StreamState>& streams) {
  plan::TableRead read;
  read.table = plan::Table::kLogs;
  read.columns = {
      {"stream", stream_name_expr()}, {"time", plan::column("time")}, {"received", plan::column("received")}};
  ASSIGN_OR_FAULT(read.where, group_condition(call, group));
  plan::Aggregate by_stream;
  by_stream.keys = {{"stream", plan::field("stream")}};
  by_stream.calls = {extreme("first", plan::AggregateOp::kMin, "time"),
                     extreme("last", plan::AggregateOp::kMax, "time"),
                     extreme("ingested", plan::AggregateOp::kMax, "received")};
  const plan::Plan plan{{{0}, {std::numeric_limits<std::int64_t>::max()}}, {std::move(read)}, {std::move(by_stream)}};
  ASSIGN_OR_FAULT(const plan::Answer answer, call.middle().runner.run(plan));
  for (const auto& row : answer.rows) {
    const auto* name = row[0].as<std::string>();
    if (name == nullptr) continue;
    StreamState& state = streams[*name];
    state.has_events = true;
    state.first_ms = millis_of(row[1]);
    state.last_ms = millis_of(row[2]);
    state.ingested_ms = millis_of(row[3]);
    if (state.stream.name.empty()) state.stream = {*name, 0, state.first_ms};  // of OTLP records
  }
  return {};
}

Value stream_json(const Call& call, const LogGroup& group, const StreamState& state) {
  Object json{{"arn", Value(group_arn(call.identity, group.name) + ":log-stream:" + state.stream.name)},
              {"creationTime", Value(state.stream.created_ms)},
              {"logStreamName", Value(state.stream.name)},
              {"storedBytes", Value(std::int64_t{0})}};
  if (state.has_events) {
    json.emplace_back("firstEventTimestamp", Value(state.first_ms));
    json.emplace_back("lastEventTimestamp", Value(state.last_ms));
    json.emplace_back("lastIngestionTime", Value(state.ingested_ms));
    json.emplace_back("uploadSequenceToken", Value(fmt::format("{:056}", state.ingested_ms)));
  }
  return json;
}

struct StreamNames {
  std::string group;
  std::string stream;
};
Outcome<StreamNames> stream_names(Call& call) {
  Parameters& in = call.parameters;
  const auto group = in.text("logGroupName", {.min = 1, .max = kMaxName, .pattern = kGroupLetters, .required = true});
  const auto stream = in.text("logStreamName", {.min = 1, .max = kMaxName, .pattern = kNameLetters, .required = true});
  RETURN_IF_FAULT(in.verdict());
  return StreamNames{*group, *stream};
}

}  // namespace

Outcome<Answer> create_log_stream(Call& call) {
  ASSIGN_OR_FAULT(const StreamNames names, stream_names(call));
  ASSIGN_OR_FAULT(const LogGroup group, require_stored_group(call, names.group));
  RETURN_IF_FAULT(create_stream(call, group, names.stream));
  return Answer();
}

Outcome<Answer> delete_log_stream(Call& call) {
  ASSIGN_OR_FAULT(const StreamNames names, stream_names(call));
  RETURN_IF_FAULT(remove_stream(call, names.group, names.stream));
  return Answer();
}

Outcome<Answer> describe_log_streams(Call& call) {
  Parameters& in = call.parameters;
  const GroupParameter group_name = group_parameter(call);
  const auto prefix = in.text("logStreamNamePrefix", {.min = 1, .max = kMaxName, .pattern = kNameLetters});
  const auto order = in.text("orderBy", {.values = {"LogStreamName", "LastEventTime"}});
  const bool descending = in.flag("descending");
  const auto token = in.text("nextToken", {.min = 1});
  const auto limit = static_cast<std::size_t>(in.number("limit", {.min = 1, .max = kMaxDescribed}).value_or(50));
  RETURN_IF_FAULT(in.verdict());
  RETURN_IF_FAULT(check_group_parameter(group_name));
  const bool by_time = order == "LastEventTime";
  if (by_time && prefix)
    return aws::refuse(std::string(kInvalidParameter), "Cannot order by LastEventTime with a logStreamNamePrefix.");
  ASSIGN_OR_FAULT(const LogGroup group, require_group(call, group_name.name));
  std::map<std::string, StreamState> all;
  ASSIGN_OR_FAULT(auto stored, list_streams(call, group, prefix.value_or(""), "", kMostStreams));
  for (LogStream& stream : stored) {
    std::string name = stream.name;
    all[std::move(name)].stream = std::move(stream);
  }
  RETURN_IF_FAULT(add_events(call, group, all));
  std::vector<StreamState> streams;
  for (auto& [name, state] : all) {
    if (name.starts_with(prefix.value_or(""))) streams.push_back(std::move(state));
  }
  const auto place_of = [by_time](const StreamState& state) {
    return std::tuple(by_time && state.has_events ? state.last_ms : std::int64_t{-1}, state.stream.name);
  };
  std::ranges::sort(streams, [&](const StreamState& a, const StreamState& b) {
    return descending ? place_of(b) < place_of(a) : place_of(a) < place_of(b);
  });
  const std::string question =
      fmt::format("DescribeLogStreams {} {} {} {}", group.name, prefix.value_or(""), by_time, descending);
  std::size_t first = 0;
  if (token) {
    // By the name of the stream that came last: when events have moved it meanwhile, what comes after it now.
    const auto place = aws::read_page_token(question, *token);
    if (!place) return aws::refuse(std::string(kInvalidParameter), "The specified nextToken is invalid.");
    const auto last = std::ranges::find(streams, *place, [](const StreamState& state) { return state.stream.name; });
    first = last == streams.end() ? streams.size() : static_cast<std::size_t>(last - streams.begin()) + 1;
  }
  Array shown;
  const std::size_t end = std::min(first + limit, streams.size());
  for (std::size_t i = first; i < end; ++i) shown.push_back(stream_json(call, group, streams[i]));
  Object answer{{"logStreams", Value(std::move(shown))}};
  if (end < streams.size())
    answer.emplace_back("nextToken", Value(aws::write_page_token(question, streams[end - 1].stream.name)));
  return Answer(std::move(answer));
}

}  // namespace tetrascope::cloudwatch_logs
