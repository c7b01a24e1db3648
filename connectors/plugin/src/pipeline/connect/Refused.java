package pipeline.connect;

import org.apache.kafka.connect.sink.SinkRecord;

/** A record that cannot be a row, and why. */
record Refused(SinkRecord record, RefusedRecordException error) {
}
