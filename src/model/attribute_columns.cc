#include "model/attribute_columns.h"

#include <type_traits>
#include <variant>

namespace tetrascope {
namespace {

/// Levels of a map whose leaves get keys of their own; what lies deeper is one JSON text.
constexpr int kLeafDepth = 5;

}  // namespace

void AttributeColumns::use_dataset(std::string_view environment, std::string_view dataset) {
  for (std::size_t i = 0; i < datasets_.size(); ++i) {
    if (datasets_[i].environment != environment || datasets_[i].name != dataset) continue;
    dataset_ = i;
    return;
  }
  dataset_ = datasets_.size();
  datasets_.push_back({std::string(environment), std::string(dataset), {}});
}

void AttributeColumns::add(std::string_view key, const Value& value) {
  if (const auto* text = value.as<std::string>()) return add_string(key, *text);
  if (const auto* integer = value.as<std::int64_t>()) return add_int(key, *integer);
  if (const auto* number = value.as<double>()) return add_double(key, *number);
  if (const auto* flag = value.as<bool>()) return add_bool(key, *flag);
  add_json(key, to_json(value));
  if (const auto* object = value.as<Object>()) {
    std::string path(key);
    add_leaves(path, *object, 1);
  }
}

void AttributeColumns::add_leaves(std::string& key, const Object& object, int depth) {
  const std::size_t length = key.size();
  for (const auto& [name, value] : object) {
    key.append(".").append(name);
    const auto* inner = value.as<Object>();
    if (inner != nullptr && depth < kLeafDepth) {
      add_leaves(key, *inner, depth + 1);
    } else if (inner != nullptr) {
      add_json(key, to_json(value));
    } else if (!value.missing()) {
      add(key, value);
    }
    key.resize(length);
  }
}

void AttributeColumns::end_row() {
  strings.end_row();
  ints.end_row();
  doubles.end_row();
  bools.end_row();
  jsons.end_row();
}

void AttributeColumns::collect(FieldSightings& out) const {
  const std::array<const Dictionary*, kFieldTypes> keys = {&strings.keys(), &ints.keys(), &doubles.keys(),
                                                           &bools.keys(), &jsons.keys()};
  for (const auto& dataset : datasets_) {
    if (dataset.name.empty() && dataset.environment.empty()) continue;
    out.push_back({dataset.environment, dataset.name, FieldLevel::kItem, "", FieldType::kString});
    for (std::size_t type = 0; type < kFieldTypes; ++type) {
      for (std::uint32_t key = 1; key < dataset.seen[type].size(); ++key) {
        if (dataset.seen[type][key] == 0) continue;
        out.push_back({dataset.environment, dataset.name, FieldLevel::kItem, std::string(keys[type]->at(key)),
                       static_cast<FieldType>(type)});
      }
    }
  }
}

}  // namespace tetrascope
