package pipeline.connect;

/** What a number that is a date or time counts; named as Avro's logical types are. */
enum TimeUnit {
    DATE(Kind.DATE, 86_400_000_000_000L),
    TIME_MILLIS(Kind.TIME, 1_000_000),
    TIME_MICROS(Kind.TIME, 1000),
    TIME_NANOS(Kind.TIME, 1),
    TIMESTAMP_MILLIS(Kind.INSTANT, 1_000_000),
    TIMESTAMP_MICROS(Kind.INSTANT, 1000),
    TIMESTAMP_NANOS(Kind.INSTANT, 1),
    LOCAL_TIMESTAMP_MILLIS(Kind.LOCAL, 1_000_000),
    LOCAL_TIMESTAMP_MICROS(Kind.LOCAL, 1000),
    LOCAL_TIMESTAMP_NANOS(Kind.LOCAL, 1);

    /** Days, times of a day, moments, and times on a calendar and clock somewhere. */
    enum Kind { DATE, TIME, INSTANT, LOCAL }

    final Kind kind;
    /** Nanoseconds in one. */
    final long nanoseconds;

    TimeUnit(Kind kind, long nanoseconds) {
        this.kind = kind;
        this.nanoseconds = nanoseconds;
    }

    /** Whether both are days, times of a day, or points in time: a column without a zone takes either of these. */
    boolean isLike(TimeUnit other) {
        return kind == other.kind || isPoint() && other.isPoint();
    }

    private boolean isPoint() {
        return kind == Kind.INSTANT || kind == Kind.LOCAL;
    }

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
}
