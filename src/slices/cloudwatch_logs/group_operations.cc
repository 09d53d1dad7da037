#include "slices/cloudwatch_logs/group_operations.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>

#include "slices/aws/page_token.h"
#include "slices/cloudwatch_logs/event_rows.h"
#include "slices/cloudwatch_logs/filters_store.h"
#include "slices/cloudwatch_logs/limits.h"
#include "slices/cloudwatch_logs/log_groups.h"
#include "slices/cloudwatch_logs/tag_operations.h"

namespace tetrascope::cloudwatch_logs {
namespace {

using F = plan::Function;

constexpr std::array<std::int64_t, 22> kRetentions = {1,   3,   5,   7,   14,   30,   60,   90,   120,  150,  180,
                                                      365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653};
constexpr std::size_t kMostListedGroups = 100'000;

const aws::TextRule kLogClass{.values = {"STANDARD", "INFREQUENT_ACCESS", "DELIVERY", "ESSENTIALS"}};
/// Also none.
constexpr aws::TextPattern kNamePattern{is_group_letter, R"([\.\-_/#A-Za-z0-9]*)"};
constexpr aws::TextPattern kAccountDigits{[](unsigned char c) { return c >= '0' && c <= '9'; }, R"(^\d{12}$)"};
constexpr std::size_t kAccountLength = 12;

/// Of a search in several accounts, of which there is one here: false when it is not among those asked for.
bool asks_for_account(Call& call) {
  const bool linked = call.parameters.flag("includeLinkedAccounts");
  const auto accounts = call.parameters.texts(
      "accountIdentifiers", {.max = 20}, {.min = kAccountLength, .max = kAccountLength, .pattern = kAccountDigits});
  return !linked || accounts.empty() || std::ranges::find(accounts, call.identity.account) != accounts.end();
}

/// Groups of both kinds by name. `matches`: of the name.
Outcome<std::vector<LogGroup>> all_groups(Call& call, std::string_view prefix) {
  ASSIGN_OR_FAULT(auto groups, list_stored_groups(call, prefix, "", kMostListedGroups));
  ASSIGN_OR_FAULT(const auto services, service_groups(call));
  const std::size_t stored = groups.size();
  for (const ServiceGroup& service : services) {
    const auto end = groups.begin() + static_cast<std::ptrdiff_t>(stored);
    if (!service.name.starts_with(prefix) ||
        std::find_if(groups.begin(), end, [&](const LogGroup& group) { return group.name == service.name; }) != end)
      continue;
    LogGroup group;
    group.name = service.name;
    group.created_ms = service.first_ms;
    groups.push_back(std::move(group));
  }
  std::ranges::sort(groups, {}, &LogGroup::name);
  return groups;
}

/// Bytes of all messages and 26 for each event, as this server counts a group's size; by group name.
Result<std::map<std::string, std::int64_t>> stored_bytes(Call& call, std::span<const LogGroup> groups) {
  std::map<std::string, std::int64_t> bytes;
  if (groups.empty()) return bytes;
  Array scopes;
  for (const auto& group : groups) scopes.emplace_back(scope_text(group));
  plan::TableRead read;
  read.table = plan::Table::kLogs;
  read.columns = {{"service", plan::column("service")},
                  {"size", plan::call(F::kAdd, {plan::call(F::kByteLength, {plan::column("body")}),
                                                plan::literal(Value(static_cast<std::int64_t>(kEventOverhead)))})}};
  read.where = plan::call(F::kIn, {plan::column("scope"), plan::literal(Value(std::move(scopes)))});
  plan::Aggregate by_group;
  by_group.keys = {{"service", plan::field("service")}};
  by_group.calls.push_back(
      {.name = "bytes", .op = plan::AggregateOp::kSum, .argument = plan::field("size"), .where = {}});
  const plan::Plan plan{{{0}, {std::numeric_limits<std::int64_t>::max()}}, {std::move(read)}, {std::move(by_group)}};
  ASSIGN_OR_RETURN(const plan::Answer answer, call.middle().runner.run(plan));
  for (const auto& row : answer.rows) {
    const auto* sum = row[1].as<std::int64_t>();
    bytes[*row[0].as<std::string>()] = sum == nullptr ? 0 : *sum;
  }
  return bytes;
}

/// As AWS answers a search by pattern, without what that search does not find out (2.4).
Outcome<Value> group_json(Call& call, const LogGroup& group, const std::map<std::string, std::int64_t>& bytes,
                          bool by_pattern) {
  const std::string arn = group_arn(call.identity, group.name);
  ASSIGN_OR_FAULT(const std::size_t filters, count_metric_filters(call, group));
  Object json{{"arn", Value(arn + ":*")}, {"creationTime", Value(group.created_ms)}};
  if (!by_pattern) json.emplace_back("deletionProtectionEnabled", Value(group.deletion_protected));
  json.emplace_back("logGroupArn", Value(arn));
  json.emplace_back("logGroupClass", Value(group.log_class));
  json.emplace_back("logGroupName", Value(group.name));
  json.emplace_back("metricFilterCount", Value(static_cast<std::int64_t>(filters)));
  if (!by_pattern) {
    const auto size = bytes.find(group.name);
    json.emplace_back("storedBytes", Value(size == bytes.end() ? std::int64_t{0} : size->second));
  }
  if (group.retention_days > 0) json.emplace_back("retentionInDays", Value(group.retention_days));
  if (!group.kms_key.empty()) json.emplace_back("kmsKeyId", Value(group.kms_key));
  return Value(std::move(json));
}

std::string named_group(Call& call) { return call.parameters.text("logGroupName", kGroupName).value_or(""); }

}  // namespace

Outcome<Answer> create_log_group(Call& call) {
  Parameters& in = call.parameters;
  const auto name = in.text("logGroupName", {.min = 1, .pattern = kGroupLetters, .required = true});
  LogGroup group;
  group.kms_key = in.text("kmsKeyId", {.max = 256}).value_or("");
  group.log_class = in.text("logGroupClass", kLogClass).value_or("STANDARD");
  group.deletion_protected = in.flag("deletionProtectionEnabled");
  const Object tags = read_tags(in, "tags", false);
  RETURN_IF_FAULT(in.verdict());
  if (name->size() > kMaxName)
    return aws::refuse(std::string(kInvalidParameter),
                       "Invalid LogGroup or LogStream, both must have length less than or equal to 512.");
  if (name->starts_with("aws/"))
    return aws::refuse(std::string(kInvalidParameter), "Log groups starting with aws/ are reserved.");
  group.name = *name;
  group.tags = tags;
  RETURN_IF_FAULT(create_group(call, std::move(group)));
  return Answer();
}

Outcome<Answer> delete_log_group(Call& call) {
  const std::string name = named_group(call);
  RETURN_IF_FAULT(call.parameters.verdict());
  ASSIGN_OR_FAULT(const LogGroup group, require_group(call, name));
  if (!group.is_stored())
    return aws::refuse(std::string(kInvalidParameter),
                       "The log group holds the records of an OpenTelemetry service and cannot be deleted.");
  if (group.deletion_protected)
    return aws::refuse("ValidationException", "The log group cannot be deleted while deletion protection is enabled.");
  RETURN_IF_FAULT(remove_group(call, group));
  return Answer();
}

Outcome<Answer> describe_log_groups(Call& call) {
  Parameters& in = call.parameters;
  const auto prefix = in.text("logGroupNamePrefix", {.min = 1, .max = kMaxName, .pattern = kGroupLetters});
  const auto pattern = in.text("logGroupNamePattern", {.max = kMaxName, .pattern = kNamePattern});
  const auto token = in.text("nextToken", {.min = 1});
  const auto limit = static_cast<std::size_t>(in.number("limit", {.min = 1, .max = kMaxDescribed}).value_or(50));
  const auto log_class = in.text("logGroupClass", kLogClass);
  const auto identifiers = in.texts("logGroupIdentifiers", {.min = 1, .max = 50},
                                    {.min = 1, .max = kMaxIdentifier, .pattern = kIdentifierLetters});
  const bool here = asks_for_account(call);
  RETURN_IF_FAULT(in.verdict());
  if (prefix && pattern)
    return aws::refuse(std::string(kInvalidParameter),
                       "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.");
  const std::string question = "DescribeLogGroups " + prefix.value_or("") + " " + pattern.value_or("");
  std::string after;
  if (token) {
    const auto place = aws::read_page_token(question, *token);
    if (!place) return aws::refuse(std::string(kInvalidParameter), "The specified nextToken is invalid.");
    after = *place;
  }
  ASSIGN_OR_FAULT(auto groups, all_groups(call, prefix.value_or("")));
  std::erase_if(groups, [&](const LogGroup& group) {
    const auto named = [&](const std::string& identifier) { return group_name_of(call, identifier) == group.name; };
    return !here || group.name <= after || (pattern && !group.name.contains(*pattern)) ||
           (log_class && group.log_class != *log_class) ||
           (!identifiers.empty() && std::ranges::none_of(identifiers, named));
  });
  const bool more = groups.size() > limit;
  if (more) groups.resize(limit);
  std::map<std::string, std::int64_t> bytes;
  if (!pattern) {
    ASSIGN_OR_FAULT(bytes, stored_bytes(call, groups));
  }
  Array shown;
  for (const LogGroup& group : groups) {
    ASSIGN_OR_FAULT(Value json, group_json(call, group, bytes, pattern.has_value()));
    shown.push_back(std::move(json));
  }
  Object answer{{"logGroups", Value(std::move(shown))}};
  // AWS gives a search by pattern a token even when its page is the last one.
  if (more || (pattern && !groups.empty()))
    answer.emplace_back("nextToken", Value(aws::write_page_token(question, groups.back().name)));
  return Answer(std::move(answer));
}

namespace {

struct TagChoice {
  std::string key;
  std::vector<std::string> values;  ///< none: any
};

/// `logGroupTags` of ListLogGroups.
std::vector<TagChoice> read_tag_choices(Parameters& in) {
  constexpr std::string_view kName = "logGroupTags";
  std::vector<TagChoice> choices;
  const Array* list = in.list(kName, {.min = 1, .max = 5});
  for (const Value& one : list == nullptr ? Array() : *list) {
    const auto* object = one.as<Object>();
    if (object == nullptr) {
      in.wrong_type(kName, "a list of objects");
      return choices;
    }
    Parameters choice(*object);
    choices.push_back({choice.text("key").value_or(""), choice.texts("values")});
    if (!choice.verdict()) in.wrong_type(kName, "a list of keys and values");
    if (!choice.has("key")) in.problem("null", "logGroupTags.key", "Member must not be null");
  }
  return choices;
}

bool has_tags(const LogGroup& group, const std::vector<TagChoice>& choices) {
  return std::ranges::all_of(choices, [&](const TagChoice& choice) {
    const auto tag = std::ranges::find(group.tags, choice.key, &Object::value_type::first);
    const auto is_value = [&](const std::string& value) { return tag->second == Value(value); };
    return tag != group.tags.end() && (choice.values.empty() || std::ranges::any_of(choice.values, is_value));
  });
}

}  // namespace

Outcome<Answer> list_log_groups(Call& call) {
  static const re2::RE2 kNameParts(R"((\^?[\.\-_\/#A-Za-z0-9]{3,24})(\|\^?[\.\-_\/#A-Za-z0-9]{3,24}){0,4})");
  Parameters& in = call.parameters;
  const auto pattern = in.text("logGroupNamePattern", {.min = 3, .max = 129});
  if (pattern && !re2::RE2::FullMatch(*pattern, kNameParts))
    in.problem(*pattern, "logGroupNamePattern",
               "Member must satisfy regular expression pattern: " + kNameParts.pattern());
  const auto token = in.text("nextToken", {.min = 1});
  const auto limit = static_cast<std::size_t>(in.number("limit", {.min = 1, .max = 1'000}).value_or(50));
  const auto log_class = in.text("logGroupClass", kLogClass);
  const auto tags = read_tag_choices(in);
  const bool here = asks_for_account(call);
  // Groups have no data source and no index of fields here: who asks for those of one asks for none.
  const bool indexed = in.has("dataSources") || in.has("fieldIndexNames");
  RETURN_IF_FAULT(in.verdict());
  const re2::RE2 regex(pattern.value_or(""));
  const std::string question = "ListLogGroups " + pattern.value_or("");
  std::string after;
  if (token) {
    const auto place = aws::read_page_token(question, *token);
    if (!place) return aws::refuse(std::string(kInvalidParameter), "The specified nextToken is invalid.");
    after = *place;
  }
  ASSIGN_OR_FAULT(auto groups, all_groups(call, ""));
  Array shown;
  std::string last;
  bool more = false;
  for (const LogGroup& group : groups) {
    if (group.name <= after || !re2::RE2::PartialMatch(group.name, regex)) continue;
    if (!here || indexed || !has_tags(group, tags) || (log_class && group.log_class != *log_class)) continue;
    more = shown.size() == limit;
    if (more) break;
    last = group.name;
    shown.emplace_back(Object{{"logGroupName", Value(group.name)},
                              {"logGroupArn", Value(group_arn(call.identity, group.name))},
                              {"logGroupClass", Value(group.log_class)}});
  }
  Object answer{{"logGroups", Value(std::move(shown))}};
  if (more) answer.emplace_back("nextToken", Value(aws::write_page_token(question, last)));
  return Answer(std::move(answer));
}

Outcome<Answer> put_retention_policy(Call& call) {
  const std::string name = named_group(call);
  const auto days = call.parameters.number("retentionInDays", {.required = true});
  RETURN_IF_FAULT(call.parameters.verdict());
  if (std::ranges::find(kRetentions, *days) == kRetentions.end())
    return aws::refuse(std::string(kInvalidParameter),
                       "Invalid retention value. Valid values are: [1, 3, 5, 7, 14, 30, "
                       "60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, "
                       "2557, 2922, 3288, 3653]");
  RETURN_IF_FAULT(change_group(call, name, [&](LogGroup& group) -> Outcome<void> {
    group.retention_days = *days;
    return {};
  }));
  return Answer();
}

Outcome<Answer> delete_retention_policy(Call& call) {
  const std::string name = named_group(call);
  RETURN_IF_FAULT(call.parameters.verdict());
  RETURN_IF_FAULT(change_group(call, name, [&](LogGroup& group) -> Outcome<void> {
    group.retention_days = 0;
    return {};
  }));
  return Answer();
}

namespace {

/// A key is of a group, or of the results of queries, which are kept in no place of their own here.
struct KeyHolder {
  std::optional<std::string> group;
};
Outcome<KeyHolder> read_key_holder(Call& call) {
  constexpr aws::TextPattern kLetters{[](unsigned char c) { return is_identifier_letter(c) || c == '*'; },
                                      R"([\w+=/:,.@\-\*]*)"};
  Parameters& in = call.parameters;
  const auto name = in.text("logGroupName", {.min = 1, .max = kMaxName, .pattern = kGroupLetters});
  const auto resource = in.text("resourceIdentifier", {.min = 1, .max = kMaxIdentifier, .pattern = kLetters});
  RETURN_IF_FAULT(in.verdict());
  if (name.has_value() == resource.has_value())
    return aws::refuse(std::string(kInvalidParameter),
                       "Exactly one of logGroupName and resourceIdentifier must be given.");
  if (name) return KeyHolder{*name};
  if (aws::arn_resource(*resource, "logs").starts_with("query-result:")) return KeyHolder{};
  return KeyHolder{group_name_of(call, *resource)};
}

Outcome<Answer> put_key(Call& call, const std::string& key) {
  ASSIGN_OR_FAULT(const KeyHolder holder, read_key_holder(call));
  if (!holder.group) return Answer();
  RETURN_IF_FAULT(change_group(call, *holder.group, [&](LogGroup& group) -> Outcome<void> {
    group.kms_key = key;
    return {};
  }));
  return Answer();
}

}  // namespace

Outcome<Answer> associate_kms_key(Call& call) {
  const auto key = call.parameters.text("kmsKeyId", {.max = 256, .required = true});
  return put_key(call, key.value_or(""));
}

Outcome<Answer> disassociate_kms_key(Call& call) { return put_key(call, ""); }

Outcome<Answer> put_log_group_deletion_protection(Call& call) {
  const GroupParameter name = group_parameter(call);
  const bool enabled = call.parameters.required_flag("deletionProtectionEnabled");
  RETURN_IF_FAULT(call.parameters.verdict());
  RETURN_IF_FAULT(check_group_parameter(name));
  RETURN_IF_FAULT(change_group(call, name.name, [&](LogGroup& group) -> Outcome<void> {
    group.deletion_protected = enabled;
    return {};
  }));
  return Answer();
}

}  // namespace tetrascope::cloudwatch_logs
