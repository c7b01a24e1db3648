package pipeline.connect;

import java.sql.SQLException;
import java.time.DateTimeException;
import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.connect.errors.DataException;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** An error of the sink, by what it asks for. Source of the codes: PostgreSQL documentation, appendix A. */
final class Failure {
    /** Whose fault it is. */
    enum Kind {
        /** A record's: it becomes a dead letter. */
        RECORD,
        /** The database is away, or busy with something that passes: try again. */
        OUTAGE,
        /** Records that can be written one by one, and not in one statement. */
        BATCH,
        /** Nobody knows, so the task fails: privileges, tables, columns, mistakes in the code. */
        UNKNOWN
    }

    /** Names of headers of a dead letter, as of Connect's own. */
    private static final String HEADERS = "__connect.errors.database.";
    private static final int LONGEST = 300;

    private static final Set<String> OUTAGES = Set.of(
            "57P01", "57P02", "57P03", "57P05", // shut down, crashed, starting, idle for too long
            "53300", // too many connections
            "40001", "40P01", // serialization failure, deadlock
            "25006"); // read only: connected to what is a replica now
    /** ON CONFLICT DO UPDATE cannot affect a row twice: keys that are equal to the database only. */
    private static final String SAME_ROW_TWICE = "21000";

    private final Throwable error;
    private final SQLException sql;

    private Failure(Throwable error, SQLException sql) {
        this.error = error;
        this.sql = sql;
    }

    static Failure of(Throwable error) {
        Set<Throwable> seen = new HashSet<>();
        for (Throwable e = error; e != null && seen.add(e); e = e.getCause()) {
            // Of a batch, the first error with a code is the one that ended it.
            for (Throwable s = e; s instanceof SQLException; s = ((SQLException) s).getNextException()) {
                if (((SQLException) s).getSQLState() != null) {
                    return new Failure(error, innermost((SQLException) s));
                }
            }
        }
        return new Failure(error, null);
    }

    /** A batch's exception repeats the code of the one that has the details. */
    private static SQLException innermost(SQLException found) {
        SQLException next = found.getNextException();
        return next instanceof PSQLException && found.getSQLState().equals(next.getSQLState()) ? next : found;
    }

    Kind kind() {
        if (sql == null) {
            return isOfBinding() ? Kind.RECORD : Kind.UNKNOWN;
        }
        String state = sql.getSQLState();
        if (state.startsWith("22") || state.startsWith("23") || state.equals("54000")) {
            return Kind.RECORD;
        }
        if (state.startsWith("08") || OUTAGES.contains(state)) {
            return Kind.OUTAGE;
        }
        return state.equals(SAME_ROW_TWICE) ? Kind.BATCH : Kind.UNKNOWN;
    }

    private boolean isOfBinding() {
        for (Throwable e = error; e != null; e = e.getCause()) {
            if (e instanceof DataException || e instanceof DateTimeException || e instanceof NumberFormatException) {
                return true;
            }
        }
        return false;
    }

    /** What happened, in a line, with the SQLSTATE and the names that the server gave. */
    String sentence() {
        if (sql == null) {
            Throwable last = error;
            while (last.getCause() != null && last.getCause() != last) {
                last = last.getCause();
            }
            return last.getClass().getSimpleName() + ": " + line(last.getMessage());
        }
        StringBuilder sentence = new StringBuilder(line(message())).append(" (SQLSTATE ").append(sql.getSQLState());
        ServerErrorMessage details = details();
        if (details != null && details.getConstraint() != null) {
            sentence.append(", constraint ").append(details.getConstraint());
        }
        if (details != null && details.getColumn() != null) {
            sentence.append(", column ").append(details.getColumn());
        }
        return sentence.append(')').toString();
    }

    /** The same as the reason for which a record is refused. */
    RefusedRecordException refusal() {
        RefusedRecordException refusal = new RefusedRecordException(
                sql == null ? "the sink cannot bind it: " + sentence() : sentence());
        if (sql != null) {
            refusal.with(HEADERS + "sqlstate", sql.getSQLState());
        }
        ServerErrorMessage details = details();
        if (details != null) {
            refusal.with(HEADERS + "constraint", details.getConstraint())
                    .with(HEADERS + "column", details.getColumn())
                    .with(HEADERS + "table", details.getTable());
        }
        return refusal;
    }

    /** Without the line that names values: the driver leaves that out if logServerErrorDetail is false. */
    private String message() {
        ServerErrorMessage details = details();
        return details == null || details.getMessage() == null ? sql.getMessage() : details.getMessage();
    }

    private ServerErrorMessage details() {
        return sql instanceof PSQLException ? ((PSQLException) sql).getServerErrorMessage() : null;
    }

    private static String line(String text) {
        String first = String.valueOf(text).split("\n", 2)[0].trim();
        return first.length() > LONGEST ? first.substring(0, LONGEST) + "..." : first;
    }
}
