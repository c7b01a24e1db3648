package pipeline.connect;

/**
 * The schema registry did not answer for as long as it is waited for: nothing is wrong with the message.
 *
 * <p>An Error, because with {@code errors.tolerance=all} Connect makes a dead letter of every message at
 * which a converter throws an Exception, whichever it is. An Error fails the task, in any connector, and
 * the message stays the next to be read.
 */
public final class RegistryUnavailableError extends Error {
    private static final long serialVersionUID = 1;

    RegistryUnavailableError(String reason) {
        super(reason);
    }
}
