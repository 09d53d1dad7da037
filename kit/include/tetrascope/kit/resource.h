#pragma once

#include <string>
#include <string_view>

#include "tetrascope/kit/attribute.h"

namespace tetrascope::kit {

/// What sends: service, process, host, container. Written once a batch, not once a span.
class Resource {
 public:
  /// `service.name=unknown_service`, host, process, container where the machine tells, then OTEL_RESOURCE_ATTRIBUTES,
  /// then OTEL_SERVICE_NAME. Source: OpenTelemetry resource SDK and its semantic conventions.
  static Resource detect();

  /// Replaces a value of the same key.
  Resource& set(std::string_view key, OwnedValue value);
  /// The text under `key`, or empty when there is none or it is no text.
  std::string_view text(std::string_view key) const;
  const OwnedAttributes& attributes() const { return attributes_; }

 private:
  OwnedAttributes attributes_;
};

}  // namespace tetrascope::kit
