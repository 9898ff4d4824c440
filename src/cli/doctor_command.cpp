#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "cli/commands.h"
#include "cli/health.h"
#include "features/analyzer.h"
#include "model/bundle.h"
#include "report/json_layout.h"
#include "report/paint.h"
#include "report/plain_text.h"
#include "report/version.h"

namespace hitscope::cli {
namespace {

using Json = nlohmann::ordered_json;

void write_json(const std::vector<Finding>& findings, bool all_work, const Console& console) {
  Json checks = Json::array();
  for (const Finding& finding : findings) {
    checks.push_back({{"name", finding.name}, {"works", finding.works}, {"detail", finding.detail}});
  }
  Json libraries = Json::object();
  for (const LibraryVersion& library : library_versions()) libraries[library.name] = library.version;
  const Json report = {{"version", kVersion},
                       {"features_version", kFeaturesVersion},
                       {"bundle_schema_version", kBundleSchemaVersion},
                       {"cpu", {{"architecture", cpu_architecture()}, {"features", cpu_features()}}},
                       {"libraries", std::move(libraries)},
                       {"checks", std::move(checks)},
                       {"works", all_work}};
  console.out << readable_json(report) << '\n';
}

void write_text(const std::vector<Finding>& findings, bool all_work, const Console& console) {
  const Paint paint(console.colour);
  console.out << paint(Ink::bold, fmt::format("hitscope {}", kVersion))
              << fmt::format("  measurements version {}, bundle schema {}\n", kFeaturesVersion,
                             kBundleSchemaVersion)
              << fmt::format("{} {}\n", cpu_architecture(), fmt::join(cpu_features(), " "));
  std::string libraries;
  for (const LibraryVersion& library : library_versions()) {
    libraries += fmt::format("{}{} {}", libraries.empty() ? "" : ", ", library.name, library.version);
  }
  console.out << libraries << "\n\n";
  constexpr std::size_t kColumn = 15;
  for (const Finding& finding : findings) {
    const std::string text = wrap(printable(finding.detail), console.width, std::string(kColumn, ' '));
    console.out << "  " << (finding.works ? paint(Ink::green, "✓") : paint(Ink::red, "✗"))
                << fmt::format(" {:<11}", finding.name) << text.substr(kColumn);
  }
  console.out << (all_work ? "\nAll that is needed works.\n" : "\nSomething that is needed does not work.\n");
}

}  // namespace

int run(const DoctorArguments& arguments, const Console& console) {
  std::vector<Finding> findings = check_decoders();
  findings.push_back(check_analysis());
  findings.push_back(check_model(arguments.model));
  findings.push_back(check_worker_sandbox());
  findings.push_back(check_links(arguments.fetch));
  if (!arguments.database.empty()) findings.push_back(check_database(arguments.database));
  const bool all_work = std::ranges::all_of(
      findings, [](const Finding& finding) { return finding.works || !finding.is_needed; });
  if (console.choose(arguments.format) == Format::json) {
    write_json(findings, all_work, console);
  } else {
    write_text(findings, all_work, console);
  }
  if (!console.out.flush()) return kNobodyReads;
  return all_work ? kAllDone : kSomeFailed;
}

}  // namespace hitscope::cli
