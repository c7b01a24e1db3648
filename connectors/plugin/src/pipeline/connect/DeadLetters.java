package pipeline.connect;

import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.runtime.errors.DeadLetterQueueReporter;
import org.apache.kafka.connect.runtime.errors.ErrorReporter;
import org.apache.kafka.connect.runtime.errors.ProcessingContext;
import org.apache.kafka.connect.runtime.errors.RetryWithToleranceOperator;
import org.apache.kafka.connect.runtime.errors.Stage;
import org.apache.kafka.connect.runtime.errors.WorkerErrantRecordReporter;
import org.apache.kafka.connect.sink.ErrantRecordReporter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTaskContext;

/**
 * A task's dead letters, those of its converters included, each waited for.
 *
 * <p>Connect sends what a converter or a transform refuses by itself, and looks back at it no more: a letter
 * that is too large, or whose topic is away, is a line in the log, and the offsets move on. There is no
 * interface for that, so the worker's reporter is wrapped where the worker keeps it (Kafka 4.x).
 */
final class DeadLetters {
    /** Letters under way for whose fate the task goes on without waiting. */
    private static final int MOST_PENDING = 10_000;

    private final ErrantRecordReporter reporter;
    private final Brake brake;
    private final Deque<Pending> pending = new ArrayDeque<>();
    private ConnectException failure;

    DeadLetters(SinkTaskContext context, Map<String, String> properties, Brake brake) {
        this.brake = brake;
        boolean topic = !properties.getOrDefault("errors.deadletterqueue.topic.name", "").isBlank();
        reporter = topic ? context.errantRecordReporter() : null;
        if (reporter != null) {
            wrap(reporter);
        }
    }

    @SuppressWarnings("unchecked")
    private void wrap(ErrantRecordReporter workers) {
        try {
            Field operatorField = WorkerErrantRecordReporter.class.getDeclaredField("retryWithToleranceOperator");
            Field reportersField = RetryWithToleranceOperator.class.getDeclaredField("reporters");
            operatorField.setAccessible(true);
            reportersField.setAccessible(true);
            var operator = (RetryWithToleranceOperator<ConsumerRecord<byte[], byte[]>>) operatorField.get(workers);
            List<ErrorReporter<ConsumerRecord<byte[], byte[]>>> wrapped = new ArrayList<>();
            for (var each : (List<ErrorReporter<ConsumerRecord<byte[], byte[]>>>) reportersField.get(operator)) {
                wrapped.add(each instanceof DeadLetterQueueReporter ? new Confirming(each) : each);
            }
            operator.reporters(wrapped);
        } catch (ReflectiveOperationException | ClassCastException error) {
            throw new ConnectException("this version of Kafka Connect keeps its dead-letter reporter elsewhere than 4.3"
                    + " does, so that nobody would see a dead letter that could not be written", error);
        }
    }

    /** Report records; they are known to be written when {@link #allWritten} says so. */
    void send(List<Refused> refused) {
        for (Refused each : refused) {
            SinkRecord record = each.record();
            if (reporter == null) {
                throw new ConnectException("a message cannot be a row, and errors.deadletterqueue.topic.name is not set: "
                        + record.topic() + "-" + record.kafkaPartition() + "@" + record.kafkaOffset() + ": "
                        + each.error().getMessage());
            }
            reporter.report(record, each.error());
        }
    }

    /**
     * Look at the letters sent so far, without waiting for them.
     *
     * @throws ConnectException one could not be written
     */
    void check() {
        settle(pending.size() > MOST_PENDING);
        if (failure != null) {
            throw failure;
        }
    }

    /** Wait for every letter; false if one could not be written, which fails the task at its next look. */
    boolean allWritten() {
        settle(true);
        return failure == null;
    }

    private void settle(boolean wait) {
        while (failure == null && !pending.isEmpty() && (wait || pending.peek().written.isDone())) {
            Pending letter = pending.poll();
            try {
                letter.written.get();
            } catch (ExecutionException error) {
                failure = new ConnectException("the dead letter of " + letter.origin + " could not be written ("
                        + error.getCause() + "): its message stays the next to be read");
            } catch (InterruptedException error) {
                Thread.currentThread().interrupt();
                failure = new ConnectException("interrupted while waiting for the dead letter of " + letter.origin);
            }
        }
    }

    /** A letter under way. */
    private static final class Pending {
        private final String origin;
        private final Future<RecordMetadata> written;

        Pending(String origin, Future<RecordMetadata> written) {
            this.origin = origin;
            this.written = written;
        }
    }

    /** Connect's reporter, with what it forgets. */
    private final class Confirming implements ErrorReporter<ConsumerRecord<byte[], byte[]>> {
        private final ErrorReporter<ConsumerRecord<byte[], byte[]>> reporter;

        Confirming(ErrorReporter<ConsumerRecord<byte[], byte[]>> reporter) {
            this.reporter = reporter;
        }

        @Override
        public Future<RecordMetadata> report(ProcessingContext<ConsumerRecord<byte[], byte[]>> context) {
            ConsumerRecord<byte[], byte[]> message = context.original();
            if (context.stage() != Stage.TASK_PUT) {
                // The task counts its own; what never reaches it is counted here.
                brake.count(1, String.valueOf(context.error().getMessage()));
            }
            if (context.error() instanceof RefusedRecordException) {
                Headers headers = message.headers();
                ((RefusedRecordException) context.error()).headers().forEach((name, value) -> {
                    headers.remove(name);
                    headers.add(name, value.getBytes(StandardCharsets.UTF_8));
                });
            }
            Future<RecordMetadata> written = reporter.report(context);
            pending.add(new Pending(message.topic() + "-" + message.partition() + "@" + message.offset(), written));
            return written;
        }

        @Override
        public void close() {
            reporter.close();
        }
    }
}
