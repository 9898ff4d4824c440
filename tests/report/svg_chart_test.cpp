#include "report/svg_chart.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "core/holds.h"

namespace hitscope {
namespace {

const Axis kUnit{.label = "x"};

TEST(LineChart, PutsTheCornersOfTheDataAtTheCornersOfThePlot) {
  const std::string svg =
      line_chart("T", kUnit, kUnit, {{.name = "a", .points = {{0, 0}, {1, 1}, {0.5, 0.5}}}});
  EXPECT_TRUE(holds(svg, "points=\"64.0,364.0 384.0,44.0 224.0,204.0\"")) << svg;
}

TEST(LineChart, KeepsWhatIsOutsideAtTheEdgeAndDropsWhatIsNoNumber) {
  const std::string svg =
      line_chart("T", kUnit, kUnit, {{.name = "a", .points = {{-5, 0}, {std::nan(""), 0.5}, {1, 9}}}});
  EXPECT_TRUE(holds(svg, "points=\"64.0,364.0 384.0,44.0\"")) << svg;
  EXPECT_FALSE(holds(svg, "nan"));
}

TEST(LineChart, NamesGoIntoTheLegend) {
  const std::string svg =
      line_chart("T", kUnit, kUnit,
                 {{.name = "consensus", .points = {}}, {.name = "coin", .points = {}, .dashed = true}});
  EXPECT_TRUE(holds(svg, ">consensus</text>"));
  EXPECT_TRUE(holds(svg, ">coin</text>"));
  EXPECT_TRUE(holds(svg, "stroke-dasharray"));
}

TEST(BarChart, LengthsAreInProportionAndSignsPartAtZero) {
  const std::string svg = bar_chart(
      "T", "v", {{.name = "a", .value = 3, .note = "three"}, {.name = "b", .value = -1, .note = ""}});
  EXPECT_TRUE(holds(svg, "width=\"187.5\"")) << svg;  // 3/4 of 250
  EXPECT_TRUE(holds(svg, "width=\"62.5\"")) << svg;   // 1/4
  EXPECT_TRUE(holds(svg, ">three</text>"));
}

TEST(BarChart, NothingToShowIsNoError) {
  EXPECT_TRUE(bar_chart("T", "v", {}).ends_with("</svg>\n"));
  EXPECT_FALSE(holds(bar_chart("T", "v", {{.name = "a", .value = std::nan(""), .note = ""}}), "nan"));
}

TEST(MatrixChart, WritesEachShareIntoItsCell) {
  const std::string svg = matrix_chart("T", {"r1", "r2"}, {"c1", "c2"}, {{0.1, 0.9}, {0.25, 0.75}});
  for (const char* cell : {">10 %<", ">90 %<", ">25 %<", ">75 %<"}) EXPECT_TRUE(holds(svg, cell)) << cell;
}

TEST(SvgCharts, TextsCannotBreakOutOfTheMarkup) {
  const std::string hostile = "<script>\"&\xFF";
  const std::string svg = line_chart(hostile, {.label = hostile}, kUnit, {{.name = hostile, .points = {}}}) +
                          bar_chart(hostile, hostile, {{.name = hostile, .value = 1, .note = hostile}}) +
                          matrix_chart(hostile, {hostile}, {hostile}, {{1.0}});
  EXPECT_FALSE(holds(svg, "<script"));
  EXPECT_FALSE(holds(svg, "\xFF"));
  EXPECT_TRUE(holds(svg, "&lt;script&gt;&quot;&amp;\uFFFD"));
}

}  // namespace
}  // namespace hitscope
