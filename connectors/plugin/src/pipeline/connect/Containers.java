package pipeline.connect;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;

/** Readers of values that have other values in them. */
final class Containers {
    private Containers() {
    }

    /** An object with the fields of a struct, in any order, each at most once. */
    static final class Fields extends ValueReader {
        private final ValueReader[] readers;
        private final Field[] fields;
        private final Map<String, Field> byName = new HashMap<>();
        private final boolean ignoresUnknown;

        Fields(String name, Schema schema, List<ValueReader> readers, boolean ignoresUnknown) {
            super(name, schema, "an object with fields");
            this.readers = readers.toArray(new ValueReader[0]);
            this.fields = schema.fields().toArray(new Field[0]);
            schema.fields().forEach(field -> byName.put(field.name(), field));
            this.ignoresUnknown = ignoresUnknown;
        }

        @Override
        Object present(JsonParser in, JsonToken token) throws IOException {
            require(token == JsonToken.START_OBJECT, in);
            Struct struct = new Struct(schema);
            boolean[] seen = new boolean[fields.length];
            int expected = 0;
            while (in.nextToken() != JsonToken.END_OBJECT) {
                Field field = field(in.currentName(), expected);
                in.nextToken();
                if (field == null) {
                    in.skipChildren();
                    continue;
                }
                int index = field.index();
                if (seen[index]) {
                    throw Refusal.of(readers[index].name + " is there twice; the contract asks for it once");
                }
                seen[index] = true;
                put(struct, index, readers[index].read(in));
                expected = index + 1;
            }
            complete(struct, seen);
            return struct;
        }

        /** The field of a name; null if it is to be ignored. Fields often come in the contract's order. */
        private Field field(String own, int expected) {
            if (expected < fields.length && fields[expected].name().equals(own)) {
                return fields[expected];
            }
            Field field = byName.get(own);
            if (field == null) {
                checkUnknown(own);
            }
            return field;
        }

        /** Refuses a field that the contract does not have, unless those are ignored. */
        void checkUnknown(String own) {
            if (!ignoresUnknown) {
                throw Refusal.of(name + " has a field " + Refusal.shown(own) + " that is not in the contract");
            }
        }

        int size() {
            return fields.length;
        }

        /** Where a field is in the struct; -1 if it is not. */
        int index(String own) {
            Field field = byName.get(own);
            return field == null ? -1 : field.index();
        }

        ValueReader reader(int index) {
            return readers[index];
        }

        void put(Struct struct, int index, Object value) {
            if (value != null) {
                struct.put(fields[index], value);
            }
        }

        /** Give the fields that were not there their defaults, or refuse the message. */
        void complete(Struct struct, boolean[] seen) {
            for (int i = 0; i < fields.length; i++) {
                if (seen[i]) {
                    continue;
                }
                Schema missing = fields[i].schema();
                if (missing.defaultValue() != null) {
                    struct.put(fields[i], missing.defaultValue());
                } else if (!missing.isOptional()) {
                    throw Refusal.of(readers[i].name + " is missing; the contract asks for " + readers[i].asks);
                }
            }
        }
    }

    /** An array. */
    static final class Items extends ValueReader {
        final ValueReader items;

        Items(String name, Schema schema, ValueReader items) {
            super(name, schema, "an array");
            this.items = items;
        }

        @Override
        Object present(JsonParser in, JsonToken token) throws IOException {
            require(token == JsonToken.START_ARRAY, in);
            List<Object> values = new ArrayList<>();
            while (in.nextToken() != JsonToken.END_ARRAY) {
                values.add(items.read(in));
            }
            return values;
        }
    }

    /** An object with names of its own, each at most once. */
    static final class Entries extends ValueReader {
        final ValueReader values;

        Entries(String name, Schema schema, ValueReader values) {
            super(name, schema, "an object with names of its own");
            this.values = values;
        }

        @Override
        Object present(JsonParser in, JsonToken token) throws IOException {
            require(token == JsonToken.START_OBJECT, in);
            Map<String, Object> map = new LinkedHashMap<>();
            while (in.nextToken() != JsonToken.END_OBJECT) {
                String key = key(in.currentName(), map);
                in.nextToken();
                map.put(key, values.read(in));
            }
            return map;
        }

        /** A name that Postgres can hold, and that is not there yet. */
        String key(String own, Map<String, Object> map) {
            Texts.checked(name + " (keys)", own, "a text");
            if (map.containsKey(own)) {
                throw Refusal.of(name + " has the name " + Refusal.shown(own) + " twice");
            }
            return own;
        }
    }
}
