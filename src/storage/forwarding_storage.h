#pragma once
// A Storage in front of another one: whoever adds something overrides what concerns it.

#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "storage/storage.h"

namespace tetrascope {

class ForwardingStorage : public Storage {
 public:
  explicit ForwardingStorage(std::unique_ptr<Storage> inner) : inner_(std::move(inner)) {}

  Result<void> insert(const Insert& rows) override { return inner_->insert(rows); }
  Result<void> commit(std::span<const Insert> inserts) override { return inner_->commit(inserts); }
  Result<Rows> execute(const Statement& statement, const QueryBounds& bounds) override {
    return inner_->execute(statement, bounds);
  }
  Result<void> change_schema(std::string_view ddl) override { return inner_->change_schema(ddl); }
  Result<void> change_rows(const Statement& statement) override { return inner_->change_rows(statement); }
  Result<void> between_inserts(const std::function<Result<void>(Storage& engine)>& change) override {
    return inner_->between_inserts(change);
  }
  [[nodiscard]] Backlog backlog() const override { return inner_->backlog(); }
  void end_queries() override { inner_->end_queries(); }
  Result<Usage> usage() override { return inner_->usage(); }

 protected:
  [[nodiscard]] Storage& inner() const { return *inner_; }

 private:
  std::unique_ptr<Storage> inner_;
};

}  // namespace tetrascope
