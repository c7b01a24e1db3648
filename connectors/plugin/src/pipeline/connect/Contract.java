package pipeline.connect;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.errors.DataException;

/**
 * Makes the readers of a contract, once, from the text of {@code schema.content}.
 *
 * <p>The text has the form that Connect's JsonConverter writes into its envelopes: type, optional, name,
 * version, doc, parameters, default; fields of a struct, items of an array, keys and values of a map.
 */
final class Contract {
    /** Where a decimal's precision is, as Confluent's and Debezium's tools write it. */
    static final String PRECISION = "connect.decimal.precision";

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** Connect's scalar types by the names that JsonConverter gives them. */
    private static final Map<String, Schema.Type> TYPES = new LinkedHashMap<>();

    static {
        TYPES.put("int8", Schema.Type.INT8);
        TYPES.put("int16", Schema.Type.INT16);
        TYPES.put("int32", Schema.Type.INT32);
        TYPES.put("int64", Schema.Type.INT64);
        TYPES.put("float", Schema.Type.FLOAT32);
        TYPES.put("double", Schema.Type.FLOAT64);
        TYPES.put("boolean", Schema.Type.BOOLEAN);
        TYPES.put("string", Schema.Type.STRING);
        TYPES.put("bytes", Schema.Type.BYTES);
    }

    private final boolean ignoresUnknown;
    private final boolean truncates;

    /**
     * @param ignoresUnknown drop fields that the contract does not have, instead of refusing the message
     * @param truncates cut times to microseconds, instead of refusing finer ones
     */
    Contract(boolean ignoresUnknown, boolean truncates) {
        this.ignoresUnknown = ignoresUnknown;
        this.truncates = truncates;
    }

    /**
     * The reader of whole messages.
     *
     * @throws ConfigException the text is not a schema that can be read strictly; says where and why
     */
    ValueReader parse(String content) {
        try {
            return reader("", MAPPER.readTree(content));
        } catch (JacksonException error) {
            // Jackson's own words quote the content, which may be what a placeholder stood for.
            var at = error.getLocation();
            throw wrong(
                    "the schema",
                    "is not JSON (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")");
        }
    }

    private ValueReader reader(String name, JsonNode node) {
        String where = name.isEmpty() ? "the schema" : "field " + Refusal.shown(name);
        if (!node.isObject() || !node.path("type").isTextual()) {
            throw wrong(where, "is not an object with a type");
        }
        String label = name.isEmpty() ? "the message" : Refusal.shown(name);
        switch (node.get("type").textValue()) {
            case "struct":
                return struct(name, where, label, node);
            case "array":
                ValueReader items = reader(name + "[]", child(node, "items", where));
                return made(where, SchemaBuilder.array(items.schema), node,
                        schema -> new Containers.Items(label, schema, items));
            case "map":
                ValueReader keys = reader(name + " (keys)", child(node, "keys", where));
                if (keys.schema.type() != Schema.Type.STRING || keys.schema.isOptional()) {
                    throw wrong(where, "is a map whose keys are not texts: JSON has no others");
                }
                ValueReader values = reader(name + "{}", child(node, "values", where));
                return made(where, SchemaBuilder.map(keys.schema, values.schema), node,
                        schema -> new Containers.Entries(label, schema, values));
            default:
                return scalar(where, label, node);
        }
    }

    private ValueReader struct(String name, String where, String label, JsonNode node) {
        JsonNode fields = node.path("fields");
        if (!fields.isArray() || fields.isEmpty()) {
            throw wrong(where, "is a struct without a list of fields");
        }
        if (node.hasNonNull("default")) {
            throw wrong(where, "is a struct with a default, which Connect cannot carry: give its fields defaults");
        }
        SchemaBuilder builder = SchemaBuilder.struct();
        List<ValueReader> readers = new ArrayList<>();
        for (JsonNode field : fields) {
            if (field.path("field").asText("").isEmpty()) {
                throw wrong(where, "has a field without a name (\"field\": ...)");
            }
            String own = field.get("field").textValue();
            if (builder.field(own) != null) {
                throw wrong(where, "has the field " + Refusal.shown(own) + " twice");
            }
            ValueReader reader = reader(name.isEmpty() ? own : name + "." + own, field);
            builder.field(own, reader.schema);
            readers.add(reader);
        }
        // Debezium's sink takes a message without a name, but with a field "op", for one of its own change
        // events. Any other is better off without a name: the sink matches it against patterns, each time.
        if (name.isEmpty() && !node.hasNonNull("name") && builder.field("op") != null) {
            builder.name("pipeline.connect.Message");
        }
        return made(where, builder, node, schema -> new Containers.Fields(label, schema, readers, ignoresUnknown));
    }

    private ValueReader scalar(String where, String label, JsonNode node) {
        String type = node.get("type").textValue();
        SchemaBuilder builder = TYPES.containsKey(type) ? SchemaBuilder.type(TYPES.get(type)) : null;
        if (builder == null) {
            throw wrong(where, "has the type " + Refusal.shown(type) + ", which is not one of Connect's: "
                    + String.join(", ", TYPES.keySet()) + ", array, map, struct");
        }
        String logical = node.path("name").asText("");
        boolean isDecimal = logical.equals(Decimal.LOGICAL_NAME);
        Schema.Type needed = isDecimal ? Schema.Type.BYTES : Times.TYPES.get(logical);
        if (needed != null && needed != builder.type()) {
            throw wrong(where, "is a " + logical + ", whose type is " + needed.getName() + ", not " + type);
        }
        if (Times.TYPES.containsKey(logical)) {
            return made(where, builder, node, schema -> Times.reader(label, schema, truncates));
        }
        switch (builder.type()) {
            case STRING:
                return made(where, builder, node, schema -> Texts.reader(label, schema));
            case BOOLEAN:
                return made(where, builder, node, schema -> new Texts.Bool(label, schema));
            case BYTES:
                if (!isDecimal) {
                    return made(where, builder, node, schema -> new Texts.Binary(label, schema));
                }
                int scale = decimals(node, where, Decimal.SCALE_FIELD, Integer.MIN_VALUE);
                int precision = decimals(node, where, PRECISION, Numbers.MAX_PRECISION);
                return made(where, builder, node, schema -> new Numbers.Exact(label, schema, precision, scale));
            case FLOAT32:
            case FLOAT64:
                return made(where, builder, node, schema -> new Numbers.Floating(label, schema));
            default:
                return made(where, builder, node, schema -> new Numbers.Whole(label, schema));
        }
    }

    private static int decimals(JsonNode node, String where, String parameter, int otherwise) {
        String text = node.path("parameters").path(parameter).asText(String.valueOf(otherwise));
        int least = parameter.equals(PRECISION) ? 1 : -Numbers.MAX_PRECISION;
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= Numbers.MAX_PRECISION) {
                return number;
            }
        } catch (NumberFormatException error) {
            // Said below.
        }
        throw wrong(where, "is a decimal whose parameter " + parameter + " is not a whole number from " + least
                + " to " + Numbers.MAX_PRECISION);
    }

    /** The reader of a node, with what all types share: whether it is optional, its name, its default. */
    private static ValueReader made(
            String where, SchemaBuilder builder, JsonNode node, Function<Schema, ValueReader> reader) {
        if (node.path("optional").asBoolean(false)) {
            builder.optional();
        }
        if (node.hasNonNull("name")) {
            builder.name(node.get("name").asText());
        }
        if (node.hasNonNull("version")) {
            builder.version(node.get("version").asInt());
        }
        if (node.hasNonNull("doc")) {
            builder.doc(node.get("doc").asText());
        }
        node.path("parameters").properties().forEach(p -> builder.parameter(p.getKey(), p.getValue().asText()));
        ValueReader made = reader.apply(builder.build());
        if (!node.hasNonNull("default")) {
            return made;
        }
        try (JsonParser in = StrictJsonConverter.JSON.createParser(node.get("default").toString())) {
            in.nextToken();
            builder.defaultValue(made.read(in));
        } catch (IOException | DataException error) {
            throw wrong(where, "has a default that does not fit: " + error.getMessage());
        }
        return reader.apply(builder.build());
    }

    private static JsonNode child(JsonNode node, String part, String where) {
        if (!node.has(part)) {
            throw wrong(where, "has no \"" + part + "\"");
        }
        return node.get(part);
    }

    private static ConfigException wrong(String where, String what) {
        return new ConfigException(StrictConverter.SCHEMA_CONTENT + ": " + where + " " + what);
    }
}
