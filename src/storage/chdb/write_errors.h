#pragma once
// The engine's library does not look at what write() says: where it should throw, release 26.7 of chdb-core only leaves
// the loop (src/IO/WriteBufferFromFileDescriptor.cpp), so that on a full disk a part with half its files counts as
// stored, and a merge puts such a part in the place of whole ones. What fdatasync() and fsync() say it does look at. So
// this program stands in front of the three for everything in its process: a file to which a write failed cannot be
// synced any more. All that the engine keeps is synced before it counts: inserts by fsync_after_insert, merges by
// what data_dir.cc sets.

#include <cstddef>

namespace tetrascope {

/// Makes the linker keep this file's functions, and says how many files are marked just now: at most
/// kMostMarkedFiles, the oldest are forgotten.
std::size_t files_with_lost_writes();

inline constexpr std::size_t kMostMarkedFiles = 4'096;

}  // namespace tetrascope
