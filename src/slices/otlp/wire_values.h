#pragma once
// AnyValue, KeyValue, Resource and InstrumentationScope from protobuf (dossier honeycomb_otlp 1.10).

#include <deque>
#include <string_view>

#include "slices/otlp/budget.h"
#include "slices/otlp/records.h"
#include "slices/otlp/wire.h"

namespace tetrascope::otlp {

/// Spends, or throws TooMuch.
inline void spend(Budget& budget, std::size_t bytes) {
  if (!budget.spend(bytes)) throw TooMuch{};
}

/// `message`: an AnyValue. What a view cannot hold goes to `values`. Throws protozero::exception.
AnyView read_any(std::string_view message, std::deque<Value>& values, Budget& budget);
/// `message`: a KeyValue; appended.
void read_attribute(std::string_view message, Attributes& out, std::deque<Value>& values, Budget& budget);

void read_resource(std::string_view message, ProducerRecord& out, Budget& budget);
void read_scope(std::string_view message, ProducerRecord& out, Budget& budget);

/// Ids as bytes. 24 and 12 bytes whose base64 is hex are ids that someone on the way took for base64: they are undone
/// (1.9).
NamedId<16> wire_trace_id(std::string_view bytes);
NamedId<8> wire_span_id(std::string_view bytes);

/// Enumerations that a column keeps in a byte: 0 for numbers that do not fit.
std::uint8_t small_enum(std::int64_t number);

}  // namespace tetrascope::otlp
