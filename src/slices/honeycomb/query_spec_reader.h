#pragma once
// The reader behind read_query_spec(): inside honeycomb/query_spec*.cc only.

#include <fmt/core.h>

#include <cmath>
#include <limits>

#include "slices/honeycomb/query_spec.h"

namespace tetrascope::honeycomb {

/// Times in seconds may be off by centuries, but not so far that nanoseconds overflow.
inline constexpr std::int64_t kLastSecond = std::numeric_limits<std::int64_t>::max() / 1'000'000'000 - 1;

/// The last of that name that says something; null for none.
inline const Value* spec_member(const Object& object, std::string_view key) {
  const Value* last = nullptr;
  for (const auto& [name, value] : object) {
    if (name == key && !value.missing()) last = &value;
  }
  return last;
}
inline const Value* spec_member(const Object* object, std::string_view key) {
  return object == nullptr ? nullptr : spec_member(*object, key);
}

inline std::optional<double> finite_number(const Value& value) {
  if (const auto* integer = value.as<std::int64_t>()) return static_cast<double>(*integer);
  if (const auto* number = value.as<double>(); number != nullptr && std::isfinite(*number)) return *number;
  return std::nullopt;
}

/// One specification, member by member.
class SpecReader {
 public:
  explicit SpecReader(const Object& body) : body_(body) {}

  std::expected<QuerySpec, std::vector<FieldProblem>> read() {
    read_breakdowns();
    read_calculated_fields();
    read_calculations();
    read_formulas();
    spec_.filters = read_filters(&body_, "");
    read_orders();
    read_havings();
    read_limit();
    read_times();
    if (!problems_.empty()) return std::unexpected(std::move(problems_));
    return std::move(spec_);
  }

 private:
  void problem(std::string field, std::string_view code, std::string description) {
    problems_.push_back({std::move(field), code, std::move(description)});
  }
  std::string text(const Value* value, const std::string& field) {
    if (value == nullptr) return {};
    if (const auto* string = value->as<std::string>()) return *string;
    problem(field, "incorrect_type", "must be a string");
    return {};
  }
  std::optional<std::int64_t> integer(std::string_view field) {
    const Value* value = spec_member(body_, field);
    if (value == nullptr) return std::nullopt;
    const auto number = finite_number(*value);
    if (!number || *number != std::floor(*number)) {
      problem(std::string(field), number ? "invalid" : "incorrect_type", "must be a whole number");
      return std::nullopt;
    }
    if (std::abs(*number) > static_cast<double>(kLastSecond)) {
      problem(std::string(field), "invalid", fmt::format("must be a whole number between -{0} and {0}", kLastSecond));
      return std::nullopt;
    }
    return static_cast<std::int64_t>(*number);
  }
  /// Members of a list, each an object; other members are reported and come out as null.
  std::vector<const Object*> objects(const Object* owner, std::string_view name, const std::string& path) {
    std::vector<const Object*> found;
    const Array* list = this->list(owner, name, path);
    if (list == nullptr) return found;
    for (std::size_t i = 0; i < list->size(); ++i) {
      found.push_back((*list)[i].as<Object>());
      if (found.back() == nullptr) problem(fmt::format("{}[{}]", path, i), "incorrect_type", "must be an object");
    }
    return found;
  }
  const Array* list(const Object* owner, std::string_view name, const std::string& path) {
    const Value* value = spec_member(owner, name);
    if (value == nullptr) return nullptr;
    const auto* array = value->as<Array>();
    if (array == nullptr) {
      problem(path, "incorrect_type", "must be a list");
    } else if (array->size() > kMaxTerms) {
      problem(path, "invalid", fmt::format("must have at most {} entries", kMaxTerms));
      return nullptr;
    }
    return array;
  }

  void read_breakdowns() {
    const Array* array = list(&body_, "breakdowns", "breakdowns");
    if (array == nullptr) return;
    for (std::size_t i = 0; i < array->size(); ++i) {
      const std::string field = fmt::format("breakdowns[{}]", i);
      std::string name = text(&(*array)[i], field);
      if (name.empty()) {
        if ((*array)[i].as<std::string>() != nullptr) problem(field, "missing", "cannot be blank");
      } else if (std::ranges::find(spec_.breakdowns, name) != spec_.breakdowns.end()) {
        problem(field, "already_exists", "must not be repeated");
      } else {
        spec_.breakdowns.push_back(std::move(name));
      }
    }
  }
  void read_calculated_fields();
  void read_formulas();
  std::optional<QueryFormula> read_formula(const Object& object, const std::string& path);
  void read_calculations();
  void read_calculation(const Object& object, const std::string& path);
  FilterSet read_filters(const Object* owner, const std::string& path);
  std::optional<FilterSpec> read_filter(const Object& object, const std::string& path);
  void check_filter_value(const FilterSpec& filter, const std::string& path);
  std::optional<std::size_t> find_calculation(std::string_view op, std::string_view column) const;
  [[nodiscard]] Op kind_of(std::size_t calculation) const;
  void read_orders();
  std::optional<OrderSpec> read_order(const Object& object, const std::string& path);
  void read_havings();
  void read_limit();
  void read_times();

  const Object& body_;
  QuerySpec spec_;
  std::vector<FieldProblem> problems_;
};

}  // namespace tetrascope::honeycomb
