#pragma once
// Log groups and streams: their settings, in the control state. Events are rows of the table `logs`.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/value.h"
#include "slices/cloudwatch_logs/operation.h"

namespace tetrascope::cloudwatch_logs {

struct LogGroup {
  std::string name;
  std::int64_t id = 0;  ///< never given twice, so that a group made anew has none of the old one's events; 0: see below
  std::int64_t created_ms = 0;
  std::int64_t retention_days = 0;  ///< 0: for ever
  std::string kms_key;
  std::string log_class = "STANDARD";
  bool deletion_protected = false;
  Object tags;                                ///< values are text
  std::vector<std::int64_t> deleted_streams;  ///< ids of streams whose events are to be seen no more

  std::int64_t version = 0;  ///< of the control state: a change meanwhile is OperationAborted

  /// A service that sends OTLP logs is a group too, in every region. One without settings of its own has no id.
  [[nodiscard]] bool is_stored() const { return id != 0; }
};

struct LogStream {
  std::string name;
  std::int64_t id = 0;
  std::int64_t created_ms = 0;
};

/// `arn:…:log-group:NAME`, without the `:*` that some answers append.
std::string group_arn(const aws::Identity& identity, std::string_view name);

/// The group's name out of `logGroupName` or `logGroupIdentifier` (a name, or an ARN without `:*`); both or none is a
/// fault. Call it before verdict().
struct GroupParameter {
  std::string name;
  bool both = false;
  bool none = false;
};
GroupParameter group_parameter(Call& call);
Outcome<void> check_group_parameter(const GroupParameter& group);
/// The name in a log group's ARN, also one that ends in `:*` or `:`; else the text itself, which is no group's name
/// when it is an ARN of something else or of another region. The account is not looked at: here there is only one.
std::string group_name_of(const Call& call, std::string_view identifier);

/// As it is stored; nullopt when nothing is.
Result<std::optional<LogGroup>> find_stored_group(Call& call, std::string_view name);
/// Stored, or a service that sends OTLP logs. Errors: ResourceNotFoundException in AWS's words.
Outcome<LogGroup> require_group(Call& call, std::string_view name);
/// The same, to be changed: a service's group becomes a stored one.
Outcome<LogGroup> require_stored_group(Call& call, std::string_view name);
/// Stored groups by name (bytes compared), from after `after`.
Result<std::vector<LogGroup>> list_stored_groups(Call& call, std::string_view prefix, std::string_view after,
                                                 std::size_t limit);
/// Stored groups of every region.
Result<std::vector<LogGroup>> all_stored_groups(ControlStore& control);
/// Makes it. Errors: ResourceAlreadyExistsException.
Outcome<LogGroup> create_group(Call& call, LogGroup group);
/// Reads it, lets `change` change it, and writes it: again, when another call has changed it meanwhile. A service's
/// group becomes a stored one. Errors: ResourceNotFoundException, and those of `change`.
Outcome<void> change_group(Call& call, std::string_view name,
                           const std::function<Outcome<void>(LogGroup& group)>& change);
/// With its streams and filters.
Outcome<void> remove_group(Call& call, const LogGroup& group);

Result<std::optional<LogStream>> find_stream(Call& call, const LogGroup& group, std::string_view name);
/// By name, from after `after`.
Result<std::vector<LogStream>> list_streams(Call& call, const LogGroup& group, std::string_view prefix,
                                            std::string_view after, std::size_t limit);
/// Errors: ResourceAlreadyExistsException.
Outcome<LogStream> create_stream(Call& call, const LogGroup& group, std::string_view name);
/// Errors: ResourceNotFoundException for the group or the stream.
Outcome<void> remove_stream(Call& call, std::string_view group, std::string_view stream);

/// Spaces of the control state whose documents belong to a group, and their keys: filters go with their group.
inline constexpr std::string_view kMetricFilters = "cloudwatch_logs.metric_filter";
inline constexpr std::string_view kSubscriptionFilters = "cloudwatch_logs.subscription_filter";
std::string child_key(const LogGroup& group, std::string_view name);

/// Services that send OTLP logs, under the names that they have as groups, by name.
struct ServiceGroup {
  std::string name;
  std::vector<std::string> services;
  std::int64_t first_ms = 0;
};
Result<std::vector<ServiceGroup>> service_groups(Call& call);

/// Milliseconds since 1970 of the request's arrival.
std::int64_t now_ms(const Call& call);

}  // namespace tetrascope::cloudwatch_logs
