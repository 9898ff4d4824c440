#include "report/svg_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "report/plain_text.h"

namespace hitscope {
namespace {

constexpr std::array<std::string_view, 7> kColours = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                      "#E69F00", "#56B4E9", "#000000"};
constexpr double kChartWidth = 560;
constexpr double kPlotTop = 44;
constexpr double kGrid = 5;  // parts an axis is divided into

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : well_formed_utf8(text)) {
    switch (c) {
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '&':
        result += "&amp;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

// Pixels to a tenth: enough for the eye, and short.
std::string px(double value) {
  return fmt::format("{:.1f}", value);
}

enum class Anchor { start, middle, end };

class Svg {
 public:
  Svg(const std::string& title, double height) {
    body_ = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" width=\"{0:.0f}\" "
        "height=\"{1:.0f}\" role=\"img\" font-family=\"system-ui, sans-serif\" font-size=\"12\">\n"
        "<title>{2}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
        kChartWidth, height, escaped(title));
    text(kChartWidth / 2, 24, title, Anchor::middle, "font-size=\"15\" font-weight=\"600\"");
  }

  void text(double x, double y, std::string_view words, Anchor anchor, std::string_view attributes = "") {
    constexpr std::array<std::string_view, 3> kAnchors = {"start", "middle", "end"};
    body_ += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"{}\"{}{}>{}</text>\n", px(x), px(y),
                         kAnchors[static_cast<std::size_t>(anchor)], attributes.empty() ? "" : " ",
                         attributes, escaped(words));
  }
  void line(double x1, double y1, double x2, double y2, std::string_view colour) {
    body_ += fmt::format("<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"{}\"/>\n", px(x1), px(y1),
                         px(x2), px(y2), colour);
  }
  void box(double x, double y, double width, double height, std::string_view fill) {
    body_ += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"/>\n", px(x), px(y),
                         px(width), px(height), fill);
  }
  void raw(std::string_view element) { body_ += element; }
  std::string finish() { return std::move(body_) + "</svg>\n"; }

 private:
  std::string body_;
};

// "0.25", "1200": as many digits as the axis' range needs.
std::string tick(double value, double range) {
  const int decimals = range >= 50 ? 0 : range >= 5 ? 1 : 2;
  return fmt::format("{:.{}f}", value, decimals);
}

class LinePlot {
 public:
  LinePlot(Svg& svg, const Axis& x, const Axis& y) : svg_(svg), x_(x), y_(y) {}

  void draw_axes() {
    for (double part = 0; part <= kGrid; ++part) {
      const double x = x_.low + (x_.high - x_.low) * part / kGrid;
      const double y = y_.low + (y_.high - y_.low) * part / kGrid;
      svg_.line(at_x(x), kPlotTop, at_x(x), kPlotTop + kPlot, "#e5e5e5");
      svg_.line(kLeft, at_y(y), kLeft + kPlot, at_y(y), "#e5e5e5");
      svg_.text(at_x(x), kPlotTop + kPlot + 18, tick(x, x_.high - x_.low), Anchor::middle, "fill=\"#555\"");
      svg_.text(kLeft - 8, at_y(y) + 4, tick(y, y_.high - y_.low), Anchor::end, "fill=\"#555\"");
    }
    svg_.text(kLeft + kPlot / 2, kPlotTop + kPlot + 38, x_.label, Anchor::middle);
    svg_.text(0, 0, y_.label, Anchor::middle,
              fmt::format("transform=\"translate(16 {}) rotate(-90)\"", px(kPlotTop + kPlot / 2)));
  }

  void draw(const Line& line, std::string_view colour) {
    std::string points;
    for (const auto& [x, y] : line.points) {
      if (!std::isfinite(x) || !std::isfinite(y)) continue;
      points += fmt::format("{}{},{}", points.empty() ? "" : " ", px(at_x(x)), px(at_y(y)));
      if (line.dots) {
        svg_.raw(fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"3.5\" fill=\"{}\"/>\n", px(at_x(x)),
                             px(at_y(y)), colour));
      }
    }
    svg_.raw(fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.8\"{}/>\n",
                         points, colour, line.dashed ? " stroke-dasharray=\"5 4\"" : ""));
  }

  void draw_legend(std::size_t place, const Line& line, std::string_view colour) {
    const double y = kPlotTop + 14 + 18 * static_cast<double>(place);
    svg_.line(kLegend, y - 4, kLegend + 18, y - 4, colour);
    svg_.text(kLegend + 24, y, line.name, Anchor::start);
  }

  static constexpr double kPlot = 320;

 private:
  static constexpr double kLeft = 64;
  static constexpr double kLegend = kLeft + kPlot + 16;

  [[nodiscard]] double at_x(double value) const {
    return kLeft + kPlot * std::clamp((value - x_.low) / (x_.high - x_.low), 0.0, 1.0);
  }
  [[nodiscard]] double at_y(double value) const {
    return kPlotTop + kPlot * (1 - std::clamp((value - y_.low) / (y_.high - y_.low), 0.0, 1.0));
  }

  Svg& svg_;
  const Axis& x_;
  const Axis& y_;
};

}  // namespace

std::string line_chart(const std::string& title, const Axis& x, const Axis& y,
                       const std::vector<Line>& lines) {
  Svg svg(title, kPlotTop + LinePlot::kPlot + 52);
  LinePlot plot(svg, x, y);
  plot.draw_axes();
  std::size_t place = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string_view colour = lines[i].dashed ? "#888" : kColours[i % kColours.size()];
    plot.draw(lines[i], colour);
    if (!lines[i].name.empty()) plot.draw_legend(place++, lines[i], colour);
  }
  return svg.finish();
}

std::string bar_chart(const std::string& title, const std::string& value_label,
                      const std::vector<Bar>& bars) {
  constexpr double kLeft = 160;
  constexpr double kSpan = 250;
  constexpr double kRow = 26;
  double low = 0;
  double high = 0;
  for (const Bar& bar : bars) {
    if (!std::isfinite(bar.value)) continue;
    low = std::min(low, bar.value);
    high = std::max(high, bar.value);
  }
  const double range = high > low ? high - low : 1;
  const auto at = [&](double value) { return kLeft + kSpan * (value - low) / range; };
  const double bottom = kPlotTop + kRow * static_cast<double>(bars.size());
  Svg svg(title, bottom + 40);
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const double y = kPlotTop + kRow * static_cast<double>(i);
    const double value = std::isfinite(bars[i].value) ? bars[i].value : 0;
    svg.text(kLeft - 10, y + 16, bars[i].name, Anchor::end);
    svg.box(std::min(at(0), at(value)), y + 4, std::abs(at(value) - at(0)), kRow - 8,
            kColours[value < 0 ? 1 : 0]);
    svg.text(std::max(at(0), at(value)) + 6, y + 16, bars[i].note, Anchor::start, "fill=\"#555\"");
  }
  svg.line(at(0), kPlotTop, at(0), bottom, "#888");
  svg.text(kLeft + kSpan / 2, bottom + 24, value_label, Anchor::middle);
  return svg.finish();
}

std::string matrix_chart(const std::string& title, const std::vector<std::string>& rows,
                         const std::vector<std::string>& columns,
                         const std::vector<std::vector<double>>& shares) {
  constexpr double kLeft = 150;
  constexpr double kTop = 76;
  constexpr double kCellHeight = 44;
  const double cell_width =
      (kChartWidth - kLeft - 20) / static_cast<double>(std::max<std::size_t>(columns.size(), 1));
  Svg svg(title, kTop + kCellHeight * static_cast<double>(rows.size()) + 20);
  for (std::size_t c = 0; c < columns.size(); ++c) {
    // Two words stand on two lines: five columns of them would not fit side by side.
    const double x = kLeft + cell_width * (static_cast<double>(c) + 0.5);
    const std::size_t space = columns[c].find(' ');
    const std::string_view name = columns[c];
    if (space != std::string::npos) svg.text(x, kTop - 24, name.substr(0, space), Anchor::middle);
    svg.text(x, kTop - 10, space == std::string::npos ? name : name.substr(space + 1), Anchor::middle);
  }
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const double y = kTop + kCellHeight * static_cast<double>(r);
    svg.text(kLeft - 10, y + kCellHeight / 2 + 4, rows[r], Anchor::end);
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const double x = kLeft + cell_width * static_cast<double>(c);
      const double share = std::isfinite(shares[r][c]) ? std::clamp(shares[r][c], 0.0, 1.0) : 0.0;
      svg.raw(fmt::format(
          "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"#0072B2\" fill-opacity=\"{:.3f}\"/>\n",
          px(x + 1), px(y + 1), px(cell_width - 2), px(kCellHeight - 2), share));
      svg.text(x + cell_width / 2, y + kCellHeight / 2 + 4, fmt::format("{:.0f} %", share * 100),
               Anchor::middle, share > 0.55 ? "fill=\"#fff\"" : "fill=\"#000\"");
    }
  }
  return svg.finish();
}

}  // namespace hitscope
