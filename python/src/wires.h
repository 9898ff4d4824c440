// What all bindings share: how a Result becomes a Python value or exception, how the interpreter is let go
// while C++ works, and how Ctrl-C still stops that work.
#pragma once

#include <nanobind/nanobind.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "core/error.h"

namespace hitscope::python {

namespace nb = nanobind;

// An Error on its way to Python; the translator in native.cpp makes it the class of hitscope.errors that its
// kind names.
struct Raised {
  Error error;
};

template <typename T>
T value_of(Result<T> result) {
  if (!result) throw Raised{std::move(result.error())};
  return std::move(*result);
}

inline void check(Result<void> result) {
  if (!result) throw Raised{std::move(result.error())};
}

// The instance of hitscope.errors that stands for `error`.
[[nodiscard]] nb::object exception_of(const Error& error);

// A path as the operating system has it: any bytes (os.fsencode), shown as os.fsdecode does.
[[nodiscard]] nb::object path_text(const std::string& path);

// A flag by which one thread tells others to stop; hitscope._native.Stop.
struct Stop {
  std::atomic<bool> asked{false};
};

// Looks for Ctrl-C while a long call runs without the interpreter. Python only notes the signal; someone has
// to ask, and only the main thread is answered. Asks at most every 50 ms, since it needs the interpreter.
class SignalWatch {
 public:
  // Call without the interpreter held. True once Ctrl-C was pressed.
  bool look() {
    const auto now = std::chrono::steady_clock::now();
    if (raised_ || now - last_ < std::chrono::milliseconds(50)) return raised_;
    last_ = now;
    const nb::gil_scoped_acquire held;
    raised_ = PyErr_CheckSignals() != 0;
    return raised_;
  }
  // Call with the interpreter held, once the work has ended.
  void raise_if_interrupted() const {
    if (raised_) throw nb::python_error();
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
  bool raised_ = false;
};

void bind_track(nb::module_& module);
void bind_bundle(nb::module_& module);
void bind_analysis(nb::module_& module);
void bind_learning(nb::module_& module);
void bind_learners(nb::module_& module);

}  // namespace hitscope::python
