#pragma once
// The words of the simulated shop: services, what they own, and whom they call.

#include <array>
#include <string_view>

#include "data/trace.h"

namespace tetrascope::bench {

struct Service {
  std::string_view name;
  std::string_view noun;  ///< what it keeps: paths, tables and topics are named after it
  std::string_view type;  ///< the class in its code
  std::string_view language;
};

inline constexpr std::array<Service, kServices> kShop = {{
    {"storefront", "pages", "Storefront", "nodejs"},
    {"gateway", "sessions", "Gateway", "go"},
    {"cart", "carts", "Cart", "java"},
    {"checkout", "orders", "Checkout", "java"},
    {"catalog", "products", "Catalog", "go"},
    {"account", "accounts", "Account", "python"},
    {"pricing", "prices", "Pricing", "java"},
    {"inventory", "stocks", "Inventory", "go"},
    {"search", "documents", "Search", "java"},
    {"payment", "payments", "Payment", "java"},
    {"shipping", "shipments", "Shipping", "python"},
    {"notification", "messages", "Notification", "nodejs"},
}};

/// Providers outside, which are called but send no spans: Span::peer from kServices on.
inline constexpr std::array<std::string_view, 4> kProviders = {"api.cardprocessor.example", "api.parcels.example",
                                                               "geo.maps.example", "mail.outbound.example"};

struct Route {
  std::string_view method;
  std::string_view before, after;  ///< the path before the noun and after it, with {id} where a number is
};
inline constexpr std::array<Route, 8> kRoutes = {{
    {"GET", "/api/v2/", "/{id}"},
    {"GET", "/api/v2/", "/{id}/items"},
    {"POST", "/api/v2/", "/{id}/items"},
    {"GET", "/api/v2/", ""},
    {"PUT", "/api/v2/", "/{id}"},
    {"GET", "/api/v2/", "/{id}/history"},
    {"POST", "/api/v2/", ""},
    {"GET", "/internal/", "/{id}/state"},
}};

inline constexpr std::array<std::string_view, 4> kStatements = {"SELECT", "SELECT", "INSERT", "UPDATE"};
inline constexpr std::array<std::string_view, 4> kTables = {"", "_items", "_history", "_outbox"};
inline constexpr std::array<std::string_view, 6> kFunctions = {"validate", "recalculate",    "render",
                                                               "merge",    "applyDiscounts", "serialize"};
inline constexpr std::array<std::string_view, 5> kRpcMethods = {"Get", "List", "Quote", "Reserve", "Query"};

}  // namespace tetrascope::bench
