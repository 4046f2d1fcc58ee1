import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.*;
import org.joda.time.*;
import org.joda.time.format.*;

/**
 * Records what Joda-Time makes of texts (README.md). Reads cases.tsv, one "pattern TAB text TAB now"
 * a line, and writes each with what Joda answers: the moment, "none" for a text that does not fit,
 * "no pattern" for a pattern that cannot be used for reading. "ids" as the second argument lists the
 * zones instead.
 */
public class Record {
  public static void main(String[] arguments) throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    if (arguments.length > 1) {
      for (String id : new TreeSet<>(DateTimeZone.getAvailableIDs())) out.println(id);
      return;
    }
    for (String line : Files.readAllLines(Path.of(arguments[0]), StandardCharsets.UTF_8)) {
      String[] parts = line.split("\t", -1);
      DateTimeUtils.setCurrentMillisFixed(new DateTime(Integer.parseInt(parts[2]), 6, 15, 12, 0,
          DateTimeZone.UTC).getMillis());
      out.println(line + "\t" + answer(parts[0], parts[1]));
    }
  }

  static String answer(String pattern, String text) {
    DateTimeFormatter formatter;
    try {
      formatter = pattern(pattern).withLocale(Locale.ENGLISH).withZoneUTC();
      if (!formatter.isParser()) return "no pattern";
    } catch (IllegalArgumentException refusal) {
      return "no pattern";
    }
    try {
      return formatter.parseDateTime(text).withZone(DateTimeZone.UTC).getMillis() + "";
    } catch (IllegalArgumentException | ArithmeticException refusal) {
      return "none";
    }
  }

  /** forPattern, without its cache. */
  static DateTimeFormatter pattern(String pattern) {
    if (pattern.isEmpty()) throw new IllegalArgumentException("empty");
    DateTimeFormatterBuilder builder = new DateTimeFormatterBuilder();
    builder.appendPattern(pattern);
    return builder.toFormatter();
  }
}
