package pipeline.connect;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.config.ConfigException;

/**
 * Stops a task that refuses everything, before it has drained its topic into the dead letters.
 *
 * <p>What is counted is refusals in a row, at any rate; one record that is written ends the row. The count
 * outlives the task in this worker: a task that is restarted, by a person or by a program, goes on where it
 * was, and fails at once if nothing has changed.
 */
final class Brake {
    private static final Map<String, Integer> COUNTS = new ConcurrentHashMap<>();

    private final String task;
    private final int most;

    Brake(String task, int most) {
        this.task = task;
        this.most = most;
    }

    /** A record was written. */
    void release() {
        COUNTS.remove(task);
    }

    /**
     * Records are to be refused.
     *
     * @throws ConfigException they are too many: they are to be left in the topic. Of all exceptions this one,
     *     because a person has to change something; to a program that restarts tasks it says the same
     */
    void count(int refusals, String reason) {
        int before = COUNTS.getOrDefault(task, 0);
        if (refusals > most - before) {
            COUNTS.put(task, most);
            throw new ConfigException("more than " + most + " messages in a row were refused, and none was written ("
                    + IsolatingJdbcSinkConnector.MAX_REFUSALS + "): this is a mistake in the table or the contract, so"
                    + " the topic is not read on. The last reason: " + reason + ". Fix it and restart the task; if these"
                    + " messages are all to be dead letters, raise the setting");
        }
        COUNTS.put(task, before + refusals);
    }
}
