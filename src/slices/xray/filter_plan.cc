#include "slices/xray/filter_plan.h"

#include <optional>
#include <set>
#include <string>
#include <utility>

#include "slices/xray/row_terms.h"
#include "slices/xray/span_rows.h"

namespace tetrascope::xray {
namespace {

using plan::column;
using plan::ExprPtr;
using plan::literal;
using F = plan::Function;
using plan::Type;

/// Conditions cost a scan each; a filter with more of them than this is mostly evaluated on traces.
constexpr int kMostConditions = 6;
/// Times of documents and of spans differ by less, in nanoseconds.
constexpr double kRounding = 2'000;

ExprPtr attribute(std::string_view key, Type type) {
  return plan::attribute(plan::Level::kItem, std::string(key), type);
}
ExprPtr is_set(ExprPtr value) { return plan::call(F::kNot, {plan::call(F::kIsMissing, {std::move(value)})}); }

/// The comparison as a function of the plan; nullopt for kIsSet.
std::optional<F> function_of(FilterOp op) {
  switch (op) {
    case FilterOp::kIsSet:
      return std::nullopt;
    case FilterOp::kEq:
      return F::kEq;
    case FilterOp::kNe:
      return F::kNe;
    case FilterOp::kLt:
      return F::kLt;
    case FilterOp::kLe:
      return F::kLe;
    case FilterOp::kGt:
      return F::kGt;
    case FilterOp::kGe:
      return F::kGe;
    case FilterOp::kContains:
      return F::kContains;
    case FilterOp::kBeginsWith:
      return F::kStartsWith;
    case FilterOp::kEndsWith:
      return F::kEndsWith;
  }
  return std::nullopt;
}

/// `value`, which is of the literal's type, as compared; whether it is there for kIsSet.
ExprPtr compared(const Comparison& wanted, const ExprPtr& value) {
  const auto function = function_of(wanted.op);
  if (!function) return is_set(value);
  ExprPtr against = std::holds_alternative<bool>(wanted.literal) ? literal(Value(std::get<bool>(wanted.literal)))
                    : std::holds_alternative<double>(wanted.literal)
                        ? literal(Value(std::get<double>(wanted.literal)))
                        : text_literal(std::get<std::string>(wanted.literal));
  return of_two(*function, value, std::move(against));
}

ExprPtr text_attribute(const Comparison& wanted, std::string_view key) {
  return compared(wanted, attribute(key, Type::kString));
}

ExprPtr nothing() { return literal(Value(false)); }
ExprPtr any_of(ExprPtr a, ExprPtr b) { return !a ? b : !b ? a : either(std::move(a), std::move(b)); }

/// HTTP statuses under one key: what came as no plain number is looked at in the trace. Null when no span has it.
ExprPtr status_code(const Comparison& wanted, std::string_view key, FieldTypes types) {
  ExprPtr any;
  if (types.has(FieldType::kInt)) {
    const ExprPtr number = attribute(key, Type::kInt);
    // Spans' own are kept within 0 and 999.
    any = either(compared(wanted, number), either(of_two(F::kLt, number, literal(Value(std::int64_t{0}))),
                                                  of_two(F::kGt, number, literal(Value(std::int64_t{999})))));
  }
  if (types.has(FieldType::kDouble)) any = any_of(std::move(any), is_set(attribute(key, Type::kDouble)));
  if (types.has(FieldType::kString)) any = any_of(std::move(any), is_set(attribute(key, Type::kString)));
  return any;
}

/// Of keys that spans have for other reasons, the first one would be found.
bool is_own_key(std::string_view key) {
  for (const std::string_view prefix : {"http.", "aws.", "db.", "enduser."}) {
    if (key.starts_with(prefix)) return true;
  }
  return false;
}

ExprPtr annotation(const Comparison& wanted) {
  if (is_own_key(wanted.key)) return nullptr;
  if (wanted.op == FilterOp::kIsSet) return is_set(attribute(wanted.key, Type::kAny));
  if (std::holds_alternative<std::string>(wanted.literal)) return text_attribute(wanted, wanted.key);
  if (std::holds_alternative<bool>(wanted.literal)) return compared(wanted, attribute(wanted.key, Type::kBool));
  return either(compared(wanted, attribute(wanted.key, Type::kInt)),
                compared(wanted, attribute(wanted.key, Type::kDouble)));
}

/// Seconds of one segment or subsegment.
ExprPtr duration(const Comparison& wanted) {
  const auto* seconds = std::get_if<double>(&wanted.literal);
  if (seconds == nullptr || *seconds <= 0 || *seconds > 1e9) return nullptr;
  const auto nanos = [&](double rounding) {
    return literal(Value(static_cast<std::int64_t>(*seconds * 1e9 + rounding)));
  };
  const ExprPtr least = of_two(F::kGe, column("duration"), nanos(-kRounding));
  const ExprPtr most = of_two(F::kLe, column("duration"), nanos(kRounding));
  switch (wanted.op) {
    case FilterOp::kGt:
    case FilterOp::kGe:
      return least;
    case FilterOp::kLt:
    case FilterOp::kLe:
      return most;
    case FilterOp::kEq:
      return plan::both(least, most);
    default:
      return nullptr;
  }
}

/// A segment of this name, or a call of which an inferred segment of this name is made (trace_model.h).
ExprPtr named(const std::string& name) {
  const ExprPtr own = either(either(equals("name", text_literal(name)), equals("name", text_literal("Lambda"))),
                             either(of_two(F::kEq, attribute("aws.table_name", Type::kString), text_literal(name)),
                                    of_two(F::kEq, attribute("aws.queue_url", Type::kString), text_literal(name))));
  // Names of calls are taken from many attributes; those with other characters are written anew.
  constexpr std::string_view kOtherCharacters = R"([\x00-\x1f!"$'()*,;<>?\[\\\]^`{|}~\x7f])";
  ExprPtr foreign = of_two(F::kGe, column("kind"), literal(Value(std::int64_t{3})));
  for (const std::string_view from : {"service", "name"}) {
    const ExprPtr whole = column(std::string(from));
    foreign = either(foreign,
                     either(of_two(F::kEq, whole, text_literal(name)),
                            either(of_two(F::kMatches, whole, text_literal(kOtherCharacters)),
                                   of_two(F::kGt, plan::call(F::kLength, {whole}), literal(Value(std::int64_t{40}))))));
  }
  return either(plan::both(is_own(), own), plan::both(is_foreign(), foreign));
}

/// True for a flag that is asked to be set.
bool is_wanted(const Comparison& wanted) {
  const auto* flag = std::get_if<bool>(&wanted.literal);
  if (flag == nullptr) return wanted.op == FilterOp::kIsSet;
  return (wanted.op == FilterOp::kEq) == *flag;
}

class Writer {
 public:
  Writer(plan::TimeRange range, const TypesOfKey& types) : range_(range), types_(types) {}

  ExprPtr write(const Filter& filter) {
    return std::visit([this](const auto& node) { return this->node(node); }, filter.node);
  }

  /// Traces of which not every part is a span are always looked at.
  [[nodiscard]] ExprPtr with_partial(ExprPtr condition) const {
    plan::TableRead read;
    read.table = plan::Table::kDocuments;
    read.columns = {{"id", column("trace_id")}};
    read.where = equals("kind", text_literal(kPartialKind));
    return either(std::move(condition), plan::in_plan(column("trace_id"), {range_, {read}, {}}));
  }

 private:
  ExprPtr has_row(ExprPtr condition) {
    if (!condition || ++conditions_ > kMostConditions) return nullptr;
    plan::TableRead read;
    read.columns = {{"id", column("trace_id")}};
    read.where = std::move(condition);
    return plan::in_plan(column("trace_id"), {range_, {read}, {}});
  }
  ExprPtr has_node(const NodeMatch& match) { return match.name ? has_row(named(*match.name)) : nullptr; }

  /// Of own spans the status says what their documents say, so that only others' attributes have to be read.
  ExprPtr has_failed(double least_status) {
    const Comparison from{Keyword::kHttpStatus, {}, FilterOp::kGe, least_status};
    const ExprPtr is_error = equals("status", literal(Value(std::int64_t{2})));
    // A status of 4xx alone is an error of the document, and none of the span.
    ExprPtr own = is_error;
    if (least_status < 500) own = either(own, any_of(own_status(from), nothing()));
    ExprPtr others = has_row(plan::both(is_foreign(), either(is_error, any_of(status(from), nothing()))));
    own = has_row(plan::both(is_own(), std::move(own)));
    return own && others ? either(std::move(own), std::move(others)) : nullptr;
  }

  ExprPtr own_status(const Comparison& wanted) const {
    return status_code(wanted, "http.status_code", types_("http.status_code"));
  }
  ExprPtr status(const Comparison& wanted) const {
    return any_of(own_status(wanted),
                  status_code(wanted, "http.response.status_code", types_("http.response.status_code")));
  }

  ExprPtr node(const Comparison& wanted) {
    const auto own_text = [&](std::string_view key) {
      return has_row(either(is_foreign(), text_attribute(wanted, key)));
    };
    switch (wanted.keyword) {
      case Keyword::kFault:
        return is_wanted(wanted) ? has_failed(500) : nullptr;
      case Keyword::kError:
      case Keyword::kThrottle:
        return is_wanted(wanted) ? has_failed(400) : nullptr;
      case Keyword::kOk:
        return is_wanted(wanted) ? nullptr : has_failed(400);
      case Keyword::kResponseTime:
        return has_row(duration(wanted));
      case Keyword::kHttpStatus:
        return has_row(any_of(status(wanted), nothing()));
      case Keyword::kHttpUrl:
        return own_text("http.url");
      case Keyword::kHttpMethod:
        return own_text("http.method");
      case Keyword::kHttpUserAgent:
        return own_text("http.user_agent");
      case Keyword::kHttpClientIp:
        return own_text("http.client_ip");
      case Keyword::kUser:
        return has_row(text_attribute(wanted, "enduser.id"));
      case Keyword::kAnnotation:
        return has_row(annotation(wanted));
      default:
        return nullptr;
    }
  }
  ExprPtr node(const ServiceTerm& term) { return has_node(term.node); }
  ExprPtr node(const EdgeTerm& term) { return plan::both(has_node(term.from), has_node(term.to)); }
  ExprPtr node(const CauseTerm& term) { return term.kind == CauseKind::kResponseTime ? nullptr : has_failed(400); }
  ExprPtr node(const Junction& junction) {
    ExprPtr all;
    for (const FilterPtr& part : junction.parts) {
      ExprPtr one = write(*part);
      if (junction.all) {
        all = plan::both(std::move(all), std::move(one));
      } else if (!one) {
        return nullptr;
      } else {
        all = all ? either(std::move(all), std::move(one)) : std::move(one);
      }
    }
    return all;
  }
  // What has no such row fits the negation; but so may what has one.
  static ExprPtr node(const Negation& /*negation*/) { return nullptr; }
  static ExprPtr node(const CauseShape& /*shape*/) { return nullptr; }
  static ExprPtr node(const GroupTerm& /*term*/) { return nullptr; }

  const plan::TimeRange range_;
  const TypesOfKey& types_;
  int conditions_ = 0;
};

}  // namespace

TypesOfKey known_types(const FieldCatalogue& fields) {
  std::set<std::string> environments;
  for (const FieldCatalogue::Dataset& dataset : fields.datasets()) environments.insert(dataset.environment);
  return [&fields, environments = std::move(environments)](std::string_view key) {
    FieldTypes types;
    for (const std::string& environment : environments)
      types.merge(fields.types(Signal::kSpans, environment, "", FieldLevel::kItem, key));
    return types;
  };
}

plan::ExprPtr candidates(const Filter& filter, plan::TimeRange range, const TypesOfKey& types) {
  Writer writer(range, types);
  ExprPtr condition = writer.write(filter);
  return condition ? writer.with_partial(std::move(condition)) : nullptr;
}

}  // namespace tetrascope::xray
