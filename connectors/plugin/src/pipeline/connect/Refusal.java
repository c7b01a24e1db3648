package pipeline.connect;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import org.apache.kafka.connect.errors.DataException;

/**
 * Reasons for refusing a message, written to be read: in a dead letter's header and in the worker's log.
 *
 * <p>A reason shows names and numbers, shortened, and never the text of a field: logs are read by people
 * who may not read the data. The message itself is in the dead letter.
 */
final class Refusal {
    private static final int SHOWN = 40;
    private static final StackTraceElement[] NO_TRACE = new StackTraceElement[0];

    private Refusal() {
    }

    /** A refusal for a reason. It has no stack trace: a dead letter carries the reason, not our calls. */
    static DataException of(String reason) {
        DataException refusal = new DataException(reason);
        refusal.setStackTrace(NO_TRACE);
        return refusal;
    }

    /** A field whose value, the parser's current token, does not fit. */
    static DataException of(String field, JsonParser in, String asks) throws IOException {
        return of(field, found(in), asks);
    }

    static DataException of(String field, String found, String asks) {
        return of(field + ": found " + found + "; the contract asks for " + asks);
    }

    /** Bytes that are not JSON, or exceed a bound. */
    static DataException of(JacksonException error) {
        String reason = String.valueOf(error.getOriginalMessage());
        long at = error.getLocation() == null ? -1 : error.getLocation().getByteOffset();
        String where = at < 0 ? "" : " (byte " + at + ")";
        if (error instanceof StreamConstraintsException) {
            int details = reason.indexOf(", from ");
            return of("the message is too large to be read" + where + ": "
                    + (details < 0 ? reason : reason.substring(0, details) + ")"));
        }
        // Jackson quotes the word, which may be a piece of a value.
        if (reason.startsWith("Unrecognized token")) {
            reason = "a word that is neither in quotes nor true, false or null";
        }
        return of("the message is not JSON" + where + ": " + shown(reason, 3 * SHOWN));
    }

    private static String found(JsonParser in) throws IOException {
        JsonToken token = in.currentToken();
        switch (token) {
            case VALUE_STRING:
                return text(in.getTextLength());
            case VALUE_NUMBER_INT:
            case VALUE_NUMBER_FLOAT:
                return "the number " + shown(in.getText());
            case START_OBJECT:
                return "an object";
            case START_ARRAY:
                return "an array";
            default:
                return token.asString();
        }
    }

    /** A text, of which a reason shows the length alone. */
    static String text(int length) {
        return length == 0 ? "an empty text" : "a text of " + length + (length == 1 ? " character" : " characters");
    }

    /** A name or number, shortened, with nothing in it that a terminal or a log would act on. */
    static String shown(String text) {
        return shown(text, SHOWN);
    }

    private static String shown(String text, int most) {
        StringBuilder shown = new StringBuilder();
        text.codePoints().limit(most).forEach(c -> {
            int type = Character.getType(c);
            if (type == Character.CONTROL || type == Character.FORMAT || type == Character.SURROGATE) {
                shown.append(String.format("\\u%04x", c));
            } else {
                shown.appendCodePoint(c);
            }
        });
        return text.length() > most ? shown + "... (" + text.length() + " characters)" : shown.toString();
    }
}
