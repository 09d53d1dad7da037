#pragma once
// Honeycomb's API keys: their shape alone says how a client means its datasets (dossier honeycomb_otlp 2.1, 2.2).

#include <string>
#include <string_view>

#include "net/http.h"

namespace tetrascope {

inline constexpr std::string_view kDefaultEnvironment = "default";
inline constexpr std::string_view kClassicEnvironment = "$classic";  ///< Classic has none; `$` cannot begin a real name

struct HoneycombKey {
  enum class Kind {
    kNone,         ///< no key: OTLP takes it all the same, the events API does not
    kClassic,      ///< 32 lower-case hex digits, or 64 characters of `hc[a-z]ic_[0-9a-z]*`
    kEnvironment,  ///< any other text
  };
  Kind kind = Kind::kNone;
  bool ingest_only = false;                            ///< an ingest key (`hc?ik_`, `hc?ic_`): may send, may not ask
  std::string_view environment = kDefaultEnvironment;  ///< where rows with this key are kept
};

HoneycombKey parse_honeycomb_key(std::string_view key);
/// From `X-Honeycomb-Team`, or its alias `X-Hny-Team`.
HoneycombKey honeycomb_key(const Headers& headers);

/// The dataset of OTLP rows of one resource (2.2). `service_name`: the resource's service.name, "" when it is missing
/// or not text. `header`: X-Honeycomb-Dataset. Errors: kUnauthenticated for traces and metrics of a Classic key without
/// header.
enum class OtlpSignal { kTraces, kLogs, kMetrics };
Result<std::string> otlp_dataset(const HoneycombKey& key, OtlpSignal signal, std::string_view service_name,
                                 std::string_view header);

}  // namespace tetrascope
