#pragma once
// The two encodings of a body, read into values. Only decode.cc and the tests of the encodings use this.

#include <string_view>
#include <vector>

#include "slices/honeycomb/event.h"

namespace tetrascope::honeycomb {

/// A body that is one value. Errors: kMalformed.
Result<Value> value_from_event_json(std::string_view body);
Result<Value> value_from_msgpack(std::string_view body);
/// Slower, for JSON with integers beyond 64 bits, which become doubles.
Result<Value> value_from_large_number_json(std::string_view body);

/// A body that is an array; an element that nests too deep is an error of its own. Errors: kMalformed.
Result<std::vector<Result<Value>>> items_from_json(std::string_view body);
Result<std::vector<Result<Value>>> items_from_msgpack(std::string_view body);
Result<std::vector<Result<Value>>> items_from_large_number_json(std::string_view body);

}  // namespace tetrascope::honeycomb
