#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/http_client.h"
#include "tetrascope/kit/exporter.h"

namespace tetrascope::kit {

/// Posts OTLP requests of one signal.
class OtlpSender {
 public:
  /// `records`: what the signal's records are called in messages, as `spans`.
  OtlpSender(OtlpHttpOptions options, std::string records);

  /// `request` holds `count` records. Tries again while the answer asks for it; says once a cause why not.
  ExportCounts send(std::string_view request, std::uint64_t count, Deadline& deadline);
  void after_fork() { client_.after_fork(); }

 private:
  const OtlpHttpOptions options_;
  const std::string records_;
  HttpClient client_;
  std::string zipped_;
};

}  // namespace tetrascope::kit
