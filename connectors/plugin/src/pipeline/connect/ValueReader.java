package pipeline.connect;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigDecimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.errors.DataException;

/**
 * Makes the value of one field of the contract: from JSON, or from a value of any other format by its kind.
 *
 * <p>A kind that a field does not take is refused; its reader overrides those that it takes.
 */
abstract class ValueReader {
    /** The field with the fields it is in, for messages: {@code address.city}. */
    final String name;
    final Schema schema;
    /** What the contract asks for, in words. */
    final String asks;

    ValueReader(String name, Schema schema, String asks) {
        this.name = name;
        this.schema = schema;
        this.asks = asks;
    }

    /** The value that begins with the parser's current token; null only where the contract allows it. */
    final Object read(JsonParser in) throws IOException {
        JsonToken token = in.currentToken();
        return token == JsonToken.VALUE_NULL ? ofNull() : present(in, token);
    }

    /** The value in JSON, which is not null. */
    abstract Object present(JsonParser in, JsonToken token) throws IOException;

    final void require(boolean fits, JsonParser in) throws IOException {
        if (!fits) {
            throw Refusal.of(name, in, asks);
        }
    }

    final DataException refused(String found) {
        return Refusal.of(name, found, asks);
    }

    final Object ofNull() {
        if (schema.isOptional()) {
            return null;
        }
        throw refused("null");
    }

    Object ofBoolean(boolean value) {
        throw refused(String.valueOf(value));
    }

    Object ofWhole(long value) {
        throw refused("the number " + value);
    }

    Object ofFloating(double value) {
        throw refused("the number " + value);
    }

    Object ofDecimal(BigDecimal value) {
        throw refused("the number " + Refusal.shown(value.toString()));
    }

    Object ofText(String value) {
        throw refused(Refusal.text(value.length()));
    }

    Object ofBytes(byte[] value) {
        throw refused(value.length + " bytes");
    }

    /** A date or time, as a count of a unit. */
    Object ofTime(long count, TimeUnit unit) {
        throw refused("the number " + count + " (" + unit + ")");
    }
}
