#pragma once

#include <string>

#include <boost/json.hpp>
#include <yaml-cpp/yaml.h>

#include "base/http.hpp"

namespace weir::control {

/// api/control.yaml, as the promise that answers are held to.
class Document {
 public:
  Document();

  const YAML::Node& root() const { return root_; }

  YAML::Node resolve(const YAML::Node& node) const;

  /// The operation's words on this answer are kept: its code is documented and its body is of the
  /// schema.
  void check(std::string_view operation_id, const http::Response& response) const;

  /// The operation documents such a body.
  void check_request(std::string_view operation_id, const boost::json::value& body) const;

 private:
  YAML::Node find(std::string_view operation_id) const;

  void check(const YAML::Node& given, const boost::json::value& value,
             const std::string& where) const;

  void check_object(const YAML::Node& schema, const boost::json::value& value,
                    const std::string& where) const;

  void check_array(const YAML::Node& schema, const boost::json::value& value,
                   const std::string& where) const;

  void check_string(const YAML::Node& schema, const boost::json::value& value,
                    const std::string& where) const;

  YAML::Node root_;
};

}  // namespace weir::control
