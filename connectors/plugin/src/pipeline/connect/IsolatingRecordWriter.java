package pipeline.connect;

import io.debezium.bindings.kafka.KafkaDebeziumSinkRecord;
import io.debezium.connector.jdbc.DefaultRecordWriter;
import io.debezium.connector.jdbc.JdbcSinkConnectorConfig;
import io.debezium.connector.jdbc.JdbcSinkRecord;
import io.debezium.connector.jdbc.QueryBinder;
import io.debezium.connector.jdbc.QueryBinderResolver;
import io.debezium.connector.jdbc.dialect.DatabaseDialect;
import io.debezium.connector.jdbc.relational.TableDescriptor;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.hibernate.SharedSessionContract;
import org.hibernate.Transaction;
import org.hibernate.jdbc.Work;

/**
 * Writes a batch in one transaction; if the database refuses it, in blocks, and a block that it refuses
 * record by record, each behind a savepoint of its own. What is left is refused by itself, as it would be
 * in any other company.
 *
 * <p>A key that comes twice is written twice, in order: a newer version that is refused leaves the older one
 * in the table, and an older one that is refused is a dead letter though a newer one follows.
 */
final class IsolatingRecordWriter extends DefaultRecordWriter {
    /** With one refused among thousands, small blocks cost little more; with every fourth, nearly nothing. */
    private static final int BLOCK = 50;

    private List<Refused> refused = new ArrayList<>();

    IsolatingRecordWriter(SharedSessionContract session, QueryBinderResolver binders, JdbcSinkConnectorConfig config,
            DatabaseDialect dialect) {
        super(session, binders, config, dialect);
    }

    /** The records that were refused since the last call; the others are committed. */
    List<Refused> takeRefused() {
        List<Refused> taken = refused;
        refused = new ArrayList<>();
        return taken;
    }

    /** Once: the task itself waits for a database that is away, with a connection of its own choice. */
    @Override
    public <T> T executeWithRetries(String description, Callable<T> work) {
        try {
            return work.call();
        } catch (RuntimeException error) {
            throw error;
        } catch (Exception error) {
            throw new ConnectException("failed to " + description, error);
        }
    }

    @Override
    public void write(TableDescriptor table, List<JdbcSinkRecord> records) {
        String sql = getSqlStatementInfo(table, records).statement();
        try {
            inTransaction(connection -> writeAll(connection, sql, records));
        } catch (RuntimeException error) {
            if (!isWorthDividing(error)) {
                throw error;
            }
            isolate(sql, records);
        }
    }

    private void isolate(String sql, List<JdbcSinkRecord> records) {
        List<Refused> found = new ArrayList<>();
        inTransaction(connection -> {
            try (Statement savepoints = connection.createStatement();
                    PreparedStatement single = connection.prepareStatement(
                            "SAVEPOINT record; " + sql + "; RELEASE SAVEPOINT record")) {
                // Else a deferred constraint would refuse the whole transaction at its end.
                savepoints.execute("SET CONSTRAINTS ALL IMMEDIATE");
                for (int start = 0; start < records.size(); start += BLOCK) {
                    List<JdbcSinkRecord> block = records.subList(start, Math.min(start + BLOCK, records.size()));
                    savepoints.execute("SAVEPOINT block");
                    try {
                        writeAll(connection, sql, block);
                    } catch (SQLException | RuntimeException error) {
                        if (!isWorthDividing(error)) {
                            throw error;
                        }
                        savepoints.execute("ROLLBACK TO SAVEPOINT block");
                        writeEach(savepoints, single, block, found);
                    }
                    savepoints.execute("RELEASE SAVEPOINT block");
                }
            }
        });
        refused.addAll(found);
    }

    /** One by one: the driver sends the three statements of a record at once, in one trip to the server. */
    private void writeEach(Statement savepoints, PreparedStatement single, List<JdbcSinkRecord> records,
            List<Refused> found) throws SQLException {
        QueryBinder binder = getQueryBinderResolver().resolve(single);
        for (JdbcSinkRecord record : records) {
            try {
                bindValues(record, binder);
                single.execute();
            } catch (SQLException | RuntimeException error) {
                Failure failure = Failure.of(error);
                if (failure.kind() != Failure.Kind.RECORD) {
                    throw error;
                }
                savepoints.execute("ROLLBACK TO SAVEPOINT record; RELEASE SAVEPOINT record");
                SinkRecord original = ((KafkaDebeziumSinkRecord) record).getOriginalKafkaRecord();
                found.add(new Refused(original, failure.refusal()));
            }
        }
    }

    /** Write records as batches, in none of which a key comes twice: one statement may meet a row only once. */
    private void writeAll(Connection connection, String sql, List<JdbcSinkRecord> records) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            QueryBinder binder = getQueryBinderResolver().resolve(statement);
            for (List<JdbcSinkRecord> batch : withoutRepeats(records)) {
                for (JdbcSinkRecord record : batch) {
                    bindValues(record, binder);
                    statement.addBatch();
                }
                statement.executeBatch();
            }
        }
    }

    /** The first versions of all keys, then the second ones, and so on. */
    private static List<List<JdbcSinkRecord>> withoutRepeats(List<JdbcSinkRecord> records) {
        Map<Struct, Integer> versions = new HashMap<>();
        List<List<JdbcSinkRecord>> batches = new ArrayList<>();
        for (JdbcSinkRecord record : records) {
            Struct key = record.filteredKey();
            int version = key == null ? 1 : versions.merge(key, 1, Integer::sum);
            if (version > batches.size()) {
                batches.add(new ArrayList<>());
            }
            batches.get(version - 1).add(record);
        }
        return batches;
    }

    private static boolean isWorthDividing(Throwable error) {
        Failure.Kind kind = Failure.of(error).kind();
        return kind == Failure.Kind.RECORD || kind == Failure.Kind.BATCH;
    }

    private void inTransaction(Work work) {
        Transaction transaction = getSession().beginTransaction();
        try {
            getSession().doWork(work);
            transaction.commit();
        } catch (RuntimeException error) {
            try {
                transaction.rollback();
            } catch (RuntimeException broken) {
                // The connection is gone, and the transaction with it; the first error says why.
                error.addSuppressed(broken);
            }
            throw error;
        }
    }
}
