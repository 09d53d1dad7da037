#include "upkeep/metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

#include "upkeep/exposition.h"

namespace tetrascope::upkeep {
namespace {

using Kind = Exposition::Kind;
constexpr auto kCounter = Kind::kCounter;
constexpr auto kGauge = Kind::kGauge;

/// Sizes change with each commit and merge; nobody needs them finer than this.
constexpr std::chrono::seconds kSizesAge{1};
/// Whoever asks for metrics does not wait for long questions that others have asked.
constexpr std::chrono::milliseconds kSizesTime{250};

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

std::uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t pages = 0;
  file >> pages >> pages;
  return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

void write_process(Exposition& out, UnixNanos started) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  out.family("tetrascope_build_info", kGauge, "The version that runs; always 1.");
  out.sample({{"version", TETRASCOPE_VERSION}}, std::uint64_t{1});
  const double start = static_cast<double>(started.value) / 1e9;
  out.single("tetrascope_start_time_seconds", kGauge, "When the server started, seconds since 1970.", start);
  out.single("tetrascope_uptime_seconds", kGauge, "How long the server runs.",
             static_cast<double>(UnixNanos::now().value - started.value) / 1e9);
  out.single("tetrascope_resident_memory_bytes", kGauge, "Memory of the process, the engine included.",
             resident_bytes());
  out.single("tetrascope_cpu_seconds_total", kCounter, "CPU of the process, user and system.",
             seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime));
}

void write_traffic(Exposition& out, const Traffic& traffic) {
  const auto each = [&](std::string_view name, std::string_view help, auto member) {
    out.family(name, kCounter, help);
    for (const auto& one : traffic.counters())
      out.sample({{"slice", one.slice}}, std::uint64_t{(one.*member).load(std::memory_order_relaxed)});
  };
  using Counter = Traffic::Counter;
  each("tetrascope_requests_total", "Requests over HTTP and gRPC, by the slice that took them.", &Counter::requests);
  each("tetrascope_received_bytes_total", "Bodies and datagrams as they came, compressed where the client compressed.",
       &Counter::bytes);
  each("tetrascope_datagrams_total", "UDP datagrams that were taken.", &Counter::datagrams);
  each("tetrascope_datagrams_lost_total", "UDP datagrams that were dropped because too many waited.",
       &Counter::datagrams_lost);
}

void write_records(Exposition& out, const IngestStats& stats) {
  const auto accepted = stats.all_accepted();
  out.family("tetrascope_accepted_records_total", kCounter, "Spans, log records, points and events that were taken.");
  for (const auto& one : accepted) out.sample({{"protocol", one.protocol}, {"signal", one.signal}}, one.records);
  out.family("tetrascope_accepted_requests_total", kCounter, "Requests with records that were taken.");
  for (const auto& one : accepted) out.sample({{"protocol", one.protocol}, {"signal", one.signal}}, one.requests);
  const auto rejected = stats.all_rejected();
  out.family("tetrascope_refused_records_total", kCounter,
             "Records that were refused; of a whole request that was, they are not known.");
  for (const auto& one : rejected) out.sample({{"protocol", one.protocol}, {"reason", one.reason}}, one.records);
  out.family("tetrascope_refused_requests_total", kCounter, "Requests that were refused, in part or as a whole.");
  for (const auto& one : rejected) out.sample({{"protocol", one.protocol}, {"reason", one.reason}}, one.requests);
}

void write_commits(Exposition& out, const Surroundings& around) {
  const Batcher::Counters commits = around.batcher.counters();
  out.single("tetrascope_commits_total", kCounter, "Group commits.", commits.commits);
  out.single("tetrascope_commits_failed_total", kCounter, "Group commits of which something could not be stored.",
             commits.failed_commits);
  out.single("tetrascope_committed_rows_total", kCounter, "Rows of group commits.", commits.rows);
  out.single("tetrascope_pending_rows", kGauge, "Decoded rows that wait for their commit.", commits.pending_rows);
  out.single("tetrascope_pending_bytes", kGauge, "Memory of decoded rows that wait for their commit.",
             commits.pending_bytes);
  out.family("tetrascope_journal_append_seconds", Kind::kHistogram,
             "A commit's rows of one table to the journal, synced: what clients wait for.");
  out.histogram({}, around.journal_inserts.seconds());
  out.family("tetrascope_journal_bytes_total", kCounter, "Rows that went into the journal, decoded and uncompressed.");
  for (const auto& [table, bytes] : around.journal_inserts.bytes()) out.sample({{"table", table}}, bytes);
  const Storage::Backlog backlog = around.storage.backlog();
  out.single("tetrascope_journal_staged_bytes", kGauge, "In the journal and not in the tables yet.", backlog.bytes);
  out.single("tetrascope_journal_staged_limit_bytes", kGauge, "Past which writers wait, then are refused.",
             backlog.most_bytes);
  out.single("tetrascope_journal_handed_over_total", kCounter, "How often the journal went to the engine.",
             backlog.stored);
  out.single("tetrascope_journal_blocked", kGauge, "1 while the engine takes nothing.",
             std::uint64_t{backlog.failing ? 1U : 0U});
  out.family("tetrascope_engine_insert_seconds", Kind::kHistogram, "Inserts into the engine's tables.");
  out.histogram({}, around.engine_inserts.seconds());
  out.single("tetrascope_engine_inserts_failed_total", kCounter, "Inserts that the engine did not take.",
             around.engine_inserts.failed());
  out.family("tetrascope_engine_inserted_bytes_total", kCounter, "Rows that the engine took, uncompressed.");
  for (const auto& [table, bytes] : around.engine_inserts.bytes()) out.sample({{"table", table}}, bytes);
}

void write_sizes(Exposition& out, const StoreSizes& sizes) {
  const auto each = [&](std::string_view name, std::string_view help, std::uint64_t TableSize::* member) {
    out.family(name, kGauge, help);
    for (const TableSize& one : sizes.tables) out.sample({{"table", one.table}}, one.*member);
  };
  each("tetrascope_table_rows", "Rows that are kept.", &TableSize::rows);
  each("tetrascope_table_bytes", "What they take of the disk.", &TableSize::bytes);
  each("tetrascope_table_parts", "Parts that they lie in.", &TableSize::parts);
  each("tetrascope_table_replaced_bytes", "Parts that were merged or dropped, until they are deleted.",
       &TableSize::replaced_bytes);
  out.single("tetrascope_merges_running", kGauge, "Merges of parts that run now.", sizes.merges);
  out.single("tetrascope_mutations_waiting", kGauge, "Deletions of rows that are not done.", sizes.mutations);
}

void write_disk(Exposition& out, const DiskGuardState& disk, std::uint64_t max_disk, const DroppedRows& dropped) {
  out.single("tetrascope_disk_size_bytes", kGauge, "The volume that the data lies on.", disk.size.load());
  out.single("tetrascope_disk_free_bytes", kGauge, "What is free on it.", disk.free.load());
  out.single("tetrascope_disk_reserve_bytes", kGauge, "Less than that free, and what comes is refused.",
             disk.reserve.load());
  out.single("tetrascope_disk_full", kGauge, "1 while that is so.", std::uint64_t{disk.is_full ? 1U : 0U});
  out.single("tetrascope_disk_refused_total", kCounter, "Commits that were refused for it.", disk.refused.load());
  out.single("tetrascope_disk_budget_bytes", kGauge, "--max-disk; 0 for none.", max_disk);
  out.family("tetrascope_dropped_rows_total", kCounter, "Rows that were removed, and why.");
  for (const auto& [what, count] : dropped.all())
    out.sample({{"cause", what.first}, {"table", what.second}}, count.rows);
  out.family("tetrascope_dropped_bytes_total", kCounter, "Bytes of whole parts that were removed, and why.");
  for (const auto& [what, count] : dropped.all())
    out.sample({{"cause", what.first}, {"table", what.second}}, count.bytes);
}

void write_queries(Exposition& out, const Surroundings& around) {
  out.family("tetrascope_query_seconds", Kind::kHistogram, "Questions to the store, by the language they came in.");
  for (const auto& [language, stats] : around.languages) out.histogram({{"language", language}}, stats.seconds());
  out.family("tetrascope_queries_total", kCounter, "How they ended.");
  for (const auto& [language, stats] : around.languages) {
    for (std::size_t i = 0; i < plan::QueryStats::kOutcomes; ++i)
      out.sample({{"language", language}, {"outcome", plan::QueryStats::kNames[i]}},
                 stats.count(static_cast<plan::QueryStats::Outcome>(i)));
  }
}

}  // namespace

StoreSizes Metrics::sizes() {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (now - asked_ > kSizesAge) {
    asked_ = now;
    if (auto sizes = read_store_sizes(around_.engine, kSizesTime)) known_ = *std::move(sizes);
  }
  return known_;
}

std::string Metrics::page() {
  Exposition out;
  write_process(out, around_.started);
  write_traffic(out, around_.traffic);
  write_records(out, around_.stats);
  write_commits(out, around_);
  write_sizes(out, sizes());
  write_disk(out, disk_, max_disk_, dropped_);
  write_queries(out, around_);
  return std::move(out).take();
}

}  // namespace tetrascope::upkeep
