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
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.connect.components.Versioned;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.storage.Converter;
import org.apache.kafka.connect.storage.ConverterConfig;
import org.apache.kafka.connect.storage.ConverterType;

/**
 * Reads JSON messages by a contract (a Connect schema, KIP-1054), exactly or not at all.
 *
 * <p>A message is converted only if it is one JSON value in UTF-8 whose every part fits the schema as it
 * is written; nothing is coerced, rounded, dropped or made up. Anything else is a {@link DataException}
 * that names the field, what was found and what the contract asks. The work for a message is linear in
 * its bytes, whatever they are.
 */
public final class StrictJsonConverter implements Converter, Versioned {
    public static final String SCHEMA_CONTENT = "schema.content";
    public static final String UNKNOWN_FIELDS = "unknown.fields";
    public static final String SUB_MICROSECONDS = "sub.microseconds";
    public static final String MAX_BYTES = "max.bytes";

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

    private ValueReader contract;
    private int maxBytes;

    @Override
    public String version() {
        return Version.OF_PLUGIN;
    }

    @Override
    public ConfigDef config() {
        return ConverterConfig.newConfigDef()
                .define(SCHEMA_CONTENT, Type.STRING, ConfigDef.NO_DEFAULT_VALUE, Importance.HIGH,
                        "The contract: a schema in the JSON form of Connect's JsonConverter (KIP-1054).")
                .define(UNKNOWN_FIELDS, Type.STRING, "fail", ConfigDef.ValidString.in("fail", "ignore"),
                        Importance.MEDIUM,
                        "What to do with a field that the contract does not have: refuse the message,"
                                + " or drop the field.")
                .define(SUB_MICROSECONDS, Type.STRING, "fail",
                        ConfigDef.ValidString.in("fail", "truncate"), Importance.MEDIUM,
                        "What to do with a time finer than the microseconds that Postgres keeps: refuse"
                                + " the message, or cut the time.")
                .define(MAX_BYTES, Type.INT, 10 * 1024 * 1024, ConfigDef.Range.atLeast(1), Importance.LOW,
                        "The largest message that is read, in bytes.");
    }

    @Override
    public void configure(Map<String, ?> configs, boolean isKey) {
        Map<String, Object> all = new HashMap<>(configs);
        all.put(ConverterConfig.TYPE_CONFIG, (isKey ? ConverterType.KEY : ConverterType.VALUE).getName());
        AbstractConfig config = new AbstractConfig(config(), all, false);
        maxBytes = config.getInt(MAX_BYTES);
        contract = new Contract(
                config.getString(UNKNOWN_FIELDS).equals("ignore"),
                config.getString(SUB_MICROSECONDS).equals("truncate"))
                .parse(config.getString(SCHEMA_CONTENT));
    }

    /** Messages are read only: a sink has no use for the other way. */
    @Override
    public byte[] fromConnectData(String topic, Schema schema, Object value) {
        throw new DataException("StrictJsonConverter reads messages and does not write them: "
                + "a source connector takes org.apache.kafka.connect.json.JsonConverter");
    }

    /** The value of a message; a null (a tombstone) stays null. */
    @Override
    public SchemaAndValue toConnectData(String topic, byte[] message) {
        if (message == null) {
            return SchemaAndValue.NULL;
        }
        checkBytes(message);
        try (JsonParser in = JSON.createParser(message)) {
            if (in.nextToken() == null) {
                throw Refusal.of("the message is empty");
            }
            Object value = contract.read(in);
            checkEnd(in);
            return new SchemaAndValue(contract.schema, value);
        } catch (JacksonException error) {
            throw Refusal.of(error);
        } catch (IOException error) {
            throw new DataException(error);
        }
    }

    /** Length and encoding. Jackson's own decoder lets overlong forms and lone surrogates through. */
    private void checkBytes(byte[] message) {
        if (message.length > maxBytes) {
            throw Refusal.of("the message has " + message.length + " bytes, more than " + MAX_BYTES + "="
                    + maxBytes);
        }
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
