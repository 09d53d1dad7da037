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

using Absence = AbsentOperation::Kind;

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
    {"DescribeAccountPolicies", Absence::kEmptyList, "accountPolicies"},
    {"DescribeConfigurationTemplates", Absence::kEmptyList, "configurationTemplates"},
    {"DescribeDeliveries", Absence::kEmptyList, "deliveries"},
    {"DescribeDeliveryDestinations", Absence::kEmptyList, "deliveryDestinations"},
    {"DescribeDeliverySources", Absence::kEmptyList, "deliverySources"},
    {"DescribeDestinations", Absence::kEmptyList, "destinations"},
    {"DescribeExportTasks", Absence::kEmptyList, "exportTasks"},
    {"DescribeFieldIndexes", Absence::kEmptyList, "fieldIndexes"},
    {"DescribeImportTasks", Absence::kEmptyList, "imports"},
    {"DescribeIndexPolicies", Absence::kEmptyList, "indexPolicies"},
    {"DescribeLookupTables", Absence::kEmptyList, "lookupTables"},
    {"DescribeResourcePolicies", Absence::kEmptyList, "resourcePolicies"},
    {"ListAggregateLogGroupSummaries", Absence::kEmptyList, "aggregateLogGroupSummaries"},
    {"ListAnomalies", Absence::kEmptyList, "anomalies"},
    {"ListIntegrations", Absence::kEmptyList, "integrationSummaries"},
    {"ListLogAnomalyDetectors", Absence::kEmptyList, "anomalyDetectors"},
    {"ListScheduledQueries", Absence::kEmptyList, "scheduledQueries"},
    {"ListSourcesForS3TableIntegration", Absence::kEmptyList, "sources"},
    {"ListSyslogConfigurations", Absence::kEmptyList, "syslogConfigurations"},

    {"CancelExportTask", Absence::kUnknown, "taskId", kExportTask},
    {"CancelImportTask", Absence::kUnknown, "importId", kImport},
    {"DescribeImportTaskBatches", Absence::kUnknown, "importId", kImport},
    {"GetDelivery", Absence::kUnknown, "id", kDelivery},
    {"DeleteDelivery", Absence::kUnknown, "id", kDelivery},
    {"UpdateDeliveryConfiguration", Absence::kUnknown, "id", kDelivery},
    {"GetDeliverySource", Absence::kUnknown, "name", kDeliverySource},
    {"DeleteDeliverySource", Absence::kUnknown, "name", kDeliverySource},
    {"GetDeliveryDestination", Absence::kUnknown, "name", kDeliveryDestination},
    {"DeleteDeliveryDestination", Absence::kUnknown, "name", kDeliveryDestination},
    {"GetDeliveryDestinationPolicy", Absence::kUnknown, "deliveryDestinationName", kDeliveryDestination},
    {"PutDeliveryDestinationPolicy", Absence::kUnknown, "deliveryDestinationName", kDeliveryDestination},
    {"DeleteDeliveryDestinationPolicy", Absence::kUnknown, "deliveryDestinationName", kDeliveryDestination},
    {"DeleteDestination", Absence::kUnknown, "destinationName", "The specified destination does not exist."},
    {"PutDestinationPolicy", Absence::kUnknown, "destinationName", "The specified destination does not exist."},
    {"DeleteResourcePolicy", Absence::kUnknown, "policyName", "Policy with name [{}] does not exist."},
    {"DeleteAccountPolicy", Absence::kUnknown, "policyName", kPolicy},
    {"GetDataProtectionPolicy", Absence::kUnknown, "logGroupIdentifier", kPolicy},
    {"DeleteDataProtectionPolicy", Absence::kUnknown, "logGroupIdentifier", kPolicy},
    {"DeleteIndexPolicy", Absence::kUnknown, "logGroupIdentifier", kPolicy},
    {"GetTransformer", Absence::kUnknown, "logGroupIdentifier", kTransformer},
    {"DeleteTransformer", Absence::kUnknown, "logGroupIdentifier", kTransformer},
    {"DeleteSyslogConfiguration", Absence::kUnknown, "logGroupIdentifier",
     "The specified syslog configuration does not exist."},
    {"GetLogAnomalyDetector", Absence::kUnknown, "anomalyDetectorArn", kDetector},
    {"DeleteLogAnomalyDetector", Absence::kUnknown, "anomalyDetectorArn", kDetector},
    {"UpdateLogAnomalyDetector", Absence::kUnknown, "anomalyDetectorArn", kDetector},
    {"UpdateAnomaly", Absence::kUnknown, "anomalyDetectorArn", kDetector},
    {"GetLookupTable", Absence::kUnknown, "lookupTableArn", kTable},
    {"DeleteLookupTable", Absence::kUnknown, "lookupTableArn", kTable},
    {"UpdateLookupTable", Absence::kUnknown, "lookupTableArn", kTable},
    {"GetScheduledQuery", Absence::kUnknown, "identifier", kScheduled},
    {"GetScheduledQueryHistory", Absence::kUnknown, "identifier", kScheduled},
    {"DeleteScheduledQuery", Absence::kUnknown, "identifier", kScheduled},
    {"UpdateScheduledQuery", Absence::kUnknown, "identifier", kScheduled},
    {"GetIntegration", Absence::kUnknown, "integrationName", kIntegration},
    {"DeleteIntegration", Absence::kUnknown, "integrationName", kIntegration},
    {"GetLogObject", Absence::kUnknown, "logObjectPointer", "The specified log object does not exist."},
    {"GetLogFields", Absence::kUnknown, "dataSourceName", "The specified data source does not exist."},

    {"CreateExportTask", Absence::kRefused, kInvalidParameter, kBucket},
    {"CreateDelivery", Absence::kRefused, kNotFound, kDeliverySource},
    {"PutDeliverySource", Absence::kRefused, kNotFound, "Cannot access provided service."},
    {"AssociateSourceToS3TableIntegration", Absence::kRefused},
    {"CreateImportTask", Absence::kRefused},
    {"CreateLogAnomalyDetector", Absence::kRefused},
    {"CreateLookupTable", Absence::kRefused},
    {"CreateScheduledQuery", Absence::kRefused},
    {"DisassociateSourceFromS3TableIntegration", Absence::kRefused},
    {"GetStorageTierPolicy", Absence::kRefused},
    {"PutAccountPolicy", Absence::kRefused},
    {"PutBearerTokenAuthentication", Absence::kRefused},
    {"PutDataProtectionPolicy", Absence::kRefused},
    {"PutDeliveryDestination", Absence::kRefused},
    {"PutDestination", Absence::kRefused},
    {"PutIndexPolicy", Absence::kRefused},
    {"PutIntegration", Absence::kRefused},
    {"PutResourcePolicy", Absence::kRefused},
    {"PutStorageTierPolicy", Absence::kRefused},
    {"PutSyslogConfiguration", Absence::kRefused},
    {"PutTransformer", Absence::kRefused},
    {"TestTransformer", Absence::kRefused},
};

}  // namespace

const AbsentOperation* find_absent_operation(std::string_view name) {
  const auto* const found = std::ranges::find(kAbsent, name, &AbsentOperation::name);
  return found == std::end(kAbsent) ? nullptr : found;
}

Outcome<Answer> answer_absent_operation(const AbsentOperation& operation, Call& call) {
  switch (operation.kind) {
    case Absence::kEmptyList:
      return Answer(Object{{std::string(operation.member), Value(Array{})}});
    case Absence::kUnknown: {
      const auto name = call.parameters.text(operation.member, {.min = 1, .max = 2'048, .required = true});
      RETURN_IF_FAULT(call.parameters.verdict());
      std::string words(operation.words);
      if (const auto place = words.find("{}"); place != std::string::npos) words.replace(place, 2, *name);
      return aws::refuse(std::string(kNotFound), std::move(words));
    }
    case Absence::kRefused:
      break;
  }
  if (!operation.words.empty()) return aws::refuse(std::string(operation.member), std::string(operation.words));
  return aws::refuse("AccessDeniedException", fmt::format("{} is not available on this server.", operation.name));
}

}  // namespace tetrascope::cloudwatch_logs
