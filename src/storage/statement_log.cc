#include "storage/statement_log.h"

#include <chrono>
#include <utility>

#include "base/log.h"
#include "storage/forwarding_storage.h"

namespace tetrascope {
namespace {

class LoggedStorage final : public ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;

  Result<Rows> execute(const Statement& statement, const QueryBounds& bounds) override {
    const auto begin = std::chrono::steady_clock::now();
    auto rows = inner().execute(statement, bounds);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    log_debug("{:.1f} ms{}: {}", took.count(), rows ? "" : ", refused", statement.sql);
    return rows;
  }
};

}  // namespace

std::unique_ptr<Storage> logged(std::unique_ptr<Storage> inner) {
  return std::make_unique<LoggedStorage>(std::move(inner));
}

}  // namespace tetrascope
