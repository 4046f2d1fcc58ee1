#include "engine/dialect/java_number.hpp"

#include <bit>
#include <cstdint>
#include <limits>
#include <string_view>

#include <gtest/gtest.h>

namespace weir::dialect {

namespace {

// Drawn at random, the bits of a number and what Java 17 prints for it; the first twenty are not
// the shortest text.
struct Written {
  std::uint64_t bits;
  std::string_view text;
};
constexpr Written doubles[] = {
    {0x43df7f413f53fcedU, "9.0784179098633964E18"},
    {0xc3c0dc9dda5538f0U, "-2.4300391210828349E18"},
    {0xc3b3acd3711c573bU, "-1.41774046547510758E18"},
    {0x43d2b1182b627a7bU, "5.3875373527013734E18"},
    {0x43caca6a30d7262aU, "3.8609442965645117E18"},
    {0x43da444e3a109925U, "7.5708950187839703E18"},
    {0xc3d5479191e2267aU, "-6.1334170155736044E18"},
    {0xc3dc4e60e9be7e07U, "-8.1586969531399608E18"},
    {0xc3d57221483229cdU, "-6.1813368644178545E18"},
    {0x43ce12b21218741eU, "4.3339803230160968E18"},
    {0x43dac1226a9be048U, "7.7114398270733107E18"},
    {0xc3da6cc655713920U, "-7.6164592509798646E18"},
    {0x43a1f264228cb7bdU, "6.4660307128063552E17"},
    {0xc3d0b7df830d1488U, "-4.8187087171922248E18"},
    {0x5cb0000000000000U, "2.9771314147148058E138"},
    {0x43d68943403d63c5U, "6.4956123353227643E18"},
    {0x43d7677d3a2d981aU, "6.7458170972002324E18"},
    {0x7ff0000000000000U, "Infinity"},
    {0xc3d43cf6484323e1U, "-5.8332446783428045E18"},
    {0x7f70000000000000U, "7.0222388080559215E305"},
    {0x422b84e09c28a3d7U, "5.909671477232E10"},
    {0x40910dc189374bc7U, "1091.439"},
    {0x3feb4083126e978dU, "0.851625"},
    {0x7cf0000000000001U, "6.386688990511105E293"},
    {0x49f5U, "9.354E-320"},
    {0x41049c8e2894808dU, "168849.76981449538"},
    {0x72b930b240b353acU, "4.3E244"},
    {0xbfd940f66a550870U, "-0.39459"},
    {0x41a5a4a585604189U, "1.81555906688E8"},
    {0x794fc57bd8ffd242U, "2.2E276"},
    {0x432c47f5feb8c672U, "3.980210606990137E15"},
    {0xbe93b151ae49ca56U, "-2.934433907315569E-7"},
    {0x4172f2f59ae147aeU, "1.986952968E7"},
    {0xc3a5ccfa6c77189fU, "-7.8545285690348736E17"},
    {0x345ffffffffffffeU, "2.0391576462495385E-56"},
    {0xc26cd4a9c886d5f7U, "-9.906158479906864E11"},
    {0xbf0976934747df3cU, "-4.8567170697509714E-5"},
    {0x43dc2445b1c10eaaU, "8.1112894478962299E18"},
    {0x65594443da3cd230U, "1.6381937575444333E180"},
    {0xc149231811e63326U, "-3294768.1398376403"},
    {0x41653c0052e147aeU, "1.113293059E7"},
    {0xc10d1bd1d70a3d71U, "-238458.23"},
    {0xbfec52c386d2ed78U, "-0.885103"},
    {0x865a83434f5432ccU, "-4.6738925427746094E-278"},
    {0x53ffffffffffffeU, "2.1519593904791226E-283"},
    {0xc3dfc6646891de3aU, "-9.1585114434044498E18"},
    {0xe1724350c678b4fcU, "-2.5676076079977933E161"},
    {0xc3cabb4c291c652aU, "-3.8524340101695621E18"},
    {0x2120000000000000U, "3.910318545279494E-149"},
    {0xc16b351d4f0a3d71U, "-1.426455447E7"},
};
constexpr Written floats[] = {
    {0xca02aa18U, "-2140806.0"},    {0x7a417f26U, "2.5117304E35"},
    {0xd82ee2eU, "8.069208E-31"},   {0x23fa72a6U, "2.715361E-17"},
    {0x4b04b8b6U, "8698038.0"},     {0xcb08a4fcU, "-8955132.0"},
    {0x3dccd9e8U, "0.100025"},      {0xff68652bU, "-3.0890619E38"},
    {0xeafa0ab8U, "-1.5114104E26"}, {0xded1716eU, "-7.5459824E18"},
    {0xcab5ab98U, "-5952972.0"},    {0x7f800000U, "Infinity"},
    {0xd9de47edU, "-7.820816E15"},  {0x4b9a1c50U, "2.0199584E7"},
    {0xd67af600U, "-6.8983617E13"}, {0x4a3dfc0cU, "3112707.0"},
    {0x22153604U, "2.0221861E-18"}, {0x8e6bbcccU, "-2.9056889E-30"},
    {0x4b8db3d2U, "1.857322E7"},    {0xcaae8b33U, "-5719449.5"},
    {0xbf1f5936U, "-0.622455"},     {0x0U, "0.0"},
    {0xcb1ea440U, "-1.0396736E7"},  {0xcb8b6afaU, "-1.827378E7"},
    {0x7f800000U, "Infinity"},      {0xa20e7703U, "-1.9307593E-18"},
    {0x49c6d84dU, "1628937.6"},     {0x4b3e76b6U, "1.248223E7"},
    {0x4d0e69dcU, "1.49331392E8"},  {0xcb7243a0U, "-1.5877024E7"},
};

TEST(JavaNumber, WritesDoublesAsJavaDoes) {
  for (const Written& each : doubles)
    EXPECT_EQ(java_text(std::bit_cast<double>(each.bits)), each.text);
}

TEST(JavaNumber, WritesFloatsAsJavaDoes) {
  for (const Written& each : floats)
    EXPECT_EQ(java_text(std::bit_cast<float>(static_cast<std::uint32_t>(each.bits))), each.text);
}

TEST(JavaNumber, WritesWhatIsNoNumberAndTheEdges) {
  EXPECT_EQ(java_text(std::numeric_limits<double>::quiet_NaN()), "NaN");
  EXPECT_EQ(java_text(-std::numeric_limits<double>::infinity()), "-Infinity");
  EXPECT_EQ(java_text(-0.0), "-0.0");
  EXPECT_EQ(java_text(1e23), "9.999999999999999E22");
  EXPECT_EQ(java_text(2e23), "1.9999999999999998E23");
  EXPECT_EQ(java_text(std::numeric_limits<double>::denorm_min()), "4.9E-324");
  EXPECT_EQ(java_text(std::numeric_limits<double>::max()), "1.7976931348623157E308");
  EXPECT_EQ(java_text(0.001), "0.001");
  EXPECT_EQ(java_text(0.0009), "9.0E-4");
  EXPECT_EQ(java_text(9999999.0), "9999999.0");
  EXPECT_EQ(java_text(10000000.0), "1.0E7");
  EXPECT_EQ(java_text(123456789.0F), "1.23456792E8");
}

TEST(JavaNumber, WritesDecimalsAsBigDecimalDoes) {
  EXPECT_EQ(java_text(false, "5", 1), "0.5");
  EXPECT_EQ(java_text(true, "125", 2), "-1.25");
  EXPECT_EQ(java_text(false, "1", 6), "0.000001");
  EXPECT_EQ(java_text(false, "10", 8), "1.0E-7");
  EXPECT_EQ(java_text(false, "0", 7), "0E-7");
  EXPECT_EQ(java_text(false, "1200", 0), "1200");
}

}  // namespace

}  // namespace weir::dialect
