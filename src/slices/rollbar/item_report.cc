#include "slices/rollbar/item_report.h"

#include <fmt/core.h>
#include <simdjson.h>

#include <algorithm>
#include <array>

#include "model/members.h"
#include "net/http.h"
#include "slices/rollbar/answers.h"
#include "slices/rollbar/grouping.h"
#include "slices/rollbar/random_id.h"
#include "slices/rollbar/trace_tie.h"
#include "slices/whole_characters.h"

namespace tetrascope::rollbar {
namespace {

constexpr std::size_t kMaxName = 255;  // of environments, titles, contexts (1.5)
constexpr std::size_t kMaxUuid = 36;
constexpr std::size_t kMaxFrames = 1'000;  // of one exception
constexpr std::size_t kMaxChain = 50;
constexpr std::size_t kMaxStack = 64 << 10;  // bytes of the stack as text

std::unexpected<Error> missing_member(std::string_view path) {
  return invalid_format(fmt::format("{} is missing and it is required.", path));
}

bool is_absent(const Value* value) { return value == nullptr || value->missing(); }

Result<std::string> text_member(const Value& data, std::string_view name, std::size_t limit = kMaxName) {
  const Value* value = member(&data, name);
  if (is_absent(value)) return std::string();
  if (value->as<std::string>() == nullptr) return invalid_format(fmt::format("data.{} should be string.", name));
  return cut_text(text_of(value), limit);
}

/// One exception of `body.trace` or `body.trace_chain`, with views into it.
Result<ExceptionPart> read_trace(const Value& trace, std::string_view path) {
  const Value* exception = member(&trace, "exception");
  if (exception == nullptr || exception->as<Object>() == nullptr)
    return missing_member(fmt::format("{}.exception", path));
  if (member(exception, "class") == nullptr) return missing_member(fmt::format("{}.exception.class", path));
  const Value* message = member(exception, "message");
  if (!is_absent(message) && message->as<std::string>() == nullptr)
    return invalid_format(fmt::format("{}.exception.message should be string.", path));
  const Value* frames = member(&trace, "frames");
  if (is_absent(frames)) return missing_member(fmt::format("{}.frames", path));
  const Array* list = frames->as<Array>();
  if (list == nullptr) return invalid_format(fmt::format("{}.frames should be array.", path));
  ExceptionPart part{text_of(member(exception, "class")), text_of(message), {}};
  for (const Value& frame : *list) {
    if (part.frames.size() == kMaxFrames) break;
    part.frames.push_back({text_of(member(&frame, "filename")), text_of(member(&frame, "method"))});
  }
  return part;
}

/// Go's SDK sends the innermost frame first, all others last (0.6).
bool is_innermost_first(const Value& data, std::string_view language) {
  return text_of(member(&data, {"notifier", "name"})) == "rollbar/rollbar-go" || language == "go" ||
         language.starts_with("go ") || language.starts_with("go1");
}

/// The stack as people know it from their terminal: outermost frame first, the error at the end.
void append_stack(const Value& trace, bool reversed, std::string& out) {
  const Value* frames = member(&trace, "frames");
  const Array* list = frames == nullptr ? nullptr : frames->as<Array>();
  const std::size_t count = list == nullptr ? 0 : std::min(list->size(), kMaxFrames);
  for (std::size_t i = 0; i < count && out.size() < kMaxStack; ++i) {
    const Value& frame = (*list)[reversed ? count - 1 - i : i];
    out += fmt::format("  File \"{}\", line {}, in {}\n", text_of(member(&frame, "filename")),
                       scalar_text(member(&frame, "lineno")), text_of(member(&frame, "method")));
    if (const auto code = text_of(member(&frame, "code")); !code.empty()) out.append("    ").append(code).append("\n");
  }
  const Value* exception = member(&trace, "exception");
  out += fmt::format("{}: {}\n", text_of(member(exception, "class")), text_of(member(exception, "message")));
}

/// Class and what is said of it (2.5): the description goes before the message; one that names the class stands alone.
std::string exception_title(const Value& trace) {
  const Value* exception = member(&trace, "exception");
  const std::string_view type = text_of(member(exception, "class"));
  std::string_view said = text_of(member(exception, "description"));
  if (said.empty()) said = text_of(member(exception, "message"));
  if (said.empty()) return std::string(type);
  if (said.find(std::string(type) + ":") != std::string_view::npos) return std::string(said);
  return fmt::format("{}: {}", type, said);
}

std::string first_line(std::string_view text) {
  const auto start = text.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return "";
  text = text.substr(start);
  return std::string(text.substr(0, text.find_first_of("\r\n")));
}

Result<void> read_exceptions(const Value& data, const std::vector<const Value*>& traces, std::string_view path,
                             ItemReport& out) {
  const bool reversed = is_innermost_first(data, out.language);
  std::vector<ExceptionPart> chain;
  for (std::size_t i = 0; i < traces.size(); ++i) {
    const std::string where = path == "data.body.trace" ? std::string(path) : fmt::format("{}[{}]", path, i);
    ASSIGN_OR_RETURN(ExceptionPart part, read_trace(*traces[i], where));
    if (reversed) std::ranges::reverse(part.frames);
    chain.push_back(std::move(part));
  }
  out.is_exception = true;
  out.exception_type = chain.front().type;
  out.exception_message = chain.front().message;
  out.fingerprint = fingerprint_of_exception(chain, text_of(member(&data, {"server", "root"})));
  out.title = first_line(exception_title(*traces.front()));
  out.stacktrace = "Traceback (most recent call last):\n";
  for (const Value* trace : traces) append_stack(*trace, reversed, out.stacktrace);
  if (out.stacktrace.size() > kMaxStack) out.stacktrace = cut_text(out.stacktrace, kMaxStack);
  return {};
}

Result<void> read_message(std::string_view text, ItemReport& out) {
  out.exception_message = text;
  out.fingerprint = fingerprint_of_message(text);
  out.title = first_line(text);
  return {};
}

/// Exactly one of four forms (1.3, 1.5).
Result<void> read_body(const Value& data, ItemReport& out) {
  const Value* body = member(&data, "body");
  if (is_absent(body)) {
    return invalid_format(
        "data.body must not be undefined. Instead, it should be an object with a 'message', 'trace', 'trace_chain', "
        "or 'crash_report' key.");
  }
  constexpr std::array<std::string_view, 4> kForms = {"trace", "trace_chain", "message", "crash_report"};
  const auto forms = std::ranges::count_if(kForms, [&](auto form) { return !is_absent(member(body, form)); });
  if (forms != 1) {
    return invalid_format(
        "data.body must have either a 'trace', 'trace_chain', 'message' or 'crash_report' property, (but not more "
        "than one).");
  }
  const Value* telemetry = member(body, "telemetry");
  if (!is_absent(telemetry) && telemetry->as<Array>() == nullptr)
    return invalid_format("data.body.telemetry should be array.");
  if (const Value* trace = member(body, "trace"); !is_absent(trace))
    return read_exceptions(data, {trace}, "data.body.trace", out);
  if (const Value* chain = member(body, "trace_chain"); !is_absent(chain)) {
    const Array* list = chain->as<Array>();
    if (list == nullptr || list->empty()) return invalid_format("data.body.trace_chain should be a non-empty array.");
    std::vector<const Value*> traces;
    for (const Value& trace : *list) {
      if (traces.size() < kMaxChain) traces.push_back(&trace);
    }
    return read_exceptions(data, traces, "data.body.trace_chain", out);
  }
  if (const Value* report = member(body, "crash_report"); !is_absent(report)) {
    const Value* raw = member(report, "raw");
    if (is_absent(raw)) return missing_member("data.body.crash_report.raw");
    return read_message(text_of(raw), out);
  }
  const Value* text = member(body, {"message", "body"});
  if (is_absent(text)) return missing_member("data.body.message.body");
  if (text->as<std::string>() == nullptr) return invalid_format("data.body.message.body should be string.");
  return read_message(text_of(text), out);
}

std::string level_of(std::string_view sent, bool is_exception) {
  constexpr std::array<std::string_view, 5> kLevels = {"critical", "error", "warning", "info", "debug"};
  if (std::ranges::find(kLevels, sent) != kLevels.end()) return std::string(sent);
  if (sent == "warn") return "warning";
  if (sent == "log") return "info";
  return is_exception ? "error" : "info";
}

/// A browser's own version before the top-level one before the server's (11).
std::string code_version_of(const Value& data, std::string_view platform) {
  const Value* browser = member(&data, {"client", "javascript", "code_version"});
  if (platform == "browser" && !is_absent(browser)) return scalar_text(browser);
  for (const Value* version : {member(&data, "code_version"), member(&data, {"server", "code_version"}), browser,
                               member(&data, {"server", "sha"})}) {
    if (std::string text = scalar_text(version); !text.empty()) return text;
  }
  return "";
}

Result<void> read_person(const Value& data, ItemReport& out) {
  const Value* person = member(&data, "person");
  if (is_absent(person) || person->as<Object>() == nullptr || person->as<Object>()->empty()) return {};
  const Value* id = member(person, "id");
  if (is_absent(id)) return missing_member("data.person.id");
  out.person_id = cut_text(scalar_text(id), kMaxName);
  return {};
}

Result<ItemReport> read_report(const Value& data) {
  if (data.as<Object>() == nullptr) return invalid_format("data should be object.");
  ItemReport out;
  if (is_absent(member(&data, "environment"))) return missing_member("data.environment");
  ASSIGN_OR_RETURN(out.environment, text_member(data, "environment"));
  ASSIGN_OR_RETURN(const std::string level, text_member(data, "level"));
  ASSIGN_OR_RETURN(out.platform, text_member(data, "platform"));
  ASSIGN_OR_RETURN(out.language, text_member(data, "language"));
  ASSIGN_OR_RETURN(out.framework, text_member(data, "framework"));
  ASSIGN_OR_RETURN(const std::string fingerprint, text_member(data, "fingerprint", kMaxItemBody));
  ASSIGN_OR_RETURN(const std::string title, text_member(data, "title"));
  ASSIGN_OR_RETURN(out.uuid, text_member(data, "uuid", kMaxItemBody));
  const Value* context = member(&data, "context");
  if (!is_absent(context) && context->as<std::string>() == nullptr)
    return invalid_format("data.context object value found, but a null is required.");
  out.context = cut_text(text_of(context), kMaxName);
  RETURN_IF_ERROR(read_body(data, out));
  RETURN_IF_ERROR(read_person(data, out));
  if (out.environment.empty()) return missing_member("data.environment");
  if (out.uuid.size() > kMaxUuid) return invalid_format("data.uuid should be at most 36 characters.");
  if (out.uuid.empty()) out.uuid = random_hex(16);
  out.level = level_of(level, out.is_exception);
  if (!fingerprint.empty()) out.fingerprint = fingerprint_of_client(fingerprint);
  if (!title.empty()) out.title = title;
  if (out.title.empty()) out.title = "(empty message)";
  out.title = cut_text(out.title, kMaxName);
  out.code_version = cut_text(code_version_of(data, out.platform), kMaxName);
  out.notifier = text_of(member(&data, {"notifier", "name"}));
  out.host = text_of(member(&data, {"server", "host"}));
  out.user_ip = text_of(member(&data, {"request", "user_ip"}));
  out.request_url = text_of(member(&data, {"request", "url"}));
  out.request_method = text_of(member(&data, {"request", "method"}));
  const TraceTie tie = tie_of_data(data);
  out.trace_id = tie.trace_id;
  out.span_id = tie.span_id;
  if (const Value* custom = member(&data, "custom"); custom != nullptr && custom->as<Object>() != nullptr)
    out.custom = *custom->as<Object>();
  return out;
}

/// What a report is made of. The rest of a frame (its locals, the lines around it) and telemetry, most of an item, stay
/// in the document.
bool is_used(std::span<const std::string_view> path) {
  if (path.front() == "data") path = path.subspan(1);
  if (path.size() < 3 || path[0] != "body") return true;
  if (path[1] == "telemetry") return false;
  constexpr std::array<std::string_view, 4> kOfFrame = {"filename", "lineno", "method", "code"};
  if (path.size() < 4 || path[2] != "frames" || (path[1] != "trace" && path[1] != "trace_chain")) return true;
  return std::ranges::find(kOfFrame, path[3]) != kOfFrame.end();
}

/// `data` of the wrapped form; the value itself otherwise.
const Value& data_of(const Value& item) {
  const Value* data = member(&item, "data");
  return data == nullptr ? item : *data;
}

/// The bytes of each item's `data`, in order. The text is known to be JSON: value_from_json() has read it.
bool read_documents(std::string_view json, std::vector<std::string>& out) {
  simdjson::ondemand::parser parser;
  const simdjson::padded_string padded(json);
  simdjson::ondemand::document document;
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS) return false;
  const auto add = [&](simdjson::ondemand::object item) {
    // The last of several members counts, as for every other one.
    std::string_view found;
    for (auto field : item) {
      std::string_view key;
      simdjson::ondemand::object data;
      if (field.unescaped_key().get(key) != simdjson::SUCCESS) return false;
      if (key != "data") continue;
      if (field.value().get_object().get(data) != simdjson::SUCCESS) return false;
      if (data.raw_json().get(found) != simdjson::SUCCESS) return false;
    }
    if (found.empty()) {
      if (item.reset().error() != simdjson::SUCCESS || item.raw_json().get(found) != simdjson::SUCCESS) return false;
    }
    out.emplace_back(found);
    return true;
  };
  simdjson::ondemand::json_type type{};
  if (document.type().get(type) != simdjson::SUCCESS) return false;
  if (type == simdjson::ondemand::json_type::array) {
    simdjson::ondemand::array items;
    if (document.get_array().get(items) != simdjson::SUCCESS) return false;
    for (auto element : items) {
      simdjson::ondemand::object item;
      if (element.get_object().get(item) != simdjson::SUCCESS || !add(item)) return false;
    }
    return true;
  }
  simdjson::ondemand::object item;
  return document.get_object().get(item) == simdjson::SUCCESS && add(item);
}

Result<std::vector<ItemReport>> read_reports(std::string_view json, const Value& root) {
  std::vector<const Value*> items;
  if (const Array* list = root.as<Array>()) {
    if (list->size() > kMaxItemsOfBody)
      return invalid_format(fmt::format("{} items in one body, want at most {}.", list->size(), kMaxItemsOfBody));
    for (const Value& item : *list) items.push_back(&item);
  } else {
    items.push_back(&root);
  }
  if (items.empty()) return missing_member("data");
  std::vector<ItemReport> reports;
  for (const Value* item : items) {
    ASSIGN_OR_RETURN(ItemReport report, read_report(data_of(*item)));
    reports.push_back(std::move(report));
  }
  std::vector<std::string> documents;
  if (!read_documents(json, documents) || documents.size() != reports.size())
    return fail(ErrorCode::kMalformed, "The request body could not be parsed as JSON.");
  for (std::size_t i = 0; i < reports.size(); ++i) reports[i].document = std::move(documents[i]);
  return reports;
}

}  // namespace

std::string cut_text(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return std::string(text);
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U) --bytes;
  return std::string(text.substr(0, bytes));
}

std::string_view json_of_body(std::string_view body, std::string& buffer) {
  const auto start = body.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (start == std::string_view::npos) return {};
  if (body[start] == '{' || body[start] == '[') return body.substr(start);
  std::string_view rest = body.substr(start);
  while (!rest.empty()) {
    const std::string_view field = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), field.size() + 1));
    if (!field.starts_with("payload=")) continue;
    std::string encoded(field.substr(8));
    std::ranges::replace(encoded, '+', ' ');
    buffer = percent_decode(encoded);
    return buffer;
  }
  return {};
}

ItemBody decode_item_body(std::string_view body) {
  std::string buffer;
  std::string_view json = json_of_body(body, buffer);
  auto root = value_from_json(json, is_used);
  std::optional<std::string> mended;
  if (!root) mended = with_whole_characters(json);
  if (mended) {
    json = *mended;
    root = value_from_json(json, is_used);
  }
  if (!root) return {"", fail(ErrorCode::kMalformed, "The request body could not be parsed as JSON.")};
  const Array* list = root->as<Array>();
  const Value* first = list != nullptr && !list->empty() ? &list->front() : &*root;
  return {std::string(text_of(member(first, "access_token"))), read_reports(json, *root)};
}

}  // namespace tetrascope::rollbar
