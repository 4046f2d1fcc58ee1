// Functions that exist with OVER only: ranks, neighbours, and a row by its number. What stands for
// their frame is known to Spark by a name of its own.

#include <cstdlib>

#include "engine/dialect/aggregates.hpp"
#include "engine/dialect/cast.hpp"
#include "engine/dialect/coercion.hpp"

namespace weir::dialect {

Result<Aggregate> ranking(const Call& call) {
  const bool tiles = call.function == "ntile";
  // What Spark takes as arguments of RANK and its like, it does not look at.
  if (call.args.size() != (tiles ? 1U : 0U) && !call.function.ends_with("rank")) {
    return wrong_arguments(call, tiles ? "a number of tiles" : "nothing");
  }
  if (tiles && (!call.args[0].number || *call.args[0].number < 1)) {
    return fail_at(call.args[0].at, "the tiles of NTILE must be a number over 0");
  }
  const bool share = call.function == "percent_rank" || call.function == "cume_dist";
  Aggregate out;
  out.type = share ? Kind::double_ : Kind::int_;
  out.before = "CAST(";
  out.call = call.function + "(" + (tiles ? call.args[0].sql : "") + ")";
  out.after = wrapped_cast(out.type);
  out.window_only = true;
  out.needs_order = true;
  out.takes_frame = false;
  if (call.function == "cume_dist") {
    out.frame_name = "RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW";
  }
  out.ties = share || call.function.ends_with("rank") ? Ties::none : Ties::position;
  if (call.function.ends_with("rank")) {
    for (const char c : call.function) {
      out.name += c == '_' ? c : static_cast<char>(c - 'a' + 'A');
    }
    out.name += "()";
  }
  return out;
}

// LAG(x [, n [, otherwise]]) and LEAD.
Result<Aggregate> neighbour(const Call& call) {
  if (call.args.empty() || call.args.size() > 3) {
    return wrong_arguments(call, "a value, a distance and a value for where there is none");
  }
  const Typed& value = call.args[0];
  std::string more;
  std::int64_t distance = 1;
  if (call.args.size() > 1) {
    if (!call.args[1].number || std::abs(*call.args[1].number) > INT32_MAX) {
      return fail_at(call.args[1].at, "the distance of " + call.function + " must be a number");
    }
    distance = *call.args[1].number;
    more = ", " + std::to_string(distance);
  }
  if (call.args.size() > 2) {
    const auto met = tightest_type(value.type, call.args[2].type);
    if (!met || *met != value.type) {
      return fail_at(call.args[2].at, "the value for where there is no row must be of the type " +
                                          value.type.spark_name() + "; cast it");
    }
    WEIR_TRY(const Typed otherwise, cast(call.args[2], value.type));
    more += ", " + otherwise.sql;
  }
  Aggregate out;
  out.type = value.type;
  out.call =
      call.function + "(" + value.sql + more + (call.expr->ignore_nulls ? " IGNORE NULLS)" : ")");
  out.window_only = true;
  out.needs_order = true;
  out.takes_frame = false;
  out.ties = Ties::position;
  const std::string step =
      std::to_string(call.function == "lag" ? -distance : distance) + " FOLLOWING";
  out.frame_name = "ROWS BETWEEN " + step + " AND " + step;
  const std::string otherwise = call.args.size() > 2 ? call.args[2].name : "NULL";
  out.name =
      call.function + "(" + value.name + ", " + std::to_string(distance) + ", " + otherwise + ")";
  return out;
}

Result<Aggregate> nth(const Call& call) {
  if (call.args.size() != 2 || !call.args[1].number || *call.args[1].number < 1) {
    return wrong_arguments(call, "a value and a number over 0");
  }
  Aggregate out;
  out.type = call.args[0].type;
  out.call = "nth_value(" + call.args[0].sql + ", " + std::to_string(*call.args[1].number) +
             (call.expr->ignore_nulls ? " IGNORE NULLS)" : ")");
  out.window_only = true;
  return out;
}

}  // namespace weir::dialect
