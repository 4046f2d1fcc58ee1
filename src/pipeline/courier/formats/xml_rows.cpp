// Rows are found in the text, as spark-xml finds them, and each is then parsed by itself: a parser
// of the whole document would stop at the first fault. Comments and CDATA are passed over, so that
// a row that was commented out stays out.
#include "pipeline/courier/formats/xml_rows.hpp"

#include <optional>

#include "pipeline/courier/formats/format_limits.hpp"
#include "pipeline/courier/formats/text_source.hpp"
#include "xml/cbor_write.hpp"
#include "xml/encoding.hpp"
#include "xml/ingest_pack.hpp"
#include "xml/xml_to_cbor.hpp"

namespace weir::courier {
namespace {

constexpr int endless_rows_max = 100;
constexpr xml::XmlLimits row_limits{.bytes_max = limits::record_bytes_max};

class RowFinder {
 public:
  RowFinder(const std::string& row_tag, TextSource& text, RecordSink& sink)
      : start_("<" + row_tag), end_("</" + row_tag), text_(text), buffer_(text), sink_(sink) {}

  Result<void> read() {
    WEIR_CHECK(look_at_declaration());
    while (true) {
      WEIR_TRY(const bool found, next_tag(0));
      if (!found) return {};
      if (!is_start()) {
        buffer_.take(at_ + 1);
        continue;
      }
      buffer_.take(at_);
      ++rows_;
      WEIR_TRY(const auto bytes, row_bytes());
      if (!bytes) {
        WEIR_CHECK(endless_row());
        continue;
      }
      WEIR_CHECK(take(buffer_.text().substr(0, *bytes)));
      buffer_.take(*bytes);
    }
  }

 private:
  /// Rows carry no declaration of their own; one that is not UTF-8 gets the document's.
  Result<void> look_at_declaration() {
    while (buffer_.text().size() < 256 && !buffer_.at_end())
      WEIR_CHECK(buffer_.more());
    const std::string_view declared = xml::declared_encoding(buffer_.text());
    if (!text_.is_marked() && !declared.empty() && !xml::same_encoding(declared, "utf-8"))
      declaration_ = "<?xml version=\"1.0\" encoding=\"" + std::string(declared) + "\"?>";
    return {};
  }

  /// Reads until `bytes` follow `at_`, or the text ends, or the row is too long; false where fewer
  /// do.
  Result<bool> has(std::size_t bytes) {
    while (buffer_.text().size() < at_ + bytes) {
      if (buffer_.at_end() || buffer_.text().size() > limits::record_bytes_max) return false;
      WEIR_CHECK(buffer_.more());
    }
    return true;
  }

  /// Moves to where `token` begins, from `from` on. False: there is none, or too far away.
  Result<bool> find(std::string_view token, std::size_t from) {
    while (true) {
      const std::size_t found = buffer_.text().find(token, from);
      if (found != std::string_view::npos) {
        at_ = found;
        return true;
      }
      const std::size_t size = buffer_.text().size();
      from = std::max(from, size < token.size() ? 0 : size - token.size() + 1);
      if (size > limits::record_bytes_max) return false;
      WEIR_TRY(const bool more, buffer_.more());
      if (!more) return false;
    }
  }

  bool starts(std::string_view token) const {
    return buffer_.text().substr(at_).starts_with(token);
  }

  /// Moves to the next `<` that is not of a comment, CDATA or an instruction. Between rows the text
  /// before it is forgotten.
  Result<bool> next_tag(std::size_t from) {
    constexpr std::size_t longest = 9;  // <![CDATA[
    const bool outside = from == 0;
    while (true) {
      WEIR_TRY(const bool found, find("<", from));
      if (!found && outside && !buffer_.at_end()) {
        buffer_.take(buffer_.text().size());
        continue;
      }
      if (!found) return false;
      WEIR_CHECK(has(std::max({longest, start_.size() + 1, end_.size() + 1})));
      std::string_view end;
      if (starts("<!--")) end = "-->";
      if (starts("<![CDATA[")) end = "]]>";
      if (starts("<?")) end = "?>";
      if (end.empty()) return true;
      const std::size_t begin = at_;
      WEIR_TRY(const bool ends, find(end, begin + 2));
      from = ends ? at_ + end.size() : begin + 2;  // without an end it is no comment
      if (outside) {
        buffer_.take(from);
        from = 0;
      }
    }
  }

  bool name_ends(std::size_t after) const {
    const std::string_view rest = buffer_.text().substr(at_ + after);
    return !rest.empty() && std::string_view(" \t\r\n/>").find(rest[0]) != std::string_view::npos;
  }
  bool is_start() const { return starts(start_) && name_ends(start_.size()); }
  bool is_end() const { return starts(end_) && name_ends(end_.size()); }

  /// Of the row that begins the text, with its end; nullopt where it has none.
  Result<std::optional<std::size_t>> row_bytes() {
    at_ = 0;
    for (std::uint64_t depth = 0; true;) {
      const bool starts_row = is_start();
      const bool ends_row = is_end();
      WEIR_TRY(const bool closed, starts_row || ends_row ? tag_end() : Result<bool>(true));
      if (!closed) return std::optional<std::size_t>();
      const bool empty = starts_row && buffer_.text()[at_ - 1] == '/';
      if (starts_row && !empty) ++depth;
      if (ends_row) --depth;
      if (depth == 0) return std::optional(at_ + 1);
      WEIR_TRY(const bool found, next_tag(at_ + 1));
      if (!found) return std::optional<std::size_t>();
    }
  }

  /// Moves to the `>` of the tag here; one within the value of an attribute is none.
  Result<bool> tag_end() {
    char quote = '\0';
    for (;; ++at_) {
      WEIR_TRY(const bool there, has(1));
      if (!there) return false;
      const char c = buffer_.text()[at_];
      if (quote == '\0' && c == '>') return true;
      if (quote == '\0' && (c == '"' || c == '\''))
        quote = c;
      else if (c == quote)
        quote = '\0';
    }
  }

  Result<void> endless_row() {
    WEIR_CHECK(sink_.unreadable("Row " + std::to_string(rows_) + " has no end within " +
                                std::to_string(limits::record_bytes_max) + " bytes"));
    buffer_.take(start_.size());
    if (++endless_ <= endless_rows_max) return {};
    return fail(Errc::bad_request, "More than " + std::to_string(endless_rows_max) + " " + start_ +
                                       "> have no end; the file is damaged, copy it again.");
  }

  Result<void> take(std::string_view row) {
    document_.assign(declaration_).append(row);
    cbor_.clear();
    if (const auto converted = converter_.convert(document_, cbor_); !converted)
      return sink_.unreadable("Row " + std::to_string(rows_) + ": " + converted.error().message);
    return sink_.record(cbor_);
  }

  const std::string start_;
  const std::string end_;
  const TextSource& text_;
  TextBuffer buffer_;
  RecordSink& sink_;
  std::size_t at_ = 0;
  std::uint64_t rows_ = 0;
  int endless_ = 0;
  std::string declaration_;
  std::string document_;
  std::string cbor_;
  xml::Converter converter_{row_limits};
};

/// Everything; false where it is more than `bytes_max`.
Result<bool> read_all(ByteSource& bytes, std::size_t bytes_max, std::string& out) {
  while (true) {
    WEIR_TRY(const std::string_view piece, bytes.next());
    if (piece.empty()) return true;
    out += piece;
    if (out.size() > bytes_max) return false;
  }
}

void append(std::string& out, const xml::Node& node) {
  switch (node.kind) {
    case xml::Node::Kind::null:
      return xml::append_null(out);
    case xml::Node::Kind::text:
      return xml::append_text(out, node.text);
    case xml::Node::Kind::array:
      xml::append_array(out, node.members.size());
      for (const xml::Member& item : node.members)
        append(out, item.value);
      return;
    case xml::Node::Kind::map:
      xml::append_map(out, node.members.size());
      for (const xml::Member& member : node.members) {
        xml::append_text(out, member.key);
        append(out, member.value);
      }
      return;
  }
}

}  // namespace

Result<void> read_xml_rows(const std::string& row_tag, TextSource& text, RecordSink& sink) {
  return RowFinder(row_tag, text, sink).read();
}

Result<void> read_xml_document(ByteSource& bytes, RecordSink& sink) {
  std::string document;
  WEIR_TRY(const bool all, read_all(bytes, limits::record_bytes_max, document));
  if (!all)
    return fail(Errc::too_large,
                "The document has more than " + std::to_string(limits::record_bytes_max) +
                    " bytes; name its \"rowTag\" in the load operations, so that it is read row by "
                    "row.");
  if (document.empty()) return {};
  std::string cbor;
  xml::Converter converter{row_limits};
  if (const auto converted = converter.convert(document, cbor); !converted)
    return sink.unreadable(converted.error().message);
  return sink.record(cbor);
}

Result<void> read_pack(ByteSource& bytes, RecordSink& sink) {
  std::string content;
  WEIR_TRY(const bool all, read_all(bytes, limits::cbor_bytes_max, content));
  if (!all)
    return fail(Errc::too_large, "A CBOR file has at most " +
                                     std::to_string(limits::cbor_bytes_max) +
                                     " bytes; make several of it.");
  xml::PackReader reader(content);
  std::string payload;
  while (true) {
    const auto record = reader.next();
    if (!record) {
      WEIR_CHECK(sink.unreadable(record.error().message));
      if (!reader.skip()) return {};  // where the next record begins is not known
      continue;
    }
    if (!*record) return {};
    payload.clear();
    append(payload, (*record)->payload);
    WEIR_CHECK(sink.record(payload));
  }
}

}  // namespace weir::courier
