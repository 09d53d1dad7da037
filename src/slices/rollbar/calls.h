#pragma once
// What every call of the management API does first and last: who asks, what for, in which shape it is answered.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "slices/rollbar/answers.h"
#include "slices/rollbar/state.h"

namespace tetrascope::rollbar {

/// Answers `request` for `caller`; errors take the vendor's shape.
using ProjectCall = std::function<Result<Response>(State&, const Request&, const Caller&)>;
using AccountCall = std::function<Result<Response>(State&, const Request&)>;

/// Routes of calls for one project, by a token with `scope`. They may look into the rows, so they run on the pool for
/// questions.
Route project_route(const StatePtr& state, std::string method, std::string pattern, std::string_view scope,
                    ProjectCall call);
/// For the whole account.
Route account_route(const StatePtr& state, std::string method, std::string pattern, AccountCall call);

/// The members of a body: JSON, a form, or multipart with fields of text. An empty body has none.
/// Errors: kMalformed.
Result<Value> body_fields(const Request& request);

/// Whole numbers in paths and query strings. Errors: kMalformed, naming the parameter.
Result<std::int64_t> whole_number(std::string_view text, std::string_view name);
/// `otherwise` when it is not there. Errors: kMalformed (no number, or outside of [least, most]).
Result<std::int64_t> number_parameter(const Request& request, std::string_view name, std::int64_t otherwise,
                                      std::int64_t least, std::int64_t most);
/// A parameter that may come several times, as `name` or `name[]`, or once with commas.
std::vector<std::string> list_parameter(const Request& request, std::string_view name);

/// Pages of lists: `page` from 1, `limit` of at most 5,000.
struct Page {
  std::int64_t number = 1;
  std::uint64_t limit = 0;
  [[nodiscard]] std::uint64_t offset() const { return (static_cast<std::uint64_t>(number) - 1) * limit; }
};
Result<Page> page_of(const Request& request, std::int64_t standard_limit);
/// The part of `all` that a page shows.
Array page_part(std::vector<Value> all, const Page& page);

}  // namespace tetrascope::rollbar
