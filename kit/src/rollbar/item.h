#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "rollbar/stack.h"
#include "tetrascope/kit/rollbar.h"

namespace tetrascope::kit {

struct Cause {
  std::string type;
  std::string message;
  Addresses stack;
};

struct TelemetryEntry {
  std::uint64_t time_ms = 0;
  RollbarLevel level = RollbarLevel::kInfo;
  std::string message;
};

/// All of an occurrence, as it was taken down on the thread that reported it.
struct Item {
  RollbarLevel level = RollbarLevel::kError;
  std::uint64_t unix_seconds = 0;
  std::string uuid;
  std::vector<Cause> chain;  // the exception, then what it was nested on; empty: a message
  std::string message;
  std::string context;
  RollbarRequest request;
  RollbarPerson person;
  RollbarFields custom;
  std::string trace_id;
  std::string span_id;
  std::vector<TelemetryEntry> telemetry;
  std::string record_file;  // of a crash: removed once the service has answered
};

/// Of all that a program can make long.
std::size_t queued_bytes(const Item& item) noexcept;

const char* level_name(RollbarLevel level);

/// The body of POST item, scrubbed and within options.payload_bytes. Resolves stacks.
std::string write_item(const RollbarOptions& options, const Item& item);

}  // namespace tetrascope::kit
