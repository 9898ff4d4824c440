#include <fmt/format.h>

#include "features/analyzer.h"
#include "report/version.h"
#include "wires.h"

namespace hitscope::python {

nb::object exception_of(const Error& error) {
  const auto text = [](std::string_view words) {
    return nb::steal(PyUnicode_DecodeUTF8(words.data(), static_cast<Py_ssize_t>(words.size()), "replace"));
  };
  return nb::module_::import_("hitscope.errors")
      .attr("error_of")(text(type_name(error.kind)), text(error.message), text(error.detail));
}

nb::object path_text(const std::string& path) {
  return nb::steal(PyUnicode_DecodeFSDefaultAndSize(path.data(), static_cast<Py_ssize_t>(path.size())));
}

}  // namespace hitscope::python

NB_MODULE(_native, module) {
  namespace nb = nanobind;
  using namespace hitscope::python;
  module.doc() = "The native half of hitscope: use it through the package `hitscope`.";
  nb::register_exception_translator([](const std::exception_ptr& thrown, void* /*unused*/) {
    try {
      std::rethrow_exception(thrown);
    } catch (const Raised& raised) {
      const nb::object exception = exception_of(raised.error);
      PyErr_SetObject(exception.type().ptr(), exception.ptr());
    }
  });
  module.attr("__version__") = nb::str(hitscope::kVersion.data(), hitscope::kVersion.size());
  module.attr("features_version") = hitscope::kFeaturesVersion;
  bind_track(module);
  bind_bundle(module);
  bind_analysis(module);
  bind_learning(module);
  bind_learners(module);
}
