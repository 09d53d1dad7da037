// From an OTLP body to columns, and on to the bytes that the engine takes: spans a second on one core.

#include <benchmark/benchmark.h>
#include <fmt/core.h>

#include <string>

#include <protozero/pbf_writer.hpp>

#include "slices/otlp/decode.h"

namespace {

using namespace tetrascope;

constexpr int kSpans = 1000;
constexpr int kAttributes = 16;

void add_attribute(protozero::pbf_writer& parent, std::uint32_t field, const std::string& key, int number) {
  std::string any, pair;
  protozero::pbf_writer value(any);
  if (number % 4 == 3) {
    value.add_int64(3, number * 7919);
  } else {
    value.add_string(1, fmt::format("value-{}", number));
  }
  protozero::pbf_writer entry(pair);
  entry.add_string(1, key);
  entry.add_message(2, any);
  parent.add_message(field, pair);
}

std::string span_message(int index) {
  std::string out;
  protozero::pbf_writer span(out);
  span.add_bytes(1, fmt::format("{:016d}", index / 10));
  span.add_bytes(2, fmt::format("{:08d}", index + 1));
  span.add_bytes(4, fmt::format("{:08d}", index));
  span.add_string(5, fmt::format("GET /route/{}", index % 20));
  span.add_enum(6, 2);
  span.add_fixed64(7, 1'790'000'000'000'000'000U + static_cast<std::uint64_t>(index) * 1'000'000);
  span.add_fixed64(8, 1'790'000'000'005'000'000U + static_cast<std::uint64_t>(index) * 1'000'000);
  for (int i = 0; i < kAttributes; ++i) add_attribute(span, 9, fmt::format("http.attribute.{}", i), (index + i) % 50);
  span.add_fixed32(16, 257);
  return out;
}

std::string make_body() {
  std::string resource, group, resource_group, body;
  protozero::pbf_writer attributes(resource);
  for (int i = 0; i < 10; ++i) add_attribute(attributes, 1, fmt::format("resource.attribute.{}", i), i);
  protozero::pbf_writer scope_spans(group);
  for (int i = 0; i < kSpans; ++i) scope_spans.add_message(2, span_message(i));
  protozero::pbf_writer resource_spans(resource_group);
  resource_spans.add_message(1, resource);
  resource_spans.add_message(2, group);
  protozero::pbf_writer(body).add_message(1, resource_group);
  return body;
}

void report(benchmark::State& state, const std::string& body) {
  state.SetItemsProcessed(state.iterations() * kSpans);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}

/// Batches of 20 requests, as one commit under load has them.
constexpr int kRequests = 20;

void decode_protobuf(benchmark::State& state) {
  const std::string body = make_body();
  const otlp::OtlpContext context{{}, {}, UnixNanos::now()};
  Batch batch;
  int requests = 0;
  for (auto _ : state) {
    if (++requests % kRequests == 0) batch = Batch{};
    benchmark::DoNotOptimize(otlp::decode_traces(body, context, batch));
  }
  report(state, body);
}
BENCHMARK(decode_protobuf);

void decode_protobuf_and_encode(benchmark::State& state) {
  const std::string body = make_body();
  const otlp::OtlpContext context{{}, {}, UnixNanos::now()};
  Batch batch;
  NativeWriter native;
  int requests = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(otlp::decode_traces(body, context, batch));
    if (++requests % kRequests != 0) continue;
    native.clear();
    batch.spans.encode(native, 0, batch.spans.rows());
    benchmark::DoNotOptimize(native.view());
    batch = Batch{};
  }
  report(state, body);
}
BENCHMARK(decode_protobuf_and_encode);

}  // namespace
