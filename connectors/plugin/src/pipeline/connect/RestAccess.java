package pipeline.connect;

import jakarta.annotation.Priority;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.rest.ConnectRestExtension;
import org.apache.kafka.connect.rest.ConnectRestExtensionContext;

/**
 * Asks whoever calls the worker's REST interface for a user and a password (RFC 7617), and refuses what a
 * web page sends: a browser adds a password that a person typed once to the requests of other pages too.
 */
public final class RestAccess implements ConnectRestExtension {
    static final String USER = "rest.access.user";
    static final String PASSWORD_FILE = "rest.access.password.file";

    /** What workers ask of each other, signed with a key of their group (KIP-507) and not by a user. */
    private static final Pattern BETWEEN_WORKERS =
        Pattern.compile("POST /?connectors/[^/]+/tasks/?|PUT /?connectors/[^/]+/fence/?");
    private static final Set<String> NOT_OF_A_PAGE = Set.of("none", "same-origin");

    private byte[] expected;

    /** @throws ConfigException user or file is not set, or the file cannot be read or is empty */
    @Override
    public void configure(Map<String, ?> configs) {
        String user = text(configs, USER);
        Path file = Path.of(text(configs, PASSWORD_FILE));
        String password;
        try {
            password = Files.readString(file).strip();
        } catch (IOException e) {
            throw new ConfigException(PASSWORD_FILE, file, "cannot be read: " + e);
        }
        if (password.isEmpty()) {
            throw new ConfigException(PASSWORD_FILE, file, "is empty: a password is needed");
        }
        byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
        expected = ("Basic " + Base64.getEncoder().encodeToString(pair)).getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void register(ConnectRestExtensionContext context) {
        context.configurable().register(new Filter());
    }

    @Override
    public String version() {
        return Version.OF_PLUGIN;
    }

    @Override
    public void close() {
    }

    private static String text(Map<String, ?> configs, String key) {
        Object value = configs.get(key);
        if (value == null || value.toString().isBlank()) {
            throw new ConfigException(key, value, "is needed by " + RestAccess.class.getName());
        }
        return value.toString();
    }

    /** Before paths are matched: nobody learns which of them there are. */
    @PreMatching
    @Priority(Priorities.AUTHENTICATION)
    private final class Filter implements ContainerRequestFilter {
        @Override
        public void filter(ContainerRequestContext request) {
            String site = request.getHeaderString("Sec-Fetch-Site");
            if (request.getHeaderString("Origin") != null || site != null && !NOT_OF_A_PAGE.contains(site)) {
                request.abortWith(answer(403, "requests of web pages are refused").build());
                return;
            }
            String asked = request.getMethod() + " " + request.getUriInfo().getPath();
            if (!isExpected(request) && !BETWEEN_WORKERS.matcher(asked).matches()) {
                request.abortWith(answer(401, "user and password are needed")
                    .header(HttpHeaders.WWW_AUTHENTICATE, "Basic realm=\"Kafka Connect\", charset=\"UTF-8\"")
                    .build());
            }
        }

        private boolean isExpected(ContainerRequestContext request) {
            String given = request.getHeaderString(HttpHeaders.AUTHORIZATION);
            // Takes as long for a wrong beginning as for a wrong end.
            return given != null
                && MessageDigest.isEqual(expected, given.getBytes(StandardCharsets.UTF_8));
        }

        /** In the form of Connect's own errors. */
        private static Response.ResponseBuilder answer(int status, String message) {
            String body = "{\"error_code\":" + status + ",\"message\":\"" + message + "\"}";
            return Response.status(status).type(MediaType.APPLICATION_JSON_TYPE).entity(body);
        }
    }
}
