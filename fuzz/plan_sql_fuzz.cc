// Random plans out of bytes: check() never crashes, and what it accepts write_sql() writes, without a text of the plan
// in it.

#include <cstdlib>
#include <string>

#include "query/check.h"
#include "query/sql_writer.h"

namespace tetrascope::plan {
namespace {

/// Takes a plan out of bytes; past their end everything is zero.
class ByteSource {
 public:
  ByteSource(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}

  std::uint8_t byte() { return at_ < size_ ? data_[at_++] : 0; }
  int below(int bound) { return byte() % bound; }
  [[nodiscard]] bool spent() const { return at_ >= size_; }
  std::int64_t number() {
    const int kind = below(4);
    if (kind == 0) return byte();
    if (kind == 1) return -static_cast<std::int64_t>(byte());
    std::uint64_t value = 0;
    for (int i = 0; i < 8; ++i) value = value << 8 | byte();
    return static_cast<std::int64_t>(value);
  }
  std::string name() {
    static const std::string kNames[] = {"a",        "b",          "c",          "name", "duration", "start",
                                         "trace_id", "event_time", "event_name", "kind", "",         "MARK"};
    return kNames[below(12)];
  }
  std::string text() {
    static const std::string kTexts[] = {"", "(a+)(b)?", "%Y %e", "10.0.0.0/8", "MARK'\\", "{p0:String}", "(", "\xff"};
    return kTexts[below(8)];
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
  std::size_t at_ = 0;
};

Plan plan_from(ByteSource& in, int depth);

Value value_from(ByteSource& in) {
  switch (in.below(8)) {
    case 0:
      return Value();
    case 1:
      return Value(in.below(2) == 1);
    case 2:
      return Value(in.number());
    case 3:
      return Value(static_cast<double>(in.number()) / 3);
    case 4:
      return Value(in.text());
    case 5:
      return Value(Bytes{std::string(static_cast<std::size_t>(in.below(17)), 'x')});
    case 6:
      return Value(Array{Value(in.text()), Value(in.text())});
    default:
      return Value(Array{Value(in.number()), Value(in.number())});
  }
}

ExprPtr expr_from(ByteSource& in, int depth) {
  constexpr int kLastFunction = static_cast<int>(Function::kIpIsPrivate);
  constexpr int kLastType = static_cast<int>(Type::kAny);
  switch (depth > 8 || in.spent() ? in.below(6) : in.below(10)) {
    case 0:
      return in.below(8) == 0 ? literal(value_from(in), static_cast<Type>(in.below(kLastType + 1)))
                              : literal(value_from(in));
    case 1:
      return column(in.name());
    case 2:
      return attribute(static_cast<Level>(in.below(3)), in.name(), static_cast<Type>(in.below(kLastType + 1)));
    case 3:
      return in.below(8) == 0 ? nullptr : all_attributes(static_cast<Level>(in.below(3)));
    case 4:
    case 5:
      return field(in.name());
    case 6:
      return depth > 3 ? literal(value_from(in)) : in_plan(expr_from(in, depth + 1), plan_from(in, depth + 2));
    default: {
      const auto function = static_cast<Function>(in.below(kLastFunction + 1));
      std::vector<ExprPtr> arguments;
      for (int i = in.below(4); i >= 0; --i) arguments.push_back(expr_from(in, depth + 1));
      return call(function, std::move(arguments));
    }
  }
}

std::vector<Named> named_from(ByteSource& in, int depth) {
  std::vector<Named> named;
  for (int i = in.below(3); i >= 0; --i) named.push_back({in.name(), expr_from(in, depth + 1)});
  return named;
}

std::vector<std::string> names_from(ByteSource& in) {
  std::vector<std::string> names;
  for (int i = in.below(3); i > 0; --i) names.push_back(in.name());
  return names;
}

Aggregate aggregate_from(ByteSource& in, int depth) {
  Aggregate aggregate;
  if (in.below(4) != 0) aggregate.keys = named_from(in, depth);
  for (int i = in.below(3); i > 0; --i) {
    AggregateCall call;
    call.name = in.name();
    call.op = static_cast<AggregateOp>(in.below(static_cast<int>(AggregateOp::kConcurrency) + 1));
    if (in.below(4) != 0) call.argument = expr_from(in, depth + 2);
    if (in.below(4) == 0) call.where = expr_from(in, depth + 2);
    call.level = in.below(5) / 4.0;
    call.bins = in.below(4);
    aggregate.calls.push_back(std::move(call));
  }
  if (in.below(3) == 0) aggregate.weight = in.name();
  aggregate.time = in.name();
  return aggregate;
}

Stage stage_from(ByteSource& in, int depth) {
  switch (in.below(10)) {
    case 0:
      return Filter{expr_from(in, depth + 1)};
    case 1:
      return Compute{named_from(in, depth)};
    case 2:
      return Parse{expr_from(in, depth + 1), in.text(), names_from(in)};
    case 3:
      return aggregate_from(in, depth);
    case 4:
      return Sort{{{expr_from(in, depth + 1), in.below(2) == 1,
                    in.below(2) == 1 ? MissingOrder::kFirst : MissingOrder::kLast}}};
    case 5:
      return Limit{static_cast<std::uint64_t>(in.number()), in.byte(), names_from(in)};
    case 6:
      return Dedup{names_from(in)};
    case 7:
      return Project{names_from(in)};
    case 8:
      return Unnest{in.name()};
    default:
      return Join{in.below(2) == 1 ? JoinKind::kInner : JoinKind::kLeft,
                  depth > 4 ? nullptr : std::make_shared<const Plan>(plan_from(in, depth + 2)),
                  {{in.name(), in.name()}}};
  }
}

Plan plan_from(ByteSource& in, int depth) {
  Plan plan;
  plan.range = {UnixNanos{in.number()}, UnixNanos{in.number()}};
  for (int i = in.below(2); i >= 0; --i) {
    TableRead read;
    read.table = static_cast<Table>(in.below(4));
    if (in.below(4) == 0) read.unnest = names_from(in);
    read.columns = named_from(in, depth);
    if (in.below(2) == 0) read.where = expr_from(in, depth + 1);
    plan.reads.push_back(std::move(read));
  }
  for (int i = in.below(6); i > 0; --i) plan.stages.push_back(stage_from(in, depth));
  return plan;
}

}  // namespace
}  // namespace tetrascope::plan

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tetrascope;
  plan::ByteSource in(data, size);
  const plan::Plan plan = plan::plan_from(in, 0);
  const auto columns = plan::check(plan);
  if (!columns) return 0;
  const auto written = plan::write_sql(plan);
  if (!written || written->statement.sql.find("MARK") != std::string::npos) std::abort();
  return 0;
}
