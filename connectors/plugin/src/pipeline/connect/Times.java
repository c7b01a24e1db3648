package pipeline.connect;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import org.apache.kafka.connect.data.Schema;

/**
 * Readers of dates and times, within what Postgres holds: days from 4713 BC to 5874897 AD, times from
 * 4713 BC to 294276 AD (PostgreSQL documentation, table "Date/Time Types"). Its driver writes what is
 * before that as -infinity, without a word.
 */
final class Times {
    private static final String ZONED = "io.debezium.time.ZonedTimestamp";
    private static final String NANO_TIMESTAMP = "io.debezium.time.NanoTimestamp";
    private static final String NANO_TIME = "io.debezium.time.NanoTime";

    /** Logical types, by name, with the type that carries them. */
    static final Map<String, Schema.Type> TYPES = Map.ofEntries(
            Map.entry(ZONED, Schema.Type.STRING),
            Map.entry("io.debezium.time.Timestamp", Schema.Type.INT64),
            Map.entry("io.debezium.time.MicroTimestamp", Schema.Type.INT64),
            Map.entry(NANO_TIMESTAMP, Schema.Type.INT64),
            Map.entry("io.debezium.time.Date", Schema.Type.INT32),
            Map.entry("io.debezium.time.Time", Schema.Type.INT32),
            Map.entry("io.debezium.time.MicroTime", Schema.Type.INT64),
            Map.entry(NANO_TIME, Schema.Type.INT64),
            Map.entry(org.apache.kafka.connect.data.Timestamp.LOGICAL_NAME, Schema.Type.INT64),
            Map.entry(org.apache.kafka.connect.data.Date.LOGICAL_NAME, Schema.Type.INT32),
            Map.entry(org.apache.kafka.connect.data.Time.LOGICAL_NAME, Schema.Type.INT32));

    /** What the numbers of these types count. Those without a zone take a moment for its time in UTC. */
    static final Map<String, TimeUnit> UNITS = Map.of(
            "io.debezium.time.Timestamp", TimeUnit.LOCAL_TIMESTAMP_MILLIS,
            "io.debezium.time.MicroTimestamp", TimeUnit.LOCAL_TIMESTAMP_MICROS,
            NANO_TIMESTAMP, TimeUnit.LOCAL_TIMESTAMP_NANOS,
            "io.debezium.time.Date", TimeUnit.DATE,
            "io.debezium.time.Time", TimeUnit.TIME_MILLIS,
            "io.debezium.time.MicroTime", TimeUnit.TIME_MICROS,
            NANO_TIME, TimeUnit.TIME_NANOS,
            org.apache.kafka.connect.data.Timestamp.LOGICAL_NAME, TimeUnit.TIMESTAMP_MILLIS,
            org.apache.kafka.connect.data.Date.LOGICAL_NAME, TimeUnit.DATE,
            org.apache.kafka.connect.data.Time.LOGICAL_NAME, TimeUnit.TIME_MILLIS);

    /** The first day, and the seconds (since 1970) of the first and behind the last moment. */
    private static final LocalDate FIRST_DAY = LocalDate.of(-4712, 11, 24);
    private static final LocalDate LAST_DAY = LocalDate.of(5874897, 12, 31);
    private static final long FIRST_SECOND = FIRST_DAY.toEpochDay() * 86_400;
    private static final long END_SECOND = LocalDate.of(294277, 1, 1).toEpochDay() * 86_400;
    private static final long LAST_MILLISECOND = END_SECOND * 1000 - 1;
    private static final String BOUNDS = ", from 4713-11-24 BC to 294276-12-31";

    private Times() {
    }

    static ValueReader reader(String name, Schema schema, boolean truncates) {
        TimeUnit unit = UNITS.get(schema.name());
        switch (schema.name()) {
            case ZONED:
                return new Zoned(name, schema, truncates);
            case "io.debezium.time.Timestamp":
                return new Count(name, schema, FIRST_SECOND * 1000, LAST_MILLISECOND, "milliseconds since 1970",
                        unit, truncates);
            case "io.debezium.time.MicroTimestamp":
                // The last microsecond of an int64 is in 294247.
                return new Count(name, schema, FIRST_SECOND * 1_000_000, Long.MAX_VALUE, "microseconds since 1970",
                        unit, truncates);
            case NANO_TIMESTAMP:
                // To whole microseconds of an int64: what is cut must not wrap round.
                return new Nanoseconds(name, schema, Long.MIN_VALUE / 1000 * 1000, Long.MAX_VALUE,
                        "nanoseconds since 1970", unit, truncates);
            case "io.debezium.time.Date":
                return new Count(name, schema, FIRST_DAY.toEpochDay(), LAST_DAY.toEpochDay(), "days since 1970",
                        unit, truncates);
            case "io.debezium.time.Time":
                return new Count(name, schema, 0, 86_399_999, "milliseconds since midnight", unit, truncates);
            case "io.debezium.time.MicroTime":
                return new Count(name, schema, 0, 86_399_999_999L, "microseconds since midnight", unit, truncates);
            case NANO_TIME:
                return new Nanoseconds(name, schema, 0, 86_399_999_999_999L, "nanoseconds since midnight",
                        unit, truncates);
            case org.apache.kafka.connect.data.Timestamp.LOGICAL_NAME:
                return new AsDate(name, schema, FIRST_SECOND * 1000, LAST_MILLISECOND, "milliseconds since 1970",
                        unit, 1);
            case org.apache.kafka.connect.data.Date.LOGICAL_NAME:
                return new AsDate(name, schema, FIRST_DAY.toEpochDay(), LAST_DAY.toEpochDay(), "days since 1970",
                        unit, 86_400_000);
            case org.apache.kafka.connect.data.Time.LOGICAL_NAME:
                return new AsDate(name, schema, 0, 86_399_999, "milliseconds since midnight", unit, 1);
            default:
                throw new IllegalArgumentException(schema.name());
        }
    }

    /** A number of units; the sink knows which from the schema's name. */
    private static class Count extends Numbers.Whole {
        private final TimeUnit unit;
        private final boolean truncates;

        Count(String name, Schema schema, long least, long most, String units, TimeUnit unit, boolean truncates) {
            super(name, schema, least, most, units + " as a whole number");
            this.unit = unit;
            this.truncates = truncates;
        }

        @Override
        Object ofTime(long count, TimeUnit found) {
            if (!found.isLike(unit)) {
                return super.ofTime(count, found);
            }
            if (found.nanoseconds < unit.nanoseconds) {
                long finer = Math.floorMod(count, unit.nanoseconds / found.nanoseconds);
                // What may be cut is what is finer than microseconds, and nothing else.
                boolean cut = truncates && unit.nanoseconds == 1000;
                return finer == 0 || cut ? ofWhole(Math.floorDiv(count, unit.nanoseconds / found.nanoseconds))
                        : super.ofTime(count, found);
            }
            try {
                return ofWhole(Math.multiplyExact(count, found.nanoseconds / unit.nanoseconds));
            } catch (ArithmeticException error) {
                return super.ofTime(count, found);
            }
        }
    }

    /** Nanoseconds, of which Postgres keeps the microseconds. */
    private static final class Nanoseconds extends Count {
        private final boolean truncates;

        Nanoseconds(String name, Schema schema, long least, long most, String units, TimeUnit unit,
                boolean truncates) {
            super(name, schema, least, most, units, unit, truncates);
            this.truncates = truncates;
        }

        @Override
        Object ofWhole(long number) {
            long value = (long) super.ofWhole(number);
            long finer = Math.floorMod(value, 1000L);
            if (finer != 0 && !truncates) {
                throw Refusal.of(name, "the number " + value, "whole microseconds ("
                        + StrictConverter.SUB_MICROSECONDS + "=fail)");
            }
            return value - finer;
        }
    }

    /** Connect's own logical types, whose values are java.util.Date. */
    private static final class AsDate extends Count {
        private final long milliseconds;

        AsDate(String name, Schema schema, long least, long most, String units, TimeUnit unit, long milliseconds) {
            super(name, schema, least, most, units, unit, false);
            this.milliseconds = milliseconds;
        }

        @Override
        Object ofWhole(long number) {
            Number value = (Number) super.ofWhole(number);
            return new java.util.Date(value.longValue() * milliseconds);
        }
    }

    /**
     * ISO 8601 with a zone: {@code 2026-05-06T07:08:09.123456Z}, {@code 2026-05-06T07:08+02:00}.
     *
     * <p>A year has four digits, or a sign and up to six: {@code +12345}, {@code -0044} (45 BC). Seconds may
     * be missing; they have at most nine decimals. The zone is Z or hours and minutes, at most 18:00. This is
     * a part of what java.time's ISO_OFFSET_DATE_TIME takes, by which the sink reads the text again.
     */
    private static final class Zoned extends ValueReader {
        private final boolean truncates;

        Zoned(String name, Schema schema, boolean truncates) {
            super(name, schema, "a time in ISO 8601 with a zone" + BOUNDS);
            this.truncates = truncates;
        }

        @Override
        Object present(JsonParser in, JsonToken token) throws IOException {
            require(token == JsonToken.VALUE_STRING, in);
            return ofText(in.getText());
        }

        @Override
        Object ofText(String text) {
            Scanner scan = new Scanner(text);
            if (text.length() > 40 || !scan.fits()) {
                throw refused(Refusal.text(text.length()));
            }
            return keeps(scan.nanoseconds) ? text : scan.cut();
        }

        @Override
        Object ofTime(long count, TimeUnit unit) {
            long each = 1_000_000_000 / unit.nanoseconds;
            long second = unit.kind == TimeUnit.Kind.INSTANT ? Math.floorDiv(count, each) : END_SECOND;
            if (second < FIRST_SECOND || second >= END_SECOND) {
                return super.ofTime(count, unit);
            }
            int nanoseconds = (int) (Math.floorMod(count, each) * unit.nanoseconds);
            int kept = keeps(nanoseconds) ? nanoseconds : nanoseconds / 1000 * 1000;
            return LocalDateTime.ofEpochSecond(second, kept, ZoneOffset.UTC) + "Z";
        }

        /** Whether Postgres keeps a fraction of a second; false if it is to be cut. */
        private boolean keeps(int nanoseconds) {
            if (nanoseconds % 1000 != 0 && !truncates) {
                throw Refusal.of(name, "a time finer than microseconds", "microseconds, which is what Postgres keeps ("
                        + StrictConverter.SUB_MICROSECONDS + "=fail)");
            }
            return nanoseconds % 1000 == 0;
        }
    }

    /** Reads the form above by hand: a loaded sink reads a time for each record. */
    private static final class Scanner {
        private final String text;
        private int at;
        private int nanoseconds;
        private int decimals;
        private int fractionAt = -1;

        Scanner(String text) {
            this.text = text;
        }

        /** Whether the text has the form, and names a moment that is there and that Postgres holds. */
        boolean fits() {
            int year = year();
            int month = number('-', 2);
            int day = number('-', 2);
            int hour = number('T', 2);
            int minute = number(':', 2);
            int second = 0;
            if (peek() == ':') {
                second = number(':', 2);
                fraction();
            }
            int zone = zone();
            if (at != text.length() || year == MALFORMED || zone == MALFORMED || month < 1 || month > 12 || day < 1
                    || day > 28 && day > LocalDate.of(year, month, 1).lengthOfMonth()
                    || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) {
                return false;
            }
            if (year > -4712 && year < 294_276) {
                return true;
            }
            long moment = OffsetDateTime.of(year, month, day, hour, minute, second, 0,
                    ZoneOffset.ofTotalSeconds(zone * 60)).toEpochSecond();
            return moment >= FIRST_SECOND && moment < END_SECOND;
        }

        /** The text without what is finer than microseconds. */
        String cut() {
            return text.substring(0, fractionAt + 6) + text.substring(fractionAt + decimals);
        }

        private static final int MALFORMED = Integer.MIN_VALUE;

        private char peek() {
            return at < text.length() ? text.charAt(at) : 0;
        }

        private int year() {
            char sign = peek();
            if (sign != '+' && sign != '-') {
                return digits(4);
            }
            at++;
            int count = 0;
            while (at + count < text.length() && isDigit(text.charAt(at + count))) {
                count++;
            }
            // A plus sign only where four digits are not enough; more than four only where they are needed.
            boolean padded = count > 4 && peek() == '0';
            if (count > 6 || padded || count < (sign == '+' ? 5 : 4)) {
                return MALFORMED;
            }
            int year = digits(count);
            return sign == '+' ? year : year == 0 ? MALFORMED : -year;
        }

        /** A separator and a number of so many digits; negative if it is not there. */
        private int number(char separator, int count) {
            if (peek() != separator) {
                return MALFORMED;
            }
            at++;
            return digits(count);
        }

        private int digits(int count) {
            int number = 0;
            for (int i = 0; i < count; i++, at++) {
                if (!isDigit(peek())) {
                    return MALFORMED;
                }
                number = number * 10 + peek() - '0';
            }
            return number;
        }

        private void fraction() {
            if (peek() != '.') {
                return;
            }
            at++;
            fractionAt = at;
            while (isDigit(peek()) && decimals < 9) {
                nanoseconds = nanoseconds * 10 + peek() - '0';
                decimals++;
                at++;
            }
            for (int i = decimals; i < 9; i++) {
                nanoseconds *= 10;
            }
            if (decimals == 0) {
                // A point without decimals: back to it, where no zone begins.
                at--;
            }
        }

        /** Minutes east of Greenwich. */
        private int zone() {
            char sign = peek();
            if (sign == 'Z') {
                at++;
                return 0;
            }
            if (sign != '+' && sign != '-') {
                return MALFORMED;
            }
            at++;
            int hours = digits(2);
            int minutes = number(':', 2);
            if (hours < 0 || minutes < 0 || minutes > 59 || hours * 60 + minutes > 18 * 60) {
                return MALFORMED;
            }
            return sign == '-' ? -(hours * 60 + minutes) : hours * 60 + minutes;
        }

        private static boolean isDigit(char c) {
            return c >= '0' && c <= '9';
        }
    }
}
