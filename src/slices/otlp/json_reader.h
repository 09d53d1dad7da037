#pragma once
// Members and values of OTLP's JSON (dossier honeycomb_otlp 1.9), with the one JSON library kept out of sight.

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/result.h"
#include "slices/otlp/budget.h"
#include "slices/otlp/records.h"

namespace simdjson::dom {
class element;  // NOLINT(readability-identifier-naming): the library's name
}

namespace tetrascope::otlp {

using JsonValue = simdjson::dom::element;

/// A borrowed callable: no allocation, and it must outlive the call that it is given to.
template <class Signature>
class Borrowed;
template <class... Args>
class Borrowed<void(Args...)> {
 public:
  template <class Callable>
    requires(!std::same_as<std::remove_cvref_t<Callable>, Borrowed>)
  Borrowed(Callable&& callable)  // NOLINT(google-explicit-constructor): lambdas are passed as they are
      : object_(const_cast<void*>(static_cast<const void*>(&callable))),
        call_([](void* object, Args... args) { (*static_cast<std::remove_reference_t<Callable>*>(object))(args...); }) {
  }
  void operator()(Args... args) const { call_(object_, args...); }

 private:
  void* object_;
  void (*call_)(void*, Args...);
};

/// Reads one document. The first thing that is wrong is kept, with its path; after it every call does nothing and gives
/// back zero or empty, so that decoders need not look after each member.
class JsonReader {
 public:
  explicit JsonReader(Budget& budget) : budget_(budget) {}

  /// Visits the members of an object in order, null ones left out; `name` is in camelCase however it was written and is
  /// valid during the visit.
  void members(const JsonValue& value, Borrowed<void(std::string_view, const JsonValue&)> visit);
  void items(const JsonValue& value, Borrowed<void(const JsonValue&)> visit);

  std::string_view text(const JsonValue& value);
  bool flag(const JsonValue& value);
  /// Numbers, or numbers as text.
  std::int64_t int64(const JsonValue& value);
  std::uint64_t uint64(const JsonValue& value);
  std::int32_t int32(const JsonValue& value);
  std::uint32_t uint32(const JsonValue& value);
  double number(const JsonValue& value);
  void numbers(const JsonValue& value, std::vector<std::uint64_t>& out);
  void numbers(const JsonValue& value, std::vector<double>& out);
  /// A number, or one of `names`, which stand for 0, 1, 2, …, behind `prefix`. 0 for numbers over 255.
  std::uint8_t enumeration(const JsonValue& value, std::string_view prefix, std::span<const std::string_view> names);
  NamedId<16> trace_id(const JsonValue& value);
  NamedId<8> span_id(const JsonValue& value);

  AnyView any(const JsonValue& value, std::deque<Value>& values);
  /// Appends the KeyValues of an array.
  void attributes(const JsonValue& value, Attributes& out, std::deque<Value>& values);
  void resource(const JsonValue& value, ProducerRecord& out);
  void scope(const JsonValue& value, ProducerRecord& out);

  [[nodiscard]] bool spend(std::size_t bytes);
  /// Keeps a failure of elsewhere, where none is kept yet.
  void keep(Error error);
  [[nodiscard]] bool failed() const { return error_ != nullptr; }
  [[nodiscard]] Result<void> result() const;

 private:
  void wrong(std::string_view seen_and_wanted);
  Value value_of(const JsonValue& value, int depth);
  Value array_of(const JsonValue& value, int depth);
  Value object_of(const JsonValue& value, int depth);
  Value bytes_of(const JsonValue& value);
  [[nodiscard]] std::string path() const;

  struct Step {
    std::string_view name;  ///< of a member, "" for an item
    std::size_t index = 0;
  };
  Budget& budget_;
  std::vector<Step> steps_;
  std::unique_ptr<Error> error_;
};

}  // namespace tetrascope::otlp
