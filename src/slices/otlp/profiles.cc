#include "slices/otlp/profiles.h"

#include <array>
#include <string>

#include "slices/otlp/json_document.h"
#include "slices/otlp/json_reader.h"
#include "slices/otlp/wire.h"

namespace tetrascope::otlp {
namespace {

/// Request{1 ResourceProfiles{2 ScopeProfiles{2 Profile}}}
std::uint64_t count_messages(std::string_view message, int level) {
  const std::uint32_t wanted = level == 0 ? 1 : 2;
  std::uint64_t count = 0;
  for (Fields fields(message); fields.next();) {
    if (fields.number() != wanted) {
      fields.skip();
      continue;
    }
    const std::string_view inner = fields.bytes();
    count += level == 2 ? 1 : count_messages(inner, level + 1);
  }
  return count;
}

std::uint64_t count_members(JsonReader& in, const JsonValue& value, std::size_t level) {
  constexpr std::array<std::string_view, 3> kNames = {"resourceProfiles", "scopeProfiles", "profiles"};
  std::uint64_t count = 0;
  in.members(value, [&](std::string_view name, const JsonValue& member) {
    if (name != kNames[level]) return;
    in.items(member, [&](const JsonValue& item) { count += level == 2 ? 1 : count_members(in, item, level + 1); });
  });
  return count;
}

}  // namespace

Result<std::uint64_t> count_profiles(Format format, std::string_view body) {
  if (format == Format::kJson) {
    JsonDocument document;
    RETURN_IF_ERROR(document.parse(body));
    Budget budget;
    JsonReader in(budget);
    const std::uint64_t count = count_members(in, document.root(), 0);
    RETURN_IF_ERROR(in.result());
    return count;
  }
  try {
    return count_messages(body, 0);
  } catch (const protozero::exception& error) {
    return fail(ErrorCode::kMalformed, std::string(reason_of(error)));
  }
}

}  // namespace tetrascope::otlp
