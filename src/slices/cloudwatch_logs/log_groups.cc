#include "slices/cloudwatch_logs/log_groups.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <span>

#include "model/members.h"
#include "slices/cloudwatch_logs/limits.h"

namespace tetrascope::cloudwatch_logs {
namespace {

constexpr std::string_view kGroups = "cloudwatch_logs.group";
constexpr std::string_view kStreams = "cloudwatch_logs.stream";
constexpr std::string_view kFilterSpaces[] = {kMetricFilters, kSubscriptionFilters};
constexpr std::string_view kAborted = "OperationAbortedException";
constexpr std::string_view kIds = "cloudwatch_logs.id";
/// UTF-8 of a stream's name, which has to fit into a key of the control state.
constexpr std::size_t kMaxStreamBytes = 980;
constexpr std::size_t kRemovedAtOnce = 1'000;

std::string group_key(const Call& call, std::string_view name) {
  return call.identity.region + "/" + std::string(name);
}

std::string group_document(const LogGroup& group) {
  Array deleted;
  for (const std::int64_t id : group.deleted_streams) deleted.emplace_back(id);
  return to_json(Value(Object{{"name", Value(group.name)},
                              {"id", Value(group.id)},
                              {"created_ms", Value(group.created_ms)},
                              {"retention_days", Value(group.retention_days)},
                              {"kms_key", Value(group.kms_key)},
                              {"class", Value(group.log_class)},
                              {"protected", Value(std::int64_t{group.deletion_protected ? 1 : 0})},
                              {"tags", Value(group.tags)},
                              {"deleted_streams", Value(std::move(deleted))}}));
}

/// What group_document() wrote.
LogGroup group_of(const ControlDocument& document) {
  LogGroup group;
  const auto value = value_from_json(document.json);
  const auto* object = value ? value->as<Object>() : nullptr;
  if (object == nullptr) return group;
  group.name = text_of(member(*object, "name"));
  group.id = integer_of(member(*object, "id")).value_or(0);
  group.created_ms = integer_of(member(*object, "created_ms")).value_or(0);
  group.retention_days = integer_of(member(*object, "retention_days")).value_or(0);
  group.kms_key = text_of(member(*object, "kms_key"));
  group.log_class = text_of(member(*object, "class"));
  group.version = document.version;
  group.deletion_protected = integer_of(member(*object, "protected")).value_or(0) != 0;
  if (const Object* tags = object_of(member(*object, "tags"))) group.tags = *tags;
  if (const Array* deleted = array_of(member(*object, "deleted_streams"))) {
    for (const Value& id : *deleted) {
      if (const auto* number = id.as<std::int64_t>()) group.deleted_streams.push_back(*number);
    }
  }
  return group;
}

LogStream stream_of(const ControlDocument& document) {
  LogStream stream;
  const auto value = value_from_json(document.json);
  if (const auto* object = value ? value->as<Object>() : nullptr) {
    stream.name = text_of(member(*object, "name"));
    stream.id = integer_of(member(*object, "id")).value_or(0);
    stream.created_ms = integer_of(member(*object, "created_ms")).value_or(0);
  }
  return stream;
}

ControlWrite put_write(std::string_view space, std::string key, std::string json,
                       std::optional<std::int64_t> expected = {}) {
  return {ControlWrite::Kind::kPut, std::string(space), std::move(key), std::move(json), expected};
}

Outcome<void> remove_children(Call& call, std::string_view space, const LogGroup& group) {
  while (true) {
    ASSIGN_OR_FAULT(const auto documents, call.middle().control.list(space, child_key(group, ""), "", kRemovedAtOnce));
    if (documents.empty()) return {};
    std::vector<ControlWrite> writes;
    for (const auto& document : documents)
      writes.push_back({ControlWrite::Kind::kRemove, std::string(space), document.key, "", {}});
    RETURN_IF_FAULT(call.middle().control.commit(writes));
  }
}

Outcome<void> unless_changed(const Result<std::int64_t>& written) {
  if (!written && written.error().code == ErrorCode::kConflict)
    return aws::refuse(std::string(kAborted),
                       "A conflicting operation is currently in progress against this resource. Please try again.");
  RETURN_IF_FAULT(written);
  return {};
}

/// Calls that change one group at a time all succeed: each reads again what another has written meanwhile.
Outcome<void> again_when_changed(const std::function<Outcome<void>()>& change) {
  constexpr int kMostAttempts = 100;
  for (int attempt = 1;; ++attempt) {
    auto done = change();
    const bool changed = !done && (done.error().type == kAborted || done.error().type == kAlreadyExists);
    if (!changed || attempt == kMostAttempts) return done;
  }
}

/// Letters that no log group may have become `_`.
std::string group_name_of_service(std::string_view service) {
  std::string name(service.substr(0, kMaxName));
  std::ranges::replace_if(name, [](char c) { return !is_group_letter(static_cast<unsigned char>(c)); }, '_');
  return name;
}

}  // namespace

std::string child_key(const LogGroup& group, std::string_view name) { return fmt::format("{:016}:{}", group.id, name); }

std::int64_t now_ms(const Call& call) { return call.request.received.value / kNanosPerMilli; }

std::string group_arn(const aws::Identity& identity, std::string_view name) {
  return aws::arn("logs", identity, "log-group:" + std::string(name));
}

std::string group_name_of(const Call& call, std::string_view identifier) {
  constexpr std::string_view kPrefix = "log-group:";
  std::string_view resource = aws::arn_resource(identifier, "logs");
  if (!resource.starts_with(kPrefix) || aws::arn_region(identifier) != call.identity.region)
    return std::string(identifier);
  resource.remove_prefix(kPrefix.size());
  const std::size_t end = std::min(resource.find(':'), resource.size());
  const std::string_view rest = resource.substr(end);
  // `NAME:*` is the group too, and `NAME:` what Grafana makes of it; anything longer is a stream.
  if (!rest.empty() && rest != ":" && rest != ":*") return std::string(identifier);
  return std::string(resource.substr(0, end));
}

GroupParameter group_parameter(Call& call) {
  Parameters& parameters = call.parameters;
  const auto name = parameters.text("logGroupName", {.min = 1, .max = kMaxName, .pattern = kGroupLetters});
  const auto identifier = parameters.text(
      "logGroupIdentifier", {.min = 1, .max = kMaxIdentifier, .pattern = kIdentifierLetters, .shown = false});
  return {name ? *name : group_name_of(call, identifier.value_or("")), name && identifier, !name && !identifier};
}

Outcome<void> check_group_parameter(const GroupParameter& group) {
  if (group.both)
    return aws::refuse("ValidationException", "LogGroup name and LogGroup ARN are mutually exclusive parameters.");
  if (group.none)
    return aws::refuse(std::string(kInvalidParameter), "Either LogGroup name or LogGroup ARN must be provided.");
  return {};
}

Result<std::optional<LogGroup>> find_stored_group(Call& call, std::string_view name) {
  if (name.empty() || name.size() > kMaxName) return std::nullopt;
  ASSIGN_OR_RETURN(const auto document, call.middle().control.get(kGroups, group_key(call, name)));
  if (!document) return std::nullopt;
  return group_of(*document);
}

Outcome<LogGroup> require_group(Call& call, std::string_view name) {
  ASSIGN_OR_FAULT(auto stored, find_stored_group(call, name));
  if (stored) return *std::move(stored);
  ASSIGN_OR_FAULT(const auto services, service_groups(call));
  const auto found = std::ranges::find(services, name, &ServiceGroup::name);
  if (found == services.end()) return aws::refuse(std::string(kNotFound), "The specified log group does not exist.");
  LogGroup group;
  group.name = name;
  group.created_ms = found->first_ms;
  return group;
}

Outcome<LogGroup> require_stored_group(Call& call, std::string_view name) {
  ASSIGN_OR_FAULT(LogGroup group, require_group(call, name));
  if (group.is_stored()) return group;
  return create_group(call, std::move(group));
}

Result<std::vector<LogGroup>> list_stored_groups(Call& call, std::string_view prefix, std::string_view after,
                                                 std::size_t limit) {
  const std::string from = after.empty() ? std::string() : group_key(call, after);
  ASSIGN_OR_RETURN(const auto documents, call.middle().control.list(kGroups, group_key(call, prefix), from, limit));
  std::vector<LogGroup> groups;
  for (const auto& document : documents) groups.push_back(group_of(document));
  return groups;
}

Result<std::vector<LogGroup>> all_stored_groups(ControlStore& control) {
  constexpr std::size_t kAtOnce = 1'000;
  std::vector<LogGroup> groups;
  std::string after;
  while (true) {
    ASSIGN_OR_RETURN(const auto documents, control.list(kGroups, "", after, kAtOnce));
    for (const auto& document : documents) groups.push_back(group_of(document));
    if (documents.size() < kAtOnce) return groups;
    after = documents.back().key;
  }
}

Outcome<LogGroup> create_group(Call& call, LogGroup group) {
  ASSIGN_OR_FAULT(group.id, call.middle().control.allocate(kIds, 1));
  if (group.created_ms == 0) group.created_ms = now_ms(call);
  const auto made = call.middle().control.put(std::string(kGroups), group_key(call, group.name), group_document(group),
                                              ControlWrite::kAbsent);
  if (!made && made.error().code == ErrorCode::kConflict)
    return aws::refuse(std::string(kAlreadyExists), "The specified log group already exists");
  ASSIGN_OR_FAULT(group.version, made);
  return group;
}

Outcome<void> change_group(Call& call, std::string_view name,
                           const std::function<Outcome<void>(LogGroup& group)>& change) {
  return again_when_changed([&]() -> Outcome<void> {
    ASSIGN_OR_FAULT(LogGroup group, require_stored_group(call, name));
    RETURN_IF_FAULT(change(group));
    const ControlWrite write = put_write(kGroups, group_key(call, group.name), group_document(group), group.version);
    return unless_changed(call.middle().control.commit(std::span(&write, 1)));
  });
}

Outcome<void> remove_group(Call& call, const LogGroup& group) {
  RETURN_IF_FAULT(call.middle().control.remove(std::string(kGroups), group_key(call, group.name)));
  RETURN_IF_FAULT(remove_children(call, kStreams, group));
  for (const std::string_view space : kFilterSpaces) RETURN_IF_FAULT(remove_children(call, space, group));
  return {};
}

Result<std::optional<LogStream>> find_stream(Call& call, const LogGroup& group, std::string_view name) {
  if (!group.is_stored() || name.empty() || name.size() > kMaxStreamBytes) return std::nullopt;
  ASSIGN_OR_RETURN(const auto document, call.middle().control.get(kStreams, child_key(group, name)));
  if (!document) return std::nullopt;
  return stream_of(*document);
}

Result<std::vector<LogStream>> list_streams(Call& call, const LogGroup& group, std::string_view prefix,
                                            std::string_view after, std::size_t limit) {
  std::vector<LogStream> streams;
  if (!group.is_stored() || prefix.size() > kMaxStreamBytes || after.size() > kMaxStreamBytes) return streams;
  const std::string from = after.empty() ? std::string() : child_key(group, after);
  ASSIGN_OR_RETURN(const auto documents, call.middle().control.list(kStreams, child_key(group, prefix), from, limit));
  for (const auto& document : documents) streams.push_back(stream_of(document));
  return streams;
}

Outcome<LogStream> create_stream(Call& call, const LogGroup& group, std::string_view name) {
  if (name.size() > kMaxStreamBytes)
    return aws::refuse(std::string(kInvalidParameter),
                       "Invalid LogGroup or LogStream, both must have length less than or equal to 512.");
  LogStream stream{std::string(name), 0, now_ms(call)};
  ASSIGN_OR_FAULT(stream.id, call.middle().control.allocate(kIds, 1));
  const std::string json = to_json(
      Value(Object{{"name", Value(stream.name)}, {"id", Value(stream.id)}, {"created_ms", Value(stream.created_ms)}}));
  const auto made =
      call.middle().control.put(std::string(kStreams), child_key(group, name), json, ControlWrite::kAbsent);
  if (!made && made.error().code == ErrorCode::kConflict)
    return aws::refuse(std::string(kAlreadyExists), "The specified log stream already exists");
  RETURN_IF_FAULT(made);
  return stream;
}

Outcome<void> remove_stream(Call& call, std::string_view group_name, std::string_view stream_name) {
  return again_when_changed([&]() -> Outcome<void> {
    ASSIGN_OR_FAULT(LogGroup group, require_group(call, group_name));
    ASSIGN_OR_FAULT(const auto stream, find_stream(call, group, stream_name));
    if (!stream) return aws::refuse(std::string(kNotFound), "The specified log stream does not exist.");
    group.deleted_streams.push_back(stream->id);
    const ControlWrite writes[] = {
        put_write(kGroups, group_key(call, group.name), group_document(group), group.version),
        {ControlWrite::Kind::kRemove, std::string(kStreams), child_key(group, stream->name), "", {}}};
    return unless_changed(call.middle().control.commit(writes));
  });
}

Result<std::vector<ServiceGroup>> service_groups(Call& call) {
  plan::TableRead read;
  read.table = plan::Table::kLogs;
  read.columns = {{"service", plan::column("service")}, {"time", plan::column("time")}};
  const auto differs = [](std::string name, std::string_view text) {
    return plan::call(plan::Function::kNe, {plan::column(std::move(name)), plan::literal(Value(std::string(text)))});
  };
  read.where =
      plan::both(plan::call(plan::Function::kEq, {plan::column("protocol"), plan::literal(Value(std::string("otlp")))}),
                 differs("service", ""));
  plan::Aggregate by_service;
  by_service.keys = {{"service", plan::field("service")}};
  by_service.calls.push_back(
      {.name = "first", .op = plan::AggregateOp::kMin, .argument = plan::field("time"), .where = {}});
  constexpr std::size_t kMostServices = 10'000;
  const plan::Plan plan{
      {{0}, {std::numeric_limits<std::int64_t>::max()}},
      {std::move(read)},
      {std::move(by_service), plan::Sort{{{plan::field("service")}}}, plan::Limit{kMostServices, 0, {}}}};
  ASSIGN_OR_RETURN(const plan::Answer answer, call.middle().runner.run(plan));
  std::vector<ServiceGroup> groups;
  for (const auto& row : answer.rows) {
    const std::string& service = *row[0].as<std::string>();
    const std::string name = group_name_of_service(service);
    const std::int64_t first_ms = *row[1].as<std::int64_t>() / kNanosPerMilli;
    const auto same = std::ranges::find(groups, name, &ServiceGroup::name);
    if (same == groups.end()) {
      groups.push_back({name, {service}, first_ms});
    } else {
      same->services.push_back(service);
      same->first_ms = std::min(same->first_ms, first_ms);
    }
  }
  std::ranges::sort(groups, {}, &ServiceGroup::name);
  return groups;
}

}  // namespace tetrascope::cloudwatch_logs
