#include "replay/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <iterator>
#include <thread>

#include <protozero/exception.hpp>
#include <protozero/pbf_reader.hpp>

#include "base/ids.h"
#include "base/inflate.h"

namespace tetrascope::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kSamples = 100;

/// What OTLP's partial success says was not taken; 0 for any other answer.
std::uint64_t rejected_records(std::string_view answer) {
  try {
    protozero::pbf_reader response(answer.data(), answer.size());
    if (!response.next(1)) return 0;
    protozero::pbf_reader partial = response.get_message();
    return partial.next(1) ? static_cast<std::uint64_t>(partial.get_int64()) : 0;
  } catch (const protozero::exception&) {
    return 0;
  }
}

bool asks_to_try_again(int status) { return status == 429 || status == 502 || status == 503 || status == 504; }

class Replay {
 public:
  Replay(const BodyFile& file, const ReplayOptions& options, const Address& address)
      : file_(file), options_(options), address_(address), head_(request_head()) {
    std::uint64_t before = 0;
    for (const Body& body : file_.bodies()) records_before_.push_back(before), before += body.records;
    records_a_round_ = before;
    total_ = options_.rounds * file_.bodies().size();
    if (options_.gzip) compress_all();
  }

  Tally run() {
    std::vector<Tally> tallies(options_.connections);
    begin_ = Clock::now();
    in_threads(options_.connections, [&](std::size_t worker) { send_share(tallies[worker]); });
    Tally sum;
    sum.seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
    for (Tally& each : tallies) add(each, sum);
    return sum;
  }

 private:
  static void in_threads(std::size_t count, const std::function<void(std::size_t)>& work) {
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < count; ++i) threads.emplace_back(work, i);
    for (auto& thread : threads) thread.join();
  }

  static void add(Tally& part, Tally& sum) {
    sum.acknowledged += part.acknowledged;
    sum.rejected += part.rejected;
    sum.requests += part.requests;
    sum.bytes += part.bytes;
    sum.refused += part.refused;
    sum.failed += part.failed;
    if (sum.first_failure.empty()) sum.first_failure = part.first_failure;
    sum.milliseconds.insert(sum.milliseconds.end(), part.milliseconds.begin(), part.milliseconds.end());
    std::ranges::move(part.samples, std::back_inserter(sum.samples));
  }

  std::string request_head() const {
    std::string head = fmt::format("POST {} HTTP/1.1\r\nHost: {}\r\n",
                                   options_.path.empty() ? file_.head().path : options_.path, options_.to);
    for (const auto& [name, value] : file_.head().headers) head += fmt::format("{}: {}\r\n", name, value);
    for (const auto& header : options_.headers) head += header + "\r\n";
    if (options_.gzip) head += "Content-Encoding: gzip\r\n";
    return head;
  }

  const Body& body_at(std::size_t turn) const { return file_.bodies()[turn % file_.bodies().size()]; }

  void write_body(std::size_t turn, std::string& out) const {
    const std::uint64_t round = turn / file_.bodies().size();
    const std::int64_t begin = options_.begin + static_cast<std::int64_t>(round) * file_.head().seconds;
    out.assign(body_at(turn).bytes);
    apply({salt_of_round(options_.first_round + round), begin - file_.head().first_second}, body_at(turn).marks,
          out.data());
  }

  /// Before the clock starts: compressing costs more than the server's inflating.
  void compress_all() {
    compressed_.resize(total_);
    std::atomic<std::size_t> next = 0;
    in_threads(std::max(1U, std::thread::hardware_concurrency()), [&](std::size_t) {
      std::string body;
      for (std::size_t turn; (turn = next++) < total_;) {
        write_body(turn, body);
        compressed_[turn] = gzip(body);
      }
    });
  }

  Clock::time_point due(std::size_t turn) const {
    const std::uint64_t records =
        turn / file_.bodies().size() * records_a_round_ + records_before_[turn % file_.bodies().size()];
    return begin_ + std::chrono::duration_cast<Clock::duration>(
                        std::chrono::duration<double>(static_cast<double>(records) / options_.per_second));
  }

  void send_share(Tally& tally) {
    Connection connection(address_);
    std::string body;
    for (std::size_t turn; (turn = next_++) < total_;) {
      if (!options_.gzip) write_body(turn, body);
      // At a fixed rate a request's time counts from when it was due, so that a slow answer delays no later question.
      auto begin = Clock::now();
      if (options_.per_second > 0) {
        std::this_thread::sleep_until(due(turn));
        begin = due(turn);
      }
      send_one(connection, options_.gzip ? compressed_[turn] : body, body_at(turn).records, tally);
      tally.milliseconds.push_back(std::chrono::duration<float, std::milli>(Clock::now() - begin).count());
      if (turn % std::max<std::size_t>(1, total_ / kSamples) == 0) take_sample(turn, tally);
    }
  }

  void send_one(Connection& connection, std::string_view bytes, std::uint64_t records, Tally& tally) {
    ++tally.requests;
    tally.bytes += bytes.size();
    const auto give_up = Clock::now() + std::chrono::seconds(options_.patience_seconds);
    for (std::string why;;) {
      if (file_.head().udp) {
        const auto sent = connection.send_datagram(bytes);
        (sent ? tally.acknowledged : tally.failed) += records;
        return;
      }
      const auto answer = connection.post(head_, bytes);
      if (answer && answer->status >= 200 && answer->status < 300) {
        const std::uint64_t rejected = std::min(records, rejected_records(answer->body));
        tally.rejected += rejected;
        tally.acknowledged += records - rejected;
        return;
      }
      why = answer ? fmt::format("{}: {}", answer->status, answer->body.substr(0, 300)) : answer.error().message;
      if (Clock::now() > give_up || (answer && !asks_to_try_again(answer->status))) {
        tally.failed += records;
        if (tally.first_failure.empty()) tally.first_failure = why;
        return;
      }
      ++tally.refused;
      const int seconds = answer ? answer->retry_after_seconds : 0;
      std::this_thread::sleep_for(seconds > 0 ? std::chrono::milliseconds(seconds * 1000)
                                              : std::chrono::milliseconds(100));
    }
  }

  /// The first id in an OTLP body is a trace's.
  void take_sample(std::size_t turn, Tally& tally) const {
    const auto marks = body_at(turn).marks;
    const auto id = std::ranges::find(marks, MarkKind::kIdBytes, [](Mark mark) { return mark.kind(); });
    if (id == marks.end()) return;
    std::string body;
    write_body(turn, body);
    tally.samples.push_back(to_hex(std::string_view(body).substr(id->offset(), 16)));
  }

  const BodyFile& file_;
  const ReplayOptions& options_;
  const Address& address_;
  std::string head_;
  std::vector<std::uint64_t> records_before_;
  std::uint64_t records_a_round_ = 0;
  std::size_t total_ = 0;
  std::vector<std::string> compressed_;
  std::atomic<std::size_t> next_ = 0;
  Clock::time_point begin_;
};

}  // namespace

Result<Tally> replay(const BodyFile& file, const ReplayOptions& options) {
  ASSIGN_OR_RETURN(const Address address, resolve(options.to, file.head().udp));
  return Replay(file, options, address).run();
}

}  // namespace tetrascope::bench
