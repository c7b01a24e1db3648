package pipeline.connect;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;

/**
 * Writes with Debezium's JDBC sink. A record that the database refuses becomes a dead letter and the others
 * are written; a database that is away is waited for, with the task running; anything else fails the task.
 *
 * <p>Offsets are committed once everything before them is a row or a letter that Kafka has acknowledged.
 */
public final class IsolatingJdbcSinkTask extends SinkTask {
    /** How long to wait for an absent database before the next attempt. */
    private static final long RETRY_MS = 500;

    private Map<String, String> properties;
    private RowKey key;
    private Brake brake;
    private DeadLetters letters;
    private JdbcSink sink;

    @Override
    public String version() {
        return Version.OF_PLUGIN;
    }

    @Override
    public void start(Map<String, String> given) {
        given.keySet().forEach(name -> {
            String problem = IsolatingJdbcSinkConnector.problem(name, given);
            if (problem != null) {
                throw new ConfigException(name + " " + problem);
            }
        });
        properties = new HashMap<>(given);
        key = new RowKey(properties);
        String task = properties.get("name") + "-" + properties.getOrDefault("task.id", "0");
        brake = new Brake(task, IsolatingJdbcSinkConnector.maxRefusals(properties));
        letters = new DeadLetters(context, properties, brake);
        try {
            sink = JdbcSink.open(properties);
        } catch (RuntimeException error) {
            Failure failure = Failure.of(error);
            // A database that is away is waited for when there is something to write.
            if (failure.kind() != Failure.Kind.OUTAGE) {
                throw new ConnectException(failure.sentence(), error);
            }
        }
    }

    @Override
    public void put(Collection<SinkRecord> records) {
        letters.check();
        if (records.isEmpty()) {
            return;
        }
        List<SinkRecord> writable = new ArrayList<>(records.size());
        List<Refused> refused = new ArrayList<>();
        for (SinkRecord record : records) {
            String problem = key.problem(record);
            if (problem == null) {
                writable.add(record);
            } else {
                refused.add(new Refused(record, new RefusedRecordException(problem)));
            }
        }
        List<Refused> byDatabase = write(writable);
        refused.addAll(byDatabase);
        if (byDatabase.size() < writable.size()) {
            brake.release();
        } else {
            brake.count(refused.size(), refused.get(refused.size() - 1).error().getMessage());
        }
        letters.send(refused);
    }

    private List<Refused> write(List<SinkRecord> records) {
        if (records.isEmpty()) {
            return List.of();
        }
        try {
            if (sink == null) {
                sink = JdbcSink.open(properties);
            }
            return sink.write(records);
        } catch (RuntimeException error) {
            Failure failure = Failure.of(error);
            disconnect();
            if (failure.kind() != Failure.Kind.OUTAGE) {
                throw new ConnectException(failure.sentence(), error);
            }
            context.timeout(RETRY_MS);
            RetriableException waiting = new RetriableException("waiting for the database: " + failure.sentence());
            // Connect logs it at every attempt, with its trace.
            waiting.setStackTrace(new StackTraceElement[0]);
            throw waiting;
        }
    }

    @Override
    public Map<TopicPartition, OffsetAndMetadata> preCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
        return letters.allWritten() ? offsets : Map.of();
    }

    @Override
    public void stop() {
        disconnect();
    }

    private void disconnect() {
        JdbcSink left = sink;
        sink = null;
        if (left != null) {
            left.close();
        }
    }
}
