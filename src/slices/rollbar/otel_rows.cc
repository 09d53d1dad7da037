#include "slices/rollbar/otel_rows.h"

#include <re2/re2.h>

#include <algorithm>
#include <charconv>

#include "slices/rollbar/answers.h"
#include "slices/rollbar/plans.h"

namespace tetrascope::rollbar {
namespace {

using plan::call;
using plan::column;
using plan::ExprPtr;
using plan::Function;
using plan::Level;
using plan::literal;

constexpr std::int64_t kErrorSeverity = 17;  // OpenTelemetry's ERROR
constexpr std::int64_t kKeyLength = 16'000;  // characters: it has to travel back as a parameter

ExprPtr text(std::string value) { return literal(Value(std::move(value))); }

ExprPtr without_digits(ExprPtr expr) {
  for (char digit = '0'; digit <= '9'; ++digit)
    expr = call(Function::kReplace, {std::move(expr), text(std::string(1, digit)), text("")});
  return expr;
}

ExprPtr shortened(ExprPtr expr) {
  return call(Function::kSubstring, {std::move(expr), literal(Value(0)), literal(Value(kKeyLength))});
}

ExprPtr exception_key() {
  const ExprPtr message = column("exception_message");
  const ExprPtr stack = column("stacktrace");
  const ExprPtr has_no_message = equals(message, std::string());
  const ExprPtr frames =
      call(Function::kIf,
           {has_no_message, stack,
            call(Function::kReplace, {stack, call(Function::kIf, {has_no_message, text("\n"), message}), text("")})});
  const ExprPtr said =
      call(Function::kIf, {equals(stack, std::string()), without_digits(message), without_digits(frames)});
  return shortened(call(Function::kConcat, {text("E"), column("exception_type"), text("\n"), said}));
}

ExprPtr log_key() {
  return shortened(call(Function::kConcat, {text(std::string(1, kLogKey)), without_digits(column("body"))}));
}

/// OpenTelemetry's name of the environment, the old one too.
ExprPtr deployment() {
  return call(Function::kCoalesce,
              {plan::attribute(Level::kResource, "deployment.environment.name", plan::Type::kString),
               plan::attribute(Level::kResource, "deployment.environment", plan::Type::kString), text("unspecified")});
}

ExprPtr severity_level() {
  const auto from = [](std::int64_t least) {
    return call(Function::kGe, {column("severity_number"), literal(Value(least))});
  };
  return call(Function::kIf, {from(21), text("critical"), text("error")});
}

/// Log records that are exceptions stand among the occurrences already.
ExprPtr is_plain_error_record() {
  ExprPtr condition = call(Function::kGe, {column("severity_number"), literal(Value(kErrorSeverity))});
  for (const std::string_view name : {"exception.type", "exception.message", "exception.stacktrace"})
    condition = plan::both(condition, call(Function::kIsMissing, {text_attribute(name)}));
  return condition;
}

std::vector<plan::Named> columns_of(bool log, bool details) {
  std::vector<plan::Named> columns = {{"key", log ? log_key() : exception_key()},
                                      {"environment", deployment()},
                                      {"time", column("time")},
                                      {"received", column("received")}};
  if (!details) return columns;
  const auto add = [&](std::string name, ExprPtr expr) { columns.push_back({std::move(name), std::move(expr)}); };
  add("level", log ? severity_level() : column("level"));
  add("language", log ? text("") : column("language"));
  add("type", log ? text("") : column("exception_type"));
  add("message", column(log ? "body" : "exception_message"));
  add("stack", log ? text("") : column("stacktrace"));
  add("trace_id", call(Function::kIdText, {column("trace_id")}));
  add("span_id", call(Function::kIdText, {column("span_id")}));
  add("id", log ? text("") : call(Function::kIdText, {column("occurrence_id")}));
  add("attributes", plan::all_attributes(Level::kItem));
  add("resource", plan::all_attributes(Level::kResource));
  return columns;
}

std::int64_t number_of_text(std::string_view text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

std::vector<plan::TableRead> otel_error_reads(const Project* project, bool details) {
  std::vector<plan::TableRead> reads;
  for (const bool log : {false, true}) {
    plan::TableRead read;
    read.table = log ? plan::Table::kLogs : plan::Table::kOccurrences;
    read.where =
        log ? is_plain_error_record() : call(Function::kNe, {column("protocol"), text(std::string(kProtocol))});
    if (project == nullptr) {
      read.columns = {{"honeycomb", column("environment")}, {"service", column("service")}};
    } else {
      read.columns = columns_of(log, details);
      read.where = plan::both(read.where, plan::both(equals(column("environment"), project->environment),
                                                     equals(column("service"), project->service)));
    }
    reads.push_back(std::move(read));
  }
  return reads;
}

Array frames_of_stack(std::string_view stack) {
  static const RE2 kPython(R"re(^\s*File "([^"]+)", line (\d+)(?:, in (.+))?$)re");
  static const RE2 kScript(R"re(^\s*at (?:(.+?) \()?([^()]+?):(\d+):\d+\)?$)re");
  static const RE2 kJava(R"re(^\s*at ([\w.$<>/]+)\(([^:()]+)(?::(\d+))?\)$)re");
  Array frames;
  bool innermost_first = false;
  while (!stack.empty() && frames.size() < 1'000) {
    const std::string_view line = stack.substr(0, stack.find('\n'));
    stack.remove_prefix(std::min(stack.size(), line.size() + 1));
    const re2::StringPiece piece(line.data(), line.size());
    std::string file, number, method;
    if (RE2::FullMatch(piece, kPython, &file, &number, &method)) {
      innermost_first = false;
    } else if (RE2::FullMatch(piece, kScript, &method, &file, &number) ||
               RE2::FullMatch(piece, kJava, &method, &file, &number)) {
      innermost_first = true;
    } else {
      continue;
    }
    frames.push_back(Object{{"filename", file},
                            {"lineno", number.empty() ? Value() : Value(number_of_text(number))},
                            {"method", method.empty() ? std::string("<unknown>") : method}});
  }
  if (innermost_first) std::ranges::reverse(frames);
  return frames;
}

}  // namespace tetrascope::rollbar
