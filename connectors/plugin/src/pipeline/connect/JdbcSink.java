package pipeline.connect;

import io.debezium.config.Configuration;
import io.debezium.connector.jdbc.JdbcChangeEventSink;
import io.debezium.connector.jdbc.JdbcSinkConnectorConfig;
import io.debezium.connector.jdbc.Module;
import io.debezium.connector.jdbc.QueryBinderResolver;
import io.debezium.connector.jdbc.dialect.DatabaseDialect;
import io.debezium.connector.jdbc.dialect.DatabaseDialectResolver;
import io.debezium.openlineage.ConnectorContext;
import io.debezium.openlineage.DebeziumOpenLineageEmitter;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.hibernate.SessionFactory;
import org.hibernate.StatelessSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Debezium's JDBC sink, connected: what its own task makes of its parts, with another writer among them.
 *
 * <p>Its task itself is not used: it keeps an error to itself until the next records come, and cannot be
 * started again after that.
 */
final class JdbcSink implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JdbcSink.class);

    private final ConnectorContext lineage;
    private final SessionFactory factory;
    private final IsolatingRecordWriter writer;
    private final JdbcChangeEventSink sink;

    private JdbcSink(Map<String, String> properties, JdbcSinkConnectorConfig config, SessionFactory factory) {
        this.factory = factory;
        lineage = new ConnectorContext(properties.get("name"), Module.name(), properties.getOrDefault("task.id", "0"),
                Module.version(), UUID.randomUUID(), Configuration.from(properties).withMaskedPasswords().asMap());
        DatabaseDialect dialect = DatabaseDialectResolver.resolve(config, factory);
        StatelessSession session = factory.openStatelessSession();
        writer = new IsolatingRecordWriter(session, new QueryBinderResolver(), config, dialect);
        sink = new JdbcChangeEventSink(config, session, dialect, writer, lineage);
    }

    /** Connect. What it throws, {@link Failure} understands. */
    static JdbcSink open(Map<String, String> properties) {
        greet(properties);
        JdbcSinkConnectorConfig config = new JdbcSinkConnectorConfig(properties);
        config.validate();
        SessionFactory factory = config.getHibernateConfiguration().buildSessionFactory();
        try {
            return new JdbcSink(properties, config, factory);
        } catch (RuntimeException error) {
            factory.close();
            throw error;
        }
    }

    /** Hibernate hides why a database cannot be reached ("Unable to determine Dialect"); the driver says it. */
    private static void greet(Map<String, String> properties) {
        try {
            Class.forName("org.postgresql.Driver");
            DriverManager.getConnection(properties.get("connection.url"), properties.get("connection.username"),
                    properties.get("connection.password")).close();
        } catch (ClassNotFoundException | SQLException error) {
            throw new ConnectException("cannot connect", error);
        }
    }

    /**
     * Write records, in their order.
     *
     * @return those that the database does not take; the others are committed
     */
    List<Refused> write(List<SinkRecord> records) {
        try {
            sink.execute(records);
            return writer.takeRefused();
        } catch (RuntimeException error) {
            writer.takeRefused();
            // Of some record the sink could make nothing to write: find it by writing each alone.
            if (Failure.of(error).kind() != Failure.Kind.RECORD) {
                throw error;
            }
        }
        List<Refused> refused = new ArrayList<>();
        for (SinkRecord record : records) {
            try {
                sink.execute(List.of(record));
                refused.addAll(writer.takeRefused());
            } catch (RuntimeException error) {
                Failure failure = Failure.of(error);
                if (failure.kind() != Failure.Kind.RECORD) {
                    throw error;
                }
                refused.add(new Refused(record, failure.refusal()));
            }
        }
        return refused;
    }

    @Override
    public void close() {
        try {
            sink.close();
            factory.close();
            DebeziumOpenLineageEmitter.cleanup(lineage);
        } catch (RuntimeException error) {
            LOG.debug("while closing", error);
        }
    }
}
