#pragma once
// What is looked for in log bodies, said so that the index of their trigrams can leave out granules without it
// (docs/adr/0014-words-in-logs.md).

#include <span>
#include <string>

#include "query/plan.h"
#include "storage/statement.h"

namespace tetrascope::plan {

/// At most so many texts of one read are looked up; further ones are only searched for.
inline constexpr std::size_t kMaxBodyTexts = 16;

/// SQL of a condition on the rows of `read` for the engine's index alone, which no row is held against: the texts that
/// its `where`, or a filter among the first of `stages`, demands of the body. It holds wherever those do. "" where they
/// demand none, or none of three ASCII characters in a row.
std::string body_grams_sql(const TableRead& read, std::span<const Stage> stages, StatementBuilder& out);

}  // namespace tetrascope::plan
