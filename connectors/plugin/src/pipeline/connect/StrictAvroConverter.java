package pipeline.connect;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.connect.errors.DataException;

/**
 * Reads Avro messages in Confluent's framing (a zero byte, the schema's id in four, the record) by a
 * contract, exactly or not at all.
 *
 * <p>The schema that a message was written by comes from a registry, and says what its bytes are; the
 * contract says what a row has. Rows are the same as {@link StrictJsonConverter} makes of the same values.
 * A registry that is away makes no dead letters: {@link RegistryUnavailableError}.
 */
public final class StrictAvroConverter extends StrictConverter {
    public static final String URL = "schema.registry.url";
    public static final String PATIENCE = "schema.registry.max.wait.ms";
    public static final String CREDENTIALS = "basic.auth.credentials.source";
    public static final String USER_INFO = "basic.auth.user.info";

    private static final int HEADER_BYTES = 5;
    /** Ids come from strangers: they must not fill the memory. */
    private static final int MOST_SCHEMAS = 1000;
    private static final int MOST_REFERENCES = 100;
    /** A schema may be registered a moment later; until then, a flood must not reach the registry. */
    private static final long UNKNOWN_FOR_NANOSECONDS = 5_000_000_000L;

    private final Map<Integer, Known> schemas = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Known> eldest) {
            return size() > MOST_SCHEMAS;
        }
    };
    private SchemaRegistry registry;

    /** What is known of an id: how to read its messages, or why they are refused. */
    private record Known(AvroReader reader, String problem, long since) {
    }

    @Override
    public ConfigDef config() {
        return super.config()
                .define(URL, Type.LIST, ConfigDef.NO_DEFAULT_VALUE, Importance.HIGH,
                        "The schema registry: addresses with Confluent's interface, tried in turn.")
                // Below the consumer's max.poll.interval.ms, with room for the tries themselves.
                .define(PATIENCE, Type.LONG, 60_000L, ConfigDef.Range.between(0, 240_000), Importance.MEDIUM,
                        "How long a registry that does not answer is waited for before the task fails.")
                .define(CREDENTIALS, Type.STRING, "USER_INFO", ConfigDef.ValidString.in("USER_INFO"),
                        Importance.LOW, "Where the registry's user is.")
                .define(USER_INFO, Type.PASSWORD, "", Importance.MEDIUM,
                        "The registry's user and password, with a colon between them.");
    }

    @Override
    void configure(AbstractConfig config) {
        registry = new SchemaRegistry(config.getList(URL), config.getPassword(USER_INFO).value(),
                config.getLong(PATIENCE));
    }

    @Override
    Object read(byte[] message, ValueReader contract) {
        if (message.length < HEADER_BYTES || message[0] != 0) {
            throw Refusal.of("the message does not begin with a zero byte and the four bytes of a schema's id");
        }
        AvroBytes in = new AvroBytes(message, HEADER_BYTES);
        Object value = reader(ByteBuffer.wrap(message).getInt(1), contract).read(in);
        in.checkEnd();
        return value;
    }

    private AvroReader reader(int id, ValueReader contract) {
        Known known = schemas.get(id);
        if (known == null || known.since != 0 && System.nanoTime() - known.since > UNKNOWN_FOR_NANOSECONDS) {
            known = look(id, contract);
            schemas.put(id, known);
        }
        if (known.reader == null) {
            throw Refusal.of(known.problem);
        }
        return known.reader;
    }

    private Known look(int id, ValueReader contract) {
        JsonNode found = registry.fetch(id);
        String problem;
        if (found == null) {
            return new Known(null, "the schema registry knows no schema with the id " + id, System.nanoTime());
        } else if (!found.path("schemaType").asText("AVRO").equals("AVRO")) {
            problem = "is of the type " + Refusal.shown(found.get("schemaType").asText());
        } else {
            try {
                // To read what was written, names may be unusual, and defaults are not asked for.
                Schema.Parser parser = new Schema.Parser(NameValidator.NO_VALIDATION).setValidateDefaults(false);
                parseReferences(found, parser, new HashSet<>());
                return new Known(AvroReader.of(parser.parse(found.get("schema").textValue()), contract), null, 0);
            } catch (UnknownReferenceException error) {
                // It may be registered a moment later, like a schema itself.
                return new Known(null, "the schema with the id " + id + " " + error.getMessage(), System.nanoTime());
            } catch (AvroRuntimeException | StackOverflowError error) {
                problem = "cannot be parsed: " + Refusal.shown(String.valueOf(error.getMessage())
                        .replaceFirst("^[\\w.]+Exception: ", ""));
            }
        }
        return new Known(null, "the schema with the id " + id + " " + problem, 0);
    }

    /** Parse the schemas that one refers to, those that they refer to first, so that their names are known. */
    private void parseReferences(JsonNode schema, Schema.Parser parser, Set<String> parsed) {
        for (JsonNode reference : schema.path("references")) {
            String subject = reference.path("subject").asText();
            int version = reference.path("version").asInt();
            if (!parsed.add(subject + "\n" + version)) {
                continue;
            }
            if (parsed.size() > MOST_REFERENCES) {
                throw new AvroRuntimeException("it refers to more than " + MOST_REFERENCES + " others");
            }
            JsonNode found = registry.fetch(subject, version);
            if (found == null) {
                throw new UnknownReferenceException("refers to version " + version + " of "
                        + Refusal.shown(subject) + ", which the schema registry does not know");
            }
            parseReferences(found, parser, parsed);
            parser.parse(found.get("schema").textValue());
        }
    }

    private static final class UnknownReferenceException extends RuntimeException {
        UnknownReferenceException(String message) {
            super(message);
        }
    }
}
