package pipeline.connect;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigDecimal;
import org.apache.kafka.connect.data.Schema;

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
            long value = in.getLongValue();
            require(value >= least && value <= most, in);
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
            if (isZero(text)) {
                return BigDecimal.valueOf(0, scale);
            }
            try {
                return scaled(new BigDecimal(text), in);
            } catch (ArithmeticException | NumberFormatException error) {
                throw Refusal.of(name, in, asks);
            }
        }

        private BigDecimal scaled(BigDecimal value, JsonParser in) throws IOException {
            // Bounded before scaling, which writes 1e1000000 out digit by digit: by its digits before the
            // point, and by zeros at its end, the only digits that may be cut off.
            long digits = value.precision();
            require(digits - value.scale() <= precision - scale && value.scale() - digits < scale, in);
            return value.setScale(scale);
        }
    }
}
