package pipeline.connect;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.connect.errors.DataException;

/** Why a record cannot be a row. It has no stack trace: its dead letter carries the reason, not our calls. */
public final class RefusedRecordException extends DataException {
    private final Map<String, String> headers = new LinkedHashMap<>();

    RefusedRecordException(String reason) {
        super(reason);
        setStackTrace(new StackTraceElement[0]);
    }

    /** More of the reason, for programs: names and values of headers of the dead letter. */
    Map<String, String> headers() {
        return headers;
    }

    /** Add a header, if there is something to put into it. */
    RefusedRecordException with(String name, String value) {
        if (value != null && !value.isEmpty()) {
            headers.put(name, value);
        }
        return this;
    }
}
