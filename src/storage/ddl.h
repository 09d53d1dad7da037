#pragma once
// CREATE TABLE of the tables that model/schema.h declares.

#include <string>

#include "model/table.h"

namespace tetrascope {

/// `CREATE TABLE IF NOT EXISTS …`, with the settings that make an answered insert durable and repeatable.
std::string create_table(const TableSchema& table);

/// `name type codec`, as in CREATE TABLE and ALTER TABLE … ADD COLUMN.
std::string column_definition(const TableSchema::Column& column);

}  // namespace tetrascope
