// Plots as SVG: small, sharp at any size, readable in a browser and in Markdown, and always the same bytes
// for the same values. Three kinds are enough for the reports: lines, bars and a matrix of shares.
//
// Colours are Okabe and Ito's, which people with any colour vision can tell apart. Texts are escaped.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace hitscope {

struct Axis {
  std::string label;
  double low = 0;
  double high = 1;  // above low
};

struct Line {
  std::string name;                               // in the legend; empty = not there
  std::vector<std::pair<double, double>> points;  // those that are not finite are left out
  bool dashed = false;                            // for what is expected rather than measured
  bool dots = false;                              // marks each point
};
[[nodiscard]] std::string line_chart(const std::string& title, const Axis& x, const Axis& y,
                                     const std::vector<Line>& lines);

struct Bar {
  std::string name;
  double value = 0;
  std::string note;  // written at the bar's end
};
// Horizontal bars from zero; values of either sign.
[[nodiscard]] std::string bar_chart(const std::string& title, const std::string& value_label,
                                    const std::vector<Bar>& bars);

// Shares (0..1) by row and column, as darker and lighter cells with their percentages.
[[nodiscard]] std::string matrix_chart(const std::string& title, const std::vector<std::string>& rows,
                                       const std::vector<std::string>& columns,
                                       const std::vector<std::vector<double>>& shares);

}  // namespace hitscope
