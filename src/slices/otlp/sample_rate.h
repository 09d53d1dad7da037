#pragma once
// How many items one stands for, as Honeycomb reads it from OTLP (dossier honeycomb_otlp 2.5).

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "slices/otlp/records.h"

namespace tetrascope::otlp {

/// What the attributes of an item, a scope or a resource say: the rates under `sampleRate` and `SampleRate`, 0 for
/// absent.
struct RateClaims {
  std::array<std::uint32_t, 2> rate{};
};
RateClaims rate_claims(std::span<const Attribute> attributes);

struct SampleRate {
  std::uint32_t rate = 1;
  std::string_view taken_key;  ///< the item's attribute that said it, which is not stored; "" when it was not the item
};
/// `sampleRate` before `SampleRate`; each from the item, else its scope, else its resource. Nullopt when none says.
std::optional<SampleRate> chosen_rate(const RateClaims& item, const RateClaims& scope, const RateClaims& resource);

/// 1 to 2^31-1 from an integer, a float (half rounds up) or a number as text; 1 from anything else.
std::uint32_t rate_of(const AnyView& value);

/// From W3C tracestate: `ot=…;th:HEX` (consistent probability sampling) or `th=HEX` among `;`-separated pairs.
/// `dice`: any 64 evenly spread bits; decide between two whole rates where the exact one lies between them.
std::optional<std::uint32_t> tracestate_rate(std::string_view trace_state, std::uint64_t dice);

}  // namespace tetrascope::otlp
