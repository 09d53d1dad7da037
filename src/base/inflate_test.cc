#include "base/inflate.h"

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <random>

namespace tetrascope {
namespace {

/// `window_bits` as zlib has it: 15 zlib, 31 gzip, -15 raw deflate.
std::string with_zlib(std::string_view text, int window_bits) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(compressBound(text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string with_zstd(std::string_view text, int level = 3) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  const std::size_t size = ZSTD_compress(out.data(), out.size(), text.data(), text.size(), level);
  EXPECT_FALSE(ZSTD_isError(size));
  out.resize(size);
  return out;
}

/// A frame that does not say how long its content is, as streaming clients write it.
std::string with_streamed_zstd(std::string_view text) {
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  std::string out(ZSTD_compressBound(text.size()), '\0');
  const std::size_t size = ZSTD_compress2(context, out.data(), out.size(), text.data(), text.size());
  EXPECT_FALSE(ZSTD_isError(size));
  ZSTD_freeCCtx(context);
  out.resize(size);
  return out;
}

std::string repeated(std::string_view word, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += word;
  return out;
}

std::string noise(std::size_t size) {
  std::mt19937 random(7);
  std::string out(size, '\0');
  for (char& c : out) c = static_cast<char>(random());
  return out;
}

constexpr std::size_t kLimit = std::size_t{8} << 20;

TEST(Inflate, GivesBackWhatWasCompressed) {
  for (const std::string& text :
       {std::string(), std::string("x"), repeated("spans and logs ", 50'000), noise(300'000)}) {
    struct Case {
      std::string_view encoding;
      std::string body;
    };
    for (const Case& c : {Case{"", text},
                          {"identity", text},
                          {"gzip", with_zlib(text, 31)},
                          {"GZIP", with_zlib(text, 31)},
                          {" x-gzip ", with_zlib(text, 31)},
                          {"deflate", with_zlib(text, 15)},
                          {"zlib", with_zlib(text, 15)},
                          {"deflate", with_zlib(text, -15)},
                          {"zstd", with_zstd(text)},
                          {"ZST", with_zstd(text, 19)},
                          {"zstd", with_streamed_zstd(text)}}) {
      std::string out = "old";
      const auto inflated = inflate(c.encoding, c.body, kLimit, out);
      ASSERT_TRUE(inflated) << c.encoding << ": " << inflated.error().message;
      EXPECT_EQ(out, text) << c.encoding;
      // A limit that just fits is no reason to refuse; one less is.
      EXPECT_TRUE(inflate(c.encoding, c.body, text.size(), out)) << c.encoding << " of " << text.size();
      EXPECT_EQ(out, text) << c.encoding;
      if (text.empty()) continue;
      const auto over = inflate(c.encoding, c.body, text.size() - 1, out);
      ASSERT_FALSE(over) << c.encoding;
      EXPECT_EQ(over.error().code, ErrorCode::kTooLarge) << c.encoding;
    }
  }
}

TEST(Inflate, TakesSeveralMembersAndFrames) {
  const std::string long_part = repeated("long ", 100'000);
  std::string out;
  ASSERT_TRUE(inflate("gzip", with_zlib("a", 31) + with_zlib("", 31) + with_zlib(long_part, 31) + with_zlib("z", 31),
                      kLimit, out));
  EXPECT_EQ(out, "a" + long_part + "z");
  ASSERT_TRUE(inflate("zstd", with_zstd("a") + with_streamed_zstd(long_part) + with_zstd("z"), kLimit, out));
  EXPECT_EQ(out, "a" + long_part + "z");
}

TEST(Inflate, RefusesWhatIsBroken) {
  const std::string text = repeated("spans and logs ", 1000);
  struct Whole {
    std::string_view encoding;
    std::string body;
  };
  for (const Whole& whole :
       {Whole{"gzip", with_zlib(text, 31)}, {"deflate", with_zlib(text, 15)}, {"zstd", with_zstd(text)}}) {
    for (const std::string& body :
         {std::string(), std::string("{}"), text, whole.body + "more", whole.body.substr(1)}) {
      std::string out;
      const auto inflated = inflate(whole.encoding, body, kLimit, out);
      ASSERT_FALSE(inflated) << whole.encoding << " of " << body.size();
      EXPECT_EQ(inflated.error().code, ErrorCode::kMalformed) << whole.encoding;
    }
    for (std::size_t size = 0; size < whole.body.size(); ++size) {
      std::string out;
      const auto inflated = inflate(whole.encoding, std::string_view(whole.body).substr(0, size), kLimit, out);
      ASSERT_FALSE(inflated) << whole.encoding << " cut at " << size;
      EXPECT_EQ(inflated.error().code, ErrorCode::kMalformed) << whole.encoding << " cut at " << size;
    }
  }
}

TEST(Inflate, RefusesUnknownEncodings) {
  for (const std::string_view encoding : {"br", "snappy", "gzip, gzip", "lz4", "gzipp"}) {
    std::string out;
    const auto inflated = inflate(encoding, "body", kLimit, out);
    ASSERT_FALSE(inflated) << encoding;
    EXPECT_EQ(inflated.error().code, ErrorCode::kUnsupportedMedia) << encoding;
  }
}

TEST(Inflate, ABombCostsNoMoreThanTheLimit) {
  const std::string zeros(std::size_t{64} << 20, '\0');
  for (const auto& [encoding, body] : {std::pair<std::string_view, std::string>{"gzip", with_zlib(zeros, 31)},
                                       {"deflate", with_zlib(zeros, -15)},
                                       {"zstd", with_zstd(zeros, 1)},
                                       {"zstd", with_streamed_zstd(zeros)}}) {
    ASSERT_LT(body.size(), kLimit);
    std::string out;
    const auto inflated = inflate(encoding, body, kLimit, out);
    ASSERT_FALSE(inflated) << encoding;
    EXPECT_EQ(inflated.error().code, ErrorCode::kTooLarge) << encoding;
    EXPECT_LE(out.capacity(), kLimit + 16) << encoding;
  }
}

TEST(Inflate, ALieAboutTheSizeReservesLittle) {
  std::string body = with_zlib("small", 31);
  body.replace(body.size() - 4, 4, "\xff\xff\xff\x7f");
  std::string out;
  EXPECT_FALSE(inflate("gzip", body, std::size_t{1} << 30, out));
  EXPECT_LT(out.capacity(), std::size_t{1} << 20);
}

TEST(Inflate, ReusesTheRoomItIsGiven) {
  std::string out;
  out.reserve(1 << 20);
  const char* const room = out.data();
  ASSERT_TRUE(inflate("gzip", with_zlib(repeated("word", 1000), 31), kLimit, out));
  EXPECT_EQ(out.data(), room);
}

TEST(Gzip, IsReadByInflate) {
  for (const std::string& text : {std::string(), repeated("an answer ", 10'000), noise(10'000)}) {
    std::string out;
    ASSERT_TRUE(inflate("gzip", gzip(text), kLimit, out));
    EXPECT_EQ(out, text);
  }
  EXPECT_LT(gzip(repeated("an answer ", 10'000)).size(), 2000u);
}

}  // namespace
}  // namespace tetrascope
