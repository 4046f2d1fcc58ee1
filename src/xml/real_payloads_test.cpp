#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <expat.h>
#include <gmock/gmock.h>

#include "xml/test_node_text.hpp"

/// Payloads of the real world, where they are at hand: WEIR_TEST_DATA, or shared/data beside the
/// source tree.
namespace weir::xml {
namespace {

namespace fs = std::filesystem;

fs::path data_folder() {
  if (const char* given = std::getenv("WEIR_TEST_DATA")) return given;
  return fs::path(WEIR_SOURCE_DIR) / ".." / "shared" / "data";
}

std::vector<fs::path> documents() {
  std::vector<fs::path> found;
  for (const char* folder : {"en16931-ubl", "retail"}) {
    std::error_code missing;
    for (const auto& entry : fs::directory_iterator(data_folder() / folder, missing)) {
      if (entry.path().extension() == ".xml") found.push_back(entry.path());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string content_of(const fs::path& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

/// What a second, much simpler reading of the document counts.
struct Counts {
  std::map<std::string, int> elements;
  int attributes = 0;
  std::string first_text_of(const std::string& name) const {
    const auto found = first_text.find(name);
    return found == first_text.end() ? "" : found->second;
  }
  std::map<std::string, std::string> first_text;  // of the first element of a name, untrimmed
  std::string open;
};

Counts count_by_expat(const std::string& xml) {
  Counts counts;
  XML_Parser parser = XML_ParserCreate(nullptr);
  XML_SetUserData(parser, &counts);
  XML_SetStartElementHandler(parser, [](void* user, const XML_Char* name, const XML_Char** attr) {
    auto& c = *static_cast<Counts*>(user);
    c.open = ++c.elements[name] == 1 ? name : "";
    for (; *attr != nullptr; attr += 2)
      ++c.attributes;
  });
  XML_SetEndElementHandler(
      parser, [](void* user, const XML_Char*) { static_cast<Counts*>(user)->open.clear(); });
  XML_SetCharacterDataHandler(parser, [](void* user, const XML_Char* text, int size) {
    auto& c = *static_cast<Counts*>(user);
    if (!c.open.empty()) c.first_text[c.open].append(text, static_cast<std::size_t>(size));
  });
  EXPECT_EQ(XML_Parse(parser, xml.data(), static_cast<int>(xml.size()), 1), XML_STATUS_OK);
  XML_ParserFree(parser);
  return counts;
}

/// The same counts from the tree.
void count_tree(const Node& map, Counts& counts) {
  for (const auto& [key, value] : map.members) {
    const bool repeated = value.kind == Node::Kind::array;
    const int times = repeated ? static_cast<int>(value.members.size()) : 1;
    if (key.substr(0, 1) == "_") {
      if (key != "_VALUE") counts.attributes += times;
      continue;
    }
    counts.elements[std::string(key)] += times;
    if (!repeated) {
      count_tree(value, counts);
    } else {
      for (const Member& item : value.members)
        count_tree(item.value, counts);
    }
  }
}

class RealPayloads : public testing::Test {
 protected:
  void SetUp() override {
    if (documents().empty()) GTEST_SKIP() << "no payloads in " << data_folder();
  }
};

TEST_F(RealPayloads, NoElementAndNoAttributeIsLost) {
  Converter converter;
  for (const fs::path& path : documents()) {
    SCOPED_TRACE(path.filename());
    const std::string xml = content_of(path);
    const auto bytes = pack(converter, xml);
    ASSERT_TRUE(bytes) << bytes.error().message;
    PackReader reader(*bytes);
    const auto record = reader.next();
    ASSERT_TRUE(record && record->has_value());
    Counts from_tree;
    count_tree((*record)->payload, from_tree);
    const Counts from_xml = count_by_expat(xml);
    EXPECT_EQ(from_tree.elements, from_xml.elements);
    EXPECT_EQ(from_tree.attributes, from_xml.attributes);
  }
}

TEST_F(RealPayloads, InvoiceLinesBecomeRowsAndTheIdIsThere) {
  Converter converter;
  int invoices = 0;
  for (const fs::path& path : documents()) {
    SCOPED_TRACE(path.filename());
    const std::string xml = content_of(path);
    const Counts counts = count_by_expat(xml);
    const auto bytes = pack(converter, xml);
    ASSERT_TRUE(bytes) << bytes.error().message;
    PackReader reader(*bytes);
    const auto record = reader.next();
    ASSERT_TRUE(record && record->has_value());
    for (const char* tag : {"cac:InvoiceLine", "cac:CreditNoteLine", "tender"}) {
      int rows = 0;
      find_rows((*record)->payload, tag, [&](const Node& row) {
        ++rows;
        EXPECT_EQ(row.kind, Node::Kind::map);
      });
      const auto expected = counts.elements.find(tag);
      EXPECT_EQ(rows, expected == counts.elements.end() ? 0 : expected->second) << tag;
    }
    const Node& root = (*record)->payload.members.front().value;
    if (const Node* id = root.find("cbc:ID")) {
      ++invoices;
      EXPECT_FALSE(id->text.empty());
      EXPECT_EQ(id->text, counts.first_text_of("cbc:ID"));
      ASSERT_NE(root.find("_xmlns:cbc"), nullptr);
    }
  }
  EXPECT_GE(invoices, 5);
}

TEST_F(RealPayloads, ASaleIsReadByItsTenders) {
  const fs::path path = data_folder() / "retail" / "salestransactions.xml";
  if (!fs::exists(path)) GTEST_SKIP() << "no " << path;
  Converter converter;
  const auto bytes = pack(converter, content_of(path));
  ASSERT_TRUE(bytes);
  PackReader reader(*bytes);
  const auto record = reader.next();
  ASSERT_TRUE(record && record->has_value());
  std::vector<std::string> tenders;
  find_rows((*record)->payload, "tender", [&](const Node& row) { tenders.push_back(show(row)); });
  EXPECT_THAT(tenders, testing::ElementsAre(R"({type: "Cash", amount: "20"})",
                                            R"({type: "Gift Card", amount: "100"})"));
}

}  // namespace
}  // namespace weir::xml
