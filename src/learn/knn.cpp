#include "learn/knn.h"

#include <string>

namespace hitscope {

Result<Neighbours> fit_knn(const Dataset& data, const KnnParams& params) {
  if (auto valid = data.validate(); !valid) return tl::unexpected(valid.error());
  if (!data.weight.empty())
    return fail(ErrorKind::table_invalid, "Nearest neighbours cannot use row weights.");
  if (params.k == 0 || params.k > data.rows() || params.k > Neighbours::kMaxK) {
    return fail(ErrorKind::recipe_invalid, "The number of neighbours does not fit the table.",
                "k = " + std::to_string(params.k) + " with " + std::to_string(data.rows()) + " rows");
  }
  if (data.columns() > Neighbours::kMaxFeatures) {
    return fail(
        ErrorKind::recipe_invalid, "The table has too many columns for nearest neighbours.",
        std::to_string(data.columns()) + " columns, at most " + std::to_string(Neighbours::kMaxFeatures));
  }
  return Neighbours::build(data.x.values(), data.y, data.columns(), params.k, params.distance_weights);
}

}  // namespace hitscope
