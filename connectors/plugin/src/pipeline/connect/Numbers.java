package pipeline.connect;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigDecimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.errors.DataException;

/** Readers of numbers. A number in a text is a text. */
final class Numbers {
    /** Digits of a decimal whose contract names no precision. */
    static final int MAX_PRECISION = StrictJsonConverter.MAX_DIGITS;

    private Numbers() {
    }

    /** Whether a number, as JSON writes it, is zero. */
    private static boolean isZero(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 'e' || c == 'E') {
                break;
            }
            if (c >= '1' && c <= '9') {
                return false;
            }
        }
        return true;
    }

    /** int8 to int64: digits without point or exponent. */
    static class Whole extends ValueReader {
        private final long least;
        private final long most;

        Whole(String name, Schema schema) {
            this(name, schema, leastOf(schema), -1 - leastOf(schema), "a whole number");
        }

        Whole(String name, Schema schema, long least, long most, String asks) {
            super(name, schema, asks + " from " + least + " to " + most);
            this.least = least;
            this.most = most;
        }

        private static long leastOf(Schema schema) {
            switch (schema.type()) {
                case INT8:
                    return Byte.MIN_VALUE;
                case INT16:
                    return Short.MIN_VALUE;
                case INT32:
                    return Integer.MIN_VALUE;
                default:
                    return Long.MIN_VALUE;
            }
        }

        @Override
        Object present(JsonParser in, JsonToken token) throws IOException {
            require(token == JsonToken.VALUE_NUMBER_INT, in);
            require(in.getNumberType() != JsonParser.NumberType.BIG_INTEGER, in);
            return ofWhole(in.getLongValue());
        }

        @Override
        Object ofWhole(long value) {
            if (value < least || value > most) {
                throw refused("the number " + value);
            }
            switch (schema.type()) {
                case INT8:
                    return (byte) value;
                case INT16:
                    return (short) value;
                case INT32:
                    return (int) value;
                default:
                    return value;
            }
        }
    }

    /** float and double: the nearest that the type has, but neither infinity nor, for another number, zero. */
    static final class Floating extends ValueReader {
        private final boolean single;

        Floating(String name, Schema schema) {
            super(name, schema, "a number within the range of a "
                    + (schema.type() == Schema.Type.FLOAT32 ? "float" : "double"));
            single = schema.type() == Schema.Type.FLOAT32;
        }

        @Override
        Object present(JsonParser in, JsonToken token) throws IOException {
            require(token.isNumeric(), in);
            String text = in.getText();
            // Through a double, a float would be rounded twice.
            double value = single ? Float.parseFloat(text) : Double.parseDouble(text);
            require(!Double.isInfinite(value) && (value != 0 || isZero(text)), in);
            return boxed(value);
        }

        /** The same number: another format's double is not rounded to a float. */
        @Override
        Object ofFloating(double value) {
            if (Double.isNaN(value) || Double.isInfinite(value)) {
                throw refused("the number " + value);
            }
            if (single && (float) value != value) {
                throw inexact(String.valueOf(value));
            }
            return boxed(value);
        }

        @Override
        Object ofWhole(long value) {
            int bits = Long.SIZE - Long.numberOfLeadingZeros(Math.abs(value)) - Long.numberOfTrailingZeros(value);
            if (bits > (single ? 24 : 53)) {
                throw inexact(String.valueOf(value));
            }
            return boxed(value);
        }

        private DataException inexact(String number) {
            return Refusal.of(name, "the number " + number, "a number that is exact as a "
                    + (single ? "float" : "double"));
        }

        private Object boxed(double value) {
            return single ? (Object) (float) value : (Object) value;
        }
    }

    /** Decimal: every digit, in the contract's scale. */
    static final class Exact extends ValueReader {
        private final int precision;
        private final int scale;

        Exact(String name, Schema schema, int precision, int scale) {
            super(name, schema, "a number with at most " + (precision - scale) + " digits before the point and "
                    + Math.max(scale, 0) + " after it");
            this.precision = precision;
            this.scale = scale;
        }

        @Override
        Object present(JsonParser in, JsonToken token) throws IOException {
            require(token.isNumeric(), in);
            String text = in.getText();
            BigDecimal value = null;
            try {
                // A zero may have an exponent beyond those of BigDecimal.
                value = isZero(text) ? BigDecimal.valueOf(0, scale) : scaled(new BigDecimal(text));
            } catch (NumberFormatException error) {
                // Refused below.
            }
            require(value != null, in);
            return value;
        }

        @Override
        Object ofDecimal(BigDecimal value) {
            BigDecimal scaled = scaled(value);
            return scaled == null ? super.ofDecimal(value) : scaled;
        }

        @Override
        Object ofWhole(long value) {
            return ofDecimal(BigDecimal.valueOf(value));
        }

        /** The same number with the contract's scale; null if there is none. */
        private BigDecimal scaled(BigDecimal value) {
            if (value.signum() == 0) {
                return BigDecimal.valueOf(0, scale);
            }
            // Bounded before scaling, which writes 1e1000000 out digit by digit: by its digits before the
            // point, and by zeros at its end, the only digits that may be cut off.
            long digits = value.precision();
            if (digits - value.scale() > precision - scale || value.scale() - digits >= scale) {
                return null;
            }
            try {
                return value.setScale(scale);
            } catch (ArithmeticException error) {
                return null;
            }
        }
    }
}
