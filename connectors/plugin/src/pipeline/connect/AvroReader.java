package pipeline.connect;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.kafka.connect.data.Struct;

/**
 * Reads values that were written by an Avro schema into a field of the contract.
 *
 * <p>What is written is told to the contract as what it is, logical type included; the contract takes it
 * exactly or refuses it. Avro's own schema resolution would turn numbers into rounded ones, drop what the
 * reader does not know, and not compare logical types at all.
 */
@FunctionalInterface
interface AvroReader {
    /** Bits of a decimal, for as many digits as JSON may have: more would cost more than their bytes. */
    int MOST_BITS = (int) (Numbers.MAX_PRECISION * 3.33);

    /** The value that comes next; null only where the contract allows it. */
    Object read(AvroBytes in);

    /** A reader of what the schema writes, into the field. */
    static AvroReader of(Schema schema, ValueReader field) {
        return switch (schema.getType()) {
            case NULL -> in -> field.ofNull();
            case BOOLEAN -> in -> field.ofBoolean(in.readBoolean());
            case INT, LONG -> whole(schema, field);
            case FLOAT -> in -> field.ofFloating(in.readFloat());
            case DOUBLE -> in -> field.ofFloating(in.readDouble());
            case STRING -> in -> field.ofText(in.readString());
            case BYTES, FIXED -> bytes(schema, field);
            case ENUM -> {
                List<String> symbols = schema.getEnumSymbols();
                yield in -> field.ofText(symbols.get(in.readIndex(symbols.size(), "symbol")));
            }
            case UNION -> union(schema, field);
            case RECORD -> field instanceof Containers.Fields struct ? record(schema, struct)
                    : refusing("a record", field);
            case ARRAY -> field instanceof Containers.Items array ? array(schema, array)
                    : refusing("an array", field);
            case MAP -> field instanceof Containers.Entries map ? map(schema, map) : refusing("a map", field);
        };
    }

    private static AvroReader refusing(String found, ValueReader field) {
        return in -> {
            throw field.refused(found);
        };
    }

    private static AvroReader whole(Schema schema, ValueReader field) {
        boolean isInt = schema.getType() == Schema.Type.INT;
        String logical = schema.getProp("logicalType");
        TimeUnit unit = unit(schema.getLogicalType());
        // Connect's own name for the type; written by its tools, mostly without Avro's.
        TimeUnit named = Times.UNITS.get(String.valueOf(schema.getProp("connect.name")));
        TimeUnit either = unit == null ? named : unit;
        boolean contradictory = unit != null && named != null
                && (!unit.isLike(named) || unit.nanoseconds != named.nanoseconds);
        // A number whose unit is not known must not be taken for one of the contract's.
        boolean unclear = unit == null && logical != null && Times.TYPES.containsKey(field.schema.name());
        if (contradictory || unclear) {
            String what = " (" + Refusal.shown(logical) + (named == null ? ")" : ", and " + named + ")");
            return in -> {
                throw field.refused("the number " + in.readLong() + what);
            };
        }
        if (either == null) {
            return in -> field.ofWhole(isInt ? in.readInt() : in.readLong());
        }
        return in -> field.ofTime(isInt ? in.readInt() : in.readLong(), either);
    }

    private static TimeUnit unit(org.apache.avro.LogicalType logical) {
        for (TimeUnit unit : TimeUnit.values()) {
            if (logical != null && unit.toString().equals(logical.getName())) {
                return unit;
            }
        }
        return null;
    }

    private static AvroReader bytes(Schema schema, ValueReader field) {
        int size = schema.getType() == Schema.Type.FIXED ? schema.getFixedSize() : -1;
        org.apache.avro.LogicalType logical = schema.getLogicalType();
        if (logical instanceof LogicalTypes.Decimal decimal) {
            return in -> decimal(size < 0 ? in.readBytes() : in.readFixed(size), decimal.getScale(), field);
        }
        if (size == 16 && logical != null && logical.getName().equals("uuid")) {
            return in -> {
                ByteBuffer uuid = ByteBuffer.wrap(in.readFixed(size));
                return field.ofText(new UUID(uuid.getLong(), uuid.getLong()).toString());
            };
        }
        if (logical != null && logical.getName().equals("big-decimal")) {
            return refusing("a big-decimal", field);
        }
        return in -> field.ofBytes(size < 0 ? in.readBytes() : in.readFixed(size));
    }

    private static Object decimal(byte[] unscaled, int scale, ValueReader field) {
        if (unscaled.length == 0) {
            throw field.refused("a decimal of no bytes");
        }
        BigInteger digits = new BigInteger(unscaled);
        if (digits.bitLength() > MOST_BITS) {
            throw field.refused("a decimal of " + unscaled.length + " bytes");
        }
        return field.ofDecimal(new BigDecimal(digits, scale));
    }

    private static AvroReader union(Schema schema, ValueReader field) {
        List<Schema> types = schema.getTypes();
        // Made when they are met: a schema may have many more ways through it than messages go.
        AvroReader[] branches = new AvroReader[types.size()];
        return in -> {
            int index = in.readIndex(branches.length, "branch");
            if (branches[index] == null) {
                branches[index] = of(types.get(index), field);
            }
            return branches[index].read(in);
        };
    }

    private static AvroReader record(Schema schema, Containers.Fields struct) {
        List<Schema.Field> written = schema.getFields();
        AvroReader[] readers = new AvroReader[written.size()];
        int[] indexes = new int[written.size()];
        boolean[] seen = new boolean[struct.size()];
        for (int i = 0; i < readers.length; i++) {
            Schema.Field each = written.get(i);
            int index = indexes[i] = struct.index(each.name());
            if (index >= 0) {
                seen[index] = true;
                readers[i] = of(each.schema(), struct.reader(index));
            } else {
                readers[i] = in -> {
                    struct.checkUnknown(each.name());
                    in.skip(each.schema());
                    return null;
                };
            }
        }
        return in -> {
            Struct found = new Struct(struct.schema);
            for (int i = 0; i < readers.length; i++) {
                struct.put(found, indexes[i], readers[i].read(in));
            }
            struct.complete(found, seen);
            return found;
        };
    }

    private static AvroReader array(Schema schema, Containers.Items array) {
        AvroReader reader = of(schema.getElementType(), array.items);
        return in -> {
            List<Object> values = new ArrayList<>();
            for (AvroBytes.Items each = in.items(); each.next();) {
                values.add(reader.read(in));
            }
            return values;
        };
    }

    private static AvroReader map(Schema schema, Containers.Entries map) {
        AvroReader reader = of(schema.getValueType(), map.values);
        return in -> {
            Map<String, Object> values = new LinkedHashMap<>();
            for (AvroBytes.Items each = in.items(); each.next();) {
                String key = map.key(in.readString(), values);
                values.put(key, reader.read(in));
            }
            return values;
        };
    }
}
