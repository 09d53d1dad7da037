#include "slices/xray/fact_store.h"

#include <future>
#include <memory>
#include <random>
#include <utility>

#include "base/ids.h"
#include "slices/honeycomb_key.h"
#include "slices/xray/row_terms.h"

namespace tetrascope::xray {
namespace {

constexpr std::uint64_t kChunksAtOnce = 4;  ///< some megabytes
constexpr auto kLongestCommit = std::chrono::seconds(60);

}  // namespace

Result<void> FactStore::read(plan::TimeRange range, const std::function<bool(StoredChunk&&)>& use) const {
  plan::TableRead read;
  read.table = plan::Table::kDocuments;
  read.columns = {{"key", plan::column("key")}, {"time", plan::column("time")}, {"document", plan::column("document")}};
  read.where = equals("kind", text_literal(kFactsKind));
  while (range.from < range.to) {
    const plan::Sort newest_first{{{plan::field("time"), true}}};
    ASSIGN_OR_RETURN(plan::Answer answer,
                     runner_.run({range, {read}, {newest_first, plan::Limit{kChunksAtOnce, 0, {}}}}));
    for (auto& row : answer.rows) {
      auto* key = std::get_if<std::string>(&row[0].data);
      const auto* time = row[1].as<std::int64_t>();
      auto* bytes = std::get_if<std::string>(&row[2].data);
      if (key == nullptr || time == nullptr || bytes == nullptr) continue;
      range.to = {*time};  // no two chunks of one server have the same
      if (!use({std::move(*key), {*time}, std::move(*bytes)})) return {};
    }
    if (answer.rows.size() < kChunksAtOnce) break;
  }
  return {};
}

Result<void> FactStore::write(std::vector<StoredChunk> chunks) const {
  // The commit may outlive this call.
  const auto committed = std::make_shared<std::promise<Result<void>>>();
  std::future<Result<void>> done = committed->get_future();
  const auto append = [&](Batch& batch) -> Result<void> {
    for (const StoredChunk& chunk : chunks) {
      DocumentColumns& rows = batch.documents;
      rows.origin.add(chunk.time, {.protocol = kProtocol,
                                   .environment = kDefaultEnvironment,
                                   .dataset = {},
                                   .service = {},
                                   .resource = {},
                                   .scope = {},
                                   .received = chunk.time});
      rows.trace.add({}, {});
      rows.time.add(chunk.time.value);
      rows.kind.add(kFactsKind);
      rows.key.add(chunk.key);
      rows.document.add(chunk.bytes);
    }
    return {};
  };
  RETURN_IF_ERROR(batcher_.write(append, [committed](const Result<void>& result) { committed->set_value(result); }));
  chunks.clear();
  if (done.wait_for(kLongestCommit) != std::future_status::ready)
    return fail(ErrorCode::kDeadlineExceeded, "the commit takes too long");
  return done.get();
}

std::string FactStore::new_key() {
  std::random_device device;
  std::string bytes;
  for (int i = 0; i < 12; ++i) bytes += static_cast<char>(device() & 0xFFU);
  return to_hex(bytes);
}

}  // namespace tetrascope::xray
