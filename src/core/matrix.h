// A dense row-major matrix and its read-only view: rows x columns, element (r, c) at r * columns + c.
// No arithmetic lives here; it is the shape in which tables and feature rows travel between modules.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace hitscope {

template <typename T>
class MatrixView {
 public:
  MatrixView() = default;
  MatrixView(std::span<const T> values, std::size_t columns) : values_(values), columns_(columns) {}

  [[nodiscard]] std::size_t rows() const { return columns_ == 0 ? 0 : values_.size() / columns_; }
  [[nodiscard]] std::size_t columns() const { return columns_; }
  [[nodiscard]] std::span<const T> row(std::size_t r) const {
    return values_.subspan(r * columns_, columns_);
  }
  [[nodiscard]] T operator()(std::size_t r, std::size_t c) const { return values_[r * columns_ + c]; }
  [[nodiscard]] std::span<const T> values() const { return values_; }

 private:
  std::span<const T> values_;
  std::size_t columns_ = 0;
};

template <typename T>
class Matrix {
 public:
  Matrix() = default;
  Matrix(std::size_t rows, std::size_t columns) : values_(rows * columns), columns_(columns) {}

  [[nodiscard]] std::size_t rows() const { return columns_ == 0 ? 0 : values_.size() / columns_; }
  [[nodiscard]] std::size_t columns() const { return columns_; }
  [[nodiscard]] std::span<T> row(std::size_t r) {
    return std::span<T>(values_).subspan(r * columns_, columns_);
  }
  [[nodiscard]] std::span<const T> row(std::size_t r) const { return view().row(r); }
  [[nodiscard]] T& operator()(std::size_t r, std::size_t c) { return values_[r * columns_ + c]; }
  [[nodiscard]] T operator()(std::size_t r, std::size_t c) const { return values_[r * columns_ + c]; }
  [[nodiscard]] std::span<const T> values() const { return values_; }
  [[nodiscard]] MatrixView<T> view() const { return {values_, columns_}; }
  // NOLINTNEXTLINE(google-explicit-constructor): a matrix is usable wherever a view of it is wanted.
  operator MatrixView<T>() const { return view(); }

 private:
  std::vector<T> values_;
  std::size_t columns_ = 0;
};

}  // namespace hitscope
