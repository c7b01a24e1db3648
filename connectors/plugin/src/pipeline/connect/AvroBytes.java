package pipeline.connect;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.apache.avro.Schema;
import org.apache.kafka.connect.errors.DataException;

/**
 * The bytes of a message, read as Avro's binary encoding (Avro 1.12 specification, "Binary Encoding").
 *
 * <p>Avro's own decoder is for files of one's own: it allocates whatever length it reads, drops the bits of
 * a number that is too large, and replaces what is not UTF-8. Here nothing is allocated for what is not
 * there, every byte means one thing or is refused, and the work is bounded by the number of bytes.
 */
final class AvroBytes {
    private static final int MAX_DEPTH = StrictJsonConverter.MAX_DEPTH;

    private final byte[] bytes;
    private int at;
    /** Values without bytes that may still come, or a few bytes could stand for any number of them. */
    private int empty;

    AvroBytes(byte[] bytes, int start) {
        this.bytes = bytes;
        this.at = start;
        empty = bytes.length;
    }

    boolean readBoolean() {
        int value = readByte();
        if (value > 1) {
            throw malformed(value + " is neither true nor false");
        }
        return value == 1;
    }

    long readInt() {
        long value = readLong();
        if (value != (int) value) {
            throw malformed("the number " + value + " is no int");
        }
        return value;
    }

    /** A number in zigzag form, seven bits a byte, the lowest first. */
    long readLong() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int next = readByte();
            if (shift == 63 && next > 1) {
                break;
            }
            value |= (long) (next & 0x7F) << shift;
            if (next < 0x80) {
                return value >>> 1 ^ -(value & 1);
            }
        }
        throw malformed("a number is longer than 64 bits");
    }

    float readFloat() {
        int start = take(4);
        return ByteBuffer.wrap(bytes, start, 4).order(java.nio.ByteOrder.LITTLE_ENDIAN).getFloat();
    }

    double readDouble() {
        int start = take(8);
        return ByteBuffer.wrap(bytes, start, 8).order(java.nio.ByteOrder.LITTLE_ENDIAN).getDouble();
    }

    byte[] readBytes() {
        return readFixed(readLong());
    }

    byte[] readFixed(long length) {
        int start = take(length);
        return java.util.Arrays.copyOfRange(bytes, start, at);
    }

    String readString() {
        long length = readLong();
        int start = take(length);
        for (int i = start; i < at; i++) {
            if (bytes[i] < 0) {
                return decoded(start, (int) length);
            }
        }
        return new String(bytes, start, (int) length, StandardCharsets.ISO_8859_1);
    }

    private String decoded(int start, int length) {
        ByteBuffer text = ByteBuffer.wrap(bytes, start, length);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(text).toString();
        } catch (CharacterCodingException error) {
            throw Refusal.of("the message is not UTF-8 at byte " + text.position());
        }
    }

    /** The number of a symbol, or of a branch, of so many. */
    int readIndex(int count, String what) {
        long index = readLong();
        if (index < 0 || index >= count) {
            throw malformed("there is no " + what + " " + index + ", only " + count);
        }
        return (int) index;
    }

    /** The items of an array, or the entries of a map. */
    Items items() {
        return new Items();
    }

    /** Read past a value of which nothing is kept. */
    void skip(Schema schema) {
        skip(schema, 0);
    }

    private void skip(Schema schema, int depth) {
        if (depth > MAX_DEPTH) {
            throw malformed("it nests deeper than " + MAX_DEPTH + " levels");
        }
        int start = at;
        switch (schema.getType()) {
            case NULL -> { }
            case BOOLEAN -> readBoolean();
            case INT -> readInt();
            case LONG -> readLong();
            case FLOAT -> take(4);
            case DOUBLE -> take(8);
            case BYTES -> take(readLong());
            case FIXED -> take(schema.getFixedSize());
            case STRING -> readString();
            case ENUM -> readIndex(schema.getEnumSymbols().size(), "symbol");
            case UNION -> skip(schema.getTypes().get(readIndex(schema.getTypes().size(), "branch")), depth);
            case RECORD -> schema.getFields().forEach(field -> skip(field.schema(), depth + 1));
            case ARRAY -> {
                for (Items each = items(); each.next();) {
                    skip(schema.getElementType(), depth + 1);
                }
            }
            case MAP -> {
                for (Items each = items(); each.next();) {
                    readString();
                    skip(schema.getValueType(), depth + 1);
                }
            }
            default -> throw new IllegalStateException(schema.getType().getName());
        }
        count(start);
    }

    private void count(int start) {
        if (start == at && empty-- == 0) {
            throw malformed("there are more values than bytes");
        }
    }

    void checkEnd() {
        if (at != bytes.length) {
            throw Refusal.of("the message goes on after its record (byte " + at + ")");
        }
    }

    private int readByte() {
        return bytes[take(1)] & 0xFF;
    }

    /** Step over bytes; returns where they begin. */
    private int take(long length) {
        if (length < 0 || length > bytes.length - at) {
            throw malformed(length + " bytes should follow, and there are " + (bytes.length - at));
        }
        int start = at;
        at += (int) length;
        return start;
    }

    private DataException malformed(String why) {
        return Refusal.of("the message is not Avro of its schema (byte " + at + "): " + why);
    }

    /** Goes through blocks: each says how many items it has and, if that number is negative, its bytes. */
    final class Items {
        private long left;
        private long end = -1;
        private int start = -1;

        /** Whether there is another one, which is then to be read. */
        boolean next() {
            count(start);
            if (left == 0) {
                begin();
            }
            if (left == 0) {
                return false;
            }
            start = at;
            left--;
            return true;
        }

        private void begin() {
            if (end >= 0 && end != at) {
                throw malformed("a block has another length than it says");
            }
            left = readLong();
            end = -1;
            if (left < 0) {
                long length = readLong();
                if (left == Long.MIN_VALUE || length < 0 || length > bytes.length - at) {
                    throw malformed("a block has another length than it says");
                }
                left = -left;
                end = at + length;
            }
        }
    }
}
