import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.storage.Converter;
import pipeline.connect.RegistryUnavailableError;
import pipeline.connect.StrictAvroConverter;
import pipeline.connect.StrictJsonConverter;

/**
 * Runs a converter for a test, a line of answer for a line of question.
 *
 * <p>{@code C <settings as JSON>} configures one for JSON, {@code A <settings as JSON>} one for Avro: {@code
 * C}, or {@code E <why not>}. {@code M <Base64>} converts a message and {@code N} a null: {@code V <value>},
 * {@code R <reason>}, {@code U <why>} if the registry is away, or {@code X <error>} for what is neither, and a
 * bug. A value is JSON in which a decimal is a text of its digits, a float a text of its bits and bytes are a
 * text of hexadecimal digits.
 */
public final class Harness {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static Converter converter;

    public static void main(String[] arguments) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(answer(line).replace('\n', ' '));
            if (!in.ready()) {
                out.flush();
            }
        }
        out.flush();
    }

    private static String answer(String line) {
        try {
            if (line.startsWith("C") || line.startsWith("A")) {
                converter = line.startsWith("C") ? new StrictJsonConverter() : new StrictAvroConverter();
                converter.configure(MAPPER.readValue(line.substring(2), Map.class), false);
                return "C";
            }
            byte[] message = line.equals("N") ? null : Base64.getDecoder().decode(line.substring(2));
            SchemaAndValue read = converter.toConnectData("topic", message);
            return "V " + written(read);
        } catch (ConfigException error) {
            return "E " + error.getMessage();
        } catch (DataException error) {
            return "R " + error.getMessage();
        } catch (RegistryUnavailableError error) {
            return "U " + error.getMessage();
        } catch (Exception | StackOverflowError error) {
            return "X " + error;
        }
    }

    private static String written(SchemaAndValue read) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = MAPPER.getFactory().createGenerator(text)) {
            out.enable(com.fasterxml.jackson.core.json.JsonWriteFeature.ESCAPE_NON_ASCII.mappedFeature());
            write(out, read.schema(), read.value());
        }
        return text.toString();
    }

    private static void write(JsonGenerator out, Schema schema, Object value) throws IOException {
        if (value instanceof Struct) {
            ((Struct) value).validate();
            out.writeStartObject();
            for (Field field : schema.fields()) {
                out.writeFieldName(field.name());
                write(out, field.schema(), ((Struct) value).getWithoutDefault(field.name()));
            }
            out.writeEndObject();
        } else if (value instanceof Map) {
            out.writeStartObject();
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                out.writeFieldName((String) entry.getKey());
                write(out, schema.valueSchema(), entry.getValue());
            }
            out.writeEndObject();
        } else if (value instanceof List) {
            out.writeStartArray();
            for (Object item : (List<?>) value) {
                write(out, schema.valueSchema(), item);
            }
            out.writeEndArray();
        } else if (value == null) {
            out.writeNull();
        } else {
            out.writeObject(scalar(schema, value));
        }
    }

    private static Object scalar(Schema schema, Object value) {
        if (value instanceof BigDecimal) {
            return ((BigDecimal) value).toPlainString();
        } else if (value instanceof Double) {
            return Long.toHexString(Double.doubleToRawLongBits((double) value));
        } else if (value instanceof Float) {
            return Integer.toHexString(Float.floatToRawIntBits((float) value));
        } else if (value instanceof byte[]) {
            return HexFormat.of().formatHex((byte[]) value);
        } else if (value instanceof java.util.Date) {
            return ((java.util.Date) value).getTime();
        } else if ("io.debezium.time.ZonedTimestamp".equals(schema.name())) {
            // As Debezium's sink reads it: what it could not read would be no row and no reason.
            ZonedDateTime.parse((String) value, DateTimeFormatter.ISO_OFFSET_DATE_TIME);
        }
        return value;
    }
}
