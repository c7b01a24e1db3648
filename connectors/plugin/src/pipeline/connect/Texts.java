package pipeline.connect;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Base64;
import java.util.regex.Pattern;
import org.apache.kafka.connect.data.Schema;

/** Readers of texts, of bytes in a text, and of true and false. */
final class Texts {
    private static final String UUID = "io.debezium.data.Uuid";
    private static final Pattern UUID_FORM = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    private Texts() {
    }

    static ValueReader reader(String name, Schema schema) {
        return UUID.equals(schema.name()) ? new Uuid(name, schema) : new Text(name, schema);
    }

    /** A text that Postgres can hold: any but one with U+0000 or half of a surrogate pair. */
    static String checked(String name, String text, String asks) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                throw Refusal.of(name, "a text with the character U+0000", asks + " that Postgres can hold");
            }
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c) && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!pair) {
                    throw Refusal.of(name, "a text with half of a surrogate pair", asks + " of whole characters");
                }
                i++;
            }
        }
        return text;
    }

    /** string. */
    private static final class Text extends ValueReader {
        Text(String name, Schema schema) {
            super(name, schema, "a text");
        }

        @Override
        Object present(JsonParser in, JsonToken token) throws IOException {
            require(token == JsonToken.VALUE_STRING, in);
            return ofText(in.getText());
        }

        @Override
        Object ofText(String text) {
            return checked(name, text, asks);
        }
    }

    /** A text that is a UUID. */
    private static final class Uuid extends ValueReader {
        Uuid(String name, Schema schema) {
            super(name, schema, "a UUID (8-4-4-4-12 hexadecimal digits)");
        }

        @Override
        Object present(JsonParser in, JsonToken token) throws IOException {
            require(token == JsonToken.VALUE_STRING, in);
            return ofText(in.getText());
        }

        @Override
        Object ofText(String text) {
            return text.length() == 36 && UUID_FORM.matcher(text).matches() ? text : super.ofText(text);
        }
    }

    /** bytes: in JSON a text in Base64 (RFC 4648, section 4), with its padding and no stray bits. */
    static final class Binary extends ValueReader {
        Binary(String name, Schema schema) {
            super(name, schema, "bytes (in JSON, a text in Base64)");
        }

        @Override
        Object present(JsonParser in, JsonToken token) throws IOException {
            require(token == JsonToken.VALUE_STRING, in);
            String text = in.getText();
            byte[] bytes;
            try {
                bytes = Base64.getDecoder().decode(text);
            } catch (IllegalArgumentException error) {
                throw Refusal.of(name, in, asks);
            }
            require(Base64.getEncoder().encodeToString(bytes).equals(text), in);
            return bytes;
        }

        @Override
        Object ofBytes(byte[] bytes) {
            return bytes;
        }
    }

    /** boolean. */
    static final class Bool extends ValueReader {
        Bool(String name, Schema schema) {
            super(name, schema, "true or false");
        }

        @Override
        Object present(JsonParser in, JsonToken token) throws IOException {
            require(token.isBoolean(), in);
            return in.getBooleanValue();
        }

        @Override
        Object ofBoolean(boolean value) {
            return value;
        }
    }
}
