#include "model/verdict.h"

namespace hitscope {

Tier tier_of(int votes_for_hit) {
  if (votes_for_hit >= 5) return Tier::ultra_hit;
  if (votes_for_hit >= 3) return Tier::potential;
  if (votes_for_hit >= 1) return Tier::risky;
  return Tier::total_flop;
}

std::string_view tier_name(Tier tier) {
  switch (tier) {
    case Tier::ultra_hit:
      return "ULTRA HIT";
    case Tier::potential:
      return "POTENTIAL";
    case Tier::risky:
      return "RISKY";
    case Tier::total_flop:
      break;
  }
  return "TOTAL FLOP";
}

std::string_view label_name(Label label) {
  return label == Label::hit ? "HIT" : "FLOP";
}

}  // namespace hitscope
