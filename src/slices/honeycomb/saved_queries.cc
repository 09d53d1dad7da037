#include "slices/honeycomb/saved_queries.h"

#include <fmt/core.h>

#include <algorithm>
#include <random>

namespace tetrascope::honeycomb {
namespace {

constexpr std::string_view kQueries = "honeycomb.query";
constexpr std::string_view kResults = "honeycomb.result";
constexpr std::string_view kResultData = "honeycomb.result_data";
/// `data` lies in pieces that the store takes.
constexpr std::size_t kPieceBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxPieces = 2 * kMaxResultBytes / kPieceBytes;
constexpr std::size_t kIdLength = 11;

std::string base62(std::uint64_t number) {
  constexpr std::string_view kDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::string text(kIdLength, '0');
  for (char& digit : text) {
    digit = kDigits[number % 62];
    number /= 62;
  }
  return text;
}

const Value* stored_member(const Object& object, std::string_view key) {
  const auto found = std::ranges::find(object, key, &Object::value_type::first);
  return found == object.end() ? nullptr : &found->second;
}
template <class T>
T member_or(const Object& object, std::string_view key, T otherwise) {
  const Value* value = stored_member(object, key);
  const T* found = value == nullptr ? nullptr : value->as<T>();
  return found == nullptr ? otherwise : *found;
}

Value query_value(const SavedQuery& query) {
  return Object{{"id", Value(query.id)},
                {"environment", Value(query.environment)},
                {"dataset", Value(query.dataset)},
                {"spec", Value(query.spec)}};
}
SavedQuery query_of(const Object& object) {
  return {.id = member_or<std::string>(object, "id", ""),
          .environment = member_or<std::string>(object, "environment", ""),
          .dataset = member_or<std::string>(object, "dataset", ""),
          .spec = member_or<Object>(object, "spec", {})};
}

Result<std::optional<Object>> load(const Middle& middle, std::string_view space, std::string_view id) {
  if (id.empty() || id.size() > 64) return std::optional<Object>();
  ASSIGN_OR_RETURN(const auto document, middle.control.get(space, id));
  if (!document) return std::optional<Object>();
  ASSIGN_OR_RETURN(Value value, value_from_json(document->json));
  auto* object = std::get_if<Object>(&value.data);
  if (object == nullptr) return std::optional<Object>();
  return std::optional(std::move(*object));
}

std::string piece_key(std::string_view id, std::size_t piece) { return fmt::format("{}/{:04}", id, piece); }

/// The pieces as JSON strings; cut between characters, so that each is UTF-8.
std::vector<std::string> pieces_of(std::string_view data) {
  std::vector<std::string> pieces;
  while (!data.empty()) {
    std::size_t length = std::min(data.size(), kPieceBytes);
    while (length < data.size() && (static_cast<unsigned char>(data[length]) & 0xC0U) == 0x80) --length;
    std::string json;
    append_json_string(data.substr(0, length), json);
    pieces.push_back(std::move(json));
    data.remove_prefix(length);
  }
  return pieces;
}

Result<std::string> load_data(const Middle& middle, std::string_view id) {
  ASSIGN_OR_RETURN(const auto documents, middle.control.list(kResultData, std::string(id) + "/", "", kMaxPieces));
  std::string data;
  for (const auto& document : documents) {
    ASSIGN_OR_RETURN(const Value piece, value_from_json(document.json));
    if (const auto* text = piece.as<std::string>()) data += *text;
  }
  return data;
}

}  // namespace

std::string random_id() {
  thread_local std::mt19937_64 engine = [] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device()};
    return std::mt19937_64(seed);
  }();
  return base62(engine());
}

std::string stable_id(std::string_view text) { return base62(stable_hash(text)[0]); }

Result<std::string> save_query(const Middle& middle, SavedQuery query) {
  query.id.clear();
  query.id = stable_id(to_json(query_value(query)));
  const auto written = middle.control.put(std::string(kQueries), query.id, to_json(query_value(query)));
  if (!written) return std::unexpected(written.error());
  return query.id;
}

Result<std::optional<SavedQuery>> load_query(const Middle& middle, std::string_view environment,
                                             std::string_view dataset, std::string_view id) {
  ASSIGN_OR_RETURN(const auto object, load(middle, kQueries, id));
  if (!object) return std::optional<SavedQuery>();
  SavedQuery query = query_of(*object);
  if (query.environment != environment || query.dataset != dataset) return std::optional<SavedQuery>();
  return std::optional(std::move(query));
}

Result<void> save_result(const Middle& middle, const SavedResult& result) {
  Object object = {{"id", Value(result.id)},           {"query", query_value(result.query)},
                   {"from", Value(result.range.from)}, {"to", Value(result.range.to)},
                   {"series", Value(result.series)},   {"total", Value(result.total)},
                   {"other", Value(result.other)},     {"complete", Value(result.data.has_value())}};
  if (result.limit) object.emplace_back("limit", Value(static_cast<std::int64_t>(*result.limit)));
  if (result.failure) {
    object.emplace_back("failure", Value(Object{{"code", Value(static_cast<std::int64_t>(result.failure->code))},
                                                {"message", Value(result.failure->message)}}));
  }
  using Write = ControlWrite;
  std::vector<Write> writes = {
      {Write::Kind::kPut, std::string(kResults), result.id, to_json(Value(std::move(object))), {}}};
  if (result.data) {
    const auto pieces = pieces_of(*result.data);
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      writes.push_back({Write::Kind::kPut, std::string(kResultData), piece_key(result.id, i), pieces[i], {}});
    }
  }
  const auto written = middle.control.commit(writes);
  if (!written) return std::unexpected(written.error());
  return {};
}

void forget_result(const Middle& middle, std::string_view id) {
  // What stays behind when this fails is asked for by nobody.
  (void)middle.control.remove(std::string(kResults), std::string(id));
}

Result<std::optional<SavedResult>> load_result(const Middle& middle, std::string_view environment,
                                               std::string_view dataset, std::string_view id) {
  ASSIGN_OR_RETURN(const auto object, load(middle, kResults, id));
  if (!object) return std::optional<SavedResult>();
  SavedResult result;
  result.id = member_or<std::string>(*object, "id", "");
  result.query = query_of(member_or<Object>(*object, "query", {}));
  if (result.query.environment != environment || result.query.dataset != dataset) return std::optional<SavedResult>();
  result.range = {member_or<std::int64_t>(*object, "from", 0), member_or<std::int64_t>(*object, "to", 0)};
  result.series = member_or(*object, "series", true);
  result.total = member_or(*object, "total", false);
  result.other = member_or(*object, "other", false);
  if (const Value* limit = stored_member(*object, "limit"))
    result.limit = static_cast<std::size_t>(*limit->as<std::int64_t>());
  if (const Value* failure = stored_member(*object, "failure")) {
    const Object& why = *failure->as<Object>();
    result.failure = Error{static_cast<ErrorCode>(member_or<std::int64_t>(why, "code", 0)),
                           member_or<std::string>(why, "message", "")};
  }
  if (member_or(*object, "complete", false)) {
    ASSIGN_OR_RETURN(result.data, load_data(middle, id));
  }
  return std::optional(std::move(result));
}

}  // namespace tetrascope::honeycomb
