package pipeline.connect;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.sink.SinkRecord;

/** Whether a record names the row that it is. */
final class RowKey {
    private final String mode;
    private final boolean deletes;
    private final List<String> fields = new ArrayList<>();

    RowKey(Map<String, String> properties) {
        mode = properties.getOrDefault("primary.key.mode", "none").toLowerCase();
        deletes = Boolean.parseBoolean(properties.getOrDefault("delete.enabled", "false"));
        for (String field : properties.getOrDefault("primary.key.fields", "").split(",")) {
            if (!field.isBlank()) {
                fields.add(field.trim());
            }
        }
    }

    /** What is wrong with a record's key, or that it has no value; null if it can be a row. */
    String problem(SinkRecord record) {
        if (record.value() == null && !deletes) {
            return "the message has no value (a tombstone), and delete.enabled is false";
        }
        switch (mode) {
            case "record_key":
                String problem = record.key() == null ? "the message has no key" : problem(record.key());
                return problem == null ? difference(record) : problem;
            case "record_value":
                return record.value() == null ? "the message has no value, which has the key" : problem(record.value());
            default:
                return null;
        }
    }

    private String problem(Object source) {
        // Of Debezium's own change events the sink takes the row that is inside.
        if (!(source instanceof Struct) || isEnvelope((Struct) source)) {
            return null;
        }
        Struct struct = (Struct) source;
        if (fields.isEmpty()) {
            for (Field field : struct.schema().fields()) {
                String problem = problem(struct, field);
                if (problem != null) {
                    return problem;
                }
            }
            return null;
        }
        for (String name : fields) {
            Field field = struct.schema().field(name);
            String problem = field == null ? name + " is missing, and is the row's key" : problem(struct, field);
            if (problem != null) {
                return problem;
            }
        }
        return null;
    }

    /** The row takes the key's fields: one that the value has with another content would vanish. */
    private static String difference(SinkRecord record) {
        if (!(record.key() instanceof Struct key) || !(record.value() instanceof Struct value) || isEnvelope(value)) {
            return null;
        }
        for (Field field : key.schema().fields()) {
            Field same = value.schema().field(field.name());
            if (same != null && !Objects.deepEquals(key.get(field), value.get(same))) {
                return field.name() + ": the message's key and its value differ; the row's key is in both";
            }
        }
        return null;
    }

    private static String problem(Struct struct, Field field) {
        Object value = struct.get(field);
        if (value == null) {
            return field.name() + ": found null; the row's key has a value";
        }
        return "".equals(value) ? field.name() + ": found an empty text; the row's key has a value" : null;
    }

    private static boolean isEnvelope(Struct struct) {
        String name = struct.schema().name();
        return name != null && name.endsWith(".Envelope");
    }
}
