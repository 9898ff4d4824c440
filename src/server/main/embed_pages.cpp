// embed_pages: the build-time tool behind server/pages.h.
//
// usage: embed_pages OUT.cpp OUT.bin [--openapi FILE.yaml] [--root FOLDER FILE...]...
//
// OUT.bin holds every page's bytes and, where that is smaller, what `gzip -9n` makes of them. OUT.cpp pulls
// it in with the assembler's .incbin, which takes no time whatever the size (an array of two million numbers
// takes a compiler half a minute), and lists where each page lies.
//
// A file's path is its name relative to its --root: "/index.html" is served as "/", "/docs.html" as "/docs",
// any other by its name. Where two roots give one path, the later one wins. The OpenAPI description becomes
// "/openapi.json": quoted scalars stay strings; plain ones become what JSON takes them for (true, false,
// null, numbers), and strings otherwise. The same files give the same output.
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <yaml-cpp/yaml.h>
#include <array>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct Arguments {
  fs::path source;
  fs::path blob;
  fs::path openapi;                       // empty = none
  std::map<std::string, fs::path> files;  // by URL path
};

struct ContentType {
  std::string_view extension;
  std::string_view type;
};

constexpr std::array kContentTypes = std::to_array<ContentType>({
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".txt", "text/plain; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".webp", "image/webp"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".wasm", "application/wasm"},
    {".flac", "audio/flac"},
    {".mp3", "audio/mpeg"},
});

std::string_view content_type_of(std::string_view path) {
  for (const auto& [extension, type] : kContentTypes) {
    if (path.ends_with(extension)) return type;
  }
  const bool is_page = path.find('.') == std::string_view::npos;  // "/", "/docs"
  return is_page ? kContentTypes[0].type : "application/octet-stream";
}

// Names such as Vite gives: /assets/index-Dk3x_9aZ.js.
bool has_hash(const std::string& path) {
  static const std::regex kHashed(R"(/assets/.*-[A-Za-z0-9_-]{8,}\.[a-z0-9.]+)");
  return std::regex_match(path, kHashed);
}

std::string url_path(const fs::path& root, const fs::path& file) {
  std::string name = (fs::path("/") / fs::relative(file, root)).generic_string();
  if (name == "/index.html") return "/";
  if (name == "/docs.html") return "/docs";
  return name;
}

std::string read_file(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write_file(const fs::path& path, std::string_view bytes) {
  std::ofstream stream(path, std::ios::binary);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  stream.close();
  if (!stream) throw std::runtime_error("cannot write " + path.string());
}

// Through the program that every Debian has; a shell in between would have to be told how to quote.
std::string gzipped(const fs::path& folder, std::string_view bytes) {
  const std::string plain = (folder / "embed_pages.tmp").string();
  const std::string packed = plain + ".gz";
  write_file(plain, bytes);
  std::array<std::string, 4> words = {"gzip", "-9nkf", "--", plain};
  std::array<char*, 5> argv = {words[0].data(), words[1].data(), words[2].data(), words[3].data(), nullptr};
  pid_t child = 0;
  int status = -1;
  if (posix_spawnp(&child, "gzip", nullptr, nullptr, argv.data(), environ) != 0 ||
      waitpid(child, &status, 0) != child || status != 0) {
    throw std::runtime_error("gzip failed on " + plain);
  }
  std::string result = read_file(packed);
  fs::remove(plain);
  fs::remove(packed);
  return result;
}

Json json_of(const YAML::Node& node);

Json scalar_of(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  if (node.Tag() == "!") return text;  // quoted, or a block of text
  Json value = Json::parse(text, nullptr, false);
  return value.is_number() || value.is_boolean() || value.is_null() ? value : Json(text);
}

Json map_of(const YAML::Node& node) {
  Json object = Json::object();
  for (const auto& member : node) {
    const std::string& name = member.first.Scalar();
    if (object.contains(name)) {
      throw std::runtime_error("line " + std::to_string(member.first.Mark().line + 1) + ": \"" + name +
                               "\" stands there twice");
    }
    object[name] = json_of(member.second);
  }
  return object;
}

Json json_of(const YAML::Node& node) {
  if (node.IsMap()) return map_of(node);
  if (node.IsScalar()) return scalar_of(node);
  if (!node.IsSequence()) return {};
  Json array = Json::array();
  for (const YAML::Node& item : node) array.push_back(json_of(item));
  return array;
}

std::string etag_of(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  std::ostringstream text;
  text << '"' << std::hex << hash << '-' << bytes.size() << '"';
  return text.str();
}

std::string literal(std::string_view text) {
  return Json(text).dump();  // paths and types are plain ASCII, for which JSON's literals are C++'s
}

Arguments read_arguments(std::span<char*> words) {
  if (words.size() < 3) {
    throw std::runtime_error(
        "usage: embed_pages OUT.cpp OUT.bin [--openapi FILE] [--root FOLDER FILE...]...");
  }
  Arguments arguments{.source = words[1], .blob = words[2], .openapi = {}, .files = {}};
  fs::path root = ".";
  for (std::size_t i = 3; i < words.size(); ++i) {
    const std::string_view word = words[i];
    const bool takes_value = word == "--openapi" || word == "--root";
    if (takes_value && i + 1 == words.size()) throw std::runtime_error(std::string(word) + " needs a value");
    if (word == "--openapi") {
      arguments.openapi = words[++i];
    } else if (word == "--root") {
      root = words[++i];
    } else {
      arguments.files[url_path(root, word)] = word;
    }
  }
  return arguments;
}

void embed(const Arguments& arguments) {
  std::map<std::string, std::string> contents;  // by URL path, as pages() is sorted
  for (const auto& [path, file] : arguments.files) contents[path] = read_file(file);
  if (!arguments.openapi.empty()) {
    contents["/openapi.json"] = json_of(YAML::LoadFile(arguments.openapi.string())).dump() + "\n";
  }

  std::string blob;
  std::ostringstream table;
  const auto stored = [&blob](std::string_view bytes) {
    const std::size_t offset = blob.size();
    blob += bytes;
    return "{kBlob + " + std::to_string(offset) + ", " + std::to_string(bytes.size()) + "}";
  };
  for (const auto& [path, bytes] : contents) {
    const std::string packed = gzipped(arguments.blob.parent_path(), bytes);
    const std::string plain_place = stored(bytes);
    const std::string packed_place = packed.size() < bytes.size() ? stored(packed) : "{}";
    table << "    {" << literal(path) << ", " << literal(content_type_of(path)) << ",\n     " << plain_place
          << ", " << packed_place << ",\n     " << literal(etag_of(bytes)) << ", "
          << (has_hash(path) ? "true" : "false") << "},\n";
  }
  write_file(arguments.blob, blob);

  // One byte more than the pages, so that the array is never empty.
  const std::string assembly =
      ".pushsection .rodata\n.hidden hitscope_pages_blob\n.globl hitscope_pages_blob\nhitscope_pages_blob:\n"
      ".incbin " +
      literal(arguments.blob.string()) + "\n.byte 0\n.popsection\n";
  std::ostringstream text;
  text << "// Made by embed_pages (src/server/main/embed_pages.cpp).\n"
          "#include <algorithm>\n#include <array>\n\n#include \"server/pages.h\"\n\n"
          "__asm__("
       << literal(assembly) << ");\n"
       << "extern \"C\" const char hitscope_pages_blob[" << blob.size() + 1 << "];\n\n"
       << "namespace hitscope {\nnamespace {\n\n"
       << "constexpr const char* kBlob = hitscope_pages_blob;\n\n"
       << "constexpr std::array<Page, " << contents.size() << "> kPages = {{\n"
       << table.str() << "}};\n\n}  // namespace\n\n"
       << "std::span<const Page> pages() { return kPages; }\n\n"
       << "const Page* find_page(std::string_view path) {\n"
       << "  const auto* page = std::ranges::lower_bound(kPages, path, {}, &Page::path);\n"
       << "  return page != kPages.end() && page->path == path ? page : nullptr;\n}\n\n"
       << "}  // namespace hitscope\n";
  write_file(arguments.source, text.str());
}

}  // namespace

int main(int argc, char** argv) {
  try {
    embed(read_arguments({argv, static_cast<std::size_t>(argc)}));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "embed_pages: %s\n", error.what());
    return 1;
  }
  return 0;
}
