package pipeline.connect;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import org.apache.kafka.connect.data.Schema;

/** Reads the value of one field of the contract. */
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
        if (token != JsonToken.VALUE_NULL) {
            return present(in, token);
        }
        if (schema.isOptional()) {
            return null;
        }
        throw Refusal.of(name, in, asks);
    }

    /** The value, which is not null. */
    abstract Object present(JsonParser in, JsonToken token) throws IOException;

    final void require(boolean fits, JsonParser in) throws IOException {
        if (!fits) {
            throw Refusal.of(name, in, asks);
        }
    }
}
