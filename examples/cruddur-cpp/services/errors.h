// What a service says no with; main.cc turns each into a status.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

/// What was sent cannot be taken: 422.
class Refused : public std::runtime_error {
 public:
  explicit Refused(std::vector<std::string> all)
      : std::runtime_error(all.empty() ? "" : all.front()), reasons(std::move(all)) {}
  const std::vector<std::string> reasons;
};

/// There is no such thing: 404.
class NotFound : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A map was asked for a key that it does not have: nobody expects it, so 500.
class KeyError : public std::out_of_range {
 public:
  explicit KeyError(const std::string& key) : std::out_of_range("'" + key + "'") {}
};
