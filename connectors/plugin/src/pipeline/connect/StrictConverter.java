package pipeline.connect;

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

/** Reads messages by a contract (a Connect schema, KIP-1054), exactly or not at all; of any format. */
abstract class StrictConverter implements Converter, Versioned {
    public static final String SCHEMA_CONTENT = "schema.content";
    public static final String UNKNOWN_FIELDS = "unknown.fields";
    public static final String SUB_MICROSECONDS = "sub.microseconds";
    public static final String MAX_BYTES = "max.bytes";

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
                .define(MAX_BYTES, Type.INT, 10 * 1024 * 1024, ConfigDef.Range.between(1, Integer.MAX_VALUE),
                        Importance.LOW, "The largest message that is read, in bytes.");
    }

    @Override
    public final void configure(Map<String, ?> configs, boolean isKey) {
        Map<String, Object> all = new HashMap<>(configs);
        all.put(ConverterConfig.TYPE_CONFIG, (isKey ? ConverterType.KEY : ConverterType.VALUE).getName());
        AbstractConfig config = new AbstractConfig(config(), all, false);
        maxBytes = config.getInt(MAX_BYTES);
        contract = new Contract(
                config.getString(UNKNOWN_FIELDS).equals("ignore"),
                config.getString(SUB_MICROSECONDS).equals("truncate"))
                .parse(config.getString(SCHEMA_CONTENT));
        configure(config);
    }

    /** Take the settings of the format. */
    void configure(AbstractConfig config) {
    }

    /** Messages are read only: a sink has no use for the other way. */
    @Override
    public final byte[] fromConnectData(String topic, Schema schema, Object value) {
        throw new DataException(getClass().getSimpleName() + " reads messages and does not write them: "
                + "a source connector takes another converter");
    }

    /** The value of a message; a null (a tombstone) stays null. */
    @Override
    public final SchemaAndValue toConnectData(String topic, byte[] message) {
        if (message == null) {
            return SchemaAndValue.NULL;
        }
        if (message.length > maxBytes) {
            throw Refusal.of("the message has " + message.length + " bytes, more than " + MAX_BYTES + "="
                    + maxBytes);
        }
        return new SchemaAndValue(contract.schema, read(message, contract));
    }

    /**
     * The value of a message by the contract.
     *
     * @throws DataException it has none, for a reason that is written to be read
     */
    abstract Object read(byte[] message, ValueReader contract);
}
