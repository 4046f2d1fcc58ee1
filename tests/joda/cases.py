#!/usr/bin/env python3
"""Makes the cases of joda.tsv: patterns with texts that fit and texts that nearly do (README.md)."""

import random

random.seed(20240229)
cases = []


def add(pattern, *texts, now=2026):
    for text in texts:
        cases.append((pattern, text, now))


# Years of every width and sign.
for pattern in ["y", "yy", "yyy", "yyyy", "yyyyy", "yyyyyy", "Y", "YY", "YYYY", "x", "xx", "xxxx"]:
    add(pattern, "0", "1", "5", "24", "99", "024", "1999", "2024", "12024", "294246", "292278993",
        "292278994", "999999999", "9999999999", "-1", "-44", "+2024", "+24", "-2024", "", "-", "+", "2024x", " 2024", "+-5", "++5", "-+5")
for now in [1999, 2000, 2026, 2027, 2046, 2079, 2080, 2100]:
    for digits in ["00", "19", "20", "30", "45", "46", "47", "49", "50", "65", "66", "68", "69", "76", "96", "99"]:
        add("MM/dd/yy", "01/02/" + digits, now=now)
    add("xx-'W'ww", "24-W01", "77-W53", now=now)
    add("yyMMdd", "240131", "460131", "450131", now=now)

# Adjacent numbers.
add("yyyyMMdd", "20240131", "2024131", "202413", "2024105", "020240131", "120240131", "2024-131", "99991231")
add("yyMMdd", "240131", "24131", "2401", "0240131", "-40131")
add("yyyyyMMdd", "020240131", "120240131", "20240131")
add("yyyyMMddHHmmss", "20240131140506", "2024013114056", "202401311405", "20240131146006")
add("yyyyMMddHHmmssSSS", "20240131140506007", "202401311405067", "20240131140506")
add("yyyyDDD", "2024001", "2024366", "2023366", "2024367", "202401", "2024000")
add("yyyyD", "2024001", "20241", "2024366")
add("yyyywwe", "2024011", "2024534", "2020534")
add("xxxxwwe", "2024011", "2020537", "2021531", "2021011", "2024537", "2024540", "2024018", "2024010")
add("HHmmss", "140506", "1405", "14056", "14050", "240000", "235960")
add("ddMMMyyyy", "31Jan2024", "31JAN2024", "31jan2024", "31jAn2024", "31January2024", "1Feb2024", "31Feb2024")
add("dMMMyy", "1Jan24", "31Jan2024", "1Jan4")
add("dMyyyy", "112024", "1122024", "11122024", "3112024")
add("CCyy", "2024", "1999", "024", "-124")
add("CC", "20", "19", "0", "-1", "+3", "2922789", "99")
add("C", "2", "0", "9", "20", "-2")
add("CCYY-MM-dd", "2024-02-29", "1900-02-29", "2000-02-29")

# Each letter of numbers, at its borders and widths.
for letter, values in {
        "M": [0, 1, 2, 12, 13], "d": [0, 1, 28, 29, 30, 31, 32], "D": [0, 1, 59, 60, 61, 365, 366, 367],
        "H": [0, 1, 23, 24], "k": [0, 1, 24, 25], "K": [0, 1, 11, 12], "h": [0, 1, 12, 13],
        "m": [0, 59, 60], "s": [0, 59, 60], "e": [0, 1, 7, 8], "w": [0, 1, 52, 53, 54]}.items():
    for count in (1, 2, 3, 4):
        if letter == "M" and count > 2:
            continue
        for value in values:
            add(letter * count, str(value))
            add("yyyy " + letter * count, f"2023 {value}", f"2024 {value}")
        add(letter * count, "", "x", "+1", "-1", " 1", "1 ", f"{values[1]:02d}", f"{values[1]:03d}", f"{values[1]:05d}")
for text in ["2020 53", "2021 53", "2015 53", "2009 53", "2010 52", "2026 53"]:
    add("xxxx ww", text)
    add("ww xxxx", " ".join(reversed(text.split())))
for text in ["2020 53 7", "2021 1 1", "2021 53 7", "2024 1 1", "2025 1 1", "2024 52 7", "1970 1 4"]:
    add("xxxx w e", text)
    add("yyyy w e", text)

# Fractions.
for count in (1, 2, 3, 4, 6, 9, 12, 18, 20):
    add("ss." + "S" * count, "06.", "06.0", "06.1", "06.12", "06.123", "06.1234", "06.123456", "06.123456789",
        "06.999999999999", "06.0000000000000000001", "06.x")
add("SSS", "007", "7", "1234")

# Names.
for word in ["Jan", "January", "jan", "JAN", "january", "JANUARY", "jAN", "Janu", "Sep", "Sept", "September", "May",
             "may", "MAY", "Mayo", "Foo", "", "1", "12", "Dec", "DECEMBER", "Juin", "Jun", "Jul"]:
    for pattern in ["MMM", "MMMM", "MMMMM", "MMM yyyy"]:
        add(pattern, word + (" 2024" if "y" in pattern else ""))
for word in ["Mon", "Monday", "mon", "MON", "MONDAY", "tuesday", "Wed", "Thu", "Thurs", "Fri", "Sat", "SUN", "Sunday", "Xyz", ""]:
    for pattern in ["E", "EE", "EEE", "EEEE", "E, d MMM yyyy", "d MMM yyyy E"]:
        text = word
        if pattern.startswith("E,"):
            text = word + ", 31 Jan 2024"
        if pattern.startswith("d"):
            text = "31 Jan 2024 " + word
        add(pattern, text)
for word in ["AD", "BC", "ad", "bc", "CE", "BCE", "ce", "bce", "Ad", "A", "AD."]:
    add("G", word)
    add("yyyy G", "44 " + word, "2024 " + word)
    add("YYYY G", "44 " + word, "2024 " + word, "0 " + word)
    add("G YYYY-MM-dd", word + " 44-03-15")
    add("CC YY G", "20 24 " + word)
for word in ["AM", "PM", "am", "pm", "Am", "a", "A.M.", ""]:
    for hour in ["0", "1", "11", "12", "13"]:
        add("h a", f"{hour} {word}")
        add("K a", f"{hour} {word}")
    add("a h:mm", f"{word} 5:06")
    add("H a", f"14 {word}", f"2 {word}")
    add("hh:mma", f"02:05{word}")
add("h", "1", "12")
add("K", "1", "11")
add("a", "AM", "PM")
add("H h a", "14 3 PM", "14 3 AM", "1 3 PM")

# Fields that contradict each other, and fields that are missing.
add("yyyy-MM-dd E", "2024-01-31 Mon", "2024-01-31 Wed", "2024-01-31 Sun", "2024-12-31 Sun")
add("yyyy-MM-dd e", "2024-01-31 1", "2024-01-31 3", "2024-01-31 7")
add("yyyy-MM-dd D", "2024-01-31 60", "2024-01-31 366")
add("yyyy yyyy", "2023 2024")
add("yyyy xxxx", "2023 2024", "2024 2023")
add("MM MM", "01 02")
add("yyyy-MM-dd w", "2024-01-31 10", "2024-01-31 53")
add("dd HH:mm", "31 10:00", "29 10:00")
add("MM-dd", "02-29", "02-30", "12-31")
add("D", "366", "60")
add("E", "Mon", "Sun")
add("MMM d", "Feb 29", "feb 9")
add("HH:mm:ss", "14:05:06", "24:00:00", "4:5:6", "04:05:06 ")
add("d MMM HH", "31 Jan 10")
add("w", "1", "53")
add("dd", "31")
add("yyyy", "2024")
add("dd/MM/yyyy", "29/02/2023", "29/02/2024", "31/04/2024", "1/1/1", "29/02/1900", "29/02/2000", "28/02/1900")
add("M/d/yyyy H:m", "1/3/2024 4:5", "13/3/2024 4:5", "01/03/2024 04:05")

# Quotes and literals.
add("yyyy-MM-dd'T'HH:mm", "2024-01-31T14:05", "2024-01-31t14:05", "2024-01-31 14:05")
add("h 'o''clock' a", "2 o'clock PM", "2 O'CLOCK pm", "2 oclock PM")
add("''yy", "'24", "24")
add("yyyy''MM", "2024'01")
add("'year' yyyy", "year 2024", "YEAR 2024", "2024")
add("yyyy.MM.dd", "2024.01.31", "2024-01-31")
add("yyyy年MM月dd日", "2024年01月31日", "2024年1月31日", "2024-01-31")
add("dd. MMMM yyyy", "31. January 2024", "31. Januar 2024")
add("yyyy-MM-dd''''HH", "2024-01-31''14", "2024-01-31'14")
add("'a'", "a", "A", "b")
add("''", "'", "")
add("'yyyy'", "yyyy", "2024")
add("yyyy/MM/dd[HH]", "2024/01/31[14]")
add("(yyyy)", "(2024)")
add("yyyy-MM-dd HH", "2024-01-31  14", "2024-01-31 14")

# A quote that is not closed, which Joda takes and we refuse.
add("yyyy'T", "2024T")

# Offsets.
offsets = ["Z", "z", "+00", "-00", "+01", "-08", "+0100", "-0800", "+0530", "+01:00", "-08:00", "+05:30", "+23:59",
           "+24:00", "+18:30", "+1", "+1:00", "+01:0", "+01:60", "+010", "+01000", "+010203", "+01:02:03", "+010203004",
           "+0102034", "+01020304", "+01:02:03.004", "+01:02:03,5", "+01:02:03.", "+01:02:03.1234", "+01:02:", "+01:", "", "+", "0100", "UTC", "GMT", " +0100", "+01 ", "−0100"]
for pattern in ["Z", "ZZ", "yyyy-MM-dd HH:mm Z", "yyyy-MM-dd'T'HH:mm:ssZZ"]:
    for offset in offsets:
        prefix = "" if pattern.startswith("Z") else "2024-07-01 10:00 " if " Z" in pattern else "2024-07-01T10:00:00"
        add(pattern, prefix + offset)
add("Z yyyy", "+0100 2024", "Z 2024", "+01 2024", "+012024 2024")

# Zones by name and by id, in summer and winter, and at the ends of summer time.
names = ["UT", "UTC", "GMT", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT", "CET", "Z", "utc", "Est", "BST", "+01:00", "UTC+1", ""]
for name in names:
    for pattern in ["yyyy-MM-dd HH:mm z", "yyyy-MM-dd HH:mm zzz"]:
        add(pattern, f"2024-07-01 10:00 {name}", f"2024-01-15 10:00 {name}")
add("z yyyy", "EST 2024", "UTC 2024", "UTCx 2024")
ids = ["Europe/London", "Europe/Berlin", "America/New_York", "America/Argentina/Buenos_Aires", "America/Indiana/Knox", "Asia/Kolkata",
       "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Kiritimati", "Africa/Casablanca", "UTC", "GMT", "Etc/UTC", "Etc/GMT+5", "Etc/GMT-14",
       "EST", "EST5EDT", "CET", "MST", "HST", "US/Pacific", "Asia/Calcutta", "GMT+0", "GMT0", "Zulu", "Japan", "PST8PDT", "PST", "IST", "ACT",
       "europe/london", "Europe/Nowhere", "Europe/", "Europe", "", "+01:00", "Z", "Europe/Londo", "Etc/Unknown", "GMT+3"]
for zone_id in ids:
    add("yyyy-MM-dd HH:mm ZZZ", f"2024-07-01 10:00 {zone_id}", f"2024-01-15 10:00 {zone_id}")
    add("ZZZ yyyy", f"{zone_id} 2024")
    add("yyyy ZZZZ", f"2024 {zone_id}")
for text in ["2024-03-10 02:30", "2024-03-10 01:59", "2024-03-10 03:00", "2024-11-03 01:30", "2024-11-03 00:59", "2024-11-03 02:00"]:
    add("yyyy-MM-dd HH:mm ZZZ", text + " America/New_York")
    add("yyyy-MM-dd HH:mm z", text + " EST", text + " EDT")
for text in ["2024-03-31 01:30 Europe/London", "2024-10-27 01:30 Europe/London", "2024-03-31 02:30 Europe/Berlin", "2024-10-27 02:30 Europe/Berlin",
             "2011-12-30 12:00 Pacific/Apia", "2024-04-07 01:45 Australia/Lord_Howe", "2024-10-06 02:15 Australia/Lord_Howe", "1900-01-01 00:00 Europe/Amsterdam",
             "1883-11-18 12:00 America/New_York", "2500-07-01 12:00 America/New_York", "2500-01-01 12:00 Europe/Berlin"]:
    add("yyyy-MM-dd HH:mm ZZZ", text)
add("yyyy-MM-dd HH:mm Z ZZZ", "2024-07-01 10:00 +0100 America/New_York")
add("yyyy-MM-dd HH:mm z Z", "2024-07-01 10:00 EST +0100")
add("yyyy-MM-dd HH:mm z ZZZ", "2024-07-01 10:00 EST Europe/London")

# Patterns that cannot be used.
for pattern in ["", "yyyy-MM-ddTHH", "q", "L", "F", "W", "c", "A", "n", "N", "B", "O", "V", "p", "b", "i", "f", "j", "t", "g", "r", "zzzz", "yyyy zzzz", "é", "yyyy-QQ"]:
    add(pattern, "2024")

# Whole patterns with texts made at random, some damaged.
whole = ["yyyy-MM-dd", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.SSSZ", "MM/dd/yyyy hh:mm:ss a", "dd-MMM-yyyy HH:mm", "EEE MMM dd HH:mm:ss yyyy",
         "EEE, dd MMM yyyy HH:mm:ss Z", "yyyyMMdd'T'HHmmssZ", "d/M/yy", "xxxx-'W'ww-e", "yyyy-DDD", "HH:mm", "kk:mm:ss dd.MM.yyyy", "YYYY.MM.dd G 'at' K:mm a"]
months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
days = "Mon Tue Wed Thu Fri Sat Sun".split()


def text_for(pattern):
    r = random.randint
    out, i = "", 0
    while i < len(pattern):
        c = pattern[i]
        n = 1
        while i + n < len(pattern) and pattern[i + n] == c:
            n += 1
        if c == "'":
            end = pattern.index("'", i + 1)
            out += pattern[i + 1:end]
            i = end + 1
            continue
        if c.isalpha():
            value = {"y": r(1900, 2100), "Y": r(1, 2100), "x": r(1900, 2100), "M": r(1, 13), "d": r(1, 31), "H": r(0, 24), "h": r(1, 12), "K": r(0, 11),
                     "k": r(1, 24), "m": r(0, 59), "s": r(0, 60), "S": r(0, 999), "D": r(1, 366), "w": r(1, 53), "e": r(1, 7)}.get(c)
            if c in "yYx" and n == 2:
                out += f"{value % 100:02d}"
            elif c == "M" and n > 2:
                out += random.choice(months)
            elif value is not None:
                out += f"{value:0{n}d}" if random.random() < 0.8 else str(value)
            else:
                out += {"E": random.choice(days), "a": random.choice(["AM", "PM"]), "G": random.choice(["AD", "BC"]), "Z": random.choice(["Z", "+0100", "-08:00"])}[c]
        else:
            out += c * n
        i += n
    if random.random() < 0.25 and out:
        at = r(0, len(out) - 1)
        out = out[:at] + random.choice(["", "x", "0", "-", out[at] * 2]) + out[at + 1:]
    return out


for pattern in whole:
    for _ in range(40):
        add(pattern, text_for(pattern))

for pattern, text, now in dict.fromkeys(cases):
    print(pattern, text, now, sep="\t")
