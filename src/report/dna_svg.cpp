#include "report/dna_svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <numbers>
#include <vector>

namespace hitscope {
namespace {

constexpr double kWidth = 1200;
constexpr double kHeight = 630;
constexpr std::size_t kRms = 0;
constexpr std::size_t kCentroid = 1;
constexpr std::size_t kOnset = 2;
constexpr std::size_t kChroma = 3;
constexpr std::size_t kBands = kChroma + kDnaChroma;

// The twelve pitch classes around the circle of fifths: neighbours in harmony are neighbours in hue.
std::string pitch_colour(std::size_t pitch_class, double lightness) {
  const auto fifth = static_cast<double>((pitch_class * 7) % 12);
  return fmt::format("hsl({:.0f},70%,{:.0f}%)", fifth * 30, lightness);
}

// Dark to bright, evenly seen: a simple blue, violet, orange, yellow ramp.
std::string heat(double share) {
  struct Stop {
    double r, g, b;
  };
  static constexpr std::array<Stop, 5> kStops = {
      {{11, 13, 31}, {66, 30, 110}, {160, 48, 110}, {235, 120, 55}, {250, 220, 120}}};
  const double at = std::clamp(share, 0.0, 1.0) * (kStops.size() - 1);
  const auto low = std::min(static_cast<std::size_t>(at), kStops.size() - 2);
  const double part = at - static_cast<double>(low);
  const Stop& a = kStops[low];
  const Stop& b = kStops[low + 1];
  return fmt::format("#{:02x}{:02x}{:02x}", static_cast<int>(std::lround(a.r + (b.r - a.r) * part)),
                     static_cast<int>(std::lround(a.g + (b.g - a.g) * part)),
                     static_cast<int>(std::lround(a.b + (b.b - a.b) * part)));
}

// One series brought to `columns` means, each 0..1 of the series' scale. Onsets keep their peaks.
std::vector<double> columns_of(const SpectralDna& dna, std::size_t series, std::size_t columns) {
  const auto values = dna.series(series);
  std::vector<double> result(columns, 0);
  if (values.empty()) return result;
  for (std::size_t c = 0; c < columns; ++c) {
    const std::size_t begin = c * values.size() / columns;
    const std::size_t end = std::max(begin + 1, (c + 1) * values.size() / columns);
    double sum = 0;
    double peak = 0;
    for (std::size_t i = begin; i < end; ++i) {
      sum += values[i];
      peak = std::max(peak, static_cast<double>(values[i]));
    }
    result[c] = (series == kOnset ? peak : sum / static_cast<double>(end - begin)) / 255;
  }
  return result;
}

class Picture {
 public:
  Picture(double width, double height, std::string_view title) {
    add(R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {:.0f} {:.0f}" width="{:.0f}" height="{:.0f}" role="img"><title>{}</title>)"
        R"(<rect width="{:.0f}" height="{:.0f}" fill="#0b0d1f"/>)",
        width, height, width, height, title, width, height);
  }
  template <typename... Values>
  void add(fmt::format_string<Values...> format, Values&&... values) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Values>(values)...);
  }
  void cell(double x, double y, double width, double height, const std::string& fill) {
    add(R"(<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}"/>)", x, y, width, height,
        fill);
  }
  void label(double x, double y, std::string_view text) {
    add(R"(<text x="{:.1f}" y="{:.1f}" fill="#aab" font-family="sans-serif" font-size="13">{}</text>)", x, y,
        text);
  }
  std::string finish() { return std::move(text_) + "</svg>\n"; }

 private:
  std::string text_;
};

std::string duration_words(const SpectralDna& dna) {
  const auto seconds =
      static_cast<int>(std::lround(static_cast<double>(dna.frames) * double{dna.hop_seconds}));
  return fmt::format("Spectral DNA of {}:{:02} minutes", seconds / 60, seconds % 60);
}

std::string lanes(const SpectralDna& dna) {
  constexpr std::size_t kColumns = 270;
  constexpr double kLeft = 90;
  constexpr double kCell = (kWidth - kLeft - 30) / static_cast<double>(kColumns);
  Picture picture(kWidth, kHeight, duration_words(dna));
  const auto x = [](std::size_t column) { return kLeft + static_cast<double>(column) * kCell; };
  const auto line = [&](std::size_t series, double top, double height, const char* colour, const char* name) {
    const auto values = columns_of(dna, series, kColumns);
    picture.label(16, top + height / 2 + 5, name);
    picture.add(R"(<polyline fill="none" stroke="{}" stroke-width="1.6" points=")", colour);
    for (std::size_t c = 0; c < kColumns; ++c) {
      picture.add("{:.1f},{:.1f} ", x(c) + kCell / 2, top + height * (1 - values[c]));
    }
    picture.add(R"("/>)");
  };
  const auto rows = [&](std::size_t first, std::size_t count, double top, double height, auto colour) {
    const double row = height / static_cast<double>(count);
    for (std::size_t r = 0; r < count; ++r) {
      const auto values = columns_of(dna, first + r, kColumns);
      const double y = top + height - static_cast<double>(r + 1) * row;
      std::size_t begin = 0;
      std::string fill = colour(r, values[0]);
      // Equal neighbours are one mark: half the document.
      for (std::size_t c = 1; c <= kColumns; ++c) {
        const std::string next = c < kColumns ? colour(r, values[c]) : std::string();
        if (next == fill) continue;
        picture.cell(x(begin), y, static_cast<double>(c - begin) * kCell + 0.3, row + 0.3, fill);
        begin = c;
        fill = next;
      }
    }
  };
  const auto banded = [](double value) { return std::round(value * 24) / 24; };
  line(kRms, 24, 80, "#f6f7ff", "RMS");
  picture.label(16, 205, "24 bands");
  rows(kBands, kDnaBands, 120, 190, [&](std::size_t, double value) { return heat(banded(value)); });
  picture.label(16, 405, "Chroma");
  rows(kChroma, kDnaChroma, 325, 150,
       [&](std::size_t pitch, double value) { return pitch_colour(pitch, 8 + 57 * banded(value)); });
  line(kOnset, 490, 50, "#ffb454", "Onsets");
  line(kCentroid, 555, 55, "#6fe3ff", "Centroid");
  return picture.finish();
}

struct Point {
  double x, y;
};

Point on_ring(double turn, double radius) {
  const double angle = (turn - 0.25) * 2 * std::numbers::pi;
  return {kHeight / 2 + radius * std::cos(angle), kHeight / 2 + radius * std::sin(angle)};
}

std::string ring(const SpectralDna& dna) {
  constexpr std::size_t kColumns = 240;
  Picture picture(kHeight, kHeight, duration_words(dna));
  const auto arc = [&](std::size_t column, double inner, double outer, const std::string& fill) {
    const double begin = static_cast<double>(column) / kColumns;
    const double end = begin + 1.06 / kColumns;  // a hair over, so that no gap shows
    const Point a = on_ring(begin, outer);
    const Point b = on_ring(end, outer);
    const Point c = on_ring(end, inner);
    const Point d = on_ring(begin, inner);
    picture.add(R"(<path d="M{:.1f} {:.1f}L{:.1f} {:.1f}L{:.1f} {:.1f}L{:.1f} {:.1f}Z" fill="{}"/>)", a.x,
                a.y, b.x, b.y, c.x, c.y, d.x, d.y, fill);
  };
  const auto rms = columns_of(dna, kRms, kColumns);
  for (std::size_t c = 0; c < kColumns; ++c) arc(c, 262, 262 + 44 * rms[c], "#f6f7ff");
  constexpr std::size_t kRings = 8;  // bands in threes
  for (std::size_t r = 0; r < kRings; ++r) {
    std::array<std::vector<double>, 3> bands;
    for (std::size_t b = 0; b < 3; ++b) bands[b] = columns_of(dna, kBands + 3 * r + b, kColumns);
    const double inner = 174 + 10.5 * static_cast<double>(r);
    for (std::size_t c = 0; c < kColumns; ++c) {
      arc(c, inner, inner + 10.8, heat((bands[0][c] + bands[1][c] + bands[2][c]) / 3));
    }
  }
  for (std::size_t pitch = 0; pitch < kDnaChroma; ++pitch) {
    const auto values = columns_of(dna, kChroma + pitch, kColumns);
    const double inner = 76 + 8 * static_cast<double>(pitch);
    for (std::size_t c = 0; c < kColumns; ++c) {
      if (values[c] > 0.15) arc(c, inner, inner + 8.2, pitch_colour(pitch, 8 + 57 * values[c]));
    }
  }
  return picture.finish();
}

std::string helix(const SpectralDna& dna) {
  constexpr std::size_t kColumns = 400;
  constexpr double kTurns = 9;
  constexpr double kLeft = 40;
  constexpr double kStep = (kWidth - 2 * kLeft) / static_cast<double>(kColumns);
  constexpr double kMiddle = kHeight / 2;
  Picture picture(kWidth, kHeight, duration_words(dna));
  const auto rms = columns_of(dna, kRms, kColumns);
  const auto centroid = columns_of(dna, kCentroid, kColumns);
  const auto onset = columns_of(dna, kOnset, kColumns);
  std::array<std::vector<double>, kDnaChroma> chroma;
  for (std::size_t pitch = 0; pitch < kDnaChroma; ++pitch)
    chroma[pitch] = columns_of(dna, kChroma + pitch, kColumns);
  const auto phase = [](std::size_t c) {
    return 2 * std::numbers::pi * kTurns * static_cast<double>(c) / static_cast<double>(kColumns);
  };
  const auto first = [&](std::size_t c) { return kMiddle + 170 * std::sin(phase(c)); };
  const auto second = [&](std::size_t c) { return kMiddle - (90 + 160 * centroid[c]) * std::sin(phase(c)); };
  const auto x = [](std::size_t c) { return kLeft + (static_cast<double>(c) + 0.5) * kStep; };
  for (std::size_t c = 0; c < kColumns; ++c) {
    const bool peak = onset[c] > 0.2 && (c == 0 || onset[c] >= onset[c - 1]) &&
                      (c + 1 == kColumns || onset[c] > onset[c + 1]);
    if (!peak) continue;
    std::size_t strongest = 0;
    for (std::size_t pitch = 1; pitch < kDnaChroma; ++pitch) {
      if (chroma[pitch][c] > chroma[strongest][c]) strongest = pitch;
    }
    picture.add(
        R"(<line x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" stroke="{}" stroke-width="{:.1f}"/>)", x(c),
        first(c), x(c), second(c), pitch_colour(strongest, 30 + 35 * rms[c]), 1 + 2.5 * onset[c]);
  }
  for (std::size_t c = 0; c + 1 < kColumns; ++c) {
    picture.add(
        R"(<line x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" stroke="#f6f7ff" stroke-linecap="round" stroke-width="{:.1f}"/>)",
        x(c), first(c), x(c + 1), first(c + 1), 1 + 9 * rms[c]);
  }
  picture.add(R"(<polyline fill="none" stroke="#6fe3ff" stroke-width="2.5" points=")");
  for (std::size_t c = 0; c < kColumns; ++c) picture.add("{:.1f},{:.1f} ", x(c), second(c));
  picture.add(R"("/>)");
  return picture.finish();
}

}  // namespace

std::optional<DnaView> dna_view_called(std::string_view name) {
  if (name == "helix") return DnaView::helix;
  if (name == "ring") return DnaView::ring;
  if (name == "lanes") return DnaView::lanes;
  return std::nullopt;
}

std::string dna_svg(const SpectralDna& dna, DnaView view) {
  switch (view) {
    case DnaView::helix:
      return helix(dna);
    case DnaView::ring:
      return ring(dna);
    case DnaView::lanes:
      return lanes(dna);
  }
  return {};
}

}  // namespace hitscope
