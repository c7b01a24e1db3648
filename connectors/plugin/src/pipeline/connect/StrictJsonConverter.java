package pipeline.connect;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.connect.errors.DataException;

/**
 * Reads JSON messages by a contract (a Connect schema, KIP-1054), exactly or not at all.
 *
 * <p>A message is converted only if it is one JSON value in UTF-8 whose every part fits the schema as it
 * is written; nothing is coerced, rounded, dropped or made up. Anything else is a {@link DataException}
 * that names the field, what was found and what the contract asks. The work for a message is linear in
 * its bytes, whatever they are.
 */
public final class StrictJsonConverter extends StrictConverter {
    static final int MAX_DEPTH = 100;
    static final int MAX_DIGITS = 1000;
    static final int MAX_NAME = 1000;

    static final JsonFactory JSON = JsonFactory.builder()
            // Bytes in another encoding are not UTF-8, and are refused before they are parsed.
            .disable(JsonFactory.Feature.CHARSET_DETECTION)
            // Names come from strangers: they are compared, and must not fill a table of the JVM.
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(MAX_DIGITS)
                    .maxNameLength(MAX_NAME)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    @Override
    Object read(byte[] message, ValueReader contract) {
        checkEncoding(message);
        try (JsonParser in = JSON.createParser(message)) {
            if (in.nextToken() == null) {
                throw Refusal.of("the message is empty");
            }
            Object value = contract.read(in);
            checkEnd(in);
            return value;
        } catch (JacksonException error) {
            throw Refusal.of(error);
        } catch (IOException error) {
            throw new DataException(error);
        }
    }

    /** UTF-8 and no zero byte: Jackson's own decoder lets overlong forms and lone surrogates through. */
    private static void checkEncoding(byte[] message) {
        int ascii = 0;
        while (ascii < message.length && message[ascii] > 0) {
            ascii++;
        }
        if (ascii == message.length) {
            return;
        }
        if (message.length > 2 && message[0] == (byte) 0xEF && message[1] == (byte) 0xBB
                && message[2] == (byte) 0xBF) {
            throw Refusal.of("the message begins with a byte order mark; JSON in UTF-8 has none");
        }
        ByteBuffer rest = ByteBuffer.wrap(message, ascii, message.length - ascii);
        try {
            StandardCharsets.UTF_8.newDecoder().decode(rest);
        } catch (CharacterCodingException error) {
            throw Refusal.of("the message is not UTF-8 at byte " + rest.position());
        }
        // Valid in UTF-8, and never in JSON; often the sign of UTF-16 or UTF-32.
        if (message[ascii] == 0) {
            throw Refusal.of("the message has a zero byte at byte " + ascii + ": it is not JSON in UTF-8");
        }
    }

    private static void checkEnd(JsonParser in) throws IOException {
        long end = in.currentLocation().getByteOffset();
        JsonToken more;
        try {
            more = in.nextToken();
        } catch (JacksonException error) {
            more = JsonToken.NOT_AVAILABLE;
        }
        if (more != null) {
            throw Refusal.of("the message goes on after its JSON value (byte " + end + ")");
        }
    }
}
