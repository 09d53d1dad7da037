#include "slices/cloudwatch_logs/absent_operations.h"

#include <fmt/core.h>

#include <algorithm>

namespace tetrascope::cloudwatch_logs {

struct AbsentOperation {
  enum class Kind {
    kEmptyList,  ///< `member` of the answer is empty
    kUnknown,    ///< nothing is there under the parameter `member`: ResourceNotFoundException with `words`
    kRefused,    ///< `words` where the service has some, else AccessDeniedException
  };
  std::string_view name;
  Kind kind;
  std::string_view member = {};
  std::string_view words = {};
};

namespace {

using Kind = AbsentOperation::Kind;

constexpr std::string_view kExportTask = "The specified export task does not exist.";
constexpr std::string_view kDelivery = "Requested Delivery does not exist in this account.";
constexpr std::string_view kDeliverySource = "Requested Delivery Source does not exist in this account.";
constexpr std::string_view kDeliveryDestination = "Requested Delivery Destination does not exist in this account.";
constexpr std::string_view kDetector = "The specified anomaly detector does not exist.";
constexpr std::string_view kTable = "The specified lookup table does not exist.";
constexpr std::string_view kScheduled = "The specified scheduled query does not exist.";
constexpr std::string_view kIntegration = "The specified integration does not exist.";
constexpr std::string_view kImport = "The specified import does not exist.";
constexpr std::string_view kPolicy = "The specified policy does not exist.";
constexpr std::string_view kTransformer = "The specified log group has no transformer.";
constexpr std::string_view kBucket = "The given bucket does not exist. Please make sure the bucket is valid.";

constexpr AbsentOperation kAbsent[] = {
    {"DescribeAccountPolicies", Kind::kEmptyList, "accountPolicies"},
    {"DescribeConfigurationTemplates", Kind::kEmptyList, "configurationTemplates"},
    {"DescribeDeliveries", Kind::kEmptyList, "deliveries"},
    {"DescribeDeliveryDestinations", Kind::kEmptyList, "deliveryDestinations"},
    {"DescribeDeliverySources", Kind::kEmptyList, "deliverySources"},
    {"DescribeDestinations", Kind::kEmptyList, "destinations"},
    {"DescribeExportTasks", Kind::kEmptyList, "exportTasks"},
    {"DescribeFieldIndexes", Kind::kEmptyList, "fieldIndexes"},
    {"DescribeImportTasks", Kind::kEmptyList, "imports"},
    {"DescribeIndexPolicies", Kind::kEmptyList, "indexPolicies"},
    {"DescribeLookupTables", Kind::kEmptyList, "lookupTables"},
    {"DescribeResourcePolicies", Kind::kEmptyList, "resourcePolicies"},
    {"ListAggregateLogGroupSummaries", Kind::kEmptyList, "aggregateLogGroupSummaries"},
    {"ListAnomalies", Kind::kEmptyList, "anomalies"},
    {"ListIntegrations", Kind::kEmptyList, "integrationSummaries"},
    {"ListLogAnomalyDetectors", Kind::kEmptyList, "anomalyDetectors"},
    {"ListScheduledQueries", Kind::kEmptyList, "scheduledQueries"},
    {"ListSourcesForS3TableIntegration", Kind::kEmptyList, "sources"},
    {"ListSyslogConfigurations", Kind::kEmptyList, "syslogConfigurations"},

    {"CancelExportTask", Kind::kUnknown, "taskId", kExportTask},
    {"CancelImportTask", Kind::kUnknown, "importId", kImport},
    {"DescribeImportTaskBatches", Kind::kUnknown, "importId", kImport},
    {"GetDelivery", Kind::kUnknown, "id", kDelivery},
    {"DeleteDelivery", Kind::kUnknown, "id", kDelivery},
    {"UpdateDeliveryConfiguration", Kind::kUnknown, "id", kDelivery},
    {"GetDeliverySource", Kind::kUnknown, "name", kDeliverySource},
    {"DeleteDeliverySource", Kind::kUnknown, "name", kDeliverySource},
    {"GetDeliveryDestination", Kind::kUnknown, "name", kDeliveryDestination},
    {"DeleteDeliveryDestination", Kind::kUnknown, "name", kDeliveryDestination},
    {"GetDeliveryDestinationPolicy", Kind::kUnknown, "deliveryDestinationName", kDeliveryDestination},
    {"PutDeliveryDestinationPolicy", Kind::kUnknown, "deliveryDestinationName", kDeliveryDestination},
    {"DeleteDeliveryDestinationPolicy", Kind::kUnknown, "deliveryDestinationName", kDeliveryDestination},
    {"DeleteDestination", Kind::kUnknown, "destinationName", "The specified destination does not exist."},
    {"PutDestinationPolicy", Kind::kUnknown, "destinationName", "The specified destination does not exist."},
    {"DeleteResourcePolicy", Kind::kUnknown, "policyName", "Policy with name [{}] does not exist."},
    {"DeleteAccountPolicy", Kind::kUnknown, "policyName", kPolicy},
    {"GetDataProtectionPolicy", Kind::kUnknown, "logGroupIdentifier", kPolicy},
    {"DeleteDataProtectionPolicy", Kind::kUnknown, "logGroupIdentifier", kPolicy},
    {"DeleteIndexPolicy", Kind::kUnknown, "logGroupIdentifier", kPolicy},
    {"GetTransformer", Kind::kUnknown, "logGroupIdentifier", kTransformer},
    {"DeleteTransformer", Kind::kUnknown, "logGroupIdentifier", kTransformer},
    {"DeleteSyslogConfiguration", Kind::kUnknown, "logGroupIdentifier",
     "The specified syslog configuration does not exist."},
    {"GetLogAnomalyDetector", Kind::kUnknown, "anomalyDetectorArn", kDetector},
    {"DeleteLogAnomalyDetector", Kind::kUnknown, "anomalyDetectorArn", kDetector},
    {"UpdateLogAnomalyDetector", Kind::kUnknown, "anomalyDetectorArn", kDetector},
    {"UpdateAnomaly", Kind::kUnknown, "anomalyDetectorArn", kDetector},
    {"GetLookupTable", Kind::kUnknown, "lookupTableArn", kTable},
    {"DeleteLookupTable", Kind::kUnknown, "lookupTableArn", kTable},
    {"UpdateLookupTable", Kind::kUnknown, "lookupTableArn", kTable},
    {"GetScheduledQuery", Kind::kUnknown, "identifier", kScheduled},
    {"GetScheduledQueryHistory", Kind::kUnknown, "identifier", kScheduled},
    {"DeleteScheduledQuery", Kind::kUnknown, "identifier", kScheduled},
    {"UpdateScheduledQuery", Kind::kUnknown, "identifier", kScheduled},
    {"GetIntegration", Kind::kUnknown, "integrationName", kIntegration},
    {"DeleteIntegration", Kind::kUnknown, "integrationName", kIntegration},
    {"GetLogObject", Kind::kUnknown, "logObjectPointer", "The specified log object does not exist."},
    {"GetLogFields", Kind::kUnknown, "dataSourceName", "The specified data source does not exist."},

    {"CreateExportTask", Kind::kRefused, kInvalidParameter, kBucket},
    {"CreateDelivery", Kind::kRefused, kNotFound, kDeliverySource},
    {"PutDeliverySource", Kind::kRefused, kNotFound, "Cannot access provided service."},
    {"StartLiveTail", Kind::kRefused, "AccessDeniedException",
     "Live tail is not available on this server; ask FilterLogEvents again and again, as `aws logs tail --follow` "
     "does."},
    {"AssociateSourceToS3TableIntegration", Kind::kRefused},
    {"CreateImportTask", Kind::kRefused},
    {"CreateLogAnomalyDetector", Kind::kRefused},
    {"CreateLookupTable", Kind::kRefused},
    {"CreateScheduledQuery", Kind::kRefused},
    {"DisassociateSourceFromS3TableIntegration", Kind::kRefused},
    {"GetStorageTierPolicy", Kind::kRefused},
    {"PutAccountPolicy", Kind::kRefused},
    {"PutBearerTokenAuthentication", Kind::kRefused},
    {"PutDataProtectionPolicy", Kind::kRefused},
    {"PutDeliveryDestination", Kind::kRefused},
    {"PutDestination", Kind::kRefused},
    {"PutIndexPolicy", Kind::kRefused},
    {"PutIntegration", Kind::kRefused},
    {"PutResourcePolicy", Kind::kRefused},
    {"PutStorageTierPolicy", Kind::kRefused},
    {"PutSyslogConfiguration", Kind::kRefused},
    {"PutTransformer", Kind::kRefused},
    {"TestTransformer", Kind::kRefused},
};

}  // namespace

const AbsentOperation* find_absent_operation(std::string_view name) {
  const auto* const found = std::ranges::find(kAbsent, name, &AbsentOperation::name);
  return found == std::end(kAbsent) ? nullptr : found;
}

Outcome<Answer> answer_absent_operation(const AbsentOperation& operation, Call& call) {
  switch (operation.kind) {
    case Kind::kEmptyList:
      return Answer(Object{{std::string(operation.member), Value(Array{})}});
    case Kind::kUnknown: {
      const auto name = call.parameters.text(operation.member, {.min = 1, .max = 2'048, .required = true});
      RETURN_IF_FAULT(call.parameters.verdict());
      std::string words(operation.words);
      if (const auto place = words.find("{}"); place != std::string::npos) words.replace(place, 2, *name);
      return aws::refuse(std::string(kNotFound), std::move(words));
    }
    case Kind::kRefused:
      break;
  }
  if (!operation.words.empty()) return aws::refuse(std::string(operation.member), std::string(operation.words));
  return aws::refuse("AccessDeniedException", fmt::format("{} is not available on this server.", operation.name));
}

}  // namespace tetrascope::cloudwatch_logs
