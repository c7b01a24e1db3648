package pipeline.connect;

import io.debezium.connector.jdbc.JdbcSinkConnector;
import java.util.Map;
import org.apache.kafka.common.config.Config;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.connect.connector.Task;

/**
 * Debezium's JDBC sink for Postgres, with tasks that isolate what the database refuses.
 *
 * <p>It takes the settings of io.debezium.connector.jdbc.JdbcSinkConnector, and one of its own.
 */
public final class IsolatingJdbcSinkConnector extends JdbcSinkConnector {
    public static final String MAX_REFUSALS = "isolation.max.consecutive.refusals";

    private static final ConfigDef OWN = new ConfigDef().define(MAX_REFUSALS, Type.INT, 1000,
            ConfigDef.Range.atLeast(0), Importance.MEDIUM,
            "Messages that a task may refuse in a row, without one that is written. More are no bad messages but"
                    + " a mistake in table or contract: the task fails instead of draining the topic.");

    /** Settings of Debezium's that would lose messages, or are done in another way here. */
    private static final Map<String, String> NOT_TAKEN = Map.of(
            "use.reduction.buffer", "true", "dialect.postgres.unnest.insert.enabled", "true");

    @Override
    public Class<? extends Task> taskClass() {
        return IsolatingJdbcSinkTask.class;
    }

    @Override
    public ConfigDef config() {
        ConfigDef both = new ConfigDef(super.config());
        OWN.configKeys().values().forEach(both::define);
        return both;
    }

    @Override
    public Config validate(Map<String, String> properties) {
        Config config = super.validate(properties);
        for (ConfigValue value : config.configValues()) {
            String problem = problem(value.name(), properties);
            if (problem != null) {
                value.addErrorMessage(problem);
            }
        }
        return config;
    }

    static int maxRefusals(Map<String, String> properties) {
        return (int) OWN.parse(properties).get(MAX_REFUSALS);
    }

    /** What is wrong with a setting; null if nothing is. */
    static String problem(String name, Map<String, String> properties) {
        String value = properties.getOrDefault(name, "");
        switch (name) {
            case "connection.url":
                return value.startsWith("jdbc:postgresql:") ? null
                        : "is not jdbc:postgresql://...: which errors are a message's is known of Postgres only";
            case "use.reduction.buffer":
                return value.equalsIgnoreCase("true") ? "is not used here: every version of a row is offered to the"
                        + " database, in order, so that none is lost behind a newer one. Leave it out" : null;
            case "dialect.postgres.unnest.insert.enabled":
                return value.equalsIgnoreCase("true") ? "is not used here: it cuts timestamps to seconds" : null;
            case "collection.name.format":
                return value.contains("${source.") ? "with ${source...} drops messages that are not Debezium's" : null;
            default:
                return null;
        }
    }
}
