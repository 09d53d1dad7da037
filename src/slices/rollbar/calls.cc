#include "slices/rollbar/calls.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/inflate.h"
#include "model/members.h"
#include "slices/rollbar/item_report.h"

namespace tetrascope::rollbar {
namespace {

constexpr std::size_t kManagementBody = std::size_t{1} << 20;
constexpr std::int64_t kMostLimit = 5'000;
constexpr std::int64_t kMostPages = 1'000'000;

Route route_of(const StatePtr& state, std::string method, std::string pattern,
               std::function<Result<Response>(State&, const Request&)> call) {
  Route route;
  route.method = std::move(method);
  route.pattern = std::move(pattern);
  route.body_limit = kManagementBody;
  route.origins = Origins::kVendor;
  Handler handler = [state, call = std::move(call)](Request&& request, Respond respond) {
    auto answer = call(*state, request);
    respond(answer ? *std::move(answer) : refuse(state->middle, request, answer.error()));
  };
  route.handler = on_query_pool(state->middle, std::move(handler), [state](const Request& request, const Error& error) {
    return refuse(state->middle, request, error);
  });
  return route;
}

Object form_fields(std::string_view body) {
  Object fields;
  Request parsed;
  // The router's own reader of query strings: names and values are decoded, bad text is refused.
  if (!parse_target("/?" + std::string(body), parsed)) return fields;
  for (auto& [name, value] : parsed.query) fields.emplace_back(std::move(name), Value(std::move(value)));
  return fields;
}

/// The text fields of `multipart/form-data` (curl -F).
Object multipart_fields(std::string_view body) {
  Object fields;
  const std::string_view boundary = body.substr(0, body.find("\r\n"));
  if (!boundary.starts_with("--") || boundary.size() < 3) return fields;
  const std::string end = "\r\n" + std::string(boundary);
  while (fields.size() < 100) {
    const auto head = body.find("\r\n");
    const auto blank = body.find("\r\n\r\n");
    if (head == std::string_view::npos || blank == std::string_view::npos) break;
    const std::string_view headers = body.substr(head, blank - head);
    body.remove_prefix(blank + 4);
    const auto stop = body.find(end);
    if (stop == std::string_view::npos) break;
    const auto name = headers.find("name=\"");
    if (name != std::string_view::npos) {
      const std::string_view rest = headers.substr(name + 6);
      fields.emplace_back(std::string(rest.substr(0, rest.find('"'))), Value(std::string(body.substr(0, stop))));
    }
    body.remove_prefix(stop + 2);
  }
  return fields;
}

}  // namespace

Route project_route(const StatePtr& state, std::string method, std::string pattern, std::string_view scope,
                    ProjectCall call) {
  return route_of(state, std::move(method), std::move(pattern),
                  [scope, call = std::move(call)](State& in, const Request& request) -> Result<Response> {
                    std::string token;
                    std::int64_t project = 0;
                    if (request.method != "GET") {
                      // A body that cannot be read is refused by the call itself, once it is known who asks.
                      if (const auto fields = body_fields(request)) {
                        token = scalar_text(member(&*fields, "access_token"));
                        project = integer_of(member(&*fields, "project_id")).value_or(0);
                      }
                    }
                    ASSIGN_OR_RETURN(const Caller caller, in.access.authorize(request, scope, token, project));
                    return call(in, request, caller);
                  });
}

Route account_route(const StatePtr& state, std::string method, std::string pattern, AccountCall call) {
  return route_of(state, std::move(method), std::move(pattern),
                  [call = std::move(call)](State& in, const Request& request) -> Result<Response> {
                    RETURN_IF_ERROR(in.access.authorize_account(request));
                    return call(in, request);
                  });
}

Result<Value> body_fields(const Request& request) {
  std::string body;
  RETURN_IF_ERROR(inflate(request.headers.get("Content-Encoding"), request.body, kManagementBody, body));
  const auto start = body.find_first_not_of(" \t\r\n");
  if (start == std::string::npos) return Value(Object{});
  if (body[start] != '{' && body[start] != '[') {
    Object fields = request.content_type() == "multipart/form-data" ? multipart_fields(body) : form_fields(body);
    return Value(std::move(fields));
  }
  auto value = value_from_json(body);
  if (!value || value->as<Object>() == nullptr)
    return fail(ErrorCode::kMalformed, "The request body could not be parsed as a JSON object.");
  return value;
}

Result<std::int64_t> whole_number(std::string_view text, std::string_view name) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size())
    return fail(ErrorCode::kMalformed, fmt::format("Invalid {}: want a whole number.", name));
  return number;
}

Result<std::int64_t> number_parameter(const Request& request, std::string_view name, std::int64_t otherwise,
                                      std::int64_t least, std::int64_t most) {
  const auto text = request.query_value(name);
  if (!text || text->empty()) return otherwise;
  ASSIGN_OR_RETURN(const std::int64_t number, whole_number(*text, name));
  if (number < least || number > most)
    return fail(ErrorCode::kMalformed, fmt::format("Invalid {}: want {} to {}.", name, least, most));
  return number;
}

std::vector<std::string> list_parameter(const Request& request, std::string_view name) {
  std::vector<std::string> values;
  const std::string bracketed = std::string(name) + "[]";
  for (const auto& [key, value] : request.query) {
    if (key != name && key != bracketed) continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const std::string_view one = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(rest.size(), one.size() + 1));
      if (!one.empty()) values.emplace_back(one);
    }
  }
  return values;
}

Result<Page> page_of(const Request& request, std::int64_t standard_limit) {
  Page page;
  ASSIGN_OR_RETURN(page.number, number_parameter(request, "page", 1, 0, kMostPages));
  page.number = std::max<std::int64_t>(page.number, 1);  // some clients count from zero
  ASSIGN_OR_RETURN(const std::int64_t limit, number_parameter(request, "limit", standard_limit, 1, kMostLimit));
  page.limit = static_cast<std::uint64_t>(limit);
  return page;
}

Array page_part(std::vector<Value> all, const Page& page) {
  Array part;
  for (std::uint64_t i = page.offset(); i < all.size() && part.size() < page.limit; ++i)
    part.push_back(std::move(all[i]));
  return part;
}

}  // namespace tetrascope::rollbar
