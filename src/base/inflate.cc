#include "base/inflate.h"

#include <libdeflate.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>

namespace tetrascope {
namespace {

// All codecs here inflate at once into memory that we own, never through a window of their own: what a body may cost is
// then what `out` may hold. When `out` proves too small the body is inflated again into twice the room; sizes that the
// formats declare make that rare.

enum class Outcome { kDone, kNoRoom, kBroken };

struct Step {
  Outcome outcome = Outcome::kBroken;
  std::size_t used = 0;   ///< bytes of the input
  std::size_t wrote = 0;  ///< bytes of the output
};

Step from_libdeflate(libdeflate_result result, std::size_t used, std::size_t wrote) {
  if (result == LIBDEFLATE_SUCCESS) return {Outcome::kDone, used, wrote};
  return {result == LIBDEFLATE_INSUFFICIENT_SPACE ? Outcome::kNoRoom : Outcome::kBroken, 0, 0};
}

libdeflate_decompressor* decompressor() {
  struct Free {
    void operator()(libdeflate_decompressor* it) const { libdeflate_free_decompressor(it); }
  };
  thread_local const std::unique_ptr<libdeflate_decompressor, Free> one(libdeflate_alloc_decompressor());
  if (!one) throw std::bad_alloc();
  return one.get();
}

/// All members of a gzip file, one behind the other.
Step inflate_gzip(std::string_view body, char* out, std::size_t room) {
  Step all{Outcome::kDone, 0, 0};
  do {
    std::size_t used = 0;
    std::size_t wrote = 0;
    const auto result = libdeflate_gzip_decompress_ex(decompressor(), body.data() + all.used, body.size() - all.used,
                                                      out + all.wrote, room - all.wrote, &used, &wrote);
    const Step member = from_libdeflate(result, used, wrote);
    if (member.outcome != Outcome::kDone) return member;
    all.used += used;
    all.wrote += wrote;
  } while (all.used < body.size());
  return all;
}

bool has_zlib_header(std::string_view body) {
  if (body.size() < 2) return false;
  const auto first = static_cast<unsigned char>(body[0]);
  const auto second = static_cast<unsigned char>(body[1]);
  return (first & 0x0F) == 8 && (first >> 4) <= 7 && (first * 256 + second) % 31 == 0;
}

/// What HTTP calls deflate: zlib's wrapping by the standard, none by some clients.
Step inflate_deflate(std::string_view body, char* out, std::size_t room) {
  std::size_t used = 0;
  std::size_t wrote = 0;
  if (has_zlib_header(body)) {
    const Step step = from_libdeflate(
        libdeflate_zlib_decompress_ex(decompressor(), body.data(), body.size(), out, room, &used, &wrote), used, wrote);
    if (step.outcome == Outcome::kNoRoom) return step;
    if (step.outcome == Outcome::kDone) return {Outcome::kDone, used, wrote};
  }
  const auto result =
      libdeflate_deflate_decompress_ex(decompressor(), body.data(), body.size(), out, room, &used, &wrote);
  return from_libdeflate(result, used, wrote);
}

/// All frames of a zstd body. Decoding straight into `out` needs no window buffer, whatever window a frame asks for.
Step inflate_zstd(std::string_view body, char* out, std::size_t room) {
  struct Free {
    void operator()(ZSTD_DCtx* it) const { ZSTD_freeDCtx(it); }
  };
  thread_local const std::unique_ptr<ZSTD_DCtx, Free> context(ZSTD_createDCtx());
  if (!context) throw std::bad_alloc();
  if (body.empty()) return {};
  const std::size_t wrote = ZSTD_decompressDCtx(context.get(), out, room, body.data(), body.size());
  if (!ZSTD_isError(wrote)) return {Outcome::kDone, body.size(), wrote};
  return {ZSTD_getErrorCode(wrote) == ZSTD_error_dstSize_tooSmall ? Outcome::kNoRoom : Outcome::kBroken, 0, 0};
}

struct Codec {
  std::string_view name;
  Step (*inflate)(std::string_view body, char* out, std::size_t room);
};

const Codec* codec_of(std::string_view encoding) {
  static constexpr Codec kCodecs[] = {
      {"gzip", inflate_gzip},    {"x-gzip", inflate_gzip}, {"deflate", inflate_deflate},
      {"zlib", inflate_deflate}, {"zstd", inflate_zstd},   {"zst", inflate_zstd},
  };
  const auto* const found = std::ranges::find(kCodecs, encoding, &Codec::name);
  return found == std::end(kCodecs) ? nullptr : found;
}

/// Where to start: what the format says of its size, which is not to be trusted, else four times the body.
std::size_t first_room(const Codec& codec, std::string_view body) {
  constexpr std::size_t kDeflateRatio = 1032;  // no deflate stream grows more
  constexpr std::size_t kLeast = 4096;
  const std::size_t guess = std::max(kLeast, body.size() * 4);
  if (codec.inflate == inflate_gzip && body.size() >= 18) {
    std::uint32_t declared = 0;  // modulo 4 GiB, of the last member alone; little endian
    for (std::size_t i = 0; i < 4; ++i) {
      declared |= std::uint32_t{static_cast<unsigned char>(body[body.size() - 4 + i])} << (8 * i);
    }
    return std::clamp<std::size_t>(declared, 1, body.size() * kDeflateRatio);
  }
  if (codec.inflate == inflate_zstd) {
    const unsigned long long declared = ZSTD_getFrameContentSize(body.data(), body.size());
    if (declared < ZSTD_CONTENTSIZE_ERROR) return std::max<std::size_t>(1, declared);
  }
  return guess;
}

std::string lower_trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  return out;
}

std::unexpected<Error> too_large(std::size_t limit) {
  return fail(ErrorCode::kTooLarge, "body: more than " + std::to_string(limit) + " bytes when decompressed");
}

}  // namespace

Result<void> inflate(std::string_view encoding, std::string_view body, std::size_t limit, std::string& out) {
  const std::string name = lower_trimmed(encoding);
  if (name.empty() || name == "identity") {
    if (body.size() > limit) return too_large(limit);
    out.assign(body);
    return {};
  }
  const Codec* const codec = codec_of(name);
  if (codec == nullptr) {
    return fail(ErrorCode::kUnsupportedMedia,
                "encoding '" + std::string(encoding) + "': want gzip, deflate, zstd or none");
  }
  std::size_t room = std::min(limit, std::max(first_room(*codec, body), out.capacity()));
  for (;;) {
    if (room > out.capacity()) {
      // Into a new string: growing would copy what is thrown away, and take twice the room that was asked for.
      std::string().swap(out);
      out.reserve(room);
    }
    Step step;
    out.resize_and_overwrite(room, [&](char* data, std::size_t size) {
      step = codec->inflate(body, data, size);
      return step.outcome == Outcome::kDone ? step.wrote : 0;
    });
    if (step.outcome == Outcome::kNoRoom && room < limit) {
      room = room > limit / 2 ? limit : std::max<std::size_t>(room * 2, 1);
      continue;
    }
    if (step.outcome == Outcome::kNoRoom) return too_large(limit);
    if (step.outcome == Outcome::kBroken || step.used != body.size()) {
      out.clear();
      return fail(ErrorCode::kMalformed,
                  "body: " + std::to_string(body.size()) + " bytes that are not whole " + name + " data");
    }
    return {};
  }
}

std::string gzip(std::string_view body) {
  struct Free {
    void operator()(libdeflate_compressor* it) const { libdeflate_free_compressor(it); }
  };
  constexpr int kLevel = 3;  // some 300 MB/s on JSON; level 6 takes twice the time for 5 % less
  thread_local const std::unique_ptr<libdeflate_compressor, Free> compressor(libdeflate_alloc_compressor(kLevel));
  if (!compressor) throw std::bad_alloc();
  std::string out;
  out.resize_and_overwrite(libdeflate_gzip_compress_bound(compressor.get(), body.size()),
                           [&](char* data, std::size_t size) {
                             return libdeflate_gzip_compress(compressor.get(), body.data(), body.size(), data, size);
                           });
  return out;
}

}  // namespace tetrascope
